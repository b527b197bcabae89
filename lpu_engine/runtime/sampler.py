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
int32, int64 = np.int32, np.int64
_WORD = 2**64 - 1
WEIGHT_OF_BEST = np.float32(2**30)  # of the likeliest token
COLDEST = np.float32(1e-36)  # below it, and at 0, only the likeliest is left: 1 / x would overflow
STEP = int32(3)  # bits by which the nucleus is first searched: few weights are within so many
FEW, MANY = 32, 256  # weights that are looked at together: sought here and there, or summed up


@jit
def sample_rows(logits: Float32, draws: Float64, room: Int32) -> Int64:
    """`sample` for every row of logits [T, V]; draws [T, 3]: temperature, top-p and number."""
    ids = np.empty(logits.shape[0], np.int64)
    for t in range(logits.shape[0]):
        temperature, top_p, uniform = np.float32(draws[t, 0]), draws[t, 1], draws[t, 2]
        ids[t] = sample(logits[t], temperature, top_p, uniform, room)
    return ids


@jit
def room_for(vocabulary: int) -> Int32:
    """Where a draw works, [2, V]. Who draws often keeps it: fresh memory costs time."""
    return np.empty((2, vocabulary), np.int32)


@jit
def sample(
    logits: Float32, temperature: np.float32, top_p: float, uniform: float, room: Int32
) -> int:
    """A token id from logits [V] and a number in [0, 1); temperature 0 takes the first largest.

    The nucleus is every token at least as likely as the last one needed to reach top_p.
    """
    if temperature < COLDEST:
        best: int = likeliest(logits)
        return best
    largest, inverse = largest_of(logits), np.float32(1.0) / temperature
    weights = room[0]
    for i in range(logits.shape[0]):
        weights[i] = int32(exp((logits[i] - largest) * inverse) * WEIGHT_OF_BEST)
    threshold, mass = nucleus(weights, top_p, room[1])
    drawn: int = at_mass(weights, threshold, int64(uniform * mass))
    return drawn


@jit
def likeliest(logits: Float32) -> int:
    """The first of the largest."""
    best = largest_of(logits)
    for i in range(logits.shape[0]):
        if logits[i] == best:
            return i
    return 0


@jit
def nucleus(weights: Int32, top_p: float, found: Int32) -> tuple[np.int32, np.int64]:
    """The largest threshold whose mass is at least top_p of the whole, and that mass; `found` [V]
    is room for it.

    Thresholds fall until one is low enough; only weights between the last two are undecided.
    """
    needed = max(int64(np.ceil(top_p * mass_from(weights, int32(0)))), int64(1))
    high, above = int32(WEIGHT_OF_BEST), int64(0)
    low = int32(high >> STEP)
    mass = mass_from(weights, low)
    while mass < needed and low > 0:
        above, high = mass, int32(low - int32(1))
        low = int32(low >> STEP)
        mass = mass_from(weights, low)
    undecided = between(weights, low, high, found)
    threshold, mass = largest_threshold(undecided, low, high, needed - above)
    return threshold, above + mass


@jit
def mass_from(weights: Int32, least: np.int32) -> np.int64:
    """The sum of all weights of at least so much."""
    mass = int64(0)
    for i in range(weights.shape[0]):
        mass += int64(weights[i] if weights[i] >= least else int32(0))
    return mass


@jit
def between(weights: Int32, low: np.int32, high: np.int32, found: Int32) -> Int32:
    """Those from `low` to `high`, both included, at the beginning of `found`, which may be the
    weights' own place. Pieces that hold none are passed over."""
    count = 0
    for start in range(0, weights.shape[0], FEW):
        piece = weights[start : start + FEW]
        held = int32(0)
        for i in range(piece.shape[0]):
            held += int32((piece[i] >= low) & (piece[i] <= high))
        if held > 0:
            for i in range(piece.shape[0]):
                found[count] = piece[i]
                count += int((piece[i] >= low) & (piece[i] <= high))
    return found[:count]


@jit
def largest_threshold(
    undecided: Int32, low: np.int32, high: np.int32, needed: np.int64
) -> tuple[np.int32, np.int64]:
    """The largest from `low` to `high` from which up the mass is at least `needed`, and that mass;
    from `low` up it is.

    Bisection; each pass keeps only the weights that are still undecided.
    """
    above = int64(0)
    while low < high:
        middle = int32(high - (high - low) // int32(2))
        mass = mass_from(undecided, middle)
        if above + mass >= needed:
            undecided, low = between(undecided, middle, high, undecided), middle
        else:
            high = int32(middle - int32(1))
            undecided, above = between(undecided, low, high, undecided), above + mass
    return low, above + mass_from(undecided, low)


@jit
def at_mass(weights: Int32, threshold: np.int32, goal: np.int64) -> int:
    """The token with which the weights of at least `threshold` sum up to more than `goal`."""
    reached, last = int64(0), 0
    for start in range(0, weights.shape[0], MANY):
        piece = weights[start : start + MANY]
        mass = mass_from(piece, threshold)
        if reached + mass > goal:
            for i in range(piece.shape[0]):
                if piece[i] >= threshold:
                    reached += int64(piece[i])
                    last = start + i
                    if reached > goal:
                        return last
        reached += mass
    return last


def uniform(seed: int, index: int) -> float:
    """A number in [0, 1) for the token `index` of a seed: SplitMix64, so no state to share."""
    z = (seed + (index + 1) * 0x9E3779B97F4A7C15) & _WORD
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _WORD
    return float(((z ^ (z >> 31)) >> 11) / 2**53)
