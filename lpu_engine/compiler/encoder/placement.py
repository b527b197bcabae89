"""Every address of an encoder's program: tiles, constants, activations."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lpu_engine.compiler.encoder.memory import (
    EAST,
    OPERANDS,
    OUTER,
    ROTATION,
    TILE_STRIPES,
    TOGETHER,
    WEIGHTS,
    WEST,
    Bank,
    Encoder,
    Shelf,
)
from lpu_engine.compiler.placement import DoesNotFit, Word
from lpu_engine.hardware.lpu import (
    PLANES,
    SLICE_VECTORS,
    Side,
    plane_side,
)

Tiles = dict[tuple[int, int], Bank]  # by output and input


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer's weights."""

    keys_queries: Tiles
    output: Tiles
    up: Tiles
    down: Tiles


@dataclass(frozen=True, slots=True)
class Values:
    """The rows that make values, parked for one hemisphere: two rows at an address."""

    slices: tuple[int, ...]  # from inside, by layer
    bases: tuple[int, ...]
    pairs: int  # of heads


@dataclass(frozen=True, slots=True)
class Slots:
    """Addresses of a pair of slices of operands; each is taken by one operand after the other."""

    wide: int  # queries, or the middle of the feed-forward
    narrow: int  # weights of values, mixed heads
    rows: int  # what a layer gets
    middle: int  # the same behind its attention
    sums: int
    one: int  # a row that is one in its first lane, from the host


@dataclass(frozen=True, slots=True)
class EncoderPlacement:
    """Where everything stands; words are for 32 bits."""

    layers: tuple[Layer, ...]
    ones: dict[Side, Bank]
    values: dict[Side, Values]
    slots: tuple[Slots, ...]  # by pair
    rows_striped: int  # west alone
    factors_striped: int
    keys_striped: int
    values_striped: int
    constants: dict[Word, int]
    residual: tuple[int, int]  # by half: in a word that its vector picks
    normed: tuple[int, int]
    sums: tuple[int, int]
    outer: tuple[tuple[Word, ...], ...]  # by layer: words beside weights that are not in use
    moments: tuple[int, ...]  # of these words: means by half, factors by half, factors on lanes
    tiles: dict[Side, int]


def outputs_by_plane(outputs: int) -> list[int | None]:
    """The plane of each output of a matrix; None: its inputs are dealt to all planes."""
    planes: list[int | None] = [output % PLANES for output in range(outputs)]
    if outputs > PLANES and outputs % PLANES == 1:
        planes[-1] = None
    return planes


def dealt_plane(input_: int, half: int) -> int:
    """The plane of an input of an output that is dealt; both halves use one hemisphere."""
    side, turn = input_ % 2, (input_ // 2 + half) % 2
    return 2 * side + turn


def place_encoder(shape: Encoder) -> EncoderPlacement:
    """Addresses for an encoder. Raises DoesNotFit."""
    _check(shape)
    shelf = Shelf()
    layers = tuple(_layer(shape, shelf, number) for number in range(shape.layers))
    ones = {side: shelf.tile(side) for side in Side}
    slots = [_slots_from(shape, base) for base in (0, 0, max(map(shelf.last_group, Side)))]
    if slots[-1].one >= SLICE_VECTORS:
        raise DoesNotFit(f"{shape.name} needs more SRAM than a chip has: choose a smaller one.")
    key_tiles = sum(len(shape.spans(v)) for v in range(shape.vectors))
    return EncoderPlacement(
        layers,
        ones,
        _values(shape, slots[0].one + 1),
        tuple(slots),
        rows_striped=shelf.stripes((Side.WEST,), TILE_STRIPES * shape.vectors) + 1,
        factors_striped=shelf.stripes((Side.WEST,), TILE_STRIPES) + 1,
        keys_striped=shelf.stripes(tuple(Side), TILE_STRIPES * key_tiles),
        values_striped=shelf.stripes(tuple(Side), TILE_STRIPES * shape.heads) + 1,
        residual=_everywhere(shelf, shape),
        normed=_everywhere(shelf, shape),
        sums=_everywhere(shelf, shape),
        outer=_outer(layers),
        moments=_moments(shelf, shape),
        constants={word: shelf.word(word, 0) for words in OUTER.values() for word in words},
        tiles=shelf.tiles,
    )


def value_pairs(shape: Encoder) -> dict[Side, int]:
    """Pairs of heads whose values each hemisphere makes, so that all planes are as busy."""
    dealt = [0, 0]
    for output in range(2 * shape.vectors):
        dealt[plane_side(output % PLANES)] += 1
    west, east = dealt[Side.WEST] / 2 * shape.sequence, dealt[Side.EAST] / 2 * shape.sequence
    each = shape.head_dim
    best = min(
        range(shape.pairs + 1), key=lambda n: max(west + n * each, east + (shape.pairs - n) * each)
    )
    return {Side.WEST: best, Side.EAST: shape.pairs - best}


def _check(shape: Encoder) -> None:
    if shape.head_dim != 64 or shape.heads % 2:
        raise DoesNotFit(f"{shape.name}: its heads must be of 64 and come in pairs.")
    if shape.sequence % (2 * TOGETHER) or shape.sequence > 128:
        raise DoesNotFit(f"{shape.name}: a sequence must be a multiple of 16, and 128 at most.")
    if shape.vectors > len(EAST) + 1:
        raise DoesNotFit(f"{shape.name}: width {shape.width} is more than 800.")


def _layer(shape: Encoder, shelf: Shelf, number: int) -> Layer:
    """A layer whose rows are in the first two pairs of slices leaves the last slices to `up`."""
    narrow, wide = shape.vectors, shape.wide_vectors
    is_last = number % ROTATION == 0
    return Layer(
        _tiles(shelf, 2 * narrow, narrow, is_dealt=False),
        _tiles(shelf, narrow, shape.pairs),
        _tiles(shelf, wide, narrow, is_last=is_last),
        _tiles(shelf, narrow, wide),
    )


def _tiles(
    shelf: Shelf, outputs: int, inputs: int, *, is_dealt: bool = True, is_last: bool = False
) -> Tiles:
    planes = outputs_by_plane(outputs) if is_dealt else [o % PLANES for o in range(outputs)]
    out: Tiles = {}
    for output, plane in enumerate(planes):
        for i in range(inputs):
            side = plane_side(dealt_plane(i, 0) if plane is None else plane)
            out[output, i] = shelf.tile(side, is_last=is_last)
    return out


def _slots_from(shape: Encoder, base: int) -> Slots:
    each = shape.rows
    narrow = base + each * max(shape.wide_vectors, 2 * shape.vectors)
    rows = narrow + each * max(shape.pairs, 4 * -(-shape.pairs // PLANES))
    middle = rows + each * shape.vectors
    sums = middle + each * shape.vectors
    return Slots(base, narrow, rows, middle, sums, sums + each)


def _values(shape: Encoder, first: int) -> dict[Side, Values]:
    """Behind the operands of planes that both take values then, and so fetch no operands there."""
    out, count = {}, WEIGHTS - OPERANDS
    for side, pairs in value_pairs(shape).items():
        rows = pairs * shape.head_dim * shape.vectors
        slices = tuple(OPERANDS + layer % count for layer in range(shape.layers))
        bases = tuple(first + rows * (layer // count) for layer in range(shape.layers))
        if bases[-1] + rows > SLICE_VECTORS:
            raise DoesNotFit(f"{shape.name} needs more SRAM than a chip has: choose a smaller one.")
        out[side] = Values(slices, bases, pairs)
    return out


def _outer(layers: Sequence[Layer]) -> tuple[tuple[Word, ...], ...]:
    """By layer: two words of each hemisphere whose slices give no weights then or next."""
    used = Counter[Word]()
    out = []
    for number in range(len(layers)):
        chosen: list[Word] = []
        for side in Side:
            pair = layers[number : number + 2]
            busy = {first for layer in pair for first in _groups(layer, side)}
            free = [word for word in OUTER[side] if word.first not in busy]
            chosen += sorted(free, key=used.__getitem__)[:2]
        used.update(chosen)
        out.append(tuple(chosen))
    return tuple(out)


def _groups(layer: Layer, side: Side) -> set[int]:
    """First slices of the groups with a layer's weights."""
    matrices = (layer.keys_queries, layer.output, layer.up, layer.down)
    banks = (bank for tiles in matrices for bank in tiles.values())
    return {bank.place[0] for bank in banks if bank.side == side}


def _moments(shelf: Shelf, shape: Encoder) -> tuple[int, ...]:
    words = [word for words in OUTER.values() for word in words]
    bases = [shelf.word(word, 4 * shape.rows + 1) for word in words]
    return tuple(bases[0] + i * shape.rows for i in range(5))


def _everywhere(shelf: Shelf, shape: Encoder) -> tuple[int, int]:
    """By half: the same addresses of every word, two vectors each."""
    bases = []
    for _ in range(2):
        base = max(shelf.word(word, 0) for word in (*EAST, *WEST))
        for word in (*EAST, *WEST):
            shelf.word(word, base - shelf.word(word, 0) + 2 * shape.rows)
        bases.append(base)
    return bases[0], bases[1]
