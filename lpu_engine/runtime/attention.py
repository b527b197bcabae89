"""Rotary positions and attention over the blocks of a key-value cache."""

import numpy as np
from numpy.typing import NDArray

from lpu_engine.model.arithmetic import Float32
from lpu_engine.runtime.attend_tiles import (
    BLOCK,
    mix_16,
    mix_32,
    mix_64,
    scores_of_1,
    scores_of_2,
)
from lpu_engine.runtime.cache import Kept
from lpu_engine.runtime.crew import Crew, meet, part
from lpu_engine.runtime.floats import (
    ZERO,
    cap,
    exp,
    from_kept,
    kept_bits,
    lane_sum,
    largest_of,
)
from lpu_engine.runtime.jit import jit

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
    positions: Int64,
    blocks: Int32,
    keys: Kept,
    values: Kept,
    kv: int,
) -> None:
    """Put a head of each row's keys [kv, D, BLOCK] and values [kv, BLOCK, D] into the cache."""
    head_dim = keys.shape[2]
    value = heads.shape[1] + (kv - keys.shape[1]) * head_dim
    key = value - keys.shape[1] * head_dim
    for t in range(heads.shape[0]):
        block, place = blocks[t, positions[t] // BLOCK], positions[t] % BLOCK
        for d in range(head_dim):
            keys[block, kv, d, place] = kept_bits(heads[t, key + d])
            values[block, kv, place, d] = kept_bits(heads[t, value + d])


@jit
def score(
    query: Float32,
    kv: int,
    length: int,
    blocks: Int32,
    keys: Kept,
    factor: np.float32,
    scores: Float32,
) -> None:
    """scores[p] = the query times the key of position p < length, times the factor."""
    stride, dim = keys.shape[1] * keys.shape[2] * BLOCK, keys.shape[2]
    head, flat = kv * dim * BLOCK, keys.reshape(-1)
    count = (length + BLOCK - 1) // BLOCK
    for i in range(0, count - 1, 2):
        here = blocks[i] * stride + head, blocks[i + 1] * stride + head
        j = min(i + 2, count - 1)
        ahead = blocks[j] * stride + head, blocks[min(j + 1, count - 1)] * stride + head
        scores_of_2(query, flat, here, ahead, dim, factor, scores, i * BLOCK)
    if count % 2:
        last = (blocks[count - 1] * stride + head,)
        scores_of_1(query, flat, last, last, dim, factor, scores, (count - 1) * BLOCK)


@jit
def mix(weights: Float32, kv: int, length: int, blocks: Int32, values: Kept, out: Float32) -> None:
    """out[d] = the sum over p < length, in order, of weights[p] * value[p, d]."""
    stride, dim = values.shape[1] * BLOCK * values.shape[3], values.shape[3]
    head, flat = kv * BLOCK * dim, values.reshape(-1)
    out[:] = ZERO
    for first in range(0, length, BLOCK):
        i, count = first // BLOCK, min(BLOCK, length - first)
        at = blocks[i] * stride + head
        ahead = at if first + BLOCK >= length else blocks[i + 1] * stride + head
        d = 0
        while d + 64 <= dim:
            mix_64(weights, first, flat, at + d, ahead + d, dim, count, out[d:])
            d += 64
        if d + 32 <= dim:
            mix_32(weights, first, flat, at + d, ahead + d, dim, count, out[d:])
            d += 32
        if d + 16 <= dim:
            mix_16(weights, first, flat, at + d, ahead + d, dim, count, out[d:])
            d += 16
        for p in range(count if d < dim else 0):
            for rest in range(d, dim):
                out[rest] += weights[first + p] * from_kept(flat[at + p * dim + rest])


@jit
def attend(
    query: Float32,
    kv: int,
    length: int,
    blocks: Int32,
    keys: Kept,
    values: Kept,
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
    score(query, kv, length, blocks, keys, factor, scores)
    if most > ZERO:
        cap(scores[hidden:length], most)
    largest = largest_of(scores[hidden:length])
    for p in range(length):
        scores[p] = exp(scores[p] - largest)
    scores[:hidden] = ZERO
    mix(scores, kv, length, blocks, values, out)
    total = lane_sum(scores[hidden:], length - hidden)
    for d in range(query.shape[0]):
        out[d] /= total


@jit
def attention(
    heads: Float32,
    positions: Int64,
    blocks: Int32,
    keys: Kept,
    values: Kept,
    scoring: Scoring,
    scores: Float32,
    out: Float32,
    crew: Crew,
) -> None:
    """Every row's queries over the row's own prefix, out of the cache of one layer.

    Each thread has heads of keys and values of its own, so what it stores stays near it; many
    rows whose heads cannot be dealt evenly are dealt instead. scores [threads, room].
    """
    _, _, seat, seats = crew
    rows, kv_heads, head_dim = heads.shape[0], keys.shape[1], keys.shape[2]
    first, last = part(kv_heads, crew)
    own, step = 0, 1
    if rows > 1 and kv_heads % seats > 0:
        low, high = part(rows, crew)
        for kv in range(kv_heads):
            store(heads[low:high], positions[low:high], blocks[low:high], keys, values, kv)
        meet(crew)
        first, last, own, step = 0, kv_heads, seat, seats
    else:
        meet(crew)  # all heads of a row were turned by the row's thread
        for kv in range(first, last):
            store(heads, positions, blocks, keys, values, kv)
    group = out.shape[1] // head_dim // kv_heads
    for t in range(own, rows, step):
        for head in range(first * group, last * group):
            start, end = head * head_dim, (head + 1) * head_dim
            attend(
                heads[t, start:end],
                head // group,
                positions[t] + 1,
                blocks[t],
                keys,
                values,
                scoring,
                scores[seat],
                out[t, start:end],
            )
    meet(crew)
