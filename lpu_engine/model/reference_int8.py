"""The int8 transformer in plain numpy, of arithmetic.py: the executor equals it bit for bit.

The same walk as reference.py; only the arithmetic differs, and where gains are applied.
"""

from collections.abc import Sequence

import numpy as np

from lpu_engine.model import arithmetic
from lpu_engine.model.architecture import Architecture
from lpu_engine.model.arithmetic import Float32
from lpu_engine.model.checkpoint import Checkpoint
from lpu_engine.model.families import GELU, SILU
from lpu_engine.model.quantize import Tensors, quantized


def logits_int8(checkpoint: Checkpoint, ids: Sequence[int]) -> Float32:
    """[T] ids -> [T, vocabulary] logits; row t is what follows ids[: t + 1]."""
    a = checkpoint.architecture
    tensors = quantized(checkpoint)
    values, scales = tensors.matrices["embedding"]
    chosen = np.asarray(ids)
    hidden = values[chosen].astype(np.float32) * scales[chosen, None]  # [T, width]
    if a.embedding_scale:
        hidden = hidden * np.float32(a.width**0.5)
    hidden = hidden * tensors.floats["embedding_columns"]
    for layer in range(a.layers):
        hidden = hidden + _attention(a, tensors, layer, hidden)
        hidden = hidden + _feed_forward(a, tensors, layer, hidden)
    normed = arithmetic.norm(hidden, tensors.floats["norm"], a.norm_epsilon)
    logits = arithmetic.matrix(normed, *tensors.matrices["embedding" if a.tied else "head"])
    return logits if a.logit_cap is None else arithmetic.cap(logits, a.logit_cap)


def _attention(a: Architecture, tensors: Tensors, layer: int, hidden: Float32) -> Float32:
    queries, keys, values = _heads(a, tensors, layer, hidden)
    group = a.heads // a.kv_heads
    mixed = np.empty((len(hidden), a.heads, a.head_dim), np.float32)
    for t in range(len(hidden)):
        for head in range(a.heads):
            kv, first = head // group, t + 1 - a.positions_seen(layer, t + 1)
            mixed[t, head] = arithmetic.attend(
                queries[t, head],
                keys[first : t + 1, kv].T,
                values[first : t + 1, kv],
                a.score_factor,
                a.score_cap,
            )
    joined = mixed.reshape(len(hidden), -1)
    branch = arithmetic.matrix(joined, *tensors.matrices[f"{layer}.output"])
    return _branch_norm(a, tensors, f"{layer}.attention_norm", branch)


def _heads(
    a: Architecture, tensors: Tensors, layer: int, hidden: Float32
) -> tuple[Float32, Float32, Float32]:
    """Queries, turned; keys, turned, and values, as they are remembered: [T, heads, head_dim]."""
    normed = arithmetic.norm(hidden, tensors.floats[f"{layer}.heads_gain"], a.norm_epsilon)
    rows = arithmetic.matrix(normed, *tensors.matrices[f"{layer}.heads"])
    if a.biases:
        rows = rows + tensors.floats[f"{layer}.biases"]
    heads = rows.reshape(len(hidden), -1, a.head_dim)
    queries, keys, values = np.split(heads, [a.heads, a.heads + a.kv_heads], axis=1)
    if a.head_norms:
        query_gain, key_gain = np.split(tensors.floats[f"{layer}.head_norms"], 2)
        queries = arithmetic.norm(queries, query_gain, a.norm_epsilon)
        keys = arithmetic.norm(keys, key_gain, a.norm_epsilon)
    cosine, sine = arithmetic.rotary_tables(len(hidden), a.head_dim, a.rope)
    turns = cosine[:, None], sine[:, None]
    keys = arithmetic.kept(arithmetic.rotary(keys, *turns))
    return arithmetic.rotary(queries, *turns), keys, arithmetic.kept(values)


def _feed_forward(a: Architecture, tensors: Tensors, layer: int, hidden: Float32) -> Float32:
    normed = arithmetic.norm(hidden, tensors.floats[f"{layer}.gates_gain"], a.norm_epsilon)
    if a.experts:
        branch = _experts(a, tensors, layer, normed)
    else:
        branch = _gated(a, tensors, f"{layer}", normed)
    return _branch_norm(a, tensors, f"{layer}.feed_forward_norm", branch)


def _experts(a: Architecture, tensors: Tensors, layer: int, normed: Float32) -> Float32:
    """A row's experts are added in the order of their numbers, to zeros."""
    scores = arithmetic.matrix(normed, *tensors.matrices[f"{layer}.router"])
    weights = arithmetic.choose(scores, a.active_experts)
    if a.normalized_experts:
        weights = arithmetic.share(weights)
    out = np.zeros_like(normed)
    for expert in range(a.experts):
        asking = np.flatnonzero(weights[:, expert])
        part = _gated(a, tensors, f"{layer}.{expert}", normed[asking])
        out[asking] = out[asking] + weights[asking, expert, None] * part
    return out


def _gated(a: Architecture, tensors: Tensors, name: str, normed: Float32) -> Float32:
    gates = arithmetic.matrix(normed, *tensors.matrices[f"{name}.gates"])
    gate = {SILU: arithmetic.gate, GELU: arithmetic.gelu_gate}[a.activation]
    gated = gate(gates[:, : a.feed_forward], gates[:, a.feed_forward :])
    return arithmetic.fine_matrix(gated, *tensors.matrices[f"{name}.down"])


def _branch_norm(a: Architecture, tensors: Tensors, name: str, branch: Float32) -> Float32:
    if not a.branch_norms:
        return branch
    return arithmetic.norm(branch, tensors.floats[name], a.norm_epsilon)
