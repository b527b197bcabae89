"""llama.cpp as a peer, through `llama_decode` with prepared batches: its Python class is slower.

Run as a program it takes a prompt of so many ids and decodes so many, and tells the memory that its
process took. With the build's default weight buffers that is a trial too: on some virtual machines
those (AMX) end the process.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import llama_cpp
import numpy as np

from bench.peak import tell_peak, told_peak
from bench.sides import Logits, used

TRIAL_WINDOW = 1024


class LlamaCpp:
    """One model and one context with `sequences` sequences of at most `window` positions."""

    def __init__(self, path: Path, *, sequences: int, window: int, extra_buffers: bool) -> None:
        llama_cpp.llama_log_set(_SILENT, None)
        llama_cpp.llama_backend_init()
        model_params = llama_cpp.llama_model_default_params()
        model_params.use_extra_bufts = extra_buffers
        self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), model_params)
        if not self._model:
            raise RuntimeError(f"llama.cpp could not read {path}: remove it and try again.")
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = window * sequences
        params.n_batch = params.n_ubatch = max(512, sequences)
        params.n_seq_max = sequences
        params.n_threads = params.n_threads_batch = 1
        self._context = llama_cpp.llama_init_from_model(self._model, params)
        if not self._context:
            raise RuntimeError(f"llama.cpp could not open {path}: is there memory left?")
        vocabulary = llama_cpp.llama_model_get_vocab(self._model)
        self._vocabulary = llama_cpp.llama_vocab_n_tokens(vocabulary)
        self._batch = llama_cpp.llama_batch_init(params.n_batch, 0, 1)

    def use_threads(self, threads: int) -> None:
        """From the next call on, for prompts and tokens."""
        llama_cpp.llama_set_n_threads(self._context, threads, threads)

    def close(self) -> None:
        """Python does not free what llama.cpp holds."""
        llama_cpp.llama_batch_free(self._batch)
        llama_cpp.llama_free(self._context)
        llama_cpp.llama_model_free(self._model)

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
    done = subprocess.run(_command(path, rows, 0, True), capture_output=True, check=False)
    return done.returncode == 0


def llama_cpp_peak_bytes(path: Path, *, prompt: int, decoded: int) -> int:
    """The most memory that a fresh process took, with the buffers that work here."""
    extra_buffers = extra_buffers_work(path, prompt)
    return told_peak(_command(path, prompt, decoded, extra_buffers))


def _command(path: Path, prompt: int, decoded: int, extra_buffers: bool) -> list[str]:
    named = [sys.executable, "-m", "bench.llama_cpp_peer", str(path), str(prompt), str(decoded)]
    return named + ["--extra-buffers"] * extra_buffers


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("prompt", type=int)
    parser.add_argument("decoded", type=int)
    parser.add_argument("--extra-buffers", action="store_true")
    given = parser.parse_args()
    side = LlamaCpp(given.path, sequences=1, window=TRIAL_WINDOW, extra_buffers=given.extra_buffers)
    used(side, given.prompt, given.decoded)
    tell_peak()


if __name__ == "__main__":
    _main()
