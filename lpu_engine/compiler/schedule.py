"""Pass 4: flows become instructions at cycles, on units and streams that are free then.

Values never wait on a stream, so a flow is rigid: from its end, backwards, each operand's cycle
follows from distance and latency. Only the start is chosen, the earliest at which all is free.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

from lpu_engine.compiler.flows import (
    STILL,
    At,
    Chain,
    Flow,
    HalfPass,
    Nest,
    Parcel,
    Pass,
    Read,
    Steps,
    Store,
    Switch,
    Vector,
    burst,
)
from lpu_engine.compiler.instructions import (
    CHAINED,
    NO_STREAM,
    OUTSIDE,
    PARTLY,
    RENEWED,
    Block,
    from_numbers,
)
from lpu_engine.compiler.placement import Tile, weight_slices
from lpu_engine.hardware.lpu import (
    ALU_CYCLES,
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
    STREAMS,
    UNITS,
    VECTOR,
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
ANY_ALU = -1
NEVER = 10**9
CYCLE = itemgetter(1)
ALL_GROUPS = tuple(tuple((side, group) for group in range(GROUPS)) for side in Side)
EITHER = ALL_GROUPS[Side.EAST] + ALL_GROUPS[Side.WEST]
NOWHERE = At(0)


@dataclass(slots=True)
class Edge:
    """A stream's values from `start` to `end`. `diagonal` = cycle minus way, the same all along."""

    start: int
    end: int
    diagonal: int  # relative to the flow, for `side`
    span: int
    groups: int
    side: Side | None  # None: between two ALUs, either way
    group: int = -1
    row: int = -1  # of the producing instruction
    is_read: bool = False  # each byte has a row of its own

    @property
    def stream(self) -> int:
        """The first stream."""
        return (self.side or 0) * STREAMS + self.group * WORD


@dataclass(slots=True)
class Step:
    """An instruction before its start is known: one, or the same on all slices of a word.

    `starts` are units with cycles relative to the flow's end.
    """

    opcode: Opcode
    starts: tuple[tuple[int, int], ...]
    nest: Nest
    a: Edge | None = None
    b: Edge | None = None
    out: Edge | None = None
    value: float = 0.0
    at: At = NOWHERE
    cache: int = 0
    lane: int = 0
    lane_steps: Steps = STILL
    flags: int = 0
    parcel: int = OUTSIDE
    earliest: int = 0
    offset: int = 0  # streams of `a` before the first that is taken


def flow_diagonal(cycle: int, place: int, side: Side) -> int:
    """What stays the same while a value flows."""
    return cycle - place if side == Side.EAST else cycle + place


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

    def install(self, tile: Tile, *, wide: bool = True) -> None:
        """Bring a tile's weights into its plane, behind those at work."""
        unit = FIRST_INSTALL + tile.plane
        place, side = PLACES[unit], plane_side(tile.plane)
        nest = burst(INSTALL_CYCLES)
        group = HALF * (tile.plane % 2) if wide else 0
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


def cache_sign(is_cache: bool, unit: int, edge: Edge) -> int:
    """How the cycle moves when the cache stands further out: with outward streams, later."""
    if not is_cache:
        return 0
    outward = Side.EAST if unit >= SLICES else Side.WEST
    return 1 if edge.side == outward else -1


class Walk:
    """A flow's steps and edges, found from its end backwards, producers before consumers."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.edges: list[Edge] = []
        self.pass_cycle = 0
        self._seen: dict[int, Edge] = {}

    def need(self, flow: Flow, place: int, cycle: int, nest: Nest) -> Edge:
        """The edge that brings a flow's first value to a place at a cycle."""
        if id(flow) in self._seen:
            return self._shared(self._seen[id(flow)], flow, place, cycle)
        if isinstance(flow, Chain) and flow.length == 1 and flow.start is None:
            return self.need(flow.x, place, cycle, nest)
        start = flow.place
        emerges = cycle - abs(place - start)
        side = None if place == start else Side.EAST if place > start else Side.WEST
        diagonal = emerges if side is None else flow_diagonal(emerges, start, side)
        span = nest.chained(flow.length).span if isinstance(flow, Chain) else nest.span
        if isinstance(flow, Chain):
            diagonal -= (flow.length - 1) * ALU_CYCLES
        edge = Edge(start, place, diagonal, span, 1, side)
        self.visit(flow, emerges, nest, edge)
        self.edges.append(edge)
        self._seen[id(flow)] = edge
        return edge

    def _shared(self, edge: Edge, flow: Flow, place: int, cycle: int) -> Edge:
        """The edge of a value that two units take: it goes as far as the further one."""
        way = abs(place - edge.start)
        side = None if not way else Side.EAST if place > edge.start else Side.WEST
        back = 0 if edge.side is None else edge.start if edge.side == Side.EAST else -edge.start
        is_chain = isinstance(flow, Chain)
        if not is_chain and edge.diagonal + back != cycle - way:
            raise ValueError("A flow's value is wanted in two cycles.")
        if edge.side is None and side is not None:
            edge.side, edge.diagonal = side, flow_diagonal(cycle, place, side)
        if side not in (None, edge.side):
            raise ValueError("A flow's value is wanted in two directions.")
        if way > abs(edge.end - edge.start):
            edge.end = place
        return edge

    def visit(self, flow: Flow, emerges: int, nest: Nest, out: Edge | None) -> None:
        """The steps of a flow whose first result comes out at cycle `emerges`."""
        if isinstance(flow, Read):
            self._read(flow, emerges, nest, out)
        elif isinstance(flow, Vector):
            self._vector(flow, emerges - latency(flow.opcode), nest, out)
        elif isinstance(flow, Chain):
            self._chain(flow, emerges, nest, out)
        elif isinstance(flow, Switch):
            cycle = emerges - latency(flow.opcode)
            a = self.need(flow.a, flow.place, cycle, nest)
            b = None if flow.b is None else self.need(flow.b, flow.place, cycle, nest)
            self.steps.append(
                Step(
                    flow.opcode,
                    ((flow.unit, cycle),),
                    nest,
                    a,
                    b,
                    out,
                    at=flow.at,
                    lane=flow.lane,
                    lane_steps=flow.lane_steps,
                )
            )
        elif isinstance(flow, HalfPass):
            self._half_pass(flow, emerges - latency(Opcode.PASS_HALF), nest, out)
        else:
            self.pass_cycle = cycle = emerges - latency(Opcode.PASS)
            a = self.need(flow.x, flow.place, cycle, nest)
            self.steps.append(
                Step(
                    Opcode.PASS,
                    ((FIRST_PASS + flow.plane, cycle),),
                    nest,
                    a,
                    None,
                    out,
                    lane_steps=(0, 0, 1),
                    flags=flow.flags,
                    earliest=flow.bound,
                )
            )

    def _half_pass(self, flow: HalfPass, cycle: int, nest: Nest, out: Edge | None) -> None:
        a = self.need(flow.x, flow.place, cycle, nest)
        step = Step(Opcode.PASS_HALF, ((FIRST_PASS + flow.plane, cycle),), nest, a, None, out)
        step.lane, step.lane_steps, step.flags = flow.first_sum, flow.sums, flow.flags
        step.earliest, step.offset = flow.bound, flow.offset
        self.steps.append(step)

    def _read(self, read: Read, emerges: int, nest: Nest, out: Edge | None) -> None:
        assert out is not None
        out.is_read = True
        cycle = emerges - READ_CYCLES + abs(out.end - read.place)
        starts = tuple((unit, cycle - abs(out.end - PLACES[unit])) for unit in read.units)
        ready, parcel, flags = 0, OUTSIDE, 0
        if read.renewed is not None:
            parcel, flags = read.renewed.number, RENEWED
        if read.parcel is not None:
            parcel, last = read.parcel.number, read.parcel.last
            in_order = read.parcel.stores == 1 and not read.is_whole
            ready = max(read.parcel.first, last - nest.span + 1) if in_order else last
        cache = cache_sign(read.is_cache, read.units[0], out)
        self.steps.append(
            Step(
                Opcode.READ_WIDE if read.is_wide else Opcode.READ,
                starts,
                nest,
                out=out,
                at=read.at,
                cache=cache,
                parcel=parcel,
                earliest=ready,
                flags=flags | PARTLY if read.by_host else flags,
                lane=read.by_host,
            )
        )

    def _vector(self, flow: Vector, cycle: int, nest: Nest, out: Edge | None) -> None:
        value, edges = 0.0, []
        for operand in (flow.a, flow.b):
            if isinstance(operand, float):
                value = operand
            edges.append(
                None
                if operand is None or isinstance(operand, float)
                else self.need(operand, VECTOR, cycle, nest)
            )
        alu = ((ANY_ALU, cycle),)
        self.steps.append(Step(flow.opcode, alu, nest, edges[0], edges[1], out, value=value))

    def _chain(self, flow: Chain, emerges: int, nest: Nest, out: Edge | None) -> None:
        first = emerges - ALU_CYCLES * flow.length
        one = nest.chained(1)
        x = self.need(flow.x, VECTOR, first, nest.chained(flow.length))
        alu = ((ANY_ALU, first),)
        if flow.start is None:
            self.steps.append(Step(Opcode.COPY, alu, one, x, None, out))
        else:
            start = self.need(flow.start, VECTOR, first, nest)
            self.steps.append(Step(flow.opcode, alu, one, start, x, out))
        if flow.length > 1:
            rest = nest.chained(flow.length - 1)
            alu = ((ANY_ALU, first + ALU_CYCLES),)
            self.steps.append(Step(flow.opcode, alu, rest, out, x, out, flags=CHAINED))
