"""A legal pipeline with one row of a block changed is refused, with cycle, unit and reason.

Rows are taken by a rule, not by chance: each, or every few of a block, a prime apart so that all
bytes of a word come up. Which of two parked values is meant, only results could show: a change that
takes another one that is there as well is left out.
"""

from dataclasses import replace

import numpy as np
import pytest
from mutants import (
    DENSE,
    EACH,
    EVERY_BLOCK,
    PROGRAMS,
    SPARSE,
    assert_refused,
    is_fetched,
    of_opcode,
    places,
    with_loop,
)
from pipelines import ACCEPTED, all_blocks, block_of, reason_against
from programs import changed, without

from lpu_engine.compiler.instructions import CHAINED
from lpu_engine.hardware.lpu import FIRST_ALU, FIRST_INSTALL, SLICE_VECTORS, Opcode

MEMORY = (Opcode.READ, Opcode.WRITE, Opcode.READ_DOUBLE)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_programs_that_are_changed_here_are_legal(program: str) -> None:
    assert reason_against(PROGRAMS[program]) == ACCEPTED


@EVERY_BLOCK
def test_every_instruction_a_cycle_early_or_late(program: str, phase: str, name: str) -> None:
    """By turns one or the other: every row of a token's blocks, every seventh of a chunk's."""
    block = block_of(PROGRAMS[program], phase, name)
    for n, row in enumerate(range(0, len(block.instructions), 1 if phase == "decode" else EACH)):
        by = 1 if n % 2 else -1
        assert_refused(program, phase, name, changed(block, row, "cycle", by), (row, by))


@EVERY_BLOCK
def test_instructions_left_out(program: str, phase: str, name: str) -> None:
    """But for what is parked for other blocks, of which an older value may be there."""
    block = block_of(PROGRAMS[program], phase, name)
    rows = block.instructions
    for row in range(0, len(rows), EACH):
        if rows["opcode"][row] != Opcode.WRITE or is_fetched(rows, row):
            assert_refused(program, phase, name, without(block, row), row)


@EVERY_BLOCK
def test_operands_and_results_on_another_stream(program: str, phase: str, name: str) -> None:
    """The next stream, and the same one of the other direction."""
    block = block_of(PROGRAMS[program], phase, name)
    for column in ("a", "b", "out"):
        for row in np.flatnonzero(block.instructions[column] >= 0)[::SPARSE]:
            old = int(block.instructions[column][row])
            for by in (1, 32 if old < 32 else -32):
                other = changed(block, int(row), column, by)
                assert_refused(program, phase, name, other, (row, column, by))


@EVERY_BLOCK
def test_instructions_on_the_next_unit(program: str, phase: str, name: str) -> None:
    """But in the vector unit, whose ALUs are alike, and of a switch unit, whose queues are."""
    block = block_of(PROGRAMS[program], phase, name)
    rows = block.instructions
    alike = (rows["unit"] >= FIRST_ALU) & (rows["unit"] < FIRST_INSTALL)
    for row in np.flatnonzero(~alike)[::EACH]:
        assert_refused(program, phase, name, changed(block, int(row), "unit", 1), row)


@EVERY_BLOCK
@pytest.mark.parametrize("column", ["counts", "intervals"])
def test_instructions_that_repeat_otherwise(
    program: str, phase: str, name: str, column: str
) -> None:
    """Once more, or in turns that are a cycle further apart; a lone turn has no interval."""
    block = block_of(PROGRAMS[program], phase, name)
    counts = block.instructions["counts"]
    for row in range(0, len(counts), SPARSE):
        for level in range(3):
            if column == "counts" or counts[row, level] > 1:
                other = with_loop(block, row, column, level, 1)
                assert_refused(program, phase, name, other, (row, level))


@pytest.mark.parametrize("phase", ["decode", "prompt"])
def test_terms_of_a_short_sum_that_come_too_far_apart(phase: str) -> None:
    """A sum of two terms goes on only once: its second term must come in its cycle all the same."""
    tried = 0
    for name in [name for which, name in all_blocks(DENSE) if which == phase]:
        block = block_of(DENSE, phase, name)
        rows = block.instructions
        for chained in np.flatnonzero((rows["flags"] & CHAINED) != 0)[:6]:
            giver = int(rows["b_from"][chained])
            if rows["counts"][giver, 1] > 1:
                other = with_loop(block, giver, "intervals", 1, 1)
                assert_refused("dense", phase, name, other, (name, giver))
                tried += 1
    assert tried


@EVERY_BLOCK
def test_values_parked_elsewhere_or_fetched_where_nobody_parked(
    program: str, phase: str, name: str
) -> None:
    block = block_of(PROGRAMS[program], phase, name)
    rows = block.instructions
    parked = places(rows, Opcode.WRITE)
    for row in of_opcode(rows, Opcode.READ, Opcode.WRITE)[::SPARSE]:
        for by in (1, -1):
            other = changed(block, row, "address", by)
            elsewhere = places(other.instructions, Opcode.READ, only=row) - parked
            if elsewhere or is_fetched(rows, row):
                assert_refused(program, phase, name, other, (row, by))


@EVERY_BLOCK
def test_addresses_beyond_a_slice(program: str, phase: str, name: str) -> None:
    block = block_of(PROGRAMS[program], phase, name)
    memory = of_opcode(block.instructions, *MEMORY)
    for row in memory[:: max(1, len(memory) // 2)]:
        for address in (SLICE_VECTORS, -1):
            by = address - int(block.instructions["address"][row])
            other = changed(block, row, "address", by)
            assert_refused(program, phase, name, other, (row, address))


@EVERY_BLOCK
def test_a_block_that_ends_too_soon(program: str, phase: str, name: str) -> None:
    """Attention may end before its block does: its length is a line through those proven."""
    block = block_of(PROGRAMS[program], phase, name)
    short = replace(block, cycles=block.cycles // 2)
    assert_refused(program, phase, name, short, block.cycles)
