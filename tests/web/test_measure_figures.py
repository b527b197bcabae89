"""Times and counts → figures, by the definitions that are printed beside them: exact numbers."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measurements import REFUSED, four, heard, records

from playground.endpoints.summary import FIGURES, Failed, Spread, percentile, summary

TTFT, GAP, SPEED, END_TO_END = (figure.name for figure in FIGURES)


def test_the_rates_of_an_answer_are_those_of_the_definitions() -> None:
    (one,) = records(heard(0, [0.25, 0.5, 1.25], tokens=9))
    assert one.first_s == 0.25
    assert one.gaps_s == (0.25, 0.75)
    assert one.output_speed == (9 - 1) / (1.25 - 0.25)
    assert one.end_to_end == 9 / 1.25
    assert (one.output_tokens, one.counted_by) == (9, "usage")


def test_where_no_usage_is_reported_our_tokenizer_counts() -> None:
    (one,) = records(heard(0, [0.5, 1.0, 1.5, 2.0]))
    assert (one.output_tokens, one.counted_by) == (4, "tokenizer")
    assert (one.output_speed, one.end_to_end) == (2.0, 2.0)


@pytest.mark.parametrize("tokens", [1, 2])
def test_an_answer_of_one_or_two_tokens_has_no_rate(tokens: int) -> None:
    (one,) = records(heard(0, [0.25, 0.5], tokens=tokens))
    assert (one.output_speed, one.end_to_end) == (None, None)


def test_an_answer_in_one_piece_has_no_output_speed_but_an_end() -> None:
    (one,) = records(heard(0, [0.5], tokens=10))
    assert (one.output_speed, one.end_to_end, one.gaps_s) == (None, 20.0, ())


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.sampled_from([0.5, 0.9, 0.99]))
def test_a_percentile_is_that_of_numpy(values: list[float], share: float) -> None:
    expected = float(np.percentile(np.array(values, np.float64), 100 * share))
    assert percentile(sorted(values), share) == pytest.approx(expected, abs=1e-6)


def test_figures_are_those_of_answered_requests_and_the_slowest_is_the_worse_end() -> None:
    spreads = summary(four()).spreads
    assert _values(spreads[TTFT]) == pytest.approx((0.2, 0.28, 0.298, 0.3, 3))
    assert _values(spreads[GAP]) == pytest.approx((0.1, 0.1, 0.1, 0.1, 12))
    assert _values(spreads[SPEED]) == pytest.approx((10.0, 10.0, 10.0, 10.0, 3))
    rates = sorted(5 / last_s for last_s in (0.5, 0.6, 0.7))
    fast = percentile(rates, 0.9), percentile(rates, 0.99)
    assert _values(spreads[END_TO_END]) == pytest.approx((5 / 0.6, *fast, 5 / 0.7, 3))


def _values(spread: Spread | None) -> tuple[float, ...]:
    assert spread is not None
    return astuple(spread)


def test_totals_are_over_all_the_time() -> None:
    totals = summary(four()).totals
    assert totals.seconds == 4.0, "from the first that was sent to the end of the last"
    assert (totals.requests, totals.answered, totals.requests_per_s) == (4, 3, 0.75)
    assert (totals.output_tokens, totals.output_tokens_per_s) == (15, 3.75)
    assert (totals.mean_prompt_tokens, totals.mean_output_tokens) == (500.0, 5.0)
    assert (totals.counted_by, totals.tokens_per_chunk) == ("usage", 1.0)


def test_chunks_of_several_tokens_are_told() -> None:
    assert summary(records(heard(0, [0.1, 0.2], tokens=10))).totals.tokens_per_chunk == 5.0


def test_who_counted_is_told() -> None:
    ours, theirs = heard(0, [0.1, 0.2, 0.3]), heard(1, [0.1, 0.2, 0.3], tokens=3)
    failed = heard(2, [0.1], failure=REFUSED)
    assert summary(records(ours, failed)).totals.counted_by == "tokenizer"
    assert summary(records(theirs, failed)).totals.counted_by == "usage"
    assert summary(records(ours, theirs)).totals.counted_by == "both"


def test_requests_that_were_sent_late_are_counted_with_the_latest() -> None:
    each = (heard(i, [0.1], late_s=late_s) for i, late_s in enumerate((0.0, 0.01, 0.02, 1.5)))
    totals = summary(records(*each)).totals
    assert (totals.late, totals.latest_s) == (2, 1.5), "10 ms is not late yet"


def test_failures_are_counted_by_kind_the_most_frequent_first() -> None:
    reasons = ["slow", "status 500", "status 500", "status 429"]
    each = [
        heard(i, [], failure=type(REFUSED)(kind, f"It was {kind}, {i}."))
        for i, kind in enumerate(reasons)
    ]
    assert summary(records(*each)).failures == (
        Failed("status 500", 2, "It was status 500, 1."),
        Failed("slow", 1, "It was slow, 0."),
        Failed("status 429", 1, "It was status 429, 3."),
    )


def test_an_answer_that_broke_off_counts_for_no_figure() -> None:
    found = summary(records(heard(0, [0.1, 0.2, 0.3], failure=REFUSED)))
    assert set(found.spreads.values()) == {None}
    assert (found.totals.answered, found.totals.output_tokens) == (0, 0)
