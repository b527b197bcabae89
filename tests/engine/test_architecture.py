import json
from pathlib import Path

import pytest
from checkpoints import edit_json, write_checkpoint

from lpu_engine.model.architecture import (
    Architecture,
    BadConfig,
    UnsupportedArchitecture,
    architecture_from_config,
    read_architecture,
)
from lpu_engine.model.checkpoint import expected_tensors

ORIGINAL = "original_max_position_embeddings"
LLAMA_2_70B = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 8192,
    "num_hidden_layers": 80,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "intermediate_size": 28672,
    "vocab_size": 32000,
    "max_position_embeddings": 4096,
    "rms_norm_eps": 1e-5,
    "rope_scaling": None,
    "tie_word_embeddings": False,
    "pretraining_tp": 1,
}


def test_llama_2_70b_is_read_from_its_config() -> None:
    assert architecture_from_config(LLAMA_2_70B) == Architecture(
        name="LlamaForCausalLM",
        width=8192,
        layers=80,
        heads=64,
        kv_heads=8,
        head_dim=128,
        feed_forward=28672,
        vocabulary=32000,
        window=4096,
        norm_epsilon=1e-5,
        rope_theta=10_000.0,
        tied=False,
    )


def test_llama_2_70b_has_the_parameters_that_its_files_hold() -> None:
    assert architecture_from_config(LLAMA_2_70B).parameters == 68_976_648_192


@pytest.mark.parametrize("tied", [True, False])
def test_parameters_are_the_sum_of_the_tensors(tied: bool) -> None:
    config = {**LLAMA_2_70B, "head_dim": 96, "tie_word_embeddings": tied}
    architecture = architecture_from_config(config)
    sizes = [
        shape[0] * (shape[1] if len(shape) > 1 else 1)
        for shape in expected_tensors(architecture).values()
    ]
    assert architecture.parameters == sum(sizes)


def test_what_is_absent_has_the_default_of_llama() -> None:
    config = {**LLAMA_2_70B}
    for key in ("num_key_value_heads", "rms_norm_eps", "tie_word_embeddings"):
        del config[key]
    architecture = architecture_from_config(config)
    assert architecture.kv_heads == 64
    assert architecture.norm_epsilon == 1e-6
    assert not architecture.tied


def test_an_explicit_head_dim_goes_before_the_quotient() -> None:
    assert architecture_from_config({**LLAMA_2_70B, "head_dim": 96}).head_dim == 96


@pytest.mark.parametrize(
    "rope",
    [
        {"rope_theta": 500_000.0},
        {"rope_theta": 500_000},
        {"rope_parameters": {"rope_type": "default", "rope_theta": 500_000.0}},
        {"rope_theta": 1.0, "rope_parameters": {"rope_theta": 500_000.0}},
        {"rope_theta": 500_000.0, "rope_parameters": {"rope_type": "default"}},
        {"rope_theta": 500_000.0, "rope_scaling": {"type": "default"}},
    ],
)
def test_rope_theta_is_found_in_old_and_new_configs(rope: dict[str, object]) -> None:
    assert architecture_from_config({**LLAMA_2_70B, **rope}).rope_theta == 500_000.0


@pytest.mark.parametrize(
    ("rope", "scaling", "parameters"),
    [
        ({}, "default", ()),
        ({"rope_scaling": {"type": "default", "factor": 2.0}}, "default", ()),
        ({"rope_scaling": {"type": "linear", "factor": 2}}, "linear", (("factor", 2.0),)),
        (
            {
                "rope_scaling": {
                    "rope_type": "llama3",
                    "type": "x",
                    "low_freq_factor": 1,
                    "factor": 8.0,
                }
            },
            "llama3",
            (("factor", 8.0), ("low_freq_factor", 1.0), (ORIGINAL, 4096.0)),
        ),
        (
            {"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e4, "truncate": False}},
            "yarn",
            ((ORIGINAL, 4096.0), ("truncate", False)),
        ),
        (
            {"rope_scaling": {"type": "yarn", ORIGINAL: 1024}},
            "yarn",
            ((ORIGINAL, 1024.0),),
        ),
        (
            {"rope_scaling": {"type": "longrope", "short_factor": [1, 1.5]}, ORIGINAL: 512},
            "longrope",
            ((ORIGINAL, 512.0), ("short_factor", (1.0, 1.5))),
        ),
        (
            {"rope_scaling": {"type": "dynamic"}, "rope_parameters": {"rope_theta": 1e4}},
            "dynamic",
            (),
        ),
    ],
)
def test_a_rope_scaling_is_kept_with_its_parameters(
    rope: dict[str, object], scaling: str, parameters: tuple[object, ...]
) -> None:
    architecture = architecture_from_config({**LLAMA_2_70B, **rope})
    assert (architecture.rope_scaling, architecture.rope_parameters) == (scaling, parameters)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"architectures": ["LlamaForSequenceClassification"]}, "LlamaForSequenceClassification"),
        ({"architectures": ["LlamaForCausalLM", "GPT2LMHeadModel"]}, "GPT2LMHeadModel is not"),
        ({"architectures": ["GPT2LMHeadModel"]}, "MixtralForCausalLM, .*, Gemma2ForCausalLM"),
        ({"architectures": ["M" * 10**6]}, "^M.{,80} is not supported"),
        ({"text_config": {"hidden_size": 64}}, "text_config"),
        ({"attention_bias": True}, "attention_bias"),
        ({"mlp_bias": True}, "mlp_bias"),
        ({"hidden_act": "gelu"}, "gelu"),
        ({"hidden_act": ["silu"]}, "silu"),
        ({"rope_scaling": {"rope_type": "mrope"}}, "mrope"),
        ({"rope_scaling": {"rope_type": ["yarn"]}}, "yarn"),
        ({"rope_parameters": {"partial_rotary_factor": 0.5}}, "partial_rotary_factor"),
        ({"partial_rotary_factor": 0.5}, "partial_rotary_factor"),
        ({"rope_parameters": {"full_attention": {"rope_type": "default"}}}, "type of layer"),
        ({"use_bidirectional_attention": True}, "use_bidirectional_attention"),
    ],
)
def test_what_no_field_can_tell_is_refused_by_name(change: dict[str, object], named: str) -> None:
    with pytest.raises(UnsupportedArchitecture, match=named) as refused:
        architecture_from_config({**LLAMA_2_70B, **change})
    assert str(refused.value).count(". ") == 0, "one sentence"
    assert len(str(refused.value)) < 400


def test_a_quantised_config_has_a_shape_too() -> None:
    quantized = {**LLAMA_2_70B, "quantization_config": {"quant_method": "gptq"}}
    assert architecture_from_config(quantized) == architecture_from_config(LLAMA_2_70B)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"architectures": None}, "architectures"),
        ({"architectures": []}, "architectures"),
        ({"architectures": [{}]}, "architectures"),
        ({"hidden_size": None}, "hidden_size"),
        ({"hidden_size": "8192"}, "hidden_size"),
        ({"hidden_size": 8192.0}, "hidden_size"),
        ({"hidden_size": True}, "hidden_size"),
        ({"num_hidden_layers": 0}, "num_hidden_layers"),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers .* to 10,000"),
        ({"vocab_size": 10**400}, "vocab_size"),
        ({"rope_theta": 10**400}, "rope_theta"),
        ({"vocab_size": -1}, "vocab_size"),
        ({"max_position_embeddings": []}, "max_position_embeddings"),
        ({"num_attention_heads": 60}, "num_attention_heads 60"),
        ({"num_key_value_heads": 7}, "num_key_value_heads 7"),
        ({"head_dim": 33}, "odd"),
        ({"rms_norm_eps": 0}, "rms_norm_eps"),
        ({"rms_norm_eps": float("nan")}, "rms_norm_eps"),
        ({"rms_norm_eps": "small"}, "rms_norm_eps"),
        ({"rope_theta": -1.0}, "rope_theta"),
        ({"rope_parameters": {"rope_theta": "big"}}, "rope_theta"),
        ({"rope_parameters": "default"}, "rope_parameters"),
        ({"rope_scaling": {"type": "linear", "factor": "2"}}, "factor"),
        ({"rope_scaling": {"type": "longrope", "long_factor": [1, None]}}, "long_factor"),
        (
            {"rope_scaling": {"type": "linear"}, "rope_parameters": {"rope_type": "yarn"}},
            "contradict each other",
        ),
        ({"tie_word_embeddings": "no"}, "tie_word_embeddings"),
    ],
)
def test_a_config_that_cannot_be_true_is_refused_by_key(
    change: dict[str, object], named: str
) -> None:
    with pytest.raises(BadConfig, match=named):
        architecture_from_config({**LLAMA_2_70B, **change})


def test_a_written_folder_is_read_back(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, width=64, layers=3, heads=4, kv_heads=2, head_dim=24)
    architecture = read_architecture(tmp_path)
    assert (architecture.layers, architecture.head_dim, architecture.tied) == (3, 24, True)


@pytest.mark.parametrize("content", ["{", "[1]", "", '"text"', "[" * 100_000, "\xff"])
def test_a_config_that_is_not_an_object_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "config.json").write_text(content, encoding="latin-1")
    with pytest.raises(BadConfig, match=r"config\.json"):
        read_architecture(tmp_path)


def test_a_folder_without_config_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="cannot be read"):
        read_architecture(tmp_path)


def test_edits_of_a_config_are_seen(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    edit_json(tmp_path / "config.json", rope_theta=None)
    assert "rope_theta" not in json.loads((tmp_path / "config.json").read_text())
    assert read_architecture(tmp_path).rope_theta == 10_000.0
