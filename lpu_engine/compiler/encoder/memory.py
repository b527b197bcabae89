"""Where an encoder stands on one chip: slices and addresses of weights, constants and activations.

Of a hemisphere's 44 slices the 16 inner ones park 32-bit words, and rows in turn ("striped"), so
that eight of them can be fetched in one cycle; 8 more park planes' operands; 20 hold the weights,
one byte each, and the last four of these the rest of the operands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lpu_engine.compiler.flows import At, Nest, Parcel, Read, Steps
from lpu_engine.compiler.placement import DoesNotFit, Word
from lpu_engine.hardware.lpu import (
    BANKS,
    HALF_LANES,
    HALF_STREAMS,
    INSTALL_CYCLES,
    INSTALL_STREAMS,
    SLICE_VECTORS,
    SLICES,
    WORD,
    Side,
    plane_side,
    slice_unit,
)

TOGETHER = INSTALL_STREAMS // HALF_STREAMS  # rows of 16-bit floats that come in a cycle
OPERANDS = INSTALL_STREAMS  # first slice of the planes' operands
WEIGHTS = OPERANDS + 2 * WORD
GROUPS = (SLICES - WEIGHTS) // WORD  # of four slices that give a tile
KEPT_ROWS = 432  # addresses of these slices that tiles leave to words
GROUP_TILES = (SLICE_VECTORS - KEPT_ROWS) // INSTALL_CYCLES
STRIDE = BANKS  # addresses of a tile's columns: it stays in one bank, others may use the other
TILE_STRIPES = STRIDE * INSTALL_CYCLES
ROTATION = 3  # pairs of slices of a plane's operands
EAST = tuple(Word(Side.EAST, WORD * i) for i in range(INSTALL_STREAMS // WORD))
WEST = tuple(Word(Side.WEST, WORD * i) for i in range(INSTALL_STREAMS // WORD))
OUTER = {
    side: tuple(Word(side, WEIGHTS + WORD * group) for group in range(GROUPS - 1)) for side in Side
}


@dataclass(frozen=True, slots=True)
class Encoder:
    """The shape of an encoder; its rows are all positions of one sequence."""

    name: str
    layers: int
    width: int
    heads: int
    feed_forward: int
    sequence: int

    @property
    def head_dim(self) -> int:
        """Elements of a head."""
        return self.width // self.heads

    @property
    def rows(self) -> int:
        """Of a half of the sequence: the halves take turns."""
        return self.sequence // 2

    @property
    def vectors(self) -> int:
        """Vectors of 16-bit floats that hold a row."""
        return -(-self.width // HALF_LANES)

    @property
    def wide_vectors(self) -> int:
        """The same between the two matrices of the feed-forward."""
        return -(-self.feed_forward // HALF_LANES)

    @property
    def pairs(self) -> int:
        """Vectors of two heads each, as they are mixed."""
        return self.heads // 2

    def spans(self, vector: int) -> list[int]:
        """Heads with elements in a vector."""
        low, high = vector * HALF_LANES, min((vector + 1) * HALF_LANES, self.width)
        return list(range(low // self.head_dim, -(-high // self.head_dim)))


BERT_BASE = Encoder("BERT-base", 12, 768, 12, 3_072, 128)


def by_row(rows: int) -> Nest:
    """Row after row, eight in the inner loop."""
    return Nest((1, rows // TOGETHER, TOGETHER), (0, TOGETHER, 1))


EACH: Steps = (0, TOGETHER, 1)  # one address on from row to row


@dataclass(slots=True)
class Rows32:
    """A vector of each row of a half, in 32 bits."""

    word: Word
    base: int
    parcel: Parcel | None = None

    @property
    def parcels(self) -> list[Parcel]:
        """What must be parked first."""
        return [] if self.parcel is None else [self.parcel]

    def read(self, *, still: bool = False) -> Read:
        """A fetch row by row; `still`: one vector for all rows."""
        at = At(self.base, (0, 0, 0) if still else EACH)
        return Read(self.word.units(), at, self.parcel)


@dataclass(slots=True)
class Rows16:
    """A vector of each row of a half, in 16 bits, with a copy for each of some planes."""

    pair: int
    base: int
    parcel: Parcel | None = None

    @property
    def parcels(self) -> list[Parcel]:
        """What must be parked first."""
        return [] if self.parcel is None else [self.parcel]

    def read(self, plane: int) -> Read:
        """A fetch of a plane's own copy."""
        return Read(operand_slices(plane, self.pair), At(self.base, EACH), self.parcel)


@dataclass(slots=True)
class Bank:
    """A tile of 160 x 160 weights, a byte each, parked by the host."""

    side: Side
    index: int

    @property
    def parcels(self) -> list[Parcel]:
        """Nothing is waited for."""
        return []

    @property
    def place(self) -> tuple[int, int]:
        """First slice, from inside, and address."""
        group, number = divmod(self.index, GROUP_TILES)
        return WEIGHTS + WORD * group, number * INSTALL_CYCLES

    def read(self, plane: int) -> Read:
        """A fetch by a plane of its hemisphere."""
        first, address = self.place
        assert plane_side(plane) == self.side
        units = tuple(slice_unit(self.side, first + i) for i in range(WORD))
        return Read(units, At(address, (0, 0, 1)), is_wide=True)


@dataclass(slots=True)
class Striped:
    """A tile whose columns are parked rows: eight of them stand at an address, in turn."""

    sides: tuple[Side, ...]  # where it stands, at the same address
    base: int
    rotation: int
    parcels: list[Parcel]
    by_host: int  # bits of the addresses that hold zeros or ones from the host

    def read(self, plane: int) -> Read:
        """A fetch, eight columns a cycle."""
        last = max(parcel.last for parcel in self.parcels) if self.parcels else 0
        merged = Parcel(self.parcels[0].number, last, last, 1) if self.parcels else None
        by_host = self.by_host if self.parcels else 0
        own = plane_side(plane)
        side = own if own in self.sides else self.sides[0]
        units = striped_slices(side, self.rotation)
        at = At(self.base, (0, 0, STRIDE))
        return Read(units, at, merged, is_whole=True, by_host=by_host)


def striped_slices(side: Side, rotation: int) -> tuple[int, ...]:
    """Slices of eight rows in turn, the first of them `rotation` pairs out."""
    firsts = [HALF_STREAMS * ((i + rotation) % TOGETHER) for i in range(TOGETHER)]
    return tuple(slice_unit(side, first + byte) for first in firsts for byte in range(HALF_STREAMS))


def operand_slices(plane: int, pair: int) -> tuple[int, ...]:
    """The pair of slices of a plane's operands."""
    local = HALF_STREAMS * (plane % 2)
    first = SLICES - WORD + local if pair == ROTATION - 1 else OPERANDS + WORD * pair + local
    return tuple(slice_unit(plane_side(plane), first + byte) for byte in range(HALF_STREAMS))


class Shelf:
    """Hands out addresses of the words and stripes of one hemisphere, and its tiles."""

    def __init__(self) -> None:
        self._free = dict.fromkeys((*EAST, *WEST), 0)
        for words in OUTER.values():
            self._free |= dict.fromkeys(words, GROUP_TILES * INSTALL_CYCLES)
        self.tiles, self._last = dict.fromkeys(Side, 0), dict.fromkeys(Side, 0)

    def word(self, word: Word, count: int) -> int:
        """Addresses of a word."""
        base = self._free[word]
        self._free[word] = _within(base + count)
        return base

    def stripes(self, sides: Sequence[Side], count: int) -> int:
        """The same addresses of all words of one or both sides."""
        words = [word for side in sides for word in (EAST if side == Side.EAST else WEST)]
        base = max(self._free[word] for word in words)
        for word in words:
            self._free[word] = _within(base + count)
        return base

    def tile(self, side: Side, *, is_last: bool = False) -> Bank:
        """Room for one tile of weights, in the last four slices or where there still is some."""
        beyond, full = self._last[side], (GROUPS - 1) * GROUP_TILES
        index = self.tiles[side] - beyond
        if is_last or index == full:
            index = full + beyond
            self._last[side] += 1
        self.tiles[side] += 1
        return Bank(side, index)

    def last_group(self, side: Side) -> int:
        """Addresses of the last four slices that tiles take."""
        return _within(self._last[side] * INSTALL_CYCLES)


def _within(addresses: int) -> int:
    if addresses > SLICE_VECTORS:
        raise DoesNotFit("The encoder needs more SRAM than a chip has: choose a smaller one.")
    return addresses
