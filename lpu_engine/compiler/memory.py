"""Pass 3: activations, constants and the host's inputs get addresses in the inner slices.

Each buffer has a word of its own choosing, so that no flow wants one slice twice in a cycle.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.placement import INNER_SLICES, Placement, Word
from lpu_engine.hardware.lpu import (
    CHAIN,
    LANES,
    SLICE_VECTORS,
    SUPERLANE,
    SUPERLANES,
    WORD,
    Side,
    slice_unit,
)

EAST_0, EAST_1, EAST_2 = (Word(Side.EAST, WORD * i) for i in range(3))
WEST_0, WEST_1, WEST_2 = (Word(Side.WEST, WORD * i) for i in range(3))
KEYS, VALUES = Word(Side.EAST, INNER_SLICES, True), Word(Side.WEST, INNER_SLICES, True)
BYTES = (slice_unit(Side.EAST, 2 * WORD),)  # the slice of quantised rows

# Maps of PERMUTE, in the order of `maps`.
SUPERLANE_MAP, LANE_MAP = 0, SUPERLANES
BROADCAST_MAP = SUPERLANES + SUPERLANE
SWAP_MAP = BROADCAST_MAP + LANES
SHARE_MAP = SWAP_MAP + 1  # one lane of each head on all lanes of the head: head_dim maps, then
# SHARE_MAP + head_dim: lanes of a round of positions to the lanes of a head, [round, head]


@dataclass(frozen=True, slots=True)
class Buffer:
    """Parked vectors: a word, the first address, vectors of a row, rows."""

    word: Word
    base: int
    vectors: int
    rows: int

    @property
    def end(self) -> int:
        """The first address behind it."""
        return self.base + self.rows * self.vectors


class Memory:
    """Hands out addresses, each once."""

    def __init__(self, free: Mapping[int, int] | None = None) -> None:
        self._free = dict(free or {})  # of each slice, the first address that is

    def fork(self) -> "Memory":
        """The same from here on: blocks that never run at once may use the same addresses."""
        return Memory(self._free)

    def buffer(self, word: Word, rows: int, vectors: int = 1) -> Buffer:
        """Room for rows of vectors. Raises OverflowError."""
        base = max(self._free.get(unit, 0) for unit in word.units())
        buffer = Buffer(word, base, vectors, rows)
        if buffer.end > SLICE_VECTORS:
            raise OverflowError(f"A word has {SLICE_VECTORS:,} addresses.")
        self._free |= dict.fromkeys(word.units(), buffer.end)
        return buffer


@dataclass(frozen=True, slots=True)
class Buffers:
    """What one block leaves for another, and what the host leaves for the program."""

    residual: Buffer
    cosine: Buffer
    sine: Buffer
    mask_add: Buffer  # 0 where a position is seen, else minus infinity; [tile, row]
    mask_times: Buffer  # 1 where a position is seen, else 0; [tile, row]
    zero: Buffer
    one: Buffer
    lowest: Buffer
    scales: Buffer
    head_masks: Buffer
    gains: Buffer  # two norms a layer, and the last
    turned: Buffer
    scores: Buffer
    highest: Buffer  # of the scores, lane by lane
    peak: Buffer
    packed: Buffer  # weights of a round of positions, heads side by side; [tile, row, round]
    sums: Buffer  # of the weights, lane by lane
    total: Buffer
    mixed: Buffer  # heads side by side
    logits: Buffer


def allocate(memory: Memory, placement: Placement, rows: int) -> Buffers:
    """Buffers for chunks of up to `rows` rows; heads are padded to whole vectors."""
    heads = placement.heads
    padded_heads = heads.padded
    width = len(placement.tensors["heads"].inputs)
    tiles = placement.cache_tiles
    head = next(t for t in placement.tensors.values() if t.is_head)
    turned = heads.vectors * (heads.group + 1)
    room = memory.buffer
    return Buffers(
        residual=room(EAST_0, rows, width),
        cosine=room(WEST_1, rows),
        sine=room(EAST_2, rows),
        mask_add=room(WEST_2, tiles, rows),
        mask_times=room(WEST_2, tiles, rows),
        zero=room(EAST_0, 1),
        one=room(EAST_0, 1),
        lowest=room(EAST_0, 1),
        scales=room(WEST_1, placement.layers * placement.scales_by_layer + len(head.outputs)),
        head_masks=room(WEST_2, heads.per_vector),
        gains=room(WEST_1, 2 * placement.layers + 1, width),
        turned=room(WEST_0, rows, turned),
        scores=room(EAST_1, tiles, rows * padded_heads),
        highest=room(WEST_2, rows, padded_heads),
        peak=room(EAST_2, rows, padded_heads),
        packed=room(EAST_1, tiles, rows * heads.query_vectors * heads.rounds),
        sums=room(WEST_2, rows, padded_heads),
        total=room(EAST_1, rows, padded_heads),
        mixed=room(EAST_2, rows, heads.query_vectors),
        logits=room(EAST_1, 1, len(head.outputs)),
    )


def gain_row(tensor: str, layers: int) -> int:
    """Which row of `gains` is a norm's: two in each layer, and behind them the last norm's."""
    layer, _, short = tensor.rpartition(".")
    return 2 * int(layer) + (short == "gates_gain") if layer else 2 * layers


def permute_maps(head_dim: int, per_vector: int) -> NDArray[np.int16]:
    """Every map in use: superlanes and lanes spread out, halves of heads swapped, heads packed."""
    lane = np.arange(LANES)
    superlanes = [s * SUPERLANE + lane % SUPERLANE for s in range(SUPERLANES)]
    lanes = [lane // SUPERLANE * SUPERLANE + i for i in range(SUPERLANE)]
    broadcasts = [np.full(LANES, i) for i in range(LANES)]
    place = lane % head_dim
    swapped = lane - place + (place + head_dim // 2) % head_dim
    swap = np.where(lane < head_dim * per_vector, swapped, lane)
    in_heads = lane < head_dim * per_vector
    share = [np.where(in_heads, lane - place + i, 0) for i in range(head_dim)]
    source = place + head_dim * np.arange(-(-LANES // head_dim))[:, None]  # [round, lane]
    moved = np.where(source < LANES, source, 0)
    pack = [
        np.where(lane // head_dim == head, row, 0) for row in moved for head in range(per_vector)
    ]
    return np.array([*superlanes, *lanes, *broadcasts, swap, *share, *pack], np.int16)


def chunk_rows(placement: Placement) -> int:
    """Rows of a prompt's chunk: a divisor of 320, so that no chunk has positions of two tiles."""
    rows, heads = 4 * CHAIN, placement.heads
    each = placement.cache_tiles * max(heads.padded, heads.query_vectors * heads.rounds)
    while rows > CHAIN and rows * each > SLICE_VECTORS // 2:
        rows //= 2
    return rows
