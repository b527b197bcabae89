"""A pipeline's Program → a text that a person can read: facts, stages, each block once.

What was fitted is named so wherever it stands. The same Program gives the same text, to the byte.
"""

from lpu_engine.compiler.instructions import Block
from lpu_engine.compiler.listing import operation_text
from lpu_engine.compiler.notation import lines
from lpu_engine.compiler.pipeline.facts import (
    block_tables,
    decode_blocks,
    facts,
    prompt_blocks,
    stage_table,
)
from lpu_engine.compiler.pipeline.footprint import regions
from lpu_engine.compiler.pipeline.program import PipelineProgram
from lpu_engine.compiler.pipeline.tile_names import tile_names
from lpu_engine.compiler.tables import counted
from lpu_engine.hardware.lpu import Opcode

FITTED = (Opcode.SYNCHRONISE, Opcode.CHOOSE_EXPERT)

LEGEND = """\
How to read an instruction
  7↑          cycles since the block's start; each further slice starts one later (↓: one earlier)
  E4..E7      streams that flow east, W: west; four carry a 32-bit vector, two a 16-bit one
  @97+4+1     an address, and what each loop adds; those of weights, keys and values count from the
              layer's own; +60·layer: 60 more from layer to layer of a stage; tile: of positions, or
              number of a chosen expert; rows: of a prompt; expert: its number; chip: of the group
  p3          a value that the block parks for itself; other names are buffers that blocks share
  gates[0..5,3]  tiles of 320 × 320 weights: outputs 0 to 5 of this side, of each the input 3
  keys[0..12] tiles of the cache; values likewise
  send, receive  links 0 to 6 go to the chips of the group, 7 to 10 to the next stage's
  spread      superlane 3: its 16 lanes on every superlane; lane 3: on all lanes of its superlane
  broadcast   lane 3: on all 320 lanes
  heads       3: lane 3 of each head on all lanes of the head
  ×4, ×20 every 4  two loops, the outer one first; the inner has 20 starts, 4 cycles apart
  goes on     takes its own last result as the first operand
  to one pair  only the pair of slices of its position takes it
  partly from before  the rest of the tile was parked by tokens before
  fitted      the chips wait as long as a published speed says, no fact: see `synchronise`
"""


def pipeline_listing(program: PipelineProgram) -> str:
    """The whole Program: head, stages, legend, then each block once."""
    parts = [head(program), "\n".join(stage_table(program)), "", LEGEND]
    rows = counted(program.prompt.rows, "row")
    for title, blocks in (
        (f"A decoded token, {counted(program.decode.rows, 'row')}", decode_blocks(program)),
        (f"A chunk of a prompt, {rows}; the logits are those above", prompt_blocks(program)),
    ):
        parts.append(f"{title}\n{'=' * len(title)}\n")
        parts += [block_listing(program, block) for block in blocks]
    return "\n".join(parts)


def head(program: PipelineProgram) -> str:
    """Facts, and the tables of blocks."""
    title = f"{program.architecture.name} on {counted(program.chips, 'LPU chip')}\n"
    return "\n".join([title, facts(program), "", *block_tables(program)])


def block_listing(program: PipelineProgram, block: Block) -> str:
    """One block, its instructions grouped by the operation that they serve."""
    size = counted(len(block.instructions), "instruction")
    is_fitted = ", fitted" if block.instructions["opcode"][0] in FITTED else ""
    text = [f"{block.name}: {counted(block.cycles, 'cycle')}, {size}{is_fitted}"]
    operations = list(program.operations.values())
    seen, tiles = -1, tile_names(program, block)
    for line in lines(block, tiles, regions(program), has_cache_words=False):
        if line.operation != seen:
            seen = line.operation
            text.append(f"  {seen} {operation_text(operations[seen])}")
        text.append(line.text)
    return "\n".join([*text, ""])
