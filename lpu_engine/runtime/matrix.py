"""Matrix products in exact integers: float32 rows, quantised, times packed int8 rows."""

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lpu_engine.model.arithmetic import Float32, Int8
from lpu_engine.runtime.dot import (
    OUTPUTS,
    WEIGHT_OFFSET,
    WIDE_GROUPS,
    WIDE_TOKENS,
    tile_1x1,
    tile_1x4,
    tile_4x1,
    tile_4x4,
)
from lpu_engine.runtime.floats import INT8_MAX, SMALLEST, float32, int32, rint
from lpu_engine.runtime.jit import jit, jit_parallel

Int32 = NDArray[np.int32]
Packed = NDArray[np.uint8]  # [groups, quads, 16 outputs, 4 inputs], int8 plus 128
Inputs = tuple[Int8, Float32, Int32]  # values [T, quads * 4], scales [T], sums [T]
WORTH_THREADS = 2**18  # weights times tokens; below it a second thread comes too late


@jit
def quantize(x: Float32, values: Int8, scales: Float32, sums: Int32) -> None:
    """arithmetic.quantize by rows into values [T, quads * 4], and the sum of each row's values."""
    columns = x.shape[1]
    for t in range(x.shape[0]):
        bits = x[t].view(np.int32)  # without the sign, floats sort like their bits
        largest_bits = int32(0)
        for i in range(columns):
            largest_bits = max(largest_bits, bits[i] & int32(0x7FFFFFFF))
        largest = int32(largest_bits).view(np.float32)
        scales[t] = largest / INT8_MAX
        inverse = INT8_MAX / max(largest, SMALLEST)
        total = int32(0)
        for i in range(columns):
            value = int32(rint(x[t, i] * inverse))
            values[t, i] = np.int8(value)
            total += value
        values[t, columns:] = np.int8(0)
        sums[t] = total


@jit
def scale(sums: Int32, inputs: Inputs, scales: Float32, out: Float32, first: int) -> None:
    """Exact sums [T, n] become the float32 outputs from `first` on."""
    _, x_scales, input_sums = inputs
    count = min(sums.shape[1], out.shape[1] - first)
    for t in range(sums.shape[0]):
        excess = int32(int32(WEIGHT_OFFSET) * input_sums[t])
        row, row_scales, row_out = sums[t], scales[first : first + count], out[t, first:]
        for i in range(count):
            exact = int32(row[i] - excess)  # int32 throughout, so that it vectorises
            row_out[i] = float32(exact) * x_scales[t] * row_scales[i]


@jit
def matrix_groups(
    inputs: Inputs, packed: Packed, scales: Float32, out: Float32, low: int, high: int
) -> None:
    """out[t, n] for the groups low <= g < high of outputs, in tiles of 4 groups, 4 tokens."""
    values = inputs[0]
    tokens, quads = values.shape[0], packed.shape[1]
    stride = (high - low) * OUTPUTS
    sums = np.empty((tokens, stride), np.int32)
    group = low
    while group < high:
        wide = high - group >= WIDE_GROUPS
        groups = WIDE_GROUPS if wide else 1
        rows = packed[group : group + groups].reshape(-1)
        t = 0
        while t < tokens:
            many = WIDE_TOKENS if tokens - t >= WIDE_TOKENS else 1
            x = values[t : t + many].reshape(-1)
            place = sums[t:, (group - low) * OUTPUTS :]
            if wide and many > 1:
                tile_4x4(rows, x, place, quads, stride)
            elif wide:
                tile_4x1(rows, x, place, quads, stride)
            elif many > 1:
                tile_1x4(rows, x, place, quads, stride)
            else:
                tile_1x1(rows, x, place, quads, stride)
            t += many
        group += groups
    scale(sums, inputs, scales, out, low * OUTPUTS)


@jit_parallel
def matrix_threads(
    inputs: Inputs, packed: Packed, scales: Float32, out: Float32, threads: int
) -> None:
    """matrix_groups with the groups dealt to threads."""
    groups = packed.shape[0]
    for part in prange(threads):
        low, high = groups * part // threads, groups * (part + 1) // threads
        matrix_groups(inputs, packed, scales, out, low, high)


@jit
def matrix(
    x: Float32, inputs: Inputs, packed: Packed, scales: Float32, out: Float32, threads: int
) -> None:
    """arithmetic.matrix: out [T, N] = x [T, K] times packed int8 rows."""
    quantize(x, inputs[0], inputs[1], inputs[2])
    if threads > 1 and packed.size * x.shape[0] >= WORTH_THREADS:
        matrix_threads(inputs, packed, scales, out, threads)
    else:
        matrix_groups(inputs, packed, scales, out, 0, packed.shape[0])
