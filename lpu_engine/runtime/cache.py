"""Keys and values of all sequences, in blocks of 32 positions that come and go.

The arrays are reserved, not touched: a block costs memory from its first use on.
"""

import numpy as np
from numpy.typing import NDArray

from lpu_engine.model.architecture import Architecture
from lpu_engine.runtime.attention import BLOCK


class Cache:
    """`keys` [layer, block, kv, D, BLOCK] and `values` [layer, block, kv, BLOCK, D], float32."""

    def __init__(self, architecture: Architecture, blocks: int) -> None:
        a = architecture
        self.keys: NDArray[np.float32] = np.empty(
            (a.layers, blocks, a.kv_heads, a.head_dim, BLOCK), np.float32
        )
        self.values: NDArray[np.float32] = np.empty(
            (a.layers, blocks, a.kv_heads, BLOCK, a.head_dim), np.float32
        )
        self._free = list(range(blocks))[::-1]

    @property
    def free_blocks(self) -> int:
        """Blocks that nobody holds."""
        return len(self._free)

    def take(self, positions: int) -> NDArray[np.int32]:
        """Blocks for that many positions; the caller checks `free_blocks` first."""
        count = blocks_for(positions)
        taken = [self._free.pop() for _ in range(count)]
        return np.array(taken, np.int32)

    def give_back(self, blocks: NDArray[np.int32]) -> None:
        """Let others have these blocks."""
        self._free.extend(int(block) for block in blocks)


def blocks_for(positions: int) -> int:
    """How many blocks hold that many positions."""
    return -(-positions // BLOCK)


def blocks_within(architecture: Architecture, most_bytes: int) -> int:
    """How many blocks keep keys and values under that many bytes; at least one full window."""
    a = architecture
    block_bytes = 2 * 4 * a.layers * a.kv_heads * a.head_dim * BLOCK
    return max(blocks_for(a.window), most_bytes // block_bytes)
