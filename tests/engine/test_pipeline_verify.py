"""Every architecture on every group compiles to blocks that the proof accepts, weights apart."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pipelines import compiled, small

from lpu_engine.compiler.instructions import expand
from lpu_engine.compiler.pipeline.program import Instance, PipelineProgram
from lpu_engine.compiler.pipeline.verify import verify_pipeline
from lpu_engine.compiler.placement import DoesNotFit
from lpu_engine.hardware.lpu import Opcode
from lpu_engine.model.architecture import Architecture
from lpu_engine.model.families import GELU, SILU

FAMILIES: dict[str, dict[str, Any]] = {
    "Llama": {"heads": 8, "head_dim": 128},
    "Llama 3.2 1B's heads of 64": {"heads": 8, "kv_heads": 2, "head_dim": 64},
    "Mistral, all layers slide": {"sliding_window": 400, "sliding_layers": (0, 1)},
    "Mixtral": {"experts": 4, "active_experts": 2, "normalized_experts": True},
    "Qwen2": {"biases": True, "heads": 14, "kv_heads": 2, "head_dim": 64},
    "Qwen3": {"head_norms": True, "head_dim": 128},
    "Qwen3 with experts": {
        "head_norms": True,
        "head_dim": 128,
        "experts": 16,
        "active_experts": 8,
        "normalized_experts": True,
    },
    "experts with shares of all": {"experts": 4, "active_experts": 3},
    "one expert asked of 160": {
        "width": 320,
        "experts": 160,
        "active_experts": 1,
        "feed_forward": 100,
    },
    "Gemma": {"activation": GELU, "head_dim": 256, "heads": 4, "kv_heads": 4},
    "Gemma 2": {
        "activation": GELU,
        "head_dim": 256,
        "branch_norms": True,
        "score_cap": 50.0,
        "logit_cap": 30.0,
        "sliding_window": 320,
        "sliding_layers": (0,),
    },
    "scores capped, heads of 64": {"score_cap": 50.0, "heads": 8, "head_dim": 64},
    "biases and norms of heads": {"biases": True, "head_norms": True},
    "heads of 80": {"head_dim": 80, "heads": 5, "kv_heads": 5},
    "heads of 96": {"head_dim": 96, "heads": 8, "kv_heads": 8},
    "heads of a whole vector": {"head_dim": 320, "heads": 2, "kv_heads": 1},
    "heads of 2": {"head_dim": 2, "heads": 6, "kv_heads": 1},
    "7 heads over 1": {"heads": 7, "kv_heads": 1},
    "9 heads over 3": {"heads": 9, "kv_heads": 3},
    "width 1": {"width": 1},
    "width 1,000": {"width": 1_000},
    "feed-forward 1": {"feed_forward": 1},
    "vocabulary 5": {"vocabulary": 5},
    "one layer": {"layers": 1},
    "window 1": {"window": 1},
    "window 320": {"window": 320},
    "window 4,096": {"window": 4_096},
}


@st.composite
def architectures(draw: st.DrawFn) -> Architecture:
    kv_heads, layers = draw(st.integers(1, 9)), draw(st.integers(1, 3))
    experts = draw(st.sampled_from([0, 0, 2, 8, 60]))
    window = draw(st.sampled_from([1, 319, 321, 1_000, 2_048]))
    slides = draw(st.sampled_from([None, 100, 320, 321]))
    return small(
        width=draw(st.integers(1, 1_700)),
        layers=layers,
        heads=kv_heads * draw(st.integers(1, 8)),
        kv_heads=kv_heads,
        head_dim=draw(st.sampled_from([2, 48, 64, 80, 96, 128, 256, 320])),
        feed_forward=draw(st.integers(1, 3_000)),
        vocabulary=draw(st.integers(1, 4_000)),
        window=window,
        biases=draw(st.booleans()),
        head_norms=draw(st.booleans()),
        branch_norms=draw(st.booleans()),
        activation=draw(st.sampled_from([SILU, GELU])),
        experts=experts,
        active_experts=min(experts, draw(st.sampled_from([1, 2, 8]))),
        normalized_experts=draw(st.booleans()),
        sliding_window=slides,
        sliding_layers=tuple(range(0, layers, 2)) if slides else (),
        score_cap=draw(st.sampled_from([None, 50.0])),
        logit_cap=draw(st.sampled_from([None, 30.0])),
    )


def weights_fetched(program: PipelineProgram, instance: Instance) -> list[tuple[int, int, int]]:
    """Stage, slice and address of all weights that a block brings in."""
    rows = instance.block.instructions
    rows = rows[rows["opcode"] == Opcode.READ_DOUBLE]
    e = expand(rows)
    address = e.address + instance.weights + rows["by_expert"][e.row] * instance.tile
    stage = np.full(len(address), instance.stage)
    return list(zip(stage.tolist(), e.unit.tolist(), address.tolist(), strict=True))


@pytest.mark.parametrize("group", [1, 2, 4, 8])
@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_compiles_to_a_legal_program(name: str, group: int) -> None:
    verify_pipeline(compiled(small(**FAMILIES[name]), group=group))


@pytest.mark.parametrize("chips", [2, 3, 5, 6])
@pytest.mark.parametrize("name", ["Llama", "Mixtral", "Gemma 2"])
def test_a_program_cut_into_stages_is_legal(name: str, chips: int) -> None:
    """Between layers, within a layer, and within a feed-forward and its experts."""
    architecture = small(**{"feed_forward": 1_280, **FAMILIES[name]})
    program = compiled(architecture, chips=chips)
    assert program.chips == chips
    verify_pipeline(program)


@settings(max_examples=25)
@given(architectures(), st.integers(1, 8), st.integers(1, 4), st.sampled_from([None, 1, 2, 3]))
def test_random_architectures_compile_to_legal_programs(
    architecture: Architecture, group: int, users: int, stages: int | None
) -> None:
    chips = None if stages is None else stages * group
    try:
        program = compiled(architecture, group=group, users=users, chips=chips)
    except DoesNotFit:
        assume(False)
        raise
    verify_pipeline(program)


@pytest.mark.parametrize("name", ["Llama", "Mixtral", "Qwen3 with experts", "Gemma 2"])
@pytest.mark.parametrize("chips", [1, 3])
def test_a_token_brings_in_each_weight_once_and_no_two_tensors_share_an_address(
    name: str, chips: int
) -> None:
    """Chosen experts stand for all of them: tile n is that of the nth."""
    program = compiled(small(**FAMILIES[name]), chips=chips)
    found = Counter(
        place for instance in program.token(0) for place in weights_fetched(program, instance)
    )
    assert found
    assert set(found.values()) == {1}
    highest = {number: stage.weight_rows for number, stage in enumerate(program.stages)}
    assert all(0 <= address < highest[stage] for stage, _, address in found)


@pytest.mark.parametrize("name", ["Llama", "Mixtral"])
@pytest.mark.parametrize("group", [1, 2, 8])
def test_every_weight_of_the_model_is_brought_in_by_some_chip(name: str, group: int) -> None:
    """As many bytes as the matrices have, or more where they do not fill tiles."""
    program = compiled(small(**FAMILIES[name]), group=group)
    a = program.architecture
    fetched = sum(len(weights_fetched(program, i)) for i in program.token(0)) * 320 * group
    embedding_free = a.active_parameters - a.width * (2 * a.layers + 1)
    assert fetched >= embedding_free
