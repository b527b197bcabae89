"""Which plane does what next: jobs wait in lists, and the plane that is free first goes on.

A job is one output of a matrix for half of the rows: passes that add up, then a flow that takes
the sums away. A job whose operands are not parked yet lets a later one go first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Protocol

from lpu_engine.compiler.encoder.gaps import GapSchedule, Trial
from lpu_engine.compiler.flows import HalfPass, Nest, Parcel, Read
from lpu_engine.compiler.instructions import ACCUMULATE, EMIT
from lpu_engine.hardware.lpu import ACCUMULATOR_ROWS, HALF_STREAMS, PLANES

SHARES = 5  # of the accumulators: one for what is urgent
SHARE_ROWS = ACCUMULATOR_ROWS // SHARES
LONGEST = 4  # passes for which a job's last one may be put off
AHEAD = 4  # jobs of its list that a plane looks at
Finish = Callable[[Sequence[HalfPass]], None]


class Operand(Protocol):
    """Parked rows or weights."""

    @property
    def parcels(self) -> list[Parcel]:
        """What must be parked first."""

    def read(self, plane: int) -> Read:
        """A plane's fetch."""


Passes = list[tuple[Operand, Operand]]  # weights, rows


@dataclass(slots=True, eq=False)
class Job:
    """Passes on a plane; on two planes side by side where they share wide rows."""

    operation: int
    planes: tuple[int, ...]
    passes: Passes
    nest: Nest
    sums: tuple[int, int, int]
    first_sum: int
    finish: Finish
    after: list[Parcel] = field(default_factory=list)
    needs: list[Parcel] = field(default_factory=list)  # of its last pass alone
    done: int = 0
    put_off: int = 0  # how often its last pass gave way

    @property
    def is_at_end(self) -> bool:
        """Whether the next pass is the last."""
        return self.done == len(self.passes) - 1

    def tile_ready(self) -> int:
        """When the first tile can be fetched."""
        return max((parcel.last for parcel in self.passes[0][0].parcels), default=0)

    @property
    def rows(self) -> int:
        """Accumulators that it takes."""
        outer, middle, inner = self.nest.counts
        return outer * middle * inner

    def can_end(self) -> bool:
        """Whether all that its last pass needs is scheduled."""
        return all(parcel.stores for parcel in self.needs)

    def ready(self) -> int | None:
        """From when all can be there; None while something is not even scheduled."""
        parcels = [p for pair in self.passes for operand in pair for p in operand.parcels]
        if not all(parcel.stores for parcel in (*parcels, *self.after)):
            return None
        first = [p.first for operand in self.passes[0] for p in operand.parcels]
        return max(first, default=0)


class Planner:
    """Runs all jobs into a schedule."""

    def __init__(self, schedule: GapSchedule, rows: int) -> None:
        self.schedule = schedule
        self._patience = rows // 2  # cycles that a plane waits before it does something else
        self._lists: list[list[Job]] = [[] for _ in range(PLANES)]
        self._urgent: list[list[Job]] = [[] for _ in range(PLANES)]
        self._open: list[list[Job]] = [[] for _ in range(PLANES)]  # begun, in order

    def add(self, job: Job) -> None:
        """A job at the end of its planes' lists."""
        for plane in job.planes:
            self._lists[plane].append(job)

    def hurry(self, job: Job) -> None:
        """A job of one pass that goes between the passes of others."""
        self._urgent[job.planes[0]].append(job)

    def run(self) -> None:
        """All of them."""
        while any((*self._lists, *self._open, *self._urgent)):
            planes = sorted(range(PLANES), key=self.schedule.passed.__getitem__)
            if not any(self._step(plane) for plane in planes):
                raise ValueError("No plane can go on: jobs wait for each other.")

    def _step(self, plane: int) -> bool:
        """One pass on a plane; false where nothing can be done there yet."""
        now = self.schedule.passed[plane]
        ends = [job for job in self._urgent[plane] if job.ready() is not None]
        ends += [job for job in self._open[plane] if job.is_at_end and job.can_end()]
        waits = []
        for job in ends:
            when = max(self._when(job), 0 if job.done else job.tile_ready())
            if when <= now + self._patience or job.put_off == LONGEST:
                self._pass(job)
                return True
            job.put_off += 1
            waits.append((when, job))
        for job in self._open[plane]:
            if not job.is_at_end:
                self._pass(job)
                return True
        soonest = min(waits, key=itemgetter(0), default=None)
        new = self._choose(plane, now)
        if new is not None and (soonest is None or new[0] < soonest[0]):
            self._begin(new[1])
            return True
        if soonest is None:
            return False
        self._pass(soonest[1])
        return True

    def _choose(self, plane: int, now: int) -> tuple[int, Job] | None:
        """The first job that need not wait long, else the one that waits the least; and when."""
        soon = []
        for job in self._lists[plane][:AHEAD]:
            ready = job.ready()
            if ready is None or not self._has_room(job):
                continue
            if ready <= now + self._patience:
                return max(ready, now), job
            soon.append((ready, job))
        return min(soon, key=itemgetter(0), default=None)

    def _has_room(self, job: Job) -> bool:
        """A plane begins one job after the other; planes side by side begin together."""
        for plane in job.planes:
            others = self._open[plane]
            if len(job.planes) > 1 and any(not other.is_at_end for other in others):
                return False
        return self._room(job) is not None

    def _room(self, job: Job) -> int | None:
        """Accumulators that are free on all its planes; the last fifth is for what is urgent."""
        size = -(-job.rows // SHARE_ROWS)
        for first in range(SHARES - 1 - size + 1):
            mine = range(first, first + size)
            taken = (
                range(o.first_sum // SHARE_ROWS, -(-(o.first_sum + o.rows) // SHARE_ROWS))
                for plane in job.planes
                for o in self._open[plane]
            )
            if not any(share in mine for shares in taken for share in shares):
                return first * SHARE_ROWS
        return None

    def _begin(self, job: Job) -> None:
        room = self._room(job)
        assert room is not None
        job.first_sum = room
        for plane in job.planes:
            self._lists[plane].remove(job)
            self._open[plane].append(job)
        if len(job.planes) > 1:
            while job.done < len(job.passes):
                self._pass(job)
        elif not job.is_at_end:
            self._pass(job)

    def _when(self, job: Job) -> int:
        """When the last pass of a job would start, if it were the next."""
        rows = job.passes[job.done][1].read(job.planes[0])
        flow = HalfPass(job.planes[0], rows, EMIT, 0, job.sums, job.first_sum)
        self.schedule.is_trial = True
        try:
            job.finish([flow])
        except Trial as trial:
            return trial.pass_cycle
        finally:
            self.schedule.is_trial = False
        raise ValueError("A job ends without its sums.")

    def _pass(self, job: Job) -> None:
        """The next pass of a job, behind its weights; the last one takes the sums away."""
        schedule = self.schedule
        schedule.operation = job.operation
        weights, rows = job.passes[job.done]
        is_last = job.is_at_end
        flags = (ACCUMULATE if job.done else 0) | (EMIT if is_last else 0)
        flows = []
        x = rows.read(job.planes[0])
        for i, plane in enumerate(job.planes):
            schedule.bring(plane, weights.read(plane))
            bound, offset = schedule.installed(plane), HALF_STREAMS * i
            flows.append(HalfPass(plane, x, flags, bound, job.sums, job.first_sum, offset))
        job.done += 1
        if not is_last:
            schedule.sum_up(flows, job.nest)
            return
        for plane in job.planes:
            for jobs in (self._open[plane], self._urgent[plane]):
                if job in jobs:
                    jobs.remove(job)
        job.finish(flows)
