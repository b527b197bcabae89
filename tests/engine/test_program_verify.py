"""Shapes of every kind compile to Programs that are proven legal, padded right and timed alike."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from programs import phases, shape

from lpu_engine.compiler.compile import compile_program
from lpu_engine.compiler.graph import operations
from lpu_engine.compiler.placement import PADDING, DoesNotFit
from lpu_engine.compiler.program import Instance, Program
from lpu_engine.compiler.verify import verify
from lpu_engine.hardware.lpu import DRAIN_CYCLES, LANES
from lpu_engine.model.architecture import Architecture, read_architecture
from lpu_engine.model.quantize import recipes

PEBBLE = Path("lpu_engine", "models", "pebble")
SHAPES: dict[str, dict[str, Any]] = {
    "two layers 320 wide": {
        "width": 320,
        "heads": 5,
        "kv_heads": 5,
        "feed_forward": 640,
        "vocabulary": 512,
        "window": 640,
    },
    "9 heads over 3": {"width": 576, "heads": 9, "kv_heads": 3, "feed_forward": 1_536, "layers": 3},
    "all heads over one": {"kv_heads": 1},
    "heads of 48": {"head_dim": 48},
    "heads of 24": {"head_dim": 24},
    "heads of 2": {"head_dim": 2},
    "heads of half a vector": {"head_dim": 160},
    "heads of a whole vector": {"head_dim": 320},
    "25 heads that leave lanes and half a vector empty": {
        "width": 33,
        "heads": 25,
        "kv_heads": 25,
        "head_dim": 14,
        "layers": 1,
    },
    "64 heads over 8": {"width": 512, "heads": 64, "kv_heads": 8, "head_dim": 64, "layers": 1},
    "width 1": {"width": 1, "heads": 1, "kv_heads": 1, "head_dim": 2},
    "width 20": {"width": 20, "heads": 2, "kv_heads": 1},
    "width 336": {"width": 336, "heads": 3, "kv_heads": 3},
    "width 700": {"width": 700, "heads": 7, "kv_heads": 7},
    "width 1000": {"width": 1_000, "heads": 10, "kv_heads": 2},
    "feed-forward 1": {"feed_forward": 1},
    "feed-forward 333": {"feed_forward": 333},
    "vocabulary 5": {"vocabulary": 5},
    "vocabulary 1000": {"vocabulary": 1_000, "tied": False},
    "one layer": {"layers": 1},
    "own head for the logits": {"tied": False},
    **{f"window {window}": {"window": window} for window in (1, 31, 320, 321, 2_048)},
}


@st.composite
def small_shapes(draw: st.DrawFn) -> Architecture:
    kv_heads = draw(st.integers(1, 7))
    return shape(
        width=draw(st.integers(1, 720)),
        layers=draw(st.integers(1, 5)),
        heads=kv_heads * draw(st.integers(1, 4)),
        kv_heads=kv_heads,
        head_dim=2 * draw(st.integers(1, 160)),
        feed_forward=draw(st.integers(1, 1_000)),
        vocabulary=draw(st.integers(1, 2_000)),
        window=draw(st.integers(1, 900)),
        tied=draw(st.booleans()),
    )


def lengths(program: Program, instances: Sequence[Instance]) -> int:
    """Cycles of blocks that run one after the other: a token, or a chunk of a prompt."""
    blocks = [block for phase in phases(program).values() for block in phase.blocks.values()]
    assert all(any(instance.block is block for block in blocks) for instance in instances)
    return sum(instance.block.cycles for instance in instances) + DRAIN_CYCLES


@cache
def timed(window: int, prompt_rows: int) -> Program:
    return compile_program(
        shape(width=20, heads=2, head_dim=32, layers=3, kv_heads=1, window=window), prompt_rows
    )


def test_the_shipped_model_is_legal(project: Path) -> None:
    program = compile_program(read_architecture(project / PEBBLE))
    verify(program)
    assert program.chips == 1


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_compiles_to_a_legal_program(name: str) -> None:
    architecture = shape(**SHAPES[name])
    program = compile_program(architecture)
    verify(program)
    assert program.operations == operations(architecture)


@pytest.mark.parametrize("prompt_rows", [4, 8, 16, 20])
def test_chunks_of_every_size_are_legal(prompt_rows: int) -> None:
    program = compile_program(shape(**SHAPES["9 heads over 3"]), prompt_rows)
    verify(program)
    assert program.prompt.rows == prompt_rows


@settings(max_examples=20)
@given(small_shapes())
def test_random_shapes_are_legal_and_place_every_weight_once(architecture: Architecture) -> None:
    try:
        program = compile_program(architecture)
    except DoesNotFit:
        reject()  # said with the chips it would need: tested elsewhere
    verify(program)
    placement = program.placement
    placed = [r for r in recipes(architecture) if architecture.tied or r.name != "embedding"]
    assert placement.weights == sum(r.rows * r.columns for r in placed)
    rows = {r.name.rpartition(".")[2]: (r.rows, r.columns) for r in placed}
    assert rows.keys() == placement.tensors.keys()
    for name, tensor in placement.tensors.items():
        for lanes, count in zip((tensor.outputs, tensor.inputs), rows[name], strict=True):
            np.testing.assert_array_equal(np.sort(lanes[lanes != PADDING]), np.arange(count))


@pytest.mark.parametrize(
    ("sizes", "tiles_in_layer", "tiles_of_head"),
    [
        # Queries, keys and values; output; gates and ups; down. Each padded to 320 x 320.
        ({"width": 64}, 4 + 2 + 2 + 1, 1),
        ({"width": 321, "heads": 3, "kv_heads": 3, "head_dim": 108}, 6 * 2 + 2 * 2 + 2 * 2 + 2, 2),
        ({"width": 320, "heads": 5, "kv_heads": 5, "feed_forward": 960}, 3 + 1 + 6 + 3, 1),
        ({"vocabulary": 641}, 4 + 2 + 2 + 1, 3),
    ],
)
def test_padding_is_what_the_tiles_hold_beside_the_weights(
    sizes: dict[str, Any], tiles_in_layer: int, tiles_of_head: int
) -> None:
    architecture = shape(**sizes)
    placement = compile_program(architecture).placement
    tiles = tiles_in_layer * architecture.layers + tiles_of_head
    assert placement.weights + placement.padding == tiles * LANES * LANES
    assert placement.weights == sum(r.rows * r.columns for r in recipes(architecture))


@pytest.mark.parametrize(
    "sizes",
    [
        {
            "width": 4_096,
            "heads": 32,
            "kv_heads": 32,
            "layers": 32,
            "feed_forward": 11_008,
            "window": 2_048,
        },
        {"width": 576, "heads": 9, "kv_heads": 3, "layers": 200, "feed_forward": 1_536},
        {"vocabulary": 200_000, "width": 1_000, "heads": 10, "kv_heads": 10},
        {"layers": 100, "window": 2_048},
        {"window": 131_072},
        {"heads": 64, "kv_heads": 64, "head_dim": 64, "window": 8_192},
    ],
)
def test_a_model_that_does_not_fit_is_told_how_many_chips_it_would_need(
    sizes: dict[str, Any],
) -> None:
    with pytest.raises(DoesNotFit) as refused:
        compile_program(shape(**sizes))
    chips = re.search(r"would need ([\d,]+) chips", str(refused.value))
    assert chips is not None
    assert int(chips[1].replace(",", "")) >= 2


def test_more_chips_are_needed_for_a_larger_model_that_does_not_fit() -> None:
    needs = []
    for layers in (200, 400, 800):
        with pytest.raises(DoesNotFit) as refused:
            compile_program(shape(width=1_024, heads=16, kv_heads=16, layers=layers))
        needs.append(int(re.findall(r"need ([\d,]+) chips", str(refused.value))[0]))
    assert needs[0] < needs[1] < needs[2]


def test_heads_wider_than_a_vector_are_refused() -> None:
    with pytest.raises(DoesNotFit, match="head_dim 322"):
        compile_program(shape(head_dim=322))


@given(st.sampled_from([1, 319, 320, 321, 640, 2_048]), st.data())
def test_a_token_takes_as_long_as_its_blocks_at_any_position(
    window: int, data: st.DataObject
) -> None:
    program = timed(window, 4)
    position = data.draw(st.integers(0, window - 1))
    assert program.token_cycles(position) == lengths(program, list(program.token(position)))


@given(st.sampled_from([(1, 4), (321, 4), (640, 8), (2_048, 16), (2_048, 20)]), st.data())
def test_a_prompt_takes_as_long_as_the_blocks_of_its_chunks(
    sizes: tuple[int, int], data: st.DataObject
) -> None:
    window, rows = sizes
    program = timed(window, rows)
    tokens = data.draw(st.integers(1, window) | st.sampled_from([1, min(window, 320), window]))
    total = 0
    for start in range(0, tokens, rows):
        part, is_last = min(rows, tokens - start), start + rows >= tokens
        total += lengths(program, list(program.chunk(start, part, is_last=is_last)))
    assert program.prompt_cycles(tokens) == total


def test_one_more_tile_of_320_positions_costs_the_same_each_time() -> None:
    program = timed(2_048, 4)
    cycles = [program.token_cycles(position) for position in range(2_048)]
    grows = np.diff(cycles)
    assert (np.flatnonzero(grows) + 1).tolist() == [320, 640, 960, 1_280, 1_600, 1_920]
    assert len(set(grows[grows > 0].tolist())) == 1


@pytest.mark.parametrize("tokens", [-1, 0, 322, 100_000])
def test_a_context_beyond_the_window_has_no_prediction(tokens: int) -> None:
    program = timed(321, 4)
    with pytest.raises(ValueError, match="1 to 321 tokens"):
        program.prompt_cycles(tokens)
    with pytest.raises(ValueError, match="1 to 321 tokens"):
        program.token_cycles(tokens - 1)
