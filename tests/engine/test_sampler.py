"""Logits → id, against an obvious sampler that sorts; what is random is counted, never drawn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lpu_engine.model import arithmetic
from lpu_engine.model.arithmetic import Float32
from lpu_engine.runtime.sampler import WEIGHT_OF_BEST, likeliest, nucleus, room_for, sample, uniform

LAST = 1 - 2**-53  # the largest number that `uniform` gives
ONE = np.float32(1)


def random_logits(size: int, seed: int) -> Float32:
    return (np.random.default_rng(seed).standard_normal(size) * 3).astype(np.float32)


def weights_of(logits: Float32, temperature: float) -> NDArray[np.int32]:
    shares = arithmetic.exp((logits - logits.max()) * (ONE / np.float32(temperature)))
    return (shares * WEIGHT_OF_BEST).astype(np.int32)


def drawn(logits: Float32, temperature: np.float32, top_p: float, number: float) -> int:
    return int(sample(logits, temperature, top_p, number, room_for(len(logits))))


def found_nucleus(weights: NDArray[np.int32], top_p: float) -> tuple[int, int]:
    threshold, mass = nucleus(weights, top_p, room_for(len(weights))[0])
    return int(threshold), int(mass)


def sorted_nucleus(weights: NDArray[np.int32], top_p: float) -> tuple[int, int]:
    """The smallest weight needed to reach top_p, from the largest down; and the mass from it up."""
    needed = max(math.ceil(top_p * int(weights.sum(dtype=np.int64))), 1)
    reached = 0
    for weight in sorted(map(int, weights), reverse=True):
        reached += weight
        if reached >= needed:
            return weight, sum(int(w) for w in weights if w >= weight)
    raise AssertionError("top_p is above 1")


@given(
    size=st.integers(1, 400),
    seed=st.integers(0, 10**6),
    temperature=st.sampled_from([0.1, 0.7, 1.0, 2.0]),
    top_p=st.one_of(st.floats(0, 1), st.just(1.0)),
)
def test_the_nucleus_is_that_of_a_sorting_sampler(
    size: int, seed: int, temperature: float, top_p: float
) -> None:
    weights = weights_of(random_logits(size, seed), temperature)
    assert found_nucleus(weights, top_p) == sorted_nucleus(weights, top_p)


@given(weights=st.lists(st.integers(0, 5), min_size=1, max_size=30), top_p=st.floats(0, 1))
def test_the_nucleus_keeps_all_of_equal_weight(weights: list[int], top_p: float) -> None:
    given_weights = np.array([*weights, 5], np.int32)
    assert found_nucleus(given_weights, top_p) == sorted_nucleus(given_weights, top_p)


@given(
    steps=st.lists(st.integers(0, 3000), min_size=1, max_size=60),
    top_p=st.one_of(st.floats(0, 1), st.just(1.0)),
)
def test_the_nucleus_is_exact_where_weights_nearly_agree(steps: list[int], top_p: float) -> None:
    weights = np.array([2**30, *(2**30 - 64 * step for step in steps)], np.int32)
    assert found_nucleus(weights, top_p) == sorted_nucleus(weights, top_p)


@pytest.mark.parametrize("top_p", [0.0, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("temperature", [0.3, 1.0, 1.7])
def test_over_all_draws_each_token_has_its_share(temperature: float, top_p: float) -> None:
    logits, draws = random_logits(60, seed=4), 20_000
    counts = np.zeros(60)
    for n in range(draws):
        counts[drawn(logits, np.float32(temperature), top_p, (n + 0.5) / draws)] += 1
    weights = weights_of(logits, temperature)
    threshold, mass = sorted_nucleus(weights, top_p)
    expected = np.where(weights >= threshold, weights, 0) / mass * draws
    assert np.abs(counts - expected).max() <= 1


def test_without_a_cut_the_shares_are_those_of_softmax() -> None:
    logits = random_logits(300, seed=5)
    weights = weights_of(logits, 0.8).astype(np.float64)
    softmax = np.exp((logits.astype(np.float64) - logits.max()) / 0.8)
    np.testing.assert_allclose(
        weights / weights.sum(), softmax / softmax.sum(), rtol=1e-4, atol=1e-8
    )


def test_temperature_0_takes_the_first_of_the_largest() -> None:
    logits = np.array([1, 5, 2, 5, 5], np.float32)
    for draw in (0.0, 0.5, LAST):
        assert drawn(logits, np.float32(0), 1.0, draw) == 1


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=1, max_size=70))
def test_the_likeliest_is_that_of_numpy(scores: list[float]) -> None:
    logits = np.array(scores, np.float32)
    assert likeliest(logits) == np.argmax(logits)


def test_top_p_0_leaves_the_likeliest_and_its_equals() -> None:
    logits = np.array([1, 5, 2, 5], np.float32)
    got = {int(drawn(logits, ONE, 0.0, draw)) for draw in (0.0, 0.2, 0.49, 0.51, LAST)}
    assert got == {1, 3}


def test_top_p_1_can_reach_every_token_and_the_last_draw_is_still_one() -> None:
    logits = np.zeros(7, np.float32)
    draws = [0.0, *(n / 7 + 0.01 for n in range(7)), LAST]
    assert [int(drawn(logits, ONE, 1.0, draw)) for draw in draws] == [0, *range(7), 6]


@pytest.mark.parametrize("temperature", [1e-45, 1e-38, 1e-6, 1e30])
def test_an_extreme_temperature_still_gives_a_token(temperature: float) -> None:
    logits = np.array([1, 9, 3], np.float32)
    for draw in (0.0, LAST):
        got = drawn(logits, np.float32(temperature), 0.9, draw)
        assert got == 1 if temperature < 1 else got in (0, 1, 2)


def test_a_token_that_is_far_behind_is_never_drawn() -> None:
    logits = np.array([0, 100, -np.inf], np.float32)
    assert {int(drawn(logits, ONE, 1.0, draw)) for draw in (0.0, 0.5, LAST)} == {1}


def test_uniform_is_splitmix64() -> None:
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423]  # of 1234567
    assert [uniform(1234567, n) for n in range(3)] == [(z >> 11) / 2**53 for z in published]


@given(seed=st.integers(-(2**70), 2**70), index=st.integers(0, 2**20))
def test_uniform_is_a_function_of_seed_and_index_into_0_to_1(seed: int, index: int) -> None:
    draw = uniform(seed, index)
    assert 0 <= draw <= LAST
    assert draw == uniform(seed, index)


@pytest.mark.parametrize("axis", ["seeds", "indexes"])
def test_uniform_is_well_spread_along_seeds_and_indexes(axis: str) -> None:
    along = range(16_000)
    draws = [uniform(n, 0) if axis == "seeds" else uniform(0, n) for n in along]
    counts, _ = np.histogram(draws, bins=16, range=(0, 1))
    assert counts.min() > 850
    assert counts.max() < 1150
    assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < 0.03
