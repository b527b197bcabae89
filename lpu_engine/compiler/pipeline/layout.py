"""Tensors of a piece of a layer → tiles in the four banks of a chip: two pairs, two halves each.

A bank is 16 of the outer slices. Outputs are dealt so that both pairs have the same work, and so
that the banks of a piece fill evenly; the inputs of an output stay in one bank.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lpu_engine.compiler.pipeline.shard import Shard, on_side
from lpu_engine.hardware.lpu import INSTALL_CYCLES, PLANES, SLICE_VECTORS, Side, plane_side


@dataclass(frozen=True, slots=True)
class Run:
    """Outputs of a tensor that stand in one bank, one after the other."""

    bank: int  # 0 and 1 west, 2 and 3 east
    first: int  # among the outputs of its side
    outputs: int
    address: int  # from the piece's own

    @property
    def side(self) -> Side:
        """The pair that multiplies them."""
        return plane_side(self.bank)


@dataclass(frozen=True, slots=True)
class Tensor:
    """A matrix of `outputs` by `inputs` vectors."""

    name: str
    outputs: int
    inputs: int
    runs: tuple[Run, ...]

    @property
    def tiles(self) -> int:
        """Tiles of 320 x 320 weights."""
        return self.outputs * self.inputs

    def on(self, side: Side) -> int:
        """Outputs of one side."""
        return on_side(self.outputs, side)


@dataclass(frozen=True, slots=True)
class Layout:
    """The tensors of a piece, and the addresses of each bank that they take."""

    tensors: tuple[Tensor, ...]
    rows: int

    def has(self, name: str) -> bool:
        """Whether a tensor of that name is part of the piece."""
        return any(tensor.name == name for tensor in self.tensors)

    def of(self, name: str) -> Tensor:
        """The tensor of that name."""
        return next(tensor for tensor in self.tensors if tensor.name == name)


@cache
def attention_layout(shard: Shard) -> Layout:
    """Queries, keys, values, and the output's matrix."""
    return lay_out((_heads(shard), _output(shard)))


@cache
def heads_layout(shard: Shard) -> Layout:
    """Queries, keys, values alone."""
    return lay_out((_heads(shard),))


@cache
def output_layout(shard: Shard) -> Layout:
    """The output's matrix alone, on a stage behind that of the heads."""
    return lay_out((_output(shard),))


def _heads(shard: Shard) -> tuple[str, int, int]:
    return "heads", shard.key_vectors * (shard.members + 2), shard.width


def _output(shard: Shard) -> tuple[str, int, int]:
    return "output", shard.width, shard.query_vectors


@cache
def feed_layout(shard: Shard, vectors: int) -> Layout:
    """`vectors` of the middle of a feed-forward, or of one expert."""
    wide = shard.width
    return lay_out((("gates", vectors, wide), ("ups", vectors, wide), ("down", wide, vectors)))


@cache
def deals_experts(shard: Shard) -> bool:
    """Whether experts are dealt to stages: else each stage has a part of all of them.

    It must be so where one vector of every expert is too much for a chip.
    """
    one_of_each = feed_layout(shard, 1).rows * shard.experts + router_layout(shard).rows
    return shard.experts > 1 and one_of_each >= SLICE_VECTORS


@cache
def router_layout(shard: Shard) -> Layout:
    """The matrix that scores experts; every chip has all of it."""
    return lay_out((("router", 1, shard.width),))


@cache
def head_layout(shard: Shard, vectors: int) -> Layout:
    """`vectors` of the logits."""
    return lay_out((("head", vectors, shard.width),))


def lay_out(shapes: Sequence[tuple[str, int, int]]) -> Layout:
    """Tensors of (name, outputs, inputs), one after the other."""
    tiles = [0] * PLANES
    tensors = []
    for name, outputs, inputs in shapes:
        runs = []
        for side in Side:
            first = 0
            for bank, count in _dealt(side, on_side(outputs, side), inputs, tiles):
                runs.append(Run(bank, first, count, tiles[bank] * INSTALL_CYCLES))
                first += count
                tiles[bank] += count * inputs
        tensors.append(Tensor(name, outputs, inputs, tuple(runs)))
    return Layout(tuple(tensors), max(tiles) * INSTALL_CYCLES)


def _dealt(side: Side, outputs: int, inputs: int, tiles: Sequence[int]) -> list[tuple[int, int]]:
    """(bank, outputs) for a side's outputs, so that its two banks end up even."""
    low, high = (bank for bank in range(PLANES) if plane_side(bank) == side)
    wanted = round((tiles[high] - tiles[low] + outputs * inputs) / (2 * inputs))
    first = min(max(wanted, 0), outputs)
    return [(bank, count) for bank, count in ((low, first), (high, outputs - first)) if count]
