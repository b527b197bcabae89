"""A block's rows that move or multiply weights → which of them, as tensor[outputs,inputs].

One row brings in many tiles, in loops; outputs are counted on the side of their pair.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.instructions import Block, Instructions, expand
from lpu_engine.compiler.pipeline.layout import (
    Layout,
    attention_layout,
    feed_layout,
    head_layout,
    output_layout,
    router_layout,
)
from lpu_engine.compiler.pipeline.program import PipelineProgram
from lpu_engine.compiler.pipeline.shard import Shard
from lpu_engine.compiler.placement import weight_slices
from lpu_engine.hardware.lpu import (
    FIRST_INSTALL,
    FIRST_PASS,
    INSTALL_CYCLES,
    PLANES,
    SLICES,
    Opcode,
    latency,
)

PAIRS = range(0, PLANES, 2)  # the first plane of each


class Origin(NamedTuple):
    """Where the tiles of one INSTALL_PAIR come from: a tensor's outputs, or a cache."""

    name: str
    first: int  # output
    inputs: int


@dataclass(frozen=True, slots=True)
class Tiles:
    """Tiles of a pair in the order in which they come in."""

    ready: NDArray[np.int64]  # cycles from which a pass meets them
    row: NDArray[np.int64]  # of their INSTALL_PAIR
    number: NDArray[np.int64]  # of that row's


def tile_names(program: PipelineProgram, block: Block) -> dict[int, str]:
    """Rows that read, install or multiply weights → their name."""
    rows, layout = block.instructions, _layout_of(program.shard, block)
    names: dict[int, str] = {}
    for plane in PAIRS:
        tiles = _tiles(rows, plane)
        if not len(tiles.row):
            continue
        origins = {row: _origin(rows, row, layout) for row in np.unique(tiles.row).tolist()}
        for row, origin in origins.items():
            mine = tiles.number[tiles.row == row]
            names[row] = names[int(rows["a_from"][row])] = _named(origin, mine)
        for row, met in _passes(rows, plane, tiles):
            names[row] = _named(origins[int(tiles.row[met[0]])], tiles.number[met])
    return names


def _layout_of(shard: Shard, block: Block) -> Layout | None:
    """The weights that a block fetches; None: it has none."""
    kind, *rest = block.name.replace(",", "").split()
    fixed = {
        "heads": attention_layout,
        "attention": attention_layout,
        "output": output_layout,
        "router": router_layout,
    }
    if kind in fixed:
        return fixed[kind](shard)
    cut = {"feed-forward": feed_layout, "expert": feed_layout, "head": head_layout}
    return cut[kind](shard, int(rest[0])) if kind in cut else None


def _tiles(rows: Instructions, plane: int) -> Tiles:
    mine = np.flatnonzero(rows["unit"] == FIRST_INSTALL + plane)
    e = expand(rows[mine])
    cycle, row = e.cycle[::INSTALL_CYCLES], mine[e.row[::INSTALL_CYCLES]]
    number = np.concatenate([[0], np.cumsum(np.diff(row) == 0)]) if len(row) else row
    starts = np.searchsorted(row, row)
    ready = cycle + INSTALL_CYCLES - 1 + latency(Opcode.INSTALL_PAIR)
    order = np.argsort(ready, kind="stable")
    counted = number - number[starts] if len(row) else number
    return Tiles(ready[order], row[order], counted[order])


def _passes(
    rows: Instructions, plane: int, tiles: Tiles
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Each row of passes, and the tiles that it meets."""
    for row in np.flatnonzero(rows["unit"] == FIRST_PASS + plane).tolist():
        cycles = expand(rows[row : row + 1]).cycle
        met = np.searchsorted(tiles.ready, cycles, side="right") - 1
        if met.min() >= 0:
            yield row, met


def _origin(rows: Instructions, row: int, layout: Layout | None) -> Origin:
    reader = rows[int(rows["a_from"][row])]
    unit, address = int(reader["unit"]), int(reader["address"])
    if reader["opcode"] == Opcode.READ:
        return Origin("keys" if unit >= SLICES else "values", 0, 0)
    for tensor in layout.tensors if layout else ():
        for run in tensor.runs:
            end = run.address + run.outputs * tensor.inputs * INSTALL_CYCLES
            if weight_slices(run.bank)[0] == unit and run.address <= address < end:
                done = (address - run.address) // INSTALL_CYCLES // tensor.inputs
                return Origin(tensor.name, run.first + done, tensor.inputs)
    return Origin("weights", 0, 0)


def _named(origin: Origin, tiles: NDArray[np.int64]) -> str:
    """gates[0..5,3]: outputs 0 to 5, of each the input 3; keys[0..12]: tiles of the cache."""
    if not origin.inputs:
        return f"{origin.name}[{_span(tiles)}]"
    outputs, inputs = origin.first + tiles // origin.inputs, tiles % origin.inputs
    return f"{origin.name}[{_span(outputs)},{_span(inputs)}]"


def _span(numbers: NDArray[np.int64]) -> str:
    first, last = int(numbers.min()), int(numbers.max())
    return str(first) if first == last else f"{first}..{last}"
