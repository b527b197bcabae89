"""Which logs are kept, for how long, and how many an address may have open."""

import contextlib

import pytest

from lpu_engine import Generation, Message, Model, Prediction, Request, Words
from playground.answers import Answer, Answers, TooMany

MIB = 1024 * 1024


class Clock:
    def __init__(self) -> None:
        self.now_s = 5000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def answers(clock: Clock) -> Answers:
    return Answers(clock)


def a_generation(accepted_at_s: float = 5000.0, prompt_tokens: int = 1) -> Generation:
    prediction = Prediction("published", "a test", None, 10.0, 8)
    return Generation(
        Request("m", (Message("user", "Why?"),)),
        model=Model("m", "M", 1024, 1, prediction, ()),
        words=Words("W", 4.0, 0),
        prompt=[0] * prompt_tokens,
        accepted_at_s=accepted_at_s,
    )


def add(answers: Answers, generation: Generation | None = None, address: str = "here") -> Answer:
    with answers.place(address):
        return answers.add(address, generation or a_generation(), None)


class Page:
    """A subscriber that remembers whether it was told to end."""

    gave_way = False

    async def give_way(self) -> None:
        self.gave_way = True


def test_keys_are_128_random_bits(answers: Answers) -> None:
    keys = {add(answers).key for _ in range(16)}
    assert len(keys) == 16
    assert all(len(bytes.fromhex(key)) == 16 for key in keys)


def test_an_ended_answer_is_kept_for_ten_minutes(answers: Answers, clock: Clock) -> None:
    answer = add(answers)
    answer.generation.finish("stop")
    assert answers.find(answer.key) is answer
    clock.now_s += 599.9
    assert answers.find(answer.key) is answer
    clock.now_s += 0.1
    assert answers.find(answer.key) is None


def test_ten_minutes_begin_with_the_last_text_even_where_nobody_looked(
    answers: Answers, clock: Clock
) -> None:
    answer = add(answers)
    for index in range(21):
        answer.generation.append(index, "x", computed_s=0.1)  # the clock lets the last out at 2 s
    answer.generation.finish("stop")
    clock.now_s += 601.9
    assert answers.find(answer.key) is answer
    clock.now_s += 0.1
    assert answers.find(answer.key) is None


def test_an_answer_that_is_computed_is_kept_however_long_it_takes(
    answers: Answers, clock: Clock
) -> None:
    answer = add(answers)
    clock.now_s += 86_400
    assert answers.find(answer.key) is answer


async def test_an_answer_that_is_read_is_kept_and_its_time_begins_when_it_is_left(
    answers: Answers, clock: Clock
) -> None:
    answer, page = add(answers), Page()
    await answers.subscribe(answer, page)
    answer.generation.stop(0)
    clock.now_s += 86_400
    assert answers.find(answer.key) is answer
    answers.unsubscribe(answer, page)
    clock.now_s += 599.9
    assert answers.find(answer.key) is answer
    clock.now_s += 0.1
    assert answers.find(answer.key) is None


async def test_a_newer_subscriber_ends_the_older_which_cannot_end_the_newer(
    answers: Answers,
) -> None:
    answer, older, newer = add(answers), Page(), Page()
    await answers.subscribe(answer, older)
    await answers.subscribe(answer, newer)
    assert (older.gave_way, newer.gave_way) == (True, False)
    answers.unsubscribe(answer, older)
    assert answer.subscriber is newer


def test_of_501_answers_the_one_that_ended_first_is_forgotten(
    answers: Answers, clock: Clock
) -> None:
    kept = [add(answers, address=f"address {index}") for index in range(500)]
    for answer in reversed(kept):
        answer.generation.stop(0)
        answers.find("")
        clock.now_s += 0.1
    newest = add(answers, address="another")
    assert answers.find(kept[-1].key) is None
    assert all(answers.find(answer.key) for answer in [*kept[:-1], newest])


def test_where_all_500_are_open_the_next_is_refused(answers: Answers) -> None:
    for index in range(500):
        add(answers, address=f"address {index}")
    with pytest.raises(TooMany, match="All places"):
        add(answers, address="another")


def test_above_64_mib_what_ended_first_is_forgotten(answers: Answers, clock: Clock) -> None:
    long_tokens = 10 * MIB // 4
    ended = [add(answers, a_generation(prompt_tokens=long_tokens)) for _ in range(6)]
    for answer in ended:
        answer.generation.stop(0)
        answers.find("")
        clock.now_s += 1
    add(answers, a_generation(prompt_tokens=long_tokens))
    assert [answers.find(answer.key) is None for answer in ended] == [True] + [False] * 5


def test_an_address_may_have_sixteen_open(answers: Answers) -> None:
    first, *_ = [add(answers) for _ in range(16)]
    with pytest.raises(TooMany, match="16 answers are open from this address"):
        add(answers)
    add(answers, address="elsewhere")
    first.generation.finish("stop")
    add(answers)


async def test_an_ended_answer_that_is_still_read_is_open(answers: Answers) -> None:
    answer, page = add(answers), Page()
    await answers.subscribe(answer, page)
    answer.generation.finish("stop")
    assert answers.open_count("here") == 1
    answers.unsubscribe(answer, page)
    assert answers.open_count("here") == 0


def test_what_the_engine_is_still_taking_counts(
    answers: Answers,
) -> None:
    with answers.place("here"):
        assert answers.open_count("here") == 1
    assert answers.open_count("here") == 0


def test_a_place_is_free_again_where_the_engine_refused(answers: Answers) -> None:
    with contextlib.suppress(ValueError), answers.place("here"):
        raise ValueError
    assert answers.open_count("here") == 0
