"""A float32 checkpoint becomes int8 matrices, one scale a row, read one tensor at a time.

The gain of a layer's norm is folded into the matrix after it; the last norm keeps its own, since
a tied embedding is used before and after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lpu_engine.model.architecture import Architecture
from lpu_engine.model.arithmetic import Float32, Int8, quantize
from lpu_engine.model.checkpoint import Checkpoint

LAST_NORM = "model.norm.weight"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which checkpoint tensors, stacked, make one matrix [rows, columns]; a gain to fold in."""

    name: str
    parts: tuple[str, ...]
    rows: int
    columns: int
    gain: str = ""


def recipes(a: Architecture) -> Iterator[Recipe]:
    """All matrices of an architecture, under the names that the table of operations uses."""
    yield Recipe("embedding", ("model.embed_tokens.weight",), a.vocabulary, a.width)
    for layer in range(a.layers):
        yield from _layer_recipes(a, layer)
    if not a.tied:
        yield Recipe("head", ("lm_head.weight",), a.vocabulary, a.width)


def quantize_matrix(checkpoint: Checkpoint, recipe: Recipe) -> tuple[Int8, Float32]:
    """Values [rows, columns] and scales [rows] of one matrix."""
    values = np.empty((recipe.rows, recipe.columns), np.int8)
    scales = np.empty(recipe.rows, np.float32)
    gain = checkpoint.tensor(recipe.gain) if recipe.gain else np.ones(1, np.float32)
    row = 0
    for part in recipe.parts:
        tensor = checkpoint.tensor(part)
        end = row + tensor.shape[0]
        values[row:end], scales[row:end] = quantize(tensor * gain)
        row = end
    return values, scales


def _layer_recipes(a: Architecture, layer: int) -> Iterator[Recipe]:
    prefix = f"model.layers.{layer}."
    mixed = a.heads * a.head_dim
    heads = mixed + 2 * a.kv_heads * a.head_dim
    qkv = tuple(f"{prefix}self_attn.{p}_proj.weight" for p in "qkv")
    gates = tuple(f"{prefix}mlp.{p}_proj.weight" for p in ("gate", "up"))
    before, after = f"{prefix}input_layernorm.weight", f"{prefix}post_attention_layernorm.weight"
    yield Recipe(f"{layer}.heads", qkv, heads, a.width, before)
    yield Recipe(f"{layer}.output", (f"{prefix}self_attn.o_proj.weight",), a.width, mixed)
    yield Recipe(f"{layer}.gates", gates, 2 * a.feed_forward, a.width, after)
    yield Recipe(f"{layer}.down", (f"{prefix}mlp.down_proj.weight",), a.width, a.feed_forward)
