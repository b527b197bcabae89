"""Layer norms: the sums of a row come from a plane that holds ones, beside the running sums before.

A norm's gain and shift are part of what follows: of the next matrix and its bias, and of the flow
that adds the next branch to the row. The last norm alone applies them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from lpu_engine.compiler.encoder.jobs import SHARE_ROWS, SHARES, Job
from lpu_engine.compiler.encoder.memory import (
    EACH,
    EAST,
    TOGETHER,
    WEST,
    Rows16,
    Rows32,
    Striped,
    operand_slices,
    striped_slices,
)
from lpu_engine.compiler.encoder.rows import Half, RowLowering, residual_rows
from lpu_engine.compiler.flows import At, Flow, HalfPass, Store, Vector
from lpu_engine.hardware.lpu import ALU_CYCLES, HALF_STREAMS, Opcode, Side, plane_side

EPSILON = 1e-12  # BERT's


class Norm:
    """One layer norm of one half: residual + branch + bias, centred and scaled."""

    def __init__(
        self,
        lowering: RowLowering,
        operation: int,
        half: int,
        residual: Sequence[Rows32],
        addresses: int,
        partials: int,
        target: Half,
        tiles: Sequence[Striped],
        on_end: Callable[[list[Rows32]], None],
    ) -> None:
        self.lowering, self.operation, self.half = lowering, operation, half
        self.residual, self.target, self._on_end = residual, target, on_end
        self._tiles = tiles
        self._addresses, self._partials = addresses, partials
        self._seen = 0
        self._partial: Rows32 | None = None
        self._branches: list[tuple[int, Rows32]] = []
        self._running: list[Rows32] = []  # sums of the elements, and of their squares
        self._mean: Rows32 | None = None

    def add(self, vector: int, x: Flow) -> None:
        """One output of the matrix before, or one of the parts of an output that was dealt."""
        lowering, base = self.lowering, self.lowering.placement.sums[self.half]
        is_dealt = vector == len(EAST)
        parts = self._partials if is_dealt else 1
        word = WEST[self._seen % 2] if is_dealt else EAST[vector]
        if is_dealt and self._seen == parts - 1:
            word, base = EAST[3], base + lowering.shape.rows
        constants = lowering.outer(self.operation)
        if is_dealt and self._partial is not None:
            total = Vector(Opcode.ADD, x, self._partial.read())
        else:
            gain = lowering.constant(constants[1], "gain", self.operation, vector)
            old = Vector(Opcode.MULTIPLY, self.residual[vector].read(), gain)
            bias = lowering.constant(constants[0], self.operation, vector)
            total = Vector(Opcode.ADD, Vector(Opcode.ADD, x, bias), old)
        target = Rows32(word, base, lowering.parcel())
        lowering.schedule.park([lowering.keep(total, target)], lowering.nest)
        if is_dealt:
            self._seen, self._partial = self._seen + 1, target
        if not is_dealt or self._seen == parts:
            self._branches.append((vector, target))
            self._add_up()

    def _add_up(self) -> None:
        """The running sums with one vector more."""
        lowering, branches = self.lowering, self._branches
        x = branches[-1][1].read()
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
        pair = self.target[0].pair if self.target else half
        base = lowering.placement.slots[pair].sums
        word = lowering.outer(self.operation)[2 - 2 * half]
        mean = Rows32(word, lowering.placement.moments[half], lowering.parcel())
        self._mean = mean
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
            job.after = mean.parcels if which else []
            jobs.append(job)
        lowering.schedule.park(stores, lowering.nest)
        for job in jobs:
            lowering.planner.hurry(job)

    def _take_mean(self, sums: Sequence[HalfPass]) -> None:
        assert self._mean is not None
        mean = Vector(Opcode.MULTIPLY, sums[0], 1.0 / self.lowering.shape.width)
        self.lowering.schedule.park([self.lowering.keep(mean, self._mean)], self.lowering.nest)

    def _deviation(self, sums: Sequence[HalfPass]) -> None:
        """One over the deviation, then every vector of the result."""
        lowering, mean = self.lowering, self._mean
        assert mean is not None
        square = Vector(Opcode.MULTIPLY, sums[0], 1.0 / lowering.shape.width)
        old = mean.read()
        variance = Vector(Opcode.SUBTRACT, square, Vector(Opcode.MULTIPLY, old, old))
        factor = Vector(Opcode.RECIPROCAL_ROOT, Vector(Opcode.ADD, variance, EPSILON))
        kept = Rows32(
            lowering.outer(self.operation)[3 - 2 * self.half],
            lowering.placement.moments[2 + self.half],
            lowering.parcel(),
        )
        lowering.schedule.park([lowering.keep(factor, kept)], lowering.nest)
        branches = sorted(self._branches, key=lambda branch: branch[0])
        self._on_end([self._normalise(v, rows, mean, kept) for v, rows in branches])

    def _normalise(self, v: int, x: Rows32, mean: Rows32, factor: Rows32) -> Rows32:
        lowering = self.lowering
        out = residual_rows(lowering.shape, self._addresses, v, lowering.parcel())
        y = Vector(Opcode.SUBTRACT, x.read(), mean.read())
        y = Vector(Opcode.MULTIPLY, y, factor.read())
        stores = []
        if self.target:
            stores = lowering.copies(y, self.target[v], delay=ALU_CYCLES)
            if self._tiles:
                narrow, tile = stores[Side.WEST].x, self._tiles[v]
                base = tile.base + self.half * (lowering.shape.rows // TOGETHER)
                units = striped_slices(Side.WEST, 0)
                parcel, at = tile.parcels[self.half], At(base, (0, 1, 0))
                striped = Store(units, at, narrow, parcel, width=HALF_STREAMS, is_striped=True)
                stores.append(replace(striped, delay=ALU_CYCLES))
        else:
            words = lowering.outer(self.operation)[2 * self.half :][:2]
            gain, shift = (
                lowering.constant(word, "last", self.operation, v, i)
                for i, word in enumerate(words)
            )
            y = Vector(Opcode.ADD, Vector(Opcode.MULTIPLY, y, gain), shift)
        lowering.schedule.park([lowering.keep(y, out), *stores], lowering.nest)
        return out
