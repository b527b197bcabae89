"""The finished Program: a few blocks of instructions, and the order in which they run.

A block's cycles count from its own start and its length never changes; the context decides only
how often the blocks of attention run. So a token's cycles are a closed form of its position.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.graph import Operation
from lpu_engine.compiler.instructions import Block, Instructions, expand, shifted
from lpu_engine.compiler.memory import Buffers
from lpu_engine.compiler.placement import Placement
from lpu_engine.hardware.lpu import CHAIN, DRAIN_CYCLES, LANES
from lpu_engine.model.architecture import Architecture


@dataclass(frozen=True, slots=True)
class Instance:
    """A block at work: for a layer, 320 positions of the context, and the rows from `rows` on."""

    block: Block
    layer: int = 0
    tile: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Phase:
    """The blocks of one kind of step: a decoded token, or a chunk of `rows` of a prompt."""

    rows: int
    blocks: Mapping[str, Block]

    def cycles(self, name: str) -> int:
        """Length of a block."""
        return self.blocks[name].cycles


@dataclass(frozen=True, slots=True)
class Program:
    """One sequence on one chip: a token at a time, or its prompt in chunks."""

    architecture: Architecture
    operations: tuple[Operation, ...]
    placement: Placement
    decode: Phase
    prompt: Phase
    maps: NDArray[np.int16]  # [maps, 320]: where each lane of a PERMUTE comes from
    buffers: Buffers  # where the host leaves its data and finds the logits

    @property
    def chips(self) -> int:
        """How many chips run it."""
        return 1

    @property
    def group(self) -> int:
        """Chips that share every layer."""
        return 1

    @property
    def stage_count(self) -> int:
        """Groups of chips that a token passes through."""
        return 1

    @property
    def window(self) -> int:
        """The context that it has room for, in tokens."""
        return self.architecture.window

    @property
    def most_users(self) -> int:
        """How many users' keys and values there is room for."""
        return 1

    def beat_cycles(self, position: int) -> int:
        """Cycles from one user's token to the next user's: the whole token's, on one chip."""
        return self.token_cycles(position)

    def prompt_beat_cycles(self, tokens: int) -> int:
        """Cycles that a prompt keeps the chip from other users: the whole prompt's."""
        return self.prompt_cycles(tokens)

    def token_cycles(self, position: int) -> int:
        """Cycles of one decoded token at a position, from 0."""
        self._check(position + 1)
        phase, layers = self.decode, self.architecture.layers
        attention = _attention_cycles(phase, 1, position // LANES + 1)
        layer = phase.cycles("before") + attention + phase.cycles("after")
        return layers * layer + phase.cycles("head") + DRAIN_CYCLES

    def prompt_cycles(self, tokens: int) -> int:
        """Cycles from a prompt's start until the logits that follow it."""
        self._check(tokens)
        phase, layers = self.prompt, self.architecture.layers
        whole, last = divmod(tokens - 1, phase.rows)  # chunks before the last one
        groups, last_groups = phase.rows // CHAIN, last // CHAIN + 1
        per_tile = LANES // phase.rows
        full, rest = divmod(whole, per_tile)
        tiles = per_tile * full * (full + 1) // 2 + rest * (full + 1)  # sum over the whole chunks
        fixed = (whole + 1) * (phase.cycles("before") + phase.cycles("after"))
        once = _attention_cycles(phase, 1, 0) * (whole * groups + last_groups)
        each = _attention_cycles(phase, 1, 1) - _attention_cycles(phase, 1, 0)
        layer = fixed + once + each * (groups * tiles + last_groups * (whole // per_tile + 1))
        return layers * layer + self.decode.cycles("head") + (whole + 1) * DRAIN_CYCLES

    def token(self, position: int) -> Iterator[Instance]:
        """The blocks of one decoded token, in order."""
        yield from self._layers(self.decode, position // LANES + 1, 1)
        yield Instance(self.decode.blocks["head"])

    def chunk(self, start: int, rows: int, *, is_last: bool) -> Iterator[Instance]:
        """The blocks of a chunk of a prompt, from position `start` on."""
        yield from self._layers(self.prompt, start // LANES + 1, -(-rows // CHAIN))
        if is_last:
            yield Instance(self.decode.blocks["head"], rows=rows - 1)

    def _layers(self, phase: Phase, tiles: int, groups: int) -> Iterator[Instance]:
        blocks = phase.blocks
        for layer in range(self.architecture.layers):
            yield Instance(blocks["before"], layer, tiles - 1)  # keys go to the last tile
            for rows in range(groups):
                for name in ("scores", "peak", "weigh", "total", "mix"):
                    count = 1 if name in ("peak", "total") else tiles
                    for tile in range(count):
                        yield Instance(blocks[name], layer, tile, rows)
            yield Instance(blocks["after"], layer)

    def _check(self, tokens: int) -> None:
        window = self.architecture.window
        if not 0 < tokens <= window:
            raise ValueError(f"The context holds 1 to {window:,} tokens, not {tokens:,}.")


def _attention_cycles(phase: Phase, groups: int, tiles: int) -> int:
    once = phase.cycles("peak") + phase.cycles("total")
    each = phase.cycles("scores") + phase.cycles("weigh") + phase.cycles("mix")
    return groups * (once + tiles * each)


def resolve(
    program: Program, instance: Instance, position: int, rows: Instructions | None = None
) -> NDArray[np.int64]:
    """cycle, unit, address, lane and row of each start of a block, or of some rows: [5, starts]."""
    layer, word = instance.layer, instance.layer // program.placement.cache_layers
    rows = shifted(instance.block.instructions if rows is None else rows, word)
    e = expand(rows)
    in_word = np.where(rows["cache"] != 0, layer % program.placement.cache_layers, layer)
    moved = (
        rows["by_layer"].astype(np.int64) * in_word
        + rows["by_tile"].astype(np.int64) * instance.tile
        + rows["by_rows"].astype(np.int64) * instance.rows
        + rows["by_position"].astype(np.int64) * position
    )
    return np.stack([e.cycle, e.unit.astype(np.int64), e.address + moved[e.row], e.lane, e.row])
