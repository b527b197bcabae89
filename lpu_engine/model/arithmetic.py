"""Every operation's result, defined to the bit: plain numpy, float32, a written order of sums.

Kernels, simulator and reference must give exactly these bits. No fused multiply-add, no reordering;
sums follow the chip's 320 lanes, which are 20 superlanes of 16.
"""

import numpy as np
from numpy.typing import NDArray

from lpu_engine.model.rope import Rope
from lpu_engine.model.rope_scaling import scaled

Float32 = NDArray[np.float32]
Int8 = NDArray[np.int8]

LANES = 320  # of the chip: element i of a row stands in lane i mod 320
SUPERLANE = 16  # lanes that are wired as one; lanes of the same place in it are summed first
INT8_MAX = np.float32(127.0)
DIGIT = np.float32(128.0)  # steps of a row's second digit in one of its first
FINE_MAX = INT8_MAX * DIGIT
KEPT_HIGH, KEPT_LOW = np.float32(2**16 + 1), np.float32(2**16)  # leave the 8 bits between them
SMALLEST = np.float32(1e-36)  # rows are scaled up as if they held this: 127 / x would overflow

# exp: Cody-Waite reduction to |r| <= ln(2) / 2, then a polynomial of degree 7 (Cephes, expf).
EXP_LOWEST = np.float32(-87.0)
EXP_HIGHEST = np.float32(88.0)
LOG2_E = np.float32(1.4426950408889634)
LN2_HIGH = np.float32(0.693359375)
LN2_LOW = np.float32(-2.12194440e-4)
EXP_COEFFICIENTS = tuple(
    np.float32(c)
    for c in (
        1.9875691500e-4,
        1.3981999507e-3,
        8.3334519073e-3,
        4.1665795894e-2,
        1.6666665459e-1,
        5.0000001201e-1,
    )
)
ONE, TWO = np.float32(1.0), np.float32(2.0)
GELU_CUBE, GELU_SCALE = np.float32(0.044715), np.float32(0.7978845608028654)  # √(2 / π)


def exp(x: Float32) -> Float32:
    """e to the x, any shape; x is first held to -87 ... 88. Relative error under 2e-7."""
    x = np.minimum(np.maximum(x, EXP_LOWEST), EXP_HIGHEST)
    n = np.rint(x * LOG2_E)
    r = x - n * LN2_HIGH
    r = r - n * LN2_LOW
    p = np.full_like(r, EXP_COEFFICIENTS[0])
    for coefficient in EXP_COEFFICIENTS[1:]:
        p = p * r + coefficient
    y = p * (r * r) + r + ONE
    power_bits = (n.astype(np.int32) + np.int32(127)) << np.int32(23)
    out: Float32 = y * power_bits.view(np.float32)
    return out


def tanh(x: Float32) -> Float32:
    """Of any shape. Absolute error under 2e-7."""
    out: Float32 = ONE - TWO / (exp(x + x) + ONE)
    return out


def cap(x: Float32, most: float) -> Float32:
    """Held between -most and most, and next to nothing is changed near 0."""
    return tanh(x / np.float32(most)) * np.float32(most)


def lane_sum(x: Float32) -> Float32:
    """Sum over the last axis: each of 320 lanes, then over the superlanes, then its 16 lanes.

    Every sum runs in order; what the last turn of lanes lacks are zeros.
    """
    superlane = _sum_every(_sum_every(x, LANES), SUPERLANE)
    total = superlane[..., 0]
    for lane in range(1, SUPERLANE):
        total = total + superlane[..., lane]
    return total


def _sum_every(x: Float32, lanes: int) -> Float32:
    """[..., K] -> [..., lanes]: elements i, i + lanes, i + 2 lanes ... in order, from zero on."""
    short = -x.shape[-1] % lanes
    padded = np.concatenate([x, np.zeros((*x.shape[:-1], short), np.float32)], axis=-1)
    turns = padded.reshape(*x.shape[:-1], -1, lanes)
    sums = np.zeros((*x.shape[:-1], lanes), np.float32)
    for turn in range(turns.shape[-2]):
        sums = sums + turns[..., turn, :]
    return sums


def quantize(x: Float32) -> tuple[Int8, Float32]:
    """Rows to int8 with one scale each: [..., K] -> values [..., K], scales [...].

    Zeros stay zeros with scale 0. Rows below SMALLEST are multiplied by 127 / SMALLEST only, so
    that they lose steps and come back smaller: off by less than SMALLEST.
    """
    steps, largest = _steps(x)
    return np.rint(steps).astype(np.int8), largest / INT8_MAX


def quantize_finely(x: Float32) -> tuple[Int8, Int8, Float32]:
    """Rows to two int8 digits, 15 bits: x is about (128 high + low) times the row's scale."""
    steps, largest = _steps(x)
    high: Float32 = np.rint(steps)
    low: Float32 = np.rint((steps - high) * DIGIT)
    return high.astype(np.int8), low.astype(np.int8), largest / FINE_MAX


def _steps(x: Float32) -> tuple[Float32, Float32]:
    """Rows in steps from -127 to 127, not yet rounded, and the largest of each row."""
    largest = np.abs(x).max(axis=-1)
    inverse = INT8_MAX / np.maximum(largest, SMALLEST)
    steps: Float32 = x * inverse[..., None]
    return steps, largest


def matrix(x: Float32, values: Int8, scales: Float32) -> Float32:
    """x [T, K] times int8 rows [N, K] with scales [N] -> [T, N]: exact integers, then scales."""
    x_values, x_scales = quantize(x)
    out: Float32 = _products(x_values, values) * x_scales[:, None] * scales[None, :]
    return out


def fine_matrix(x: Float32, values: Int8, scales: Float32) -> Float32:
    """The same with two digits of x: each digit's products are exact, then they are joined."""
    high, low, x_scales = quantize_finely(x)
    joined = _products(high, values) * DIGIT + _products(low, values)
    out: Float32 = joined * x_scales[:, None] * scales[None, :]
    return out


def _products(x: Int8, values: Int8) -> Float32:
    """Exact integers, rounded once where they have more than 24 bits."""
    return (x.astype(np.int32) @ values.astype(np.int32).T).astype(np.float32)


def norm(x: Float32, gain: Float32, epsilon: float) -> Float32:
    """Root-mean-square norm over the last axis; the gain comes first, then the row's factor."""
    mean = lane_sum(x * x) / np.float32(x.shape[-1])
    out: Float32 = x * gain * (ONE / np.sqrt(mean + np.float32(epsilon)))[..., None]
    return out


def rotary_tables(window: int, head_dim: int, rope: Rope) -> tuple[Float32, Float32]:
    """Cosine and sine of position times frequency: each [window, head_dim / 2]."""
    frequencies = rope.theta ** (-np.arange(0, head_dim, 2, dtype=np.float64) / head_dim)
    frequencies, factor = scaled(rope, frequencies)
    angles = np.arange(window, dtype=np.float64)[:, None] * frequencies
    cosine, sine = np.cos(angles) * factor, np.sin(angles) * factor
    return cosine.astype(np.float32), sine.astype(np.float32)


def rotary(x: Float32, cosine: Float32, sine: Float32) -> Float32:
    """Turn x [..., head_dim]: element i with i + head_dim / 2; tables [..., head_dim / 2]."""
    half = x.shape[-1] // 2
    first, second = x[..., :half], x[..., half:]
    turned = (first * cosine - second * sine, second * cosine + first * sine)
    return np.concatenate(turned, axis=-1)


def kept(x: Float32) -> Float32:
    """What is remembered of a key or a value, any shape: its 8 highest bits, rounded (bfloat16).

    For 0, and |x| from 1e-30 to 1e33.
    """
    out: Float32 = x * KEPT_HIGH - x * KEPT_LOW
    return out


def attend(
    query: Float32, keys: Float32, values: Float32, factor: float, most: float | None = None
) -> Float32:
    """One query [D] over keys [D, P] and values [P, D] -> [D].

    Scores sum over D in order, times the factor, capped where there is a most; the mix sums over
    P in order, and is divided last. P are the positions that are seen, the oldest first.
    """
    scores = np.zeros(keys.shape[1], np.float32)
    for d in range(keys.shape[0]):
        scores = scores + query[d] * keys[d]
    scores = scores * np.float32(factor)
    if most is not None:
        scores = cap(scores, most)
    weights = exp(scores - scores.max())
    mixed = np.zeros(values.shape[1], np.float32)
    for p in range(values.shape[0]):
        mixed = mixed + weights[p] * values[p]
    return mixed / lane_sum(weights)


def choose(scores: Float32, count: int) -> Float32:
    """Scores of experts [T, E] become their softmax; all but the `count` highest of a row are 0.

    Of equals the first are kept.
    """
    weights = exp(scores - scores.max(axis=-1, keepdims=True))
    weights = share(weights)
    kept = np.argsort(-weights, axis=-1, kind="stable")[:, :count]
    out = np.zeros_like(weights)
    np.put_along_axis(out, kept, np.take_along_axis(weights, kept, axis=-1), axis=-1)
    return out


def share(weights: Float32) -> Float32:
    """Each row divided by its sum."""
    return weights / lane_sum(weights)[..., None]


def gate(gates: Float32, ups: Float32) -> Float32:
    """SiLU of the gates times the ups."""
    return gates / (ONE + exp(-gates)) * ups


def gelu_gate(gates: Float32, ups: Float32) -> Float32:
    """GELU of the gates times the ups: x (1 + tanh u) / 2, which is x / (1 + exp(-2u))."""
    u = GELU_SCALE * (gates + GELU_CUBE * (gates * gates * gates))
    return gates / (ONE + exp(-(u + u))) * ups
