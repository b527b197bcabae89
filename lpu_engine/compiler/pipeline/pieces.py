"""What a model is cut into: pieces, and the stages that hold them.

A piece is a layer's attention, some vectors of its feed-forward's middle (of every expert, so that
whichever are chosen take the same time), or some vectors of the logits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lpu_engine.compiler.pipeline.layout import (
    Layout,
    deals_experts,
)
from lpu_engine.compiler.pipeline.shard import Shard
from lpu_engine.hardware.lpu import INSTALL_CYCLES, LANES, SLICE_VECTORS

ADDRESSES = SLICE_VECTORS - 1  # of a slice; what is scattered but not meant goes to the last one
CUTS = 4  # parts that a feed-forward is cut into, but where only the finest will do
MIB = 2**20
BANK_BYTES = 64 * LANES  # of one address of all outer slices


class BadDeployment(ValueError):
    """Chips, group, context or users that cannot be; the sentence says what to give."""


class Kind(StrEnum):
    """What a piece is part of."""

    ATTENTION = "attention"  # with the output's matrix, where that is not cut off
    OUTPUT = "output"
    FEED = "feed"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece on its stage: `address` of its weights, `cache` of one user's keys and values."""

    kind: Kind
    layer: int
    vectors: int
    experts: int  # of a feed-forward: how many stand here, from `first_expert` on
    first_expert: int
    is_first: bool  # of its feed-forward
    is_last: bool
    layout: Layout
    rows: int  # addresses of each bank that its weights take
    cache_rows: int  # and each user's cache
    address: int = 0
    cache: int = 0
    is_dealt: bool = False  # whole experts, not a part of each

    @property
    def units(self) -> int:
        """What of its feed-forward stands here, or of the logits."""
        return self.experts if self.is_dealt else self.vectors


@dataclass(frozen=True, slots=True)
class Stage:
    """The pieces of one group of chips."""

    pieces: tuple[Piece, ...]
    weight_rows: int
    cache_rows: int  # of each user

    @property
    def users(self) -> int | None:
        """How many users' caches fit; None where a stage keeps none."""
        return (ADDRESSES - self.weight_rows) // self.cache_rows if self.cache_rows else None


@dataclass(frozen=True, slots=True)
class Atom:
    """The smallest that stages are cut into."""

    kind: Kind
    layer: int
    vectors: int  # of attention: 1 with its output, 0 without; or experts, where they are dealt


Cut = list[list[Atom]]  # the parts of each stage


def cache_tiles(shard: Shard, layer: int, window: int) -> int:
    """Tiles of keys that a layer may have to look at."""
    a, whole = shard.architecture, -(-window // shard.span)
    if a.sliding_window is None or layer not in a.sliding_layers:
        return whole
    return min(whole, -(-a.sliding_window // shard.span) + 1)


def cache_rows(shard: Shard, layer: int, window: int) -> int:
    """Addresses of all outer slices for a user's keys and values: tiles, and one that is turned."""
    return shard.key_vectors * INSTALL_CYCLES * (cache_tiles(shard, layer, window) + 1)


def atoms(shard: Shard, parts: int, *, cut_off: bool = False) -> tuple[Atom, ...]:
    """The whole model; each feed-forward, and the head, in up to `parts` parts.

    `cut_off`: the output's matrix need not stand where its attention does.
    """
    out = []
    for layer in range(shard.architecture.layers):
        out.append(Atom(Kind.ATTENTION, layer, 0 if cut_off else 1))
        if cut_off:
            out.append(Atom(Kind.OUTPUT, layer, 1))
        out += [Atom(Kind.FEED, layer, n) for n in _cut(feed_units(shard), parts)]
    last = shard.architecture.layers - 1
    return (*out, *(Atom(Kind.HEAD, last, n) for n in _cut(shard.vocabulary, parts)))


def feed_units(shard: Shard) -> int:
    """What a feed-forward is cut into: vectors, or whole experts where they are dealt."""
    return shard.experts if deals_experts(shard) else shard.feed_forward


def _cut(vectors: int, parts: int) -> Iterable[int]:
    each = -(-vectors // parts)
    return (min(each, vectors - first) for first in range(0, vectors, each))
