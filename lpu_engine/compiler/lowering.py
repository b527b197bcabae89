"""Each operation of a row-by-row kind becomes flows: norms, matrices, rotary, gates, sums.

Every operation reads parked rows and parks its result; what a block alone needs is allocated here.
"""

from collections.abc import Sequence
from dataclasses import replace

from lpu_engine.compiler.flows import (
    STILL,
    At,
    Chain,
    Flow,
    Pass,
    Read,
    Store,
    Switch,
    Vector,
    burst,
    chains,
    grid,
)
from lpu_engine.compiler.instructions import ACCUMULATE, EMIT
from lpu_engine.compiler.memory import (
    BYTES,
    EAST_1,
    EAST_2,
    SWAP_MAP,
    WEST_0,
    WEST_1,
    WEST_2,
    Buffer,
    Buffers,
    Memory,
)
from lpu_engine.compiler.placement import Placement, Tile, Word
from lpu_engine.compiler.rowwise import Rows, Rowwise
from lpu_engine.hardware.lpu import CHAIN, PLANES, Opcode, Side
from lpu_engine.model.architecture import Architecture
from lpu_engine.model.arithmetic import INT8_MAX, SMALLEST


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

    def norm(self, x: Rows, *, gain: Buffer | None = None) -> Rows:
        """Root-mean-square norm of the rows, in WEST_0.

        Without a gain, the largest of the normed is the largest of x, normed: rounding keeps order.
        """
        width, vectors = self.architecture.width, x.buffer.vectors
        largest = None if gain else self._largest(x, EAST_1)
        sums = self.park(WEST_2)
        for first, nest in chains(self.rows, vectors):
            element = x.read(first * vectors, (CHAIN * vectors, 1, vectors))
            total = Chain(Opcode.ADD, Vector(Opcode.MULTIPLY, element, element), vectors)
            self.store(sums, first, (CHAIN, 0, 1), total, nest)
        total_rows = self.reduce(sums, self.rows, Opcode.ADD, WEST_2)
        mean = Vector(Opcode.DIVIDE, total_rows.read(0, (1, 0, 0)), float(width))
        shifted = Vector(Opcode.ADD, mean, self.architecture.norm_epsilon)
        factor = Vector(Opcode.RECIPROCAL_ROOT, shifted)
        out: Flow = Vector(Opcode.MULTIPLY, x.read(0, (vectors, 0, 1)), factor)
        if gain is not None:
            out = Vector(Opcode.MULTIPLY, out, Rows(gain).read(0, (0, 0, 1)))
        if largest is not None:
            top = self.park(WEST_2)
            self.fill(top, Vector(Opcode.MULTIPLY, largest.read(0, (1, 0, 0)), factor))
            largest = top
        normed = self.park(WEST_0, vectors)
        self.fill(normed, out, vectors=vectors)
        return replace(normed, largest=largest)

    def matrix(
        self, tensor: str, x: Rows, words: Sequence[Word], target: Buffer | None = None
    ) -> list[Rows]:
        """A tensor's tiles times the rows, quantised; outputs go to `words`, in equal shares."""
        tiles = self.placement.of(tensor)
        outputs = max(tile.output for tile in tiles) + 1
        inputs = len(tiles) // outputs
        by_plane = [[t for t in tiles if t.plane == plane] for plane in range(PLANES)]
        for queue in by_plane:
            if queue:
                self.schedule.install(queue[0])
        largest, quantized = self._quantize(x, inputs)
        share = -(-outputs // len(words))
        targets = [target or self.memory.buffer(word, self.rows, share) for word in words]
        parts = [Rows(buffer, self.schedule.parcels(share)) for buffer in targets]
        for turn in range(max(map(len, by_plane))):
            for queue in by_plane:
                if turn < len(queue):
                    tile = queue[turn]
                    part, vector = divmod(tile.output, share)
                    self._pass(tile, inputs, quantized, largest, parts[part], vector)
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

    def _quantize(self, x: Rows, inputs: int) -> tuple[Rows, Rows]:
        """The largest magnitude of each row, and the rows as bytes."""
        top = x.largest or self._largest(x, WEST_2)
        bounded = Vector(Opcode.MAXIMUM, top.read(0, (1, 0, 0)), float(SMALLEST))
        inverse = Vector(Opcode.DIVIDE, float(INT8_MAX), bounded)
        element = x.read(0, (inputs, 0, 1))
        rounded = Vector(Opcode.ROUND, Vector(Opcode.MULTIPLY, element, inverse))
        out = Rows(self.memory.buffer(EAST_2, self.rows, inputs), self.schedule.parcels(1))
        at = At(out.buffer.base, (inputs, 0, 1))
        self.schedule.store(Store(BYTES, at, rounded, out.parcels[0]), grid(self.rows, inputs))
        return top, out

    def _largest(self, x: Rows, word: Word) -> Rows:
        """The largest magnitude of each row, on every lane."""
        vectors = x.buffer.vectors
        if vectors > 1:
            over_vectors = self.park(WEST_2)
            for first, nest in chains(self.rows, vectors):
                element = x.read(first * vectors, (CHAIN * vectors, 1, vectors))
                largest = Chain(Opcode.LARGEST, element, vectors)
                self.store(over_vectors, first, (CHAIN, 0, 1), largest, nest)
            x = over_vectors
        return self.reduce(x, self.rows, Opcode.LARGEST, word)

    def _pass(
        self, tile: Tile, inputs: int, quantized: Rows, largest: Rows, target: Rows, vector: int
    ) -> None:
        """One tile's products; the last of its inputs lets the sums out, scaled."""
        nest, rows = burst(self.rows), quantized.buffer
        at = At(rows.base + tile.input, (0, 0, inputs))
        x = Read(BYTES, at, quantized.parcels[0], is_whole=inputs > 1)
        is_last = tile.input == inputs - 1
        flags = (ACCUMULATE if tile.input else 0) | (EMIT if is_last else 0)
        flow = Pass(tile.plane, x, flags, self.schedule.installed(tile.plane))
        if not is_last:
            self.schedule.run(flow, nest)
            return
        scale = Vector(Opcode.DIVIDE, largest.read(0, (0, 0, 1)), float(INT8_MAX))
        product = Vector(Opcode.MULTIPLY, Vector(Opcode.FLOAT, flow), scale)
        tensor = self.placement.tensors[tile.tensor]
        by_layer = 0 if tensor.is_head else self.placement.scales_by_layer
        own = At(self.buffers.scales.base + tensor.scales + tile.output, STILL, by_layer)
        product = Vector(Opcode.MULTIPLY, product, Read(self.buffers.scales.word.units(), own))
        at = At(target.buffer.base + vector, (0, 0, target.buffer.vectors))
        store = Store(target.buffer.word.units(), at, product, target.parcels[vector])
        self.schedule.store_pass(store, nest, tile.plane)
