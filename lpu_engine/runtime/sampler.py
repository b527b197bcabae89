"""Logits become a token id: temperature, top-p and seed, compiled, without sorting.

Weights are whole numbers, so that their sums have no order and a draw is exact everywhere.
"""

import numpy as np
from numpy.typing import NDArray

from lpu_engine.model.arithmetic import Float32
from lpu_engine.runtime.floats import exp, largest_of
from lpu_engine.runtime.jit import jit

Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
int32 = np.int32
_WORD = 2**64 - 1
WEIGHT_OF_BEST = np.float32(2**30)  # of the likeliest token
COLDEST = np.float32(1e-36)  # below it, and at 0, only the likeliest is left: 1 / x would overflow
# Buckets of weights: the exponent of a share of the best, and its first bits.
CUT = np.int32(17)  # of a float32's bits are left out: 6 of the fraction stay
HIGHEST = np.float32(1.0).view(np.int32) >> CUT
BUCKETS = int(HIGHEST - (np.float32(1 / WEIGHT_OF_BEST).view(np.int32) >> CUT)) + 2


@jit
def sample(logits: Float32, temperature: np.float32, top_p: float, uniform: float) -> int:
    """A token id from logits [V] and a number in [0, 1); temperature 0 takes the first largest.

    The nucleus is every token at least as likely as the last one needed to reach top_p.
    """
    best: int = likeliest(logits)
    if temperature < COLDEST:
        return best
    shares = np.empty(logits.shape[0], np.float32)
    weights = np.empty(logits.shape[0], np.int32)
    largest, inverse = logits[best], np.float32(1.0) / temperature
    for i in range(logits.shape[0]):
        shares[i] = exp((logits[i] - largest) * inverse)
        weights[i] = int32(shares[i] * WEIGHT_OF_BEST)
    threshold, mass = nucleus(shares, weights, top_p)
    goal, reached = np.int64(uniform * mass), np.int64(0)
    for i in range(weights.shape[0]):
        if weights[i] >= threshold:
            reached += weights[i]
            if reached > goal:
                return i
    return best


@jit
def sample_rows(logits: Float32, draws: Float64) -> Int64:
    """The same for every row of logits [T, V]; draws [T, 3]: temperature, top-p and number."""
    ids = np.empty(logits.shape[0], np.int64)
    for t in range(logits.shape[0]):
        ids[t] = sample(logits[t], np.float32(draws[t, 0]), draws[t, 1], draws[t, 2])
    return ids


@jit
def likeliest(logits: Float32) -> int:
    """The first of the largest."""
    best = largest_of(logits)
    for i in range(logits.shape[0]):
        if logits[i] == best:
            return i
    return 0


@jit
def nucleus(shares: Float32, weights: Int32, top_p: float) -> tuple[np.int32, np.int64]:
    """The largest threshold whose mass is at least top_p of the whole, and that mass.

    `shares` [V] of the best, at most 1, tell each weight's bucket; only one bucket is undecided.
    """
    buckets = np.empty(shares.shape[0], np.int32)
    bits = shares.view(np.int32)
    for i in range(buckets.shape[0]):
        buckets[i] = min(HIGHEST - (bits[i] >> CUT), int32(BUCKETS - 1))
    masses = np.zeros(BUCKETS, np.int64)
    for i in range(buckets.shape[0]):
        masses[buckets[i]] += np.int64(weights[i])
    total = np.int64(masses.sum())
    needed = max(np.int64(np.ceil(top_p * total)), np.int64(1))
    bucket, above = int32(0), np.int64(0)
    while above + masses[bucket] < needed:
        above += masses[bucket]
        bucket += int32(1)
    undecided = weights[buckets == bucket]
    threshold, mass = largest_threshold(undecided, needed - above)
    return threshold, above + mass


@jit
def largest_threshold(undecided: Int32, needed: np.int64) -> tuple[np.int32, np.int64]:
    """The largest of the weights from which up the mass is at least `needed`, and that mass.

    Bisection; each pass keeps only the weights that are still undecided.
    """
    count, above = undecided.shape[0], np.int64(0)
    low, high = int32(0), int32(WEIGHT_OF_BEST)
    while low < high:
        middle = int32(high - (high - low) // int32(2))
        mass = np.int64(0)
        for i in range(count):
            mass += np.int64(undecided[i] if undecided[i] >= middle else int32(0))
        enough = above + mass >= needed
        kept = 0
        for i in range(count):
            if (undecided[i] >= middle) == enough:
                undecided[kept] = undecided[i]
                kept += 1
        count = kept
        if enough:
            low = middle
        else:
            above += mass
            high = int32(middle - int32(1))
    for i in range(count):
        above += np.int64(undecided[i])
    return low, above


def uniform(seed: int, index: int) -> float:
    """A number in [0, 1) for the token `index` of a seed: SplitMix64, so no state to share."""
    z = (seed + (index + 1) * 0x9E3779B97F4A7C15) & _WORD
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _WORD
    return float(((z ^ (z >> 31)) >> 11) / 2**53)
