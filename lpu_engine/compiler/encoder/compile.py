"""An encoder becomes one block of instructions for one chip: all layers, all positions at once.

Nothing is computed from it: it is compiled for its cycles, and proven like any other block.
"""

from dataclasses import dataclass, replace

from lpu_engine.compiler.encoder.attention import TILE_BITS, Attention
from lpu_engine.compiler.encoder.memory import (
    TILE_STRIPES,
    TOGETHER,
    Encoder,
    Rows16,
    Rows32,
    Striped,
)
from lpu_engine.compiler.encoder.norm import Norm, turn_factors
from lpu_engine.compiler.encoder.placement import (
    EncoderPlacement,
    Layer,
    outputs_by_plane,
    place_encoder,
)
from lpu_engine.compiler.encoder.rows import (
    LAYER_OPERATIONS,
    MIDDLE,
    ROWS,
    WIDE,
    Half,
    RowLowering,
    Summed,
    residual_rows,
)
from lpu_engine.compiler.flows import Flow
from lpu_engine.compiler.graph import Operation, encoder_operations
from lpu_engine.compiler.instructions import Block
from lpu_engine.hardware.lpu import (
    CLOCK_HZ,
    DRAIN_CYCLES,
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
    """What one layer leaves for the next: halves, and for the values tiles and their factors."""

    halves: list[Summed]
    tiles: list[Striped]
    factors_tile: Striped
    factors: Rows32  # one vector, a lane for each row


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
                after.halves = [replace(half, operands=[]) for half in after.halves]
            self._layer(number, layer, rows, after, is_last=is_last)
            rows = after

    def _summed(self, half: int, turn: int, rotation: int, *, by_host: bool = False) -> Summed:
        """Room for half of the rows before a norm: behind attention (0) or the layer (1)."""
        shape, lowering = self.shape, self.lowering
        address = (self.placement.normed, self.placement.residual)[turn][half]
        region = (MIDDLE, ROWS)[turn]
        room = Summed(
            [lowering.operand(rotation + half, v, region) for v in range(shape.vectors)],
            [
                residual_rows(shape, address, v, turn, lowering.parcel())
                for v in range(shape.vectors)
            ],
            self._moments(2 - 2 * half, half),
            self._moments(3 - 2 * half, 2 + half),
        )
        if by_host:  # as if their mean were 0 and their factor 1
            for operand in room.operands:
                operand.parcel = None
            for rows in (*room.rows, room.mean, room.factor):
                rows.parcel = None
        return room

    def _moments(self, word: int, place: int) -> Rows32:
        """Room for a mean or a factor of each row, or for all factors on the lanes of one."""
        words = self.placement.outer[self.lowering.layer]
        return Rows32(words[word], self.placement.moments[place], self.lowering.parcel())

    def _rows(self, rotation: int, *, by_host: bool) -> Rows:
        """Room for a layer's rows; what the host leaves has no parcels."""
        halves = [self._summed(half, 1, rotation, by_host=by_host) for half in range(2)]
        base = self.placement.rows_striped
        bases = [base + TILE_STRIPES * v for v in range(self.shape.vectors)]
        *tiles, factors_tile = (
            self._striped(base, by_host=by_host)
            for base in (*bases, self.placement.factors_striped)
        )
        factors = self._moments(0, 4)
        if by_host:
            factors.parcel = None
        return Rows(halves, tiles, factors_tile, factors)

    def _striped(self, base: int, *, by_host: bool) -> Striped:
        parked = (1 << self.shape.sequence // TOGETHER) - 1
        parcels = [] if by_host else list(self.lowering.schedule.parcels(2))
        return Striped((Side.WEST,), base, 0, parcels, TILE_BITS & ~parked)

    def _layer(self, number: int, layer: Layer, rows: Rows, after: Rows, *, is_last: bool) -> None:
        shape, lowering = self.shape, self.lowering
        first = number * LAYER_OPERATIONS
        attention = Attention(lowering, layer, rows.halves, number)
        middle = [self._summed(half, 0, number) for half in range(2)]
        wide = [
            [lowering.operand(number + 2 + half, v, WIDE) for v in range(shape.wide_vectors)]
            for half in range(2)
        ]
        for half in range(2):
            attention.keys_queries(half, first + HEADS)
        attention.values(rows.tiles, rows.factors, first + HEADS)
        attention.scores(first + ATTENTION)
        for half in range(2):
            attention.mix(half, first + ATTENTION)
        for half in range(2):
            norm = Norm(
                lowering,
                first + NORM,
                half,
                rows.halves[half],
                middle[half],
                self._partials(shape.pairs),
            )
            lowering.matrix(
                first + OUTPUT, layer.output, attention.mixed[half], norm.add, half=half
            )
        for half in range(2):
            self._up(first + UP, layer, middle[half], wide[half], half)
        for half in range(2):
            self._down(first, layer, middle[half], wide[half], after, half, is_last=is_last)
        if not is_last:
            slots = self.placement.slots[0]
            row = Rows16(0, slots.one)
            turn_factors(lowering, first + LAST_NORM, after.factors_tile, row, after.factors)

    def _up(self, operation: int, layer: Layer, middle: Summed, wide: Half, half: int) -> None:
        def gelu(vector: int, x: Flow) -> None:
            self.lowering.gelu(operation, x, vector, middle.factor, wide[vector])

        self.lowering.matrix(
            operation, layer.up, middle.operands, gelu, half=half, factor=middle.factor
        )

    def _down(
        self,
        first: int,
        layer: Layer,
        middle: Summed,
        wide: Half,
        after: Rows,
        half: int,
        *,
        is_last: bool,
    ) -> None:
        norm = Norm(
            self.lowering,
            first + LAST_NORM,
            half,
            middle,
            after.halves[half],
            self._partials(self.shape.wide_vectors),
            after.tiles,
            None if is_last else after.factors_tile,
        )
        self.lowering.matrix(first + DOWN, layer.down, wide, norm.add, half=half)

    def _partials(self, inputs: int) -> int:
        return min(inputs, PLANES) if self._is_dealt() else 0

    def _is_dealt(self) -> bool:
        return None in outputs_by_plane(self.shape.vectors)
