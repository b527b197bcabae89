import numpy as np
import pytest

from lpu_engine.compiler.encoder.compile import compile_encoder
from lpu_engine.compiler.encoder.memory import Encoder
from lpu_engine.compiler.instructions import Block, Instructions, expand
from lpu_engine.compiler.legal import MEMORY, Illegal
from lpu_engine.compiler.verify import verify_block
from lpu_engine.hardware.lpu import Opcode

SMALL = Encoder("small", layers=1, width=256, heads=4, feed_forward=1_024, sequence=128)


@pytest.fixture(scope="module")
def block() -> Block:
    return compile_encoder(SMALL).block


def pairs_in_one_cycle(rows: Instructions) -> set[tuple[int, int]]:
    """Rows that fetch and rows that park in the same slice in the same cycle."""
    memory = np.flatnonzero(MEMORY[rows["opcode"]])
    e = expand(rows[memory])
    is_write = (rows["opcode"][memory] == Opcode.WRITE)[e.row]
    when = list(zip(e.unit.tolist(), e.cycle.tolist(), strict=True))
    fetched = {at: row for at, row, parks in zip(when, e.row, is_write, strict=True) if not parks}
    return {
        (int(memory[fetched[at]]), int(memory[row]))
        for at, row, parks in zip(when, e.row, is_write, strict=True)
        if parks and at in fetched
    }


def changed(block: Block, row: int, name: str) -> Block:
    rows = block.instructions.copy()
    rows[name][row] += 1
    return Block(block.name, rows, block.cycles)


def test_a_slice_reads_one_bank_while_it_writes_the_other(block: Block) -> None:
    assert pairs_in_one_cycle(block.instructions)
    verify_block(block)


def test_a_slice_that_reads_and_writes_one_bank_in_a_cycle_is_refused(block: Block) -> None:
    fetch, park = min(pairs_in_one_cycle(block.instructions))
    for row in (fetch, park):
        with pytest.raises(Illegal, match="addresses the same bank"):
            verify_block(changed(block, row, "address"))


def test_an_address_that_moves_with_the_layer_is_in_both_banks(block: Block) -> None:
    fetch, _ = min(pairs_in_one_cycle(block.instructions))
    with pytest.raises(Illegal, match="starts another instruction"):
        verify_block(changed(block, fetch, "by_layer"))


def test_two_fetches_in_different_banks_of_a_slice_are_refused(block: Block) -> None:
    rows = block.instructions.copy()
    _, park = min(pairs_in_one_cycle(rows))
    rows["opcode"][park], rows["out"][park], rows["a"][park] = Opcode.READ, rows["a"][park], -1
    with pytest.raises(Illegal, match="starts another instruction"):
        verify_block(Block(block.name, rows, block.cycles))
