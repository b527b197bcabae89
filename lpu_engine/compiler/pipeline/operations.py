"""An architecture → the operations of one layer of a group of chips, and those behind the last.

Instructions name them by number. Sums over the group, hops and what is fitted are operations too.
"""

from collections.abc import Iterator

from lpu_engine.compiler.graph import Buffer, Kind, Operation
from lpu_engine.model.architecture import Architecture

Named = tuple[str, Operation]


def named_operations(architecture: Architecture) -> dict[str, Operation]:
    """Every operation by its name, in order."""
    a = architecture
    named = [*_attention(a), *_feed_forward(a), *_ends(a)]
    return dict(named)


def _attention(a: Architecture) -> Iterator[Named]:
    residual, heads, branch = Buffer.RESIDUAL, Buffer.HEADS, Buffer.BRANCH
    mixed = a.heads * a.head_dim
    wide = (a.heads + 2 * a.kv_heads) * a.head_dim
    yield "norm", _operation(Kind.NORM, residual, Buffer.NORMED, a.width, a.width)
    yield "heads", _operation(Kind.MATRIX, Buffer.NORMED, heads, wide, a.width, "heads")
    yield "rotary", _operation(Kind.ROTARY, heads, heads, wide, wide)
    yield "cache", _operation(Kind.CACHE, heads, heads, wide, wide)
    yield "attention", _operation(Kind.ATTENTION, heads, Buffer.MIXED, mixed, wide)
    yield "output", _operation(Kind.MATRIX, Buffer.MIXED, branch, a.width, mixed, "output")
    yield "synchronise", _operation(Kind.SYNCHRONISE, branch, branch, a.width, a.width)
    yield "sum", _operation(Kind.SUM, branch, residual, a.width, a.width)


def _feed_forward(a: Architecture) -> Iterator[Named]:
    normed, gates, gated = Buffer.NORMED, Buffer.GATES, Buffer.GATED
    ff = a.feed_forward
    yield "feed norm", _operation(Kind.NORM, Buffer.RESIDUAL, normed, a.width, a.width)
    if a.experts:
        yield "router", _operation(Kind.MATRIX, normed, gates, a.experts, a.width, "router")
        yield "choose", _operation(Kind.CHOOSE, gates, gates, a.active_experts, a.experts)
    yield "gates", _operation(Kind.MATRIX, normed, gates, 2 * ff, a.width, "gates")
    yield "gate", _operation(Kind.GATE, gates, gated, ff, 2 * ff)
    yield "down", _operation(Kind.MATRIX, gated, Buffer.BRANCH, a.width, ff, "down")


def _ends(a: Architecture) -> Iterator[Named]:
    residual, normed = Buffer.RESIDUAL, Buffer.NORMED
    yield "hop", _operation(Kind.HOP, residual, residual, a.width, a.width)
    yield "last norm", _operation(Kind.NORM, residual, normed, a.width, a.width, "norm")
    yield "head", _operation(Kind.MATRIX, normed, Buffer.LOGITS, a.vocabulary, a.width, "head")


def _operation(
    kind: Kind, source: Buffer, target: Buffer, width: int, source_width: int, tensor: str = ""
) -> Operation:
    return Operation(kind, source, target, width, source_width, tensor)
