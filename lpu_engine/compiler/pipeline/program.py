"""The Program of a pipeline: stages of groups of chips, and what each of them does for a token.

All chips of a group run the same blocks on their own shares. A token goes through the stages one
after the other; the chunks of a prompt follow each other. Only attention's length depends on the
context: its first tile, and as much for every further one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.graph import Operation
from lpu_engine.compiler.instructions import Block
from lpu_engine.compiler.pipeline.blocks import Blocks, Growth
from lpu_engine.compiler.pipeline.links import Carried
from lpu_engine.compiler.pipeline.pieces import Kind, Piece, Stage, cache_tiles
from lpu_engine.compiler.pipeline.shard import Shard
from lpu_engine.hardware.lpu import DRAIN_CYCLES, LANES, Opcode
from lpu_engine.model.architecture import Architecture

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What no public fact explains, in whole cycles: fitted to two published speeds."""

    synchronise: int  # each time a group of several chips waits for each other
    expert: int  # each time a row's next expert is chosen


NOTHING_FITTED = Fitted(0, 0)


@dataclass(frozen=True, slots=True)
class Instance:
    """A block at work on a stage, with what its addresses follow."""

    block: Block
    stage: int
    layer: int = 0
    weights: int = 0  # address of its piece's weights
    cache: int = 0  # and of its user's keys and values
    tile: int = 0  # of positions, or number of a chosen expert
    rows: int = 0


@dataclass(frozen=True)
class Times:
    """Cycles of each stage, and how they grow with the context."""

    fixed: Ints  # over one tile of keys, the hop to the stage with it
    onward: Ints  # of the hop to the next one
    layers: tuple[tuple[int, Ints, Growth], ...]  # tiles of a cache, layers of each stage

    def at(self, tiles: int) -> Ints:
        """Over so many tiles of keys."""
        out = self.fixed
        for most, count, growth in self.layers:
            out = out + count * (growth.cycles(min(tiles, most)) - growth.first)
        return out

    def beat(self, tiles: int) -> int:
        """Cycles from one step to the next when they follow each other through the stages.

        A stage is busy with its own and with its hop, which two stages share.
        """
        return int((self.at(tiles) + self.onward).max())

    def total(self, tiles: int) -> int:
        """The same of all stages together."""
        total, counts = self._totals
        return total + sum(
            count * (growth.cycles(min(tiles, most)) - growth.first)
            for count, (most, _, growth) in zip(counts, self.layers, strict=True)
        )

    @cached_property
    def _totals(self) -> tuple[int, tuple[int, ...]]:
        return int(self.fixed.sum()), tuple(int(count.sum()) for _, count, _ in self.layers)


@dataclass(frozen=True)
class PipelineProgram:
    """One sequence on a pipeline of chips."""

    architecture: Architecture
    window: int
    users: int  # whose keys and values there is room for, at least
    shard: Shard
    stages: tuple[Stage, ...]
    operations: dict[str, Operation]
    decode: Blocks
    prompt: Blocks
    fitted: Fitted

    @property
    def chips(self) -> int:
        """How many chips run it."""
        return len(self.stages) * self.shard.group

    @property
    def group(self) -> int:
        """Chips that share every layer."""
        return self.shard.group

    @property
    def stage_count(self) -> int:
        """Groups of chips that a token passes through."""
        return len(self.stages)

    @property
    def most_users(self) -> int:
        """How many users' keys and values there is room for."""
        return min(stage.users for stage in self.stages if stage.users is not None)

    def token_cycles(self, position: int) -> int:
        """Cycles of one decoded token at a position, from 0."""
        self._check(position + 1)
        return self.decode_times.total(position // self.shard.span + 1) + DRAIN_CYCLES

    def beat_cycles(self, position: int) -> int:
        """Cycles from one user's token to the next user's, where many share the pipeline."""
        self._check(position + 1)
        return self.decode_times.beat(position // self.shard.span + 1)

    @cached_property
    def decode_times(self) -> "Times":
        """A decoded token's cycles, stage by stage."""
        return self._times(self.decode)

    @cached_property
    def prompt_times(self) -> "Times":
        """Those of a chunk of a prompt, without the logits."""
        return self._times(self.prompt)

    def prompt_cycles(self, tokens: int) -> int:
        """Cycles from a prompt's start until the logits that follow it.

        Chunks follow each other so far apart that none waits for the one before it on any stage.
        """
        self._check(tokens)
        last, tile = (tokens - 1) // self.prompt.rows, self.shard.span // self.prompt.rows
        end = self.prompt_times.total(last // tile + 1)
        return self._begun_cycles(last) + end + self._head_cycles + DRAIN_CYCLES

    def prompt_beat_cycles(self, tokens: int) -> int:
        """Cycles that a prompt keeps the slowest stage from other users, where many share it."""
        self._check(tokens)
        return self._begun_cycles((tokens - 1) // self.prompt.rows + 1)

    def _begun_cycles(self, chunks: int) -> int:
        """From the first chunk of a prompt to the one after so many."""
        tile, begun = self.shard.span // self.prompt.rows, 0
        for tiles in range(1, -(-chunks // tile) + 1):
            begun += min(tile, chunks - (tiles - 1) * tile) * self.prompt_times.beat(tiles)
        return begun

    def token(self, position: int) -> Iterator[Instance]:
        """The blocks of one decoded token, in order."""
        yield from self._instances(self.decode, position)

    def chunk(self, start: int, *, is_last: bool, row: int = 0) -> Iterator[Instance]:
        """The blocks of a chunk of a prompt; the last one ends in the logits of a row."""
        yield from self._instances(self.prompt, start, with_head=is_last, row=row)

    def blocks(self) -> Iterator[Block]:
        """Every block that was compiled, of decoded tokens and of prompts."""
        for phase in (self.decode, self.prompt):
            yield from phase.compiled.values()

    @cached_property
    def _head_cycles(self) -> int:
        """Cycles of the logits behind a prompt's last chunk, and of the ways to their stages."""
        total = 0
        for stage in self.stages:
            for index, piece in enumerate(stage.pieces):
                if piece.kind == Kind.HEAD:
                    total += self.decode.head(piece.vectors).cycles
                    total += self._hop(self.prompt, piece).cycles if index == 0 else 0
        return total

    def _times(self, phase: Blocks) -> "Times":
        fixed = np.zeros(len(self.stages), np.int64)
        layers: dict[tuple[int, bool], Ints] = {}
        with_head = phase is self.decode
        onward = np.zeros(len(self.stages), np.int64)
        for instance in self._instances(phase, 0, with_head=with_head):
            fixed[instance.stage] += instance.block.cycles
            if instance.block.name.startswith("hop"):
                onward[instance.stage] += instance.block.cycles
        for number, stage in enumerate(self.stages):
            for piece in stage.pieces:
                if piece.kind == Kind.ATTENTION:
                    tiles = cache_tiles(self.shard, piece.layer, self.window)
                    key = (tiles, piece.layout.has("output"))
                    layers.setdefault(key, np.zeros(len(self.stages), np.int64))[number] += 1
        further = tuple(
            (tiles, count, phase.growth(tiles, with_output=with_output))
            for (tiles, with_output), count in layers.items()
        )
        return Times(fixed, np.append(onward[1:], 0), further)

    def _check(self, tokens: int) -> None:
        if not 0 < tokens <= self.window:
            raise ValueError(f"The context holds 1 to {self.window:,} tokens, not {tokens:,}.")

    def _instances(
        self, phase: Blocks, position: int, *, with_head: bool = True, row: int = 0
    ) -> Iterator[Instance]:
        for number, stage in enumerate(self.stages):
            for index, piece in enumerate(stage.pieces):
                if piece.kind == Kind.HEAD and not with_head:
                    continue
                if number and index == 0:
                    yield Instance(self._hop(phase, piece), number, piece.layer)
                yield from self._piece(phase, number, piece, position, row)

    def _hop(self, phase: Blocks, piece: Piece) -> Block:
        carried = Carried.NOTHING
        if piece.kind == Kind.OUTPUT:
            carried = Carried.MIXED
        elif piece.kind == Kind.FEED and not piece.is_first:
            carried = Carried.EXPERTS if self.architecture.experts else Carried.BRANCH
        return phase.hop(carried)

    def _piece(
        self, phase: Blocks, stage: int, piece: Piece, position: int, row: int
    ) -> Iterator[Instance]:
        base = {"layer": piece.layer, "weights": piece.address, "cache": piece.cache}
        if piece.kind == Kind.ATTENTION:
            tiles = cache_tiles(self.shard, piece.layer, self.window)
            seen = min(position // self.shard.span + 1, tiles)
            tile = position // LANES % (tiles * self.shard.copies)
            yield Instance(phase.heads(tiles), stage, **base, tile=tile)
            with_output = piece.layout.has("output")
            block = phase.attend(tiles, seen, with_output=with_output)
            yield Instance(block, stage, **base)
            if with_output:
                yield from self._summed(phase, stage, piece, 0)
        elif piece.kind == Kind.OUTPUT:
            yield Instance(phase.output(), stage, **base)
            yield from self._summed(phase, stage, piece, 0)
        elif piece.kind == Kind.HEAD:
            yield Instance(self.decode.head(piece.vectors), stage, **base, rows=row)
        elif self.architecture.experts:
            yield from self._experts(phase, stage, piece)
        else:
            block = phase.feed(piece.vectors, is_first=piece.is_first)
            yield Instance(block, stage, **base)
        if piece.kind == Kind.FEED and piece.is_last:
            yield from self._summed(phase, stage, piece, 1)

    def _summed(self, phase: Blocks, stage: int, piece: Piece, norm: int) -> Iterator[Instance]:
        yield from self._synchronised(phase, stage, piece)
        yield Instance(phase.sum(norm), stage, piece.layer)

    def _synchronised(self, phase: Blocks, stage: int, piece: Piece) -> Iterator[Instance]:
        if self.fitted.synchronise and self.shard.group > 1:
            block = phase.wait(Opcode.SYNCHRONISE, self.fitted.synchronise)
            yield Instance(block, stage, piece.layer)

    def _experts(self, phase: Blocks, stage: int, piece: Piece) -> Iterator[Instance]:
        """Router and dispatch where the layer begins, then the chosen experts in turn.

        Where a layer's experts are cut, each stage has a part of all: they are chosen once. Where
        they are dealt, each stage takes the time of all that are asked, wherever they stand; but of
        a chunk whose rows may ask any, that of its own.
        """
        base = {"layer": piece.layer, "weights": piece.address}
        router = piece.address + piece.layout.rows * piece.experts
        block = phase.route(is_first=piece.is_first)
        yield Instance(block, stage, piece.layer, weights=router)
        if piece.is_first:
            yield from self._synchronised(phase, stage, piece)
        asked = self.shard.asked(phase.rows)
        if self.fitted.expert and piece.is_first and self.chips > 1:
            choice = phase.wait(Opcode.CHOOSE_EXPERT, self.fitted.expert)
            yield from (Instance(choice, stage, piece.layer) for _ in range(asked))
        own = range(piece.first_expert, piece.first_expert + piece.experts)
        for expert in own if asked == self.shard.experts else range(asked):
            yield Instance(phase.expert(piece.vectors), stage, **base, tile=expert)
