import re
from dataclasses import replace

import pytest
from commands import TINY, WITH_EXPERTS

from lpu_engine.compiler.instructions import Block
from lpu_engine.compiler.pipeline.compile import compile_pipeline
from lpu_engine.compiler.pipeline.facts import decode_blocks, prompt_blocks, stage_table
from lpu_engine.compiler.pipeline.footprint import chip_bytes, placed, regions
from lpu_engine.compiler.pipeline.listing import block_listing, head, pipeline_listing
from lpu_engine.compiler.pipeline.program import NOTHING_FITTED, Fitted, PipelineProgram
from lpu_engine.compiler.pipeline.tile_names import tile_names
from lpu_engine.hardware.lpu import LANES, SRAM_BYTES, Opcode
from lpu_engine.model.architecture import architecture_from_config

WIDTH = 120
FITTED = Fitted(700, 300)
WIDE = {"hidden_size": 2000, "num_attention_heads": 20, "intermediate_size": 9000}
CASES = {
    "dense": (TINY, 8),
    "experts": (WITH_EXPERTS, 16),
    "cut": ({**TINY, **WIDE, "vocab_size": 9000}, 64),
    "alone": ({**TINY, "architectures": ["Qwen2ForCausalLM"]}, 1),
}
EVERY_MATRIX = {
    Opcode.READ_DOUBLE: r"READ_DOUBLE .* \w+\[[\d.]+,[\d.]+\] →",
    Opcode.INSTALL_PAIR: r"INSTALL_PAIR .*→ waiting \w+\[",
    Opcode.PASS_PAIR: r"PASS_PAIR .* × \w+\[",
}


@pytest.fixture(scope="module", params=CASES)
def program(request: pytest.FixtureRequest) -> PipelineProgram:
    config, chips = CASES[request.param]
    architecture = architecture_from_config(config)
    return compile_pipeline(architecture, FITTED, chips=chips, group=min(chips, 8))


def blocks(program: PipelineProgram) -> list[Block]:
    return [*decode_blocks(program), *prompt_blocks(program)]


def instruction_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if re.match(r" {1,6}\d+[↑↓ ] \w", line)]


def test_no_line_is_wider_than_a_terminal(program: PipelineProgram) -> None:
    wide = [line for line in pipeline_listing(program).splitlines() if len(line) > WIDTH]
    assert wide == []


def test_the_listing_does_not_depend_on_what_the_program_was_asked_before(
    program: PipelineProgram,
) -> None:
    again = compile_pipeline(
        program.architecture, FITTED, chips=program.chips, group=program.shard.group
    )
    for position in (0, 350, 699):
        list(again.token(position))
    assert pipeline_listing(again) == pipeline_listing(program)


def test_every_block_that_runs_stands_once_in_the_listing(program: PipelineProgram) -> None:
    text = pipeline_listing(program)
    for block in blocks(program):
        title = rf"^{re.escape(block.name)}: {block.cycles:,} cycles?, {len(block.instructions):,}"
        assert re.search(title, text, re.MULTILINE)
    titles = re.findall(r"^[a-z].*: [\d,]+ cycles?, [\d,]+ instruction", text, re.MULTILINE)
    assert len(titles) == len(blocks(program))


def test_every_instruction_stands_in_the_listing(program: PipelineProgram) -> None:
    for block in blocks(program):
        count = 0
        for line in instruction_lines(block_listing(program, block)):
            slices = re.match(r".{8} memory ([EW])(\d+)\.\.[EW](\d+)", line)
            count += int(slices[3]) - int(slices[2]) + 1 if slices else 1
        assert count == len(block.instructions), block.name


def test_every_tile_has_its_name(program: PipelineProgram) -> None:
    for block in blocks(program):
        names = tile_names(program, block)
        opcodes = block.instructions["opcode"]
        for opcode in (Opcode.INSTALL_PAIR, Opcode.PASS_PAIR):
            rows = [row for row in range(len(opcodes)) if opcodes[row] == opcode]
            assert all(row in names and "weights" not in names[row] for row in rows), block.name
        text = block_listing(program, block)
        for opcode, pattern in EVERY_MATRIX.items():
            lines = [line for line in text.splitlines() if f" {opcode.name} " in line]
            assert all(re.search(pattern, line) for line in lines), block.name


def test_the_names_of_a_matrix_cover_all_of_its_tiles(program: PipelineProgram) -> None:
    """Each output of a side once, of each of them all inputs."""
    for block in decode_blocks(program):
        if not block.name.startswith("head "):
            continue
        tensor = next(p for s in program.stages for p in s.pieces if p.kind == "head").layout
        rows, names = block.instructions, tile_names(program, block)
        installs = (rows["opcode"] == Opcode.INSTALL_PAIR).nonzero()[0].tolist()
        found = sum(_tiles(names[row]) for row in installs)
        vectors = int(block.name.split()[1])
        assert found == vectors * tensor.of("head").inputs


def _tiles(name: str) -> int:
    """head[0..2,0..12] → 39."""
    spans = re.findall(r"(\d+)(?:\.\.(\d+))?", name)
    sizes = [int(last or first) - int(first) + 1 for first, last in spans]
    return sizes[0] * sizes[1]


def test_what_was_fitted_is_named_so_wherever_it_stands(program: PipelineProgram) -> None:
    text = pipeline_listing(program)
    synchronises, chooses = program.shard.group > 1, program.architecture.experts > 0
    assert ("synchronise, 700 cycles each" in text) == synchronises
    assert ("\nsynchronise: 700 cycles, 1 instruction, fitted\n" in text) == synchronises
    assert ("choose expert, 300 cycles each" in text) == chooses
    assert ("\nchoose expert: 300 cycles, 1 instruction, fitted\n" in text) == chooses
    for line in text.splitlines():
        if re.match(r" +\d+  barrier ", line):
            assert "fitted to a published speed, not derived" in line
    if not synchronises and not chooses:
        assert "nothing: first principles" in text


def test_from_first_principles_there_is_nothing_fitted_to_list(program: PipelineProgram) -> None:
    text = pipeline_listing(replace(program, fitted=NOTHING_FITTED))
    assert "barrier" not in text
    assert "nothing: first principles" in text


def test_the_head_tells_the_cycles_of_the_closed_form(program: PipelineProgram) -> None:
    text, last = head(program), program.window - 1
    for position in (0, last):
        assert f"{program.token_cycles(position):,} cycles at position {position:,}" in text
    assert f"{program.prompt_cycles(1):,} cycles for 1 token" in text
    token, _ = re.findall(r"^  in all .*", text, re.MULTILINE)
    assert token.split()[2:] == [f"{program.token_cycles(at):,}" for at in (0, last)]


def test_stages_hold_every_part_of_every_layer_once(program: PipelineProgram) -> None:
    text = " ".join(" ".join(stage_table(program)).split())
    feed = "experts" if program.architecture.experts else "feed-forward"
    for layer in range(program.architecture.layers):
        whole = len(re.findall(rf"{feed} {layer}(?! \()", text))
        parts = [int(n) for n in re.findall(rf"{feed} {layer} \((\d+) of", text)]
        assert whole * program.shard.feed_forward + sum(parts) == program.shard.feed_forward
        assert len(re.findall(rf"attention {layer}\b", text)) == 1
    logits = [int(n) for n in re.findall(r"logits \((\d+) of", text)]
    assert sum(logits) == program.shard.vocabulary
    assert len(list(stage_table(program))) == len(program.stages) + 1


def test_a_change_of_one_cycle_changes_the_listing(program: PipelineProgram) -> None:
    block = program.decode.sum(0)
    for row in range(0, len(block.instructions), 40):
        moved = block.instructions.copy()
        moved["cycle"][row] += 1
        other = replace(block, instructions=moved)
        assert block_listing(program, other) != block_listing(program, block)


@pytest.mark.parametrize("field", ["address", "by_expert", "by_layer", "by_chip", "flags"])
def test_a_change_of_what_an_address_follows_changes_the_listing(
    program: PipelineProgram, field: str
) -> None:
    block = decode_blocks(program)[0]
    row = int((block.instructions["opcode"] == Opcode.READ_DOUBLE).argmax())
    changed = block.instructions.copy()
    changed[field][row] += 8
    other = replace(block, instructions=changed)
    assert block_listing(program, other) != block_listing(program, block)


def test_weights_and_padding_fill_whole_tiles(program: PipelineProgram) -> None:
    found, a = placed(program), program.architecture
    outside = a.vocabulary * a.width * (not a.tied) + a.width * (2 * a.layers + 1)
    biases = a.layers * a.head_dim * (a.heads + 2 * a.kv_heads) * a.biases
    assert found.weights == a.parameters - outside - biases
    assert (found.weights + found.padding) % (LANES * LANES * program.shard.group) == 0
    assert found.padding > 0


def test_what_a_chip_holds_fits_its_sram(program: PipelineProgram) -> None:
    used = chip_bytes(program)
    assert used.buffers_bytes > 0
    assert used.weights_bytes + used.cache_bytes + used.buffers_bytes < SRAM_BYTES


def test_buffers_do_not_share_an_address(program: PipelineProgram) -> None:
    known = regions(program)
    taken = [(unit, at) for r in known for unit in r.units for at in range(r.base, r.end)]
    assert len(set(taken)) == len(taken)
