"""Attention as flows: keys and values into the cache, scores, their weights, the mix.

All in 32-bit floats on the vector unit, in the order that arithmetic.attend writes down. Blocks
run once for each 320 positions; masks make the positions that are not there count for nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lpu_engine.compiler.flows import (
    STILL,
    At,
    Chain,
    Flow,
    Nest,
    Parcel,
    Read,
    Steps,
    Store,
    Switch,
    Vector,
    burst,
    chains,
    grid,
)
from lpu_engine.compiler.lowering import Lowering
from lpu_engine.compiler.memory import (
    BROADCAST_MAP,
    EAST_0,
    KEYS,
    SHARE_MAP,
    VALUES,
    WEST_0,
    WEST_2,
    Buffer,
)
from lpu_engine.compiler.rowwise import Rows
from lpu_engine.hardware.lpu import CHAIN, LANES, Opcode, Side
from lpu_engine.model.arithmetic import KEPT_HIGH, KEPT_LOW

TURNAROUND = 2  # a slice reads in one cycle and writes in the other
LONGEST_INSERT = 128  # cycles from reading a cached vector until its new version is parked


@dataclass(frozen=True, slots=True)
class Chains:
    """Heads, or rows of one head, whose sums run side by side; steps from one to the next."""

    member: int  # of the group of a key head
    vector: int
    first: int  # key head in the vector
    count: int
    by_row: int
    by_head: int


class Attending:
    """The blocks of attention for `rows` rows at a time: 1 (side by side: heads) or 4 (rows)."""

    def __init__(self, lowering: Lowering) -> None:
        self.lowering, self.schedule = lowering, lowering.schedule
        self.buffers, self.heads = lowering.buffers, lowering.placement.heads
        self.placement, self.rows = lowering.placement, lowering.rows
        self.padded = self.heads.padded

    def remember(self, turned: Rows, values: Rows) -> None:
        """The rows' keys and values go to the cache, rounded."""
        heads = self.heads
        queries = heads.query_vectors
        keys = self.lowering.park(WEST_2, heads.vectors, each=True)
        for v in range(heads.vectors):
            key = turned.read(queries + v, (0, 0, turned.buffer.vectors), queries + v)
            self.lowering.store(keys, v, (0, 0, heads.vectors), _kept(key), burst(self.rows), v)
            self._insert_keys(keys, v)
            stride = LANES * self.placement.cache_tiles
            at = self._cached(v * stride, (0, 0, 1), rows=self.placement.value_rows, by_position=1)
            vectors = values.buffer.vectors
            vector = queries + heads.vectors + v
            row = values.read(vector, (0, 0, vectors), vector)
            parcel = self.schedule.parcels(1)[0]
            store = Store(VALUES.units(), at, _kept(row), parcel, True)
            self.schedule.store(store, burst(self.rows))

    def begin(self) -> None:
        """Nothing seen yet: the highest score is the lowest there is, sums and mixes are zero.

        A short chunk leaves out whole groups of rows; their mix is 0 / 1 and never a NaN, which
        no mask could keep out of other rows.
        """
        heads, mixes = self.rows * self.padded, self.rows * self.heads.query_vectors
        for source, target, count in (
            (self.buffers.lowest, self.buffers.highest, heads),
            (self.buffers.zero, self.buffers.sums, heads),
            (self.buffers.zero, self.buffers.mixed, mixes),
            (self.buffers.one, self.buffers.total, heads),
        ):
            parcel = self.schedule.parcels(1)[0]
            at = At(target.base, (0, 0, 1))
            x = Rows(source).read(0, STILL)
            self.schedule.store(Store(target.word.units(), at, x, parcel), burst(count))

    def scores(self) -> None:
        """Queries times the keys of a tile, scaled and masked, and the highest so far."""
        dim, buffers = self.heads.dim, self.buffers
        scale = float(np.float32(1.0 / np.sqrt(dim)))
        parcels = self.schedule.parcels(1)
        for part in self._parts():
            lane = BROADCAST_MAP + part.first * dim
            keys = (part.vector * self.heads.per_vector + part.first) * dim
            vectors = buffers.turned.vectors
            query_vector = part.member * self.heads.vectors + part.vector
            for first, nest in chains(part.count, dim):
                row, head = first * part.by_row, first * part.by_head
                query = Rows(buffers.turned).read(
                    row * vectors + query_vector,
                    times(part.by_row * vectors),
                    by_rows=CHAIN * vectors,
                )
                step = part.by_head * dim
                lanes = (CHAIN * step, 1, step)
                spread = Switch(Opcode.PERMUTE, Side.WEST, query, lane + head * dim, lanes)
                at = self._cached(
                    keys + head * dim, lanes, rows=self.placement.key_rows, tiles=True
                )
                key = Read(KEYS.units(), at, is_cache=True)
                raw = Chain(Opcode.ADD, Vector(Opcode.MULTIPLY, spread, key), dim)
                scaled = Vector(Opcode.MULTIPLY, raw, scale)
                masked = Vector(
                    Opcode.ADD, scaled, self._tiled(buffers.mask_add, row, times(part.by_row), 1)
                )
                self._keep(buffers.scores, part, first, masked, nest, parcels[0], tiles=True)
            self._fold(buffers.highest, Opcode.MAXIMUM, buffers.scores, part, parcels)

    def peak(self) -> None:
        """The highest score of each head, on every lane."""
        self._reduced(self.buffers.highest, self.buffers.peak, Opcode.MAXIMUM)

    def weigh(self) -> None:
        """exp(score - peak), zero where nothing is seen; the sums so far; the weights packed."""
        weights = self.lowering.memory.buffer(EAST_0, self.rows, self.padded)
        parcel = self.schedule.parcels(1)[0]
        for first, count in self._heads_there():
            self._weigh(Rows(weights, (parcel,)), first, count)
        for vector in range(self.heads.query_vectors):
            self._pack(Rows(weights, (parcel,)), vector)

    def _weigh(self, weights: Rows, first: int, count: int) -> None:
        buffers, steps = self.buffers, (self.padded, 0, 1)
        by_rows = CHAIN * self.padded
        score = self._tiled(buffers.scores, first, steps, self.padded)
        peak = Rows(buffers.peak).read(first, steps, by_rows=by_rows)
        weight = Vector(Opcode.EXP, Vector(Opcode.SUBTRACT, score, peak))
        seen = self._tiled(buffers.mask_times, 0, (1, 0, 0), 1)
        units, at = weights.buffer.word.units(), At(weights.buffer.base + first, steps)
        store = Store(units, at, Vector(Opcode.MULTIPLY, weight, seen), weights.parcels[0])
        self.schedule.store(store, grid(self.rows, count))
        old = Rows(buffers.sums).read(first, steps, by_rows=by_rows)
        total = Vector(Opcode.ADD, old, weights.read(first, steps))
        at = At(buffers.sums.base + first, steps, by_rows=by_rows)
        store = Store(buffers.sums.word.units(), at, total, self.schedule.parcels(1)[0])
        self.schedule.store(store, grid(self.rows, count, TURNAROUND))

    def _pack(self, weights: Rows, vector: int) -> None:
        """The weights of a vector's heads, a round of positions at a time, onto their lanes."""
        heads, packed = self.heads, self.buffers.packed
        count, rounds = heads.count(vector % heads.vectors), heads.rounds
        first_map = SHARE_MAP + heads.dim
        by_head, by_row = heads.per_vector, heads.query_vectors * rounds
        parcel = self.schedule.parcels(1)[0]
        alone = self.rows == 1  # then rounds run side by side, else rows
        for round_ in range(1 if alone else rounds):
            for first, nest in chains(rounds if alone else self.rows, count):
                row, turn = (0, first) if alone else (first, round_)
                step = 0 if alone else self.padded
                base = row * self.padded + vector * heads.per_vector
                weight = weights.read(base, (CHAIN * step, 1, step))
                by_turn = by_head if alone else 0
                lanes = (CHAIN * by_turn, 1, by_turn)
                first_lane = first_map + turn * by_head
                own = Switch(Opcode.PERMUTE, Side.EAST, weight, first_lane, lanes)
                mask = Rows(self.buffers.head_masks).read(0, (0, 1, 0))
                joined = Chain(Opcode.ADD, Vector(Opcode.MULTIPLY, own, mask), count)
                steps = times(1 if alone else by_row)
                at = self._tile_at(packed, row * by_row + vector * rounds + turn, steps, by_row)
                self.schedule.store(Store(packed.word.units(), at, joined, parcel), nest)

    def total(self) -> None:
        """The sum of each head's weights, on every lane."""
        self._reduced(self.buffers.sums, self.buffers.total, Opcode.ADD)

    def mix(self) -> None:
        """Weights times the values of a tile, added to the mix so far, position by position."""
        heads, buffers = self.heads, self.buffers
        vectors, stride = heads.query_vectors, LANES * self.placement.cache_tiles
        for vector in range(vectors):
            before: tuple[Parcel, ...] = ()
            for round_ in range(heads.rounds):
                first = round_ * heads.dim
                length = min(heads.dim, LANES - first)
                ((_, nest),) = chains(self.rows, length)
                each = vectors * heads.rounds
                weight = self._tiled(
                    buffers.packed, vector * heads.rounds + round_, times(each), each
                )
                spread = Switch(Opcode.PERMUTE, Side.EAST, weight, SHARE_MAP, (0, 1, 0))
                at = self._cached(
                    vector % heads.vectors * stride + first,
                    (0, 1, 0),
                    rows=self.placement.value_rows,
                    by_tile=LANES,
                )
                value = Read(VALUES.units(), at, is_cache=True)
                by_rows, steps = CHAIN * vectors, times(vectors)
                start = Rows(buffers.mixed, before).read(vector, steps, by_rows=by_rows)
                product = Vector(Opcode.MULTIPLY, spread, value)
                total = Chain(Opcode.ADD, product, length, start)
                before = self.schedule.parcels(1)
                at = At(buffers.mixed.base + vector, steps, by_rows=by_rows)
                store = Store(buffers.mixed.word.units(), at, total, before[0])
                self.schedule.store(store, nest)

    def joined(self) -> Rows:
        """The mix divided by each head's total, in WEST_0."""
        heads, buffers = self.heads, self.buffers
        vectors = heads.query_vectors
        out = self.lowering.park(WEST_0, vectors, each=True)
        for vector in range(vectors):
            count, base = heads.count(vector % heads.vectors), vector * heads.per_vector
            for first, nest in chains(self.rows, count):
                steps = (CHAIN * self.padded, 1, self.padded)
                total = Rows(buffers.total).read(first * self.padded + base, steps)
                mask = Rows(buffers.head_masks).read(0, (0, 1, 0))
                totals = Chain(Opcode.ADD, Vector(Opcode.MULTIPLY, total, mask), count)
                # Lanes of no head have no total; a head's own is at least exp(0).
                divisor = Vector(Opcode.MAXIMUM, totals, 1.0)
                mixed = Rows(buffers.mixed).read(first * vectors + vector, times(vectors))
                where = At(out.buffer.base + first * vectors + vector, times(vectors))
                quotient = Vector(Opcode.DIVIDE, mixed, divisor)
                store = Store(out.buffer.word.units(), where, quotient, out.parcels[vector])
                self.schedule.store(store, nest)
        return out

    def _parts(self) -> Iterator[Chains]:
        heads = self.heads
        for member in range(heads.group):
            for vector in range(heads.vectors):
                count = heads.count(vector)
                if self.rows == 1:
                    yield Chains(member, vector, 0, count, by_row=0, by_head=1)
                else:
                    for head in range(count):
                        yield Chains(member, vector, head, self.rows, by_row=1, by_head=0)

    def _heads_there(self) -> Iterator[tuple[int, int]]:
        """Runs of heads that are no padding: (first, count)."""
        full = self.heads.vectors * self.heads.per_vector
        if full == self.heads.kv_heads:
            yield 0, self.padded
        else:
            for member in range(self.heads.group):
                yield member * full, self.heads.kv_heads

    def _head(self, part: Chains, first: int) -> tuple[int, Steps]:
        """The place of the chain `first` among rows of heads, and the steps to the others."""
        vector = part.member * self.heads.vectors + part.vector
        step = part.by_row * self.padded + part.by_head
        return vector * self.heads.per_vector + part.first + first * step, times(step)

    def _keep(
        self,
        target: Buffer,
        part: Chains,
        first: int,
        x: Flow,
        nest: Nest,
        parcel: Parcel,
        *,
        tiles: bool = False,
    ) -> None:
        """Park the results of chains, a tile's apart from other tiles'."""
        base, steps = self._head(part, first)
        at = At(target.base + base, steps, by_rows=CHAIN * self.padded)
        if tiles:
            at = self._tile_at(target, base, steps, self.padded)
        self.schedule.store(Store(target.word.units(), at, x, parcel), nest)

    def _fold(
        self,
        target: Buffer,
        opcode: Opcode,
        source: Buffer,
        part: Chains,
        parcels: tuple[Parcel, ...],
    ) -> None:
        """target = target op source for the chains of a part."""
        base, steps = self._head(part, 0)
        nest = burst(part.count, TURNAROUND)
        steps = (0, 0, steps[2])
        old = Rows(target).read(base, steps, by_rows=CHAIN * self.padded)
        at = self._tile_at(source, base, steps, self.padded)
        new = Read(source.word.units(), at, parcels[0], is_whole=True)
        at = At(target.base + base, steps, by_rows=CHAIN * self.padded)
        parcel = self.schedule.parcels(1)[0]
        total = Vector(opcode, old, new)
        self.schedule.store(Store(target.word.units(), at, total, parcel), nest)

    def _reduced(self, source: Buffer, target: Buffer, opcode: Opcode) -> None:
        out = Rows(target, self.schedule.parcels(1))
        count, by_rows = self.rows * self.padded, CHAIN * self.padded
        self.lowering.reduce_into(out, Rows(source), count, opcode, by_rows=by_rows)

    def _insert_keys(self, keys: Rows, vector: int) -> None:
        """One lane of each of the vectors of a tile becomes the row's, row after row."""
        count = self.heads.count(vector) * self.heads.dim
        apart = max(TURNAROUND * count, LONGEST_INSERT)
        nest = Nest((self.rows, 1, count), (apart, 0, TURNAROUND))
        first = vector * self.heads.per_vector * self.heads.dim
        at = self._cached(first, (0, 0, 1), rows=self.placement.key_rows, tiles=True)
        parcel = self.schedule.parcels(1)[0]
        old = Read(KEYS.units(), at, is_cache=True, renewed=parcel)
        row = keys.read(vector, (keys.buffer.vectors, 0, 0), vector)
        lane = At(0, (1, 0, 0), by_position=1)
        new = Switch(Opcode.INSERT, Side.EAST, old, 0, (0, 0, 1), row, lane)
        self.schedule.store(Store(KEYS.units(), at, new, parcel, True), nest)

    def _cached(
        self,
        base: int,
        steps: Steps,
        *,
        rows: int,
        tiles: bool = False,
        by_tile: int = 0,
        by_position: int = 0,
    ) -> At:
        placement = self.placement
        by_layer = rows * placement.cache_tiles
        by_tile = rows if tiles else by_tile
        return At(placement.weight_rows + base, steps, by_layer, by_tile, 0, by_position)

    def _tiled(self, buffer: Buffer, base: int, steps: Steps, per_row: int) -> Read:
        return Read(buffer.word.units(), self._tile_at(buffer, base, steps, per_row))

    def _tile_at(self, buffer: Buffer, base: int, steps: Steps, per_row: int) -> At:
        return At(buffer.base + base, steps, by_tile=buffer.vectors, by_rows=CHAIN * per_row)


def _kept(x: Flow) -> Flow:
    """arithmetic.kept."""
    high, low = (Vector(Opcode.MULTIPLY, x, float(factor)) for factor in (KEPT_HIGH, KEPT_LOW))
    return Vector(Opcode.SUBTRACT, high, low)


def times(step: int) -> Steps:
    """Steps of chains: four side by side, group after group."""
    return (CHAIN * step, 0, step)
