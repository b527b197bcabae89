"""A simulated chip and an executor with one model, and the same keys and values in both caches."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from checkpoints import write_checkpoint

from lpu_engine.compiler.compile import compile_program
from lpu_engine.compiler.memory import KEYS, VALUES
from lpu_engine.compiler.placement import Word
from lpu_engine.compiler.program import Program
from lpu_engine.hardware.lpu import LANES, WORD
from lpu_engine.model.arithmetic import Float32, kept
from lpu_engine.model.checkpoint import Checkpoint, open_checkpoint
from lpu_engine.model.quantize import quantized
from lpu_engine.runtime.attend_tiles import BLOCK
from lpu_engine.runtime.cache import Cache
from lpu_engine.runtime.executor import Chunk, Executor
from lpu_engine.runtime.weights import load_weights
from lpu_engine.simulator.host import Session
from lpu_engine.simulator.timed import split


def opened(folder: Path, **sizes: Any) -> Checkpoint:
    return open_checkpoint(write_checkpoint(folder, **sizes))


def on_a_chip(checkpoint: Checkpoint, prompt_rows: int = 4) -> Session:
    a = checkpoint.architecture
    return Session(compile_program(a, prompt_rows), quantized(checkpoint))


class Twin:
    """The executor with one sequence, walking the program's own table."""

    def __init__(self, checkpoint: Checkpoint, program: Program) -> None:
        self.cache = Cache(checkpoint.architecture, checkpoint.architecture.window // BLOCK + 1)
        self.executor = Executor(load_weights(checkpoint), self.cache, program.operations)
        self.blocks = self.cache.take(checkpoint.architecture.window)

    def forward(self, ids: Sequence[int], position: int) -> Float32:
        logits: Float32 = self.executor.forward([Chunk(ids, position, self.blocks)])[0].copy()
        return logits


def fill_caches(session: Session, twin: Twin, positions: int) -> None:
    """Random keys and values before `positions`, the same in both caches."""
    a, heads = session.program.architecture, session.program.placement.heads
    random = np.random.default_rng(1)
    drawn = random.standard_normal((2, a.layers, positions, a.kv_heads, a.head_dim), np.float32)
    keys, values = kept(drawn)
    key_bits, value_bits = (array.view(np.uint32) >> 16 for array in (keys, values))
    for layer in range(a.layers):
        for position in range(positions):
            block, place = twin.blocks[position // BLOCK], position % BLOCK
            twin.cache.keys[layer, block, :, :, place] = key_bits[layer, position]
            twin.cache.values[layer, block, :, place] = value_bits[layer, position]
        for head in range(a.kv_heads):
            vector, beside = divmod(head, heads.per_vector)
            _park_keys(session, layer, head, keys[layer, :, head])
            _park_values(session, layer, vector, beside * heads.dim, values[layer, :, head])


def _park_keys(session: Session, layer: int, head: int, keys: Float32) -> None:
    """[P, D]: a vector holds one element of 320 positions."""
    placement, dim = session.program.placement, keys.shape[1]
    for first in range(0, len(keys), LANES):
        part = keys[first : first + LANES].T
        base = first // LANES * placement.key_rows + head * dim
        for element in range(dim):
            address = _cached(session, layer, placement.key_rows) + base + element
            _park(session, KEYS, layer, address, slice(0, part.shape[1]), part[element])


def _park_values(session: Session, layer: int, vector: int, lane: int, values: Float32) -> None:
    """[P, D]: a vector holds one position of all its heads."""
    placement, dim = session.program.placement, values.shape[1]
    base = _cached(session, layer, placement.value_rows) + vector * LANES * placement.cache_tiles
    for position, row in enumerate(values):
        _park(session, VALUES, layer, base + position, slice(lane, lane + dim), row)


def _cached(session: Session, layer: int, rows: int) -> int:
    placement = session.program.placement
    return placement.weight_rows + layer % placement.cache_layers * rows * placement.cache_tiles


def _park(
    session: Session, word: Word, layer: int, address: int, lanes: slice, elements: Float32
) -> None:
    first = word.first + WORD * (layer // session.program.placement.cache_layers)
    whole = np.zeros(LANES, np.float32)
    whole[lanes] = elements
    for unit, part in zip(Word(word.side, first).units(), split(whole), strict=True):
        session.chip.memory[unit, address, lanes] = part[lanes]
