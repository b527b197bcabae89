"""Pass 6: flows become instructions at cycles, on units and streams that are free then.

A walked flow is rigid. Only its start is chosen: the earliest at which all that it needs is free.
"""

from array import array
from collections.abc import Iterable, Sequence
from functools import cache
from operator import itemgetter

from lpu_engine.compiler.flows import (
    At,
    Nest,
    Parcel,
    Pass,
    Store,
    burst,
)
from lpu_engine.compiler.instructions import (
    CHAINED,
    NO_STREAM,
    Block,
    from_numbers,
)
from lpu_engine.compiler.placement import Tile, weight_slices
from lpu_engine.compiler.walk import ANY_ALU, Edge, Step, Walk, flow_diagonal
from lpu_engine.hardware.lpu import (
    ALUS,
    BARRIER,
    FIRST_ALU,
    FIRST_INSTALL,
    FIRST_PASS,
    GROUPS,
    HALF_STREAMS,
    INSTALL_CYCLES,
    INSTALL_STREAMS,
    PLACES,
    PLANES,
    READ_CYCLES,
    SLICES,
    UNITS,
    WORD,
    WRITE_CYCLES,
    Opcode,
    Side,
    latency,
    plane_side,
)

# Stretches of the chip in which a stream is given to one flow at a time: the outer slices, the
# inner ones, the vector unit itself, and the same eastward.
STRETCHES = ((0, 33), (34, 45), (46, 46), (47, 58), (59, 92))
HALF = INSTALL_STREAMS // WORD  # groups that one plane's weights take
NEVER = 10**9
CYCLE = itemgetter(1)
NOBODY = tuple((0, 0) for _ in STRETCHES)
APART = {Opcode.READ_WIDE: WORD, Opcode.READ_DOUBLE: HALF_STREAMS}  # streams, slice to slice
ALL_GROUPS = tuple(tuple((side, group) for group in range(GROUPS)) for side in Side)
EITHER = ALL_GROUPS[Side.EAST] + ALL_GROUPS[Side.WEST]


class Schedule:
    """The instructions of one block. `words` is how many words the cache of all layers takes."""

    def __init__(self, words: int) -> None:
        self._words = range(words)
        self._unit_free = [0] * UNITS
        self._stream_free = [
            [[-1000] * GROUPS for _ in Side] for _ in STRETCHES
        ]  # diagonals, by stretch, side and group
        self._numbers = array("d")  # of all rows, in the columns' order
        self._count = 0
        self._parcels = 0
        self._end = 0
        self._arriving = [0] * PLANES  # from when weights may come in
        self._installed = [0] * PLANES
        self.operation = 0

    def parcels(self, count: int) -> tuple[Parcel, ...]:
        """Parts of one value that will be parked; the parts share its number."""
        self._parcels += 1
        return tuple(Parcel(self._parcels - 1) for _ in range(count))

    def store(self, store: Store, nest: Nest) -> None:
        """Schedule a flow to its end in memory."""
        walk = Walk()
        walk.store(store, nest)
        parked(store.parcel, self._place(walk), nest)

    def place(self, walk: Walk) -> int:
        """Schedule flows that were walked as one; the cycle at which their cycle 0 falls."""
        return self._place(walk)

    def run(self, flow: Pass, nest: Nest) -> None:
        """Schedule a flow that ends in a plane's accumulators."""
        walk = Walk()
        walk.visit(flow, 0, nest, None)
        self.swapped(flow.plane, self._place(walk) + walk.pass_cycle)

    def store_pass(self, store: Store, nest: Nest, plane: int) -> None:
        """`store`, where the flow goes through a plane."""
        self.store(store, nest)
        self.swapped(plane, self._unit_free[FIRST_PASS + plane] - nest.span)

    def install(self, tile: Tile) -> None:
        """Bring a tile's weights into its plane, behind those at work."""
        unit = FIRST_INSTALL + tile.plane
        place, side = PLACES[unit], plane_side(tile.plane)
        nest = burst(INSTALL_CYCLES)
        group = HALF * (tile.plane % 2)
        slices = weight_slices(tile.plane)
        edge = Edge(
            min(PLACES[s] for s in slices) if side == Side.EAST else max(PLACES[s] for s in slices),
            place,
            flow_diagonal(0, place, side),
            nest.span,
            HALF,
            side,
            group,
        )
        edge.is_read = True
        walk = Walk()
        starts = tuple((m, -abs(place - PLACES[m]) - READ_CYCLES) for m in slices)
        at = At(tile.address, (0, 0, 1), by_layer=tile.by_layer)
        walk.steps.append(Step(Opcode.READ, starts, nest, out=edge, at=at))
        earliest = self._arriving[tile.plane]
        walk.steps.append(Step(Opcode.INSTALL, ((unit, 0),), nest, a=edge, earliest=earliest))
        walk.edges.append(edge)
        self._installed[tile.plane] = (
            self._place(walk) + INSTALL_CYCLES + latency(Opcode.INSTALL) - 1
        )

    def wait(self, opcode: Opcode, cycles: int) -> None:
        """Nothing but waiting, a start each cycle."""
        walk = Walk()
        walk.steps.append(Step(opcode, ((BARRIER, 0),), burst(cycles)))
        self._place(walk)

    def hold(self, unit: int, cycles: int) -> None:
        """A unit is busy longer than its starts tell."""
        self._unit_free[unit] += cycles

    def installed(self, plane: int) -> int:
        """From when the weights that came in last may be passed through."""
        return self._installed[plane]

    def block(self, name: str) -> Block:
        """What was scheduled, in order."""
        return Block(name, from_numbers(self._numbers), self._end)

    def arriving(self, plane: int) -> int:
        """From when the next weights may come in."""
        return self._arriving[plane]

    def swapped(self, plane: int, cycle: int) -> None:
        """Weights are at work from a cycle on: others may come in behind them."""
        self._arriving[plane] = cycle + 1

    def _place(self, walk: "Walk") -> int:
        """The earliest start at which every unit and stream of a flow is free."""
        self._choose_units(walk.steps)
        free, start = self._unit_free, -NEVER
        for step in walk.steps:
            start = max(start, step.earliest - min(step.starts, key=CYCLE)[1])
            for unit, cycle in self._uses(step):
                if free[unit] - cycle > start:
                    start = free[unit] - cycle
        begun = self._choose_streams(walk.edges, start)
        if begun is None:  # those that may only flow one way come first
            directed = sorted(walk.edges, key=lambda edge: edge.is_inside)
            begun = self._choose_streams(directed, start)
        if begun is None:
            raise ValueError("A flow needs more streams than there are.")
        start = begun
        for edge in walk.edges:
            self._take_stream(edge, start)
        for step in walk.steps:
            self._emit(step, start)
        return start

    def _uses(self, step: Step) -> Sequence[tuple[int, int]]:
        """Units and relative cycles: a cache's slices differ by layer."""
        if not step.cache:
            return step.starts
        outward = WORD if step.starts[0][0] >= SLICES else -WORD
        return [
            (unit + outward * word, cycle + WORD * word * step.cache)
            for unit, cycle in step.starts
            for word in self._words
        ]

    def _choose_units(self, steps: Iterable[Step]) -> None:
        """ALUs that have been free the longest; a chain's two steps share one."""
        alus = sorted(range(FIRST_ALU, FIRST_ALU + ALUS), key=self._unit_free.__getitem__)
        free, chosen = iter(alus), -1
        for step in steps:
            unit, cycle = step.starts[0]
            if unit == ANY_ALU:
                if step.twin is not None:
                    chosen = step.twin.starts[0][0]
                elif not step.flags & CHAINED:
                    chosen = next(free)
                step.starts = ((chosen, cycle),)

    def _choose_streams(self, edges: Iterable[Edge], start: int) -> int | None:
        """A group for each edge: the first that does not delay the start, else the least late.

        None where they need more than there are.
        """
        taken = [[0, 0] for _ in STRETCHES]  # bits of groups, by stretch and side
        chosen: list[tuple[Edge, tuple[int, Side, int, int]]] = []
        given: dict[int, tuple[Side, int]] = {}  # side and group of each edge so far
        for edge in edges:
            best = (NEVER, Side.EAST, 0, 0)
            stretches = stretches_of(edge.start, edge.end)
            in_turn = edge.is_shared or edge.twin is not None
            ways = EITHER if edge.is_inside else self._groups(edge)
            for side, group in ways if edge.twin is None else (given[id(edge.twin)],):
                diagonal = edge.diagonal
                if edge.is_inside:
                    diagonal = flow_diagonal(diagonal, edge.start, side)
                others = NOBODY if in_turn else taken
                wait = self._wait(stretches, side, group, edge.groups, others) - diagonal
                if wait < best[0]:
                    best = (wait, side, group, diagonal)
                    if wait <= start:
                        break
            if best[0] == NEVER:
                return None
            chosen.append((edge, best))
            wait, side, group, _ = best
            given[id(edge)] = (side, group)
            for stretch in stretches:
                taken[stretch][side] |= ((1 << edge.groups) - 1) << group
            start = max(start, wait)
        for edge, (_, side, group, diagonal) in chosen:
            edge.side, edge.group, edge.diagonal = side, group, diagonal
        return start

    def _groups(self, edge: Edge) -> Sequence[tuple[Side, int]]:
        """Where an edge may go: its own groups, or any of its direction."""
        assert edge.side is not None
        return ALL_GROUPS[edge.side] if edge.group < 0 else ((edge.side, edge.group),)

    def _wait(
        self,
        stretches: range,
        side: Side,
        group: int,
        groups: int,
        taken: Sequence[Sequence[int]],
    ) -> int:
        """The diagonal from which groups of streams are free; far off where the flow has them."""
        latest, bits = -NEVER, ((1 << groups) - 1) << group
        for stretch in stretches:
            if taken[stretch][side] & bits:
                return 2 * NEVER
            free = self._stream_free[stretch][side]
            last = free[group] if groups == 1 else max(free[group : group + groups])
            if last > latest:
                latest = last
        return latest

    def _take_stream(self, edge: Edge, start: int) -> None:
        free = start + edge.diagonal + edge.span
        for stretch in stretches_of(edge.start, edge.end):
            groups = self._stream_free[stretch][edge.side or 0]
            for group in range(edge.group, edge.group + edge.groups):
                groups[group] = max(groups[group], free)

    def _emit(self, step: Step, start: int) -> None:
        """One row for each unit of a step; the bytes of a word are on neighbouring streams."""
        span, out, a, b, at = step.nest.span, step.out, step.a, step.b, step.at
        ends = start + span - 1 + latency(step.opcode)
        for unit, relative in self._uses(step):
            self._unit_free[unit] = max(self._unit_free[unit], start + relative + span)
            self._end = max(self._end, ends + relative)
        if out is not None and out.row < 0:
            out.row = self._count
        takes = NO_STREAM if a is None else a.stream
        gives = NO_STREAM if out is None else out.stream
        other, other_row = (NO_STREAM, -1) if b is None else (b.stream, b.row)
        by_byte = step.opcode == Opcode.WRITE
        apart = APART.get(step.opcode, 1)
        for number, (unit, relative) in enumerate(step.starts):
            byte = number % step.width if by_byte else number
            giver = -1 if a is None else a.row + byte * (by_byte and a.is_read)
            self._numbers.extend(
                (
                    start + relative,
                    unit,
                    step.opcode,
                    self.operation,
                    *step.nest.counts,
                    *step.nest.intervals,
                    takes + step.offset + byte * by_byte,
                    other,
                    gives + byte * apart * (out is not None),
                    step.value,
                    at.base,
                    *at.steps,
                    at.by_layer,
                    at.by_tile,
                    at.by_rows,
                    at.by_position,
                    at.by_expert,
                    at.by_chip,
                    step.cache,
                    step.lane,
                    *step.lane_steps,
                    step.flags,
                    giver,
                    other_row,
                    step.parcel,
                )
            )
        self._count += len(step.starts)


def parked(parcel: Parcel, start: int, nest: Nest) -> None:
    """A parcel is parked, from the first to the last start of a nest."""
    parcel.first = max(parcel.first, start + WRITE_CYCLES)
    parcel.last = max(parcel.last, start + nest.span - 1 + WRITE_CYCLES)
    parcel.stores += 1


@cache
def stretches_of(one: int, other: int) -> range:
    """The stretches between two places."""
    low, high = min(one, other), max(one, other)
    passed = [i for i, (first, last) in enumerate(STRETCHES) if low <= last and high >= first]
    return range(passed[0], passed[-1] + 1)
