"""An encoder's matrices, GELU and layer norms as jobs for the planes and flows between them.

The sequence goes in two halves, so that one half's norms hide behind the other's matrices.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from lpu_engine.compiler.encoder.gaps import GapSchedule
from lpu_engine.compiler.encoder.jobs import Job, Passes, Planner
from lpu_engine.compiler.encoder.memory import (
    EACH,
    EAST,
    ROTATION,
    Encoder,
    Rows16,
    Rows32,
    by_row,
    operand_slices,
    striped_slices,
)
from lpu_engine.compiler.encoder.placement import (
    EncoderPlacement,
    Slots,
    Tiles,
    dealt_plane,
    outputs_by_plane,
)
from lpu_engine.compiler.flows import At, Flow, Parcel, Read, Store, Vector, delayed
from lpu_engine.compiler.placement import Word
from lpu_engine.hardware.lpu import (
    HALF_STREAMS,
    PLANES,
    Opcode,
    Side,
    plane_side,
)

SIGMOID_SLOPE = 1.702  # GELU as x times the sigmoid of this much of x
LAYER_OPERATIONS = 10
Half = list[Rows16]
Region = Callable[[Slots], int]
WIDE, NARROW, ROWS, MIDDLE = map(attrgetter, ("wide", "narrow", "rows", "middle"))


@dataclass(frozen=True, slots=True)
class Summed:
    """A half of the rows before their norm, for planes and in 32 bits, and what norms them."""

    operands: Half
    rows: list[Rows32]
    mean: Rows32
    factor: Rows32  # one over the deviation

    def normed(self, v: int) -> Flow:
        """Vector v, centred and scaled."""
        centred = Vector(Opcode.SUBTRACT, self.rows[v].read(), self.mean.read())
        return Vector(Opcode.MULTIPLY, centred, self.factor.read())


class RowLowering:
    """What one block's flows share."""

    def __init__(self, shape: Encoder, placement: EncoderPlacement) -> None:
        self.shape, self.placement = shape, placement
        self.schedule = GapSchedule()
        self.planner = Planner(self.schedule, shape.rows)
        self.nest = by_row(shape.rows)
        self.layer = 0
        self._constants: dict[tuple[Word, object], int] = {}
        self._used = dict(placement.constants)

    def parcel(self) -> Parcel:
        """One for a value that one flow parks."""
        return self.schedule.parcels(1)[0]

    def constants(self, words: Sequence[Word], *names: tuple[object, ...]) -> list[Read]:
        """Vectors that the host has left, the same for all rows, each in another of the words."""
        free, out = list(words), []
        for name in names:
            kept = [word for word in free if (word, name) in self._constants]
            word = kept[0] if kept else min(free, key=self._used.__getitem__)
            free.remove(word)
            if not kept:
                self._constants[word, name] = self._used[word]
                self._used[word] += 1
            out.append(Read(word.units(), At(self._constants[word, name])))
        return out

    def outer(self, operation: int) -> tuple[Word, ...]:
        """Words for constants and moments, two east and two west, beside an operation's layer."""
        return self.placement.outer[operation // LAYER_OPERATIONS]

    def beside(self, operation: int, *rows: "Rows32") -> list[Word]:
        """The same words without those that a flow fetches rows from."""
        taken = [own.word for own in rows]
        return [word for word in self.outer(operation) if word not in taken]

    def operand(self, pair: int, offset: int, region: Region) -> Rows16:
        """Room for a vector of a half, in one of the pairs of slices of the planes' operands."""
        pair %= ROTATION
        base = region(self.placement.slots[pair]) + offset * self.shape.rows
        return Rows16(pair, base, self.parcel())

    def copies(self, x: Flow, target: Rows16, *, delay: int = 0) -> list[Store]:
        """x narrowed, and parked for every plane."""
        assert target.parcel is not None
        out = []
        for side in Side:
            planes = [plane for plane in range(PLANES) if plane_side(plane) == side]
            units = tuple(m for plane in planes for m in operand_slices(plane, target.pair))
            narrow = Vector(Opcode.NARROW, x)
            at = At(target.base, EACH)
            out.append(Store(units, at, narrow, target.parcel, width=HALF_STREAMS, delay=delay))
        return out

    def keep(self, x: Flow, target: Rows32, *, delay: int = 0) -> Store:
        """x parked in 32 bits."""
        assert target.parcel is not None
        units, at = target.word.units(), At(target.base, EACH)
        return Store(units, at, x, target.parcel, delay=delay)

    def matrix(
        self,
        operation: int,
        tiles: Tiles,
        x: Half,
        finish: Callable[[int, Flow], None],
        *,
        half: int,
        is_dealt: bool = True,
        is_turned: bool = False,
        factor: Rows32 | None = None,
    ) -> None:
        """Jobs for all outputs of a matrix; `finish` gets the number of each with its sums.

        The rows may come before their norm: only the sums need its factor.
        """
        needs = [] if factor is None else factor.parcels
        outputs = max(output for output, _ in tiles) + 1
        planes = outputs_by_plane(outputs) if is_dealt else [o % PLANES for o in range(outputs)]
        order = reversed(range(outputs)) if is_turned else range(outputs)
        for output in order:
            every = [(tiles[output, i], rows) for i, rows in enumerate(x)]
            for plane in range(PLANES):
                own: Passes = [
                    part
                    for i, part in enumerate(every)
                    if plane == (dealt_plane(i, half) if planes[output] is None else planes[output])
                ]
                if own:
                    self.add_job(operation, plane, own, partial(finish, output), needs)

    def add_job(
        self,
        operation: int,
        plane: int,
        passes: Passes,
        finish: Callable[[Flow], None],
        needs: Sequence[Parcel] = (),
    ) -> None:
        """Passes on one plane for the rows of a half."""
        job = Job(operation, (plane,), passes, self.nest, EACH, 0, lambda sums: finish(sums[0]))
        job.needs += needs
        self.planner.add(job)

    def gelu(self, operation: int, x: Flow, vector: int, factor: Rows32, target: Rows16) -> None:
        """x, scaled, plus its bias, times the sigmoid of 1.702 of it, for every plane."""
        (bias,) = self.constants(self.beside(operation, factor), (operation, vector))
        x = Vector(Opcode.ADD, Vector(Opcode.MULTIPLY, x, factor.read()), bias)
        negative = Vector(Opcode.MULTIPLY, x, -SIGMOID_SLOPE)
        divisor = Vector(Opcode.ADD, Vector(Opcode.EXP, negative), 1.0)
        late = delayed(x, (Opcode.MULTIPLY, Opcode.EXP, Opcode.ADD))
        self.schedule.park(self.copies(Vector(Opcode.DIVIDE, late, divisor), target), self.nest)


def residual_rows(shape: Encoder, base: int, v: int, turn: int, parcel: Parcel | None) -> Rows32:
    """Where vector v of a half stands in 32 bits: never in a word of what it is made of."""
    word = EAST[(v + 2 * turn) % 4] if v < 4 else EAST[3 - 2 * turn]
    return Rows32(word, base + shape.rows * (v // 4), parcel)


def stores_striped(x: Flow, rotation: int, at: At, parcel: Parcel) -> list[Store]:
    """x narrowed, eight rows in turn to slices of their own, in both hemispheres."""
    return [
        Store(
            striped_slices(side, rotation),
            at,
            Vector(Opcode.NARROW, x),
            parcel,
            width=HALF_STREAMS,
            is_striped=True,
        )
        for side in Side
    ]
