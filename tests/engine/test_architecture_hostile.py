"""Hostile configs of every family: one clear error each, and never anything else."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lpu_engine.model.architecture import (
    Architecture,
    BadConfig,
    UnsupportedArchitecture,
    architecture_from_config,
)
from lpu_engine.model.families import FAMILIES

SIZES: dict[str, object] = {
    "hidden_size": 64,
    "num_hidden_layers": 4,
    "num_attention_heads": 32,
    "intermediate_size": 96,
    "vocab_size": 320,
    "max_position_embeddings": 8192,
}
NAMES = [family.name for family in FAMILIES]
FULL, SLIDES = "full_attention", "sliding_attention"


def described(family: str, **keys: object) -> Architecture:
    """A small model of a family, with what the keys change."""
    return architecture_from_config({**SIZES, "architectures": [family + "ForCausalLM"], **keys})


@pytest.mark.parametrize(
    ("family", "keys", "named"),
    [
        ("Qwen3Moe", {"decoder_sparse_step": 2}, "decoder_sparse_step"),
        ("Qwen3Moe", {"mlp_only_layers": [0]}, "mlp_only_layers"),
        ("Qwen3", {"attention_bias": True}, "attention_bias"),
        ("Gemma", {"attention_bias": True}, "attention_bias"),
        ("Gemma2", {"use_bidirectional_attention": True}, "use_bidirectional_attention"),
        ("Mistral", {"layer_types": [FULL, FULL, SLIDES, SLIDES]}, "layer_types"),
        ("Llama", {"layer_types": [SLIDES] * 4}, "layer_types"),
        ("Qwen3", {"layer_types": ["linear_attention"] * 4}, "linear_attention"),
        ("Gemma3", {}, "Gemma3ForCausalLM"),
        ("Qwen2Moe", {}, "Qwen2MoeForCausalLM"),
    ],
)
def test_what_a_family_does_not_build_is_refused_by_name(
    family: str, keys: dict[str, object], named: str
) -> None:
    with pytest.raises(UnsupportedArchitecture, match=named):
        described(family, **keys)


@pytest.mark.parametrize(
    ("family", "keys", "named"),
    [
        ("Mixtral", {"num_experts_per_tok": 9}, "num_experts_per_tok 9"),
        ("Mixtral", {"num_local_experts": 0}, "num_local_experts"),
        ("Mixtral", {"num_local_experts": True}, "num_local_experts"),
        ("Mixtral", {"num_local_experts": 2**60}, "num_local_experts"),
        ("Mixtral", {"num_local_experts": 8, "num_experts": 4}, "contradict"),
        ("Qwen3Moe", {"moe_intermediate_size": -1}, "moe_intermediate_size"),
        ("Qwen3Moe", {"mlp_only_layers": 3}, "mlp_only_layers"),
        ("Qwen3Moe", {"decoder_sparse_step": 0}, "decoder_sparse_step"),
        ("Qwen3Moe", {"norm_topk_prob": 1}, "norm_topk_prob"),
        ("Mistral", {"sliding_window": 0}, "sliding_window"),
        ("Mistral", {"sliding_window": -1}, "sliding_window"),
        ("Mistral", {"sliding_window": False}, "sliding_window"),
        ("Qwen2", {"use_sliding_window": "yes"}, "use_sliding_window"),
        ("Qwen2", {"use_sliding_window": True, "max_window_layers": -1}, "max_window_layers"),
        ("Qwen2", {"layer_types": [FULL, SLIDES, FULL, FULL]}, "there is no sliding window"),
        ("Gemma2", {"layer_types": [FULL] * 3}, "list of 4 types"),
        ("Gemma2", {"layer_types": FULL}, "list of 4 types"),
        ("Gemma2", {"query_pre_attn_scalar": 0}, "query_pre_attn_scalar"),
        ("Gemma2", {"attn_logit_softcapping": -50.0}, "attn_logit_softcapping"),
        ("Gemma2", {"final_logit_softcapping": "30"}, "final_logit_softcapping"),
        ("Gemma2", {"final_logit_softcapping": False}, "final_logit_softcapping"),
        ("Gemma", {"num_attention_heads": 8}, "num_attention_heads 8 is not a multiple"),
        ("Qwen3", {"head_dim": 127}, "odd"),
    ],
)
def test_a_family_that_cannot_be_true_is_refused_by_key(
    family: str, keys: dict[str, object], named: str
) -> None:
    with pytest.raises(BadConfig, match=named):
        described(family, **keys)


@pytest.mark.parametrize("depth", [10, 900])
@pytest.mark.parametrize("key", ["hidden_act", "num_hidden_layers", "layer_types", "text_config"])
def test_a_deeply_nested_value_is_still_one_short_sentence(key: str, depth: int) -> None:
    nested: object = json.loads("[" * depth + "]" * depth)
    with pytest.raises((BadConfig, UnsupportedArchitecture)) as refused:
        described("Gemma2" if key != "hidden_act" else "Llama", **{key: nested})
    assert len(str(refused.value)) < 400


ALL_KEYS = [
    *SIZES,
    *("num_key_value_heads", "head_dim", "rms_norm_eps", "rope_theta", "tie_word_embeddings"),
    *("hidden_act", "hidden_activation", "attention_bias", "mlp_bias", "text_config"),
    *("rope_scaling", "rope_parameters", "partial_rotary_factor", "quantization_config"),
    *("sliding_window", "use_sliding_window", "max_window_layers", "layer_types"),
    *("num_local_experts", "num_experts", "num_experts_per_tok", "moe_intermediate_size"),
    *("decoder_sparse_step", "mlp_only_layers", "norm_topk_prob"),
    *("query_pre_attn_scalar", "attn_logit_softcapping", "final_logit_softcapping"),
    "use_bidirectional_attention",
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 64)
    | st.integers()
    | st.floats()
    | st.sampled_from(["silu", "gelu", "gelu_pytorch_tanh", "linear", "llama3", FULL, SLIDES])
    | st.text(max_size=8)
)
WORDS = st.sampled_from(["rope_type", "type", "factor", "rope_theta"]) | st.text(max_size=4)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=8,
)
# Sound configs with a few keys replaced, so that most of them get past the first check.
CONFIGS = st.builds(
    lambda name, replaced: {**SIZES, "architectures": name, **replaced},
    st.sampled_from([[name] for name in NAMES]) | JSON,
    st.dictionaries(st.sampled_from(ALL_KEYS), JSON, max_size=2),
)


@settings(max_examples=200)
@given(CONFIGS | st.dictionaries(st.sampled_from(ALL_KEYS) | st.text(max_size=9), JSON))
def test_any_json_object_gives_an_architecture_or_one_clear_error(config: dict[str, Any]) -> None:
    a = described_or_refused(config)
    if isinstance(a, str):
        assert 20 < len(a) < 500
        assert a.isprintable()
        return
    assert 0 < a.active_parameters <= a.parameters
    assert a.heads % a.kv_heads == 0
    assert a.active_experts <= a.experts
    assert (a.sliding_window is None) == (a.sliding_layers == ())
    assert all(0 <= layer < a.layers for layer in a.sliding_layers)
    assert hash(a) == hash(architecture_from_config(json.loads(json.dumps(config))))


def described_or_refused(config: dict[str, Any]) -> Architecture | str:
    try:
        return architecture_from_config(config)
    except (BadConfig, UnsupportedArchitecture) as error:
        return str(error)
