"""What model/arithmetic.py defines: against float64, and by its own written order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lpu_engine.model import arithmetic
from lpu_engine.model.arithmetic import Float32
from lpu_engine.model.rope import Rope

FLOATS = st.floats(-1e6, 1e6, width=32)
ROWS = arrays.arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(1, 70)), elements=FLOATS)


def normal(*shape: int, seed: int = 0) -> Float32:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def ones(count: int) -> Float32:
    return np.ones(count, np.float32)


def test_exp_is_within_2e_7_of_the_true_one_over_its_whole_range() -> None:
    x = np.linspace(-87, 88, 1_000_003).astype(np.float32)
    true = np.exp(x.astype(np.float64))
    assert np.abs(arithmetic.exp(x).astype(np.float64) / true - 1).max() < 2e-7


def test_exp_of_zero_is_one_and_exp_never_falls() -> None:
    x = np.linspace(-1, 0, 100_001).astype(np.float32)
    got = arithmetic.exp(x)
    assert got[-1] == 1
    assert got.max() == 1
    assert np.diff(got).min() > -1e-7


def test_exp_holds_what_lies_outside_of_its_range() -> None:
    x = np.array([-1e30, -88, -87, 88, 89, 1e30], np.float32)
    got = arithmetic.exp(x)
    assert got[0] == got[1] == got[2] > 0
    assert got[3] == got[4] == got[5] < np.inf


@pytest.mark.parametrize("count", [1, 15, 16, 17, 33, 319, 320, 321, 640, 700, 2048])
def test_lane_sum_adds_in_320_lanes_then_20_superlanes_then_16_lanes(count: int) -> None:
    x = normal(count, seed=count) * np.float32(1e4)
    lanes = [np.float32(0)] * 320
    for i, value in enumerate(x):
        lanes[i % 320] += value
    superlane = [np.float32(0)] * 16
    for i, value in enumerate(lanes):
        superlane[i % 16] += value
    total = superlane[0]
    for value in superlane[1:]:
        total += value
    assert arithmetic.lane_sum(x) == total


@pytest.mark.parametrize("count", [1, 15, 16, 17, 319, 320])
def test_lane_sum_of_a_row_within_the_lanes_is_a_sum_in_16_lanes(count: int) -> None:
    x = normal(count, seed=count) * np.float32(1e4)
    lanes = [np.float32(0)] * 16
    for i, value in enumerate(x):
        lanes[i % 16] += value
    total = lanes[0]
    for value in lanes[1:]:
        total += value
    assert arithmetic.lane_sum(x) == total


@pytest.mark.parametrize("count", [1, 320, 700])
def test_lane_sum_of_minus_zeros_is_plus_zero(count: int) -> None:
    assert not np.signbit(arithmetic.lane_sum(np.full(count, -0.0, np.float32)))


def test_lane_sum_runs_over_the_last_axis_of_any_shape() -> None:
    for count in (21, 700):
        x = normal(3, 4, count)
        got = arithmetic.lane_sum(x)
        assert got.shape == (3, 4)
        assert got[2, 1] == arithmetic.lane_sum(x[2, 1])


@given(ROWS)
def test_quantize_is_off_by_half_a_step_at_most(x: Float32) -> None:
    values, scales = arithmetic.quantize(x)
    error = np.abs(values.astype(np.float64) * scales[:, None] - x)
    largest = np.abs(x).max(axis=-1, keepdims=True).astype(np.float64)
    assert (error <= largest * (0.5 / 127 + 1e-6) + arithmetic.SMALLEST).all()


@given(ROWS)
def test_quantize_gives_the_largest_of_a_row_127_and_never_minus_128(x: Float32) -> None:
    values, _ = arithmetic.quantize(x)
    largest = np.abs(x).max(axis=-1)
    assert (np.abs(values.astype(int)).max(axis=-1)[largest > 1e-30] == 127).all()


def test_rows_of_zeros_become_zeros_with_scale_zero() -> None:
    values, scales = arithmetic.quantize(np.array([[0, 0, 0], [-0.0, 0, -0.0]], np.float32))
    assert not values.any()
    assert scales.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("size", "value"), [(1e-45, 0), (1e-39, 0), (1e-38, 1), (1e-37, 13), (4e-37, 51), (9e-37, 114)]
)
def test_a_row_of_next_to_nothing_uses_fewer_steps_and_never_overflows(
    size: float, value: int
) -> None:
    x = np.array([[size, -size, 0]], np.float32)
    values, scales = arithmetic.quantize(x)
    assert values.tolist() == [[value, -value, 0]]
    assert scales[0] == np.float32(size) / np.float32(127)


@pytest.mark.parametrize("size", [1e-36, 1.0, 3e38])
def test_a_row_of_any_other_size_is_quantized_without_overflow(size: float) -> None:
    x = np.array([[size, -size, size / 4, 0]], np.float32)
    values, scales = arithmetic.quantize(x)
    assert values.tolist() == [[127, -127, 32, 0]]
    assert np.isclose(scales[0] * 127, size, rtol=1e-6)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (5, 33), (3, 1040), (2, 4099)])
def test_matrix_is_exact_integers_and_then_two_scales(rows: int, columns: int) -> None:
    x, weights = normal(3, columns), normal(rows, columns, seed=1)
    (x_values, x_scales), (values, scales) = map(arithmetic.quantize, (x, weights))
    got = arithmetic.matrix(x, values, scales)
    for t in range(3):
        for n in range(rows):
            exact = sum(int(a) * int(b) for a, b in zip(x_values[t], values[n], strict=True))
            assert got[t, n] == np.float32(exact) * x_scales[t] * scales[n]


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (5, 33), (3, 1040), (2, 4099)])
def test_fine_matrix_joins_the_exact_integers_of_two_digits(rows: int, columns: int) -> None:
    x, weights = normal(3, columns), normal(rows, columns, seed=1)
    high, low, x_scales = arithmetic.quantize_finely(x)
    values, scales = arithmetic.quantize(weights)
    got = arithmetic.fine_matrix(x, values, scales)
    for t in range(3):
        for n in range(rows):
            parts = [
                np.float32(sum(int(a) * int(b) for a, b in zip(digit[t], values[n], strict=True)))
                for digit in (high, low)
            ]
            joined = parts[0] * np.float32(128) + parts[1]
            assert got[t, n] == joined * x_scales[t] * scales[n]


@given(ROWS)
def test_quantize_finely_is_off_by_half_a_step_of_15_bits_at_most(x: Float32) -> None:
    high, low, scales = arithmetic.quantize_finely(x)
    whole = 128 * high.astype(np.float64) + low
    largest = np.abs(x).max(axis=-1, keepdims=True).astype(np.float64)
    error = np.abs(whole * scales[:, None] - x)
    assert (error <= largest * (0.5 / 16_256 + 1e-6) + arithmetic.SMALLEST).all()
    assert np.abs(high.astype(int)).max() <= 127
    assert np.abs(low.astype(int)).max() <= 64


def test_norm_divides_by_the_root_of_the_mean_square() -> None:
    x = normal(4, 50) * np.float32(7)
    true = x / np.sqrt((x.astype(np.float64) ** 2).mean(axis=-1, keepdims=True) + 1e-5)
    np.testing.assert_allclose(arithmetic.norm(x, ones(50), 1e-5), true, rtol=1e-6)


def test_norm_applies_the_gain_before_the_factor_of_the_row() -> None:
    x, gain = normal(4, 50), normal(50, seed=1)
    mean = arithmetic.lane_sum(x * x) / np.float32(50)
    factor = np.float32(1) / np.sqrt(mean + np.float32(1e-5))
    np.testing.assert_array_equal(arithmetic.norm(x, gain, 1e-5), x * gain * factor[:, None])


def test_norm_of_zeros_is_zeros() -> None:
    assert not arithmetic.norm(np.zeros((2, 8), np.float32), ones(8), 1e-5).any()


def test_rotary_turns_pairs_of_the_two_halves_and_keeps_their_length() -> None:
    cosine, sine = arithmetic.rotary_tables(40, 6, Rope(10_000.0))
    x = normal(40, 6)
    turned = arithmetic.rotary(x, cosine, sine)
    as_complex = (x[:, :3] + 1j * x[:, 3:]) * (cosine + 1j * sine)
    np.testing.assert_allclose(turned[:, :3] + 1j * turned[:, 3:], as_complex, atol=1e-6)
    np.testing.assert_array_equal(turned[0], x[0])


@given(st.one_of(st.just(0.0), st.floats(2.0**-99, 2.0**109, width=32)), st.sampled_from([1, -1]))
def test_what_is_kept_is_the_nearest_with_8_bits(size: float, sign: int) -> None:
    x = np.float32([sign * size])
    got = arithmetic.kept(x)
    lower = x.view(np.uint32) & 0xFFFF0000
    both = np.concatenate([lower, lower + 0x10000]).view(np.float32).astype(np.float64)
    assert got.view(np.uint32)[0] & 0xFFFF == 0
    assert np.abs(got.astype(np.float64) - x)[0] == np.abs(both - x).min()
    np.testing.assert_array_equal(arithmetic.kept(got), got)


@pytest.mark.parametrize(("head_dim", "positions"), [(2, 1), (6, 7), (64, 130)])
def test_attend_is_the_softmax_of_scaled_scores(head_dim: int, positions: int) -> None:
    query = normal(head_dim)
    keys, values = normal(head_dim, positions, seed=1), normal(positions, head_dim, seed=2)
    scores = query.astype(np.float64) @ keys / np.sqrt(head_dim)
    weights = np.exp(scores - scores.max())
    true = weights @ values / weights.sum()
    got = arithmetic.attend(query, keys, values, head_dim**-0.5)
    np.testing.assert_allclose(got, true, atol=1e-5)


def test_attend_caps_scores_before_the_softmax() -> None:
    query, keys, values = normal(8), normal(8, 30, seed=1), normal(30, 8, seed=2)
    scores = 2 * np.tanh(query.astype(np.float64) @ keys * 3 / 2)
    weights = np.exp(scores - scores.max())
    got = arithmetic.attend(query, keys, values, 3.0, 2.0)
    np.testing.assert_allclose(got, weights @ values / weights.sum(), atol=1e-5)


def test_tanh_is_within_2e_7_of_the_true_one_and_never_leaves_its_range() -> None:
    x = np.linspace(-100, 100, 1_000_003).astype(np.float32)
    got = arithmetic.tanh(x)
    assert np.abs(got - np.tanh(x.astype(np.float64))).max() < 2e-7
    assert np.abs(got).max() == 1
    assert arithmetic.tanh(np.float32([-1e38, 0, 1e38])).tolist() == [-1, 0, 1]


def test_gelu_gate_is_gelu_times_up_even_where_its_cube_would_overflow() -> None:
    gates = np.array([-1e30, -200, -5, -1, -1e-3, 0, 1e-3, 1, 5, 200, 1e30], np.float32)
    ups = np.full(11, 3, np.float32)
    wide = gates.astype(np.float64)
    true = 3 * wide * (1 + np.tanh(np.sqrt(2 / np.pi) * (wide + 0.044715 * wide**3))) / 2
    with np.errstate(over="ignore"):
        got = arithmetic.gelu_gate(gates, ups)
    np.testing.assert_allclose(got, true, rtol=1e-5, atol=1e-6)


def test_gate_is_silu_times_up_even_where_exp_would_overflow() -> None:
    gates = np.array([-1e4, -200, -88, -1, 0, 1, 88, 1e4], np.float32)
    ups = np.full(8, 3, np.float32)
    with np.errstate(over="ignore"):
        true = 3 * gates / (1 + np.exp(-gates.astype(np.float64)))
    np.testing.assert_allclose(arithmetic.gate(gates, ups), true, rtol=1e-6, atol=1e-30)
