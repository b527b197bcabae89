"""A seed → the same lengths, texts and moments each time; every prompt begins like no other."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.endpoints.load import BadLength, Length, Load, length, planned, planned_warm_up
from playground.endpoints.prompts import WISH, Prompts

PEBBLE = Path("lpu_engine/models/pebble/tokenizer.json")
CLOSED = Load(6, 2, 3, None, Length(550, 150), Length(150, 20), seed=7)
OPEN = Load(400, 0, 3, 4.0, Length(550), Length(150), seed=7)


@pytest.fixture(scope="module")
def prompts(project: Path) -> Prompts:
    return Prompts(project / PEBBLE, seed=7)


def told(index: int, tokens: int) -> str:
    return f"{index}:{tokens}"


@given(st.integers(0, 10**6), st.integers(32, 3000))
@settings(max_examples=50)
def test_a_prompt_is_as_long_as_asked_to_within_a_word(
    prompts: Prompts, index: int, tokens: int
) -> None:
    text = prompts.of(index, tokens)
    assert tokens - 12 < prompts.count(text) <= tokens
    assert text.endswith(WISH)


def test_no_two_prompts_begin_alike(prompts: Prompts) -> None:
    """So an endpoint finds nothing of one in what it keeps of another."""
    begins = {prompts.of(index, 60)[:8] for index in range(-5, 500)}
    assert len(begins) == 505


def test_a_seed_gives_the_same_texts_again_and_another_gives_others(
    project: Path, prompts: Prompts
) -> None:
    again, other = Prompts(project / PEBBLE, seed=7), Prompts(project / PEBBLE, seed=8)
    assert again.of(3, 200) == prompts.of(3, 200) != other.of(3, 200)


def test_a_prompt_longer_than_all_sentences_goes_on(prompts: Prompts) -> None:
    assert prompts.count(prompts.of(0, 30_000)) > 29_980


def test_the_lengths_are_drawn_within_limits_and_by_the_seed() -> None:
    plans = planned(CLOSED, told)
    assert plans == planned(CLOSED, told)
    assert len({plan.prompt for plan in plans}) == len({plan.most_tokens for plan in plans}) == 6
    wild = Load(200, 0, 1, None, Length(40, 500), Length(5, 500))
    drawn = [int(plan.prompt.split(":")[1]) for plan in planned(wild, told)]
    assert (min(drawn), min(plan.most_tokens for plan in planned(wild, told))) == (32, 3)


def test_the_warm_up_has_prompts_of_its_own() -> None:
    before, counted = planned_warm_up(CLOSED, told), planned(CLOSED, told)
    assert [plan.index for plan in before] == [-2, -1]
    assert not {plan.prompt for plan in before} & {plan.prompt for plan in counted}


def test_arrivals_are_random_with_the_asked_mean() -> None:
    due = [plan.due_s or 0.0 for plan in planned(OPEN, told)]
    gaps = [later - earlier for earlier, later in pairwise(due)]
    mean = sum(gaps) / len(gaps)
    assert due[0] == 0.0
    assert 0.22 < mean < 0.28, "4 a second"
    deviation = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert 0.8 < deviation / mean < 1.2, "of a Poisson process it is the mean"


@pytest.mark.parametrize(
    ("text", "read"), [("550,150", Length(550, 150)), ("32", Length(32)), ("40,0", Length(40))]
)
def test_a_length_is_a_mean_and_perhaps_a_deviation(text: str, read: Length) -> None:
    assert length(text, 32, 600) == read


@pytest.mark.parametrize("text", ["", "31", "601", "a", "550,", "550,x", "-50", "5e2", "550 150"])
def test_what_is_no_length_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadLength, match="such as 550,150, with a mean from 32 to 600"):
        length(text, 32, 600)
