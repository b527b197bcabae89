"""Which rows ask which experts, and how their answers come together, to arithmetic.py's bits."""

import numpy as np
from numpy.typing import NDArray

from lpu_engine.model.arithmetic import Float32
from lpu_engine.runtime.floats import ZERO, exp, float32, lane_sum
from lpu_engine.runtime.jit import jit

Int64 = NDArray[np.int64]


@jit
def choose(scores: Float32, count: int) -> None:
    """arithmetic.choose by rows, in place."""
    for t in range(scores.shape[0]):
        row = scores[t]
        largest = float32(-np.inf)
        for expert in range(row.shape[0]):
            largest = max(largest, row[expert])
        for expert in range(row.shape[0]):
            row[expert] = exp(row[expert] - largest)
        share_row(row)
        keep_highest(row, count)


@jit
def keep_highest(row: Float32, count: int) -> None:
    """All but the `count` highest become 0; of equals the first stay."""
    is_kept = np.zeros(row.shape[0], np.bool_)
    for _ in range(count):
        best = -1
        for expert in range(row.shape[0]):
            if not is_kept[expert] and (best < 0 or row[expert] > row[best]):
                best = expert
        is_kept[best] = True
    for expert in range(row.shape[0]):
        if not is_kept[expert]:
            row[expert] = ZERO


@jit
def share(weights: Float32) -> None:
    """arithmetic.share, in place."""
    for t in range(weights.shape[0]):
        share_row(weights[t])


@jit
def share_row(row: Float32) -> None:
    """One row of it."""
    total = lane_sum(row, row.shape[0])
    for expert in range(row.shape[0]):
        row[expert] /= total


@jit
def ask(weights: Float32, expert: int, asking: Int64, shares: Float32) -> int:
    """How many rows ask an expert; their numbers and its weights for them begin the two arrays."""
    count = 0
    for t in range(weights.shape[0]):
        if weights[t, expert] != ZERO:
            asking[count], shares[count] = t, weights[t, expert]
            count += 1
    return count


@jit
def give(x: Float32, asking: Int64, shares: Float32, out: Float32) -> None:
    """The asking rows of out += their shares of x."""
    for i in range(x.shape[0]):
        row = out[asking[i]]
        for d in range(x.shape[1]):
            row[d] += shares[i] * x[i, d]
