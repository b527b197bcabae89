import re
from dataclasses import replace

import pytest

from lpu_engine.compiler.compile import compile_program
from lpu_engine.compiler.footprint import footprint, regions
from lpu_engine.compiler.instructions import Block
from lpu_engine.compiler.listing import block_listing, head, listing
from lpu_engine.compiler.notation import tiles_of
from lpu_engine.compiler.program import Program
from lpu_engine.hardware.lpu import LANES, SRAM_BYTES, UNIT_NAMES, Opcode
from tests.golden.listings import CASES, GROUPED, SMALLEST, golden_file, golden_listing

WIDTH = 120


@pytest.fixture(scope="module", params=[SMALLEST, GROUPED], ids=["smallest", "grouped"])
def program(request: pytest.FixtureRequest) -> Program:
    return compile_program(request.param)


def instruction_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if re.match(r" {1,6}\d+[↑↓ ] \w", line)]


def blocks(program: Program) -> list[Block]:
    return [*program.decode.blocks.values(), *program.prompt.blocks.values()]


@pytest.mark.parametrize("name", CASES)
def test_a_listing_equals_the_golden_one(name: str) -> None:
    golden = golden_file(name).read_text(encoding="utf-8")
    assert golden_listing(name) == golden, "if the change is meant: `make listings`, and read it"


def test_no_line_is_wider_than_a_terminal(program: Program) -> None:
    assert [line for line in listing(program).splitlines() if len(line) > WIDTH] == []


def test_the_same_program_gives_the_same_listing(program: Program) -> None:
    assert listing(program) == listing(compile_program(program.architecture))


def test_every_instruction_stands_in_the_listing(program: Program) -> None:
    for block in blocks(program):
        told = 0
        for line in instruction_lines(block_listing(program, block)):
            slices = re.match(r".{8} memory ([EW])(\d+)\.\.[EW](\d+)", line)
            told += int(slices[3]) - int(slices[2]) + 1 if slices else 1
        assert told == len(block.instructions), block.name


def test_lines_of_an_operation_are_in_order_of_cycle(program: Program) -> None:
    for block in blocks(program):
        operations = re.split(r"^  \d+ [A-Z]", block_listing(program, block), flags=re.MULTILINE)
        assert len(operations) > 1
        for part in operations[1:]:
            cycles = [int(line[:7]) for line in instruction_lines(part)]
            assert cycles == sorted(cycles)


def test_every_slice_of_a_folded_line_can_be_told_again(program: Program) -> None:
    """Slice by slice the cycle moves by one as the arrow says, and the stream by one."""
    block = program.decode.blocks["before"]
    told = set()
    for line in instruction_lines(block_listing(program, block)):
        found = re.match(r" *(\d+)([↑↓]) memory ([EW])(\d+)\.\.[EW](\d+) ", line)
        if found:
            step = 1 if found[2] == "↑" else -1
            for i, number in enumerate(range(int(found[4]), int(found[5]) + 1)):
                told.add((int(found[1]) + step * i, f"memory {found[3]}{number}"))
    rows = block.instructions
    memory = rows["opcode"] <= Opcode.WRITE
    there = {
        (int(cycle), UNIT_NAMES[unit])
        for cycle, unit in zip(rows["cycle"][memory], rows["unit"][memory], strict=True)
    }
    assert told <= there
    assert len(told) > 0.9 * len(there)


def test_a_change_of_one_cycle_changes_the_listing(program: Program) -> None:
    block = program.decode.blocks["after"]
    for row in range(0, len(block.instructions), 40):
        moved = block.instructions.copy()
        moved["cycle"][row] += 1
        assert block_listing(program, replace(block, instructions=moved)) != block_listing(
            program, block
        )


@pytest.mark.parametrize(
    "field", ["unit", "a", "out", "value", "address", "by_layer", "lane", "flags", "counts"]
)
def test_a_change_of_any_field_that_is_used_changes_the_listing(
    program: Program, field: str
) -> None:
    block = program.decode.blocks["before"]
    row = {
        "unit": lambda r: r["opcode"] == Opcode.MULTIPLY,
        "a": lambda r: r["opcode"] == Opcode.MULTIPLY,
        "out": lambda r: r["opcode"] == Opcode.MULTIPLY,
        "value": lambda r: (r["opcode"] == Opcode.DIVIDE) & (r["b"] < 0),
        "address": lambda r: r["opcode"] == Opcode.READ,
        "by_layer": lambda r: r["opcode"] == Opcode.READ,
        "lane": lambda r: r["opcode"] == Opcode.PERMUTE,
        "flags": lambda r: r["opcode"] == Opcode.PASS,
        "counts": lambda r: r["opcode"] == Opcode.PERMUTE,
    }[field](block.instructions).argmax()
    changed = block.instructions.copy()
    changed[field][row] += 1
    other = replace(block, instructions=changed)
    assert block_listing(program, other) != block_listing(program, block)


def test_the_head_tells_the_cycles_of_the_closed_form(program: Program) -> None:
    text = head(program)
    last = program.architecture.window - 1
    for position in (0, last):
        assert f"{program.token_cycles(position):,} cycles at position {position:,}" in text
    assert f"{program.prompt_cycles(1):,} cycles for 1 token" in text
    assert f"{program.placement.padding:,} places of padding" in text
    token, chunk = re.findall(r"^  in all .*", text, re.MULTILINE)
    assert token.split()[2:] == [f"{program.token_cycles(at):,}" for at in sorted({0, last})]
    assert chunk.split()[2] == f"{program.prompt_cycles(program.prompt.rows):,}"


def test_passes_and_installs_name_their_tile(program: Program) -> None:
    for block in blocks(program):
        rows = block.instructions
        named = tiles_of(block, program.placement)
        for opcode in (Opcode.INSTALL, Opcode.PASS):
            mine = [row for row in range(len(rows)) if rows["opcode"][row] == opcode]
            tiles = [named[row] for row in mine if rows["lane"][row] == 0]
            assert "weights" not in tiles
            assert len(set(tiles)) == len(tiles), "each tile once in a block"
            again = [named[row] for row in mine if rows["lane"][row]]  # of a second digit
            down = [t for t in tiles if t.startswith("down") and opcode == Opcode.PASS]
            assert sorted(again) == sorted(down)


def test_buffers_do_not_share_an_address(program: Program) -> None:
    known = regions(program)
    taken = [(unit, at) for r in known for unit in r.units for at in range(r.base, r.end)]
    assert len(set(taken)) == len(taken)
    assert all(region.base < region.end for region in known)


def test_the_footprint_counts_tiles_cache_and_buffers() -> None:
    program = compile_program(SMALLEST)
    used = footprint(program)
    tiles = len(program.placement.tiles)
    assert used.weights_bytes + used.padding_bytes == tiles * LANES * LANES
    assert used.weights_bytes == 32 * 32 * 4 + 3 * 32 * 64 + 64 * 32
    keys, values = 32, 320
    assert used.cache_bytes == (keys + values) * 4 * LANES
    assert 0 < used.buffers_bytes < used.total_bytes < SRAM_BYTES
