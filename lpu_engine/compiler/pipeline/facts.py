"""A pipeline's Program → what it is, in figures: shape, chips, memory, cycles; text for people.

A token's cycles are those of one user alone; what of them was fitted is told beside each.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from textwrap import fill

from lpu_engine.compiler.instructions import Block
from lpu_engine.compiler.notation import WIDTH
from lpu_engine.compiler.pipeline.footprint import chip_bytes, placed
from lpu_engine.compiler.pipeline.pieces import BANK_BYTES, Kind, Piece, Stage, feed_units
from lpu_engine.compiler.pipeline.program import NOTHING_FITTED, Instance, PipelineProgram
from lpu_engine.compiler.tables import Run, block_table, counted, wrapped
from lpu_engine.hardware.lpu import CLOCK_HZ, DRAIN_CYCLES, LANES, SRAM_BYTES, SYSTEM_WATTS

MIB = 2**20
PROMPTS = (1, 128, 512)  # whose cycles the head tells, beside one chunk and the whole window
FITTED_BLOCKS = ("synchronise", "choose expert")


def facts(program: PipelineProgram) -> str:
    """Shape, chips, memory and clock, a line each."""
    rows: list[tuple[str, Iterable[str]]] = [
        ("shape", _shape(program)),
        ("chips", _chips(program)),
        ("weights", [_weights(program)]),
        ("SRAM", _sram(program)),
        ("context", _context(program)),
        ("clock", [f"{CLOCK_HZ // 10**6} MHz, {SYSTEM_WATTS:g} W a chip, provisioned"]),
        ("fitted", _fitted(program)),
        ("a token", _tokens(program)),
        ("a prompt", _prompts(program)),
    ]
    return "\n".join(wrapped(name, found) for name, found in rows)


def block_tables(program: PipelineProgram) -> Iterator[str]:
    """A token's blocks: how often each runs, on all stages together, and how long."""
    ends = token_marks(program)
    runs = [Run(f"position {at:,}", _marked(program.token(at))) for at in (ends[0], ends[-1])]
    yield from block_table("A token", runs[: len(ends)], DRAIN_CYCLES)
    yield ""
    rows = program.prompt.rows
    starts = sorted({0, (program.window - 1) // rows * rows})
    chunks = [Run(f"from {at:,}", _marked(program.chunk(at, is_last=True))) for at in starts]
    yield from block_table(f"A prompt's last chunk of {rows}", chunks, DRAIN_CYCLES)
    yield ""


def stage_table(program: PipelineProgram) -> Iterator[str]:
    """What each stage holds, and how long a token is there."""
    times = program.decode_times.at(1)
    yield f"{'Stage':<6} {'cycles':>9} {'weights':>12} {'a user':>10}  holds"
    for number, stage in enumerate(program.stages):
        weights, cache = (
            f"{rows * BANK_BYTES / MIB:,.1f} MiB" for rows in (stage.weight_rows, stage.cache_rows)
        )
        text = f"{number:<6} {int(times[number]):>9,} {weights:>12} {cache:>10}"
        whole = f"{text}  {', '.join(pieces(program, stage))}"
        indent = " " * (len(text) + 2)
        yield fill(whole, WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def pieces(program: PipelineProgram, stage: Stage) -> list[str]:
    """attention 3, feed-forward 3 (8 of 12), logits (13 of 13): whole vectors of a chip."""
    return [_piece(program, piece) for piece in stage.pieces]


def token_marks(program: PipelineProgram) -> list[int]:
    """Positions that tell the cycles of every token: the first, the next tile's, the last."""
    last = program.window - 1
    return sorted({0, min(program.shard.span, last), last})


def prompt_marks(program: PipelineProgram) -> list[int]:
    """Lengths of prompts whose cycles are told."""
    window = program.window
    return sorted(n for n in {*PROMPTS, program.prompt.rows, window} if n <= window)


def decode_blocks(program: PipelineProgram) -> list[Block]:
    """Each distinct block of decoded tokens, in the order in which it first runs."""
    return _distinct(i for at in token_marks(program) for i in program.token(at))


def prompt_blocks(program: PipelineProgram) -> list[Block]:
    """Those of a prompt's chunks; its logits are a decoded token's."""
    starts = (at // program.prompt.rows * program.prompt.rows for at in token_marks(program))
    return _distinct(i for at in starts for i in program.chunk(at, is_last=False))


def _distinct(instances: Iterable[Instance]) -> list[Block]:
    return list({instance.block.name: instance.block for instance in instances}.values())


def fitted_cycles(program: PipelineProgram, position: int) -> int:
    """Cycles of a token that no public fact explains."""
    bare = replace(program, fitted=NOTHING_FITTED)
    return program.token_cycles(position) - bare.token_cycles(position)


def _shape(program: PipelineProgram) -> Iterator[str]:
    a = program.architecture
    yield (
        f"{a.width:,} wide, {counted(a.layers, 'layer')}, {counted(a.heads, 'head')} of"
        f" {a.head_dim} over {counted(a.kv_heads, 'key head')}"
    )
    each = f"{a.experts} experts of {a.feed_forward:,}, {a.active_experts} of them for a token"
    yield each if a.experts else f"feed-forward {a.feed_forward:,}"
    yield f"vocabulary {a.vocabulary:,}"


def _chips(program: PipelineProgram) -> Iterator[str]:
    group, stages = program.shard.group, len(program.stages)
    yield f"{program.chips:,} in {counted(stages, 'stage')} of {group}"
    if group > 1:
        yield f"the {group} of a stage share its layers and synchronise"
    yield "stages follow each other"


def _weights(program: PipelineProgram) -> str:
    found = placed(program)
    share = found.padding / (found.weights + found.padding)
    return (
        f"{found.weights:,}, a byte each, in tiles of {LANES} × {LANES}, {found.padding:,} places"
        f" of padding and copies ({share:.1%})"
    )


def _sram(program: PipelineProgram) -> Iterator[str]:
    used = chip_bytes(program)
    yield f"{SRAM_BYTES // MIB} MiB a chip; of the fullest: tiles {used.weights_bytes / MIB:,.1f}"
    yield f"keys and values {used.cache_bytes / MIB:,.1f}"
    yield f"activations and constants {used.buffers_bytes / MIB:,.1f}"


def _context(program: PipelineProgram) -> Iterator[str]:
    users = counted(program.users, "user")
    yield f"{program.window:,} tokens of {users}"
    yield f"room for {counted(program.most_users, 'user')}"


def _fitted(program: PipelineProgram) -> Iterator[str]:
    fitted, position = program.fitted, program.window - 1
    if program.shard.group > 1 and fitted.synchronise:
        yield f"synchronise, {fitted.synchronise:,} cycles each"
    if program.architecture.experts and fitted.expert:
        yield f"choose expert, {fitted.expert:,} cycles each"
    cycles = fitted_cycles(program, 0)
    if not cycles:
        yield "nothing: first principles"
        return
    first, last = (cycles / program.token_cycles(at) for at in (0, position))
    yield f"together {cycles:,} cycles of a token, {first:.1%} of the first, {last:.1%} of the last"


def _tokens(program: PipelineProgram) -> Iterator[str]:
    for position in token_marks(program):
        cycles = program.token_cycles(position)
        yield f"{cycles:,} cycles at position {position:,} ({CLOCK_HZ / cycles:,.1f}/s)"


def _prompts(program: PipelineProgram) -> Iterator[str]:
    yield f"in chunks of {counted(program.prompt.rows, 'row')}"
    for tokens in prompt_marks(program):
        cycles, length = program.prompt_cycles(tokens), counted(tokens, "token")
        yield f"{cycles:,} cycles for {length} ({cycles / CLOCK_HZ * 1e3:,.3f} ms)"


def _marked(instances: Iterable[Instance]) -> list[Block]:
    """Blocks in order; what was fitted says so in its name."""
    return [_named(instance.block) for instance in instances]


def _named(block: Block) -> Block:
    is_fitted = block.name in FITTED_BLOCKS
    return replace(block, name=f"{block.name} (fitted)") if is_fitted else block


def _piece(program: PipelineProgram, piece: Piece) -> str:
    shard = program.shard
    feed = "experts" if program.architecture.experts else "feed-forward"
    if piece.kind == Kind.FEED:
        whole = feed_units(shard)
        part = "" if piece.units == whole else f" ({piece.units} of {whole})"
        return f"{feed} {piece.layer}{part}"
    if piece.kind == Kind.HEAD:
        return f"logits ({piece.vectors} of {shard.vocabulary})"
    if piece.kind == Kind.ATTENTION and not piece.layout.has("output"):
        return f"attention {piece.layer} (without its output)"
    return f"{'attention' if piece.kind == Kind.ATTENTION else 'output'} {piece.layer}"
