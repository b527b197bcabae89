"""What is timed: the same ids through this engine and its peers, behind the same calls."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.compile import table_of
from lpu_engine.model.checkpoint import open_checkpoint
from lpu_engine.runtime.cache import Cache, blocks_for
from lpu_engine.runtime.executor import Chunk, Executor
from lpu_engine.runtime.weights import load_weights

Logits = NDArray[np.float32]


class Side(Protocol):
    """An engine with a number of sequences, each at most `window` positions long."""

    def use_threads(self, threads: int) -> None:
        """From the next call on."""

    def close(self) -> None:
        """Give its memory back; nothing is called after it."""

    def clear(self) -> None:
        """Forget all sequences."""

    def prefill(self, ids: Sequence[int], sequence: int = 0) -> Logits:
        """Logits [vocabulary] after a whole prompt."""

    def decode(self, ids: Sequence[int], position: int) -> Logits:
        """One token of each sequence, all at one position: logits [sequences, vocabulary]."""


class ThisEngine:
    """The executor that the site runs, without engine thread and site."""

    def __init__(self, folder: Path, *, sequences: int, window: int) -> None:
        weights = load_weights(open_checkpoint(folder))
        cache = Cache(weights.architecture, sequences * blocks_for(window))
        self._executor = Executor(weights, cache, table_of(weights.architecture))
        self._blocks = [cache.take(window) for _ in range(sequences)]
        self._threads = 1

    def use_threads(self, threads: int) -> None:
        """From the next call on."""
        self._threads = threads

    def close(self) -> None:
        """Its arrays go with it."""

    def clear(self) -> None:
        """Positions are given with each call: there is nothing to forget."""

    def prefill(self, ids: Sequence[int], sequence: int = 0) -> Logits:
        """In chunks of what the executor takes at once."""
        most, blocks = self._executor.max_rows, self._blocks[sequence]
        logits: Logits = np.empty(0, np.float32)
        for start in range(0, len(ids), most):
            chunk = Chunk(ids[start : start + most], start, blocks, start + most >= len(ids))
            logits = self._executor.forward([chunk], self._threads)
        return logits.reshape(-1)

    def decode(self, ids: Sequence[int], position: int) -> Logits:
        """One step for all sequences."""
        chunks = [Chunk([i], position, b) for i, b in zip(ids, self._blocks, strict=False)]
        return self._executor.forward(chunks, self._threads)


def used(side: Side, prompt: int, decoded: int) -> None:
    """A prompt of so many ids and so many tokens after it."""
    side.prefill([3] * prompt)
    for position in range(prompt, prompt + decoded):
        side.decode([3], position)
