"""transformers with torch as a peer, on the processor, in bfloat16 or float32.

Run as a program with a folder it tells the memory that its process took.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import torch
from transformers import AutoModelForCausalLM, DynamicCache
from transformers.utils import logging

from bench.peak import ProcessFailed, tell_peak, told_peak
from bench.sides import Logits, used

Precision = Literal["bfloat16", "float32"]
PRECISIONS: tuple[Precision, ...] = ("bfloat16", "float32")


class Transformers:
    """One model; a cache that grows as its sequences do."""

    def __init__(self, folder: Path, precision: Precision, *, sequences: int) -> None:
        logging.disable_progress_bar()
        dtype = getattr(torch, precision)
        self._model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).eval()
        self._sequences = sequences
        self.clear()

    def use_threads(self, threads: int) -> None:
        """Of the whole process: no other side of the bench computes with torch."""
        torch.set_num_threads(threads)

    def close(self) -> None:
        """Its tensors go with it."""

    def clear(self) -> None:
        """Forget all sequences."""
        self._cache = DynamicCache()

    def prefill(self, ids: Sequence[int], sequence: int = 0) -> Logits:
        """Logits [vocabulary] after a whole prompt; all sequences get it, as they grow together."""
        every = self._forward([list(ids)] * self._sequences)
        return every[sequence : sequence + 1].reshape(-1)

    def decode(self, ids: Sequence[int], position: int) -> Logits:
        """One token of each sequence, all at one position: logits [sequences, vocabulary]."""
        return self._forward([[i] for i in ids])

    def _forward(self, rows: list[list[int]]) -> Logits:
        with torch.inference_mode():
            told = self._model(
                input_ids=torch.tensor(rows),
                past_key_values=self._cache,
                use_cache=True,
                logits_to_keep=1,
            )
            logits: Logits = told.logits[:, -1].float().numpy()
        return logits


def transformers_peak_bytes(
    folder: Path, precision: Precision, *, prompt: int, decoded: int
) -> int:
    """The most memory that a fresh process took."""
    command = [sys.executable, "-m", "bench.transformers_peer", str(folder), precision]
    return told_peak([*command, str(prompt), str(decoded)])


@cache
def precision_works(folder: Path, precision: Precision) -> bool:
    """Whether a prompt and a token survive here: on some virtual machines AMX ends the process."""
    try:
        return transformers_peak_bytes(folder, precision, prompt=32, decoded=1) > 0
    except ProcessFailed:
        return False


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("precision", choices=PRECISIONS)
    parser.add_argument("prompt", type=int)
    parser.add_argument("decoded", type=int)
    given = parser.parse_args()
    side = Transformers(given.folder, given.precision, sequences=1)
    used(side, given.prompt, given.decoded)
    tell_peak()


if __name__ == "__main__":
    _main()
