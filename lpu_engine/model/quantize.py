"""A float32 checkpoint becomes int8 matrices, one scale a row, and rows of numbers that stay float.

A tensor is read some rows after others. The gain of a layer's norm is folded into the matrices
after it; the last norm keeps its own, since a tied embedding is used before and after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lpu_engine.model.architecture import Architecture
from lpu_engine.model.arithmetic import Float32, Int8, quantize
from lpu_engine.model.checkpoint import Checkpoint
from lpu_engine.model.tensor_names import EMBEDDING, HEAD, LAST_NORM, layer_names


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which checkpoint tensors, stacked, make one matrix [rows, columns]; a gain to fold in."""

    name: str
    parts: tuple[str, ...]
    rows: int
    columns: int
    gain: str = ""


@dataclass(frozen=True, slots=True)
class FloatRecipe:
    """Which checkpoint tensors, side by side, make one row of float32 numbers."""

    name: str
    parts: tuple[str, ...]
    count: int
    are_gains: bool = True


def recipes(a: Architecture) -> Iterator[Recipe]:
    """All matrices of an architecture, under the names that the table of operations uses."""
    yield Recipe("embedding", (EMBEDDING,), a.vocabulary, a.width)
    for layer in range(a.layers):
        yield from _layer_recipes(a, layer)
    if not a.tied:
        yield Recipe("head", (HEAD,), a.vocabulary, a.width)


def float_recipes(a: Architecture) -> Iterator[FloatRecipe]:
    """All rows of float32 numbers, likewise."""
    for layer in range(a.layers):
        names = layer_names(a, layer)
        if names.biases:
            yield FloatRecipe(f"{layer}.biases", names.biases, _heads_width(a), are_gains=False)
        if names.head_norms:
            yield FloatRecipe(f"{layer}.head_norms", names.head_norms, 2 * a.head_dim)
        if a.branch_norms:
            attention, feed = names.attention_branch_norm, names.feed_forward_branch_norm
            yield FloatRecipe(f"{layer}.attention_norm", (attention,), a.width)
            yield FloatRecipe(f"{layer}.feed_forward_norm", (feed,), a.width)
    yield FloatRecipe("norm", (LAST_NORM,), a.width)


def float_row(checkpoint: Checkpoint, recipe: FloatRecipe) -> Float32:
    """The numbers [count] of one row."""
    read = checkpoint.gain if recipe.are_gains else checkpoint.tensor
    return np.concatenate([read(part) for part in recipe.parts])


def quantize_matrix(checkpoint: Checkpoint, recipe: Recipe) -> tuple[Int8, Float32]:
    """Values [rows, columns] and scales [rows] of one matrix."""
    values = np.empty((recipe.rows, recipe.columns), np.int8)
    scales = np.empty(recipe.rows, np.float32)
    gain = checkpoint.gain(recipe.gain) if recipe.gain else np.ones(1, np.float32)
    row = 0
    for part in recipe.parts:
        for slab in checkpoint.slabs(part):
            end = row + len(slab)
            values[row:end], scales[row:end] = quantize(slab * gain)
            row = end
    return values, scales


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
