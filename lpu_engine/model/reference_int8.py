"""The int8 transformer in plain numpy, of arithmetic.py: the executor equals it bit for bit.

The same walk as reference.py; only the arithmetic and the folded gains differ.
"""

from collections.abc import Sequence

import numpy as np

from lpu_engine.model import arithmetic
from lpu_engine.model.architecture import Architecture
from lpu_engine.model.arithmetic import Float32, Int8
from lpu_engine.model.checkpoint import Checkpoint
from lpu_engine.model.quantize import LAST_NORM, quantize_matrix, recipes

Matrices = dict[str, tuple[Int8, Float32]]


def logits_int8(checkpoint: Checkpoint, ids: Sequence[int]) -> Float32:
    """[T] ids -> [T, vocabulary] logits; row t is what follows ids[: t + 1]."""
    a = checkpoint.architecture
    matrices = {r.name: quantize_matrix(checkpoint, r) for r in recipes(a)}
    values, scales = matrices["embedding"]
    chosen = np.asarray(ids)
    hidden = values[chosen].astype(np.float32) * scales[chosen, None]  # [T, width]
    for layer in range(a.layers):
        hidden = hidden + _attention(a, matrices, layer, hidden)
        hidden = hidden + _feed_forward(a, matrices, layer, hidden)
    normed = arithmetic.norm(hidden, a.norm_epsilon) * checkpoint.tensor(LAST_NORM)
    return arithmetic.matrix(normed, *matrices["embedding" if a.tied else "head"])


def _attention(a: Architecture, matrices: Matrices, layer: int, hidden: Float32) -> Float32:
    normed = arithmetic.norm(hidden, a.norm_epsilon)
    heads = arithmetic.matrix(normed, *matrices[f"{layer}.heads"])
    heads = heads.reshape(len(hidden), -1, a.head_dim)  # [T, queries + keys + values, head_dim]
    cosine, sine = arithmetic.rotary_tables(len(hidden), a.head_dim, a.rope_theta)
    turned = arithmetic.rotary(heads, cosine[:, None], sine[:, None])
    queries, keys = turned[:, : a.heads], turned[:, a.heads : a.heads + a.kv_heads]
    values = heads[:, a.heads + a.kv_heads :]
    group = a.heads // a.kv_heads
    mixed = np.empty((len(hidden), a.heads, a.head_dim), np.float32)
    for t in range(len(hidden)):
        for head in range(a.heads):
            kv = head // group
            seen_keys, seen_values = keys[: t + 1, kv].T, values[: t + 1, kv]
            mixed[t, head] = arithmetic.attend(queries[t, head], seen_keys, seen_values)
    return arithmetic.matrix(mixed.reshape(len(hidden), -1), *matrices[f"{layer}.output"])


def _feed_forward(a: Architecture, matrices: Matrices, layer: int, hidden: Float32) -> Float32:
    normed = arithmetic.norm(hidden, a.norm_epsilon)
    gates = arithmetic.matrix(normed, *matrices[f"{layer}.gates"])
    gated = arithmetic.gate(gates[:, : a.feed_forward], gates[:, a.feed_forward :])
    return arithmetic.matrix(gated, *matrices[f"{layer}.down"])
