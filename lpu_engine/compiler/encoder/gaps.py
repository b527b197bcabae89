"""Flows placed in the gaps that others left: the schedule of a program with much to do at once.

Schedule gives each unit its flows in the order in which they come; here a later flow may start
before an earlier one where its units and streams are free. Times are bits of an integer.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import product

from lpu_engine.compiler.flows import HalfPass, Nest, Read, Steps, Store, burst
from lpu_engine.compiler.instructions import PICKED
from lpu_engine.compiler.schedule import Schedule
from lpu_engine.compiler.walk import ANY_ALU, Edge, Step, Walk, flow_diagonal
from lpu_engine.hardware.lpu import (
    ALUS,
    BANKS,
    FIRST_ALU,
    FIRST_INSTALL,
    FIRST_PASS,
    GROUPS,
    INSTALL_CYCLES,
    INSTALL_STREAMS,
    PLACES,
    UNITS,
    VECTOR,
    WORD,
    WRITE_CYCLES,
    Opcode,
    Side,
    latency,
    plane_side,
)

KEPT = INSTALL_STREAMS // WORD  # groups that the outer slices keep for weights, outward
EARLIEST = 256  # added to a diagonal, so that none is negative
ALL_ALUS = range(FIRST_ALU, FIRST_ALU + ALUS)
# As in Schedule, but an encoder's: the rest of the operands, weights, operands, words, vector unit.
WEST_STRETCHES = ((0, 5), (6, 21), (22, 29), (30, 45))
EAST_STRETCHES = tuple((2 * VECTOR - end, 2 * VECTOR - start) for start, end in WEST_STRETCHES)
STRETCHES = (*WEST_STRETCHES, (VECTOR, VECTOR), *reversed(EAST_STRETCHES))
OUTER = (
    *((i, Side.WEST) for i in range(2)),
    *((len(STRETCHES) - 1 - i, Side.EAST) for i in range(2)),
)


class Trial(Exception):
    """Where a flow would be placed; nothing has been."""

    def __init__(self, pass_cycle: int) -> None:
        super().__init__()
        self.pass_cycle = pass_cycle


class GapSchedule(Schedule):
    """The instructions of one block; flows take the first gap in which all of them fits."""

    def __init__(self) -> None:
        super().__init__(0)
        self.is_trial = False
        self._busy = [[0] * UNITS for _ in range(1 + BANKS)]  # a slice: reads, all and by bank
        self._writing = [[0] * FIRST_ALU for _ in range(1 + BANKS)]
        self._flowing = [[[0] * GROUPS for _ in Side] for _ in STRETCHES]
        self.passed = [0] * len(PLACES[-4:])  # when each plane has taken its last row

    def park(self, stores: Sequence[Store], nest: Nest) -> int:
        """Stores of results of the vector unit that come out in one cycle; that cycle."""
        walk = Walk()
        for store in stores:
            if store.is_striped:
                self._park_striped(walk, store, nest)
                continue
            edge = self._outward(walk, store, store.units, nest)
            ways = tuple((m, store.delay + abs(PLACES[m] - VECTOR)) for m in store.units)
            for first in range(0, len(ways), store.width):
                pair = ways[first : first + store.width]
                step = Step(Opcode.WRITE, pair, nest, a=edge, at=store.at)
                step.parcel = store.parcel.number
                walk.steps.append(step)
        start = self._place(walk)
        for store in stores:
            _parked(store, start + store.delay, nest)
        return start

    def sum_up(self, flows: Sequence[HalfPass], nest: Nest) -> None:
        """Rows into the accumulators of a plane, or of two that share the rows."""
        walk = Walk()
        for flow in flows:
            walk.visit(flow, latency(Opcode.PASS_HALF), nest, None)
        self._place(walk)

    def bring(self, plane: int, weights: Read) -> None:
        """A tile's rows into a plane, behind the weights at work: from 4 slices, or from 16."""
        unit, nest = FIRST_INSTALL + plane, burst(INSTALL_CYCLES)
        place, side = PLACES[unit], plane_side(plane)
        far = max((PLACES[m] for m in weights.units), key=lambda m: abs(m - place))
        edge = Edge(far, place, flow_diagonal(0, place, side), nest.span, KEPT, side, 0)
        edge.is_read = True
        walk = Walk()
        walk._read(weights, -abs(place - weights.place), nest, edge)
        earliest = self._arriving[plane]
        walk.steps.append(Step(Opcode.INSTALL, ((unit, 0),), nest, a=edge, earliest=earliest))
        walk.edges.append(edge)
        done = INSTALL_CYCLES + latency(Opcode.INSTALL) - 1
        self._installed[plane] = self._place(walk) + done

    def _outward(self, walk: Walk, store: Store, units: Iterable[int], nest: Nest) -> Edge:
        far = max((PLACES[unit] for unit in units), key=lambda place: abs(place - VECTOR))
        return walk.need(store.x, far, store.delay + abs(far - VECTOR), nest)

    def _park_striped(self, walk: Walk, store: Store, nest: Nest) -> None:
        """Each start of the inner loop goes to slices of its own."""
        edge = self._outward(walk, store, store.units, nest)
        (outer, middle, inner), intervals = nest
        for i in range(inner):
            pair = store.units[i * store.width : (i + 1) * store.width]
            later = store.delay + i * intervals[2]
            starts = tuple((m, abs(PLACES[m] - VECTOR) + later) for m in pair)
            step = Step(Opcode.WRITE, starts, Nest((outer, middle, 1), (*intervals[:2], 0)), a=edge)
            step.at, step.parcel, step.flags, step.lane = store.at, store.parcel.number, PICKED, i
            walk.steps.append(step)

    def _place(self, walk: Walk) -> int:
        """The earliest start at which every unit and stream of a flow is free."""
        first = min(cycle for step in walk.steps for _, cycle in step.starts)
        start = -first
        for step in walk.steps:
            start = max(start, step.earliest - min(cycle for _, cycle in step.starts))
        fixed = [step for step in walk.steps if step.starts[0][0] != ANY_ALU]
        free = [step for step in walk.steps if step.starts[0][0] == ANY_ALU]
        edges = sorted(((edge, _ways(edge)) for edge in walk.edges), key=lambda pair: len(pair[1]))
        while True:
            later = self._units_free(fixed, start)
            if later == start:
                later, alus = self._alus_free(free, start)
                if later == start:
                    later, groups = self._streams_free(edges, start)
                    if later == start:
                        break
            start = later
        if self.is_trial:
            raise Trial(start + _pass_cycle(walk.steps))
        for step, unit in zip(free, alus, strict=True):
            step.starts = ((unit, step.starts[0][1]),)
        for (edge, _), way in zip(edges, groups, strict=True):
            edge.side, edge.group, edge.diagonal = way
            self._take(edge, start)
        for step in walk.steps:
            self._occupy(step, start)
            self._emit(step, start)
        return start

    def _units_free(self, steps: Iterable[Step], start: int) -> int:
        """`start`, or a later one before which a unit is not free."""
        for step in steps:
            patterns = _patterns(step)
            for unit, cycle in step.starts:
                for busy, (pattern, is_solid) in zip(self._closed(step), patterns, strict=False):
                    later = _next(busy[unit], start + cycle, pattern, is_solid) - cycle
                    if later > start:
                        return later
        return start

    def _alus_free(self, steps: Iterable[Step], start: int) -> tuple[int, list[int]]:
        """An ALU for each step, or a later start."""
        chosen: list[int] = []
        for step in steps:
            pattern, is_solid = _pattern(step.nest)
            cycle = step.starts[0][1]
            later = start + (1 << 40)
            for unit in ALL_ALUS:
                if unit not in chosen:
                    when = _next(self._busy[0][unit], start + cycle, pattern, is_solid) - cycle
                    if when == start:
                        chosen.append(unit)
                        break
                    later = min(later, when)
            else:
                return later, []
        return start, chosen

    def _streams_free(
        self, edges: Sequence[tuple[Edge, Sequence[tuple[Side, int, int]]]], start: int
    ) -> tuple[int, list[tuple[Side, int, int]]]:
        """A way for each edge, or a later start."""
        chosen: list[tuple[Side, int, int]] = []
        taken: set[tuple[int, Side, int]] = set()
        for edge, ways in edges:
            stretches = stretches_of(edge.start, edge.end)
            later = start + (1 << 40)
            for side, group, diagonal in ways:
                mine = {(s, side, g) for s in stretches for g in range(group, group + edge.groups)}
                if not taken.isdisjoint(mine):
                    continue
                when = self._when(mine, start + diagonal + EARLIEST, edge.span)
                if when == start + diagonal + EARLIEST:
                    chosen.append((side, group, diagonal))
                    taken |= mine
                    break
                later = min(later, when - diagonal - EARLIEST)
            else:
                if later >= start + (1 << 40):
                    raise OverflowError("A flow needs more streams than there are.")
                return later, []
        return start, chosen

    def _when(self, streams: Iterable[tuple[int, Side, int]], start: int, span: int) -> int:
        pattern = (1 << span) - 1
        for stretch, side, group in streams:
            start = _next(self._flowing[stretch][side][group], start, pattern, is_solid=True)
        return start

    def _take(self, edge: Edge, start: int) -> None:
        bits = ((1 << edge.span) - 1) << (start + edge.diagonal + EARLIEST)
        for stretch in stretches_of(edge.start, edge.end):
            for group in range(edge.group, edge.group + edge.groups):
                self._flowing[stretch][edge.side or 0][group] |= bits

    def _closed(self, step: Step) -> list[list[int]]:
        """What keeps a unit from a step: its own kind, and in a slice the other one in its bank."""
        if step.opcode == Opcode.WRITE:
            return [self._writing[0], *self._busy[1:]]
        return [self._busy[0], *self._writing[1:]]

    def _occupy(self, step: Step, start: int) -> None:
        own = self._writing if step.opcode == Opcode.WRITE else self._busy
        for unit, cycle in step.starts:
            for i, (pattern, _) in enumerate(_patterns(step)):
                bits = pattern << (start + cycle)
                if self._closed(step)[i][unit] & bits:
                    raise ValueError("A flow wants one unit twice in a cycle.")
                own[i][unit] |= bits
            if step.opcode == Opcode.PASS_HALF:
                plane = unit - FIRST_PASS
                self.swapped(plane, start + cycle)
                self.passed[plane] = start + cycle + step.nest.span


def _pass_cycle(steps: Iterable[Step]) -> int:
    return next(step.starts[0][1] for step in steps if step.opcode == Opcode.PASS_HALF)


def _parked(store: Store, start: int, nest: Nest) -> None:
    far = max(abs(PLACES[unit] - VECTOR) for unit in store.units)
    parcel = store.parcel
    parcel.first = max(parcel.first, start + far + WRITE_CYCLES)
    parcel.last = max(parcel.last, start + far + nest.span - 1 + WRITE_CYCLES)
    parcel.stores += 1


def _next(busy: int, cycle: int, pattern: int, is_solid: bool) -> int:
    """The first cycle from which on a pattern of starts meets none of those taken."""
    window = busy >> cycle
    while hit := window & pattern:
        skip = hit.bit_length() if is_solid else 1
        cycle += skip
        window >>= skip
    return cycle


def _patterns(step: Step) -> Sequence[tuple[int, bool]]:
    """A step's starts; in a slice also those in each bank."""
    if step.opcode not in (Opcode.READ, Opcode.READ_WIDE, Opcode.WRITE):
        return (_pattern(step.nest),)
    return _patterns_by_bank(step.nest, step.at.steps, step.at.base % BANKS)


@cache
def _patterns_by_bank(nest: Nest, steps: Steps, first: int) -> Sequence[tuple[int, bool]]:
    starts = [
        (when, first + address)
        for when, address in zip(_along(nest, nest.intervals), _along(nest, steps), strict=True)
    ]
    banks = [
        sum(1 << when for when, address in starts if address % BANKS == bank)
        for bank in range(BANKS)
    ]
    return (_pattern(nest), *((bits, False) for bits in banks))


def _along(nest: Nest, steps: Steps) -> list[int]:
    """How far each start is from the first, in cycles or in addresses."""
    return [
        sum(i * step for i, step in zip(index, steps, strict=True))
        for index in product(*map(range, nest.counts))
    ]


@cache
def _pattern(nest: Nest) -> tuple[int, bool]:
    """A bit for each start, and whether there are no gaps between them."""
    bits = sum({1 << when for when in _along(nest, nest.intervals)})
    return bits, bits == (1 << nest.span) - 1


def _ways(edge: Edge) -> Sequence[tuple[Side, int, int]]:
    """Directions and groups that an edge may take, with its diagonal."""
    if edge.side is not None:
        if edge.group >= 0:
            return ((edge.side, edge.group, edge.diagonal),)
        outer = any(
            stretch in stretches_of(edge.start, edge.end) and side == edge.side
            for stretch, side in OUTER
        )
        groups = (*range(KEPT, GROUPS), *(() if outer else range(KEPT)))
        return [(edge.side, group, edge.diagonal) for group in groups]
    return [
        (side, group, flow_diagonal(edge.diagonal, edge.start, side))
        for group in reversed(range(GROUPS))
        for side in Side
    ]


@cache
def stretches_of(one: int, other: int) -> range:
    """The stretches between two places."""
    low, high = min(one, other), max(one, other)
    passed = [i for i, (first, last) in enumerate(STRETCHES) if low <= last and high >= first]
    return range(passed[0], passed[-1] + 1)
