"""The work that is timed, greedy on all sides, and how sides take turns at it."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from bench.figures import Spread, spread_of
from bench.sides import Side

PROMPT_TOKENS = 16
PREFILL_TOKENS = 512
WINDOW = 576  # the longest workload: a prefill of 512

MOST_THREADS = 2  # of any side
HOPELESS = 10.0  # times slower than one thread

Workload = Callable[[Side], float]
Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class Contest:
    """A workload by its name; `sequences` 0: a prompt."""

    name: str
    about: str
    sequences: int

    @property
    def rows(self) -> int:
        """The most rows of one of its steps."""
        return self.sequences or PREFILL_TOKENS

    def workload(self, decoded_tokens: int) -> Workload:
        """So many tokens of each stream, or a prompt."""
        return decode(self.sequences, decoded_tokens) if self.sequences else prefill


CONTESTS = (
    Contest("decode-1", "decode, 1 stream", 1),
    Contest("decode-4", "decode, 4 streams together", 4),
    Contest("decode-16", "decode, 16 streams together", 16),
    Contest("prefill", f"prefill of {PREFILL_TOKENS}", 0),
)
DECODE, PREFILL = CONTESTS[0], CONTESTS[-1]


def cores() -> int:
    """That this process may use."""
    may_use = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    return len(may_use(0)) if may_use else os.cpu_count() or 1


def decode(sequences: int, tokens: int) -> Workload:
    """Tokens per second, all sequences together, each fed its own likeliest token."""

    def run(side: Side) -> float:
        side.clear()
        for position, token_id in enumerate(prompt(PROMPT_TOKENS)):
            side.decode([token_id] * sequences, position)
        ids = [1] * sequences
        began_s = time.perf_counter()
        for position in range(PROMPT_TOKENS, PROMPT_TOKENS + tokens):
            ids = [int(i) for i in np.argmax(side.decode(ids, position), axis=1)]
        return sequences * tokens / (time.perf_counter() - began_s)

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


def take_turns(runs: Mapping[Name, Callable[[], float]], rounds: int) -> dict[Name, Spread]:
    """Each in turn, round by round, after one run that warms it up."""
    for run in runs.values():
        run()
    taken: dict[Name, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            taken[name].append(run())
    return {name: spread_of(values) for name, values in taken.items()}


def faster_threads(side: Side, workload: Workload) -> tuple[int, float]:
    """How many threads were faster in a trial, 1 or 2, and its tokens per second.

    The better of two runs each, after one that warms up. On busy cores two threads wait for each
    other almost without end: they get no second run.
    """

    def on(threads: int) -> float:
        side.use_threads(threads)
        return workload(side)

    on(1)
    counts = range(1, min(MOST_THREADS, cores()) + 1)
    rates = {count: on(count) for count in counts}
    for count in counts:
        if rates[count] > rates[1] / HOPELESS:
            rates[count] = max(rates[count], on(count))
    return max(rates.items(), key=lambda trial: trial[1])
