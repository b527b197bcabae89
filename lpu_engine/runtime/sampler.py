"""Logits become a token id: temperature, top-p and seed, compiled, without sorting.

Weights are whole numbers, so that their sums have no order and a draw is exact everywhere.
"""

import numpy as np
from numpy.typing import NDArray

from lpu_engine.model.arithmetic import Float32
from lpu_engine.runtime.floats import exp
from lpu_engine.runtime.jit import jit

Int32 = NDArray[np.int32]
int32 = np.int32
_WORD = 2**64 - 1
WEIGHT_OF_BEST = np.float32(2**30)  # of the likeliest token
COLDEST = np.float32(1e-36)  # below it, and at 0, only the likeliest is left: 1 / x would overflow


@jit
def sample(logits: Float32, temperature: np.float32, top_p: float, uniform: float) -> np.intp | int:
    """A token id from logits [V] and a number in [0, 1); temperature 0 takes the first largest.

    The nucleus is every token at least as likely as the last one needed to reach top_p.
    """
    best = np.argmax(logits)
    if temperature < COLDEST:
        return best
    weights = np.empty(logits.shape[0], np.int32)
    largest, inverse = logits[best], np.float32(1.0) / temperature
    for i in range(logits.shape[0]):
        weights[i] = int32(exp((logits[i] - largest) * inverse) * WEIGHT_OF_BEST)
    threshold, mass = nucleus(weights, top_p)
    goal, reached = np.int64(uniform * mass), np.int64(0)
    for i in range(weights.shape[0]):
        if weights[i] >= threshold:
            reached += weights[i]
            if reached > goal:
                return i
    return best


@jit
def nucleus(weights: Int32, top_p: float) -> tuple[np.int32, np.int64]:
    """The largest threshold whose mass is at least top_p of the whole, and that mass.

    Bisection over the threshold; each pass keeps only the weights that are still undecided.
    """
    total = np.int64(0)
    for i in range(weights.shape[0]):
        total += np.int64(weights[i])
    needed = max(np.int64(np.ceil(top_p * total)), np.int64(1))
    undecided, count, above = weights.copy(), weights.shape[0], np.int64(0)
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
