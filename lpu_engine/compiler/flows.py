"""A flow: memory → units → memory, an expression whose leaves are parked vectors.

Flows say what follows what; schedule.py decides when, on which units and on which streams.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from lpu_engine.hardware.lpu import (
    ALU_CYCLES,
    CHAIN,
    EAST_MATRIX,
    FIRST_PASS,
    PLACES,
    VECTOR,
    WORD,
    Opcode,
    Side,
    latency,
    switch_unit,
)

Steps = tuple[int, int, int]
STILL: Steps = (0, 0, 0)


class Nest(NamedTuple):
    """Three nested loops, outermost first: how often, and how many cycles apart."""

    counts: Steps
    intervals: Steps

    @property
    def span(self) -> int:
        """Cycles from the first start to the last, both counted."""
        (a, b, c), (x, y, z) = self
        return 1 + (a - 1) * x + (b - 1) * y + (c - 1) * z

    def chained(self, length: int) -> "Nest":
        """The same with `length` starts in the middle loop, one adder's time apart."""
        (outer, _, inner), (outer_interval, _, inner_interval) = self
        return Nest((outer, length, inner), (outer_interval, ALU_CYCLES, inner_interval))


def burst(count: int, interval: int = 1) -> Nest:
    """`count` starts in a row."""
    return Nest((1, 1, count), (0, 0, interval))


def grid(rows: int, columns: int, interval: int = 1) -> Nest:
    """`rows` times `columns` starts in a row."""
    return Nest((rows, 1, columns), (columns * interval, 0, interval))


def chains(count: int, length: int) -> tuple[tuple[int, Nest], ...]:
    """Sums of `length` terms for `count` rows, four at once: (first row, nest without middle)."""
    groups, rest = divmod(count, CHAIN)
    period = CHAIN * length
    nests = []
    if groups:
        nests.append((0, Nest((groups, 1, CHAIN), (period, 0, 1))))
    if rest:
        nests.append((groups * CHAIN, Nest((1, 1, rest), (period, 0, 1))))
    return tuple(nests)


@dataclass(frozen=True, slots=True)
class At:
    """An address: a base, what each loop adds, and what layer, tile, rows and position add.

    `by_expert`: what the chosen expert's number adds. `by_chip`: how far the shares of the chips of
    a group are apart; the base is that of chip 0, and the others count on from their own share.
    """

    base: int
    steps: Steps = STILL
    by_layer: int = 0
    by_tile: int = 0
    by_rows: int = 0
    by_position: int = 0
    by_expert: int = 0
    by_chip: int = 0


@dataclass(slots=True)
class Parcel:
    """Values that flows of one block park and others fetch; `first` and `last` are when."""

    number: int
    first: int = 0
    last: int = 0
    stores: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A parked vector: four slices for 32 bits, one for bytes. No parcel: from before the block."""

    units: tuple[int, ...]
    at: At
    parcel: Parcel | None = None
    is_cache: bool = False
    is_whole: bool = False  # fetched out of the order in which it is parked
    renewed: Parcel | None = None  # fetched, changed and parked again, turn by turn
    is_wide: bool = False  # bytes that leave each slice as 2 x 160 floats of 16 bits
    by_host: int = 0  # bits of the starts that find what the host left

    @property
    def place(self) -> int:
        """Where the first slice stands."""
        return PLACES[self.units[0]]


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """An ALU's result, lane by lane; a float stands for a constant vector."""

    opcode: Opcode
    a: "Flow | float"
    b: "Flow | float | None" = None
    place: int = field(default=VECTOR, init=False)


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """x[0] op x[1] op ... along the middle loop, from left to right; `start` comes before x[0]."""

    opcode: Opcode
    x: "Flow"
    length: int
    start: "Flow | None" = None
    place: int = field(default=VECTOR, init=False)


@dataclass(frozen=True, slots=True, eq=False)
class Switch:
    """Lanes moved: PERMUTE by a map, INSERT one lane of b into a."""

    opcode: Opcode
    side: Side
    a: "Flow"
    lane: int
    lane_steps: Steps = STILL
    b: "Flow | None" = None
    at: At = At(0)  # of INSERT: the lane of the result that becomes b's

    @property
    def unit(self) -> int:
        """Its queue."""
        return switch_unit(self.side, self.opcode)

    @property
    def place(self) -> int:
        """Where the unit stands."""
        return PLACES[self.unit]


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """Rows of bytes through a plane; `bound` is the cycle from which its weights are there.

    Its sums stand in rows of the accumulators from `first_sum` on.
    """

    plane: int
    x: Read
    flags: int
    bound: int
    first_sum: int = 0

    @property
    def place(self) -> int:
        """Where the plane stands."""
        return PLACES[FIRST_PASS + self.plane]


@dataclass(frozen=True, slots=True, eq=False)
class HalfPass:
    """Rows of 16-bit floats through a plane: of a wide row the first or the second 160 values."""

    plane: int
    x: Read
    flags: int
    bound: int
    sums: Steps  # from one row of the accumulators to the next
    first_sum: int = 0
    offset: int = 0  # streams of x before the ones that are taken

    @property
    def place(self) -> int:
        """Where the plane stands."""
        return PLACES[FIRST_PASS + self.plane]


@dataclass(frozen=True, slots=True, eq=False)
class PairPass:
    """Rows of 16-bit floats through two planes in tandem, of which `plane` is the first."""

    plane: int
    x: Read
    flags: int
    sums: Steps  # from one row of the accumulators to the next
    first_sum: int = 0

    @property
    def place(self) -> int:
        """Where the planes stand."""
        return PLACES[FIRST_PASS + self.plane]


@dataclass(frozen=True, slots=True, eq=False)
class Receive:
    """16-bit vectors that come in on a link, from cycle `bound` on."""

    link: int
    bound: int
    place: int = field(default=EAST_MATRIX, init=False)


Flow = Read | Vector | Chain | Switch | Pass | HalfPass | PairPass | Receive


def delayed(x: Flow, opcodes: Iterable[Opcode]) -> Flow:
    """x again, as much later as a chain of other instructions takes."""
    for _ in range(sum(map(latency, opcodes)) // latency(Opcode.COPY)):
        x = Vector(Opcode.COPY, x)
    return x


@dataclass(frozen=True, slots=True, eq=False)
class Send:
    """A flow's end: the 16-bit vector leaves the chip, on one link or on several."""

    links: tuple[int, ...]
    x: Flow


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """A flow's end: the vector is parked in four slices, or in one for bytes."""

    units: tuple[int, ...]
    at: At
    x: Flow
    parcel: Parcel
    is_cache: bool = False
    width: int = WORD  # slices of one vector; more units: copies, or where rows alternate
    is_striped: bool = False  # each start of the inner loop goes to slices of its own
    is_scattered: bool = False  # the position says which slice, and which of 20 addresses
    delay: int = 0  # cycles after the first result of the flow
