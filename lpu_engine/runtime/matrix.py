"""Matrix products in exact integers: float32 rows, quantised, times packed int8 rows."""

import numpy as np
from numpy.typing import NDArray

from lpu_engine.model.arithmetic import Float32, Int8
from lpu_engine.runtime.crew import Crew, meet, part
from lpu_engine.runtime.dot import (
    DIGITS,
    OUTPUTS,
    SHORT_QUADS,
    WEIGHT_OFFSET,
    WIDE_GROUPS,
    WIDE_TOKENS,
    tile_1x1,
    tile_1x4,
    tile_4x1,
    tile_4x1_short,
    tile_4x2,
    tile_4x4,
)
from lpu_engine.runtime.floats import DIGIT, FINE_MAX, INT8_MAX, SMALLEST, float32, int32, rint
from lpu_engine.runtime.jit import jit

Int32 = NDArray[np.int32]
Packed = NDArray[np.uint8]  # [groups, quads, 16 outputs, 4 inputs], int8 plus 128
# values [rows, quads * 4], scales [T], sums [rows]; of fine rows the digits are neighbours
Inputs = tuple[Int8, Float32, Int32]


@jit
def quantize(x: Float32, values: Int8, scales: Float32, sums: Int32) -> None:
    """arithmetic.quantize by rows, and the sum of each row's values.

    quantize_finely, where there are two rows of values for each of x: its digits, one after the
    other.
    """
    columns, is_fine = x.shape[1], values.shape[0] > x.shape[0]
    for t in range(x.shape[0]):
        bits = x[t].view(np.int32)  # without the sign, floats sort like their bits
        largest_bits = int32(0)
        for i in range(columns):
            largest_bits = max(largest_bits, bits[i] & int32(0x7FFFFFFF))
        largest = int32(largest_bits).view(np.float32)
        scales[t] = largest / (FINE_MAX if is_fine else INT8_MAX)
        inverse = INT8_MAX / max(largest, SMALLEST)
        row = DIGITS * t if is_fine else t
        total = int32(0)
        for i in range(columns):
            value = int32(rint(x[t, i] * inverse))
            values[row, i] = np.int8(value)
            total += value
        values[row, columns:] = np.int8(0)
        sums[row] = total
        if is_fine:
            total = int32(0)
            for i in range(columns):
                steps = x[t, i] * inverse
                value = int32(rint((steps - rint(steps)) * DIGIT))
                values[row + 1, i] = np.int8(value)
                total += value
            values[row + 1, columns:] = np.int8(0)
            sums[row + 1] = total


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
def scale_digits(sums: Int32, inputs: Inputs, scales: Float32, out: Float32, first: int) -> None:
    """The same of fine rows: sums [2T, n]."""
    _, x_scales, input_sums = inputs
    count = min(sums.shape[1], out.shape[1] - first)
    for t in range(out.shape[0]):
        high, low = sums[DIGITS * t], sums[DIGITS * t + 1]
        high_excess = int32(int32(WEIGHT_OFFSET) * input_sums[DIGITS * t])
        low_excess = int32(int32(WEIGHT_OFFSET) * input_sums[DIGITS * t + 1])
        row_scales, row_out = scales[first : first + count], out[t, first:]
        for i in range(count):
            high_part = float32(int32(high[i] - high_excess)) * DIGIT
            joined = high_part + float32(int32(low[i] - low_excess))
            row_out[i] = joined * x_scales[t] * row_scales[i]


@jit
def matrix_groups(
    inputs: Inputs, packed: Packed, scales: Float32, out: Float32, low: int, high: int
) -> None:
    """out[t, n] for the groups low <= g < high of outputs, in tiles of 4 groups, 4 rows."""
    values = inputs[0]
    rows_in, quads = values.shape[0], packed.shape[1]
    stride = (high - low) * OUTPUTS
    sums = np.empty((rows_in, stride), np.int32)
    group = low
    while group < high:
        wide = high - group >= WIDE_GROUPS
        groups = WIDE_GROUPS if wide else 1
        rows = packed[group : group + groups].reshape(-1)
        t = 0
        while t < rows_in:
            many = WIDE_TOKENS if rows_in - t >= WIDE_TOKENS else 1
            if wide and many == 1 and rows_in - t >= DIGITS:
                many = DIGITS
            x = values[t : t + many].reshape(-1)
            place = sums[t:, (group - low) * OUTPUTS :]
            if wide and many == WIDE_TOKENS:
                tile_4x4(rows, x, place, quads, stride)
            elif wide and many == DIGITS:
                tile_4x2(rows, x, place, quads, stride)
            elif wide and quads < SHORT_QUADS:
                tile_4x1_short(rows, x, place, quads, stride)
            elif wide:
                tile_4x1(rows, x, place, quads, stride)
            elif many > 1:
                tile_1x4(rows, x, place, quads, stride)
            else:
                tile_1x1(rows, x, place, quads, stride)
            t += many
        group += groups
    if rows_in > out.shape[0]:
        scale_digits(sums, inputs, scales, out, low * OUTPUTS)
    else:
        scale(sums, inputs, scales, out, low * OUTPUTS)


@jit
def matrix(
    x: Float32, inputs: Inputs, packed: Packed, scales: Float32, out: Float32, crew: Crew
) -> None:
    """arithmetic.matrix, or fine_matrix where there are two rows of values for each row of x.

    out [T, N] = x [T, K] times packed int8 rows. Rows are quantised by part, then each thread has
    a part of the outputs of all rows.
    """
    values, x_scales, sums = inputs
    low, high = part(x.shape[0], crew)
    digits = values.shape[0] // x.shape[0]
    first, last = digits * low, digits * high
    quantize(x[low:high], values[first:last], x_scales[low:high], sums[first:last])
    meet(crew)
    low, high = part(packed.shape[0], crew)
    matrix_groups(inputs, packed, scales, out, low, high)
    meet(crew)
