"""A Program → a text that a person can read, and compare with another.

The same Program gives the same text, to the byte: the listings of small ones are golden.
"""

from collections.abc import Iterable, Iterator

from lpu_engine.compiler.footprint import footprint, regions
from lpu_engine.compiler.graph import Operation
from lpu_engine.compiler.instructions import Block
from lpu_engine.compiler.notation import lines, tiles_of
from lpu_engine.compiler.program import Instance, Program
from lpu_engine.compiler.tables import Run, block_table, counted, wrapped
from lpu_engine.hardware.lpu import ACTIVE_WATTS, CLOCK_HZ, DRAIN_CYCLES, LANES, SRAM_BYTES

MIB = 2**20
PROMPTS = (1, 128, 512)  # whose cycles the head tells, beside one chunk and the whole window

LEGEND = """\
How to read an instruction
  7↑          cycles since the block's start; each further slice starts one later (↓: one earlier)
  E4..E7      streams that flow east, W: west; four carry a 32-bit vector, lowest byte first
  @97+4+1     an address, and what each loop adds; +60·layer: 60 more from layer to layer; tile: of
              320 positions; rows: four of a prompt, of the head one
  p3          a value that the block parks for itself; other names are buffers that blocks share
  heads[1,0]  the tile of 320 × 320 weights for output vector 1 and input vector 0
  spread      superlane 3: its 16 lanes on every superlane; lane 3: on all lanes of its superlane
  broadcast   lane 3: on all 320 lanes
  heads       3: lane 3 of each head on all lanes of the head; from the heads' size on: as many
              positions, a round, onto the lanes of one head, round after round, head by head
  ×4, ×20 every 4  two loops, the outer one first; the inner has 20 starts, 4 cycles apart
  goes on     takes its own last result as the first operand
  renewed     reads what it will write, turn by turn
  picks 2     takes only start 2 of its operand's inner loop, from 0
  cache +4    for each word of layers: four slices further out, so four cycles later (-4: earlier)
"""


def listing(program: Program) -> str:
    """The whole Program: head, legend, then all blocks of a decoded token and of a prompt."""
    parts = [head(program), LEGEND]
    for title, phase in (
        ("A decoded token", program.decode),
        ("A chunk of a prompt", program.prompt),
    ):
        title = f"{title}, {counted(phase.rows, 'row')}"
        parts.append(f"{title}\n{'=' * len(title)}\n")
        parts += [block_listing(program, block) for block in phase.blocks.values()]
    return "\n".join(parts)


def head(program: Program) -> str:
    """Facts, and the tables of blocks."""
    title = f"{program.architecture.name} on {counted(program.chips, 'LPU chip')}\n"
    return "\n".join([title, facts(program), "", *_tables(program)])


def facts(program: Program) -> str:
    """Shape, memory and clock, a line each."""
    a, heads = program.architecture, program.placement.heads
    shape = (
        f"{a.width} wide, {counted(a.layers, 'layer')}, {counted(a.heads, 'head')} of {a.head_dim}"
        f" over {counted(heads.kv_heads, 'key head')}, feed-forward {a.feed_forward:,},"
        f" vocabulary {a.vocabulary:,}, window {a.window:,}"
    )
    clock = f"{CLOCK_HZ // 10**6} MHz, {ACTIVE_WATTS:g} W, first principles: nothing is fitted"
    rows: list[tuple[str, Iterable[str]]] = [
        ("shape", [shape]),
        ("weights", [_weights(program)]),
        ("SRAM", [_sram(program)]),
        ("clock", [clock]),
        ("a token", _tokens(program)),
        ("a prompt", _prompts(program)),
    ]
    return "\n".join(wrapped(name, found) for name, found in rows)


def block_listing(program: Program, block: Block) -> str:
    """One block, its instructions grouped by the operation that they serve."""
    size = counted(len(block.instructions), "instruction")
    text = [f"{block.name}: {counted(block.cycles, 'cycle')}, {size}"]
    seen = -1
    tiles = tiles_of(block, program.placement)
    for line in lines(block, tiles, regions(program), has_cache_words=True):
        if line.operation != seen:
            seen = line.operation
            text.append(f"  {seen} {operation_text(program.operations[seen])}")
        text.append(line.text)
    return "\n".join([*text, ""])


def operation_text(operation: Operation) -> str:
    """MATRIX heads: normed[320] → heads[960]; the tensor without its layer."""
    o = operation
    tensor = tensor_name(o)
    name = f"{o.kind.name} {tensor}".rstrip()
    source, target = o.source.name.lower(), o.target.name.lower()
    digits = " in two digits" if o.is_fine else ""
    return f"{name}: {source}[{o.source_width}]{digits} → {target}[{o.width}]"


def tensor_name(operation: Operation) -> str:
    """A tensor's name without its layer, or nothing."""
    return operation.tensor.rpartition(".")[2]


def token_marks(program: Program) -> list[int]:
    """Positions that tell the cycles of every token: the first, the next tile's, the last."""
    window = program.architecture.window
    return sorted({0, min(LANES, window - 1), window - 1})


def prompt_marks(program: Program) -> list[int]:
    """Lengths of prompts whose cycles are told."""
    window = program.architecture.window
    return sorted(n for n in {*PROMPTS, program.prompt.rows, window} if n <= window)


def _weights(program: Program) -> str:
    placed, padding = program.placement.weights, program.placement.padding
    share = padding / (placed + padding)
    tiles = f"{placed:,} placed in tiles of {LANES} × {LANES}"
    return f"{tiles}, {padding:,} places of padding ({share:.1%})"


def _sram(program: Program) -> str:
    used = footprint(program)
    weights = (used.weights_bytes + used.padding_bytes) / MIB
    return (
        f"{used.total_bytes / MIB:,.1f} of {SRAM_BYTES // MIB} MiB: tiles {weights:,.1f},"
        f" keys and values {used.cache_bytes / MIB:,.1f},"
        f" activations and constants {used.buffers_bytes / MIB:,.1f}"
    )


def _tokens(program: Program) -> Iterator[str]:
    for position in token_marks(program):
        cycles = program.token_cycles(position)
        yield f"{cycles:,} cycles at position {position:,} ({CLOCK_HZ / cycles:,.0f}/s)"


def _prompts(program: Program) -> Iterator[str]:
    yield f"in chunks of {counted(program.prompt.rows, 'row')}"
    for tokens in prompt_marks(program):
        cycles = program.prompt_cycles(tokens)
        length = counted(tokens, "token")
        yield f"{cycles:,} cycles for {length} ({cycles / CLOCK_HZ * 1e3:,.3f} ms)"


def _tables(program: Program) -> Iterator[str]:
    last = program.architecture.window - 1
    ends = sorted({0, last})
    tokens = [Run(f"position {at:,}", _blocks(program.token(at))) for at in ends]
    yield from block_table("A token", tokens, DRAIN_CYCLES)
    yield ""
    rows = program.prompt.rows
    starts = sorted({0, last // rows * rows})
    chunks = [
        Run(f"from {at:,}", _blocks(program.chunk(at, min(rows, last + 1 - at), is_last=True)))
        for at in starts
    ]
    yield from block_table(f"A prompt's last chunk of {rows}", chunks, DRAIN_CYCLES)
    yield ""


def _blocks(instances: Iterable[Instance]) -> list[Block]:
    return [instance.block for instance in instances]
