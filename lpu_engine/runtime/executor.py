"""A Program's table of operations and int8 weights: chunks of sequences go in, logits come out.

Rows of all chunks run together; a row's result depends on its own prefix alone, to the bit.
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.graph import Buffer, Kind, Operation
from lpu_engine.model.arithmetic import Float32, rotary_tables
from lpu_engine.runtime import kernels
from lpu_engine.runtime.attend_tiles import BLOCK
from lpu_engine.runtime.cache import Cache
from lpu_engine.runtime.dot import DIGITS, QUAD
from lpu_engine.runtime.jit import compiling
from lpu_engine.runtime.kernels import Activations, Batch, Table
from lpu_engine.runtime.weights import Place, Weights, quads_of

MOST_THREADS = 2
NOWHERE = Place(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Chunk:
    """The next ids of one sequence, from `position` on; its cache blocks reach past them."""

    ids: Sequence[int]
    position: int
    blocks: NDArray[np.int32]
    wants_logits: bool = True


class Executor:
    """Walks a table for up to `max_rows` positions a step, of any sequences in one cache."""

    def __init__(
        self,
        weights: Weights,
        cache: Cache,
        table: Sequence[Operation],
        max_rows: int = 256,
    ) -> None:
        architecture = weights.architecture
        self.architecture = architecture
        self.max_rows = max_rows
        self._table = encode(table, weights.places)
        cosine, sine = rotary_tables(architecture.window, architecture.head_dim, architecture.rope)
        epsilon = np.float32(architecture.norm_epsilon)
        self._weights = (weights.values, weights.floats, cosine, sine, epsilon)
        self._activations = _activations(table, max_rows, architecture.window)
        self._cache = (cache.keys, cache.values)
        self._is_compiled = False

    def forward(self, chunks: Sequence[Chunk], threads: int = 1) -> Float32:
        """Logits [wanted, vocabulary] of the last position of each chunk that wants them.

        They stand in the executor's own memory: read them before the next step.
        """
        batch = _batch(chunks)
        self._check(chunks, batch)
        wanted = batch[3].shape[0]
        with nullcontext() if self._is_compiled else compiling():
            kernels.run(self._table, self._weights, self._activations, batch, self._cache, threads)
        self._is_compiled = True
        arena, offsets = self._activations[:2]
        start, vocabulary = offsets[Buffer.LOGITS], self.architecture.vocabulary
        logits = arena[start : start + wanted * vocabulary]
        return np.asarray(logits.reshape(wanted, vocabulary))

    def _check(self, chunks: Sequence[Chunk], batch: Batch) -> None:
        """Refuse what the kernels, which check nothing, would read or write out of bounds."""
        ids, _, blocks, _ = batch
        if not 0 < len(ids) <= self.max_rows:
            raise ValueError(f"A step has 1 to {self.max_rows} rows, not {len(ids)}.")
        for chunk in chunks:
            end, room = chunk.position + len(chunk.ids), BLOCK * len(chunk.blocks)
            if not chunk.ids or chunk.position < 0 or end > min(self.architecture.window, room):
                raise ValueError(f"A chunk up to position {end} does not fit its cache blocks.")
        if ids.min() < 0 or ids.max() >= self.architecture.vocabulary:
            raise ValueError(f"Ids must be from 0 to {self.architecture.vocabulary - 1}.")
        cache_blocks = self._cache[0].shape[1]
        if blocks.min() < 0 or blocks.max() >= cache_blocks:
            raise ValueError(f"Cache blocks must be from 0 to {cache_blocks - 1}.")


def encode(table: Sequence[Operation], places: Mapping[str, Place]) -> Table:
    """The table as the kernels read it: whole numbers, and others, in kernels' columns."""
    whole = np.array([_encode_one(operation, places) for operation in table], np.int64)
    numbers = np.array([(operation.scale, operation.cap) for operation in table], np.float32)
    return whole, numbers


def _encode_one(operation: Operation, places: Mapping[str, Place]) -> tuple[int, ...]:
    place = places[operation.tensor] if operation.tensor else NOWHERE
    return (
        operation.kind,
        operation.source,
        operation.target,
        operation.width,
        operation.source_width,
        place.value_offset,
        place.float_offset,
        place.groups,
        place.quads,
        operation.layer,
        operation.number,
        _digits(operation),
    )


def _digits(operation: Operation) -> int:
    return DIGITS if operation.is_fine else 1


def _activations(table: Sequence[Operation], max_rows: int, window: int) -> Activations:
    """One arena for all buffers, and room for quantised rows and attention scores."""
    widths = dict.fromkeys(Buffer, 0)
    for operation in table:
        widths[operation.target] = max(widths[operation.target], operation.width)
    sizes = np.array([widths[buffer] for buffer in Buffer], np.int64) * max_rows
    offsets = np.concatenate([[0], np.cumsum(sizes)])[:-1].astype(np.int64)
    arena = np.empty(int(sizes.sum()), np.float32)
    most = max(_digits(o) * quads_of(o.source_width) * QUAD for o in table if o.kind == Kind.MATRIX)
    x_values = np.empty(max_rows * most, np.int8)
    x_scales, x_sums = np.empty(max_rows, np.float32), np.empty(DIGITS * max_rows, np.int32)
    scores = np.empty((MOST_THREADS, window + BLOCK), np.float32)
    return arena, offsets, x_values, x_scales, x_sums, scores


def _batch(chunks: Sequence[Chunk]) -> Batch:
    """ids [T], positions [T], blocks [T, most], wanted [S] of all chunks, row by row."""
    ids, positions, wanted = list[int](), list[int](), list[int]()
    blocks = np.zeros(
        (
            sum(len(chunk.ids) for chunk in chunks),
            max((len(chunk.blocks) for chunk in chunks), default=0),
        ),
        np.int32,
    )
    for chunk in chunks:
        first, last = len(ids), len(ids) + len(chunk.ids)
        ids += chunk.ids
        positions += range(chunk.position, chunk.position + len(chunk.ids))
        blocks[first:last, : len(chunk.blocks)] = chunk.blocks
        if chunk.wants_logits:
            wanted.append(last - 1)
    return (
        np.array(ids, np.int64),
        np.array(positions, np.int64),
        blocks,
        np.array(wanted, np.int64),
    )
