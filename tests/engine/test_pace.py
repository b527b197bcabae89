"""Rows and threads of a step, from speeds that are given: no test measures this machine."""

import math
from pathlib import Path

import pytest
from checkpoints import write_checkpoint
from engines import Ticks

from lpu_engine.compiler.graph import operations
from lpu_engine.model.checkpoint import open_checkpoint
from lpu_engine.runtime.cache import Cache
from lpu_engine.runtime.executor import Executor
from lpu_engine.runtime.pace import (
    FEWEST_ROWS,
    PROMPT_ROWS,
    PROMPT_S,
    REST_S,
    Pace,
    Speed,
    measure_pace,
)
from lpu_engine.runtime.weights import load_weights

LARGE = Speed(serial_s=0.010, parallel_s=0.006)
SMALL = Speed(serial_s=0.0004, parallel_s=0.0005)
ALONE = Speed(serial_s=0.010, parallel_s=math.inf)


def pace(decode: Speed = LARGE, prompt: Speed = LARGE, prompt_rows: int = 64) -> Pace:
    return Pace(256, decode, prompt, prompt_rows)


@pytest.mark.parametrize(
    ("speed", "threads"),
    [(LARGE, 2), (SMALL, 1), (ALONE, 1), (Speed(0.010, 0.0095), 1), (Speed(0.0010, 0.0006), 1)],
)
def test_two_threads_are_used_where_a_long_step_gains_from_them(speed: Speed, threads: int) -> None:
    assert pace(decode=speed).decode_threads == threads
    assert pace(decode=speed).threads(rows=1, now_s=0.0) == threads


def test_a_prompt_and_a_decode_choose_their_threads_apart() -> None:
    mixed = pace(decode=SMALL, prompt=LARGE)
    assert mixed.threads(PROMPT_ROWS - 1, 0.0) == 1
    assert mixed.threads(PROMPT_ROWS, 0.0) == 2


def test_a_turn_holds_as_many_rows_as_fit_in_a_prompts_part() -> None:
    assert pace(prompt=Speed(0.032, math.inf)).prompt_rows() == int(PROMPT_S / 0.0005)


@pytest.mark.parametrize(("serial_s", "rows"), [(100.0, FEWEST_ROWS), (1e-6, 256), (0.0, 256)])
def test_a_turn_is_never_tiny_nor_larger_than_a_step(serial_s: float, rows: int) -> None:
    assert pace(prompt=Speed(serial_s, serial_s)).prompt_rows() == rows


def slowed(pace: Pace, rows: int, seconds: float) -> int:
    """How many steps of that length it takes until one thread goes on alone."""
    for count in range(1, 100):
        pace.record(rows, threads=2, began_s=count, ended_s=count + seconds)
        if pace.threads(rows, count + seconds) == 1:
            return count
    return 0


def test_two_threads_rest_when_they_have_become_slower_than_one() -> None:
    tired = pace()
    ended_s = slowed(tired, rows=1, seconds=5 * LARGE.serial_s) + 5 * LARGE.serial_s
    assert tired.threads(1, ended_s + 0.99 * REST_S) == 1
    assert tired.threads(1, ended_s + 1.01 * REST_S) == 2


def test_one_step_that_had_to_wait_changes_nothing() -> None:
    calm = pace()
    calm.record(rows=1, threads=2, began_s=10.0, ended_s=10.0 + 5 * LARGE.serial_s)
    assert calm.threads(1, 11.0) == 2


def test_steps_of_many_rows_are_held_against_their_like() -> None:
    calm = pace()
    assert slowed(calm, rows=6, seconds=2 * LARGE.serial_s) == 0
    for n in range(60):
        calm.record(rows=6, threads=1, began_s=float(n), ended_s=n + 1.5 * LARGE.serial_s)
    assert slowed(calm, rows=6, seconds=2 * LARGE.serial_s) > 0


def test_a_slow_step_on_one_thread_tires_nobody() -> None:
    calm = pace()
    calm.record(rows=1, threads=1, began_s=10.0, ended_s=11.0)
    assert calm.threads(1, 11.0) == 2


def test_turns_shrink_while_the_machine_is_slow_and_grow_again_after() -> None:
    changing = pace(prompt=Speed(0.0064, math.inf))
    usual = changing.prompt_rows()
    changing.record(rows=usual, threads=1, began_s=0.0, ended_s=2.0)
    assert changing.prompt_rows() == FEWEST_ROWS
    for n in range(60):
        rows = changing.prompt_rows()
        changing.record(rows, 1, began_s=float(n), ended_s=n + rows * 0.0001)
    assert changing.prompt_rows() >= 0.9 * usual


def test_single_tokens_teach_nothing_about_prompts() -> None:
    steady = pace(prompt=Speed(0.064, math.inf))
    before = steady.prompt_rows()
    steady.record(rows=1, threads=1, began_s=0.0, ended_s=5.0)
    assert steady.prompt_rows() == before


@pytest.mark.parametrize("clock", [Ticks(), lambda: 7.0], ids=["ticking", "standing still"])
@pytest.mark.parametrize("window", [2, 40, 256])
def test_measuring_gives_back_the_cache_for_any_window_and_clock(
    window: int, clock: Ticks, tmp_path: Path
) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path, window=window))
    cache = Cache(checkpoint.architecture, 8)
    measured = measure_pace(
        Executor(load_weights(checkpoint), cache, operations(checkpoint.architecture)), cache, clock
    )
    assert cache.free_blocks == 8
    assert measured.prompt_rows() >= FEWEST_ROWS
