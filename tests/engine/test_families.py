"""Every published family: its own defaults, and its exact count of parameters."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from needs import lacking

from lpu_engine.model.architecture import (
    Architecture,
    UnsupportedArchitecture,
    architecture_from_config,
    read_architecture,
)
from lpu_engine.model.families import FAMILIES

SHAPES = Path(__file__).parents[2] / "lpu_engine" / "models" / "shapes"
PUBLISHED_PARAMETERS = {
    "llama2-7b-2048": 6_738_415_616,
    "llama2-13b-4096": 13_015_864_320,
    "llama2-70b-4096": 68_976_648_192,
    "mixtral-8x7b-32768": 46_702_792_704,
    "gemma-7b-it": 8_537_680_896,
    "llama3-8b-8192": 8_030_261_248,
    "llama3-70b-8192": 70_553_706_496,
    "llama-3.1-405b": 405_853_388_800,
    "llama-3.3-70b-versatile": 70_553_706_496,
    "deepseek-r1-distill-llama-70b": 70_553_706_496,
    "qwen-2.5-32b": 32_763_876_352,
}
SIZES: dict[str, object] = {
    "hidden_size": 64,
    "num_hidden_layers": 4,
    "num_attention_heads": 32,
    "intermediate_size": 96,
    "vocab_size": 320,
    "max_position_embeddings": 8192,
}
NAMES = [family.name for family in FAMILIES]


def described(family: str, **keys: object) -> Architecture:
    """A small model of a family, with what the keys change."""
    return architecture_from_config({**SIZES, "architectures": [family + "ForCausalLM"], **keys})


@pytest.mark.parametrize(("shape", "parameters"), PUBLISHED_PARAMETERS.items())
def test_a_shape_of_the_picker_has_its_published_parameters(shape: str, parameters: int) -> None:
    assert read_architecture(SHAPES / shape).parameters == parameters


def test_every_shape_that_ships_is_counted_above() -> None:
    assert {path.parent.name for path in SHAPES.glob("*/config.json")} == set(PUBLISHED_PARAMETERS)


# The sizes that the hub's files of the other families state, and what those files hold together.
OTHERS = {
    "Mistral 7B v0.1": (
        "Mistral",
        {"sizes": (4096, 32, 32, 14336, 32000, 32768), "num_key_value_heads": 8},
        7_241_732_096,
    ),
    "Qwen2.5 0.5B": (
        "Qwen2",
        {
            "sizes": (896, 24, 14, 4864, 151936, 32768),
            "num_key_value_heads": 2,
            "tie_word_embeddings": True,
        },
        494_032_768,
    ),
    "Qwen3 0.6B": (
        "Qwen3",
        {
            "sizes": (1024, 28, 16, 3072, 151936, 40960),
            "num_key_value_heads": 8,
            "tie_word_embeddings": True,
        },
        596_049_920,
    ),
    "Qwen3 30B-A3B": (
        "Qwen3Moe",
        {
            "sizes": (2048, 48, 32, 6144, 151936, 40960),
            "num_key_value_heads": 4,
            "head_dim": 128,
            "moe_intermediate_size": 768,
            "num_experts": 128,
            "num_experts_per_tok": 8,
        },
        30_532_122_624,
    ),
    "Gemma 2 2B": (
        "Gemma2",
        {"sizes": (2304, 26, 8, 9216, 256000, 8192), "num_key_value_heads": 4},
        2_614_341_888,
    ),
    "Gemma 2 27B": (
        "Gemma2",
        {
            "sizes": (4608, 46, 32, 36864, 256000, 8192),
            "num_key_value_heads": 16,
            "head_dim": 128,
        },
        27_227_128_320,
    ),
}


@pytest.mark.parametrize("model", OTHERS)
def test_a_model_of_the_other_families_has_its_published_parameters(model: str) -> None:
    family, keys, parameters = OTHERS[model]
    sizes = dict(zip(SIZES, keys["sizes"], strict=True))
    rest = {key: value for key, value in keys.items() if key != "sizes"}
    assert described(family, **sizes, **rest).parameters == parameters


def test_a_token_of_a_dense_model_uses_all_but_the_embedding() -> None:
    shape = read_architecture(SHAPES / "llama3-8b-8192")
    assert shape.active_parameters == shape.parameters - 128256 * 4096
    tied = read_architecture(SHAPES / "gemma-7b-it")
    assert tied.active_parameters == tied.parameters


def test_a_token_of_mixtral_uses_two_experts_of_each_layer() -> None:
    shape = read_architecture(SHAPES / "mixtral-8x7b-32768")
    unused = 32 * 6 * 3 * 4096 * 14336
    assert shape.active_parameters == shape.parameters - unused - 32000 * 4096 == 12_748_853_248


def test_the_published_shapes_keep_what_tells_their_families_apart() -> None:
    gemma = read_architecture(SHAPES / "gemma-7b-it")
    assert (gemma.activation, gemma.gain_offset, gemma.embedding_scale) == ("gelu", True, True)
    assert (gemma.head_dim, gemma.heads, gemma.tied, gemma.window) == (256, 16, True, 8192)
    mixtral = read_architecture(SHAPES / "mixtral-8x7b-32768")
    assert (mixtral.experts, mixtral.active_experts, mixtral.normalized_experts) == (8, 2, True)
    assert (mixtral.sliding_window, mixtral.window) == (None, 32768)
    qwen = read_architecture(SHAPES / "qwen-2.5-32b")
    assert (qwen.biases, qwen.sliding_window, qwen.rope_theta) == (True, None, 1e6)
    llama = read_architecture(SHAPES / "llama-3.3-70b-versatile")
    assert llama.rope_scaling == "llama3"
    assert dict(llama.rope_parameters)["original_max_position_embeddings"] == 8192


@pytest.mark.parametrize(
    ("family", "kv_heads", "head_dim", "epsilon", "theta", "tied"),
    [
        ("Llama", 32, 2, 1e-6, 1e4, False),
        ("Mistral", 8, 2, 1e-6, 1e4, False),
        ("Mixtral", 8, 2, 1e-5, 1e6, False),
        ("Qwen2", 32, 2, 1e-6, 1e4, False),
        ("Qwen3", 32, 128, 1e-6, 1e4, False),
        ("Qwen3Moe", 4, 2, 1e-6, 1e4, False),
        ("Gemma", 16, 256, 1e-6, 1e4, True),
        ("Gemma2", 4, 256, 1e-6, 1e4, True),
    ],
)
def test_what_is_absent_has_the_default_of_its_family(
    family: str, kv_heads: int, head_dim: int, epsilon: float, theta: float, tied: bool
) -> None:
    a = described(family)
    assert (a.kv_heads, a.head_dim) == (kv_heads, head_dim)
    assert (a.norm_epsilon, a.rope_theta, a.tied) == (epsilon, theta, tied)


def test_null_heads_of_keys_are_as_many_as_heads() -> None:
    assert described("Mistral", num_key_value_heads=None).kv_heads == 32


def test_each_family_has_its_own_parts() -> None:
    parts = ("biases", "head_norms", "branch_norms", "gain_offset", "embedding_scale")
    has = {
        family.name.removesuffix("ForCausalLM"): {
            part
            for part in parts
            if getattr(described(family.name.removesuffix("ForCausalLM")), part)
        }
        for family in FAMILIES
    }
    assert {name: there for name, there in has.items() if there} == {
        "Qwen2": {"biases"},
        "Qwen3": {"head_norms"},
        "Qwen3Moe": {"head_norms"},
        "Gemma": {"gain_offset", "embedding_scale"},
        "Gemma2": {"branch_norms", "gain_offset", "embedding_scale"},
    }


@pytest.mark.parametrize(
    ("family", "keys", "activation"),
    [
        ("Gemma", {}, "gelu"),
        ("Gemma", {"hidden_act": "gelu", "hidden_activation": None}, "gelu"),
        ("Gemma", {"hidden_act": "gelu", "hidden_activation": "gelu_pytorch_tanh"}, "gelu"),
        ("Gemma2", {"hidden_act": "gelu"}, "gelu"),
        ("Llama", {"hidden_act": "gelu_pytorch_tanh"}, "gelu"),
        ("Qwen3", {"hidden_act": "silu"}, "silu"),
    ],
)
def test_an_activation_is_the_one_that_transformers_runs(
    family: str, keys: dict[str, object], activation: str
) -> None:
    assert described(family, **keys).activation == activation


@pytest.mark.parametrize(
    ("family", "keys"),
    [
        ("Gemma", {"hidden_act": "gelu_pytorch_tanh", "hidden_activation": "gelu"}),
        ("Gemma2", {"hidden_activation": "gelu"}),
        ("Qwen2", {"hidden_act": "gelu"}),
    ],
)
def test_an_exact_gelu_is_refused_by_name(family: str, keys: dict[str, object]) -> None:
    with pytest.raises(UnsupportedArchitecture, match="activation 'gelu' is not"):
        described(family, **keys)


FULL, SLIDES = "full_attention", "sliding_attention"


@pytest.mark.parametrize(
    ("family", "keys", "window", "layers"),
    [
        ("Llama", {"sliding_window": 64}, None, ()),
        ("Mistral", {}, 4096, (0, 1, 2, 3)),
        ("Mistral", {"sliding_window": None}, None, ()),
        ("Mistral", {"sliding_window": 8191}, 8191, (0, 1, 2, 3)),
        ("Mistral", {"sliding_window": 8192}, None, ()),
        ("Mistral", {"layer_types": [SLIDES] * 4}, 4096, (0, 1, 2, 3)),
        ("Mixtral", {}, None, ()),
        ("Mixtral", {"sliding_window": 64}, 64, (0, 1, 2, 3)),
        ("Qwen2", {"sliding_window": 64, "max_window_layers": 2}, None, ()),
        (
            "Qwen2",
            {"use_sliding_window": True, "sliding_window": 64, "max_window_layers": 3},
            64,
            (3,),
        ),
        ("Qwen2", {"use_sliding_window": True, "max_window_layers": 0}, 4096, (0, 1, 2, 3)),
        ("Qwen2", {"use_sliding_window": True}, None, ()),
        (
            "Qwen3",
            {"use_sliding_window": True, "layer_types": [FULL, SLIDES, SLIDES, FULL]},
            4096,
            (1, 2),
        ),
        ("Qwen3", {"layer_types": [FULL] * 4}, None, ()),
        ("Qwen3Moe", {}, None, ()),
        ("Qwen3Moe", {"use_sliding_window": True}, 4096, (0, 1, 2, 3)),
        ("Gemma", {}, None, ()),
        ("Gemma2", {}, 4096, (0, 2)),
        ("Gemma2", {"layer_types": [FULL, FULL, FULL, SLIDES]}, 4096, (3,)),
        ("Gemma2", {"max_position_embeddings": 4096}, None, ()),
    ],
)
def test_the_layers_that_slide_are_those_of_transformers(
    family: str, keys: dict[str, object], window: int | None, layers: tuple[int, ...]
) -> None:
    a = described(family, **keys)
    assert (a.sliding_window, a.sliding_layers) == (window, layers)


def test_a_sliding_layer_sees_its_window_and_the_others_see_all() -> None:
    gemma = described("Gemma2")
    assert [gemma.positions_seen(0, context) for context in (1, 4096, 4097)] == [1, 4096, 4096]
    assert gemma.positions_seen(1, 8192) == 8192
    assert described("Llama").positions_seen(0, 8192) == 8192


def test_the_second_gemma_caps_scores_and_logits_and_scales_scores_itself() -> None:
    gemma = described("Gemma2")
    assert (gemma.score_cap, gemma.logit_cap, gemma.score_scale) == (50.0, 30.0, None)
    without = described("Gemma2", attn_logit_softcapping=None, final_logit_softcapping=None)
    assert (without.score_cap, without.logit_cap) == (None, None)
    assert described("Gemma2", query_pre_attn_scalar=144).score_scale == pytest.approx(1 / 12)


@pytest.mark.parametrize(
    ("family", "keys", "width", "experts", "active", "normalized"),
    [
        ("Mixtral", {}, 96, 8, 2, True),
        ("Mixtral", {"num_experts": 4, "num_experts_per_tok": 1}, 96, 4, 1, True),
        ("Qwen3Moe", {}, 768, 128, 8, False),
        (
            "Qwen3Moe",
            {"num_local_experts": 16, "moe_intermediate_size": 48, "norm_topk_prob": True},
            48,
            16,
            8,
            True,
        ),
        ("Qwen3Moe", {"mlp_only_layers": [], "decoder_sparse_step": 1}, 768, 128, 8, False),
        ("Qwen3", {"num_experts": 4}, 96, 0, 0, False),
    ],
)
def test_experts_are_read_with_the_width_of_one(
    family: str, keys: dict[str, object], width: int, experts: int, active: int, normalized: bool
) -> None:
    a = described(family, **keys)
    assert (a.feed_forward, a.experts, a.active_experts) == (width, experts, active)
    assert a.normalized_experts == normalized


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("tied", [True, False])
def test_parameters_equal_those_of_transformers_live(name: str, tied: bool) -> None:
    if find_spec("transformers") is None or find_spec("torch") is None:
        lacking("transformers is not installed: `make live` adds it, to compare with it live")
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    config = {**SIZES, "tie_word_embeddings": tied}
    expected = architecture_from_config({**config, "architectures": [name]}).parameters
    kind = getattr(transformers, name.removesuffix("ForCausalLM") + "Config")
    with torch.device("meta"):
        model = getattr(transformers, name)(kind(**config))
    assert sum(parameter.numel() for parameter in model.parameters()) == expected
