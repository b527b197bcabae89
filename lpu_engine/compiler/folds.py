"""A block's rows → folds: rows that differ only by slice, stream and one cycle, as one.

A word is parked in four slices, a tile's weights in sixteen; each row can be told from its fold.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lpu_engine.compiler.instructions import SCATTERED, Block
from lpu_engine.hardware.lpu import HALF_STREAMS, INSTALL_STREAMS, SLICES, Opcode

Row = Mapping[str, Any]  # a field's name → its number, or one for each loop

MEMORY = (Opcode.READ, Opcode.WRITE, Opcode.READ_DOUBLE)
DIFFERS_IN_A_FOLD = {"cycle", "unit", "a", "out", "a_from"}


@dataclass(frozen=True, slots=True)
class Fold:
    """`count` rows in a row: each next one is on the next slice and stream, `apart` cycles on."""

    row: Row
    count: int
    apart: int
    last_unit: int
    tile: str  # of the weights that are moved or multiplied

    @property
    def streams(self) -> int:
        """How many streams its rows read from, or write to."""
        if self.row["opcode"] == Opcode.READ_DOUBLE:
            return HALF_STREAMS * self.count
        return min(self.count, HALF_STREAMS) if _is_scattered(self.row) else self.count


def folds(block: Block, tiles: Mapping[int, str]) -> Iterator[Fold]:
    """All rows of a block, in order; `tiles` names the weights of some of them."""
    rows = _rows(block)
    first = 0
    while first < len(rows):
        last, apart = first, 0
        while last + 1 < len(rows) and _goes_on(rows[first : last + 2]):
            last += 1
            apart = rows[last]["cycle"] - rows[last - 1]["cycle"]
        row, tile = rows[first], tiles.get(first, "")
        yield Fold(row, last - first + 1, apart, rows[last]["unit"], tile)
        first = last + 1


def _rows(block: Block) -> list[Row]:
    names = block.instructions.dtype.names or ()
    columns = {name: block.instructions[name].tolist() for name in names}
    return [{name: columns[name][i] for name in names} for i in range(len(block.instructions))]


def _goes_on(rows: Sequence[Row]) -> bool:
    """Whether the last of some rows continues the others' fold."""
    first, before, row = rows[0], rows[-2], rows[-1]
    most = 2 * INSTALL_STREAMS if _is_scattered(row) else INSTALL_STREAMS
    if Opcode(row["opcode"]) not in MEMORY or len(rows) > most:
        return False
    if any(row[name] != first[name] for name in row if name not in DIFFERS_IN_A_FOLD):
        return False
    unit, cycle = row["unit"] - before["unit"], row["cycle"] - before["cycle"]
    second = rows[1]
    return bool(
        _stream(row) == _stream(first) + _stream_step(row, len(rows) - 1)
        and unit == second["unit"] - first["unit"] == (1 if row["unit"] >= SLICES else -1)
        and cycle == second["cycle"] - first["cycle"]
        and abs(cycle) == 1
    )


def _stream(row: Row) -> int:
    return int(row["a"] if row["opcode"] == Opcode.WRITE else row["out"])


def _stream_step(row: Row, number: int) -> int:
    """Streams from a fold's first row to its `number`-th; pairs of slices scatter one vector."""
    if row["opcode"] == Opcode.READ_DOUBLE:
        return HALF_STREAMS * number
    return number % HALF_STREAMS if _is_scattered(row) else number


def _is_scattered(row: Row) -> bool:
    return bool(row["flags"] & SCATTERED)
