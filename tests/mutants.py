"""Small pipelines of which one thing at a time is changed, and what a refusal must say."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from pipelines import (
    all_blocks,
    block_of,
    compiled,
    reason_against,
    reason_against_block,
    small,
)
from programs import with_instructions

from lpu_engine.compiler.instructions import OUTSIDE, Block, Instructions, expand
from lpu_engine.compiler.pipeline.program import PipelineProgram
from lpu_engine.hardware.lpu import Opcode

DENSE = compiled(small(layers=1, feed_forward=1_280), group=2, chips=8)
EXPERTS = compiled(
    small(
        layers=1,
        feed_forward=1_280,
        window=320,
        experts=3,
        active_experts=2,
        normalized_experts=True,
    ),
    group=2,
    chips=8,
)
PROGRAMS = {"dense": DENSE, "experts": EXPERTS}
ONLY_WITH_EXPERTS = ("router", "norm", "expert", "choose", "hop")
BLOCKS = [
    (name, phase, block)
    for name, program in PROGRAMS.items()
    for phase, block in all_blocks(program)
    if program is DENSE or block.startswith(ONLY_WITH_EXPERTS)
]
WAITS = ("synchronise", "choose")
WORKING = [case for case in BLOCKS if not case[2].startswith(WAITS)]
EVERY_BLOCK = pytest.mark.parametrize(("program", "phase", "name"), WORKING)
EACH, SPARSE = 7, 19  # of the rows, where not all need to be changed
UNIT = r"(memory|vector|switch|matrix|link|barrier)[\w ]*"
NAMED = re.compile(rf"(Cycle -?[\d,]+, {UNIT}(, [A-Z_]+)?|[\w ,-]+): .+\.")

OF_A_STAGE = re.compile(r"A stage's .+\d.+\.")  # what a stage holds has addresses, no cycle
Places = set[tuple[int, int, int]]


def rows_of(program: str, phase: str, name: str) -> Instructions:
    return block_of(PROGRAMS[program], phase, name).instructions


def assert_refused(program: str, phase: str, name: str, block: Block, what: object) -> None:
    reason = reason_against_block(PROGRAMS[program], phase, name, block)
    assert NAMED.fullmatch(reason), (reason, what)


def assert_program_refused(program: PipelineProgram, what: object = "") -> None:
    reason = reason_against(program)
    assert NAMED.fullmatch(reason) or OF_A_STAGE.fullmatch(reason), (reason, what)


def of_opcode(rows: Instructions, *opcodes: Opcode) -> list[int]:
    return [int(row) for row in np.flatnonzero(np.isin(rows["opcode"], opcodes))]


def with_loop(block: Block, row: int, column: str, level: int, by: int) -> Block:
    """One number of a loop is another; the block has room for what ends later."""
    rows = block.instructions.copy()
    rows[column][row][level] += by
    return with_instructions(block, rows, more_cycles=1_000)


def places(rows: Instructions, *opcodes: Opcode, only: int | None = None) -> Places:
    """Parcel, slice and address of what rows fetch or park and follow within the block."""
    part = rows if only is None else rows[only : only + 1]
    e = expand(part)
    kept = np.isin(part["opcode"], opcodes)[e.row] & (part["parcel"][e.row] != OUTSIDE)
    found = np.stack([part["parcel"][e.row], e.unit, e.address])[:, kept]
    return set(zip(*found.tolist(), strict=True))


def is_fetched(rows: Instructions, write: int) -> bool:
    """Whether the block itself fetches what a row parks."""
    return bool(places(rows, Opcode.WRITE, only=write) & places(rows, Opcode.READ))


def cases(*opcodes: Opcode, of: str = "decode") -> Iterator[tuple[str, str, str, int]]:
    """Rows that do one of these: those of every block of a token, or of a chunk."""
    for program, phase, name in WORKING:
        if phase == of:
            for row in of_opcode(rows_of(program, phase, name), *opcodes):
                yield program, phase, name, row
