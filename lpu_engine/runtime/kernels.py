"""numba kernels: a table of operations over int8 weights, walked by one compiled function.

Bits are those of model/arithmetic.py: no fastmath, and float sums in the written order.
"""

import numpy as np
from numba import prange
from numpy.typing import NDArray

from lpu_engine.compiler.graph import Kind
from lpu_engine.model.arithmetic import GELU_CUBE, GELU_SCALE, Float32, Int8
from lpu_engine.runtime.attention import attention, rotary
from lpu_engine.runtime.cache import Kept
from lpu_engine.runtime.crew import SEATS, Crew, join, meet, new_crew, part
from lpu_engine.runtime.dot import OUTPUTS, QUAD, WEIGHT_OFFSET
from lpu_engine.runtime.experts import ask, choose, give, share
from lpu_engine.runtime.floats import ONE, ZERO, cap, exp, float32, int32, lane_sum
from lpu_engine.runtime.jit import jit, jit_parallel
from lpu_engine.runtime.matrix import Packed, matrix

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Values = NDArray[np.uint8]  # every packed matrix of a model, flat

# values, floats, cosine, sine, epsilon
ModelWeights = tuple[Values, Float32, Float32, Float32, np.float32]
# whole numbers [operations, 12] and others [operations, 2]: see executor.encode
Table = tuple[Int64, Float32]
# arena, offsets of its buffers; room for quantised inputs: values, scales, sums; scores
Activations = tuple[Float32, Int64, Int8, Float32, Int32, Float32]
# ids [T], positions [T], blocks [T, most], wanted rows [S]
Batch = tuple[Int64, Int64, Int32, Int64]

# The columns of an encoded table.
KIND, SOURCE, TARGET, WIDTH, SOURCE_WIDTH, VALUES, FLOATS, GROUPS, QUADS = range(9)
LAYER, NUMBER, DIGITS = range(9, 12)
SCALE, MOST = range(2)

EMBED, NORM, MATRIX = Kind.EMBED.value, Kind.NORM.value, Kind.MATRIX.value
ROTARY, ATTENTION, GATE = Kind.ROTARY.value, Kind.ATTENTION.value, Kind.GATE.value
ADD, SELECT = Kind.ADD.value, Kind.SELECT.value
COLUMNS = Kind.COLUMNS.value
BIAS, HEAD_NORM = Kind.BIAS.value, Kind.HEAD_NORM.value
GELU_GATE, CAP = Kind.GELU_GATE.value, Kind.CAP.value
CHOOSE, SHARE, CLEAR = Kind.CHOOSE.value, Kind.SHARE.value, Kind.CLEAR.value
ASK, TAKE, GIVE = Kind.ASK.value, Kind.TAKE.value, Kind.GIVE.value


@jit
def run(
    encoded: Table,
    weights: ModelWeights,
    activations: Activations,
    batch: Batch,
    cache: tuple[Kept, Kept],
    threads: int,
) -> None:
    """Walk the table once. Logits of the wanted rows stand in their buffer afterwards.

    cache: keys [layer, block, kv, D, BLOCK] and values [layer, block, kv, BLOCK, D].
    """
    if threads > 1:
        run_threads(encoded, weights, activations, batch, cache, new_crew(), threads)
    else:
        walk(encoded, weights, activations, batch, cache, join(new_crew(), 1))


@jit_parallel
def run_threads(
    encoded: Table,
    weights: ModelWeights,
    activations: Activations,
    batch: Batch,
    cache: tuple[Kept, Kept],
    shared: Int64,
    threads: int,
) -> None:
    """The same with several threads, or as many of them as come in time."""
    for _ in prange(threads):
        crew = join(shared, threads)
        if crew[SEATS] > 0:
            walk(encoded, weights, activations, batch, cache, crew)


@jit
def walk(
    encoded: Table,
    weights: ModelWeights,
    activations: Activations,
    batch: Batch,
    cache: tuple[Kept, Kept],
    crew: Crew,
) -> None:
    """One thread's way through the table.

    What goes row by row is done by the thread that has the row, and needs no meeting. Threads meet
    where an operation reads what is another's: matrices, attention, and wherever rows are chosen.
    """
    table, numbers = encoded
    values, floats, cosine, sine, epsilon = weights
    arena, offsets, x_values, x_scales, x_sums, scores = activations
    ids, positions, blocks, wanted = batch
    keys, cached = cache
    rows = everyone = ids.shape[0]
    low, high = part(rows, crew)
    asking, shares, askers = np.empty(rows, np.int64), np.empty(rows, np.float32), 0
    for step in range(table.shape[0]):
        kind, width, source_width = table[step, KIND], table[step, WIDTH], table[step, SOURCE_WIDTH]
        source_at, target_at = offsets[table[step, SOURCE]], offsets[table[step, TARGET]]
        value_at, float_at, layer = table[step, VALUES], table[step, FLOATS], table[step, LAYER]
        target_rows = rows
        if kind == SELECT:
            target_rows = wanted.shape[0]
        elif kind == TAKE:
            target_rows = askers
        elif kind == GIVE:
            target_rows = everyone
        elif rows == 0:
            continue
        source = arena[source_at : source_at + rows * source_width].reshape((rows, source_width))
        target = arena[target_at : target_at + target_rows * width].reshape((target_rows, width))
        if kind == MATRIX:
            columns, rows_in = table[step, QUADS] * QUAD, rows * table[step, DIGITS]
            inputs = x_values[: rows_in * columns].reshape((rows_in, columns))
            matrix(
                source,
                (inputs, x_scales, x_sums),
                tensor(values, value_at, table[step, GROUPS], table[step, QUADS]),
                floats[float_at : float_at + width],
                target,
                crew,
            )
        elif kind == NORM:
            norm(source[low:high], floats[float_at : float_at + width], epsilon, target[low:high])
        elif kind == ROTARY:
            head_dim = keys.shape[3]
            turned = width // head_dim - keys.shape[2]
            rotary(target[low:high], turned, head_dim, positions[low:high], cosine, sine)
        elif kind == ATTENTION:
            attention(
                source,
                positions,
                blocks,
                keys[layer],
                cached[layer],
                (table[step, NUMBER], numbers[step, SCALE], numbers[step, MOST]),
                scores,
                target,
                crew,
            )
        elif kind == GATE:
            gate(source[low:high], target[low:high])
        elif kind == ADD:
            add(source[low:high], target[low:high])
        elif kind == BIAS:
            add_bias(floats[float_at : float_at + width], target[low:high])
        elif kind == COLUMNS:
            multiply(floats[float_at : float_at + width], target[low:high])
        elif kind == HEAD_NORM:
            kv_heads, head_dim = keys.shape[2], keys.shape[3]
            gains = floats[float_at : float_at + 2 * head_dim].reshape((2, head_dim))
            norm_heads(target[low:high], kv_heads, gains, epsilon)
        elif kind == GELU_GATE:
            gelu_gate(source[low:high], target[low:high])
        elif kind == CAP:
            cap(target[low:high].reshape(-1), numbers[step, MOST])
        elif kind == SELECT:
            meet(crew)
            rows = target_rows
            low, high = part(rows, crew)
            select(source, wanted[low:high], target[low:high])
        elif kind == CHOOSE:
            choose(target[low:high], table[step, NUMBER])
        elif kind == SHARE:
            share(target[low:high])
        elif kind == CLEAR:
            target[low:high] = ZERO
        elif kind == ASK:
            meet(crew)
            askers = ask(source, table[step, NUMBER], asking, shares)
        elif kind == TAKE:
            rows = askers
            low, high = part(rows, crew)
            select(source, asking[low:high], target[low:high])
        elif kind == GIVE:
            meet(crew)
            give(source[low:high], asking[low:high], shares[low:high], target)
            meet(crew)
            rows = everyone
            low, high = part(rows, crew)
        elif kind == EMBED:
            embedding = tensor(values, value_at, table[step, GROUPS], table[step, QUADS])
            factor = numbers[step, SCALE]
            embed(embedding, floats[float_at:], factor, ids[low:high], target[low:high])


@jit
def tensor(values: Values, offset: int, groups: int, quads: int) -> Packed:
    """One packed matrix [groups, quads, 16, 4] of the flat weights."""
    size = groups * quads * OUTPUTS * QUAD
    return values[offset : offset + size].reshape((groups, quads, OUTPUTS, QUAD))


@jit
def embed(packed: Packed, scales: Float32, factor: np.float32, ids: Int64, out: Float32) -> None:
    """out [T, width] = the tokens' rows, widened, times the factor."""
    for t in range(ids.shape[0]):
        group, output, scale = ids[t] // OUTPUTS, ids[t] % OUTPUTS, scales[ids[t]]
        for i in range(out.shape[1]):
            value = int32(packed[group, i // QUAD, output, i % QUAD]) - int32(WEIGHT_OFFSET)
            out[t, i] = float32(value) * scale * factor


@jit
def norm(x: Float32, gain: Float32, epsilon: np.float32, out: Float32) -> None:
    """arithmetic.norm by rows; `out` may be x."""
    count = x.shape[1]
    squares = np.empty(count, np.float32)
    for t in range(x.shape[0]):
        for i in range(count):
            squares[i] = x[t, i] * x[t, i]
        mean = lane_sum(squares, count) / float32(count)
        factor = ONE / np.sqrt(mean + epsilon)
        for i in range(count):
            out[t, i] = x[t, i] * gain[i] * factor


@jit
def norm_heads(heads: Float32, kv_heads: int, gains: Float32, epsilon: np.float32) -> None:
    """Each query head of each row becomes its norm times gains[0], each key head times gains[1].

    A row has queries, keys and values, side by side.
    """
    count = heads.shape[1] // gains.shape[1]
    single = heads.reshape((heads.shape[0] * count, gains.shape[1]))
    for first in range(0, single.shape[0], count):
        keys = single[first + count - 2 * kv_heads : first + count - kv_heads]
        queries = single[first : first + count - 2 * kv_heads]
        norm(queries, gains[0], epsilon, queries)
        norm(keys, gains[1], epsilon, keys)


@jit
def add_bias(bias: Float32, out: Float32) -> None:
    """Every row of out += bias."""
    for t in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[t, i] += bias[i]


@jit
def multiply(columns: Float32, out: Float32) -> None:
    """Every row of out *= columns."""
    for t in range(out.shape[0]):
        for i in range(out.shape[1]):
            out[t, i] *= columns[i]


@jit
def gate(x: Float32, out: Float32) -> None:
    """arithmetic.gate: the first half of each row gates the second."""
    half = out.shape[1]
    for t in range(x.shape[0]):
        for i in range(half):
            out[t, i] = x[t, i] / (ONE + exp(-x[t, i])) * x[t, half + i]


@jit
def gelu_gate(x: Float32, out: Float32) -> None:
    """arithmetic.gelu_gate, likewise."""
    half = out.shape[1]
    for t in range(x.shape[0]):
        for i in range(half):
            g = x[t, i]
            u = GELU_SCALE * (g + GELU_CUBE * (g * g * g))
            out[t, i] = g / (ONE + exp(-(u + u))) * x[t, half + i]


@jit
def add(x: Float32, out: Float32) -> None:
    """out += x."""
    for t in range(x.shape[0]):
        for i in range(x.shape[1]):
            out[t, i] += x[t, i]


@jit
def select(x: Float32, wanted: Int64, out: Float32) -> None:
    """out = the wanted rows of x."""
    for t in range(wanted.shape[0]):
        out[t] = x[wanted[t]]
