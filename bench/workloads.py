"""The work that is timed, greedy on both sides, and how two sides take turns at it."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.sides import Side

PROMPT_TOKENS = 16
DECODED_TOKENS = 128
PREFILL_TOKENS = 512

Workload = Callable[[Side], float]


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens per second over several runs: the median, and the slowest and fastest."""

    median: float
    lowest: float
    highest: float


def decode(sequences: int) -> Workload:
    """Tokens per second, all sequences together, each fed its own likeliest token."""

    def run(side: Side) -> float:
        side.clear()
        for position, token_id in enumerate(prompt(PROMPT_TOKENS)):
            side.decode([token_id] * sequences, position)
        ids = [1] * sequences
        began_s = time.perf_counter()
        for position in range(PROMPT_TOKENS, PROMPT_TOKENS + DECODED_TOKENS):
            ids = [int(i) for i in np.argmax(side.decode(ids, position), axis=1)]
        return sequences * DECODED_TOKENS / (time.perf_counter() - began_s)

    return run


def prefill(side: Side) -> float:
    """Prompt tokens per second."""
    side.clear()
    ids = prompt(PREFILL_TOKENS)
    began_s = time.perf_counter()
    side.prefill(ids)
    return PREFILL_TOKENS / (time.perf_counter() - began_s)


def prompt(tokens: int) -> list[int]:
    """Ids that every vocabulary has."""
    return [3 + i * 7 % 241 for i in range(tokens)]


def alternate(sides: Mapping[str, Side], workload: Workload, rounds: int) -> dict[str, Rate]:
    """Each side in turn, round by round, after one run that warms it up."""
    for side in sides.values():
        workload(side)
    runs: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            runs[name].append(workload(side))
    return {name: _rate(rates) for name, rates in runs.items()}


def _rate(rates: Sequence[float]) -> Rate:
    return Rate(statistics.median(rates), min(rates), max(rates))
