"""Blocks become what the chip's units receive: queues of instructions and waits, without cycles."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lpu_engine.compiler.instructions import Block
from lpu_engine.compiler.program import Instance, Program, resolve
from lpu_engine.hardware.lpu import UNITS, Opcode


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a unit does: operands by stream, or a constant; -1 is no stream."""

    opcode: Opcode
    a: int
    b: int
    out: int
    value: np.float32
    flags: int


@dataclass(frozen=True, slots=True)
class Queue:
    """One unit's work in order; `waits` are idle cycles before each start. Lists of one length."""

    instructions: list[Instruction]
    addresses: list[int]
    lanes: list[int]
    waits: list[int]


def queues(program: Program, instances: Iterable[Instance], position: int) -> list[Queue]:
    """A queue for each unit of the chip, for blocks that run one after the other."""
    table: list[Instruction] = []
    known: dict[int, int] = {}
    parts = []
    start = 0
    for instance in instances:
        block = instance.block
        if id(block) not in known:
            known[id(block)] = len(table)
            table += _instructions(block)
        first = known[id(block)]
        parts.append(
            resolve(program, instance, position) + np.array([[start], [0], [0], [0], [first]])
        )
        start += block.cycles
    cycle, unit, address, lane, row = np.concatenate(parts, axis=1)
    order = np.lexsort((cycle, unit))
    cycle, unit, address, lane, row = (x[order] for x in (cycle, unit, address, lane, row))
    bounds = np.searchsorted(unit, np.arange(UNITS + 1))
    out = []
    for low, high in pairwise(bounds.tolist()):
        waits = np.diff(cycle[low:high], prepend=-1) - 1
        out.append(
            Queue(
                [table[i] for i in row[low:high]],
                address[low:high].tolist(),
                lane[low:high].tolist(),
                waits.tolist(),
            )
        )
    return out


def _instructions(block: Block) -> list[Instruction]:
    return [
        Instruction(
            Opcode(int(r["opcode"])),
            int(r["a"]),
            int(r["b"]),
            int(r["out"]),
            r["value"],
            int(r["flags"]),
        )
        for r in block.instructions
    ]
