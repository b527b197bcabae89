"""An executor over a small checkpoint, and what feeds it chunk by chunk."""

from collections.abc import Sequence

import numpy as np

from lpu_engine.compiler.graph import Operation, operations
from lpu_engine.model.arithmetic import Float32
from lpu_engine.model.checkpoint import Checkpoint
from lpu_engine.runtime.cache import Cache
from lpu_engine.runtime.executor import Chunk, Executor
from lpu_engine.runtime.weights import load_weights


def ids_of(count: int, seed: int = 0) -> list[int]:
    return [int(i) for i in np.random.default_rng(seed).integers(0, 300, count)]


def prepared(
    checkpoint: Checkpoint, blocks: int = 128, table: Sequence[Operation] | None = None
) -> tuple[Executor, Cache]:
    cache = Cache(checkpoint.architecture, blocks)
    table = table or operations(checkpoint.architecture)
    return Executor(load_weights(checkpoint), cache, table), cache


def fed(
    executor: Executor, cache: Cache, ids: Sequence[int], chunk: int, threads: int = 1
) -> dict[int, Float32]:
    """Logits after each chunk, by position."""
    blocks, logits = cache.take(len(ids)), {}
    for start in range(0, len(ids), chunk):
        part = Chunk(ids[start : start + chunk], start, blocks)
        logits[start + len(part.ids) - 1] = executor.forward([part], threads)[0].copy()
    cache.give_back(blocks)
    return logits


def assert_same_bits(got: Float32, expected: Float32) -> None:
    np.testing.assert_array_equal(got.view(np.int32), expected.view(np.int32))
