"""A block's instructions → lines that a person can read, grouped by the operation they serve.

Rows that differ only by slice, stream and one cycle from slice to slice become one line.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lpu_engine.compiler.folds import Fold, Row, folds
from lpu_engine.compiler.footprint import Region, is_inner
from lpu_engine.compiler.instructions import (
    ACCUMULATE,
    CHAINED,
    EMIT,
    LEVELS,
    OUTSIDE,
    PARTLY,
    PICKED,
    RENEWED,
    SCATTERED,
    Block,
)
from lpu_engine.compiler.legal import GIVES, TAKES
from lpu_engine.compiler.memory import BROADCAST_MAP, LANE_MAP, SHARE_MAP, SWAP_MAP
from lpu_engine.compiler.placement import Placement, weight_slices
from lpu_engine.hardware.lpu import (
    FIRST_INSTALL,
    FIRST_PASS,
    SLICES,
    STREAMS,
    UNIT_NAMES,
    WORD,
    Opcode,
)

UNARY = (
    Opcode.COPY,
    Opcode.EXP,
    Opcode.RECIPROCAL_ROOT,
    Opcode.ROUND,
    Opcode.FLOAT,
    Opcode.NARROW,
    Opcode.WIDEN,
)
FITTED = (Opcode.SYNCHRONISE, Opcode.CHOOSE_EXPERT)
NOTES = {
    CHAINED: "goes on",
    RENEWED: "renewed",
    PARTLY: "partly from before",
    SCATTERED: "to one pair",
}
WEIGHTS = "weights"  # of which tile is not known: the program is not legal
# What an address follows besides its loops.
MOVES = ("layer", "tile", "rows", "position", "expert", "chip")
WIDTH, OPERANDS_WIDTH = 120, 54  # of a terminal, and of a column


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a listing, and where it belongs."""

    operation: int
    cycle: int
    text: str


def lines(
    block: Block, tiles: Mapping[int, str], regions: Sequence[Region], *, has_cache_words: bool
) -> list[Line]:
    """All lines of a block: by operation, then in order of cycle; `tiles` names rows' weights."""
    found = [_line(fold, regions, has_cache_words) for fold in folds(block, tiles)]
    return sorted(found, key=lambda line: (line.operation, line.cycle))


def tiles_of(block: Block, placement: Placement) -> dict[int, str]:
    """Rows that read, install or multiply weights → the tile, as tensor[output,input]."""
    rows = block.instructions
    at = {
        (weight_slices(t.plane)[0], t.address): f"{t.tensor}[{t.output},{t.input}]"
        for t in placement.tiles
    }
    names: dict[int, str] = {}
    in_plane: dict[int, str] = {}
    for row in np.argsort(rows["cycle"], kind="stable").tolist():
        opcode, unit = int(rows["opcode"][row]), int(rows["unit"][row])
        if opcode == Opcode.INSTALL:
            giver = int(rows["a_from"][row])
            name = at.get((int(rows["unit"][giver]), int(rows["address"][giver])), WEIGHTS)
            names[row] = names[giver] = in_plane[unit - FIRST_INSTALL] = name
        elif opcode == Opcode.PASS:
            names[row] = in_plane.get(unit - FIRST_PASS, WEIGHTS)
    return names


def stream_names(first: int, count: int = 1) -> str:
    """E0 to E31 flow east, W0 to W31 west."""
    side, number = "EW"[first // STREAMS], first % STREAMS
    return f"{side}{number}" if count == 1 else f"{side}{number}..{side}{number + count - 1}"


def _line(fold: Fold, regions: Sequence[Region], has_cache_words: bool) -> Line:
    row = fold.row
    opcode = Opcode(row["opcode"])
    arrow = {1: "↑", -1: "↓"}.get(fold.apart, " ")
    unit = UNIT_NAMES[row["unit"]]
    if fold.count > 1:
        unit += f"..{UNIT_NAMES[fold.last_unit].split()[-1]}"
    what = f"{opcode.name:<9} {_operands(opcode, fold, regions)}"
    text = f"{row['cycle']:>7}{arrow} {unit:<16}  {what:<{OPERANDS_WIDTH}}  "
    notes = ", ".join(_notes(row, has_cache_words))
    if len(text) + len(notes) > WIDTH:
        text = f"{text.rstrip()}\n{'':>{WIDTH - len(notes)}}"
    return Line(row["operation"], row["cycle"], (text + notes).rstrip())


def _operands(opcode: Opcode, fold: Fold, regions: Sequence[Region]) -> str:
    row = fold.row
    if opcode in (Opcode.READ, Opcode.READ_DOUBLE):
        where = f"{_address(row)} {_place_name(fold, regions)}"
        return f"{where} → {stream_names(row['out'], fold.streams)}"
    if opcode == Opcode.WRITE:
        where = f"{_address(row)} {_place_name(fold, regions)}"
        return f"{stream_names(row['a'], fold.streams)} → {where}"
    if opcode in FITTED:
        return "wait: fitted to a published speed, not derived"
    a, b = (_operand(row, name, opcode) for name in ("a", "b"))
    if opcode in (Opcode.INSTALL, Opcode.INSTALL_PAIR):
        return f"{a} → waiting {fold.tile}"
    if opcode == Opcode.SEND:
        return f"{a} → away"
    out = stream_names(row["out"], int(GIVES[opcode])) if row["out"] >= 0 else ""
    if opcode == Opcode.RECEIVE:
        return f"→ {out}"
    if opcode in (Opcode.PASS, Opcode.PASS_PAIR):
        return f"{a} × {fold.tile}, {_sums(row, out)}"
    if opcode == Opcode.PERMUTE:
        return f"{a} {_map(row)} → {out}"
    if opcode == Opcode.INSERT:
        lane = f"lane {_along(row, 'lane', 'lane_steps')} of {b}"
        return f"{a}, lane {_address(row)[1:]} from {lane} → {out}"
    operands = a if opcode in UNARY else f"{a}, {b}"
    return f"{operands} → {out}"


def _operand(row: Row, name: str, opcode: Opcode) -> str:
    """A stream, or the constant in its place."""
    if row[name] < 0:
        return str(np.float32(row["value"]))
    return stream_names(row[name], int(TAKES[opcode]))


def _sums(row: Row, out: str) -> str:
    """What a pass does with the sums in its plane's accumulators."""
    verb = "add to" if row["flags"] & ACCUMULATE else "set"
    sums = f"{verb} sums {_along(row, 'lane', 'lane_steps')}"
    return f"{sums}, emit → {out}" if row["flags"] & EMIT else sums


def _map(row: Row) -> str:
    """Where the lanes of a PERMUTE come from, in words."""
    number = row["lane"]
    if number < LANE_MAP:
        return f"spread superlane {_along(row, 'lane', 'lane_steps')}"
    if number < BROADCAST_MAP:
        return f"spread lane {_along(row, 'lane', 'lane_steps', LANE_MAP)}"
    if number > SWAP_MAP:
        return f"heads {_along(row, 'lane', 'lane_steps', SHARE_MAP)}"
    if number < SWAP_MAP:
        return f"broadcast lane {_along(row, 'lane', 'lane_steps', BROADCAST_MAP)}"
    return "swap the halves of heads"


def _address(row: Row) -> str:
    moves = [f" +{row[f'by_{what}']}·{what}" for what in MOVES if row[f"by_{what}"]]
    return f"@{_along(row, 'address', 'steps')}{''.join(moves)}"


def _along(row: Row, first: str, steps: str, origin: int = 0) -> str:
    """A number, and what each loop adds to it: 0+4+1."""
    added = [row[steps][level] for level in _loops(row)]
    return f"{row[first] - origin}{''.join(f'{step:+d}' for step in added) if any(added) else ''}"


def _loops(row: Row) -> list[int]:
    return [level for level in range(LEVELS) if row["counts"][level] > 1]


def _place_name(fold: Fold, regions: Sequence[Region]) -> str:
    """The buffer at an address, the tile, the cache, or the number of a parked value."""
    row = fold.row
    unit, address = row["unit"], row["address"]
    if row["cache"]:
        return "keys" if unit >= SLICES else "values"
    if not is_inner(unit):
        return fold.tile or WEIGHTS
    for region in regions:
        if unit in region.units and region.base <= address < region.end:
            return region.name
    return "" if row["parcel"] == OUTSIDE else f"p{row['parcel']}"


def _notes(row: Row, has_cache_words: bool) -> Iterator[str]:
    """Repetitions, outermost first, and flags."""
    for level in _loops(row):
        every = row["intervals"][level]
        yield f"×{row['counts'][level]}" + (f" every {every}" if every != 1 else "")
    yield from (note for flag, note in NOTES.items() if row["flags"] & flag)
    if row["flags"] & PICKED:
        yield f"picks {row['lane']}"
    if row["cache"] and has_cache_words:
        yield f"cache {WORD * row['cache']:+d}"
