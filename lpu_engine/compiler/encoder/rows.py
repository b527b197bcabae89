"""An encoder's matrices, GELU and layer norms as jobs for the planes and flows between them.

The sequence goes in two halves, so that one half's norms hide behind the other's matrices.
"""

from collections.abc import Callable
from functools import partial

from lpu_engine.compiler.encoder.gaps import GapSchedule, delayed
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
    Tiles,
    dealt_plane,
    outputs_by_plane,
)
from lpu_engine.compiler.flows import At, Flow, Parcel, Read, Store, Vector
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

    def constant(self, word: Word, *name: object) -> Read:
        """A vector that the host has left, the same for all rows."""
        key = (word, name)
        if key not in self._constants:
            self._constants[key] = self._used[word]
            self._used[word] += 1
        return Read(word.units(), At(self._constants[key]))

    def outer(self, operation: int) -> tuple[Word, ...]:
        """Words for constants and moments, two east and two west, beside an operation's layer."""
        return self.placement.outer[operation // LAYER_OPERATIONS]

    def operand(self, pair: int, offset: int, *, is_wide: bool = False) -> Rows16:
        """Room for a vector of a half, in one of the pairs of slices of the planes' operands."""
        pair %= ROTATION
        slots = self.placement.slots[pair]
        base = (slots.wide if is_wide else slots.narrow) + offset * self.shape.rows
        return Rows16(pair, base, self.parcel())

    def copies(self, x: Vector, target: Rows16, *, delay: int = 0) -> list[Store]:
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
    ) -> None:
        """Jobs for all outputs of a matrix; `finish` gets the number of each with its sums."""
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
                    self.add_job(operation, plane, own, partial(finish, output))

    def add_job(
        self, operation: int, plane: int, passes: Passes, finish: Callable[[Flow], None]
    ) -> None:
        """Passes on one plane for the rows of a half."""
        job = Job(operation, (plane,), passes, self.nest, EACH, 0, lambda sums: finish(sums[0]))
        self.planner.add(job)

    def gelu(self, operation: int, x: Flow, vector: int, target: Rows16) -> None:
        """x plus its bias times the sigmoid of 1.702 of it, for every plane."""
        bias = self.constant(self.outer(operation)[vector % 4], operation, vector)
        x = Vector(Opcode.ADD, x, bias)
        negative = Vector(Opcode.MULTIPLY, x, -SIGMOID_SLOPE)
        divisor = Vector(Opcode.ADD, Vector(Opcode.EXP, negative), 1.0)
        late = delayed(x, (Opcode.MULTIPLY, Opcode.EXP, Opcode.ADD))
        self.schedule.park(self.copies(Vector(Opcode.DIVIDE, late, divisor), target), self.nest)


def residual_rows(shape: Encoder, base: int, v: int, parcel: Parcel | None) -> Rows32:
    """Where vector v of a half stands in 32 bits: never in a word of what it is made of."""
    word = EAST[(v + 2) % 4] if v < 4 else EAST[1]
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
