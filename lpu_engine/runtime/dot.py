"""The inner loop of a matrix product: exact int32 sums of unsigned weights times int8 activations.

Weights are packed so that 16 outputs fill a vector: [groups, K / 4, 16 outputs, 4 inputs], each
plus 128. numba has no vector types, so this one loop is written in LLVM's language: with the
processor's own instruction for it (AVX-512 VNNI) where there is one, else in portable form.
"""

from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from lpu_engine.runtime.vectors import prefetch

OUTPUTS = 16  # outputs in a group
QUAD = 4  # inputs multiplied and summed at once
WEIGHT_OFFSET = 128  # added to an int8 weight to make it unsigned
VECTOR = OUTPUTS * QUAD  # bytes
SHORT_QUADS = 128  # rows below it end before the processor has guessed what is read next
WIDE_GROUPS, WIDE_TOKENS = 4, 4  # of the largest tile: 16 vectors of sums in registers
DIGITS = 2  # of a fine row: its weights are read once for both

_I32 = ir.IntType(32)
_SUMS = ir.VectorType(_I32, OUTPUTS)
_BYTES = ir.VectorType(ir.IntType(8), OUTPUTS * QUAD)
_WIDE = ir.VectorType(_I32, OUTPUTS * QUAD)
_ZERO = ir.Constant(_SUMS, [0] * OUTPUTS)

MultiplyAdd = Callable[[Any, Any, Any, Any], Any]


def multiply_add_vnni(builder: Any, sums: Any, weights: Any, inputs: Any) -> Any:
    """One instruction: sums[i] += weights[4i .. 4i+3] * inputs[4i .. 4i+3]."""
    kind = ir.FunctionType(_SUMS, [_SUMS, _BYTES, _BYTES])
    name = "llvm.x86.avx512.vpdpbusd.512"
    function = cgutils.get_or_insert_function(builder.module, kind, name)
    return builder.call(function, [sums, weights, inputs])


def multiply_add_portable(builder: Any, sums: Any, weights: Any, inputs: Any) -> Any:
    """The same in plain vector arithmetic, for any processor."""
    products = builder.mul(builder.zext(weights, _WIDE), builder.sext(inputs, _WIDE))
    for place in range(QUAD):
        every_fourth = ir.Constant(_SUMS, [QUAD * output + place for output in range(OUTPUTS)])
        nothing = ir.Constant(_WIDE, ir.Undefined)
        sums = builder.add(sums, builder.shuffle_vector(products, nothing, every_fourth))
    return sums


def best_multiply_add() -> MultiplyAdd:
    """What this processor does fastest."""
    has_vnni = llvm.get_host_cpu_features().get("avx512vnni")
    return multiply_add_vnni if has_vnni else multiply_add_portable


def make_tile(
    groups: int, tokens: int, multiply_add: MultiplyAdd, looks_ahead: bool = False
) -> Any:
    """The loop for so many groups of outputs and tokens at once, unrolled.

    One that looks ahead asks for the weights of the next tile meanwhile.

    tile(weights [groups * quads * 64] uint8, inputs [tokens * quads * 4] int8, sums int32, quads,
    stride): the sums of a token's groups, side by side, begin `stride` after the token's before.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        arrays = zip(signature.args[:3], args[:3], strict=True)
        weights, inputs, sums = (
            context.make_array(kind)(context, builder, array).data for kind, array in arrays
        )
        quads, stride = args[3:]
        held = [cgutils.alloca_once_value(builder, _ZERO) for _ in range(groups * tokens)]
        with cgutils.for_range(builder, quads) as loop:
            rows = [_load(builder, weights, g, quads, loop.index, _BYTES) for g in range(groups)]
            for row in range(groups, 2 * groups if looks_ahead else groups):
                prefetch(builder, _place(builder, weights, row, quads, loop.index, VECTOR))
            for token in range(tokens):
                four = _spread(builder, _load(builder, inputs, token, quads, loop.index, _I32))
                for slot, row in zip(held[token::tokens], rows, strict=True):
                    builder.store(multiply_add(builder, builder.load(slot), row, four), slot)
        for index, slot in enumerate(held):
            group, token = divmod(index, tokens)
            row = builder.mul(ir.Constant(stride.type, token), stride)
            place = builder.add(row, ir.Constant(stride.type, group * OUTPUTS))
            target = builder.bitcast(builder.gep(sums, [place]), _SUMS.as_pointer())
            builder.store(builder.load(slot), target, align=4)
        return context.get_dummy_value()

    @intrinsic
    def tile(typing: Any, weights: Any, inputs: Any, sums: Any, quads: Any, stride: Any) -> Any:
        return types.void(weights, inputs, sums, quads, stride), generate

    return tile


def _load(builder: Any, base: Any, row: int, quads: Any, quad: Any, kind: Any) -> Any:
    """The vector or word of one row [quads] of `kind`s at `quad`."""
    place = _place(builder, base, row, quads, quad, VECTOR if kind is _BYTES else QUAD)
    return builder.load(builder.bitcast(place, kind.as_pointer()), align=1)


def _place(builder: Any, base: Any, row: int, quads: Any, quad: Any, width: int) -> Any:
    size = quads.type
    index = builder.add(builder.mul(ir.Constant(size, row), quads), quad)
    return builder.gep(base, [builder.mul(index, ir.Constant(size, width))])


def _spread(builder: Any, four: Any) -> Any:
    """Four inputs, in one word, for each of the 16 outputs."""
    nothing = ir.Constant(_SUMS, ir.Undefined)
    one = builder.insert_element(nothing, four, ir.Constant(_I32, 0))
    return builder.bitcast(builder.shuffle_vector(one, nothing, _ZERO), _BYTES)


_BEST = best_multiply_add()
tile_1x1 = make_tile(1, 1, _BEST)
tile_4x1 = make_tile(WIDE_GROUPS, 1, _BEST)
tile_4x1_short = make_tile(WIDE_GROUPS, 1, _BEST, looks_ahead=True)
tile_4x2 = make_tile(WIDE_GROUPS, DIGITS, _BEST)
tile_1x4 = make_tile(1, WIDE_TOKENS, _BEST)
tile_4x4 = make_tile(WIDE_GROUPS, WIDE_TOKENS, _BEST)
