"""Float32 pieces that several kernels share, to the bits of model/arithmetic.py."""

import numpy as np

from lpu_engine.model import arithmetic
from lpu_engine.model.arithmetic import Float32
from lpu_engine.runtime.jit import jit

LANES = arithmetic.LANES
ZERO, ONE = np.float32(0.0), arithmetic.ONE
INT8_MAX, SMALLEST = arithmetic.INT8_MAX, arithmetic.SMALLEST
EXP_LOWEST, EXP_HIGHEST = arithmetic.EXP_LOWEST, arithmetic.EXP_HIGHEST
LOG2_E, LN2_HIGH, LN2_LOW = arithmetic.LOG2_E, arithmetic.LN2_HIGH, arithmetic.LN2_LOW
C0, C1, C2, C3, C4, C5 = arithmetic.EXP_COEFFICIENTS
ROUNDER = np.float32(3 * 2**22)  # adding it leaves no bits for a fraction

int32, float32 = np.int32, np.float32


@jit
def rint(x: np.float32) -> np.float32:
    """The nearest whole number, ties to even, for |x| < 2^22: numba's own does not vectorise."""
    return (x + ROUNDER) - ROUNDER


@jit
def exp(x: np.float32) -> np.float32:
    """arithmetic.exp of one float32."""
    x = min(max(x, EXP_LOWEST), EXP_HIGHEST)
    n = rint(x * LOG2_E)
    r = x - n * LN2_HIGH
    r = r - n * LN2_LOW
    p = ((((C0 * r + C1) * r + C2) * r + C3) * r + C4) * r + C5
    y = p * (r * r) + r + ONE
    power = (int32(n) + int32(127)) << int32(23)
    out: np.float32 = y * int32(power).view(np.float32)
    return out


@jit
def lane_sum(x: Float32, count: int) -> np.float32:
    """arithmetic.lane_sum of the first `count` elements."""
    lanes = np.zeros(LANES, np.float32)
    whole = count - count % LANES
    for start in range(0, whole, LANES):
        for lane in range(LANES):
            lanes[lane] += x[start + lane]
    for i in range(whole, count):
        lanes[i - whole] += x[i]
    total: np.float32 = lanes[0]
    for lane in range(1, LANES):
        total += lanes[lane]
    return total
