"""The inner loops of attention: a query over blocks of keys, and weights over a block of values.

Written in LLVM's language, as runtime/dot.py is: sums stay in vector registers from the first term
to the last, in arithmetic.py's order, and several of them advance at once. Keys and values are
bfloat16, widened as they are read: memory is what attention waits for. A block is a page of it or
less, where the processor's own guesses end, so the next one is asked for meanwhile.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from lpu_engine.runtime.vectors import prefetch

BLOCK = 32  # positions in a block of the cache: wide enough for vectors, little to waste
LANES = 16
LINE = 32  # keys or values that come from memory together

_FLOAT = ir.FloatType()
_I32 = ir.IntType(32)
_VECTOR = ir.VectorType(_FLOAT, LANES)
_BITS = ir.VectorType(_I32, LANES)
_HALVES = ir.VectorType(ir.IntType(16), LANES)
_ZERO = ir.Constant(_VECTOR, [0.0] * LANES)
_FIRST_LANE = ir.Constant(ir.VectorType(_I32, LANES), [0] * LANES)


def make_scores(blocks: int) -> Any:
    """tile(query [D], keys, starts, ahead, D, factor, scores, first): so many blocks at once.

    scores[first + BLOCK b + p] = the sum over d, in order, of query[d] * keys[starts[b] +
    BLOCK d + p], times the factor; all arrays flat. What begins at `ahead` is asked for meanwhile.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        query, keys, scores = (_data(context, builder, signature, args, i) for i in (0, 1, 6))
        starts, ahead, dim, factor = args[2:6]
        first = args[7]
        halves = [(b, half) for b in range(blocks) for half in range(0, BLOCK, LANES)]
        sums = [cgutils.alloca_once_value(builder, _ZERO) for _ in halves]
        with cgutils.for_range(builder, dim) as loop:
            q = _spread(builder, builder.load(builder.gep(query, [loop.index])))
            row = builder.mul(loop.index, ir.Constant(dim.type, BLOCK))
            for (b, half), slot in zip(halves, sums, strict=True):
                start = builder.extract_value(starts, b)
                place = builder.add(builder.add(start, row), ir.Constant(dim.type, half))
                product = builder.fmul(q, _widen(builder, keys, place))
                builder.store(builder.fadd(builder.load(slot), product), slot)
            for b in range(blocks):
                soon = builder.add(builder.extract_value(ahead, b), row)
                prefetch(builder, builder.gep(keys, [soon]))
        scale = _spread(builder, factor)
        for (b, half), slot in zip(halves, sums, strict=True):
            place = builder.add(first, ir.Constant(first.type, BLOCK * b + half))
            _store(builder, builder.fmul(builder.load(slot), scale), scores, place)
        return context.get_dummy_value()

    @intrinsic
    def tile(
        typing: Any,
        query: Any,
        keys: Any,
        starts: Any,
        ahead: Any,
        dim: Any,
        factor: Any,
        scores: Any,
        first: Any,
    ) -> Any:
        integer = types.int64
        many = types.UniTuple(integer, blocks)
        return types.void(
            query, keys, many, many, integer, types.float32, scores, integer
        ), generate

    return tile


def make_mix(vectors: int) -> Any:
    """tile(weights, first, values, start, ahead, stride, count, out): 16 `vectors` at once.

    out[d] += the sum over p < count, in order, of weights[first + p] * values[start + stride p +
    d]; all arrays flat. What begins at `ahead` is asked for meanwhile.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        weights, values, out = (_data(context, builder, signature, args, i) for i in (0, 2, 7))
        first = args[1]
        start, ahead, stride, count = args[3:7]
        offsets = [ir.Constant(first.type, LANES * vector) for vector in range(vectors)]
        sums = [cgutils.alloca_once_value(builder, _load(builder, out, o)) for o in offsets]
        with cgutils.for_range(builder, count) as loop:
            weight = builder.load(builder.gep(weights, [builder.add(first, loop.index)]))
            w = _spread(builder, weight)
            row = builder.mul(loop.index, stride)
            for offset, slot in zip(offsets, sums, strict=True):
                place = builder.add(row, offset)
                product = builder.fmul(w, _widen(builder, values, builder.add(start, place)))
                builder.store(builder.fadd(builder.load(slot), product), slot)
            for offset in offsets[:: LINE // LANES]:
                soon = builder.add(ahead, builder.add(row, offset))
                prefetch(builder, builder.gep(values, [soon]))
        for offset, slot in zip(offsets, sums, strict=True):
            _store(builder, builder.load(slot), out, offset)
        return context.get_dummy_value()

    @intrinsic
    def tile(
        typing: Any,
        weights: Any,
        first: Any,
        values: Any,
        start: Any,
        ahead: Any,
        stride: Any,
        count: Any,
        out: Any,
    ) -> Any:
        integer = types.int64
        return types.void(weights, integer, values, *4 * [integer], out), generate

    return tile


def _data(context: Any, builder: Any, signature: Any, args: Any, index: int) -> Any:
    array = context.make_array(signature.args[index])(context, builder, args[index])
    return array.data


def _load(builder: Any, base: Any, index: Any) -> Any:
    place = builder.bitcast(builder.gep(base, [index]), _VECTOR.as_pointer())
    return builder.load(place, align=4)


def _widen(builder: Any, base: Any, index: Any) -> Any:
    """Float32s of which memory has the upper halves."""
    place = builder.bitcast(builder.gep(base, [index]), _HALVES.as_pointer())
    bits = builder.zext(builder.load(place, align=2), _BITS)
    return builder.bitcast(builder.shl(bits, ir.Constant(_BITS, [16] * LANES)), _VECTOR)


def _store(builder: Any, vector: Any, base: Any, index: Any) -> None:
    place = builder.bitcast(builder.gep(base, [index]), _VECTOR.as_pointer())
    builder.store(vector, place, align=4)


def _spread(builder: Any, number: Any) -> Any:
    """The number in every lane."""
    nothing = ir.Constant(_VECTOR, ir.Undefined)
    one = builder.insert_element(nothing, number, ir.Constant(_I32, 0))
    return builder.shuffle_vector(one, nothing, _FIRST_LANE)


scores_of_1 = make_scores(1)
scores_of_2 = make_scores(2)
mix_16 = make_mix(1)
mix_32 = make_mix(2)
mix_64 = make_mix(4)
