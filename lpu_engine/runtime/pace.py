"""What this machine's speed means for a step: how many rows a turn may have, on how many threads.

Two threads spin while they wait: fast on idle cores, ruinous on busy ones. They are used where
they were measured to be faster, and rest for a while when they have become slower than one.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np

from lpu_engine.runtime.cache import Cache
from lpu_engine.runtime.executor import Chunk, Executor
from lpu_engine.runtime.jit import HAS_OPENMP, compiling
from lpu_engine.runtime.sampler import room_for, sample_rows

TURN_S = 0.020  # a turn beside which nobody's stream stalls
PROMPT_S = 0.012  # of it for prompts: the rest is for what decodes meanwhile
FEWEST_ROWS = 8
SHORTEST_ROW_S = 1e-6  # a coarse clock may see no time pass at all
PROMPT_ROWS = 32  # from here on a step is a prompt's, bound by arithmetic rather than memory
# Of a shorter step, which has little to share, a second thread takes more from those who hold
# Python, and from whoever else needs a core, than it gives.
SHORT_STEP_S = 0.002
GAIN = 0.9  # two threads take at most this of one thread's time where they are worth it
REST_S = 2.0
LEARNING = 0.2  # what a step changes of what is expected of a prompt's row
MEMORY = 0.05  # what it changes of how long steps of as many rows take: one may wait for Python
FEWEST_STEPS, MOST_STEPS, MEASURED_S = 8, 64, 0.05  # of which the best counts


@dataclass(frozen=True, slots=True)
class Speed:
    """Best seconds of a step on one thread and on two; infinite where two cannot be."""

    serial_s: float
    parallel_s: float

    @property
    def wants_threads(self) -> bool:
        """Two threads are worth it."""
        return self.serial_s > SHORT_STEP_S and self.parallel_s < GAIN * self.serial_s


class Pace:
    """Rows and threads of the next step, from the speeds measured at the start and since."""

    def __init__(self, max_rows: int, decode: Speed, prompt: Speed, prompt_rows: int) -> None:
        self._max_rows = max_rows
        self._decode, self._prompt = decode, prompt
        # By rows: how long a step takes on average.
        self._serial_s = {1: decode.serial_s, prompt_rows: prompt.serial_s}
        self._parallel_s = {1: decode.parallel_s, prompt_rows: prompt.parallel_s}
        self._row_s = min(prompt.serial_s, prompt.parallel_s) / prompt_rows
        self._resting_until_s = 0.0

    @property
    def decode_threads(self) -> int:
        """Threads of a decoding step on idle cores."""
        return 2 if self._decode.wants_threads else 1

    def prompt_rows(self) -> int:
        """How many prompt rows fit in a turn at the present speed."""
        return max(
            FEWEST_ROWS, min(int(PROMPT_S / max(self._row_s, SHORTEST_ROW_S)), self._max_rows)
        )

    def threads(self, rows: int, now_s: float) -> int:
        """2 where they are worth it and the cores were not busy lately, else 1."""
        speed = self._prompt if rows >= PROMPT_ROWS else self._decode
        return 2 if speed.wants_threads and now_s >= self._resting_until_s else 1

    def record(self, rows: int, threads: int, began_s: float, ended_s: float) -> None:
        """Learn from a step how fast this machine is just now."""
        took_s = ended_s - began_s
        if rows >= FEWEST_ROWS:  # else a turn that one slow step made short would stay short
            self._row_s += LEARNING * (took_s / rows - self._row_s)
        known_s = self._parallel_s if threads > 1 else self._serial_s
        usual_s = known_s.get(rows, took_s)
        known_s[rows] = usual_s + MEMORY * (took_s - usual_s)
        serial_s = self._serial_s.get(rows, rows * self._decode.serial_s)
        if threads > 1 and known_s[rows] > serial_s:
            self._resting_until_s = ended_s + REST_S
            known_s[rows] = GAIN * serial_s  # a new trial, when they have rested


def measure_pace(executor: Executor, cache: Cache, now: Callable[[], float]) -> Pace:
    """Compile every kernel, and time steps of a prompt and of a token, on one and two threads."""
    rows = min(2 * PROMPT_ROWS, executor.max_rows, executor.architecture.window - 1)
    blocks = cache.take(rows + 1)
    prompt, token = Chunk([0] * rows, 0, blocks), Chunk([0], rows, blocks)
    logits = executor.forward([prompt])
    with compiling():
        sample_rows(logits, np.array([[1.0, 0.9, 0.5]]), room_for(logits.shape[1]))
    decode_speed, prompt_speed = (
        Speed(_best_s(executor, chunk, 1, now), _best_s(executor, chunk, 2, now))
        for chunk in (token, prompt)
    )
    cache.give_back(blocks)
    return Pace(executor.max_rows, decode_speed, prompt_speed, rows)


def _best_s(executor: Executor, chunk: Chunk, threads: int, now: Callable[[], float]) -> float:
    """The shortest of several steps, after one that compiles; infinite where threads cannot be."""
    if threads > 1 and not (HAS_OPENMP and numba.config.NUMBA_NUM_THREADS > 1):
        return float("inf")
    executor.forward([chunk], threads)
    taken: list[float] = []
    while len(taken) < FEWEST_STEPS or (sum(taken) < MEASURED_S and len(taken) < MOST_STEPS):
        began_s = now()
        executor.forward([chunk], threads)
        taken.append(now() - began_s)
    return min(taken)
