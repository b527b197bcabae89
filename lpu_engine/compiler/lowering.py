"""Each operation of a row-by-row kind becomes flows: norms, matrices, rotary, gates, sums.

Every operation reads parked rows and parks its result; what a block alone needs is allocated here.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from lpu_engine.compiler.flows import (
    STILL,
    At,
    Chain,
    Flow,
    Pass,
    Read,
    Steps,
    Store,
    Switch,
    Vector,
    burst,
    chains,
    delayed,
    grid,
)
from lpu_engine.compiler.instructions import ACCUMULATE, EMIT
from lpu_engine.compiler.memory import (
    BYTES,
    EAST_0,
    EAST_1,
    EAST_2,
    SWAP_MAP,
    WEST_0,
    WEST_1,
    WEST_2,
    Buffer,
    Buffers,
    Memory,
    gain_row,
)
from lpu_engine.compiler.placement import Placement, Tile, Word
from lpu_engine.compiler.rowwise import Rows, Rowwise
from lpu_engine.hardware.lpu import ALU_CYCLES, CHAIN, PLANES, SLOW_ALU_CYCLES, Opcode, Side
from lpu_engine.model.architecture import Architecture
from lpu_engine.model.arithmetic import DIGIT, FINE_MAX, INT8_MAX, SMALLEST

ROUNDER = 3.0 * 2**22  # added and taken away again, it leaves no bits for a fraction


class Lowering(Rowwise):
    """Flows of one block of a decoder on one chip."""

    def __init__(
        self,
        architecture: Architecture,
        placement: Placement,
        buffers: Buffers,
        memory: Memory,
        rows: int,
    ) -> None:
        super().__init__(memory, rows, placement.cache_words)
        self.architecture, self.placement, self.buffers = architecture, placement, buffers

    def norm(self, x: Rows, tensor: str) -> Rows:
        """Root-mean-square norm of the rows, with a gain, in WEST_0.

        The largest of the normed is the largest of x times gain, normed: rounding keeps order.
        """
        width, vectors = self.architecture.width, x.buffer.vectors
        largest = self._largest_gained(x, tensor)
        sums = self.park(WEST_2)
        for first, nest in chains(self.rows, vectors):
            element = x.read(first * vectors, (CHAIN * vectors, 1, vectors))
            total = Chain(Opcode.ADD, Vector(Opcode.MULTIPLY, element, element), vectors)
            self.store(sums, first, (CHAIN, 0, 1), total, nest)
        total_rows = self.reduce(sums, self.rows, Opcode.ADD, WEST_2)
        mean = Vector(Opcode.DIVIDE, total_rows.read(0, (1, 0, 0)), float(width))
        shifted = Vector(Opcode.ADD, mean, self.architecture.norm_epsilon)
        factor = Vector(Opcode.RECIPROCAL_ROOT, shifted)
        gained = Vector(Opcode.MULTIPLY, x.read(0, (vectors, 0, 1)), self._gain(tensor, (0, 0, 1)))
        top = self.park(WEST_2)
        self.fill(top, Vector(Opcode.MULTIPLY, largest.read(0, (1, 0, 0)), factor))
        normed = self.park(WEST_0, vectors)
        self.fill(normed, Vector(Opcode.MULTIPLY, gained, factor), vectors=vectors)
        return replace(normed, largest=top)

    def _gain(self, tensor: str, steps: Steps) -> Read:
        """A norm's gain; of a layer's norm that of its layer."""
        gains, layers = self.buffers.gains, self.architecture.layers
        first = gain_row(tensor, layers)
        by_layer = 2 * gains.vectors if first < 2 * layers else 0
        at = At(gains.base + first * gains.vectors, steps, by_layer)
        return Read(gains.word.units(), at)

    def matrix(
        self,
        tensor: str,
        x: Rows,
        words: Sequence[Word],
        target: Buffer | None = None,
        *,
        is_fine: bool = False,
    ) -> list[Rows]:
        """A tensor's tiles times the rows, quantised; outputs go to `words`, in equal shares."""
        tiles = self.placement.of(tensor)
        outputs = max(tile.output for tile in tiles) + 1
        inputs = len(tiles) // outputs
        by_plane = [[t for t in tiles if t.plane == plane] for plane in range(PLANES)]
        for queue in by_plane:
            if queue:
                self.schedule.install(queue[0])
        largest, digits = self._quantize(x, inputs, is_fine=is_fine)
        share = -(-outputs // len(words))
        targets = [target or self.memory.buffer(word, self.rows, share) for word in words]
        parts = [Rows(buffer, self.schedule.parcels(share)) for buffer in targets]
        for turn in range(max(map(len, by_plane))):
            for queue in by_plane:
                if turn < len(queue):
                    tile = queue[turn]
                    part, vector = divmod(tile.output, share)
                    self._pass(tile, inputs, digits, largest, parts[part], vector)
            for queue in by_plane:
                if turn + 1 < len(queue):
                    self.schedule.install(queue[turn + 1])
        return parts

    def gate(self, gates: Rows, ups: Rows) -> Rows:
        """SiLU of the gates times the ups, in WEST_0."""
        vectors = gates.buffer.vectors
        out, below = self.park(WEST_0, vectors, each=True), self.park(WEST_1, vectors, each=True)
        steps = (0, 0, vectors)
        for v in range(vectors):
            negative = Vector(Opcode.MULTIPLY, gates.read(v, steps, v), -1.0)
            divisor = Vector(Opcode.ADD, Vector(Opcode.EXP, negative), 1.0)
            self.store(below, v, steps, divisor, burst(self.rows), v)
            quotient = Vector(Opcode.DIVIDE, gates.read(v, steps, v), below.read(v, steps, v))
            product = Vector(Opcode.MULTIPLY, quotient, ups.read(v, steps, v))
            self.store(out, v, steps, product, burst(self.rows), v)
        return out

    def add(self, x: Rows, branch: Rows, target: Buffer) -> Rows:
        """x + branch, vector by vector as the branch comes in."""
        vectors = target.vectors
        out = Rows(target, self.schedule.parcels(vectors))
        for v in range(vectors):
            steps = (0, 0, vectors)
            total = Vector(Opcode.ADD, x.read(v, steps, v), branch.read(v, steps, v))
            self.store(out, v, steps, total, burst(self.rows), v)
        return out

    def rotary(self, heads: Rows, count: int, target: Buffer) -> Rows:
        """The first `count` vectors of the heads turned by their row's position."""
        out = Rows(target, self.schedule.parcels(count))
        part = self.park(WEST_2, count, each=True)
        nest, every = burst(self.rows), (0, 0, 1)
        for v in range(count):
            x = heads.read(v, (0, 0, heads.buffer.vectors), v)
            cosine = Vector(Opcode.MULTIPLY, x, Rows(self.buffers.cosine).read(0, every))
            self.store(part, v, (0, 0, count), cosine, nest, v)
            x = heads.read(v, (0, 0, heads.buffer.vectors), v)
            swapped = Switch(Opcode.PERMUTE, Side.EAST, x, SWAP_MAP)
            sine = Vector(Opcode.MULTIPLY, swapped, Rows(self.buffers.sine).read(0, every))
            total = Vector(Opcode.ADD, sine, part.read(v, (0, 0, count), v))
            self.store(out, v, (0, 0, target.vectors), total, nest, v)
        return out

    def _quantize(self, x: Rows, inputs: int, *, is_fine: bool) -> tuple[Rows, tuple[Rows, ...]]:
        """The largest magnitude of each row, and the rows as bytes, digit by digit."""
        top = x.largest or self._largest(x)
        flows = [self._steps(x, top, inputs)]
        if is_fine:
            flows.append(_below(self._steps(x, top, inputs)))
        digits = []
        for flow in flows:
            room = self.memory.buffer(EAST_2, self.rows, inputs)
            digit = Rows(room, self.schedule.parcels(1))
            at = At(room.base, (inputs, 0, 1))
            store = Store(BYTES, at, Vector(Opcode.ROUND, flow), digit.parcels[0])
            self.schedule.store(store, grid(self.rows, inputs))
            digits.append(digit)
        return top, tuple(digits)

    def _steps(self, x: Rows, top: Rows, inputs: int) -> Flow:
        """Rows in steps from -127 to 127, not yet rounded."""
        bounded = Vector(Opcode.MAXIMUM, top.read(0, (1, 0, 0)), float(SMALLEST))
        inverse = Vector(Opcode.DIVIDE, float(INT8_MAX), bounded)
        return Vector(Opcode.MULTIPLY, x.read(0, (inputs, 0, 1)), inverse)

    def _largest(self, x: Rows) -> Rows:
        """The largest magnitude of each row, on every lane."""
        vectors = x.buffer.vectors
        if vectors > 1:
            over_vectors = self.park(WEST_2)
            for first, nest in chains(self.rows, vectors):
                element = x.read(first * vectors, (CHAIN * vectors, 1, vectors))
                largest = Chain(Opcode.LARGEST, element, vectors)
                self.store(over_vectors, first, (CHAIN, 0, 1), largest, nest)
            x = over_vectors
        return self.reduce(x, self.rows, Opcode.LARGEST, WEST_2)

    def _largest_gained(self, x: Rows, tensor: str) -> Rows:
        """The same of rows times a gain, in words that leave the rows' own to others meanwhile."""
        vectors, over_vectors = x.buffer.vectors, self.park(EAST_1)
        for first, nest in chains(self.rows, vectors):
            element = x.read(first * vectors, (CHAIN * vectors, 1, vectors))
            gained = Vector(Opcode.MULTIPLY, element, self._gain(tensor, (0, 1, 0)))
            largest = Chain(Opcode.LARGEST, gained, vectors)
            self.store(over_vectors, first, (CHAIN, 0, 1), largest, nest)
        middle = EAST_2 if x.buffer.word == EAST_0 else EAST_0
        return self.reduce(over_vectors, self.rows, Opcode.LARGEST, EAST_1, middle)

    def _pass(
        self,
        tile: Tile,
        inputs: int,
        digits: tuple[Rows, ...],
        largest: Rows,
        target: Rows,
        vector: int,
    ) -> None:
        """One tile's products, digit after digit; the last of its inputs lets the sums out."""
        nest, is_last = burst(self.rows), tile.input == inputs - 1
        flags = (ACCUMULATE if tile.input else 0) | (EMIT if is_last else 0)
        passes = []
        for number, digit in enumerate(digits):
            at = At(digit.buffer.base + tile.input, (0, 0, inputs))
            x = Read(BYTES, at, digit.parcels[0], is_whole=inputs > 1)
            bound, first_sum = self.schedule.installed(tile.plane), number * self.rows
            passes.append(Pass(tile.plane, x, flags, bound, first_sum))
        if not is_last:
            for flow in passes:
                self.schedule.run(flow, nest)
            return
        product = self._scaled(passes, largest, tile)
        at = At(target.buffer.base + vector, (0, 0, target.buffer.vectors))
        store = Store(target.buffer.word.units(), at, product, target.parcels[vector])
        self.schedule.store_pass(store, nest, tile.plane)

    def _scaled(self, passes: Sequence[Pass], largest: Rows, tile: Tile) -> Flow:
        """Sums of all digits joined, times the scales of rows and outputs."""
        joined: Flow = Vector(Opcode.FLOAT, passes[0])
        top = float(INT8_MAX)
        if len(passes) > 1:
            joined = Vector(Opcode.ADD, self._held(joined), Vector(Opcode.FLOAT, passes[1]))
            top = float(FINE_MAX)
        scale = Vector(Opcode.DIVIDE, largest.read(0, (0, 0, 1)), top)
        product = Vector(Opcode.MULTIPLY, joined, scale)
        tensor = self.placement.tensors[tile.tensor]
        by_layer = 0 if tensor.is_head else self.placement.scales_by_layer
        own = At(self.buffers.scales.base + tensor.scales + tile.output, STILL, by_layer)
        return Vector(Opcode.MULTIPLY, product, Read(self.buffers.scales.word.units(), own))

    def _held(self, high: Flow) -> Flow:
        """Sums of the higher digit, in steps of the lower one, until that has followed all rows."""
        turns = ceil(self.rows / ALU_CYCLES)
        if turns == 1:
            return Vector(Opcode.MULTIPLY, high, float(DIGIT))
        high = Vector(Opcode.DIVIDE, high, 1 / float(DIGIT))  # as long as two of the others
        for _ in range(turns - SLOW_ALU_CYCLES // ALU_CYCLES):
            high = Vector(Opcode.COPY, high)
        return high


def _below(steps: Flow) -> Flow:
    """What rounding takes away, in steps of the second digit."""
    rounded = Vector(Opcode.SUBTRACT, Vector(Opcode.ADD, steps, ROUNDER), ROUNDER)
    same = delayed(steps, (Opcode.ADD, Opcode.SUBTRACT))
    return Vector(Opcode.MULTIPLY, Vector(Opcode.SUBTRACT, same, rounded), float(DIGIT))
