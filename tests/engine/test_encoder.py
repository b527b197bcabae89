import dataclasses

import pytest

from lpu_engine.compiler.encoder.compile import EncoderProgram, compile_encoder
from lpu_engine.compiler.encoder.memory import BERT_BASE, Encoder
from lpu_engine.compiler.encoder.verify import (
    planned_products,
    products,
    useful_products,
    verify_encoder,
)
from lpu_engine.compiler.instructions import Block, Instructions
from lpu_engine.compiler.legal import Illegal
from lpu_engine.compiler.placement import DoesNotFit
from lpu_engine.compiler.verify import verify_block
from lpu_engine.hardware.lpu import HALF_LANES, SRAM_BYTES, Opcode

SMALL = Encoder("small", layers=2, width=256, heads=4, feed_forward=1_024, sequence=128)


@pytest.fixture(scope="module")
def small() -> EncoderProgram:
    return compile_encoder(SMALL)


def changed(program: EncoderProgram, rows: Instructions) -> EncoderProgram:
    block = Block(program.block.name, rows, program.block.cycles)
    return dataclasses.replace(program, block=block)


def first_row(rows: Instructions, opcode: Opcode) -> int:
    return int((rows["opcode"] == opcode).argmax())


def test_a_small_encoder_is_legal_and_whole(small: EncoderProgram) -> None:
    verify_encoder(small)


def test_the_passes_make_every_product_of_the_shape(small: EncoderProgram) -> None:
    # Two layers of: queries and keys 4 x 2 tiles, output 2 x 2, up 7 x 2, down 2 x 7 for 128 rows;
    # values 2 tiles for 256 rows; scores 5 (a head lies in two vectors), mixes 4, norms 4 x 128,
    # and between the layers one row, for factors that come to stand on lanes.
    tiles = 8 + 4 + 14 + 14 + 5 + 4
    wanted = (2 * (128 * tiles + 256 * 2 + 4 * 128) + 1) * HALF_LANES * HALF_LANES
    assert products(small.block.instructions) == planned_products(small) == wanted
    assert useful_products(small) < wanted


@pytest.mark.parametrize(
    "opcode",
    [Opcode.READ, Opcode.READ_WIDE, Opcode.WRITE, Opcode.NARROW, Opcode.PASS_HALF, Opcode.INSTALL],
)
@pytest.mark.parametrize("step", [-1, 1])
def test_an_instruction_one_cycle_off_is_refused(
    small: EncoderProgram, opcode: Opcode, step: int
) -> None:
    rows = small.block.instructions.copy()
    rows["cycle"][first_row(rows, opcode) + 8] += step
    with pytest.raises(Illegal):
        verify_block(changed(small, rows).block)


def test_a_row_that_takes_another_turn_is_refused(small: EncoderProgram) -> None:
    rows = small.block.instructions.copy()
    striped = int((rows["flags"] == 16).argmax())
    rows["lane"][striped] += 1
    with pytest.raises(Illegal):
        verify_block(changed(small, rows).block)


def test_a_tile_brought_in_for_another_is_refused(small: EncoderProgram) -> None:
    rows = small.block.instructions.copy()
    first = first_row(rows, Opcode.READ_WIDE)
    rows["address"][first : first + 4] += 20
    with pytest.raises(Illegal, match="comes in"):
        verify_encoder(changed(small, rows))


def test_a_value_read_from_another_address_is_refused(small: EncoderProgram) -> None:
    rows = small.block.instructions.copy()
    parked = (rows["opcode"] == Opcode.READ) & (rows["parcel"] >= 0)
    rows["address"][int(parked.argmax())] += 1
    with pytest.raises(Illegal):
        verify_block(changed(small, rows).block)


@pytest.mark.parametrize(
    "change",
    [{"sequence": 120}, {"sequence": 256}, {"heads": 3}, {"width": 1_024, "heads": 16}],
)
def test_a_shape_that_is_not_known_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(DoesNotFit):
        compile_encoder(dataclasses.replace(SMALL, **change))


def test_the_weights_of_bert_base_fit_the_chip() -> None:
    weights = BERT_BASE.layers * (4 * BERT_BASE.width**2 + 2 * BERT_BASE.width * 3_072)
    assert weights < SRAM_BYTES
