"""A float32 checkpoint becomes int8 matrices, one scale a row, and rows of numbers that stay float.

A tensor is read some rows after others. Large columns of a matrix would leave few steps to the
others, and large values of a row as well: so columns that differ are shared out between the two.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from lpu_engine.model.architecture import Architecture
from lpu_engine.model.arithmetic import Float32, Int8, quantize
from lpu_engine.model.checkpoint import Checkpoint
from lpu_engine.model.tensor_names import EMBEDDING, HEAD, LAST_NORM, layer_names

COLUMNS = "embedding_columns"
LEAST = np.float32(1e-4)  # nothing is divided by less


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which checkpoint tensors, stacked, make one matrix [rows, columns]; the norm before it."""

    name: str
    parts: tuple[str, ...]
    rows: int
    columns: int
    norm: str = ""


@dataclass(frozen=True, slots=True)
class FloatRecipe:
    """Which checkpoint tensors, side by side, make one row of float32 numbers."""

    name: str
    parts: tuple[str, ...]
    count: int
    are_gains: bool = True
    is_shared: bool = False  # a gain of which the next matrix takes a part


@dataclass(frozen=True, slots=True)
class Tensors:
    """What the recipes make, by the names of the table of operations."""

    matrices: Mapping[str, tuple[Int8, Float32]]
    floats: Mapping[str, Float32]


def recipes(a: Architecture) -> Iterator[Recipe]:
    """All matrices of an architecture, under the names that the table of operations uses."""
    yield Recipe("embedding", (EMBEDDING,), a.vocabulary, a.width)
    for layer in range(a.layers):
        yield from _layer_recipes(a, layer)
    if not a.tied:
        yield Recipe("head", (HEAD,), a.vocabulary, a.width, LAST_NORM)


def float_recipes(a: Architecture) -> Iterator[FloatRecipe]:
    """All rows of float32 numbers, likewise."""
    yield FloatRecipe(COLUMNS, (), a.width)
    for layer in range(a.layers):
        names = layer_names(a, layer)
        heads, gates = (names.attention_norm,), (names.feed_forward_norm,)
        yield FloatRecipe(f"{layer}.heads_gain", heads, a.width, is_shared=True)
        yield FloatRecipe(f"{layer}.gates_gain", gates, a.width, is_shared=True)
        if names.biases:
            yield FloatRecipe(f"{layer}.biases", names.biases, _heads_width(a), are_gains=False)
        if names.head_norms:
            yield FloatRecipe(f"{layer}.head_norms", names.head_norms, 2 * a.head_dim)
        if a.branch_norms:
            attention, feed = names.attention_branch_norm, names.feed_forward_branch_norm
            yield FloatRecipe(f"{layer}.attention_norm", (attention,), a.width)
            yield FloatRecipe(f"{layer}.feed_forward_norm", (feed,), a.width)
    yield FloatRecipe("norm", (LAST_NORM,), a.width, is_shared=not a.tied)


def quantized(checkpoint: Checkpoint) -> Tensors:
    """All of them at once."""
    a, quantizer = checkpoint.architecture, quantizer_of(checkpoint)
    return Tensors(
        {recipe.name: quantizer.matrix(recipe) for recipe in recipes(a)},
        {recipe.name: quantizer.row(recipe) for recipe in float_recipes(a)},
    )


@dataclass(frozen=True, slots=True)
class Quantizer:
    """Makes what recipes ask, from a checkpoint and the sizes of its residual's channels."""

    checkpoint: Checkpoint
    sizes: Float32

    def matrix(self, recipe: Recipe) -> tuple[Int8, Float32]:
        """Values [rows, columns] and scales [rows] of one matrix."""
        values = np.empty((recipe.rows, recipe.columns), np.int8)
        scales = np.empty(recipe.rows, np.float32)
        factors, row = self._factors(recipe), 0
        for part in recipe.parts:
            for slab in self.checkpoint.slabs(part):
                end = row + len(slab)
                values[row:end], scales[row:end] = quantize(slab * factors)
                row = end
        return values, scales

    def row(self, recipe: FloatRecipe) -> Float32:
        """The numbers [count] of one row."""
        if recipe.name == COLUMNS:
            return self._columns()
        read = self.checkpoint.gain if recipe.are_gains else self.checkpoint.tensor
        row = np.concatenate([read(part) for part in recipe.parts])
        if recipe.is_shared:
            return self._share(row)
        return row * self._columns() if recipe.parts == (LAST_NORM,) else row

    def _factors(self, recipe: Recipe) -> Float32:
        """What a matrix's columns are multiplied by, since their inputs are not, or are divided."""
        if recipe.parts == (EMBEDDING,):
            return np.float32(1) / self._columns()
        if not recipe.norm:
            return np.ones(1, np.float32)
        gain = self.checkpoint.gain(recipe.norm)
        return gain / self._share(gain)

    def _columns(self) -> Float32:
        """Of an embedding: the root of each column's size."""
        return np.sqrt(self.sizes)

    def _share(self, gain: Float32) -> Float32:
        """The part of a gain that the norm applies: the root, and less where a channel is large."""
        return np.sqrt(np.maximum(np.abs(gain), LEAST) / np.maximum(self.sizes, np.float32(1)))


def quantizer_of(checkpoint: Checkpoint) -> Quantizer:
    """The embedding's columns tell how large the residual's channels are, beside their mean."""
    squares = np.zeros(checkpoint.architecture.width)
    for slab in checkpoint.slabs(EMBEDDING):
        squares += np.einsum("ij,ij->j", slab, slab, dtype=np.float64)
    mean = max(float(squares.mean()), float(np.finfo(np.float32).tiny))
    sizes = np.sqrt(squares / mean).astype(np.float32)
    return Quantizer(checkpoint, np.maximum(sizes, LEAST))


def _layer_recipes(a: Architecture, layer: int) -> Iterator[Recipe]:
    names, mixed = layer_names(a, layer), a.heads * a.head_dim
    heads, norm = _heads_width(a), names.attention_norm
    yield Recipe(f"{layer}.heads", names.projections, heads, a.width, norm)
    yield Recipe(f"{layer}.output", (names.output,), a.width, mixed)
    norm = names.feed_forward_norm
    if a.experts:
        yield Recipe(f"{layer}.router", (names.router,), a.experts, a.width, norm)
    for number, gated in enumerate(names.feed_forwards):
        name, gates = (f"{layer}.{number}" if a.experts else f"{layer}"), (gated.gate, gated.up)
        yield Recipe(f"{name}.gates", gates, 2 * a.feed_forward, a.width, norm)
        yield Recipe(f"{name}.down", (gated.down,), a.width, a.feed_forward)


def _heads_width(a: Architecture) -> int:
    """Queries, keys and values, side by side."""
    return (a.heads + 2 * a.kv_heads) * a.head_dim
