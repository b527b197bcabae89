"""The geometry of the two pictures, and how numbers are put into words."""

from dataclasses import replace
from itertools import pairwise

import pytest
from cards import LOADS, PARTS

from playground.drawing import BOTTOM, SIDE, WIDTH, curve, stack
from playground.texts import (
    digits_text,
    duration_text,
    error_text,
    rate_text,
    share_text,
    window_text,
)


def test_the_bar_is_whole_and_has_no_gap() -> None:
    segments = stack(PARTS)
    assert segments[0].x_percent == 0
    for before, after in pairwise(segments):
        assert after.x_percent == pytest.approx(before.x_percent + before.width_percent, abs=0.01)
    assert sum(segment.width_percent for segment in segments) == pytest.approx(100, abs=0.01)


def test_a_segments_width_is_its_share_of_the_token() -> None:
    halves = [replace(part, seconds=1e-3) for part in PARTS[:2]]
    assert [segment.width_percent for segment in stack(halves)] == [50, 50]


def test_what_was_fitted_stands_last_whatever_the_order_of_the_card() -> None:
    segments = stack(PARTS[::-1])
    tints = [segment.tint for segment in segments]
    assert tints == sorted(tints, key=lambda tint: tint == "fitted")


def test_a_name_is_drawn_only_where_it_fits() -> None:
    large = replace(PARTS[0], seconds=1.0)
    small = replace(PARTS[1], seconds=0.1)
    assert [segment.label for segment in stack([large, small])] == ["matrices", ""]


def test_a_curve_goes_from_one_user_at_the_left_to_the_most_at_the_right() -> None:
    drawn = curve([load.users for load in LOADS], [load.tokens_per_s for load in LOADS])
    assert drawn.first[0] == SIDE
    assert drawn.last[0] == WIDTH - SIDE
    assert drawn.first[1] < drawn.last[1] < BOTTOM  # down the page is less
    assert len(drawn.points.split()) == len(LOADS)


def test_a_curve_starts_at_nothing_so_that_heights_compare() -> None:
    drawn = curve([1, 2], [100.0, 50.0])
    assert BOTTOM - drawn.last[1] == pytest.approx((BOTTOM - drawn.first[1]) / 2, abs=0.1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (rate_text(478.4), "478"),
        (rate_text(62.5), "62.5"),
        (rate_text(30.0), "30"),
        (rate_text(19517.3), "19,517"),
        (rate_text(None), "–"),
        (digits_text(2090.8), "2,091"),
        (digits_text(96.54), "96.5"),
        (digits_text(5.914), "5.91"),
        (digits_text(0.0613), "0.0613"),
        (digits_text(0), "0"),
        (duration_text(0.222), "0.22 s"),
        (duration_text(0.0217), "21.7 ms"),
        (duration_text(0.0002), "0.200 ms"),
        (duration_text(None), "–"),
        (share_text(0.527), "52.7 %"),
        (share_text(0.0004), "under 0.1 %"),
        (error_text(478.4, 480.0), "−0.3 %"),
        (error_text(479.99, 480.0), "+0.0 %"),
        (error_text(449.2, 431.0), "+4.2 %"),
        (window_text(32768), "32K"),
    ],
)
def test_a_number_is_put_into_words(text: str, said: str) -> None:
    assert text == said
