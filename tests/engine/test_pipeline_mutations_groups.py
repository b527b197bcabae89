"""What many chips add, changed: weights of pairs, the cache, links, waits, pieces: all refused."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from mutants import (
    DENSE,
    PROGRAMS,
    assert_program_refused,
    assert_refused,
    cases,
    is_fetched,
    rows_of,
    with_loop,
)
from pipelines import ACCEPTED, all_blocks, block_of, compiled, reason_against, small, with_block
from programs import changed, moved, with_instructions, without

from lpu_engine.compiler.instructions import Instructions, expand
from lpu_engine.compiler.pipeline.pieces import Stage
from lpu_engine.compiler.pipeline.program import PipelineProgram
from lpu_engine.hardware.lpu import (
    FIRST_RECEIVE,
    FIRST_SEND,
    HOP_CYCLES,
    INSTALL_CYCLES,
    LINK_CYCLES,
    PLANES,
    Opcode,
)

MOVES = ("by_layer", "by_tile", "by_rows", "by_position", "by_expert", "by_chip")
LONG = compiled(small(layers=2, feed_forward=640), group=1)
LONG_EXPERTS = compiled(small(layers=2, experts=3, active_experts=2), group=1)


def test_weights_that_never_come_in_or_on_another_plane() -> None:
    """Rows would pass, unnoticed, through the weights that were there before."""
    for program, phase, name, row in cases(Opcode.INSTALL_PAIR):
        block = block_of(PROGRAMS[program], phase, name)
        assert_refused(program, phase, name, without(block, row), (name, row))
        assert_refused(program, phase, name, changed(block, row, "unit", 1), (name, row))


def test_weights_that_come_in_a_cycle_too_late() -> None:
    """With all that brings them; rows pass in the first cycle in which they may."""
    for program, phase, name, row in cases(Opcode.INSTALL_PAIR):
        block = block_of(PROGRAMS[program], phase, name)
        rows = block.instructions
        givers = 16 if rows["opcode"][int(rows["a_from"][row])] == Opcode.READ_DOUBLE else 32
        first = int(rows["a_from"][row])
        late = moved(block, {row, *range(first, first + givers)}, 1)
        assert_refused(program, phase, name, late, (name, row))


def test_rows_that_pass_through_no_plane_or_another() -> None:
    for program, phase, name, row in cases(Opcode.PASS_PAIR):
        block = block_of(PROGRAMS[program], phase, name)
        assert_refused(program, phase, name, without(block, row), (name, row))
        for by in (1, PLANES // 2):
            assert_refused(program, phase, name, changed(block, row, "unit", by), (name, row))


@pytest.mark.parametrize("by", [INSTALL_CYCLES, -INSTALL_CYCLES, 1])
def test_a_tile_that_comes_in_twice_and_another_never(by: int) -> None:
    """All 16 slices alike move on to another tile, or stand between two."""
    for program, phase, name, row in cases(Opcode.INSTALL_PAIR):
        block = block_of(PROGRAMS[program], phase, name)
        rows = block.instructions.copy()
        first = int(rows["a_from"][row])
        if rows["opcode"][first] == Opcode.READ_DOUBLE:
            rows["address"][first : first + 16] += by
            other = with_instructions(block, rows)
            assert_refused(program, phase, name, other, (name, row))


def test_keys_and_values_fetched_or_remembered_elsewhere() -> None:
    """One of the 32 slices of the cache, one address or one tile on, or not at all."""
    for program, phase, name, row in cases(Opcode.READ, Opcode.WRITE):
        rows = rows_of(program, phase, name)
        if rows["cache"][row] and row % 13 == 0:
            block = block_of(PROGRAMS[program], phase, name)
            for other in (
                changed(block, row, "address", 1),
                changed(block, row, "address", INSTALL_CYCLES),
                without(block, row),
            ):
                assert_refused(program, phase, name, other, (name, row))


def test_steps_of_weights_and_of_the_cache() -> None:
    for program, phase, name, row in cases(Opcode.READ, Opcode.READ_DOUBLE):
        rows = rows_of(program, phase, name)
        is_weight = rows["opcode"][row] == Opcode.READ_DOUBLE
        if (is_weight or rows["cache"][row]) and row % 23 == 0:
            block = block_of(PROGRAMS[program], phase, name)
            other = with_loop(block, row, "steps", 2, 1)
            assert_refused(program, phase, name, other, (name, row))


@pytest.mark.parametrize("column", MOVES)
def test_addresses_of_weights_that_follow_what_they_should_not(column: str) -> None:
    """Expert weights follow the expert by a whole expert, others nothing at all."""
    for program, phase, name, row in cases(Opcode.READ_DOUBLE):
        if row % 61 == 0:
            other = changed(block_of(PROGRAMS[program], phase, name), row, column, 1)
            assert_refused(program, phase, name, other, (name, row))


@pytest.mark.parametrize("column", MOVES)
def test_addresses_of_activations_that_follow_what_they_should_not(column: str) -> None:
    """What a block parks and fetches itself stands still."""
    for program, phase, name, row in cases(Opcode.WRITE):
        rows = rows_of(program, phase, name)
        if not rows["cache"][row] and row % 37 == 0 and is_fetched(rows, row):
            other = changed(block_of(PROGRAMS[program], phase, name), row, column, 1)
            assert_refused(program, phase, name, other, (name, row))


def test_values_parked_over_what_the_host_left() -> None:
    """All that parks or fetches some values of a block, moved to where lanes of ones stand."""
    one_hot, tried = DENSE.decode.buffers.one_hot, 0
    for program, phase, name, row in cases(Opcode.WRITE):
        block = block_of(PROGRAMS[program], phase, name)
        rows = block.instructions.copy()
        if rows["unit"][row] == one_hot.word.units()[0] and is_fetched(rows, row):
            mine = np.isin(rows["unit"], one_hot.word.units())
            mine &= rows["parcel"] == rows["parcel"][row]
            rows["address"][mine] += one_hot.base - rows["address"][mine].min()
            assert_refused(program, phase, name, with_instructions(block, rows), (name, row))
            tried += 1
    assert tried


def test_vectors_sent_or_received_once_less_or_over_another_link() -> None:
    for program, phase, name, row in cases(Opcode.SEND, Opcode.RECEIVE):
        block = block_of(PROGRAMS[program], phase, name)
        for other in (without(block, row), changed(block, row, "unit", 1)):
            assert_refused(program, phase, name, other, (name, row))


def spare_cycles(rows: Instructions, row: int) -> int:
    """How many cycles the vectors that a row receives have been there; the nth was sent nth."""
    link = int(rows["unit"][row]) - FIRST_RECEIVE
    sent = np.sort(expand(rows[rows["unit"] == FIRST_SEND + link]).cycle)
    mine = np.flatnonzero(rows["unit"] == rows["unit"][row])
    e = expand(rows[mine])
    order = np.argsort(e.cycle)
    waits = e.cycle[order] - sent - LINK_CYCLES - HOP_CYCLES
    return int(waits[mine[e.row[order]] == row].min())


def test_vectors_taken_a_cycle_before_they_arrive() -> None:
    """With all that parks them, from the first cycle in which they are there."""
    for program, phase, name, row in cases(Opcode.RECEIVE):
        block = block_of(PROGRAMS[program], phase, name)
        rows = block.instructions
        flow = {row, *np.flatnonzero(rows["a_from"] == row).tolist()}
        early = moved(block, flow, -spare_cycles(rows, row) - 1)
        assert_refused(program, phase, name, early, (name, row))


def test_vectors_sent_before_the_one_ahead_has_left() -> None:
    """All turns of a link a cycle closer, and what feeds it likewise."""
    tried = 0
    for program, phase, name, row in cases(Opcode.SEND, of="prompt"):
        block = block_of(PROGRAMS[program], phase, name)
        rows = block.instructions.copy()
        first = int(rows["a_from"][row])
        if rows["counts"][row, 2] > 1:
            rows["intervals"][[row, first, first + 1], 2] -= 1
            other = with_instructions(block, rows)
            assert_refused(program, phase, name, other, (name, row))
            tried += 1
    assert tried


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("opcode", [Opcode.SYNCHRONISE, Opcode.CHOOSE_EXPERT])
def test_a_wait_that_is_not_as_long_as_what_was_fitted(program: str, opcode: Opcode) -> None:
    names = [
        name
        for phase, name in all_blocks(PROGRAMS[program])
        if phase == "decode" and opcode in rows_of(program, phase, name)["opcode"]
    ]
    assert bool(names) == (opcode == Opcode.SYNCHRONISE or program == "experts")
    for name in names:
        block = block_of(PROGRAMS[program], "decode", name)
        for other in (
            with_loop(block, 0, "counts", 2, 1),
            with_loop(block, 0, "counts", 2, -1),
            replace(block, cycles=block.cycles + 1),
            without(block, 0),
        ):
            assert_program_refused(with_block(PROGRAMS[program], "decode", name, other), name)


def with_stage(program: PipelineProgram, number: int, stage: Stage) -> PipelineProgram:
    stages = (*program.stages[:number], stage, *program.stages[number + 1 :])
    return replace(program, stages=stages)


@pytest.mark.parametrize("program", [LONG, LONG_EXPERTS], ids=["dense", "experts"])
@pytest.mark.parametrize("column", ["address", "cache"])
@pytest.mark.parametrize("by", [1, -1, INSTALL_CYCLES, -INSTALL_CYCLES])
def test_a_piece_whose_weights_or_cache_stand_elsewhere(
    program: PipelineProgram, column: str, by: int
) -> None:
    stage = program.stages[0]
    for number, piece in enumerate(stage.pieces):
        if column == "address" or piece.cache_rows:
            other = replace(piece, **{column: getattr(piece, column) + by})
            pieces = (*stage.pieces[:number], other, *stage.pieces[number + 1 :])
            assert_program_refused(with_stage(program, 0, replace(stage, pieces=pieces)), number)


@pytest.mark.parametrize("program", [LONG, LONG_EXPERTS], ids=["dense", "experts"])
def test_weights_of_two_pieces_that_overlap_by_a_tile(program: PipelineProgram) -> None:
    """A piece has a tile's addresses less, and those behind it stand as much further down."""
    stage = program.stages[0]
    for number in range(len(stage.pieces) - 1):
        pieces = list(stage.pieces)
        pieces[number] = replace(pieces[number], rows=pieces[number].rows - INSTALL_CYCLES)
        for behind in range(number + 1, len(pieces)):
            address = pieces[behind].address - INSTALL_CYCLES
            pieces[behind] = replace(pieces[behind], address=address)
        other = replace(stage, pieces=tuple(pieces))
        assert_program_refused(with_stage(program, 0, other), number)


@pytest.mark.parametrize("program", [LONG, LONG_EXPERTS], ids=["dense", "experts"])
def test_weights_that_reach_into_the_caches(program: PipelineProgram) -> None:
    stage = program.stages[0]
    rows = stage.weight_rows - INSTALL_CYCLES
    pieces = tuple(
        replace(piece, cache=piece.cache - INSTALL_CYCLES if piece.cache_rows else piece.cache)
        for piece in stage.pieces
    )
    assert_program_refused(with_stage(program, 0, replace(stage, weight_rows=rows, pieces=pieces)))


def test_caches_of_two_users_that_overlap() -> None:
    """Each user's cache begins as far behind the one before as all pieces of it are long."""
    program = replace(LONG, users=2)
    assert reason_against(program) == ACCEPTED
    stage = program.stages[0]
    short = replace(stage, cache_rows=stage.cache_rows - INSTALL_CYCLES)
    assert_program_refused(with_stage(program, 0, short))


def test_more_users_than_there_is_room_for() -> None:
    assert reason_against(replace(LONG, users=LONG.most_users)) == ACCEPTED
    assert_program_refused(replace(LONG, users=LONG.most_users + 1))


def test_a_cache_that_is_shorter_than_the_context() -> None:
    """A tile less for a layer: its last positions would fall into those of the next."""
    stage = LONG.stages[0]
    pieces, cache = [], stage.weight_rows
    for piece in stage.pieces:
        rows = piece.cache_rows - INSTALL_CYCLES * LONG.shard.key_vectors * bool(piece.cache_rows)
        pieces.append(replace(piece, cache=cache, cache_rows=rows))
        cache += rows
    other = replace(stage, pieces=tuple(pieces), cache_rows=cache - stage.weight_rows)
    assert_program_refused(with_stage(LONG, 0, other))


def test_a_piece_left_out_or_twice() -> None:
    """The model would lack a layer's feed-forward, or have it two times."""
    stages = DENSE.stages
    for before, after in pairwise(range(len(stages))):
        swapped = list(stages)
        swapped[before], swapped[after] = stages[after], stages[before]
        assert_program_refused(replace(DENSE, stages=tuple(swapped)), before)
        assert_program_refused(replace(DENSE, stages=stages[:after] + stages[after + 1 :]), after)
