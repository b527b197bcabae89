"""Pass 5: a flow, walked from its end: every operand's cycle and stream, before the start is known.

Values never wait on a stream, so each operand's cycle follows from distance and latency alone.
"""

from dataclasses import dataclass

from lpu_engine.compiler.flows import (
    STILL,
    At,
    Chain,
    Flow,
    HalfPass,
    Nest,
    PairPass,
    Read,
    Receive,
    Send,
    Steps,
    Store,
    Switch,
    Vector,
)
from lpu_engine.compiler.instructions import CHAINED, OUTSIDE, PARTLY, RENEWED, SCATTERED
from lpu_engine.hardware.lpu import (
    ALU_CYCLES,
    EAST_MATRIX,
    FIRST_PASS,
    FIRST_RECEIVE,
    FIRST_SEND,
    PLACES,
    READ_CYCLES,
    SLICES,
    STREAMS,
    VECTOR,
    WORD,
    Opcode,
    Side,
    latency,
)

ANY_ALU = -1
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
    is_shared: bool = False  # its values are on the streams in turns with others of the same walk
    twin: "Edge | None" = None  # of a turn before, whose streams it uses in turn

    @property
    def is_inside(self) -> bool:
        """Between two ALUs: either way will do."""
        return self.side is None

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
    width: int = WORD  # of a WRITE: bytes of the vector; more units are copies
    twin: "Step | None" = None  # of a turn before, whose ALU it uses in turn


def flow_diagonal(cycle: int, place: int, side: Side) -> int:
    """What stays the same while a value flows."""
    return cycle - place if side == Side.EAST else cycle + place


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

    def store(self, store: Store, nest: Nest) -> None:
        """A flow to its end in memory, whose furthest slice takes the first value at cycle 0."""
        far = max(store.units, key=lambda unit: abs(PLACES[unit] - store.x.place))
        edge = self.need(store.x, PLACES[far], 0, nest)
        starts = tuple((unit, -abs(PLACES[far] - PLACES[unit])) for unit in store.units)
        cache = cache_sign(store.is_cache, far, edge)
        step = Step(Opcode.WRITE, starts, nest, a=edge, at=store.at, cache=cache)
        step.parcel, step.width = store.parcel.number, store.width
        step.flags = SCATTERED if store.is_scattered else 0
        self.steps.append(step)

    def send(self, send: Send, nest: Nest) -> None:
        """A flow to its end on links, which take the first value at cycle 0."""
        edge = self.need(send.x, EAST_MATRIX, 0, nest)
        for link in send.links:
            self.steps.append(Step(Opcode.SEND, ((FIRST_SEND + link, 0),), nest, a=edge))

    def first(self, opcode: Opcode) -> int:
        """The cycle of its first instruction of a kind."""
        return min(
            cycle for step in self.steps if step.opcode == opcode for _, cycle in step.starts
        )

    def follow(self, other: "Walk") -> None:
        """Use the units and streams of a walk just like this one, in turn with it."""
        for step, twin in zip(self.steps, other.steps, strict=True):
            step.twin = twin
        for edge, twin_edge in zip(self.edges, other.edges, strict=True):
            edge.twin = twin_edge

    def join(self, other: "Walk", later: int) -> None:
        """Another walk becomes part of this one, its cycles so much later."""
        for step in other.steps:
            step.starts = tuple((unit, cycle + later) for unit, cycle in step.starts)
        for edge in other.edges:
            edge.diagonal += later
        self.steps += other.steps
        self.edges += other.edges

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
        elif isinstance(flow, PairPass):
            self._pair_pass(flow, emerges - latency(Opcode.PASS_PAIR), nest, out)
        elif isinstance(flow, Receive):
            starts = ((FIRST_RECEIVE + flow.link, emerges - latency(Opcode.RECEIVE)),)
            self.steps.append(Step(Opcode.RECEIVE, starts, nest, out=out, earliest=flow.bound))
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
                    lane=flow.first_sum,
                    lane_steps=(0, 0, 1),
                    flags=flow.flags,
                    earliest=flow.bound,
                )
            )

    def _pair_pass(self, flow: PairPass, cycle: int, nest: Nest, out: Edge | None) -> None:
        a = self.need(flow.x, flow.place, cycle, nest)
        step = Step(Opcode.PASS_PAIR, ((FIRST_PASS + flow.plane, cycle),), nest, a, None, out)
        step.lane, step.lane_steps, step.flags = flow.first_sum, flow.sums, flow.flags
        self.steps.append(step)

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
