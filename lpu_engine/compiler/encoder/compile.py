"""An encoder becomes one block of instructions for one chip: all layers, all positions at once.

Nothing is computed from it: it is compiled for its cycles, and proven like any other block.
"""

from dataclasses import dataclass

from lpu_engine.compiler.encoder.attention import TILE_BITS, Attention
from lpu_engine.compiler.encoder.memory import TOGETHER, Encoder, Rows16, Rows32, Striped
from lpu_engine.compiler.encoder.norm import Norm
from lpu_engine.compiler.encoder.placement import (
    EncoderPlacement,
    Layer,
    outputs_by_plane,
    place_encoder,
)
from lpu_engine.compiler.encoder.rows import (
    LAYER_OPERATIONS,
    Half,
    RowLowering,
    residual_rows,
)
from lpu_engine.compiler.flows import Flow
from lpu_engine.compiler.graph import Operation, encoder_operations
from lpu_engine.compiler.instructions import Block
from lpu_engine.hardware.lpu import (
    CLOCK_HZ,
    DRAIN_CYCLES,
    INSTALL_CYCLES,
    PLANES,
    Side,
)

HEADS, ATTENTION, OUTPUT, _, NORM, UP, _, DOWN, _, LAST_NORM = range(LAYER_OPERATIONS)


@dataclass(frozen=True, slots=True)
class EncoderProgram:
    """The instructions of one sequence, from its embedded rows to the last layer's output."""

    shape: Encoder
    operations: tuple[Operation, ...]
    placement: EncoderPlacement
    block: Block

    @property
    def cycles(self) -> int:
        """From the first instruction until the last superlane has its results."""
        return self.block.cycles + DRAIN_CYCLES

    @property
    def seconds(self) -> float:
        """The same at the chip's clock."""
        return self.cycles / CLOCK_HZ


def compile_encoder(shape: Encoder) -> EncoderProgram:
    """The program of an encoder on one chip. Raises DoesNotFit."""
    placement = place_encoder(shape)
    compiler = Compiler(RowLowering(shape, placement))
    compiler.add_layers()
    operations = encoder_operations(shape.layers, shape.width, shape.feed_forward)
    compiler.lowering.planner.run()
    return EncoderProgram(
        shape, operations, placement, compiler.lowering.schedule.block(shape.name)
    )


@dataclass(slots=True)
class Rows:
    """What one layer leaves for the next: operands, tiles whose columns they are, and 32 bits."""

    operands: list[Half]
    tiles: list[Striped]
    residual: list[list[Rows32]]


class Compiler:
    """Adds the jobs of all layers to the planes' lists."""

    def __init__(self, lowering: RowLowering) -> None:
        self.lowering, self.shape = lowering, lowering.shape
        self.placement = lowering.placement

    def add_layers(self) -> None:
        """Layer after layer; each half's operands alternate between pairs of slices."""
        rows = self._rows(0, by_host=True)
        for number, layer in enumerate(self.placement.layers):
            self.lowering.layer = number
            is_last = number == self.shape.layers - 1
            after = self._rows(number + 1, by_host=False)
            if is_last:
                after.operands = [[], []]
            self._layer(number, layer, rows, after)
            rows = after

    def _rows(self, rotation: int, *, by_host: bool) -> Rows:
        """Room for a layer's rows; what the host leaves has no parcels."""
        shape, lowering = self.shape, self.lowering
        operands = [
            [lowering.operand(rotation + half, v) for v in range(shape.vectors)]
            for half in range(2)
        ]
        parked = (1 << shape.sequence // TOGETHER) - 1
        tiles, residual = [], []
        for v in range(shape.vectors):
            parcels = [] if by_host else list(lowering.schedule.parcels(2))
            base = self.placement.rows_striped + INSTALL_CYCLES * v
            tiles.append(Striped((Side.WEST,), base, 0, parcels, TILE_BITS & ~parked))
        for half in range(2):
            base = self.placement.residual[half]
            residual.append([residual_rows(shape, base, v, None) for v in range(shape.vectors)])
            if by_host:
                for v, rows in enumerate(operands[half]):
                    operands[half][v] = Rows16(rows.pair, rows.base)
        return Rows(operands, tiles, residual)

    def _layer(self, number: int, layer: Layer, rows: Rows, after: Rows) -> None:
        shape, lowering = self.shape, self.lowering
        first = number * LAYER_OPERATIONS
        attention = Attention(lowering, layer, rows.operands, number)
        normed = [
            [lowering.operand(number + half, v) for v in range(shape.vectors)] for half in range(2)
        ]
        wide = [
            [
                lowering.operand(number + 2 + half, v, is_wide=True)
                for v in range(shape.wide_vectors)
            ]
            for half in range(2)
        ]
        addresses = self.placement.normed
        middle: list[list[Rows32]] = [
            [residual_rows(shape, addresses[half], v, None) for v in range(shape.vectors)]
            for half in range(2)
        ]
        norms = [
            self._norm(
                first + NORM, half, rows.residual, addresses[half], shape.pairs, normed, middle
            )
            for half in range(2)
        ]
        last = [
            self._last_norm(first + LAST_NORM, half, middle, after, number) for half in range(2)
        ]

        def output(half: int) -> None:
            lowering.matrix(
                first + OUTPUT, layer.output, attention.mixed[half], norms[half].add, half=half
            )

        for half in range(2):
            attention.keys_queries(half, first + HEADS)
        attention.values(rows.tiles, first + HEADS)
        attention.scores(first + ATTENTION)
        for half in range(2):
            attention.mix(half, first + ATTENTION)
        for half in range(2):
            output(half)
        for half in range(2):

            def gelu(vector: int, x: Flow, half: int = half) -> None:
                lowering.gelu(first + UP, x, vector, wide[half][vector])

            lowering.matrix(first + UP, layer.up, normed[half], gelu, half=half)
        for half in range(2):
            lowering.matrix(first + DOWN, layer.down, wide[half], last[half].add, half=half)

    def _norm(
        self,
        operation: int,
        half: int,
        residual: list[list[Rows32]],
        addresses: int,
        inputs: int,
        target: list[Half],
        middle: list[list[Rows32]],
    ) -> Norm:
        def end(out: list[Rows32]) -> None:
            middle[half][:] = out

        partials = min(inputs, PLANES) if self._is_dealt() else 0
        return Norm(
            self.lowering,
            operation,
            half,
            residual[half],
            addresses,
            partials,
            target[half],
            (),
            end,
        )

    def _last_norm(
        self, operation: int, half: int, middle: list[list[Rows32]], after: Rows, number: int
    ) -> Norm:
        def end(out: list[Rows32]) -> None:
            after.residual[half][:] = out

        partials = min(self.shape.wide_vectors, PLANES) if self._is_dealt() else 0
        return Norm(
            self.lowering,
            operation,
            half,
            middle[half],
            self.placement.residual[half],
            partials,
            after.operands[half],
            after.tiles,
            end,
        )

    def _is_dealt(self) -> bool:
        return None in outputs_by_plane(self.shape.vectors)
