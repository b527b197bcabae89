"""Where a chip of a group parks activations and constants: the 12 inner slices of each hemisphere.

Rows of 16-bit floats that a pair multiplies stand in its own hemisphere, so each has two copies.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lpu_engine.compiler.memory import (
    EAST_0,
    EAST_1,
    EAST_2,
    WEST_0,
    WEST_1,
    WEST_2,
    Buffer,
    Memory,
)
from lpu_engine.compiler.pipeline.shard import Shard
from lpu_engine.compiler.placement import INNER_SLICES, Word
from lpu_engine.hardware.lpu import (
    ACCUMULATOR_ROWS,
    HALF_STREAMS,
    SLICE_VECTORS,
    SLICES,
    WORD,
    Side,
    slice_unit,
)

Sides = Mapping[Side, Buffer]


def _half(side: Side, first: int) -> Word:
    return Word(side, first, width=HALF_STREAMS)


# Rows that a pair multiplies, and other 16-bit rows behind them; the outputs of a matrix.
ROWS_16 = {Side.EAST: _half(Side.EAST, 2 * WORD), Side.WEST: _half(Side.WEST, 2 * WORD)}
MORE_16 = {
    Side.EAST: _half(Side.EAST, 2 * WORD + HALF_STREAMS),
    Side.WEST: _half(Side.WEST, 2 * WORD + HALF_STREAMS),
}
ARRIVED, SUMMED = _half(Side.WEST, 0), _half(Side.WEST, HALF_STREAMS)  # of links
OUTPUTS = {Side.EAST: EAST_1, Side.WEST: WEST_1}
OTHERS = {Side.EAST: EAST_0, Side.WEST: WEST_0}
CACHE = {
    side: tuple(slice_unit(side, index) for index in range(INNER_SLICES, SLICES)) for side in Side
}  # 16 pairs of slices, a row of 16-bit floats each

PROMPT_ROWS = 16
SPARE = SLICE_VECTORS // 8  # addresses of a word that are kept for what a block parks for itself


@dataclass(frozen=True, slots=True)
class Buffers:
    """What one block leaves for another, and what the host leaves for all."""

    residual: Buffer
    branch: Sides  # a chip's part of what comes on top of the residual
    queries: Buffer  # 16 bits; [key vector, copy, head, row]
    mixed: Sides  # 16 bits, of heads whose output's matrix is on the next stage
    normed: Sides  # 16 bits, of the layer's experts
    expert_weights: Buffer  # [expert, row]
    cosine: Buffer
    sine: Buffer
    slot_masks: Buffer  # 1 on the lanes of a head's place in a vector
    mask: Buffer  # 0 where a position is seen, else far below; [320 positions, row]
    one_hot: Buffer  # 16 bits; row n is 1 on lane n
    zero: Buffer
    expert_mask: Buffer  # 0 on the lanes of experts, else far below
    biases: Buffer  # of queries, keys and values, by layer
    gains: Buffer  # of the norms of branches, by layer


BY_HOST = (
    "residual",
    "branch",  # zeros, where whole shares are longer than the model is wide
    "cosine",
    "sine",
    "slot_masks",
    "mask",
    "one_hot",
    "zero",
    "expert_mask",
    "biases",
    "gains",
)


def allocate(memory: Memory, shard: Shard, rows: int, tiles: int, layers: int) -> Buffers:
    """Buffers for `rows` rows, `tiles` tiles of keys and `layers` layers on a stage.

    Raises OverflowError.
    """
    a, room = shard.architecture, memory.buffer
    heads = shard.key_vectors * (shard.members + 2)
    return Buffers(
        residual=room(EAST_0, rows, shard.residual),
        branch={side: room(OUTPUTS[side], rows, shard.padded(side)) for side in Side},
        queries=room(ROWS_16[Side.EAST], shard.key_vectors * shard.copies * shard.scored, rows),
        mixed={side: room(ROWS_16[side], rows, shard.query_vectors) for side in Side},
        normed={side: room(ROWS_16[side], rows, shard.width if a.experts else 0) for side in Side},
        expert_weights=room(EAST_2, shard.asked(rows) if a.experts else 0, rows),
        cosine=room(WEST_0, rows),
        sine=room(WEST_0, rows),
        slot_masks=room(WEST_0, shard.slots),
        mask=room(WEST_2, tiles * shard.copies, rows),
        one_hot=room(MORE_16[Side.WEST], shard.slots // shard.copies * a.head_dim),
        zero=room(WEST_0, 1),
        expert_mask=room(WEST_0, 1),
        biases=room(WEST_2, layers, heads if a.biases else 0),
        gains=room(WEST_2, layers, 2 * shard.residual if a.branch_norms else 0),
    )


def chunk_rows(shard: Shard, tiles: int) -> int:
    """Rows of a prompt's chunk, a divisor of 320: its scores must fit in the sums and in memory."""
    rows, parts = PROMPT_ROWS, tiles * shard.copies
    while rows > 1 and not (
        rows * shard.copies * shard.scored <= ACCUMULATOR_ROWS
        and parts * rows * (shard.scored + 1) <= SLICE_VECTORS - SPARE
    ):
        rows //= 2
    return rows
