"""Rows of one chip of a group: norms, matrices on both pairs, gates, sums.

Weights come in at full rate on all streams to a pair; its rows follow in the cycle behind them, so
a tile takes 20 cycles and those of its rows. Residual and sums are 32-bit floats, what a pair
multiplies are 16-bit ones.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lpu_engine.compiler.flows import (
    At,
    Chain,
    Flow,
    Nest,
    PairPass,
    Parcel,
    Read,
    Steps,
    Store,
    Vector,
    chains,
    delayed,
    grid,
)
from lpu_engine.compiler.instructions import ACCUMULATE, EMIT, PARTLY
from lpu_engine.compiler.memory import WEST_0, Buffer, Memory
from lpu_engine.compiler.pipeline.buffers import OUTPUTS, ROWS_16, Buffers, Sides
from lpu_engine.compiler.pipeline.layout import Run, Tensor
from lpu_engine.compiler.pipeline.shard import Shard, on_side
from lpu_engine.compiler.placement import INNER_SLICES, Word, weight_slices
from lpu_engine.compiler.rowwise import Rows, Rowwise
from lpu_engine.compiler.schedule import parked
from lpu_engine.compiler.walk import Edge, Step, Walk, flow_diagonal
from lpu_engine.hardware.lpu import (
    CHAIN,
    FIRST_INSTALL,
    FIRST_PASS,
    GROUPS,
    INSTALL_CYCLES,
    PAIR_CYCLES,
    PLACES,
    READ_CYCLES,
    VECTOR,
    Opcode,
    Side,
    plane_side,
)
from lpu_engine.model.families import GELU

ALL_BUT_THE_FIRST = (1 << INSTALL_CYCLES) - 2  # bits of a tile's rows that were there before
TURNAROUND = 2  # a slice reads in one cycle and writes in the other
GELU_SLOPE, GELU_CUBE = -2 * math.sqrt(2 / math.pi), 0.044715

Split = Mapping[Side, Rows]  # the outputs of a matrix by side, or two copies of the same rows


@dataclass(frozen=True, slots=True)
class Turn:
    """Rows that go through a pair: `later` cycles after the first of its weights came in.

    Without a store, the products stay in the accumulators.
    """

    later: int
    nest: Nest
    flow: PairPass
    store: Store | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """Tiles that come into a pair: from the slices of a bank, widened, or from the cache."""

    plane: int  # the first of the pair
    opcode: Opcode
    units: tuple[int, ...]
    at: At
    is_cache: bool = False
    new: Parcel | None = None  # one of the 20 rows, which the block has parked


class ShardLowering(Rowwise):
    """Flows of one block of one chip."""

    def __init__(self, shard: Shard, buffers: Buffers, memory: Memory, rows: int) -> None:
        super().__init__(memory, rows)
        self.shard, self.buffers = shard, buffers
        self.architecture = shard.architecture

    @property
    def residual(self) -> Rows:
        """What the blocks before have left."""
        return Rows(self.buffers.residual)

    def room(self, words: Mapping[Side, Word], counts: Mapping[Side, int]) -> Sides:
        """A buffer on each side."""
        return {side: self.memory.buffer(words[side], self.rows, counts[side]) for side in Side}

    def copies(self, vectors: int) -> Split:
        """Room for 16-bit rows in both hemispheres."""
        return {side: self.park(ROWS_16[side], vectors) for side in Side}

    def parked(self, room: Sides) -> Split:
        """A shared buffer that this block will fill."""
        return {side: Rows(room[side], self.schedule.parcels(1)) for side in Side}

    def norm(self, x: Rows, into: Split | None = None) -> Split:
        """Root-mean-square norm of the rows, in 16 bits; gains are folded into the next matrix."""
        shard, stride = self.shard, x.buffer.vectors
        factor, out = self.factor(x), into or self.copies(shard.width)
        first = 0
        for side in Side:
            count = on_side(shard.width, side)
            base = shard.padded(Side.EAST) if side == Side.WEST else 0
            if not count:
                continue

            def normed(base: int = base) -> Flow:
                element = x.read(base, (stride, 0, 1))
                scaled = Vector(Opcode.MULTIPLY, element, factor())
                return Vector(Opcode.NARROW, scaled)

            self.fill_copies(out, first, count, normed)
            first += count
        return out

    def fill_copies(self, out: Split, first: int, count: int, flow: Callable[[], Flow]) -> None:
        """Park vectors `first` on of each row, in both hemispheres."""
        for side in Side:
            stride = out[side].buffer.vectors
            nest = grid(self.rows, count)
            self.store(out[side], first, (stride, 0, 1), flow(), nest)

    def factor(self, x: Rows) -> Callable[[], Flow]:
        """1 / root mean square of each row: its flow, to be used in a grid of rows and vectors."""
        vectors, width = x.buffer.vectors, self.architecture.width
        sums = self.park(WEST_0)
        for first, nest in chains(self.rows, vectors):
            element = x.read(first * vectors, (CHAIN * vectors, 1, vectors))
            total = Chain(Opcode.ADD, Vector(Opcode.MULTIPLY, element, element), vectors)
            self.store(sums, first, (CHAIN, 0, 1), total, nest)
        totals = self.reduce(sums, self.rows, Opcode.ADD, WEST_0)

        def flow() -> Flow:
            mean = Vector(Opcode.DIVIDE, totals.read(0, (1, 0, 0)), float(width))
            shifted = Vector(Opcode.ADD, mean, self.architecture.norm_epsilon)
            return Vector(Opcode.RECIPROCAL_ROOT, shifted)

        return flow

    def matrix(self, tensor: Tensor, x: Split, targets: Sides, *, by_expert: int = 0) -> Split:
        """A tensor times the rows; the outputs of each side are parked there."""
        out = {side: Rows(targets[side], self.schedule.parcels(1)) for side in Side}
        for half in range(2):
            for run in tensor.runs:
                if run.bank % 2 == half:
                    self._run(tensor, run, x[run.side], out[run.side], by_expert)
        return out

    def _run(self, tensor: Tensor, run: Run, x: Rows, target: Rows, by_expert: int) -> None:
        """The outputs of one bank: for each of them all inputs, added up in the accumulators."""
        inputs, outputs, rows = tensor.inputs, run.outputs, self.rows
        period = INSTALL_CYCLES + PAIR_CYCLES * (rows - 1) + 1
        plane = run.bank & ~1
        turns = []
        for first, count, flags in accumulated(inputs):
            nest = Nest((outputs, count, rows), (inputs * period, period, PAIR_CYCLES))
            flow = PairPass(plane, whole(x, first, (0, 1, x.buffer.vectors)), flags, (0, 0, 1))
            store = None
            if flags & EMIT:
                steps = (1, 0, target.buffer.vectors)
                at = At(target.buffer.base + run.first, steps)
                store = Store(target.buffer.word.units(), at, flow, target.parcels[0])
            turns.append(Turn(INSTALL_CYCLES + first * period, nest, flow, store))
        tile = (inputs * INSTALL_CYCLES, INSTALL_CYCLES, 1)
        at = At(run.address, tile, by_expert=by_expert)
        weights = Weights(plane, Opcode.READ_DOUBLE, weight_slices(run.bank), at)
        self.products(weights, (outputs, inputs), period, turns)

    def products(
        self, weights: Weights, tiles: tuple[int, int], period: int, turns: Sequence[Turn]
    ) -> None:
        """Tiles come into a pair, one each period, and rows go through; scheduled as one."""
        unit, side = FIRST_INSTALL + weights.plane, plane_side(weights.plane)
        place = PLACES[unit]
        (outer, inner), cycles = tiles, INSTALL_CYCLES
        nest = Nest((outer, inner, cycles), (inner * period, period, 1))
        places = [PLACES[m] for m in weights.units]
        start = min(places) if side == Side.EAST else max(places)
        edge = Edge(start, place, flow_diagonal(0, place, side), nest.span, GROUPS, side, 0)
        edge.is_read = True
        walk = Walk()
        starts = tuple((m, -abs(place - PLACES[m]) - READ_CYCLES) for m in weights.units)
        outward = int(weights.is_cache)  # marks the address: it counts from the cache's
        read = Step(weights.opcode, starts, nest, out=edge, at=weights.at, cache=outward)
        if weights.new is not None:
            read.parcel, read.earliest = weights.new.number, weights.new.last
            read.flags, read.lane = PARTLY, ALL_BUT_THE_FIRST
        walk.steps.append(read)
        earliest = self.schedule.arriving(weights.plane)
        walk.steps.append(Step(Opcode.INSTALL_PAIR, ((unit, 0),), nest, a=edge, earliest=earliest))
        walk.edges.append(edge)
        ends, first = [], None
        for turn in turns:
            part = _turned(turn, place, side)
            if turn.store is not None:
                if first is not None:
                    part.follow(first)
                first = first or part
            later = turn.later - part.first(Opcode.PASS_PAIR)
            walk.join(part, later)
            ends.append((turn, later))
        begun = self.schedule.place(walk)
        for turn, later in ends:
            if turn.store is not None:
                parked(turn.store.parcel, begun + later, turn.nest)
        self.schedule.hold(FIRST_PASS + weights.plane, PAIR_CYCLES - 1)
        self.schedule.swapped(weights.plane, begun + nest.span)

    def gate(self, gates: Split, ups: Split, vectors: int) -> Split:
        """The activation of the gates times the ups, in 16 bits: the east's vectors, the west's.

        Both activations are x / (1 + exp(...)); what is below stands in the other hemisphere.
        """
        out, first = self.copies(vectors), 0
        slope = _gelu_slope if self.architecture.activation == GELU else _silu_slope
        for side in Side:
            count = gates[side].buffer.vectors
            if not count:
                continue
            below = self.park(OUTPUTS[side.other], count)
            x = gates[side].read(0, (count, 0, 1))
            self.fill(below, Vector(Opcode.ADD, Vector(Opcode.EXP, slope(x)), 1.0), vectors=count)

            def gated(side: Side = side, count: int = count, below: Rows = below) -> Flow:
                steps = (count, 0, 1)
                active = Vector(Opcode.DIVIDE, gates[side].read(0, steps), below.read(0, steps))
                return Vector(
                    Opcode.NARROW, Vector(Opcode.MULTIPLY, active, ups[side].read(0, steps))
                )

            self.fill_copies(out, first, count, gated)
            first += count
        return out

    def add_branch(self, part: Split, weight: Buffer | None = None) -> None:
        """The branch + a part of it, which an expert's weight multiplies where there is one."""
        for side in Side:
            stride, own = self.buffers.branch[side].vectors, part[side].buffer.vectors
            if not own:
                continue
            nest = grid(self.rows, own, TURNAROUND)
            x: Flow = part[side].read(0, (own, 0, 1))
            if weight is not None:
                at = At(weight.base, (1, 0, 0), by_tile=weight.vectors)
                x = Vector(Opcode.MULTIPLY, x, Read(weight.word.units(), at))
            target = Rows(self.buffers.branch[side], self.schedule.parcels(1))
            old = Rows(self.buffers.branch[side]).read(0, (stride, 0, 1))
            self.store(target, 0, (stride, 0, 1), Vector(Opcode.ADD, old, x), nest)


def accumulated(inputs: int) -> list[tuple[int, int, int]]:
    """Inputs of an output in order: (first, count, flags of the pass)."""
    if inputs == 1:
        return [(0, 1, EMIT)]
    last = (inputs - 1, 1, ACCUMULATE | EMIT)
    middle = [(1, inputs - 2, ACCUMULATE)] if inputs > 2 else []
    return [(0, 1, 0), *middle, last]


def whole(x: Rows, base: int, steps: Steps) -> Read:
    """A fetch of rows again and again: not before all of them are parked."""
    units, parcel = x.buffer.word.units(), x.parcels[0] if x.parcels else None
    return Read(units, At(x.buffer.base + base, steps), parcel, is_whole=True)


def capped(x: Flow, cap: float) -> Flow:
    """cap * tanh(x / cap)."""
    below = Vector(Opcode.ADD, Vector(Opcode.EXP, Vector(Opcode.MULTIPLY, x, 2 / cap)), 1.0)
    return Vector(Opcode.SUBTRACT, cap, Vector(Opcode.DIVIDE, 2 * cap, below))


def _turned(turn: Turn, place: int, side: Side) -> Walk:
    """The walk of a turn; its rows, and results that go out like them, follow the weights."""
    walk = Walk()
    if turn.store is None:
        walk.visit(turn.flow, 0, turn.nest, None)
    else:
        walk.store(turn.store, turn.nest)
    for edge in walk.edges:
        if edge.side == side and abs(edge.end - VECTOR) > INNER_SLICES:
            edge.is_shared = True
            edge.group = 0 if edge.end == place else edge.group
    return walk


def _silu_slope(x: Flow) -> Flow:
    return Vector(Opcode.MULTIPLY, x, -1.0)


def _gelu_slope(x: Flow) -> Flow:
    """-2 sqrt(2 / pi) (x + 0.044715 x^3)."""
    square = Vector(Opcode.MULTIPLY, Vector(Opcode.MULTIPLY, x, x), GELU_SLOPE * GELU_CUBE)
    slope = Vector(Opcode.ADD, square, GELU_SLOPE)
    late = delayed(x, (Opcode.MULTIPLY, Opcode.MULTIPLY, Opcode.ADD))
    return Vector(Opcode.MULTIPLY, slope, late)
