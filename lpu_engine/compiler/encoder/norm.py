"""Layer norms, off the planes' way: the next matrix starts with the rows before their norm.

The row's mean is no part of what follows, since the host takes the mean away from the columns of
the next matrix (and the gain and the shift into it and its bias); the factor scales its sums.
A row's sums come from a plane that holds ones. The last norm alone is applied to the rows.
"""

from collections.abc import Sequence
from dataclasses import replace

from lpu_engine.compiler.encoder.jobs import SHARE_ROWS, SHARES, Job
from lpu_engine.compiler.encoder.memory import (
    EACH,
    EAST,
    STRIDE,
    TOGETHER,
    WEST,
    Rows16,
    Rows32,
    Striped,
    operand_slices,
    striped_slices,
)
from lpu_engine.compiler.encoder.rows import RowLowering, Summed, residual_rows
from lpu_engine.compiler.flows import At, Flow, HalfPass, Store, Vector, burst
from lpu_engine.hardware.lpu import ALU_CYCLES, HALF_STREAMS, Opcode, Side, plane_side

EPSILON = 1e-12  # BERT's
ONE_ROW = burst(1)


class Norm:
    """One layer norm of one half: the sums residual + branch + bias, their mean and factor."""

    def __init__(
        self,
        lowering: RowLowering,
        operation: int,
        half: int,
        before: Summed,
        out: Summed,
        partials: int,
        tiles: Sequence[Striped] = (),
        factors: Striped | None = None,
    ) -> None:
        self.lowering, self.operation, self.half = lowering, operation, half
        self.before, self.out = before, out
        self._tiles, self._factors, self._partials = tiles, factors, partials
        self._seen = 0
        self._partial: Rows32 | None = None
        self._branches: list[Rows32] = []
        self._running: list[Rows32] = []  # sums of the elements, and of their squares

    def add(self, vector: int, x: Flow) -> None:
        """One output of the matrix before, or one of the parts of an output that was dealt."""
        lowering, before = self.lowering, self.before
        is_dealt = vector == len(EAST)
        if is_dealt and self._partial is not None:
            total = Vector(Opcode.ADD, x, self._partial.read())
        else:
            words = lowering.beside(self.operation, before.mean, before.factor)
            name = (self.operation, vector)
            bias, gain = lowering.constants(words, name, ("gain", *name))
            old = Vector(Opcode.MULTIPLY, before.normed(vector), gain)
            total = Vector(Opcode.ADD, Vector(Opcode.ADD, x, bias), old)
        is_last = not is_dealt or self._seen == self._partials - 1
        if is_last:
            target = self.out.rows[vector]
            stores = [lowering.keep(total, target), *self._copies(vector, total)]
        else:
            base = lowering.placement.sums[self.half]
            target = Rows32(EAST[self._seen % 2 * 2], base, lowering.parcel())
            stores = [lowering.keep(total, target)]
        lowering.schedule.park(stores, lowering.nest)
        if is_dealt:
            self._seen, self._partial = self._seen + 1, target
        if is_last:
            self._branches.append(target)
            self._add_up()

    def _copies(self, v: int, total: Flow) -> list[Store]:
        """A vector of the sums for the planes, and as part of tiles."""
        lowering = self.lowering
        if not self.out.operands:
            return []
        stores = lowering.copies(total, self.out.operands[v], delay=ALU_CYCLES)
        if self._tiles:
            stores.append(self._striped(stores[Side.WEST].x, self._tiles[v]))
        return stores

    def _striped(self, narrow: Flow, tile: Striped) -> Store:
        base = tile.base + self.half * STRIDE * (self.lowering.shape.rows // TOGETHER)
        units = striped_slices(Side.WEST, 0)
        parcel, at = tile.parcels[self.half], At(base, (0, STRIDE, 0))
        store = Store(units, at, narrow, parcel, width=HALF_STREAMS, is_striped=True)
        return replace(store, delay=ALU_CYCLES)

    def _add_up(self) -> None:
        """The running sums with one vector more."""
        lowering, branches = self.lowering, self._branches
        x = branches[-1].read()
        square = Vector(Opcode.MULTIPLY, x, x)
        sums: list[Flow] = [Vector(Opcode.COPY, x), square]
        if self._running:
            old = [rows.read() for rows in self._running]
            sums = [Vector(Opcode.ADD, x, old[0]), Vector(Opcode.ADD, square, old[1])]
        later = ALU_CYCLES if self._running else 0
        if len(branches) == lowering.shape.vectors:
            self._sum_lanes(sums, later)
            return
        is_odd = len(branches) % 2
        words = (WEST[1], WEST[0]) if is_odd else (WEST[2], WEST[3])
        base = lowering.placement.sums[self.half] + lowering.shape.rows
        self._running = [Rows32(word, base, lowering.parcel()) for word in words]
        stores = [
            lowering.keep(total, rows, delay=later * which)
            for which, (total, rows) in enumerate(zip(sums, self._running, strict=True))
        ]
        lowering.schedule.park(stores, lowering.nest)

    def _sum_lanes(self, sums: Sequence[Flow], later: int) -> None:
        """Over the lanes too: through a tile of ones."""
        lowering, half = self.lowering, self.half
        pair = self.out.operands[0].pair if self.out.operands else half
        base = lowering.placement.slots[pair].sums
        stores, jobs = [], []
        for which, total in enumerate(sums):
            plane = 2 * half + which
            rows = Rows16(pair, base, lowering.parcel())
            assert rows.parcel is not None
            units, at = operand_slices(plane, pair), At(base, EACH)
            narrow = Vector(Opcode.NARROW, total)
            stores.append(
                Store(units, at, narrow, rows.parcel, width=HALF_STREAMS, delay=later * which)
            )
            ones = lowering.placement.ones[plane_side(plane)]
            finish = self._deviation if which else self._take_mean
            job = Job(self.operation, (plane,), [(ones, rows)], lowering.nest, EACH, 0, finish)
            job.first_sum = (SHARES - 1) * SHARE_ROWS
            job.after = self.out.mean.parcels if which else []
            jobs.append(job)
        lowering.schedule.park(stores, lowering.nest)
        for job in jobs:
            lowering.planner.hurry(job)

    def _take_mean(self, sums: Sequence[HalfPass]) -> None:
        mean = Vector(Opcode.MULTIPLY, sums[0], 1.0 / self.lowering.shape.width)
        self.lowering.schedule.park([self.lowering.keep(mean, self.out.mean)], self.lowering.nest)

    def _deviation(self, sums: Sequence[HalfPass]) -> None:
        """One over the deviation; behind the last layer every vector of the result."""
        lowering, out = self.lowering, self.out
        square = Vector(Opcode.MULTIPLY, sums[0], 1.0 / lowering.shape.width)
        mean = out.mean.read()
        variance = Vector(Opcode.SUBTRACT, square, Vector(Opcode.MULTIPLY, mean, mean))
        factor = Vector(Opcode.RECIPROCAL_ROOT, Vector(Opcode.ADD, variance, EPSILON))
        stores = [lowering.keep(factor, out.factor)]
        if self._factors is not None:
            stores.append(self._striped(Vector(Opcode.NARROW, factor), self._factors))
        lowering.schedule.park(stores, lowering.nest)
        if not out.operands:
            for v in range(lowering.shape.vectors):
                self._normalise(v)

    def _normalise(self, v: int) -> None:
        """A vector of the program's result."""
        lowering, out = self.lowering, self.out
        words = lowering.beside(self.operation, out.mean, out.factor)
        gain, shift = lowering.constants(words, ("last gain", v), ("last shift", v))
        y = Vector(Opcode.ADD, Vector(Opcode.MULTIPLY, out.normed(v), gain), shift)
        base = lowering.placement.normed[self.half]
        target = residual_rows(lowering.shape, base, v, 0, lowering.parcel())
        lowering.schedule.park([lowering.keep(y, target)], lowering.nest)


def turn_factors(
    lowering: RowLowering, operation: int, tile: Striped, row: Rows16, target: Rows32
) -> None:
    """A job that makes one vector, a lane for each row, of factors that stand on all lanes."""

    def finish(sums: Sequence[HalfPass]) -> None:
        lowering.schedule.park([lowering.keep(sums[0], target)], ONE_ROW)

    job = Job(operation, (0,), [(tile, row)], ONE_ROW, EACH, 0, finish)
    job.first_sum = (SHARES - 1) * SHARE_ROWS
    lowering.planner.hurry(job)
