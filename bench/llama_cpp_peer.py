"""llama.cpp as a peer, through `llama_decode` with prepared batches: its Python class is slower.

Run as a program with a GGUF file and a number it takes one step of so many rows with the build's
default weight buffers: on some virtual machines those (AMX) end the process.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import llama_cpp
import numpy as np

from bench.sides import Logits


class LlamaCpp:
    """One model and one context with `sequences` sequences of at most `window` positions."""

    def __init__(
        self, path: Path, *, threads: int, sequences: int, window: int, extra_buffers: bool
    ) -> None:
        llama_cpp.llama_log_set(_SILENT, None)
        llama_cpp.llama_backend_init()
        model_params = llama_cpp.llama_model_default_params()
        model_params.use_extra_bufts = extra_buffers
        self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), model_params)
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = window * sequences
        params.n_batch = params.n_ubatch = max(512, sequences)
        params.n_seq_max = sequences
        params.n_threads = params.n_threads_batch = threads
        self._context = llama_cpp.llama_init_from_model(self._model, params)
        if not self._context:
            raise RuntimeError(f"llama.cpp could not open {path}.")
        vocabulary = llama_cpp.llama_model_get_vocab(self._model)
        self._vocabulary = llama_cpp.llama_vocab_n_tokens(vocabulary)
        self._batch = llama_cpp.llama_batch_init(params.n_batch, 0, 1)

    def clear(self) -> None:
        """Forget all sequences."""
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self._context), True)

    def prefill(self, ids: Sequence[int], sequence: int = 0) -> Logits:
        """Logits [vocabulary] after a whole prompt."""
        rows = [(i, p, sequence, p == len(ids) - 1) for p, i in enumerate(ids)]
        return self._decode(rows).reshape(-1)

    def decode(self, ids: Sequence[int], position: int) -> Logits:
        """One token of each sequence, all at one position: logits [sequences, vocabulary]."""
        return self._decode([(i, position, s, True) for s, i in enumerate(ids)])

    def _decode(self, rows: Sequence[tuple[int, int, int, bool]]) -> Logits:
        batch = self._batch
        batch.n_tokens = len(rows)
        for row, (token, position, sequence, wants_logits) in enumerate(rows):
            batch.token[row], batch.pos[row] = token, position
            batch.n_seq_id[row], batch.seq_id[row][0] = 1, sequence
            batch.logits[row] = wants_logits
        if llama_cpp.llama_decode(self._context, batch) != 0:
            raise RuntimeError("llama.cpp could not decode this batch.")
        wanted = sum(row[3] for row in rows)
        logits = llama_cpp.llama_get_logits(self._context)
        return np.ctypeslib.as_array(logits, (wanted, self._vocabulary))


# llama.cpp reports every buffer that it makes; the bench prints a table.
_SILENT = llama_cpp.llama_log_callback(lambda level, text, data: None)


def extra_buffers_work(path: Path, rows: int) -> bool:
    """Whether the build's default weight buffers survive a step of so many rows here."""
    trial = [sys.executable, "-m", "bench.llama_cpp_peer", str(path), str(rows)]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def _take_one_step(path: Path, rows: int) -> None:
    model = LlamaCpp(path, threads=1, sequences=1, window=1024, extra_buffers=True)
    model.prefill([3] * rows)


if __name__ == "__main__":
    _take_one_step(Path(sys.argv[1]), int(sys.argv[2]))
