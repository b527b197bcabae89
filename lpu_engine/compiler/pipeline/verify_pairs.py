"""Proof that each row passes through the weights that are meant for it, on both pairs of planes.

Weights are meant for the passes behind them in the table, up to the next that the pair takes in.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.instructions import ACCUMULATE, EMIT, Instructions, expand
from lpu_engine.compiler.legal import Ints, fail
from lpu_engine.hardware.lpu import (
    ACCUMULATOR_ROWS,
    FIRST_INSTALL,
    FIRST_PASS,
    FIRST_SEND,
    INSTALL_CYCLES,
    PAIR_CYCLES,
    PLANES,
    Opcode,
    latency,
)

PAIRS = (0, PLANES // 2)  # the first plane of each
READY = INSTALL_CYCLES - 1 + latency(Opcode.INSTALL_PAIR)  # cycles from a tile's start


def pairs_take_turns(rows: Instructions) -> None:
    """Each pass takes its own weights whole, every tile is used, a row takes two cycles."""
    unit = rows["unit"]
    matrix = np.flatnonzero((unit >= FIRST_INSTALL) & (unit < FIRST_SEND))
    if not len(matrix):
        return
    plane = (unit[matrix] - FIRST_INSTALL) % PLANES
    pass_or_install = (Opcode.INSTALL_PAIR, Opcode.PASS_PAIR)
    alone = ~np.isin(plane, PAIRS) | ~np.isin(rows["opcode"][matrix], pass_or_install)
    if alone.any():
        fail(rows, matrix[alone.argmax()], "planes work in pairs, and the first stands for both")
    for first in PAIRS:
        installs = matrix[unit[matrix] == FIRST_INSTALL + first]
        tiles = _tiles(rows, installs)
        passes = _passes(rows, matrix[unit[matrix] == FIRST_PASS + first], tiles)
        _every_tile_used(rows, tiles, passes)
        _own_weights(rows, installs, tiles, passes)
        _one_tile_a_turn(rows, passes)
        _sums_whole(rows, tiles, passes)


@dataclass(frozen=True, slots=True)
class Tiles:
    """What comes into a pair, in order of time; arrays of one length."""

    row: Ints
    start: Ints
    input: Ints  # among those of its output
    inputs: Ints


@dataclass(frozen=True, slots=True)
class Passes:
    """What passes through a pair, row by row of the table; arrays of one length."""

    row: Ints
    cycle: Ints
    lane: Ints  # of the accumulators
    tile: Ints  # the number of the one that it meets


def _tiles(rows: Instructions, installs: Ints) -> Tiles:
    """Tiles come in whole, in the order of the table."""
    part = rows[installs]
    broken = (part["counts"][:, 2] != INSTALL_CYCLES) | (part["intervals"][:, 2] != 1)
    if broken.any():
        fail(rows, installs[broken.argmax()], "it does not bring in whole tiles")
    part["counts"][:, 2] = 1
    e = expand(part)
    early = np.flatnonzero(np.diff(e.cycle) < INSTALL_CYCLES)
    if len(early):
        fail(rows, installs[e.row[early[0] + 1]], "weights come in out of their order")
    inputs = part["counts"][:, 1].astype(np.int64)[e.row]
    sizes = part["counts"].prod(axis=1)
    number = np.arange(len(e.row)) - (np.cumsum(sizes) - sizes)[e.row]
    return Tiles(installs[e.row], e.cycle, number % np.maximum(inputs, 1), inputs)


def _passes(rows: Instructions, mine: Ints, tiles: Tiles) -> Passes:
    """Rows pass two cycles apart, and behind weights."""
    e = expand(rows[mine])
    row = mine[e.row]
    order = np.argsort(e.cycle, kind="stable")
    near = np.flatnonzero(np.diff(e.cycle[order]) < PAIR_CYCLES)
    if len(near):
        fail(rows, row[order[near[0] + 1]], "its pair is still busy with the row before")
    tile = np.searchsorted(tiles.start + READY, e.cycle, side="right") - 1
    if len(tile) and tile.min() < 0:
        fail(rows, row[tile.argmin()], "its weights are not in the pair")
    return Passes(row, e.cycle, e.lane, tile)


def _every_tile_used(rows: Instructions, tiles: Tiles, passes: Passes) -> None:
    """Some row passes through each tile, and before the next one comes in behind it."""
    first = np.full(len(tiles.row), np.iinfo(np.int64).max)
    np.minimum.at(first, passes.tile, passes.cycle)
    unused = first == np.iinfo(np.int64).max
    if unused.any():
        fail(rows, tiles.row[unused.argmax()], "its weights are never used")
    late = first[:-1] >= tiles.start[1:]
    if late.any():
        fail(rows, tiles.row[1:][late.argmax()], "weights arrive while others still wait")


def _own_weights(rows: Instructions, installs: Ints, tiles: Tiles, passes: Passes) -> None:
    """What a row of passes meets came in by the last row of weights before it in the table."""
    owner = np.searchsorted(installs, passes.row) - 1
    foreign = (owner < 0) | (tiles.row[passes.tile] != installs[owner])
    if foreign.any():
        fail(rows, passes.row[foreign.argmax()], "it passes through weights of others")


def _one_tile_a_turn(rows: Instructions, passes: Passes) -> None:
    """The rows of one turn all meet the same tile, and each turn but for one's own meets a new one.

    A turn is the inner loop, or, where heads follow each other in the accumulators, two of them.
    """
    if not len(passes.row):
        return
    counts = rows["counts"].astype(np.int64)
    wide = np.where(rows["lane_steps"][:, 1] != 0, counts[:, 1], 1)
    size = (counts[:, 2] * wide)[passes.row]
    begins = np.flatnonzero(np.diff(passes.row, prepend=-1))
    index = np.arange(len(passes.row))
    number = index - np.maximum.accumulate(_marked(len(index), begins))  # within the row
    first = index - number % size
    mixed = passes.tile != passes.tile[first]
    if mixed.any():
        fail(rows, passes.row[mixed.argmax()], "other weights come in while its rows pass")
    again = (number % size == 0) & (number > 0)
    again &= passes.tile <= np.roll(passes.tile, 1)
    if again.any():
        fail(rows, passes.row[again.argmax()], "its turns meet the same weights twice")


def _marked(length: int, places: Ints) -> Ints:
    """Zeros, but each place's own number there."""
    out = np.zeros(length, np.int64)
    out[places] = places
    return out


def _sums_whole(rows: Instructions, tiles: Tiles, passes: Passes) -> None:
    """A sum begins with the first input of an output, takes tile after tile, leaves at the last."""
    beyond = (passes.lane < 0) | (passes.lane >= ACCUMULATOR_ROWS)
    if beyond.any():
        fail(rows, passes.row[beyond.argmax()], f"a pair sums up to {ACCUMULATOR_ROWS} rows")
    order = np.lexsort((passes.cycle, passes.lane))
    row, lane, tile = passes.row[order], passes.lane[order], passes.tile[order]
    flags = rows["flags"][row]
    goes_on, leaves = (flags & ACCUMULATE) != 0, (flags & EMIT) != 0
    open_before = np.append(False, ~leaves[:-1] & (np.diff(lane) == 0))
    same = np.append(False, (np.diff(tile) == 1) & (np.diff(tiles.row[tile]) == 0))
    wrong: NDArray[np.bool_] = goes_on != open_before
    wrong |= goes_on & ~same
    wrong |= ~goes_on & (tiles.input[tile] != 0)
    wrong |= leaves & (tiles.input[tile] != tiles.inputs[tile] - 1)
    wrong |= ~leaves & np.append(np.diff(lane) != 0, True)
    if wrong.any():
        fail(rows, row[wrong.argmax()], "it does not go on with the sum that it is part of")
