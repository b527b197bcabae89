"""Proof that a block brings in each tile of its piece once, whole, from where the piece stands."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.instructions import Block, Instructions, expand
from lpu_engine.compiler.legal import Illegal, Ints, fail
from lpu_engine.compiler.pipeline.layout import Layout
from lpu_engine.compiler.placement import weight_slices
from lpu_engine.hardware.lpu import (
    FIRST_INSTALL,
    INSTALL_CYCLES,
    INSTALL_STREAMS,
    PLANES,
    SLICE_VECTORS,
    Opcode,
)

MOVES = ("by_layer", "by_tile", "by_rows", "by_position", "by_expert", "by_chip")
ALIKE = ("counts", "intervals", "address", "steps", "lane", "flags", "parcel", *MOVES)
BANKS = np.array([weight_slices(bank) for bank in range(PLANES)])


def brought_in(rows: Instructions, fetches: NDArray[np.bool_], slices: int) -> tuple[Ints, Ints]:
    """Rows that bring tiles into a pair, and [row, slice] those that fetch them, all alike."""
    installs = np.flatnonzero(rows["opcode"] == Opcode.INSTALL_PAIR)
    first = rows["a_from"][installs].astype(np.int64)
    installs, first = installs[fetches[first]], first[fetches[first]]
    reads = first[:, None] + np.arange(slices)
    reason = f"its {slices} slices do not give the rows of one tile"
    if not np.array_equal(reads.ravel(), np.flatnonzero(fetches)):
        fail(rows, fetches.argmax(), "what it fetches is no part of a tile that comes in")
    part = rows[reads[:, 0]]
    broken = unlike(rows, reads, ALIKE)
    broken |= (part["counts"][:, 2] != INSTALL_CYCLES) | (part["steps"][:, 2] != 1)
    if broken.any():
        fail(rows, installs[broken.argmax()], reason)
    return installs, reads


def unlike(rows: Instructions, groups: Ints, names: tuple[str, ...]) -> NDArray[np.bool_]:
    """Groups of rows, [group, slice], that are not alike in some columns."""
    out = np.zeros(len(groups), np.bool_)
    for name in names:
        values = rows[name][groups]
        out |= (values != values[:, :1]).any(axis=tuple(range(1, values.ndim)))
    return out


def weights_brought_in_once(
    block: Block, layout: Layout, names: tuple[str, ...], by_expert: int
) -> None:
    """Every tile of some tensors, in its order, at addresses that follow the expert alone."""
    rows = block.instructions
    installs, reads = brought_in(rows, rows["opcode"] == Opcode.READ_DOUBLE, INSTALL_STREAMS)
    for name in MOVES:
        moved = rows[name][reads[:, 0]] != (by_expert if name == "by_expert" else 0)
        if moved.any():
            fail(rows, reads[moved.argmax(), 0], f"its address does not follow {name} as it should")
    found = _fetched(rows, installs, reads)
    wanted = _placed(layout, names)
    if not np.array_equal(found, wanted):
        raise Illegal(f"{block.name}: {_difference(found.tolist(), wanted.tolist())}")


def _fetched(rows: Instructions, installs: Ints, reads: Ints) -> Ints:
    """Bank and address, as one number, of each tile that comes in; bank after bank."""
    in_bank = (rows["unit"][reads][:, None] == BANKS).all(axis=2)
    bank, plane = in_bank.argmax(axis=1), rows["unit"][installs] - FIRST_INSTALL
    wrong = ~in_bank.any(axis=1) | (bank // 2 != plane // 2)
    if wrong.any():
        reason = f"its {INSTALL_STREAMS} slices do not give the rows of one tile"
        fail(rows, installs[wrong.argmax()], reason)
    part = rows[reads[:, 0]]
    part["counts"][:, 2] = 1  # the first row of each tile
    e = expand(part)
    return _by_bank(bank[e.row] * SLICE_VECTORS + e.address)


def _placed(layout: Layout, names: tuple[str, ...]) -> Ints:
    """The same of tensors as they stand in a piece."""
    runs = [
        run.bank * SLICE_VECTORS
        + run.address
        + INSTALL_CYCLES * np.arange(run.outputs * layout.of(name).inputs)
        for name in names
        if layout.has(name)
        for run in layout.of(name).runs
    ]
    return _by_bank(np.concatenate([np.zeros(0, np.int64), *runs]))


def _by_bank(tiles: Ints) -> Ints:
    return tiles[np.argsort(tiles // SLICE_VECTORS, kind="stable")]


def _difference(found: list[int], wanted: list[int]) -> str:
    counts, right = Counter(found), Counter(wanted)
    for tile in sorted(counts | right):
        if counts[tile] != right[tile]:
            bank, address = divmod(tile, SLICE_VECTORS)
            return (
                f"the tile at address {address:,} of bank {bank} comes in {counts[tile]} times,"
                f" not {right[tile]}."
            )
    return "its tiles come in out of their order."
