"""Pass 1: an architecture becomes the ordered table of operations of one step.

The table is the only place that knows the order of a transformer; kernels see kinds and buffers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from lpu_engine.model.architecture import Architecture
from lpu_engine.model.families import GELU


class Kind(IntEnum):
    """What an operation does to its buffers; every row is one position of one sequence."""

    EMBED = 0  # target = the embedding's row of the token
    NORM = 1  # target = norm(source), times a gain
    MATRIX = 2  # target = tensor times source
    ROTARY = 3  # queries and keys in target are turned by their position
    ATTENTION = 4  # keys and values go to the cache; target = the mix of the row's own prefix
    GATE = 5  # target = silu(first half of source) * second half
    ADD = 6  # target += source
    SELECT = 7  # target = the rows whose logits are wanted; later operations see these alone
    # Of encoders, which are compiled for their cycles alone: the executor has no branch for these.
    LAYER_NORM = 8  # target = layer norm of source, with the tensor's gain and bias
    GELU = 9  # target = gelu(source)
    # On many chips
    CACHE = 10  # keys and values of source to the places of their positions
    SUM = 11  # target += the sources of all chips of the group
    SYNCHRONISE = 12  # the group waits for each other: fitted
    CHOOSE = 13  # of the scores of experts, the highest and their weights
    HOP = 14  # to the next stage's chips
    # Of some families
    BIAS = 15  # target += the tensor, the same for every row
    HEAD_NORM = 16  # queries and keys in target become their norms, times a gain for each
    GELU_GATE = 17  # target = gelu(first half of source) * second half
    CAP = 18  # target is held between -cap and cap
    # Of experts; CHOOSE, computed for words too, leaves the softmax of scores, where not chosen 0
    SHARE = 19  # each row of target is divided by its sum
    CLEAR = 20  # target = 0
    ASK = 21  # of source, weights of experts: the rows whose weight of one expert is not 0
    TAKE = 22  # target = those rows of source; operations before GIVE see these alone
    GIVE = 23  # those rows of target += their weights times source; all rows are seen again
    COLUMNS = 24  # target *= the tensor, the same for every row


class Buffer(IntEnum):
    """Where an activation stands, one float32 row a position."""

    RESIDUAL = 0
    NORMED = 1
    HEADS = 2  # queries, keys, values side by side
    MIXED = 3
    BRANCH = 4
    GATES = 5  # gates and ups side by side
    GATED = 6
    LAST = 7
    LOGITS = 8
    ROUTES = 9  # of every expert: its score, then its weight
    TAKEN = 10  # the rows that ask one expert
    PART = 11  # what it answers


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the table. `width` is the target's, `source_width` the source's.

    `number`: of the newest positions that attention sees, 0: all; of experts that are chosen; the
    expert that is asked. `scale`: of embedded rows, or of
    scores. `cap`: of scores, or of a target; 0: none. `is_fine`: a matrix's rows have two digits.
    """

    kind: Kind
    source: Buffer
    target: Buffer
    width: int
    source_width: int
    tensor: str = ""
    layer: int = 0
    number: int = 0
    scale: float = 1.0
    cap: float = 0.0
    is_fine: bool = False


def operations(architecture: Architecture) -> tuple[Operation, ...]:
    """All operations of one step, in order: from token ids to the wanted rows' logits."""
    a = architecture
    residual, logits = Buffer.RESIDUAL, Buffer.LOGITS
    scale = a.width**0.5 if a.embedding_scale else 1.0
    table = [
        Operation(Kind.EMBED, residual, residual, a.width, a.width, "embedding", scale=scale),
        Operation(Kind.COLUMNS, residual, residual, a.width, a.width, "embedding_columns"),
    ]
    for layer in range(a.layers):
        table += _attention(a, layer)
        table += _feed_forward(a, layer)
    table += [
        Operation(Kind.SELECT, residual, Buffer.LAST, a.width, a.width),
        Operation(Kind.NORM, Buffer.LAST, Buffer.NORMED, a.width, a.width, "norm"),
        Operation(Kind.MATRIX, Buffer.NORMED, logits, a.vocabulary, a.width, head_tensor(a)),
    ]
    if a.logit_cap is not None:
        table.append(
            Operation(Kind.CAP, logits, logits, a.vocabulary, a.vocabulary, cap=a.logit_cap)
        )
    return tuple(table)


def head_tensor(architecture: Architecture) -> str:
    """The tensor of the logits: the embedding's own where they are tied."""
    return "embedding" if architecture.tied else "head"


def _attention(a: Architecture, layer: int) -> Iterator[Operation]:
    mixed = a.heads * a.head_dim
    heads = (a.heads + 2 * a.kv_heads) * a.head_dim
    residual, branch, gain = Buffer.RESIDUAL, Buffer.BRANCH, f"{layer}.heads_gain"
    yield Operation(Kind.NORM, residual, Buffer.NORMED, a.width, a.width, gain, layer)
    yield Operation(
        Kind.MATRIX, Buffer.NORMED, Buffer.HEADS, heads, a.width, f"{layer}.heads", layer
    )
    for kind, name, there in (
        (Kind.BIAS, "biases", a.biases),
        (Kind.HEAD_NORM, "head_norms", a.head_norms),
    ):
        if there:
            tensor = f"{layer}.{name}"
            yield Operation(kind, Buffer.HEADS, Buffer.HEADS, heads, heads, tensor, layer)
    yield Operation(Kind.ROTARY, Buffer.HEADS, Buffer.HEADS, heads, heads, layer=layer)
    yield Operation(
        Kind.ATTENTION,
        Buffer.HEADS,
        Buffer.MIXED,
        mixed,
        heads,
        layer=layer,
        number=a.sliding_window or 0 if layer in a.sliding_layers else 0,
        scale=a.score_factor,
        cap=a.score_cap or 0.0,
    )
    yield Operation(Kind.MATRIX, Buffer.MIXED, branch, a.width, mixed, f"{layer}.output", layer)
    if a.branch_norms:
        tensor = f"{layer}.attention_norm"
        yield Operation(Kind.NORM, branch, branch, a.width, a.width, tensor, layer)
    yield Operation(Kind.ADD, branch, residual, a.width, a.width, layer=layer)


def _feed_forward(a: Architecture, layer: int) -> Iterator[Operation]:
    residual, branch, gain = Buffer.RESIDUAL, Buffer.BRANCH, f"{layer}.gates_gain"
    yield Operation(Kind.NORM, residual, Buffer.NORMED, a.width, a.width, gain, layer)
    if a.experts:
        yield from _experts(a, layer)
    else:
        yield from _gated(a, layer, f"{layer}", Buffer.NORMED, branch)
    if a.branch_norms:
        tensor = f"{layer}.feed_forward_norm"
        yield Operation(Kind.NORM, branch, branch, a.width, a.width, tensor, layer)
    yield Operation(Kind.ADD, branch, residual, a.width, a.width, layer=layer)


def _experts(a: Architecture, layer: int) -> Iterator[Operation]:
    """The router's choice, then every expert in turn, with the rows that ask it."""
    routes, normed, branch = Buffer.ROUTES, Buffer.NORMED, Buffer.BRANCH
    count, width = a.experts, a.width
    yield Operation(Kind.MATRIX, normed, routes, count, width, f"{layer}.router", layer)
    yield Operation(Kind.CHOOSE, routes, routes, count, count, layer=layer, number=a.active_experts)
    if a.normalized_experts:
        yield Operation(Kind.SHARE, routes, routes, count, count, layer=layer)
    yield Operation(Kind.CLEAR, branch, branch, width, width, layer=layer)
    for expert in range(count):
        yield Operation(Kind.ASK, routes, routes, count, count, layer=layer, number=expert)
        yield Operation(Kind.TAKE, normed, Buffer.TAKEN, width, width, layer=layer)
        yield from _gated(a, layer, f"{layer}.{expert}", Buffer.TAKEN, Buffer.PART)
        yield Operation(Kind.GIVE, Buffer.PART, branch, width, width, layer=layer)


def _gated(
    a: Architecture, layer: int, name: str, source: Buffer, target: Buffer
) -> Iterator[Operation]:
    """One feed-forward, dense or an expert's."""
    ff, gates, gated = a.feed_forward, Buffer.GATES, Buffer.GATED
    gate = Kind.GELU_GATE if a.activation == GELU else Kind.GATE
    yield Operation(Kind.MATRIX, source, gates, 2 * ff, a.width, f"{name}.gates", layer)
    yield Operation(gate, gates, gated, ff, 2 * ff, layer=layer)
    down = f"{name}.down"
    yield Operation(Kind.MATRIX, gated, target, a.width, ff, down, layer, is_fine=True)


def encoder_operations(layers: int, width: int, feed_forward: int) -> tuple[Operation, ...]:
    """All operations of an encoder, from its embedded rows to its last layer's output."""
    table: list[Operation] = []
    for layer in range(layers):
        table += _encoder_layer(layer, width, feed_forward)
    return tuple(table)


def _encoder_layer(layer: int, width: int, ff: int) -> Iterator[Operation]:
    """Every matrix has a bias; the norms come after the sums."""
    residual, branch, heads = Buffer.RESIDUAL, Buffer.BRANCH, Buffer.HEADS

    def matrix(source: Buffer, target: Buffer, rows: int, columns: int, name: str) -> Operation:
        return Operation(Kind.MATRIX, source, target, rows, columns, f"{layer}.{name}", layer)

    yield matrix(residual, heads, 3 * width, width, "heads")
    yield Operation(Kind.ATTENTION, heads, Buffer.MIXED, width, 3 * width, layer=layer)
    yield matrix(Buffer.MIXED, branch, width, width, "output")
    yield Operation(Kind.ADD, branch, residual, width, width, layer=layer)
    norm, last = f"{layer}.norm", f"{layer}.last_norm"
    yield Operation(Kind.LAYER_NORM, residual, residual, width, width, norm, layer)
    yield matrix(residual, Buffer.GATES, ff, width, "up")
    yield Operation(Kind.GELU, Buffer.GATES, Buffer.GATED, ff, ff, layer=layer)
    yield matrix(Buffer.GATED, branch, width, ff, "down")
    yield Operation(Kind.ADD, branch, residual, width, width, layer=layer)
    yield Operation(Kind.LAYER_NORM, residual, residual, width, width, last, layer)
