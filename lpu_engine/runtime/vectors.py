"""Pieces of LLVM's language that the inner loops share."""

from typing import Any

from llvmlite import ir
from numba.core import cgutils

TO_READ, NEAREST, IS_DATA = 0, 3, 1  # of a prefetch

_I32 = ir.IntType(32)
_BYTES = ir.IntType(8).as_pointer()


def prefetch(builder: Any, place: Any) -> None:
    """Ask for what stands there and is needed soon."""
    kind = ir.FunctionType(ir.VoidType(), [_BYTES, _I32, _I32, _I32])
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
    hints = [ir.Constant(_I32, number) for number in (TO_READ, NEAREST, IS_DATA)]
    builder.call(function, [builder.bitcast(place, _BYTES), *hints])
