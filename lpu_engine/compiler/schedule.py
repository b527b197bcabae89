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
from lpu_engine.compiler.walk import ANY_ALU, Edge, Step, Walk, cache_sign, flow_diagonal
from lpu_engine.hardware.lpu import (
    ALUS,
    FIRST_ALU,
    FIRST_INSTALL,
    FIRST_PASS,
    GROUPS,
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
        far = max(store.units, key=lambda unit: abs(PLACES[unit] - store.x.place))
        edge = walk.need(store.x, PLACES[far], 0, nest)
        starts = tuple((unit, -abs(PLACES[far] - PLACES[unit])) for unit in store.units)
        cache = cache_sign(store.is_cache, far, edge)
        walk.steps.append(
            Step(
                Opcode.WRITE,
                starts,
                nest,
                a=edge,
                at=store.at,
                cache=cache,
                parcel=store.parcel.number,
            )
        )
        start = self._place(walk)
        last = start + nest.span - 1 + WRITE_CYCLES
        parcel = store.parcel
        parcel.first = max(parcel.first, start + WRITE_CYCLES)
        parcel.last = max(parcel.last, last)
        parcel.stores += 1

    def run(self, flow: Pass, nest: Nest) -> None:
        """Schedule a flow that ends in a plane's accumulators."""
        walk = Walk()
        walk.visit(flow, 0, nest, None)
        self._swapped(flow.plane, self._place(walk) + walk.pass_cycle)

    def store_pass(self, store: Store, nest: Nest, plane: int) -> None:
        """`store`, where the flow goes through a plane."""
        self.store(store, nest)
        self._swapped(plane, self._unit_free[FIRST_PASS + plane] - nest.span)

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

    def installed(self, plane: int) -> int:
        """From when the weights that came in last may be passed through."""
        return self._installed[plane]

    def block(self, name: str) -> Block:
        """What was scheduled, in order."""
        return Block(name, from_numbers(self._numbers), self._end)

    def _swapped(self, plane: int, cycle: int) -> None:
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
        start = self._choose_streams(walk.edges, start)
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
                if not step.flags & CHAINED:
                    chosen = next(free)
                step.starts = ((chosen, cycle),)

    def _choose_streams(self, edges: Iterable[Edge], start: int) -> int:
        """A group for each edge: the first that does not delay the start, else the least late."""
        taken = [[0, 0] for _ in STRETCHES]  # bits of groups, by stretch and side
        for edge in edges:
            best = (NEVER, Side.EAST, 0, 0)
            stretches = stretches_of(edge.start, edge.end)
            for side, group in EITHER if edge.side is None else self._groups(edge):
                diagonal = edge.diagonal
                if edge.side is None:
                    diagonal = flow_diagonal(diagonal, edge.start, side)
                wait = self._wait(stretches, side, group, edge.groups, taken) - diagonal
                if wait < best[0]:
                    best = (wait, side, group, diagonal)
                    if wait <= start:
                        break
            wait, edge.side, edge.group, edge.diagonal = best
            if wait == NEVER:
                raise OverflowError("A flow needs more streams than there are.")
            for stretch in stretches:
                taken[stretch][edge.side] |= ((1 << edge.groups) - 1) << edge.group
            start = max(start, wait)
        return start

    def _groups(self, edge: Edge) -> Sequence[tuple[Side, int]]:
        """Where an edge may go: its own groups, or any of its direction."""
        assert edge.side is not None
        return ALL_GROUPS[edge.side] if edge.group < 0 else ((edge.side, edge.group),)

    def _wait(
        self, stretches: range, side: Side, group: int, groups: int, taken: list[list[int]]
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
            for group in range(edge.group, edge.group + edge.groups):
                self._stream_free[stretch][edge.side or 0][group] = free

    def _emit(self, step: Step, start: int) -> None:
        """One row for each unit of a step; the bytes of a word are on neighbouring streams."""
        span, out, a, b, at = step.nest.span, step.out, step.a, step.b, step.at
        ends = start + span - 1 + latency(step.opcode)
        for unit, relative in self._uses(step):
            self._unit_free[unit] = start + relative + span
            self._end = max(self._end, ends + relative)
        if out is not None and out.row < 0:
            out.row = self._count
        takes = NO_STREAM if a is None else a.stream
        gives = NO_STREAM if out is None else out.stream
        other, other_row = (NO_STREAM, -1) if b is None else (b.stream, b.row)
        by_byte = step.opcode == Opcode.WRITE
        apart = WORD if step.opcode == Opcode.READ_WIDE else 1
        for byte, (unit, relative) in enumerate(step.starts):
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


@cache
def stretches_of(one: int, other: int) -> range:
    """The stretches between two places."""
    low, high = min(one, other), max(one, other)
    passed = [i for i, (first, last) in enumerate(STRETCHES) if low <= last and high >= first]
    return range(passed[0], passed[-1] + 1)
