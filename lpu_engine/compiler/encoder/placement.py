"""Every address of an encoder's program: tiles, constants, activations."""

from collections.abc import Sequence
from dataclasses import dataclass

from lpu_engine.compiler.encoder.memory import (
    EAST,
    OUTER,
    ROTATION,
    TOGETHER,
    WEST,
    Bank,
    Encoder,
    Shelf,
)
from lpu_engine.compiler.placement import DoesNotFit, Word
from lpu_engine.hardware.lpu import (
    INSTALL_CYCLES,
    PLANES,
    SLICE_VECTORS,
    SLICES,
    WORD,
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
    narrow: int  # rows, weights of values, mixed heads
    sums: int


@dataclass(frozen=True, slots=True)
class EncoderPlacement:
    """Where everything stands; words are for 32 bits."""

    layers: tuple[Layer, ...]
    ones: dict[Side, Bank]
    values: dict[Side, Values]
    slots: tuple[Slots, ...]  # by pair
    rows_striped: int  # west alone
    keys_striped: int
    values_striped: int
    constants: dict[Word, int]
    residual: tuple[int, int]  # by half: in a word that its vector picks
    normed: tuple[int, int]
    sums: tuple[int, int]
    outer: tuple[tuple[Word, ...], ...]  # by layer: words beside weights that are not in use
    moments: tuple[int, ...]  # of these words: means by half, factors by half
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
    layers = tuple(_layer(shape, shelf) for _ in range(shape.layers))
    ones = {side: shelf.tile(side) for side in Side}
    beside = tuple(_outer(layers[n : n + 2]) for n in range(shape.layers))
    slots = _slots(shape)
    values, outer = {}, 0
    for side, pairs in value_pairs(shape).items():
        rows = pairs * shape.head_dim * shape.vectors
        first = shelf.last_group(side)
        values[side] = _values(
            shape, pairs, rows, first, SLICE_VECTORS - slots[-1].sums - shape.rows - first
        )
        outer = max([outer, *(base + rows for base in values[side].bases)])
    last = slots[-1]
    key_tiles = sum(len(shape.spans(v)) for v in range(shape.vectors))
    moved = Slots(last.wide + outer, last.narrow + outer, last.sums + outer)
    return EncoderPlacement(
        layers,
        ones,
        values,
        (*slots[:-1], moved),
        rows_striped=shelf.stripes((Side.WEST,), INSTALL_CYCLES * shape.vectors),
        keys_striped=shelf.stripes(tuple(Side), INSTALL_CYCLES * key_tiles),
        values_striped=shelf.stripes(tuple(Side), INSTALL_CYCLES * shape.heads),
        residual=_everywhere(shelf, shape),
        normed=_everywhere(shelf, shape),
        sums=_everywhere(shelf, shape),
        outer=beside,
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


def _layer(shape: Encoder, shelf: Shelf) -> Layer:
    narrow, wide = shape.vectors, shape.wide_vectors
    return Layer(
        _tiles(shelf, 2 * narrow, narrow, is_dealt=False),
        _tiles(shelf, narrow, shape.pairs),
        _tiles(shelf, wide, narrow),
        _tiles(shelf, narrow, wide),
    )


def _tiles(shelf: Shelf, outputs: int, inputs: int, *, is_dealt: bool = True) -> Tiles:
    planes = outputs_by_plane(outputs) if is_dealt else [o % PLANES for o in range(outputs)]
    out: Tiles = {}
    for output, plane in enumerate(planes):
        for i in range(inputs):
            side = plane_side(dealt_plane(i, 0) if plane is None else plane)
            out[output, i] = shelf.tile(side)
    return out


def _slots(shape: Encoder) -> tuple[Slots, ...]:
    rows = shape.rows
    wide = rows * max(shape.wide_vectors, 2 * shape.vectors)
    narrow = rows * max(shape.pairs, shape.vectors, 4 * -(-shape.pairs // PLANES))
    return tuple(Slots(0, wide, wide + narrow) for _ in range(ROTATION))


def _values(shape: Encoder, pairs: int, rows: int, first: int, room: int) -> Values:
    each = -(-shape.layers // WORD)
    if each * rows > room:
        raise DoesNotFit(f"{shape.name} needs more SRAM than a chip has: choose a smaller one.")
    slices = tuple(SLICES - WORD + layer // each for layer in range(shape.layers))
    bases = tuple(first + rows * (layer % each) for layer in range(shape.layers))
    return Values(slices, bases, pairs)


def _outer(layers: Sequence[Layer]) -> tuple[Word, ...]:
    """Two words of each hemisphere, east first, whose slices give none of these layers' weights."""
    out = []
    for side in Side:
        busy = {
            bank.place[0]
            for layer in layers
            for tiles in (layer.keys_queries, layer.output, layer.up, layer.down)
            for bank in tiles.values()
            if bank.side == side
        }
        out += [word for word in OUTER[side] if word.first not in busy][:2]
    return tuple(out)


def _moments(shelf: Shelf, shape: Encoder) -> tuple[int, ...]:
    words = [word for words in OUTER.values() for word in words]
    bases = [shelf.word(word, 4 * shape.rows) for word in words]
    return tuple(bases[0] + i * shape.rows for i in range(4))


def _everywhere(shelf: Shelf, shape: Encoder) -> tuple[int, int]:
    """By half: the same addresses of every word, two vectors each."""
    bases = []
    for _ in range(2):
        base = max(shelf.word(word, 0) for word in (*EAST, *WEST))
        for word in (*EAST, *WEST):
            shelf.word(word, base - shelf.word(word, 0) + 2 * shape.rows)
        bases.append(base)
    return bases[0], bases[1]
