"""Proof of a block's streams: each operand exactly on its cycle, one value in a place at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.instructions import CHAINED, PICKED, Instructions, expand
from lpu_engine.compiler.legal import (
    GIVES,
    LATENCIES,
    PLACE,
    TAKES,
    Ints,
    fail,
    never_meet,
    overlapping,
    silent,
    spans,
)
from lpu_engine.hardware.lpu import (
    ALU_CYCLES,
    HALF_STREAMS,
    SLICES,
    STREAMS,
    UNIT_NAMES,
    WORD,
    Opcode,
)


def streams_are_legal(rows: Instructions) -> None:
    """Raises Illegal."""
    edges = _edges(rows)
    _operands_on_their_cycle(rows, edges)
    _streams_carry_one_value(rows, edges)
    _results_taken(rows, edges)


@dataclass(frozen=True, slots=True)
class Edges:
    """Operands, stream by stream: who gives, who takes, on which stream; arrays of one length."""

    giver: Ints
    taker: Ints
    stream: Ints
    byte: Ints  # of the operand
    is_first: NDArray[np.bool_]  # operand a


def _edges(rows: Instructions) -> Edges:
    """Every stream operand of every row, with the row that is meant to produce it."""
    parts: list[tuple[Ints, ...]] = []
    for name, is_first in (("a", True), ("b", False)):
        taker = np.flatnonzero(rows[name] >= 0)
        count = TAKES[rows["opcode"][taker]]
        byte = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        taker = np.repeat(taker, count)
        giver = rows[f"{name}_from"][taker].astype(np.int64)
        bad = (giver < 0) | (giver >= len(rows))
        if bad.any():
            fail(rows, taker[bad.argmax()], "no instruction gives its operand")
        wide = (rows["opcode"][giver] == Opcode.READ_WIDE) & (
            rows["opcode"][taker] == Opcode.INSTALL
        )
        double = (rows["opcode"][giver] == Opcode.READ_DOUBLE) & (
            rows["opcode"][taker] == Opcode.INSTALL_PAIR
        )
        further = wide * (byte // WORD) + double * (byte // HALF_STREAMS)
        giver = giver + np.where(rows["opcode"][giver] == Opcode.READ, byte, further)
        giver = np.minimum(giver, len(rows) - 1)
        stream = rows[name][taker].astype(np.int64) + byte
        parts.append((giver, taker, stream, byte, np.full(len(taker), is_first, np.int64)))
    giver, taker, stream, byte, first = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Edges(giver, taker, stream, byte, first != 0)


def _diagonal(cycle: Ints, unit: Ints, stream: Ints) -> Ints:
    """What stays the same while a value flows."""
    return cycle + np.where(stream < STREAMS, -PLACE[unit], PLACE[unit])


def _has_chain(rows: Instructions) -> NDArray[np.bool_]:
    """Rows that begin a chain: the next row goes on with it."""
    chained = (rows["flags"] & CHAINED) != 0
    return np.append(chained[1:], False)


def _operands_on_their_cycle(rows: Instructions, edges: Edges) -> None:
    """The giver's stream, cycle, distance and repetitions are exactly those of the operand."""
    _chains_follow(rows)
    giver, taker, is_first = edges.giver, edges.taker, edges.is_first
    opcode, unit, cycle = rows["opcode"], rows["unit"], rows["cycle"].astype(np.int64)
    counts, begins = rows["counts"], _has_chain(rows)
    chained = ((rows["flags"] & CHAINED) != 0)[taker]
    own = chained & is_first  # the sum so far
    term = chained & ~is_first
    # A chain gives its last sum; its first step takes the first term, the others the rest.
    length = np.where(begins, np.append(counts[1:, 1], 0), 0)
    gives_at = (cycle + LATENCIES[opcode] + ALU_CYCLES * length)[giver]
    picked = (rows["flags"][taker] & PICKED) != 0
    chosen = rows["lane"][taker]  # of the inner loop
    takes_at = cycle[taker] - ALU_CYCLES * term - picked * chosen * rows["intervals"][giver, 2]
    given, taken = counts[giver], counts[taker]
    given_middle = np.where(begins[giver], 1, given[:, 1])
    starts_chain = ~chained & begins[taker] & ((opcode[taker] == Opcode.COPY) | ~is_first)
    taken_middle = taken[:, 1] + term + np.where(starts_chain, length[taker], 0)
    place, reads = PLACE[unit], opcode[giver] == Opcode.READ
    east = edges.stream < STREAMS
    distance = np.where(east, 1, -1) * (place[taker] - place[giver])
    late = takes_at - gives_at - distance
    same_inner = np.where(
        picked, (taken[:, 2] == 1) & (chosen < given[:, 2]), given[:, 2] == taken[:, 2]
    )
    same_loops = (given[:, 0] == taken[:, 0]) & same_inner
    same_loops &= given_middle == taken_middle
    same_loops &= _same_intervals(rows, giver, taker, taken_middle)
    for wrong, reason in (
        (silent(rows)[giver], "nothing is given to its stream"),
        (~_same_streams(rows, edges, reads), "its operand is on another stream"),
        (distance < 0, "its operand flows the other way"),
        (late < 0, "it is early for its operand"),
        (late > 0, "it is late for its operand"),
        (~same_loops, "it repeats otherwise than its operand"),
    ):
        bad = wrong & ~own
        if bad.any():
            at = int(bad.argmax())
            name, cycles = UNIT_NAMES[int(unit[giver[at]])], abs(int(late[at]))
            fail(rows, taker[at], f"{reason} ({name}, by {cycles} cycles)")


def _same_streams(rows: Instructions, edges: Edges, reads: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Each byte of an operand is taken where it is given; a slice parks its own byte."""
    giver, taker = edges.giver, edges.taker
    byte = edges.stream - rows["out"][giver]
    own = _byte(rows["unit"])
    gives = np.maximum(GIVES[rows["opcode"][giver]], 1)
    parks = (byte == own[taker] % gives) & (~reads | (own[giver] == own[taker]))
    takes = byte == np.where(reads, 0, edges.byte)
    wide = rows["opcode"][giver] == Opcode.READ_WIDE
    installs = rows["opcode"][taker] == Opcode.INSTALL
    half = ((byte - edges.byte) % HALF_STREAMS == 0) & (byte >= 0) & (byte < WORD)
    takes = np.where(wide, np.where(installs, byte == edges.byte % WORD, half), takes)
    double = rows["opcode"][giver] == Opcode.READ_DOUBLE
    takes = np.where(double, byte == edges.byte % HALF_STREAMS, takes)
    return np.asarray(np.where(rows["opcode"][taker] == Opcode.WRITE, parks, takes))


def _byte(unit: Ints) -> Ints:
    """Which byte of a word a slice holds: words begin at every fourth slice from inside."""
    unit = unit.astype(np.int64)
    return np.asarray(np.where(unit < SLICES, SLICES - 1 - unit, unit - SLICES) % WORD)


def _same_intervals(
    rows: Instructions, giver: Ints, taker: Ints, middle: Ints
) -> NDArray[np.bool_]:
    """Loops that turn more than once do so in the same time on both ends.

    `middle` is how often the middle loop does, the start that begins a chain counted with the rest.
    """
    once = rows["counts"] == 1
    either = once[giver] | once[taker]
    either[:, 1] = middle == 1
    same = rows["intervals"][giver] == rows["intervals"][taker]
    return np.asarray((same | either).all(axis=1))


def _chains_follow(rows: Instructions) -> None:
    """A chained row goes on exactly where its sum comes back: same unit, one adder's time on."""
    chained = np.flatnonzero(rows["flags"] & CHAINED)
    if not len(chained):
        return
    rest, first = rows[chained], rows[np.maximum(chained - 1, 0)]
    sound = (
        (chained > 0)
        & (rest["unit"] == first["unit"])
        & (rest["cycle"] == first["cycle"] + ALU_CYCLES)
        & (rest["a"] == first["out"])
        & (rest["out"] == first["out"])
        & (rest["a_from"] == chained - 1)
        & (rest["intervals"] == first["intervals"]).all(axis=1)
        & (rest["intervals"][:, 1] == ALU_CYCLES)
        & (rest["counts"][:, [0, 2]] == first["counts"][:, [0, 2]]).all(axis=1)
    )
    (outer, length, inner), (far, _, near) = rest["counts"].T, rest["intervals"].T
    same_kind = (first["opcode"] == rest["opcode"]) | (first["opcode"] == Opcode.COPY)
    sound &= same_kind & (LATENCIES[rest["opcode"]] == ALU_CYCLES)
    sound &= (inner * near <= ALU_CYCLES) & ((outer == 1) | (far >= ALU_CYCLES * (length + 1)))
    if not sound.all():
        fail(rows, chained[int((~sound).argmax())], "it does not meet the sum that it goes on with")


def _streams_carry_one_value(rows: Instructions, edges: Edges) -> None:
    """From each giver to its last taker nobody else puts a value in the same place."""
    begins, lengths = _has_chain(rows), spans(rows)
    chained = (rows["flags"] & CHAINED) != 0
    gives = np.where(chained | silent(rows), 0, GIVES[rows["opcode"]])
    row = np.repeat(np.arange(len(rows)), gives)
    byte = np.arange(len(row)) - np.repeat(np.cumsum(gives) - gives, gives)
    stream = rows["out"][row].astype(np.int64) + byte
    far = PLACE[rows["unit"]].astype(np.int64)
    toward = np.where(rows["out"] < STREAMS, 1, -1)
    reach = toward[edges.giver] * (PLACE[rows["unit"][edges.taker]] - far[edges.giver])
    furthest = np.zeros(len(rows), np.int64)
    np.maximum.at(furthest, edges.giver, reach)
    start = _diagonal(
        rows["cycle"][row] + LATENCIES[rows["opcode"][row]],
        rows["unit"][row].astype(np.int64),
        stream,
    )
    length = np.where(begins, np.append(rows["counts"][1:, 1], 0), 0) * ALU_CYCLES
    end = start + lengths[row] + length[row]
    low = np.where(toward[row] > 0, far[row], far[row] - furthest[row])
    high = np.where(toward[row] > 0, far[row] + furthest[row], far[row])
    cleared: set[tuple[int, int, int]] = set()
    for one, other in overlapping(stream, start, end):
        if low[one] > high[other] or low[other] > high[one]:
            continue
        is_chain = begins[row[one]] or begins[row[other]]
        apart = int(start[other] - start[one])
        pair = int(row[one]), int(row[other]), apart
        if pair in cleared:  # by other bytes of the same values
            continue
        cleared.add(pair)
        if not is_chain and never_meet(rows, *pair):
            continue
        mine = _given(rows, int(row[one]), int(start[one]))
        if mine & _given(rows, int(row[other]), int(start[other])):
            name = UNIT_NAMES[int(rows["unit"][row[one]])]
            fail(rows, row[other], f"its result meets one of {name} on stream {int(stream[one])}")


def _results_taken(rows: Instructions, edges: Edges) -> None:
    """Whatever is put on a stream is taken; a chain's sum is, by its first row."""
    lost = ~silent(rows) & ((rows["flags"] & CHAINED) == 0)
    lost[edges.giver] = False
    if lost.any():
        fail(rows, lost.argmax(), "nobody takes its result")


def _given(rows: Instructions, row: int, start: int) -> set[int]:
    """Diagonals of all results of a row, a chain's sums with them; the first is on `start`."""
    end = row + 2 if row + 1 < len(rows) and rows["flags"][row + 1] & CHAINED else row + 1
    return set((expand(rows[row:end]).cycle - int(rows["cycle"][row]) + start).tolist())
