"""Keys and values of all sequences, in blocks of 32 positions that come and go.

A block that was filled to its end is remembered with all ids before it: the next prompt that begins
with them begins behind it. What nobody holds is forgotten when its room is needed, oldest first.
The arrays are reserved, not touched: a block costs memory from its first use on.
"""

import math
import mmap
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lpu_engine.model.architecture import Architecture
from lpu_engine.runtime.attend_tiles import BLOCK

Kept = NDArray[np.uint16]  # the upper halves of float32s whose lower are empty
KEPT_BYTES = 2

REMEMBERED_BYTES = 2**28  # of keys and values that no open sequence holds
LEAST_POSITIONS = 4096  # that there is room for, however large they are


@dataclass(eq=False, slots=True)
class Known:
    """A full block: its ids, behind those of `before`; how many open sequences hold it."""

    block: int
    ids: tuple[int, ...]
    before: "Known | None"
    holders: int = 0
    after: dict[tuple[int, ...], "Known"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lease:
    """The blocks of one sequence, in order; the first of them were computed for another."""

    blocks: NDArray[np.int32]
    shared: tuple[Known, ...] = ()

    @property
    def known(self) -> int:
        """Positions that need not be fed."""
        return BLOCK * len(self.shared)


class Cache:
    """`keys` [layer, block, kv, D, BLOCK] and `values` [layer, block, kv, BLOCK, D], bfloat16."""

    def __init__(self, architecture: Architecture, blocks: int) -> None:
        a = architecture
        self.keys = reserved((a.layers, blocks, a.kv_heads, a.head_dim, BLOCK))
        self.values = reserved((a.layers, blocks, a.kv_heads, BLOCK, a.head_dim))
        self._most_idle = REMEMBERED_BYTES // block_bytes(a)
        self._free = list(range(blocks))[::-1]
        self._first: dict[tuple[int, ...], Known] = {}
        self._idle: dict[Known, None] = {}  # held by nobody, in the order of their last use

    @property
    def free_blocks(self) -> int:
        """Blocks that nobody holds."""
        return len(self._free) + len(self._idle)

    def take(self, positions: int) -> NDArray[np.int32]:
        """Blocks for that many positions; the caller checks `free_blocks` first."""
        count = blocks_for(positions)
        while len(self._free) < count:
            self._forget_oldest()
        return np.array([self._free.pop() for _ in range(count)], np.int32)

    def give_back(self, blocks: NDArray[np.int32]) -> None:
        """Let others have these blocks."""
        self._free.extend(int(block) for block in blocks)

    def lease(self, prompt: Sequence[int], positions: int) -> Lease | None:
        """Blocks for so many positions, of which the prompt's are the first; None: no room now.

        At least one id of the prompt is left to be fed, so that there are logits.
        """
        shared = self._longest_known(prompt[:-1])
        missing = positions - BLOCK * len(shared)
        if blocks_for(missing) > self.free_blocks - sum(known.holders == 0 for known in shared):
            return None
        for known in shared:
            known.holders += 1
            self._idle.pop(known, None)
        begun = np.array([known.block for known in shared], np.int32)
        return Lease(np.concatenate([begun, self.take(missing)]), shared)

    def release(self, lease: Lease, fed: Sequence[int]) -> None:
        """Give the blocks back, and remember those that `fed`, the sequence's ids from its first
        position on, filled to the end."""
        for known in lease.shared:
            known.holders -= 1
        chain, spare = self._remember(lease, fed)
        self.give_back(spare)
        for known in reversed(chain):  # the last goes before those that it needs
            if known.holders == 0:
                self._idle.pop(known, None)
                self._idle[known] = None
        while len(self._idle) > self._most_idle:
            self._forget_oldest()

    def _remember(self, lease: Lease, fed: Sequence[int]) -> tuple[list[Known], NDArray[np.int32]]:
        """All full blocks of the sequence, and those of the lease that nobody needs."""
        chain, spare = list(lease.shared), []
        for place in range(len(chain), len(fed) // BLOCK):
            ids = tuple(fed[place * BLOCK : (place + 1) * BLOCK])
            before = chain[-1] if chain else None
            among, block = self._after(before), int(lease.blocks[place])
            if ids in among:  # another sequence has remembered the same meanwhile
                spare.append(block)
            else:
                among[ids] = Known(block, ids, before)
            chain.append(among[ids])
        return chain, np.array([*spare, *lease.blocks[len(chain) :]], np.int32)

    def _longest_known(self, ids: Sequence[int]) -> tuple[Known, ...]:
        chain: list[Known] = []
        for start in range(0, len(ids) - BLOCK + 1, BLOCK):
            among = self._after(chain[-1] if chain else None)
            known = among.get(tuple(ids[start : start + BLOCK]))
            if known is None:
                break
            chain.append(known)
        return tuple(chain)

    def _after(self, known: Known | None) -> dict[tuple[int, ...], Known]:
        return self._first if known is None else known.after

    def _forget_oldest(self) -> None:
        known = next(iter(self._idle))
        del self._idle[known]
        del self._after(known.before)[known.ids]
        self._free.append(known.block)


def reserved(shape: tuple[int, ...]) -> Kept:
    """Room in small pages. numpy asks for huge ones, of which the first write clears two megabytes:
    memory that nobody needs, and a tenth of a second for which the tokens of others would wait."""
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    room = mmap.mmap(-1, KEPT_BYTES * math.prod(shape), flags=flags)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        room.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(room, np.uint16).reshape(shape)


def blocks_for(positions: int) -> int:
    """How many blocks hold that many positions."""
    return -(-positions // BLOCK)


def block_bytes(architecture: Architecture) -> int:
    """Keys and values of one block, in all layers."""
    a = architecture
    return 2 * KEPT_BYTES * a.layers * a.kv_heads * a.head_dim * BLOCK


def blocks_within(architecture: Architecture, most_bytes: int) -> int:
    """How many blocks keep keys and values under that many bytes; at least one conversation's."""
    least = blocks_for(min(architecture.window, LEAST_POSITIONS))
    return max(least, most_bytes // block_bytes(architecture))
