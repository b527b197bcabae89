"""Float32 pieces that several kernels share, to the bits of model/arithmetic.py."""

import numpy as np

from lpu_engine.model import arithmetic
from lpu_engine.model.arithmetic import Float32
from lpu_engine.runtime.jit import jit

LANES, SUPERLANE = arithmetic.LANES, arithmetic.SUPERLANE
ZERO, ONE, TWO = np.float32(0.0), arithmetic.ONE, arithmetic.TWO
INT8_MAX, SMALLEST = arithmetic.INT8_MAX, arithmetic.SMALLEST
KEPT_HIGH, KEPT_LOW = arithmetic.KEPT_HIGH, arithmetic.KEPT_LOW
DIGIT, FINE_MAX = arithmetic.DIGIT, arithmetic.FINE_MAX
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
def kept_bits(x: np.float32) -> np.uint16:
    """arithmetic.kept of one float32, as the upper half of its bits; the lower has none."""
    rounded = float32(x * KEPT_HIGH - x * KEPT_LOW)
    return np.uint16(rounded.view(np.uint32) >> np.uint32(16))


@jit
def from_kept(bits: np.uint16) -> np.float32:
    """The float32 of which these are the upper half."""
    out: np.float32 = np.uint32(np.uint32(bits) << np.uint32(16)).view(np.float32)
    return out


@jit
def tanh(x: np.float32) -> np.float32:
    """arithmetic.tanh of one float32."""
    out: np.float32 = ONE - TWO / (exp(x + x) + ONE)
    return out


@jit
def cap(x: Float32, most: np.float32) -> None:
    """arithmetic.cap of a row, in place."""
    for i in range(x.shape[0]):
        x[i] = tanh(x[i] / most) * most


@jit
def largest_of(x: Float32) -> np.float32:
    """The largest of a row; as whole numbers floats are compared many at a time."""
    bits, largest = x.view(np.int32), int32(-(2**31))
    for i in range(bits.shape[0]):
        largest = max(largest, int32(bits[i] ^ ((bits[i] >> int32(31)) & int32(2**31 - 1))))
    return int32(largest ^ ((largest >> int32(31)) & int32(2**31 - 1))).view(np.float32)


@jit
def lane_sum(x: Float32, count: int) -> np.float32:
    """arithmetic.lane_sum of the first `count` elements."""
    superlane = np.zeros(SUPERLANE, np.float32)
    if count > LANES:
        sum_long(x, count, superlane)
    else:
        sum_short(x, count, superlane)
    total: np.float32 = superlane[0]
    for lane in range(1, SUPERLANE):
        total += superlane[lane]
    return total


@jit
def sum_short(x: Float32, count: int, superlane: Float32) -> None:
    """At most one element a chip lane: the elements are the lanes, summed over the superlanes."""
    whole = count - count % SUPERLANE
    for start in range(0, whole, SUPERLANE):
        for lane in range(SUPERLANE):
            superlane[lane] += x[start + lane]
    for i in range(whole, count):
        superlane[i - whole] += x[i]


@jit
def sum_long(x: Float32, count: int, superlane: Float32) -> None:
    """Into the chip's lanes first, which vectorises, then over the superlanes."""
    lanes = np.zeros(LANES, np.float32)
    for start in range(0, count, LANES):
        turn = x[start : min(start + LANES, count)]
        for lane in range(turn.shape[0]):
            lanes[lane] += turn[lane]
    for lane in range(SUPERLANE):
        total = ZERO
        for start in range(0, LANES, SUPERLANE):
            total += lanes[start + lane]
        superlane[lane] = total
