"""Rotary positions and attention over the blocks of a key-value cache."""

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lpu_engine.model.arithmetic import Float32
from lpu_engine.runtime.floats import ZERO, cap, exp, float32, lane_sum
from lpu_engine.runtime.jit import jit, jit_parallel

BLOCK = 32  # positions in a block of the cache: wide enough for vectors, little to waste

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
# The newest positions that are seen (0: all); the factor of scores, and their cap (0: none)
Scoring = tuple[int, np.float32, np.float32]


@jit
def rotary(
    heads: Float32, count: int, head_dim: int, positions: Int64, cosine: Float32, sine: Float32
) -> None:
    """Turn the first `count` heads of each row by the row's position, in place."""
    half = head_dim // 2
    for t in range(heads.shape[0]):
        c, s = cosine[positions[t]], sine[positions[t]]
        for head in range(count):
            both = heads[t, head * head_dim : (head + 1) * head_dim]
            first, second = both[:half], both[half:]
            for i in range(half):
                x, y = first[i], second[i]
                first[i] = x * c[i] - y * s[i]
                second[i] = y * c[i] + x * s[i]


@jit
def store(
    heads: Float32,
    first_key: int,
    positions: Int64,
    blocks: Int32,
    keys: Float32,
    values: Float32,
) -> None:
    """Put each row's keys [kv, D, BLOCK] and values [kv, BLOCK, D] into its place of the cache."""
    kv_heads, head_dim = keys.shape[1], keys.shape[2]
    for t in range(heads.shape[0]):
        block, place = blocks[t, positions[t] // BLOCK], positions[t] % BLOCK
        for kv in range(kv_heads):
            key = first_key + kv * head_dim
            value = key + kv_heads * head_dim
            for d in range(head_dim):
                keys[block, kv, d, place] = heads[t, key + d]
                values[block, kv, place, d] = heads[t, value + d]


@jit
def score_block(query: Float32, key: Float32, score: Float32) -> None:
    """score[p] = the sum over d, in order, of query[d] * key[d, p]: four terms a pass."""
    score[:] = ZERO
    whole = query.shape[0] - query.shape[0] % 4
    for d in range(0, whole, 4):
        q0, q1, q2, q3 = query[d], query[d + 1], query[d + 2], query[d + 3]
        for p in range(BLOCK):
            first = (score[p] + q0 * key[d, p]) + q1 * key[d + 1, p]
            score[p] = (first + q2 * key[d + 2, p]) + q3 * key[d + 3, p]
    for d in range(whole, query.shape[0]):
        for p in range(BLOCK):
            score[p] += query[d] * key[d, p]


@jit
def mix_block(weights: Float32, value: Float32, count: int, out: Float32) -> None:
    """out[d] += the sum over p, in order, of weights[p] * value[p, d]: four terms a pass."""
    whole = count - count % 4
    for p in range(0, whole, 4):
        w0, w1, w2, w3 = weights[p], weights[p + 1], weights[p + 2], weights[p + 3]
        for d in range(out.shape[0]):
            first = (out[d] + w0 * value[p, d]) + w1 * value[p + 1, d]
            out[d] = (first + w2 * value[p + 2, d]) + w3 * value[p + 3, d]
    for p in range(whole, count):
        for d in range(out.shape[0]):
            out[d] += weights[p] * value[p, d]


@jit
def attend(
    query: Float32,
    kv: int,
    length: int,
    blocks: Int32,
    keys: Float32,
    values: Float32,
    scoring: Scoring,
    scores: Float32,
    out: Float32,
) -> None:
    """arithmetic.attend for one query over the newest of the first `length` positions.

    Of the first block that is seen, what is hidden gets the weight 0, which changes no sum.
    """
    window, factor, most = scoring
    hidden = 0
    if window > 0 and length > window:
        hidden = (length - window) % BLOCK
        blocks = blocks[(length - window) // BLOCK :]
        length = window + hidden
    largest = float32(-np.inf)
    for start in range(0, length, BLOCK):
        key = keys[blocks[start // BLOCK], kv]
        score = scores[start : start + BLOCK]
        score_block(query, key, score)
        for p in range(min(BLOCK, length - start)):
            score[p] *= factor
            largest = max(largest, score[p])
    if hidden > 0 or most > ZERO:
        largest = narrow(scores, hidden, length, most)
    for p in range(length):
        scores[p] = exp(scores[p] - largest)
    scores[:hidden] = ZERO
    out[:] = ZERO
    for start in range(0, length, BLOCK):
        value = values[blocks[start // BLOCK], kv]
        mix_block(scores[start : start + BLOCK], value, min(BLOCK, length - start), out)
    total = lane_sum(scores[hidden:], length - hidden)
    for d in range(query.shape[0]):
        out[d] /= total


@jit
def narrow(scores: Float32, hidden: int, length: int, most: np.float32) -> np.float32:
    """Caps the scores that are not hidden, where there is a most; returns their largest."""
    if most > ZERO:
        cap(scores[hidden:length], most)
    largest = float32(-np.inf)
    for p in range(hidden, length):
        largest = max(largest, scores[p])
    return largest


@jit
def attend_part(
    heads: Float32,
    positions: Int64,
    blocks: Int32,
    keys: Float32,
    values: Float32,
    scoring: Scoring,
    scores: Float32,
    out: Float32,
    part: int,
    parts: int,
) -> None:
    """Every `parts`-th query of all rows, from `part` on: dealt, since later rows take longer."""
    head_dim = keys.shape[2]
    query_heads = out.shape[1] // head_dim
    group = query_heads // keys.shape[1]
    for query in range(part, heads.shape[0] * query_heads, parts):
        t, head = query // query_heads, query % query_heads
        start, end = head * head_dim, (head + 1) * head_dim
        attend(
            heads[t, start:end],
            head // group,
            positions[t] + 1,
            blocks[t],
            keys,
            values,
            scoring,
            scores,
            out[t, start:end],
        )


@jit_parallel
def attend_threads(
    heads: Float32,
    positions: Int64,
    blocks: Int32,
    keys: Float32,
    values: Float32,
    scoring: Scoring,
    scores: Float32,
    out: Float32,
    threads: int,
) -> None:
    """attend_part with the queries dealt to threads, each with its own row of scores."""
    for part in prange(threads):
        attend_part(
            heads, positions, blocks, keys, values, scoring, scores[part], out, part, threads
        )


@jit
def attention(
    heads: Float32,
    positions: Int64,
    blocks: Int32,
    keys: Float32,
    values: Float32,
    scoring: Scoring,
    scores: Float32,
    out: Float32,
    threads: int,
) -> None:
    """Every row's queries over the row's own prefix, out of the cache of one layer."""
    store(heads, out.shape[1], positions, blocks, keys, values)
    if threads > 1:
        attend_threads(heads, positions, blocks, keys, values, scoring, scores, out, threads)
    else:
        attend_part(heads, positions, blocks, keys, values, scoring, scores[0], out, 0, 1)
