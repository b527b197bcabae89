"""The host beside the chip: it leaves weights and rows in memory, and takes the logits out.

Its own time, and the bus, are no part of the clock.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from lpu_engine.compiler.graph import Kind
from lpu_engine.compiler.memory import Buffer, gain_row
from lpu_engine.compiler.placement import PADDING, Map, straight, weight_slices
from lpu_engine.compiler.program import Instance, Program
from lpu_engine.hardware.lpu import INSTALL_STREAMS, LANES
from lpu_engine.model.arithmetic import Float32, Int8, rotary_tables
from lpu_engine.model.quantize import Tensors
from lpu_engine.simulator.queues import queues
from lpu_engine.simulator.timed import Chip, joined, split


class Session:
    """One sequence on one simulated chip: `prompt` first, then `token` by token."""

    def __init__(self, program: Program, tensors: Tensors) -> None:
        self.program = program
        self.chip = Chip(program.maps)
        self._embedding = tensors.matrices["embedding"]
        self._columns = tensors.floats["embedding_columns"]
        a = program.architecture
        self._cosine, self._sine = rotary_tables(a.window, a.head_dim, a.rope)
        for name, (values, scales) in tensors.matrices.items():
            self._load(name, values, scales)
        self._load_constants(tensors.floats)

    def prompt(self, ids: Sequence[int]) -> tuple[Float32, int]:
        """Logits [vocabulary] after the prompt, and the cycles it took. Raises Fault."""
        rows, cycles = self.program.prompt.rows, 0
        for start in range(0, len(ids), rows):
            part = ids[start : start + rows]
            is_last = start + rows >= len(ids)
            instances = list(self.program.chunk(start, len(part), is_last=is_last))
            self._inputs(part, start, rows)
            cycles += self._run(instances, start)
        return self._logits(), cycles

    def token(self, token_id: int, position: int) -> tuple[Float32, int]:
        """Logits [vocabulary] after one more token at a position, and its cycles."""
        self._inputs([token_id], position, 1)
        cycles = self._run(list(self.program.token(position)), position)
        return self._logits(), cycles

    def _run(self, instances: Sequence[Instance], position: int) -> int:
        return self.chip.run(queues(self.program, instances, position))

    def _logits(self) -> Float32:
        buffer = self.program.buffers.logits
        vectors = self._parked(buffer, buffer.vectors)
        return vectors.reshape(-1)[: self.program.architecture.vocabulary]

    def _load(self, name: str, values: Int8, scales: Float32) -> None:
        """Park a matrix where the placement says: tiles, and the scales of its outputs."""
        layer, _, short = name.rpartition(".")
        placement, number = self.program.placement, int(layer or 0)
        if short not in placement.tensors:  # an embedding that is not tied stays with the host
            return
        tensor = placement.tensors[short]
        for tile in placement.of(short):
            weights = _picked(values, tensor.outputs[tile.output], tensor.inputs[tile.input])
            address = tile.address + number * tile.by_layer
            for i, unit in enumerate(weight_slices(tile.plane)):
                rows = weights[i::INSTALL_STREAMS].view(np.uint8)
                self.chip.memory[unit, address : address + len(rows)] = rows
        by_layer = 0 if tensor.is_head else placement.scales_by_layer
        for vector, elements in enumerate(tensor.outputs):
            own = np.where(elements == PADDING, np.float32(0), scales[elements])
            self._park(self.program.buffers.scales, tensor.scales + number * by_layer + vector, own)

    def _load_constants(self, floats: Mapping[str, Float32]) -> None:
        buffers, heads = self.program.buffers, self.program.placement.heads
        self._park(buffers.one, 0, np.ones(LANES, np.float32))
        self._park(buffers.lowest, 0, np.full(LANES, -np.inf, np.float32))
        for head in range(heads.per_vector):
            mask = np.zeros(LANES, np.float32)
            mask[head * heads.dim : (head + 1) * heads.dim] = 1
            self._park(buffers.head_masks, head, mask)
        for operation in self.program.operations:
            if operation.kind == Kind.NORM:
                row = gain_row(operation.tensor, self.program.architecture.layers)
                self._park_row(buffers.gains, row, floats[operation.tensor])

    def _inputs(self, ids: Sequence[int], start: int, rows: int) -> None:
        """Embedded rows, the turns of their positions, and what each may see; padded to `rows`."""
        values, scales = self._embedding
        buffers, heads = self.program.buffers, self.program.placement.heads
        lanes = np.arange(LANES)
        for row in range(rows):
            token = ids[row] if row < len(ids) else 0
            embedded = values[token].astype(np.float32) * scales[token] * self._columns
            self._park_row(buffers.residual, row, embedded)
            position = min(start + row, len(self._cosine) - 1)
            element, half = lanes % heads.dim, heads.dim // 2
            sign = np.where(element < half, np.float32(-1), np.float32(1))
            self._park(buffers.cosine, row, self._cosine[position][element % half])
            self._park(buffers.sine, row, self._sine[position][element % half] * sign)
            for tile in range(self.program.placement.cache_tiles):
                seen = tile * LANES + lanes <= position
                place = tile * buffers.mask_add.vectors + row
                self._park(buffers.mask_add, place, np.where(seen, 0, -np.inf).astype(np.float32))
                self._park(buffers.mask_times, place, seen.astype(np.float32))

    def _park_row(self, buffer: Buffer, row: int, elements: Float32) -> None:
        for vector, places in enumerate(straight(len(elements))):
            own = np.where(places == PADDING, np.float32(0), elements[places])
            self._park(buffer, row * buffer.vectors + vector, own)

    def _park(self, buffer: Buffer, index: int, lanes: Float32) -> None:
        for unit, vector in zip(buffer.word.units(), split(lanes.astype(np.float32)), strict=True):
            self.chip.memory[unit, buffer.base + index] = vector

    def _parked(self, buffer: Buffer, count: int) -> Float32:
        """[count, 320] values."""
        units = list(buffer.word.units())
        return joined(self.chip.memory[units, buffer.base : buffer.base + count])


def _picked(values: Int8, rows: Map, columns: Map) -> Int8:
    """[320, 320] weights of a tile; padding is zero."""
    picked = values[np.maximum(rows, 0)[:, None], np.maximum(columns, 0)[None, :]]
    sound = (rows != PADDING)[:, None] & (columns != PADDING)[None, :]
    return np.where(sound, picked, np.int8(0)).astype(np.int8)
