"""The log of one answer: what is stamped, counted, cut and measured."""

from dataclasses import replace

import pytest
from engines import CATALOG, request

from lpu_engine import Generation, Measured, Model, UsedCycles, Words
from lpu_engine.catalog import MACHINE_CLOCK

NOTHING = Measured(None, None)
MACHINE = "this machine"


def model_of(name: str) -> Model:
    """A model of the catalog; with a published rate as its clock, where it has one."""
    if name == MACHINE:  # no model of the catalog is without a clock today
        return replace(CATALOG.model("pebble"), clock=MACHINE_CLOCK)
    model = CATALOG.model(name)
    return model if model.published is None else replace(model, clock=model.published)


def generation(model: str = "pebble", prompt: int = 5) -> Generation:
    return Generation(
        request(model=model),
        model=model_of(model),
        words=Words("Pebble", 4.0, 0),
        prompt=range(prompt),
        accepted_at_s=100.0,
    )


def filled(model: str = "pebble", count: int = 5) -> Generation:
    answer = generation(model)
    for n in range(count):
        answer.append(n, f"{n} ", 0.5 + n / 10)
    return answer


def test_a_token_has_the_stamp_of_the_clock_and_that_of_the_machine() -> None:
    first, second = filled("llama2-70b-4096", 2).tokens
    assert (first.clock_s, first.computed_s) == (0.222, 0.5)
    assert (second.clock_s, second.computed_s) == (0.222 + 1 / 255, 0.6)


def test_text_is_released_at_the_later_of_the_two_stamps() -> None:
    slow_machine, slow_clock = filled("llama2-70b-4096", 1), generation("llama2-70b-4096")
    slow_clock.append(1, "a", 0.001)
    assert slow_machine.tokens[0].release_s == 0.5
    assert slow_clock.tokens[0].release_s == 0.222


def test_nothing_is_added_after_the_end_and_the_first_end_stands() -> None:
    answer = filled(count=3)
    answer.finish("stop", tail="!")
    answer.append(9, "late", 9.0)
    answer.finish("error", detail="late")
    assert len(answer.tokens) == 3
    assert answer.ending is not None
    assert (answer.ending.reason, answer.ending.tail) == ("stop", "!")


def test_stop_cuts_the_log_at_what_was_let_out() -> None:
    answer = filled(count=5)
    answer.stop(3)
    assert [token.id for token in answer.tokens] == [0, 1, 2]
    assert answer.ending is not None
    assert answer.ending.reason == "stopped"


def test_stop_cuts_an_answer_that_ended_before_it_was_let_out() -> None:
    answer = filled(count=5)
    answer.finish("stop", tail="rest")
    answer.stop(2)
    assert len(answer.tokens) == 2
    assert answer.ending is not None
    assert (answer.ending.reason, answer.ending.tail) == ("stopped", "")


def test_stop_leaves_an_answer_alone_that_was_let_out_whole() -> None:
    answer = filled(count=5)
    answer.finish("length")
    answer.stop(5)
    assert answer.ending is not None
    assert answer.ending.reason == "length"


def test_stop_before_the_first_token_leaves_none() -> None:
    answer = generation()
    answer.stop(0)
    answer.append(1, "a", 1.0)
    assert answer.tokens == []


def test_usage_is_the_clocks_account() -> None:
    usage = filled("llama2-70b-4096", 5).usage()
    assert (usage.prompt_tokens, usage.completion_tokens, usage.queue_time) == (5, 5, 0.0)
    assert usage.prompt_time == 0.222
    assert usage.completion_time == pytest.approx(4 / 255)
    assert usage.total_time == pytest.approx(0.222 + 4 / 255)


def test_usage_of_a_clock_that_publishes_no_first_token_says_so() -> None:
    usage = filled("mixtral-8x7b-32768", 5).usage()
    assert usage.prompt_time is None
    assert usage.total_time == pytest.approx(4 / 480)


def test_usage_of_this_machine_is_its_own_stamps() -> None:
    usage = filled(MACHINE, 5).usage()
    assert (usage.prompt_time, usage.total_time, usage.cycles) == (0.5, 0.9, None)


def test_a_published_clock_has_no_cycles() -> None:
    assert filled("llama2-70b-4096", 5).usage().cycles is None


@pytest.mark.parametrize(("prompt", "count"), [(1, 1), (5, 2), (300, 40), (319, 400), (1000, 700)])
def test_the_account_of_a_simulated_clock_equals_its_prediction_to_the_cycle(
    prompt: int, count: int
) -> None:
    answer = generation("pebble", prompt)
    predicted = answer.prediction.cycles
    assert predicted is not None
    for n in range(count):
        answer.append(n, "a", 60.0 + n)
    usage = answer.usage()
    assert usage.cycles == UsedCycles(
        predicted.prompt, predicted.until(count - 1) - predicted.prompt
    )
    assert usage.total_time == predicted.until(count - 1) / predicted.clock_hz
    assert usage.prompt_time == predicted.prompt / predicted.clock_hz


def test_the_account_of_a_stopped_answer_is_of_what_was_let_out() -> None:
    answer = filled("pebble", 30)
    answer.stop(12)
    used, predicted = answer.usage().cycles, answer.prediction.cycles
    assert used is not None
    assert predicted is not None
    assert used.prompt + used.completion == predicted.until(11)


def test_a_prediction_is_of_the_prompts_length_and_does_not_know_the_machine() -> None:
    slow, fast = generation("pebble", 40), generation("pebble", 40)
    slow.append(0, "a", 50.0)
    fast.append(0, "a", 0.0001)
    assert slow.prediction == fast.prediction == CATALOG.model("pebble").predict(40)
    assert slow.tokens[0].clock_s == fast.tokens[0].clock_s


@pytest.mark.parametrize("model", ["pebble", MACHINE, "llama2-70b-4096"])
def test_usage_of_an_empty_answer_is_zeros(model: str) -> None:
    usage = generation(model).usage()
    assert (usage.completion_tokens, usage.completion_time, usage.total_time) == (0, 0.0, 0.0)


def test_measured_is_the_rate_between_first_and_last_token() -> None:
    measured = filled(count=5).measured()
    assert measured.ttft_s == 0.5
    assert measured.tokens_per_s == pytest.approx(4 / 0.4)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_under_three_tokens_nothing_is_claimed(count: int) -> None:
    assert filled(count=count).measured() == NOTHING


def test_tokens_of_one_instant_have_no_rate() -> None:
    answer = generation()
    for n in range(4):
        answer.append(n, "a", 1.0)
    assert answer.measured() == Measured(1.0, None)


def test_the_size_of_a_log_grows_with_its_tokens() -> None:
    assert filled(count=50).size_bytes > filled(count=5).size_bytes > 0
