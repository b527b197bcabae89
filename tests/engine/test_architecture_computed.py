"""More shapes are described than computed: words are refused by name, and a clock can ask first.

Of what the executor computes, one chip's compiler places plain Llamas alone.
"""

from pathlib import Path

import pytest
from checkpoints import write_checkpoint

from lpu_engine.compiler.compile import compile_program, table_of
from lpu_engine.compiler.graph import operations
from lpu_engine.model.architecture import (
    Architecture,
    UnsupportedArchitecture,
    architecture_from_config,
    read_architecture,
)
from lpu_engine.model.checkpoint import open_checkpoint
from lpu_engine.model.computed import is_computed, is_plain

EVEN = {"factor": 8.0, "low_freq_factor": 2.0, "high_freq_factor": 2.0}
NOT_COMPUTED = [
    ({"rope_scaling": {"rope_type": "longrope", "factor": 8.0}}, "longrope.*one of default,"),
    ({"rope_scaling": {"rope_type": "llama3", "factor": 8.0}}, "llama3.*low_freq_factor"),
    ({"rope_scaling": {"rope_type": "llama3", **EVEN}}, "llama3.*more than its low_freq_factor"),
    ({"rope_scaling": {"type": "linear"}}, "linear.*factor in config.json"),
    ({"rope_scaling": {"type": "linear", "factor": -2.0}}, "linear.*above 0"),
    ({"rope_scaling": {"type": "linear", "factor": [2.0]}}, "linear.*above 0"),
    ({"rope_scaling": {"type": "linear", "factor": True}}, "linear.*above 0"),
    ({"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e6}}, "yarn.*factor"),
    ({"rope_scaling": {"type": "yarn", "factor": 2.0, "beta_fast": [1]}}, "yarn.*beta_fast"),
    ({"rope_theta": 1.0, "rope_scaling": {"type": "yarn", "factor": 2.0}}, "yarn.*rope_theta"),
]


@pytest.mark.parametrize(("config", "named"), NOT_COMPUTED)
def test_words_that_are_not_computed_are_refused_by_name(
    tmp_path: Path, config: dict[str, object], named: str
) -> None:
    write_checkpoint(tmp_path, config=config)
    assert not is_computed(read_architecture(tmp_path))
    with pytest.raises(UnsupportedArchitecture, match=named) as refused:
        open_checkpoint(tmp_path)
    assert str(refused.value).count(". ") == 0, "one sentence"


def test_a_quantised_checkpoint_is_refused_though_its_shape_is_known(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, config={"quantization_config": {"quant_method": "gptq"}})
    assert is_computed(read_architecture(tmp_path))
    with pytest.raises(UnsupportedArchitecture, match="quantization_config"):
        open_checkpoint(tmp_path)


@pytest.mark.parametrize("window", [None, 256, 4096])
def test_a_mistral_whose_window_hides_nothing_is_placed_like_a_llama(
    tmp_path: Path, window: int | None
) -> None:
    config = {"architectures": ["MistralForCausalLM"], "sliding_window": window}
    architecture = open_checkpoint(write_checkpoint(tmp_path, config=config)).architecture
    assert architecture.name == "MistralForCausalLM"
    assert is_plain(architecture)


def plain(**changes: object) -> Architecture:
    sizes = {"width": 64, "layers": 2, "heads": 4, "kv_heads": 2, "head_dim": 16}
    rest = {"feed_forward": 96, "vocabulary": 320, "window": 256, "norm_epsilon": 1e-5}
    named = {"name": "X", "rope_theta": 1e4, "tied": True}
    return Architecture(**{**sizes, **rest, **named, **changes})


@pytest.mark.parametrize(
    "change",
    [
        {"biases": True},
        {"head_norms": True},
        {"rope_scaling": "linear", "rope_parameters": (("factor", 2.0),)},
        {"branch_norms": True},
        {"gain_offset": True},
        {"embedding_scale": True},
        {"activation": "gelu"},
        {"sliding_window": 16, "sliding_layers": (1,)},
        {"score_scale": 0.1},
        {"score_cap": 50.0},
        {"logit_cap": 30.0},
        {"experts": 4, "active_experts": 2},
    ],
)
def test_each_thing_that_a_plain_llama_lacks_is_computed_but_not_placed_on_one_chip(
    change: dict[str, object],
) -> None:
    added = plain(**change)
    assert is_computed(added)
    assert not is_plain(added)
    with pytest.raises(UnsupportedArchitecture, match="several chips"):
        compile_program(added)
    assert is_plain(plain())
    assert table_of(added) == operations(added)


def test_what_a_plain_llama_adds_to_its_sizes_is_the_default_of_every_field() -> None:
    config = {
        "architectures": ["LlamaForCausalLM"],
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "intermediate_size": 96,
        "vocab_size": 320,
        "max_position_embeddings": 256,
        "rms_norm_eps": 1e-5,
        "tie_word_embeddings": True,
    }
    assert architecture_from_config(config) == plain(name="LlamaForCausalLM")
