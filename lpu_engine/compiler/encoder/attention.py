"""An encoder's attention on the planes: keys, values and weights of values are a plane's weights.

Values come out transposed because the rows are the weights and the values' matrix passes through.
Their bias is part of the output's, keys need none: the softmax does not see it. It does not see a
maximum either, so none is taken away; scores stay far below where exp overflows.
"""

from collections.abc import Sequence

from lpu_engine.compiler.encoder.jobs import Job, Passes
from lpu_engine.compiler.encoder.memory import (
    EACH,
    STRIDE,
    TILE_STRIPES,
    TOGETHER,
    Rows16,
    Rows32,
    Striped,
    by_row,
    operand_slices,
)
from lpu_engine.compiler.encoder.placement import Layer
from lpu_engine.compiler.encoder.rows import (
    LAYER_OPERATIONS,
    NARROW,
    WIDE,
    RowLowering,
    Summed,
    stores_striped,
)
from lpu_engine.compiler.flows import (
    At,
    Flow,
    HalfPass,
    Nest,
    Parcel,
    Read,
    Store,
    Switch,
    Vector,
    delayed,
)
from lpu_engine.hardware.lpu import (
    HALF_LANES,
    HALF_STREAMS,
    INSTALL_CYCLES,
    PLANES,
    Opcode,
    Side,
    plane_side,
    slice_unit,
)

TILE_BITS = (1 << INSTALL_CYCLES) - 1


class WideRows:
    """Rows that pass through two planes side by side: a byte each, parked by the host."""

    def __init__(self, side: Side, slice_: int, base: int, head_dim: int) -> None:
        self.parcels: list[Parcel] = []
        self._unit, self._at = slice_unit(side, slice_), At(base, (head_dim, TOGETHER, 1))

    def read(self, plane: int) -> Read:
        """A fetch for both planes."""
        del plane
        return Read((self._unit,), self._at, is_wide=True)


class BothHalves:
    """A vector of every row, half after half."""

    def __init__(self, halves: Sequence[Rows16]) -> None:
        self.halves = halves

    @property
    def parcels(self) -> list[Parcel]:
        """What must be parked first."""
        return [parcel for rows in self.halves for parcel in rows.parcels]

    def read(self, plane: int) -> Read:
        """A fetch of a plane's own copy."""
        last = max(parcel.last for parcel in self.parcels)
        first = self.halves[0]
        merged = Parcel(self.parcels[0].number, last, last, len(self.parcels))
        return Read(operand_slices(plane, first.pair), At(first.base, EACH), merged)


class Attention:
    """One layer's attention, from the rows to the mixed heads."""

    def __init__(
        self, lowering: RowLowering, layer: Layer, x: Sequence[Summed], rotation: int
    ) -> None:
        self.lowering, self.layer, self.x, self.rotation = lowering, layer, x, rotation
        self.shape, self.number = lowering.shape, lowering.layer
        shape, room = self.shape, lowering.operand
        self.queries = [self._query_rows(v) for v in range(shape.vectors)]
        self.mixed = [
            [room(rotation + 1 + half, v, NARROW) for v in range(shape.pairs)] for half in range(2)
        ]
        self._slots = [
            (v, k, head) for v in range(shape.vectors) for k, head in enumerate(shape.spans(v))
        ]
        self._key_parcels = {slot: lowering.schedule.parcels(2) for slot in self._slots}
        self._value_parcels = [lowering.parcel() for _ in range(shape.heads)]
        self._mix_planes = [pair % PLANES for pair in range(shape.pairs)]
        self._weights = self._weight_rows()
        self._load = [2 * self._mix_planes.count(plane) for plane in range(PLANES)]

    def keys_queries(self, half: int, operation: int) -> None:
        """Keys first, so that they are there when the queries are."""
        count, factor = self.shape.vectors, self.x[half].factor

        def finish(output: int, sums: Flow) -> None:
            if output < count:
                self._keep_keys(output, half, sums)
                return
            v = output - count
            words = self.lowering.beside(operation, factor)
            (bias,) = self.lowering.constants(words, (operation, v))
            x = Vector(Opcode.ADD, Vector(Opcode.MULTIPLY, sums, factor.read()), bias)
            self.lowering.schedule.park(
                self.lowering.copies(x, self.queries[v].halves[half]), self.lowering.nest
            )

        tiles = self.layer.keys_queries
        self.lowering.matrix(
            operation,
            tiles,
            self.x[half].operands,
            finish,
            half=half,
            is_dealt=False,
            is_turned=not half,
            factor=factor,
        )

    def values(self, rows: Sequence[Striped], factors: Rows32, operation: int) -> None:
        """The values' matrix through planes that hold the rows: two heads side by side."""
        shape, nest_of = self.shape, self.lowering.placement.values
        first_pair = 0
        for side, values in nest_of.items():
            if not values.pairs:
                continue
            planes = tuple(p for p in range(PLANES) if plane_side(p) == side)
            count, dim = values.pairs, shape.head_dim
            nest = Nest((count, dim // TOGETHER, TOGETHER), (dim, TOGETHER, 1))
            base, slice_ = values.bases[self.number], values.slices[self.number]
            passes = [
                (tile, WideRows(side, slice_, base + v * count * dim, dim))
                for v, tile in enumerate(rows)
            ]

            def finish(sums: Sequence[HalfPass], pair: int = first_pair, nest: Nest = nest) -> None:
                self._keep_values(sums, factors, pair, nest)

            job = Job(operation, planes, list(passes), nest, nest.intervals, 0, finish)
            job.after += factors.parcels
            self.lowering.planner.add(job)
            first_pair += count

    def scores(self, operation: int) -> None:
        """Queries times keys, exp, and the weights of values for the plane that mixes them."""
        shape, lowering = self.shape, self.lowering
        by_head = {
            head: [(v, k, h) for v, k, h in self._slots if h == head] for head in range(shape.heads)
        }
        scale, nest = shape.head_dim**-0.5, by_row(shape.sequence)
        for head, slots in by_head.items():
            plane = min(range(PLANES), key=self._load.__getitem__)
            self._load[plane] += len(slots)
            passes: Passes = [(self._keys(slot), self.queries[slot[0]]) for slot in slots]
            target = self._weights[head]

            def finish(sums: Sequence[HalfPass], target: Rows16 = target, head: int = head) -> None:
                weight = Vector(Opcode.EXP, Vector(Opcode.MULTIPLY, sums[0], scale))
                units = operand_slices(self._mix_planes[head // 2], target.pair)
                assert target.parcel is not None
                narrow = Vector(Opcode.NARROW, weight)
                at = At(target.base, EACH)
                store = Store(units, at, narrow, target.parcel, width=HALF_STREAMS)
                lowering.schedule.park([store], nest)

            lowering.planner.add(Job(operation, (plane,), passes, nest, EACH, 0, finish))

    def mix(self, half: int, operation: int) -> None:
        """Two heads to a vector: each one's values, and beside them the sums of its weights."""
        for pair in range(self.shape.pairs):
            plane = self._mix_planes[pair]
            heads = (2 * pair, 2 * pair + 1)
            passes: Passes = [(self._values(head), self._half(head, half)) for head in heads]

            def finish(sums: Flow, pair: int = pair, plane: int = plane) -> None:
                divisor = Switch(Opcode.PERMUTE, plane_side(plane), sums, 0)
                late = delayed(sums, (Opcode.PERMUTE,))
                quotient = Vector(Opcode.DIVIDE, late, divisor)
                target = self.mixed[half][pair]
                self.lowering.schedule.park(
                    self.lowering.copies(quotient, target), self.lowering.nest
                )

            self.lowering.add_job(operation, plane, passes, finish)

    def _query_rows(self, v: int) -> "BothHalves":
        parcels = self.lowering.schedule.parcels(2)
        halves = []
        for half in range(2):
            rows = self.lowering.operand(self.rotation + 2, 2 * v + half, WIDE)
            halves.append(Rows16(rows.pair, rows.base, parcels[half]))
        return BothHalves(halves)

    def _weight_rows(self) -> list[Rows16]:
        """Of each head the weights of both halves, one after the other."""
        used = [0] * PLANES
        out = []
        for plane in self._mix_planes:
            for _ in range(2):
                out.append(self.lowering.operand(self.rotation, used[plane], NARROW))
                used[plane] += 2
        return out

    def _half(self, head: int, half: int) -> Rows16:
        both = self._weights[head]
        return Rows16(both.pair, both.base + half * self.shape.rows, both.parcel)

    def _keep_keys(self, vector: int, half: int, sums: Flow) -> None:
        """Of each head in the vector its own lanes, the others zero; positions in turn."""
        lowering, stores = self.lowering, list[Store]()
        factor = self.x[half].factor
        words = lowering.beside(LAYER_OPERATIONS * self.number, factor)
        scaled = Vector(Opcode.MULTIPLY, sums, factor.read())
        slots = [slot for slot in self._slots if slot[0] == vector]
        masks = lowering.constants(words, *map(self._lanes, slots))
        for slot, mask in zip(slots, masks, strict=True):
            own, k = Vector(Opcode.MULTIPLY, scaled, mask), slot[1]
            base = self._key_base(slot) + half * STRIDE * (self.shape.rows // TOGETHER)
            parcel = self._key_parcels[slot][half]
            at = At(base, (0, STRIDE, 0))
            stores += stores_striped(own, 2 * k, at, parcel)
        lowering.schedule.park(stores, lowering.nest)

    def _lanes(self, slot: tuple[int, int, int]) -> tuple[object, ...]:
        """The name of a vector that is one in a head's lanes, and zero in the others."""
        v, _, head = slot
        low, high = head * self.shape.head_dim, (head + 1) * self.shape.head_dim
        return "lanes", max(low - v * HALF_LANES, 0), min(high - v * HALF_LANES, HALF_LANES)

    def _key_base(self, slot: tuple[int, int, int]) -> int:
        return self.lowering.placement.keys_striped + TILE_STRIPES * self._slots.index(slot)

    def _keys(self, slot: tuple[int, int, int]) -> Striped:
        parked = (1 << self.shape.sequence // TOGETHER) - 1
        parcels = list(self._key_parcels[slot])
        base = self._key_base(slot)
        return Striped(tuple(Side), base, 2 * slot[1], parcels, TILE_BITS & ~parked)

    def _keep_values(
        self, sums: Sequence[HalfPass], factors: Rows32, first_pair: int, nest: Nest
    ) -> None:
        """Rows of values become columns of the mix's tiles: of odd heads behind those of even."""
        stores: list[Store] = []
        count = nest.counts[0]
        columns = self.shape.head_dim // TOGETHER
        # One flow parks the values of several heads: they share a parcel.
        factor = factors.read(still=True)
        for odd, flow in enumerate(Vector(Opcode.MULTIPLY, x, factor) for x in sums):
            parcel = self._value_parcels[2 * first_pair + odd]
            base = self._value_base(2 * first_pair + odd) + odd * STRIDE * columns
            at = At(base, (2 * TILE_STRIPES, STRIDE, 0))
            stores += stores_striped(flow, 4 * odd, at, parcel)
            for pair in range(first_pair, first_pair + count):
                self._value_parcels[2 * pair + odd] = parcel
        self.lowering.schedule.park(stores, nest)

    def _value_base(self, head: int) -> int:
        return self.lowering.placement.values_striped + TILE_STRIPES * head

    def _values(self, head: int) -> "ValueTile":
        return ValueTile(self, head)


class ValueTile:
    """A head's values as a tile; which flow parks them is known once they are made."""

    def __init__(self, attention: Attention, head: int) -> None:
        self._attention, self._head = attention, head

    @property
    def parcels(self) -> list[Parcel]:
        """What must be parked first."""
        return [self._attention._value_parcels[self._head]]

    def read(self, plane: int) -> Read:
        """A fetch of the whole tile."""
        attention, head = self._attention, self._head
        columns = attention.shape.head_dim // TOGETHER
        own = ((1 << columns) - 1) << (head % 2 * columns)
        base = attention._value_base(head)
        tile = Striped(tuple(Side), base, 4 * (head % 2), self.parcels, TILE_BITS & ~own)
        return tile.read(plane)
