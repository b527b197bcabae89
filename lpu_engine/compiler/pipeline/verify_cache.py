"""Proof that keys and values come from and go to their own places, alike on all 32 slices.

A key vector has room for `tiles` tiles, and for one more of values that are still to be turned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.instructions import SCATTERED, Instructions
from lpu_engine.compiler.legal import Illegal, Ints, fail
from lpu_engine.compiler.pipeline.attention import KEYS_PLANE
from lpu_engine.compiler.pipeline.buffers import CACHE
from lpu_engine.compiler.pipeline.remembering import VALUES_PLANE
from lpu_engine.compiler.pipeline.verify_weights import ALIKE, MOVES, brought_in, unlike
from lpu_engine.hardware.lpu import (
    FIRST_INSTALL,
    HALF_STREAMS,
    INSTALL_CYCLES,
    SLICES,
    STREAMS,
    Opcode,
    Side,
    plane_side,
)

Found = Sequence[tuple[int, ...]]
SLICES_OF = np.array([CACHE[side] for side in Side])


@dataclass(frozen=True, slots=True)
class Cache:
    """How a layer's keys and values stand: `each` addresses of a tile hold one position's copy."""

    vectors: int
    tiles: int
    each: int
    lanes: int  # of the values that are turned

    def base(self, vector: int) -> int:
        """The first address of a key vector."""
        return vector * INSTALL_CYCLES * (self.tiles + 1)

    def staged(self, vector: int) -> int:
        """The first address of its values that are still to be turned."""
        return self.base(vector) + INSTALL_CYCLES * self.tiles


def rows_remembered(rows: Instructions, cache: Cache) -> None:
    """Each key, and each value, on all slices; then the values turned, on all lanes."""
    vectors = range(cache.vectors)
    tiles = [(VALUES_PLANE, cache.staged(v), 1, 0) for v in vectors]
    _as_wanted("tiles that come in", _tiles(rows), tiles)
    places = [
        place
        for v in vectors
        for place in ((Side.EAST, cache.base(v), cache.each), (Side.WEST, cache.staged(v), 0))
    ]
    _as_wanted("rows that are remembered", _scattered(rows), places)
    turned = [
        (first // cache.each, cache.base(v), min(cache.each, cache.lanes - first), cache.each)
        for v in vectors
        for first in range(0, cache.lanes, cache.each)
    ]
    _as_wanted("values that are turned", _turned(rows), turned)


def tiles_attended(rows: Instructions, cache: Cache, seen: int) -> None:
    """All tiles of keys, and of values, one after the other; nothing is remembered."""
    tiles = [
        (plane, cache.base(v), seen, INSTALL_CYCLES)
        for v in range(cache.vectors)
        for plane in (KEYS_PLANE, VALUES_PLANE)
    ]
    _as_wanted("tiles that come in", _tiles(rows), tiles)
    _as_wanted("rows that are remembered", _scattered(rows), [])
    _as_wanted("values that are turned", _turned(rows), [])


def _as_wanted(what: str, found: Found, wanted: Found) -> None:
    if list(found) != list(wanted):
        raise Illegal(f"Cache: the {what} are not all there, each at its own place, in order.")


def _tiles(rows: Instructions) -> Found:
    """(plane, address, tiles, from tile to tile) of what comes into the pairs."""
    fetches = (rows["cache"] != 0) & (rows["opcode"] == Opcode.READ)
    installs, reads = brought_in(rows, fetches, STREAMS)
    plane, part = rows["unit"][installs] - FIRST_INSTALL, rows[reads[:, 0]]
    sides = np.array([plane_side(n) for n in plane.tolist()], np.int64)
    wrong = (rows["unit"][reads] != SLICES_OF[sides]).any(axis=1) | (part["counts"][:, 1] != 1)
    wrong |= _moved(part, ())
    if wrong.any():
        reason = f"its {STREAMS} slices do not give the rows of one tile"
        fail(rows, installs[wrong.argmax()], reason)
    return _columns(plane, part["address"], part["counts"][:, 0], part["steps"][:, 0])


def _scattered(rows: Instructions) -> Found:
    """(side, address, by tile) of what goes to the place of its position, on all slices alike."""
    written = _written(rows)
    groups = _groups(rows, written[(rows["flags"][written] & SCATTERED) != 0], STREAMS)
    part, units = rows[groups[:, 0]], rows["unit"][groups]
    sides = np.where(units[:, 0] < SLICES, Side.WEST, Side.EAST)
    wrong = (units != SLICES_OF[sides]).any(axis=1) | part["steps"].any(axis=1)
    if wrong.any():
        reason = f"it does not go to one address of all {STREAMS} slices"
        fail(rows, groups[wrong.argmax(), 0], reason)
    return _columns(sides, part["address"], part["by_tile"])


def _turned(rows: Instructions) -> Found:
    """(pair of slices, address, count, by tile) of values on lanes of their own."""
    written = _written(rows)
    groups = _groups(rows, written[(rows["flags"][written] & SCATTERED) == 0], HALF_STREAMS)
    part, pairs = rows[groups[:, 0]], SLICES_OF[Side.WEST].reshape(-1, HALF_STREAMS)
    same = (rows["unit"][groups][:, None] == pairs).all(axis=2)
    in_a_row = (part["counts"][:, :2] == 1).all(axis=1) & (part["steps"][:, 2] == 1)
    wrong = ~same.any(axis=1) | ~in_a_row
    if wrong.any():
        fail(rows, groups[wrong.argmax(), 0], "it does not go to a pair of slices")
    return _columns(same.argmax(axis=1), part["address"], part["counts"][:, 2], part["by_tile"])


def _written(rows: Instructions) -> Ints:
    return np.flatnonzero((rows["cache"] != 0) & (rows["opcode"] == Opcode.WRITE))


def _groups(rows: Instructions, mine: Ints, slices: int) -> Ints:
    """[vector, slice]: rows that park one vector, alike but for unit and cycle."""
    if len(mine) % slices:
        fail(rows, mine[-1], f"its vector does not go to {slices} slices")
    groups = mine.reshape(-1, slices)
    wrong = unlike(rows, groups, (*ALIKE, "a_from"))
    wrong |= _moved(rows[groups[:, 0]], ("by_tile",))
    if wrong.any():
        fail(rows, groups[wrong.argmax(), 0], f"its {slices} slices are not written alike")
    return groups


def _columns(*columns: NDArray[Any]) -> Found:
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _moved(part: Instructions, but: tuple[str, ...]) -> NDArray[np.bool_]:
    """Rows whose addresses follow anything but this."""
    moves = [part[name] != 0 for name in MOVES if name not in but]
    return np.asarray(np.logical_or.reduce(moves))
