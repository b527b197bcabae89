"""A legal Program with one thing changed is refused, with cycle, unit and reason."""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from programs import changed, flow_of, moved, phases, shape, with_block, with_instructions, without

from lpu_engine.compiler.compile import compile_program
from lpu_engine.compiler.instructions import CHAINED, OUTSIDE, Block, Instructions, expand
from lpu_engine.compiler.legal import Illegal
from lpu_engine.compiler.program import Program
from lpu_engine.compiler.verify import verify, verify_block
from lpu_engine.hardware.lpu import (
    ALUS,
    FIRST_ALU,
    FIRST_SWITCH,
    INSTALL_CYCLES,
    INSTALL_STREAMS,
    SLICE_VECTORS,
    Opcode,
)

PROGRAM = compile_program(
    shape(width=330, heads=2, kv_heads=1, head_dim=64, feed_forward=24, vocabulary=40, window=8),
    prompt_rows=4,
)
EACH = 5  # of the rows, where not all need to be changed: a prime, so that all bytes come up
BLOCKS = [(phase, name) for phase, kind in phases(PROGRAM).items() for name in kind.blocks]
EVERY_BLOCK = pytest.mark.parametrize(("phase", "name"), BLOCKS)
UNIT = r"(memory [EW]\d+|vector \d+|switch [EW] (permute|insert)|matrix \d (install|pass))"
NAMED = re.compile(rf"Cycle -?[\d,]+, {UNIT}(, [A-Z_]+)?: .+\.")
# Values of other blocks that are new each time, by the block that parks them.
NEW_FOR_OTHERS = {
    "before": ("turned", "highest", "sums", "mixed"),
    "peak": ("peak",),
    "weigh": ("packed",),
}


def block_of(phase: str, name: str) -> Block:
    return phases(PROGRAM)[phase].blocks[name]


def assert_refused(block: Block, what: object = "") -> None:
    assert NAMED.fullmatch(reason(lambda: verify_block(block))), what


def assert_program_refused(program: Program, what: object = "") -> None:
    assert NAMED.fullmatch(reason(lambda: verify(program))), what


def reason(proof: Callable[[], None]) -> str:
    try:
        proof()
    except Illegal as refused:
        return str(refused)
    return "accepted"


def is_opcode(rows: Instructions, *opcodes: Opcode) -> list[int]:
    return [int(row) for row in np.flatnonzero(np.isin(rows["opcode"], opcodes))]


Places = set[tuple[int, int, int]]  # parked value, slice, address


def places(rows: Instructions, opcode: Opcode, only: int | None = None) -> Places:
    """What a block fetches, or parks; or one of its instructions."""
    chosen = rows if only is None else rows[only : only + 1]
    elements = expand(chosen)
    kept = (chosen["opcode"] == opcode)[elements.row]
    parcels = chosen["parcel"][elements.row]
    found = np.stack([parcels, elements.unit, elements.address])[:, kept & (parcels != OUTSIDE)]
    return set(zip(*found.tolist(), strict=True))


def new_for_others(phase: str, name: str) -> Iterator[int]:
    """The lowest byte's WRITE of values that only later blocks fetch, and that nobody parked yet.

    The others are parked anew at an address that holds an older value, or go to the host: that
    they are parked at all only the logits show.
    """
    rows = block_of(phase, name).instructions
    buffers = [getattr(PROGRAM.buffers, buffer) for buffer in NEW_FOR_OTHERS.get(name, ())]
    for row in is_opcode(rows, Opcode.WRITE):
        unit, address = rows["unit"][row], rows["address"][row]
        for buffer in buffers:
            if unit == buffer.word.units()[0] and buffer.base <= address < buffer.end:
                yield row


def test_the_program_that_is_changed_here_is_legal() -> None:
    verify(PROGRAM)


@EVERY_BLOCK
@pytest.mark.parametrize("by", [-1, 1])
def test_every_instruction_one_cycle_early_or_late(phase: str, name: str, by: int) -> None:
    """Each reads or writes a stream, so there is no exception."""
    block = block_of(phase, name)
    for row in range(len(block.instructions)):
        assert_refused(changed(block, row, "cycle", by), row)


@EVERY_BLOCK
def test_instructions_left_out(phase: str, name: str) -> None:
    """Except a WRITE that only other blocks, or the host, fetch: see below."""
    block = block_of(phase, name)
    rows = block.instructions
    fetched = places(rows, Opcode.READ)
    for row in range(0, len(rows), EACH):
        if rows["opcode"][row] != Opcode.WRITE or places(rows, Opcode.WRITE, row) & fetched:
            assert_refused(without(block, row), row)


@EVERY_BLOCK
def test_what_a_later_block_fetches_left_out_or_parked_elsewhere(phase: str, name: str) -> None:
    block = block_of(phase, name)
    for row in new_for_others(phase, name):
        assert_program_refused(with_block(PROGRAM, name, without(block, row), phase), row)
    rows = list(new_for_others(phase, name))
    assert bool(rows) == (name in NEW_FOR_OTHERS)


@EVERY_BLOCK
def test_operands_and_results_on_another_stream(phase: str, name: str) -> None:
    """The next stream, and the same one of the other direction."""
    block = block_of(phase, name)
    for column in ("a", "b", "out"):
        for row in np.flatnonzero(block.instructions[column] >= 0)[::EACH]:
            old = int(block.instructions[column][row])
            for by in (1, 32 if old < 32 else -32):
                assert_refused(changed(block, int(row), column, by), (column, row, by))


@EVERY_BLOCK
def test_two_bytes_of_a_word_parked_in_each_others_slice(phase: str, name: str) -> None:
    block = block_of(phase, name)
    rows = block.instructions
    writes = is_opcode(rows, Opcode.WRITE)
    for low, high in itertools.pairwise(writes):
        if high == low + 1 and rows["a"][high] == rows["a"][low] + 1:
            swapped = rows.copy()
            swapped["a"][[low, high]] = rows["a"][[high, low]]
            assert_refused(with_instructions(block, swapped), low)


@EVERY_BLOCK
@pytest.mark.parametrize("by", [-1, 1])
def test_parked_values_written_or_read_one_address_away(phase: str, name: str, by: int) -> None:
    """Except a read of another part of the same value: which is meant, only the logits show."""
    block = block_of(phase, name)
    rows = block.instructions
    fetched, parked = places(rows, Opcode.READ), places(rows, Opcode.WRITE)
    for row in range(0, len(rows), EACH):
        other = changed(block, row, "address", by)
        if places(rows, Opcode.WRITE, row) & fetched:
            assert_refused(other, row)
        if places(other.instructions, Opcode.READ, row) - parked:
            assert_refused(other, row)


@EVERY_BLOCK
def test_a_block_that_ends_one_cycle_too_soon(phase: str, name: str) -> None:
    block = block_of(phase, name)
    assert_refused(replace(block, cycles=block.cycles - 1))


@EVERY_BLOCK
def test_instructions_twice_on_their_unit(phase: str, name: str) -> None:
    block = block_of(phase, name)
    rows = block.instructions
    for row in range(0, len(rows), EACH):
        assert_refused(with_instructions(block, np.append(rows, rows[row])), row)


@EVERY_BLOCK
def test_a_second_writer_on_a_stream(phase: str, name: str) -> None:
    """The same sum on a free unit of the vector unit, its result on the same stream."""
    block = block_of(phase, name)
    rows = block.instructions
    in_alus = np.flatnonzero((rows["unit"] >= FIRST_ALU) & (rows["unit"] < FIRST_SWITCH))
    for row in in_alus[::EACH]:
        for unit in range(FIRST_ALU, FIRST_ALU + ALUS):
            twice = np.append(rows, rows[row])
            twice["unit"][-1] = unit
            assert_refused(with_instructions(block, twice), (row, unit))


@EVERY_BLOCK
def test_a_flow_moved_before_the_values_that_it_fetches(phase: str, name: str) -> None:
    """To the cycle in which the last of them is written, where it is not there yet."""
    block = block_of(phase, name)
    rows = block.instructions
    for row in is_opcode(rows, Opcode.READ)[::EACH]:
        unit, parcel, address = (rows[key][row] for key in ("unit", "parcel", "address"))
        writes = np.flatnonzero(
            (rows["opcode"] == Opcode.WRITE) & (rows["unit"] == unit)
            & (rows["parcel"] == parcel) & (rows["address"] == address)
        )  # fmt: skip
        if parcel == OUTSIDE or not len(writes):
            continue
        by = int(rows["cycle"][writes].max() - rows["cycle"][row])
        flow = flow_of(rows, row)
        if by < 0 and not set(writes.tolist()) & flow:
            assert_refused(moved(block, flow, by), (row, by))


@pytest.mark.parametrize("phase", ["decode", "prompt"])
def test_a_value_overwritten_before_it_is_fetched(phase: str) -> None:
    """Another value, written and read in between, gets its address."""
    block, tried = block_of(phase, "after"), 0
    rows = block.instructions
    for unit in np.unique(rows["unit"][is_opcode(rows, Opcode.WRITE)]):
        mine = rows["unit"] == unit
        for old in set(rows["parcel"][mine].tolist()) - {OUTSIDE}:
            written, read = lifetime(rows, mine & (rows["parcel"] == old))
            between = mine & (rows["opcode"] == Opcode.WRITE) & (rows["cycle"] > written)
            for row in np.flatnonzero(between & (rows["cycle"] < read) & (rows["parcel"] != old)):
                other, new = rows.copy(), mine & (rows["parcel"] == rows["parcel"][row])
                place = rows["address"][mine & (rows["parcel"] == old)].min()
                other["address"][new] += place - rows["address"][row]
                assert_refused(with_instructions(block, other), (unit, old, row))
                tried += 1
    assert tried


def lifetime(rows: Instructions, chosen: NDArray[np.bool_]) -> tuple[int, int]:
    """Cycles of the last WRITE and of the last READ among some instructions."""
    is_write = rows["opcode"] == Opcode.WRITE
    written, read = rows["cycle"][chosen & is_write], rows["cycle"][chosen & ~is_write]
    return int(written.max(initial=0)), int(read.max(initial=0))


@pytest.mark.parametrize("phase", ["decode", "prompt"])
def test_weights_that_arrive_while_others_wait(phase: str) -> None:
    block, tried = block_of(phase, "after"), 0
    rows = block.instructions
    installs = is_opcode(rows, Opcode.INSTALL)
    for row in installs:
        earlier = [i for i in installs if rows["unit"][i] == rows["unit"][row] and i < row]
        for other in earlier[-1:]:
            by = int(rows["cycle"][other] - rows["cycle"][row]) + INSTALL_CYCLES
            assert_refused(moved(block, flow_of(rows, row), by), row)
            tried += 1
    assert tried


@pytest.mark.parametrize("phase", ["decode", "prompt"])
def test_a_pass_of_the_second_digit_takes_no_weights_and_needs_some_at_work(phase: str) -> None:
    block = block_of(phase, "after")
    rows, passes = block.instructions, is_opcode(block.instructions, Opcode.PASS)
    second = [row for row in passes if rows["lane"][row]]
    assert second
    for row in passes:
        earlier = [
            other
            for other in passes
            if rows["unit"][other] == rows["unit"][row]
            and rows["cycle"][other] < rows["cycle"][row]
        ]
        if row in second:
            assert_refused(changed(block, row, "lane", -int(rows["lane"][row])), row)
        elif not earlier:
            assert_refused(changed(block, row, "lane", 1), row)


def test_every_fetch_of_weights_from_an_address_of_others() -> None:
    """Each of the 16 slices of each tile, one address on, and one tile on."""
    block = block_of("decode", "before")
    rows = block.instructions
    first = int(rows["a_from"][is_opcode(rows, Opcode.INSTALL)[0]])
    for row in range(first, first + INSTALL_STREAMS):
        for by in (1, INSTALL_CYCLES):
            other = changed(block, row, "address", by)
            assert_program_refused(with_block(PROGRAM, "before", other), (row, by))


@pytest.mark.parametrize("name", ["before", "after", "head"])
def test_a_tile_that_is_brought_in_twice_and_another_never(name: str) -> None:
    block = block_of("decode", name)
    rows = block.instructions.copy()
    fetches = [
        slice(int(rows["a_from"][row]), int(rows["a_from"][row]) + INSTALL_STREAMS)
        for row in is_opcode(rows, Opcode.INSTALL)
    ]
    for one in fetches:
        for other in fetches:
            alike = (rows["unit"][one] == rows["unit"][other]).all()
            if one != other and alike:
                twice = rows.copy()
                twice["address"][one] = rows["address"][other]
                assert_program_refused(
                    with_block(PROGRAM, name, with_instructions(block, twice)), (one, other)
                )


def test_every_tile_placed_twice_or_never_or_on_another() -> None:
    placement = PROGRAM.placement
    for i, tile in enumerate(placement.tiles):
        others = placement.tiles[:i] + placement.tiles[i + 1 :]
        near = replace(tile, address=tile.address + INSTALL_CYCLES - 1)
        beyond = replace(tile, address=SLICE_VECTORS)
        for tiles in (others, (*placement.tiles, tile), (*others, near), (*others, beyond)):
            changed_placement = replace(placement, tiles=tiles)
            assert_program_refused(replace(PROGRAM, placement=changed_placement), (i, len(tiles)))


@pytest.mark.parametrize("name", ["before", "scores", "mix", "after", "head"])
@pytest.mark.parametrize("address", [SLICE_VECTORS, -1])
def test_addresses_that_a_slice_does_not_have(name: str, address: int) -> None:
    block = block_of("decode", name)
    memory = is_opcode(block.instructions, Opcode.READ, Opcode.WRITE)
    for row in memory[:: max(1, len(memory) // 8)]:
        by = address - int(block.instructions["address"][row])
        assert_program_refused(with_block(PROGRAM, name, changed(block, row, "address", by)), row)


@EVERY_BLOCK
def test_operands_that_are_missing(phase: str, name: str) -> None:
    """The stream that it would come on is not named: no chip could know where to take it from."""
    block = block_of(phase, name)
    takers = (Opcode.WRITE, Opcode.PERMUTE, Opcode.INSERT, Opcode.INSTALL, Opcode.PASS)
    for row in is_opcode(block.instructions, *takers)[::EACH]:
        rows = block.instructions.copy()
        rows["a"][row] = -1
        assert_refused(with_instructions(block, rows), row)


@EVERY_BLOCK
def test_instructions_on_a_unit_that_cannot_do_them(phase: str, name: str) -> None:
    block = block_of(phase, name)
    for row in range(0, len(block.instructions), EACH):
        rows = block.instructions.copy()
        is_sum = FIRST_ALU <= rows["unit"][row] < FIRST_SWITCH
        rows["opcode"][row] = Opcode.PASS if is_sum else Opcode.COPY
        assert_refused(with_instructions(block, rows), row)


@EVERY_BLOCK
def test_every_sum_whose_adder_takes_longer_than_its_terms_are_apart(phase: str, name: str) -> None:
    block = block_of(phase, name)
    for row in np.flatnonzero(block.instructions["flags"] & CHAINED):
        rows = block.instructions.copy()
        rows["opcode"][row] = Opcode.DIVIDE
        assert_refused(with_instructions(block, rows), row)
