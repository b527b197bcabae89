"""A row's queries, keys and values: turned by its position, parked to be scored, and remembered.

A key goes to the place of its position in the cache. The 320 values that are being filled are
turned on the west pair, rows of ones on one lane passing through it, so that positions come to
stand on lanes.
"""

from lpu_engine.compiler.flows import (
    STILL,
    At,
    Chain,
    Flow,
    Nest,
    PairPass,
    Parcel,
    Read,
    Steps,
    Store,
    Switch,
    Vector,
    burst,
    chains,
)
from lpu_engine.compiler.instructions import EMIT
from lpu_engine.compiler.memory import (
    EAST_0,
    EAST_1,
    EAST_2,
    SHARE_MAP,
    SWAP_MAP,
    WEST_0,
    WEST_2,
)
from lpu_engine.compiler.pipeline.buffers import CACHE, OUTPUTS
from lpu_engine.compiler.pipeline.layout import Layout
from lpu_engine.compiler.pipeline.lowering import (
    ShardLowering,
    Split,
    Turn,
    Weights,
)
from lpu_engine.compiler.rowwise import Rows
from lpu_engine.hardware.lpu import (
    CHAIN,
    FIRST_PASS,
    HALF_STREAMS,
    INSTALL_CYCLES,
    LANES,
    PAIR_CYCLES,
    Opcode,
    Side,
)

ROTATE_MAP = SHARE_MAP + LANES  # + n: every lane of a key's copy to the copy n further
VALUES_PLANE = 0  # the west pair


def cached(tiles: int, vector: int, base: int, steps: Steps, *, by_tile: int = 0) -> At:
    """An address of a key vector's part of a layer's cache of so many tiles."""
    own = vector * INSTALL_CYCLES * (tiles + 1)
    return At(own + base, steps, by_tile=by_tile)


class Remembering:
    """The block before attention; a layer's cache holds `tiles` tiles of keys."""

    def __init__(self, lowering: ShardLowering, tiles: int) -> None:
        self.lowering, self.schedule = lowering, lowering.schedule
        self.shard, self.buffers = lowering.shard, lowering.buffers
        self.architecture, self.rows = lowering.architecture, lowering.rows
        self.tiles = tiles

    def remember(self, layout: Layout) -> None:
        """Queries of the rows, ready to be scored; their keys and values go to the cache."""
        shard, lowering = self.shard, self.lowering
        x = lowering.norm(lowering.residual)
        tensor = layout.of("heads")
        counts = {side: tensor.on(side) for side in Side}
        heads = lowering.matrix(tensor, x, lowering.room(OUTPUTS, counts))
        queries, keys = shard.query_vectors, shard.key_vectors
        turned = lowering.park(WEST_2, queries + keys, each=True)
        for vector in range(queries + keys):
            self._turn(self._headed(heads, vector), turned, vector)
        self._park_queries(turned)
        for v in range(keys):
            key = turned.read(queries + v, (0, 0, queries + keys), queries + v)
            self._remember(Side.EAST, v, 0, key, by_tile=INSTALL_CYCLES // shard.copies)
            value, vector = self._biased(heads, queries + keys + v)
            stride = value.buffer.vectors
            row = value.read(vector, (0, 0, stride), None)
            staged = self._remember(Side.WEST, v, self.tiles * INSTALL_CYCLES, row)
            self._turn_values(v, staged)

    def _located(self, heads: Split, vector: int) -> tuple[Rows, int]:
        east = heads[Side.EAST].buffer.vectors
        side = Side.EAST if vector < east else Side.WEST
        return heads[side], vector - (0 if side == Side.EAST else east)

    def _biased(self, heads: Split, vector: int) -> tuple[Rows, int]:
        """A vector of the heads with its bias."""
        rows, index = self._located(heads, vector)
        if not self.architecture.biases:
            return rows, index
        biases = self.buffers.biases
        at = At(biases.base + vector, STILL, by_layer=biases.vectors)
        bias = Read(biases.word.units(), at)
        out = self.lowering.park(EAST_2)
        total = Vector(Opcode.ADD, self._row(rows, index), bias)
        self.lowering.store(out, 0, (0, 0, 1), total, burst(self.rows))
        return out, 0

    def _headed(self, heads: Split, vector: int) -> tuple[Rows, int]:
        """The same, with the norm of each head."""
        rows, index = self._biased(heads, vector)
        if not self.architecture.head_norms:
            return rows, index
        lowering, dim = self.lowering, self.architecture.head_dim
        squares, sums = lowering.park(WEST_2), lowering.park(WEST_0)
        x = self._row(rows, index)
        nest = burst(self.rows)
        lowering.store(squares, 0, (0, 0, 1), Vector(Opcode.MULTIPLY, x, x), nest)
        for first, each in chains(self.rows, dim):
            square = squares.read(first, (CHAIN, 0, 1))
            spread = Switch(Opcode.PERMUTE, Side.WEST, square, SHARE_MAP, (0, 1, 0))
            lowering.store(sums, first, (CHAIN, 0, 1), Chain(Opcode.ADD, spread, dim), each)
        mean = Vector(Opcode.DIVIDE, sums.read(0, (0, 0, 1)), float(dim))
        shifted = Vector(Opcode.ADD, mean, self.architecture.norm_epsilon)
        factor = Vector(Opcode.RECIPROCAL_ROOT, shifted)
        out = lowering.park(EAST_1 if rows.buffer.word == EAST_2 else EAST_2)
        normed = Vector(Opcode.MULTIPLY, self._row(rows, index), factor)
        lowering.store(out, 0, (0, 0, 1), normed, nest)
        return out, 0

    def _row(self, rows: Rows, index: int) -> Read:
        return rows.read(index, (0, 0, rows.buffer.vectors), None)

    def _turn(self, where: tuple[Rows, int], turned: Rows, vector: int) -> None:
        """A vector of heads, turned by its row's position."""
        (rows, index), lowering, nest = where, self.lowering, burst(self.rows)
        part, every = lowering.park(EAST_0), (0, 0, 1)
        cosine = Rows(self.buffers.cosine).read(0, every)
        product = Vector(Opcode.MULTIPLY, self._row(rows, index), cosine)
        lowering.store(part, 0, every, product, nest)
        side = rows.buffer.word.side
        swapped = Switch(Opcode.PERMUTE, side, self._row(rows, index), SWAP_MAP)
        sine = Vector(Opcode.MULTIPLY, swapped, Rows(self.buffers.sine).read(0, every))
        total = Vector(Opcode.ADD, sine, part.read(0, every))
        lowering.store(turned, vector, (0, 0, turned.buffer.vectors), total, nest, vector)

    def _park_queries(self, turned: Rows) -> None:
        """Each head alone on the lanes of each copy of its key, scaled.

        [key vector, copy, place in a vector, member, row]: where a key has copies, heads stand at
        all of them in turn, as each copy has positions of its own.
        """
        shard, members = self.shard, self.shard.members
        scale = self.architecture.score_scale or self.architecture.head_dim**-0.5
        target = Rows(self.buffers.queries, self.schedule.parcels(1))
        stride = self.buffers.queries.vectors
        nest = Nest((members, 1, self.rows), (self.rows, 0, 1))
        for v in range(shard.key_vectors):
            for turn in range(shard.copies):
                for slot in range(shard.slots):
                    x: Flow = turned.read(v * members, (1, 0, turned.buffer.vectors))
                    if turn:
                        x = Switch(Opcode.PERMUTE, Side.WEST, x, ROTATE_MAP + turn)
                    mask = Rows(self.buffers.slot_masks).read(slot, STILL)
                    scaled = Vector(Opcode.MULTIPLY, Vector(Opcode.MULTIPLY, x, mask), scale)
                    copy = slot if shard.copies > 1 else 0
                    home = (slot - turn) % shard.slots
                    first = ((v * shard.copies + copy) * shard.slots + home) * members * stride
                    narrow = Vector(Opcode.NARROW, scaled)
                    self.lowering.store(target, first, (stride, 0, 1), narrow, nest)

    def _remember(self, side: Side, v: int, base: int, x: Flow, *, by_tile: int = 0) -> Parcel:
        """Rows to the places of their positions, in one of 16 pairs of slices each."""
        at = cached(self.tiles, v, base, STILL, by_tile=by_tile)
        parcel = self.schedule.parcels(1)[0]
        narrow = Vector(Opcode.NARROW, x)
        store = Store(CACHE[side], at, narrow, parcel, True, width=HALF_STREAMS, is_scattered=True)
        self.schedule.store(store, burst(self.rows))
        return parcel

    def _turn_values(self, v: int, new: Parcel) -> None:
        """The 320 positions that are being filled, on lanes: some lanes of a head at a time.

        Of a key's copies the first is turned; which copy it is kept as follows the position.
        """
        each = INSTALL_CYCLES // self.shard.copies  # addresses of a copy
        lanes = self.buffers.one_hot.rows
        staged = cached(self.tiles, v, self.tiles * INSTALL_CYCLES, (0, 0, 1))
        weights = Weights(VALUES_PLANE, Opcode.READ, CACHE[Side.WEST], staged, True, new)
        for first in range(0, lanes, each):
            nest = burst(min(each, lanes - first), PAIR_CYCLES)
            one = Rows(self.buffers.one_hot).read(first, (0, 0, 1))
            flow = PairPass(VALUES_PLANE, one, EMIT, (0, 0, 1))
            pair = first // each * HALF_STREAMS
            units = CACHE[Side.WEST][pair : pair + HALF_STREAMS]
            at = cached(self.tiles, v, 0, (0, 0, 1), by_tile=each)
            parcel = self.schedule.parcels(1)[0]
            store = Store(units, at, Vector(Opcode.NARROW, flow), parcel, is_cache=True)
            if first:
                self.schedule.store_pass(store, nest, VALUES_PLANE)
                self.schedule.hold(FIRST_PASS + VALUES_PLANE, PAIR_CYCLES - 1)
            else:
                turn = Turn(INSTALL_CYCLES, nest, flow, store)
                self.lowering.products(weights, (1, 1), INSTALL_CYCLES, [turn])
