"""A program's cycles → when tokens are due: the closed form equals the walk over every token."""

from itertools import accumulate, chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpu_engine import Cycles
from lpu_engine.clock import TILE_POSITIONS, count_cycles

HZ = 900_000_000
WINDOW = 2048


class CountedProgram:
    """A program whose counts a test can follow: each tile of positions costs 1,000 cycles."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def prompt_cycles(self, tokens: int) -> int:
        return 5_000 + 7 * tokens

    def token_cycles(self, position: int) -> int:
        assert 0 <= position < WINDOW, "no token stands there"
        self.asked.append(position)
        return 20_000 + 1_000 * (position // TILE_POSITIONS + 1)


class EvenProgram(CountedProgram):
    """One whose tokens all cost the same."""

    def token_cycles(self, position: int) -> int:
        return 20_000


def counted(prompt_tokens: int) -> Cycles:
    return count_cycles(CountedProgram(), HZ, prompt_tokens=prompt_tokens, window=WINDOW)


def walked(prompt_tokens: int) -> list[int]:
    """Cycles to every token that the window has room for, one after another."""
    program = CountedProgram()
    each = (program.token_cycles(position) for position in range(prompt_tokens, WINDOW))
    return list(accumulate(chain([program.prompt_cycles(prompt_tokens)], each)))


@given(prompt_tokens=st.integers(1, WINDOW - 1))
def test_every_token_is_due_when_a_walk_over_the_tokens_says(prompt_tokens: int) -> None:
    cycles, due = counted(prompt_tokens), walked(prompt_tokens)
    assert [cycles.until(index) for index in range(len(due))] == due


@pytest.mark.parametrize("prompt_tokens", [1, 319, 320, 321, 1919, 1920, 1921, 2047])
def test_so_it_is_at_the_edges_of_the_tiles(prompt_tokens: int) -> None:
    assert counted(prompt_tokens).until(WINDOW - prompt_tokens) == walked(prompt_tokens)[-1]


def test_the_runs_begin_where_the_context_enters_a_tile() -> None:
    assert counted(128).steps[:3] == ((1, 21_000), (193, 22_000), (513, 23_000))
    assert counted(320).steps[:2] == ((1, 22_000), (321, 23_000))


def test_runs_of_equal_cycles_are_one() -> None:
    even = count_cycles(EvenProgram(), HZ, prompt_tokens=10, window=WINDOW)
    assert even.steps == ((1, 20_000),)


def test_a_program_is_asked_once_for_each_tile_and_never_beyond_the_window() -> None:
    program = CountedProgram()
    cycles = count_cycles(program, HZ, prompt_tokens=2, window=WINDOW)
    asked = len(program.asked)
    cycles.until(10**9)
    assert asked == len(program.asked) == 7


def test_the_first_token_is_there_after_the_prompt() -> None:
    cycles = counted(100)
    assert cycles.until(0) == cycles.prompt == 5_700
    assert cycles.seconds(0) == 5_700 / HZ


def test_the_rate_is_the_mean_of_the_first_128_tokens_after_the_first() -> None:
    due = walked(300)
    assert counted(300).tokens_per_s == HZ * 128 / (due[128] - due[0])


@pytest.mark.parametrize("prompt_tokens", [-1, 0, WINDOW, WINDOW + 1])
def test_a_prompt_that_leaves_no_room_for_a_token_is_refused(prompt_tokens: int) -> None:
    with pytest.raises(ValueError, match="needs 1 to 2,047 tokens"):
        counted(prompt_tokens)
