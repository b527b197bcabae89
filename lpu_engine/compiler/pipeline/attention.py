"""Attention of one chip on both pairs: keys are the east pair's weights, turned values the west's.

Scores of all tiles are parked, so that the highest is known before exp. Where a vector holds copies
of one key head, each copy has positions of its own.
"""

from lpu_engine.compiler.flows import (
    At,
    Chain,
    Flow,
    Nest,
    PairPass,
    Read,
    Steps,
    Store,
    Switch,
    Vector,
    burst,
    chains,
    grid,
)
from lpu_engine.compiler.instructions import EMIT
from lpu_engine.compiler.memory import (
    EAST_0,
    EAST_1,
    WEST_0,
    WEST_1,
    WEST_2,
)
from lpu_engine.compiler.pipeline.buffers import CACHE, ROWS_16
from lpu_engine.compiler.pipeline.lowering import (
    TURNAROUND,
    ShardLowering,
    Split,
    Turn,
    Weights,
    accumulated,
    capped,
)
from lpu_engine.compiler.pipeline.remembering import ROTATE_MAP, VALUES_PLANE, cached
from lpu_engine.compiler.rowwise import Rows
from lpu_engine.hardware.lpu import (
    CHAIN,
    INSTALL_CYCLES,
    PAIR_CYCLES,
    PLANES,
    Opcode,
    Side,
)

KEYS_PLANE = PLANES // 2  # the east pair


class ShardAttention:
    """The block of attention; a layer's cache holds `tiles` tiles of keys."""

    def __init__(self, lowering: ShardLowering, tiles: int) -> None:
        self.lowering, self.schedule = lowering, lowering.schedule
        self.shard, self.buffers = lowering.shard, lowering.buffers
        self.architecture, self.rows = lowering.architecture, lowering.rows
        self.tiles = tiles

    def mix(self, tiles: int, into: Split | None = None) -> Split:
        """The values of `tiles` tiles, mixed by the scores of the queries: heads side by side."""
        shard, lowering = self.shard, self.lowering
        out = into or lowering.copies(shard.query_vectors)
        for v in range(shard.key_vectors):
            memory = lowering.memory
            lowering.memory = memory.fork()
            parts = tiles * shard.copies
            scores = self._scores(v, tiles)
            peak = self._peak(scores, parts)
            weights = self._weights(scores, peak, parts)
            total = self._total(scores, peak, parts)
            mixed = self._mixed(v, weights, tiles)
            self._join(v, mixed, total, out)
            lowering.memory = memory
        return out

    @property
    def _scored(self) -> int:
        """Rows of one copy that go through a tile of keys."""
        return self.shard.scored * self.rows

    @property
    def _period(self) -> int:
        rows = self._scored * self.shard.copies
        return INSTALL_CYCLES + PAIR_CYCLES * (rows - 1) + 1

    def _tile_weights(self, plane: int, side: Side, v: int) -> Weights:
        at = cached(self.tiles, v, 0, (INSTALL_CYCLES, 0, 1))
        return Weights(plane, Opcode.READ, CACHE[side], at, is_cache=True)

    def _nest(self, tiles: int) -> Nest:
        """Tiles, heads, rows."""
        heads = self.shard.scored
        return Nest((tiles, heads, self.rows), (self._period, PAIR_CYCLES * self.rows, PAIR_CYCLES))

    def _later(self, copy: int) -> int:
        """When a copy's rows go through a tile, from when its weights began to come in."""
        return INSTALL_CYCLES + PAIR_CYCLES * copy * self._scored

    def _scores(self, v: int, tiles: int) -> Rows:
        """Masked scores in WEST_0: [tile, copy, head, row]."""
        rows, scored, copies = self.rows, self._scored, self.shard.copies
        out = self.lowering.park_vectors(WEST_0, tiles * copies * scored)
        queries, masks = self.buffers.queries, self.buffers.mask.vectors
        turns = []
        for copy in range(copies):
            first = (v * copies + copy) * self.shard.scored * queries.vectors
            at = At(queries.base + first, (0, queries.vectors, 1))
            flow = PairPass(KEYS_PLANE, Read(queries.word.units(), at), EMIT, (0, rows, 1))
            x: Flow = flow
            if self.architecture.score_cap is not None:
                x = capped(x, self.architecture.score_cap)
            mask = Rows(self.buffers.mask).read(copy * masks, (copies * masks, 0, 1))
            at = At(out.buffer.base + copy * scored, (copies * scored, rows, 1))
            units = out.buffer.word.units()
            store = Store(units, at, Vector(Opcode.ADD, x, mask), out.parcels[0])
            turns.append(Turn(self._later(copy), self._nest(tiles), flow, store))
        weights = self._tile_weights(KEYS_PLANE, Side.EAST, v)
        self.lowering.products(weights, (tiles, 1), self._period, turns)
        return out

    def _peak(self, scores: Rows, parts: int) -> Rows:
        """The highest score of each row over all tiles and copies, on every lane."""
        scored = self._scored
        highest = self.lowering.park_vectors(EAST_0, scored)
        for first, nest in chains(scored, parts):
            score = scores.read(first, (CHAIN, scored, 1))
            top = Chain(Opcode.MAXIMUM, score, parts)
            self.lowering.store(highest, first, (CHAIN, 0, 1), top, nest)
        return self.lowering.reduce(highest, scored, Opcode.MAXIMUM, EAST_0)

    def _weight(self, scores: Rows, peak: Rows, steps: Steps, below: Steps, first: int = 0) -> Flow:
        score, top = scores.read(first, steps), peak.read(first, below)
        return Vector(Opcode.EXP, Vector(Opcode.SUBTRACT, score, top))

    def _weights(self, scores: Rows, peak: Rows, parts: int) -> Rows:
        """exp(score - peak) in 16 bits: [tile, copy, head, row]."""
        scored = self._scored
        out = self.lowering.park_vectors(ROWS_16[Side.WEST], parts * scored)
        weight = self._weight(scores, peak, (scored, 0, 1), (0, 0, 1))
        narrow = Vector(Opcode.NARROW, weight)
        self.lowering.store(out, 0, (scored, 0, 1), narrow, grid(parts, scored))
        return out

    def _total(self, scores: Rows, peak: Rows, parts: int) -> Rows:
        """The sum of each row's weights, on every lane."""
        scored = self._scored
        sums = self.lowering.park_vectors(EAST_1, scored)
        for first, nest in chains(scored, parts):
            weight = self._weight(scores, peak, (CHAIN, scored, 1), (CHAIN, 0, 1), first)
            total = Chain(Opcode.ADD, weight, parts)
            self.lowering.store(sums, first, (CHAIN, 0, 1), total, nest)
        return self.lowering.reduce(sums, scored, Opcode.ADD, EAST_1)

    def _mixed(self, v: int, weights: Rows, tiles: int) -> Rows:
        """Weights times values, over all tiles: [copy, head, row], right on the copy's lanes."""
        rows, scored, copies = self.rows, self._scored, self.shard.copies
        out = self.lowering.park_vectors(WEST_1, copies * scored)
        turns = []
        for copy in range(copies):
            for first, count, flags in accumulated(tiles):
                base = weights.buffer.base + (first * copies + copy) * scored
                at = At(base, (copies * scored, rows, 1))
                x = Read(weights.buffer.word.units(), at, weights.parcels[0], is_whole=True)
                flow = PairPass(VALUES_PLANE, x, flags, (0, rows, 1), copy * scored)
                store = None
                if flags & EMIT:
                    at = At(out.buffer.base + copy * scored, (0, rows, 1))
                    store = Store(out.buffer.word.units(), at, flow, out.parcels[0])
                later = self._later(copy) + first * self._period
                turns.append(Turn(later, self._nest(count), flow, store))
        bank = self._tile_weights(VALUES_PLANE, Side.WEST, v)
        self.lowering.products(bank, (tiles, 1), self._period, turns)
        return out

    def _join(self, v: int, mixed: Rows, total: Rows, out: Split) -> None:
        """Each head divided by its total, those of a vector side by side.

        What a head has from the other copies' positions comes over from their lanes, turn by turn.
        """
        shard, lowering = self.shard, self.lowering
        members, count = shard.members, shard.members * self.rows
        joined = self.lowering.park_vectors(EAST_0, count)
        self._beside(mixed, total, joined, 0, 0, shard.slots)
        for turn in range(1, shard.copies):
            for first, places in ((0, shard.slots - turn), (shard.slots - turn, turn)):
                part = self.lowering.park_vectors(WEST_2, count)
                self._beside(mixed, total, part, turn, first, places)
                own = part.read(0, (0, 0, 1))
                moved = Switch(Opcode.PERMUTE, Side.WEST, own, ROTATE_MAP + turn)
                whole = Vector(Opcode.ADD, joined.read(0, (0, 0, 1)), moved)
                joined = Rows(joined.buffer, self.schedule.parcels(1))
                lowering.store(joined, 0, (0, 0, 1), whole, burst(count, TURNAROUND))
        nest = Nest((members, 1, self.rows), (self.rows, 0, 1))
        for side in Side:
            narrow = Vector(Opcode.NARROW, joined.read(0, (self.rows, 0, 1)))
            steps = (1, 0, out[side].buffer.vectors)
            lowering.store(out[side], v * members, steps, narrow, nest)

    def _beside(
        self, mixed: Rows, total: Rows, out: Rows, turn: int, first: int, places: int
    ) -> None:
        """The heads of some places of a vector, side by side; of copies, those `turn` further."""
        shard = self.shard
        each = shard.members * self.rows  # from place to place
        copy = self._scored if shard.copies > 1 else 0  # and from copy to copy
        home = (first + turn) % shard.slots
        for start, nest in chains(each, places):
            own = mixed.read(home * each + first * copy + start, (CHAIN, each + copy, 1))
            below = total.read(home * each + start, (CHAIN, each, 1))
            share = Vector(Opcode.DIVIDE, own, below)
            mask = Rows(self.buffers.slot_masks).read(first, (0, 1, 0))
            beside = Chain(Opcode.ADD, Vector(Opcode.MULTIPLY, share, mask), places)
            self.lowering.store(out, start, (CHAIN, 0, 1), beside, nest)
