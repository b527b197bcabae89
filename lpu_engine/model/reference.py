"""The transformer in plain numpy float32: token ids → logits, all positions at once and no cache.

What every faster path must equal. Queries and keys rotate by halves (element i with
i + head_dim / 2), as Hugging Face's weights expect, not by neighbours as in the paper.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lpu_engine.model.architecture import Architecture
from lpu_engine.model.checkpoint import Checkpoint
from lpu_engine.model.families import GELU, SILU
from lpu_engine.model.rope_scaling import scaled
from lpu_engine.model.tensor_names import (
    EMBEDDING,
    HEAD,
    LAST_NORM,
    FeedForwardNames,
    LayerNames,
    layer_names,
)

Array = NDArray[np.float32]


def logits(checkpoint: Checkpoint, ids: Sequence[int]) -> Array:
    """[T] ids → [T, vocabulary] logits; row t is what follows ids[: t + 1]."""
    architecture = checkpoint.architecture
    _check_ids(ids, architecture)
    embedding = checkpoint.tensor(EMBEDDING)  # [vocabulary, width]
    hidden = embedding[np.asarray(ids)]  # [T, width]
    if architecture.embedding_scale:
        hidden = hidden * np.float32(architecture.width**0.5)
    cosine, sine = rotary_angles(architecture, len(ids))
    for layer in range(architecture.layers):
        hidden = hidden + attention(checkpoint, layer, hidden, cosine, sine)
        hidden = hidden + feed_forward(checkpoint, layer, hidden)
    hidden = norm(hidden, checkpoint.gain(LAST_NORM), architecture.norm_epsilon)
    head = embedding if architecture.tied else checkpoint.tensor(HEAD)
    return capped(hidden @ head.T, architecture.logit_cap)


def attention(
    checkpoint: Checkpoint, layer: int, hidden: Array, cosine: Array, sine: Array
) -> Array:
    """Causal self-attention; each key and value head serves heads / kv_heads query heads."""
    a, names = checkpoint.architecture, layer_names(checkpoint.architecture, layer)
    tokens = len(hidden)
    normed = norm(hidden, checkpoint.gain(names.attention_norm), a.norm_epsilon)
    query, key, value = (projected(checkpoint, layer, part, normed) for part in range(3))
    query, key = rotate(query, cosine, sine), rotate(key, cosine, sine)
    group = a.heads // a.kv_heads
    key, value = key.repeat(group, axis=0), value.repeat(group, axis=0)
    scores: Array = query @ key.transpose(0, 2, 1) * np.float32(a.score_factor)  # [heads, T, T]
    scores = capped(scores, a.score_cap)
    scores[:, ~seen(a, layer, tokens)] = -np.inf
    mixed: Array = softmax(scores) @ value  # [heads, T, head_dim]
    joined: Array = mixed.transpose(1, 0, 2).reshape(tokens, a.heads * a.head_dim)
    mixed = joined @ checkpoint.tensor(names.output).T
    return branch_norm(checkpoint, names.attention_branch_norm, mixed)


def seen(a: Architecture, layer: int, tokens: int) -> NDArray[np.bool_]:
    """[T, T]: which positions each position looks at: none that follow, in some layers few."""
    position = np.arange(tokens)
    back = position[:, None] - position
    return (back >= 0) & (back < a.positions_seen(layer, a.window))


def projected(checkpoint: Checkpoint, layer: int, part: int, normed: Array) -> Array:
    """[heads, T, head_dim] of queries (part 0), keys (1) or values (2), not yet turned."""
    a, names = checkpoint.architecture, layer_names(checkpoint.architecture, layer)
    rows: Array = normed @ checkpoint.tensor(names.projections[part]).T
    if names.biases:
        rows = rows + checkpoint.tensor(names.biases[part])
    heads = rows.reshape(len(normed), -1, a.head_dim).transpose(1, 0, 2)
    if part < len(names.head_norms):
        heads = norm(heads, checkpoint.gain(names.head_norms[part]), a.norm_epsilon)
    return heads


def feed_forward(checkpoint: Checkpoint, layer: int, hidden: Array) -> Array:
    """One gated feed-forward, or those of the experts that each position asks."""
    a, names = checkpoint.architecture, layer_names(checkpoint.architecture, layer)
    normed = norm(hidden, checkpoint.gain(names.feed_forward_norm), a.norm_epsilon)
    if a.experts:
        out = experts(checkpoint, names, normed)
    else:
        out = gated(checkpoint, names.feed_forwards[0], normed)
    return branch_norm(checkpoint, names.feed_forward_branch_norm, out)


def experts(checkpoint: Checkpoint, names: LayerNames, normed: Array) -> Array:
    """The sum of each position's likeliest experts, by their weights; of equals the first."""
    a = checkpoint.architecture
    weights = softmax(normed @ checkpoint.tensor(names.router).T)  # [T, experts]
    chosen = np.argsort(-weights, axis=-1, kind="stable")[:, : a.active_experts]
    weights = np.take_along_axis(weights, chosen, axis=-1)
    if a.normalized_experts:
        weights /= weights.sum(axis=-1, keepdims=True)
    out = np.zeros_like(normed)
    for expert, its in enumerate(names.feed_forwards):
        asking, place = np.nonzero(chosen == expert)
        out[asking] += weights[asking, place, None] * gated(checkpoint, its, normed[asking])
    return out


def gated(checkpoint: Checkpoint, names: FeedForwardNames, normed: Array) -> Array:
    """down(silu(gate(x)) * up(x)), or with gelu."""
    gate = normed @ checkpoint.tensor(names.gate).T  # [T, feed_forward]
    up = normed @ checkpoint.tensor(names.up).T
    activation = {SILU: silu, GELU: gelu}[checkpoint.architecture.activation]
    out: Array = (activation(gate) * up) @ checkpoint.tensor(names.down).T
    return out


def branch_norm(checkpoint: Checkpoint, name: str, branch: Array) -> Array:
    """The norm after a branch, in families that have one."""
    if not name:
        return branch
    return norm(branch, checkpoint.gain(name), checkpoint.architecture.norm_epsilon)


def norm(hidden: Array, gain: Array, epsilon: float) -> Array:
    """RMS norm over the last axis."""
    mean_square = np.mean(hidden * hidden, axis=-1, keepdims=True, dtype=np.float32)
    root: Array = np.sqrt(mean_square + np.float32(epsilon))
    normed: Array = gain * (hidden / root)
    return normed


def rotary_angles(architecture: Architecture, tokens: int) -> tuple[Array, Array]:
    """Cosine and sine, [tokens, head_dim / 2] each, in float32 throughout as in transformers."""
    exponents = np.arange(0, architecture.head_dim, 2, dtype=np.float32)
    exponents /= np.float32(architecture.head_dim)
    frequencies = np.float32(1) / np.float32(architecture.rope_theta) ** exponents
    frequencies, factor = scaled(architecture.rope, frequencies)
    angles = np.arange(tokens, dtype=np.float32)[:, None] * frequencies
    return np.cos(angles) * np.float32(factor), np.sin(angles) * np.float32(factor)


def rotate(vectors: Array, cosine: Array, sine: Array) -> Array:
    """[heads, T, head_dim], each position turned by its angles."""
    first, second = np.split(vectors, 2, axis=-1)
    turned = (first * cosine - second * sine, second * cosine + first * sine)
    return np.concatenate(turned, axis=-1)


def softmax(scores: Array) -> Array:
    """Over the last axis."""
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights: Array = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return weights


def silu(x: Array) -> Array:
    """x * sigmoid(x); written with tanh, which cannot overflow."""
    half = np.float32(0.5)
    activated: Array = x * (half * np.tanh(half * x) + half)
    return activated


def gelu(x: Array) -> Array:
    """x times the normal distribution's integral, in its tanh form."""
    half, slope, cube = np.float32(0.5), np.float32((2 / np.pi) ** 0.5), np.float32(0.044715)
    activated: Array = x * (half * np.tanh(slope * (x + cube * x * x * x)) + half)
    return activated


def capped(x: Array, most: float | None) -> Array:
    """Held softly between -most and most, where there is a most."""
    return x if most is None else np.tanh(x / np.float32(most)) * np.float32(most)


def _check_ids(ids: Sequence[int], architecture: Architecture) -> None:
    if not ids:
        raise ValueError("There is nothing to compute: give at least one token id.")
    if len(ids) > architecture.window:
        raise ValueError(
            f"{len(ids)} tokens exceed the window of {architecture.window}: give fewer."
        )
    outside = [token for token in ids if not 0 <= token < architecture.vocabulary]
    if outside:
        raise ValueError(
            f"Token id {outside[0]} is not in the vocabulary of {architecture.vocabulary}."
        )
