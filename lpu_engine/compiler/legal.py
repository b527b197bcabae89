"""What the parts of the proof share: the error, facts of opcodes, bursts that overlap."""

import math
from collections.abc import Iterator
from typing import NoReturn, SupportsInt

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.instructions import EMIT, Instructions
from lpu_engine.hardware.lpu import (
    BARRIER,
    FIRST_ALU,
    FIRST_INSTALL,
    FIRST_PASS,
    FIRST_RECEIVE,
    FIRST_SEND,
    FIRST_SWITCH,
    HALF_STREAMS,
    INSTALL_STREAMS,
    PLACES,
    STREAMS,
    UNIT_NAMES,
    UNITS,
    WORD,
    Opcode,
    latency,
)

Ints = NDArray[np.int64]

PLACE = np.array(PLACES, np.int64)
LATENCIES = np.array([latency(opcode) for opcode in Opcode], np.int64)
# Streams of the operand `a` and of the result, by opcode; b has as many as a.
TAKES = np.array(
    [
        {
            Opcode.READ: 0,
            Opcode.READ_WIDE: 0,
            Opcode.WRITE: 1,
            Opcode.INSTALL: INSTALL_STREAMS,
            Opcode.PASS: 1,
            Opcode.PASS_HALF: HALF_STREAMS,
            Opcode.READ_DOUBLE: 0,
            Opcode.INSTALL_PAIR: STREAMS,
            Opcode.PASS_PAIR: HALF_STREAMS,
            Opcode.WIDEN: HALF_STREAMS,
            Opcode.SEND: HALF_STREAMS,
            Opcode.RECEIVE: 0,
            Opcode.SYNCHRONISE: 0,
            Opcode.CHOOSE_EXPERT: 0,
        }.get(o, WORD)
        for o in Opcode
    ]
)
GIVES = np.array(
    [
        {
            Opcode.READ: 1,
            Opcode.WRITE: 0,
            Opcode.INSTALL: 0,
            Opcode.ROUND: 1,
            Opcode.NARROW: HALF_STREAMS,
            Opcode.READ_DOUBLE: HALF_STREAMS,
            Opcode.INSTALL_PAIR: 0,
            Opcode.SEND: 0,
            Opcode.RECEIVE: HALF_STREAMS,
            Opcode.SYNCHRONISE: 0,
            Opcode.CHOOSE_EXPERT: 0,
        }.get(o, WORD)
        for o in Opcode
    ]
)
READS = (Opcode.READ, Opcode.READ_WIDE, Opcode.READ_DOUBLE)
MEMORY = np.array([o in (*READS, Opcode.WRITE) for o in Opcode])
PASSES = np.array([o in (Opcode.PASS, Opcode.PASS_HALF, Opcode.PASS_PAIR) for o in Opcode])
BINARY = np.array([Opcode.ADD <= o <= Opcode.LARGEST for o in Opcode])


def _units_of(opcode: Opcode) -> tuple[int, int]:
    """The first unit that does it, and the one after the last."""
    if MEMORY[opcode]:
        return 0, FIRST_ALU
    if opcode in (Opcode.PERMUTE, Opcode.INSERT):
        return FIRST_SWITCH, FIRST_INSTALL
    if opcode in (Opcode.INSTALL, Opcode.INSTALL_PAIR):
        return FIRST_INSTALL, FIRST_PASS
    if opcode == Opcode.SEND:
        return FIRST_SEND, FIRST_RECEIVE
    if opcode == Opcode.RECEIVE:
        return FIRST_RECEIVE, BARRIER
    if opcode in (Opcode.SYNCHRONISE, Opcode.CHOOSE_EXPERT):
        return BARRIER, UNITS
    return (FIRST_PASS, FIRST_SEND) if PASSES[opcode] else (FIRST_ALU, FIRST_SWITCH)


UNITS_OF = np.array([_units_of(opcode) for opcode in Opcode])


class Illegal(ValueError):
    """A program that the chip would compute wrongly: names cycle, unit and reason."""


def fail(rows: Instructions, row: SupportsInt, reason: str) -> NoReturn:
    """Raises Illegal for a row."""
    instruction = rows[int(row)]
    name = Opcode(int(instruction["opcode"])).name
    number = int(instruction["unit"])
    unit = UNIT_NAMES[number] if 0 <= number < UNITS else f"unit {number}"
    raise Illegal(f"Cycle {int(instruction['cycle']):,}, {unit}, {name}: {reason}.")


def spans(rows: Instructions) -> Ints:
    """Cycles from the first start of each row to its last, both counted."""
    return np.asarray(1 + ((rows["counts"].astype(np.int64) - 1) * rows["intervals"]).sum(axis=1))


def reach(rows: Instructions) -> tuple[Ints, Ints]:
    """The lowest and the highest address of each row, for layer, tile, rows and position 0."""
    ends = rows["address"] + ((rows["counts"].astype(np.int64) - 1) * rows["steps"]).sum(axis=1)
    return np.minimum(rows["address"], ends), np.maximum(rows["address"], ends)


def silent(rows: Instructions) -> NDArray[np.bool_]:
    """Rows that put nothing on a stream: parking, weights coming in, passes that only add up."""
    adds_up = PASSES[rows["opcode"]] & ((rows["flags"] & EMIT) == 0)
    return np.asarray((GIVES[rows["opcode"]] == 0) | adds_up)


def overlapping(key: Ints, start: Ints, end: Ints) -> Iterator[tuple[int, int]]:
    """Pairs with the same key whose ranges [start, end) overlap."""
    order = np.lexsort((start, key))
    key, start, end = key[order], start[order], end[order]
    for apart in range(1, len(key)):
        near = (key[apart:] == key[:-apart]) & (start[apart:] < end[:-apart])
        if not near.any():
            return
        for i in np.flatnonzero(near):
            yield int(order[i]), int(order[i + apart])


def never_meet(rows: Instructions, one: int, other: int, apart: int) -> bool:
    """Whether starts of two rows, of which `other` begins `apart` later, surely differ.

    Either both repeat in steps of a common divisor and are no multiple of it apart; or all that
    their inner loops do falls on different places of a period that their outer loops share.
    """
    loops = [_loops(rows, row) for row in (one, other)]
    if apart % max(math.gcd(*(each for row in loops for _, each in row)), 1):
        return True
    for inner in (1, 2):
        period = math.gcd(*(each for row in loops for _, each in row[:-inner]))
        if period and _places(loops[0], inner, 0, period).isdisjoint(
            _places(loops[1], inner, apart, period)
        ):
            return True
    return False


def _loops(rows: Instructions, row: int) -> list[tuple[int, int]]:
    """How often each loop of a row turns, and in how many cycles; once: in none."""
    counts, intervals = rows["counts"][row].tolist(), rows["intervals"][row].tolist()
    return [(n, each if n > 1 else 0) for n, each in zip(counts, intervals, strict=True)]


def _places(loops: list[tuple[int, int]], inner: int, start: int, period: int) -> set[int]:
    """Starts of the innermost loops, from `start` on, within a period."""
    places = {start % period}
    for count, each in loops[-inner:]:
        steps = [i * each % period for i in range(min(count, period))]
        places = {(place + step) % period for place in places for step in steps}
    return places
