"""Threads of one step: they meet, each part of the work is done once, and nobody is waited for."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lpu_engine.runtime.crew import SEATS, Crew, join, meet, new_crew, part
from lpu_engine.runtime.jit import jit

Int64 = NDArray[np.int64]


@jit
def sum_of_neighbours(shared: Int64, crew: Crew, steps: int, row: Int64, following: Int64) -> None:
    """`steps` times each place becomes the sum of all places: wrong where one thread runs ahead."""
    low, high = part(row.shape[0], crew)
    for _ in range(steps):
        for i in range(low, high):
            following[i] = row.sum() % 1_000_003 + i
        meet(crew)
        for i in range(low, high):
            row[i] = following[i]
        meet(crew)


def seats(threads: int) -> list[Crew]:
    shared = new_crew()
    return [(shared, np.zeros(1, np.int64), seat, threads) for seat in range(threads)]


def test_two_threads_that_meet_compute_what_one_computes() -> None:
    rows = []
    for threads in (1, 2):
        row, following = np.arange(37), np.zeros(37, np.int64)
        with ThreadPoolExecutor(threads) as pool:
            for done in [
                pool.submit(sum_of_neighbours, crew[0], crew, 2_000, row, following)
                for crew in seats(threads)
            ]:
                done.result()
        rows.append(row)
    np.testing.assert_array_equal(*rows)


def test_who_is_alone_shuts_the_door_and_who_comes_late_has_no_seat() -> None:
    shared = new_crew()
    assert join(shared, 2)[SEATS] == 1
    assert join(shared, 2)[SEATS] == 0
    assert join(shared, 2)[SEATS] == 0


def test_one_thread_waits_for_nobody() -> None:
    crew = join(new_crew(), 1)
    meet(crew)
    assert crew[SEATS] == 1
    assert part(7, crew) == (0, 7)


@pytest.mark.parametrize("threads", [1, 2, 3])
@given(count=st.integers(0, 100))
def test_every_part_is_somebodys_and_only_one_s(threads: int, count: int) -> None:
    parts = [part(count, crew) for crew in seats(threads)]
    assert [i for low, high in parts for i in range(low, high)] == list(range(count))
