"""Each compiled kernel against model/arithmetic.py, to the bit, at sizes that fill no vector."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lpu_engine.model import arithmetic
from lpu_engine.model.arithmetic import Float32, Int8
from lpu_engine.model.rope import Rope
from lpu_engine.runtime import attention, dot, experts, floats, kernels, matrix
from lpu_engine.runtime.attend_tiles import BLOCK
from lpu_engine.runtime.crew import Crew, new_crew
from lpu_engine.runtime.dot import OUTPUTS, QUAD
from lpu_engine.runtime.weights import pack, quads_of

WIDTHS = [1, 3, 15, 16, 17, 63, 64, 66, 127, 320]


def normal(*shape: int, seed: int = 0, size: float = 1.0) -> Float32:
    numbers = np.random.default_rng(seed).standard_normal(shape) * size
    return np.ascontiguousarray(numbers.astype(np.float32))


def assert_same_bits(got: NDArray[np.generic], expected: NDArray[np.generic]) -> None:
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got.view(np.uint8), expected.view(np.uint8))


@numba.njit
def exp_of_all(x: Float32, out: Float32) -> None:
    for i in range(x.shape[0]):
        out[i] = floats.exp(x[i])


def test_exp_has_the_same_bits() -> None:
    x = np.concatenate([np.linspace(-90, 90, 200_001), [0.0, -0.0, 1e-45, -1e-45, 1e30, -1e30]])
    x = x.astype(np.float32)
    out = np.empty_like(x)
    exp_of_all(x, out)
    assert_same_bits(out, arithmetic.exp(x))


@pytest.mark.parametrize("most", [0.5, 30.0, 50.0])
def test_cap_has_the_same_bits(most: float) -> None:
    x = np.concatenate([np.linspace(-200, 200, 100_001), [0.0, -0.0, 1e-45, -1e-45, 1e30, -1e30]])
    x = x.astype(np.float32)
    expected = arithmetic.cap(x, most)
    floats.cap(x, np.float32(most))
    assert_same_bits(x, expected)


@pytest.mark.parametrize("count", [*WIDTHS, 319, 321, 335, 336, 640, 700, 2048])
def test_lane_sum_has_the_same_bits_whatever_stands_behind(count: int) -> None:
    x = normal(count + 20, seed=count, size=1e3)
    x[count:] = np.nan
    assert floats.lane_sum(x, count) == arithmetic.lane_sum(x[:count])


@pytest.mark.parametrize("count", [1, 320, 700])
def test_lane_sum_of_minus_zeros_is_plus_zero_too(count: int) -> None:
    assert not np.signbit(floats.lane_sum(np.full(count, -0.0, np.float32), count))


@pytest.mark.parametrize("width", [*WIDTHS, 700, 2048])
def test_norm_has_the_same_bits(width: int) -> None:
    x, out = normal(5, width, seed=width, size=30), np.empty((5, width), np.float32)
    x[3] = 0
    epsilon = 1e-5
    gain = normal(width, seed=1)
    kernels.norm(x, gain, np.float32(epsilon), out)
    assert_same_bits(out, arithmetic.norm(x, gain, epsilon))


@pytest.mark.parametrize("width", WIDTHS)
def test_gate_has_the_same_bits(width: int) -> None:
    x = normal(4, 2 * width, seed=width, size=40)
    x[1], x[2, ::2] = -1000, 0
    out = np.empty((4, width), np.float32)
    kernels.gate(x, out)
    assert_same_bits(out, arithmetic.gate(x[:, :width], x[:, width:]))
    kernels.gelu_gate(x, out)
    assert_same_bits(out, arithmetic.gelu_gate(x[:, :width], x[:, width:]))


def together(threads: int, kernel: Callable[[Crew], None]) -> None:
    """The kernel on so many threads, none of which may do it alone."""
    shared = new_crew()
    crews = [(shared, np.zeros(1, np.int64), seat, threads) for seat in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(kernel, crews))


def quantized(x: Float32) -> tuple[Int8, Float32, NDArray[np.int32]]:
    """What the kernel makes of rows: values filled up to whole quads, scales, sums."""
    rows, columns = x.shape
    values = np.full((rows, quads_of(columns) * QUAD), 99, np.int8)
    scales, sums = np.empty(rows, np.float32), np.empty(rows, np.int32)
    matrix.quantize(x, values, scales, sums)
    return values, scales, sums


@pytest.mark.parametrize("width", WIDTHS)
def test_quantize_has_the_same_bits_and_zeros_behind(width: int) -> None:
    x = normal(6, width, seed=width, size=5)
    x[1], x[2], x[3], x[4] = 0, 1e-40, -3e38, x[4] * np.float32(1e-30)
    values, scales, sums = quantized(x)
    expected, expected_scales = arithmetic.quantize(x)
    assert_same_bits(np.ascontiguousarray(values[:, :width]), expected)
    assert_same_bits(scales, expected_scales)
    assert not values[:, width:].any()
    assert sums.tolist() == expected.sum(axis=1, dtype=np.int32).tolist()


@pytest.mark.parametrize("size", [0.0, 1e-45, 1e-40, 1e-37, 5e-37, 9.99e-37, 1e-36, 1.01e-36])
def test_quantize_has_the_same_bits_for_rows_of_next_to_nothing(size: float) -> None:
    x = np.array([[size, -size, size / 3, 0, -0.0, size / 2]], np.float32)
    values, scales, sums = quantized(x)
    expected, expected_scales = arithmetic.quantize(x)
    assert_same_bits(np.ascontiguousarray(values[:, :6]), expected)
    assert_same_bits(scales, expected_scales)
    assert sums[0] == expected.sum()


@pytest.mark.parametrize("width", WIDTHS)
def test_quantize_finely_has_the_same_bits_and_zeros_behind(width: int) -> None:
    x = normal(6, width, seed=width, size=5)
    x[1], x[2], x[3], x[4] = 0, 1e-40, -3e38, x[4] * np.float32(1e-30)
    values = np.full((12, quads_of(width) * QUAD), 99, np.int8)
    scales, sums = np.empty(6, np.float32), np.empty(12, np.int32)
    matrix.quantize(x, values, scales, sums)
    *digits, expected_scales = arithmetic.quantize_finely(x)
    for place, expected in enumerate(digits):
        assert_same_bits(np.ascontiguousarray(values[place::2, :width]), expected)
        assert sums[place::2].tolist() == expected.sum(axis=1, dtype=np.int32).tolist()
    assert_same_bits(scales, expected_scales)
    assert not values[:, width:].any()


def test_quantize_rounds_halves_to_even_as_arithmetic_does() -> None:
    x = np.array([[127, 0.5, 1.5, 2.5, -0.5, -1.5, 63.5, 64.5]], np.float32)
    values, _, _ = quantized(x)
    assert values.tolist() == [[127, 0, 2, 2, 0, -2, 64, 64]]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("tokens", "rows", "columns"),
    [(1, 1, 1), (1, 16, 4), (2, 17, 5), (3, 63, 66), (4, 64, 64), (5, 65, 127), (9, 333, 90)],
)
def test_matrix_has_the_same_bits(tokens: int, rows: int, columns: int, threads: int) -> None:
    x, weights = normal(tokens, columns, size=3), normal(rows, columns, seed=1)
    x[-1] = 0
    values, scales = arithmetic.quantize(weights)
    held = (
        np.empty((tokens, quads_of(columns) * QUAD), np.int8),
        np.empty(tokens, np.float32),
        np.empty(tokens, np.int32),
    )
    out = np.full((tokens, rows), np.nan, np.float32)
    packed = np.ascontiguousarray(pack(values))
    together(threads, lambda crew: matrix.matrix(x, held, packed, scales, out, crew))
    assert_same_bits(out, arithmetic.matrix(x, values, scales))
    fine = (
        np.empty((2 * tokens, quads_of(columns) * QUAD), np.int8),
        np.empty(tokens, np.float32),
        np.empty(2 * tokens, np.int32),
    )
    together(threads, lambda crew: matrix.matrix(x, fine, packed, scales, out, crew))
    assert_same_bits(out, arithmetic.fine_matrix(x, values, scales))


def sums_of_tile(weights: Int8, inputs: Int8, multiply_add: dot.MultiplyAdd) -> NDArray[np.int32]:
    """[groups * 16, K] and [tokens, K] -> [groups * 16, tokens], plus 128 times the inputs."""
    groups, tokens, quads = len(weights) // OUTPUTS, len(inputs), weights.shape[1] // QUAD
    tile = dot.make_tile(groups, tokens, multiply_add)

    @numba.njit
    def run(rows: NDArray[np.uint8], x: Int8, sums: NDArray[np.int32], quads: int) -> None:
        tile(rows, x, sums, quads, sums.shape[1])

    sums = np.full((tokens, (groups + 1) * OUTPUTS), -1, np.int32)
    run(pack(weights).reshape(-1), inputs.reshape(-1), sums, quads)
    assert (sums[:, groups * OUTPUTS :] == -1).all()
    return sums[:, : groups * OUTPUTS].T


@pytest.mark.parametrize(
    "multiply_add", dict.fromkeys([dot.multiply_add_portable, dot.best_multiply_add()])
)
@pytest.mark.parametrize(("groups", "tokens", "quads"), [(1, 1, 3), (4, 2, 5), (4, 4, 100)])
def test_the_inner_loop_is_exact_in_every_form_that_this_processor_has(
    groups: int, tokens: int, quads: int, multiply_add: dot.MultiplyAdd
) -> None:
    random = np.random.default_rng(0)
    weights = random.integers(-128, 128, (groups * OUTPUTS, quads * QUAD)).astype(np.int8)
    inputs = random.integers(-128, 128, (tokens, quads * QUAD)).astype(np.int8)
    weights[0], inputs[0] = 127, -128
    exact = (weights.astype(np.int64) + 128) @ inputs.astype(np.int64).T
    np.testing.assert_array_equal(sums_of_tile(weights, inputs, multiply_add), exact)


def test_embed_widens_the_row_of_each_token() -> None:
    values, scales = arithmetic.quantize(normal(45, 37))
    ids = np.array([44, 0, 16, 15, 0], np.int64)
    out = np.empty((5, 37), np.float32)
    for factor in (np.float32(1), np.float32(37**0.5)):
        kernels.embed(pack(values), scales, factor, ids, out)
        assert_same_bits(out, values[ids].astype(np.float32) * scales[ids, None] * factor)


@pytest.mark.parametrize("head_dim", [2, 6, 14, 64])
def test_rotary_has_the_same_bits_and_leaves_values_alone(head_dim: int) -> None:
    heads = normal(7, 5 * head_dim)
    positions = np.array([0, 1, 63, 64, 65, 300, 2], np.int64)
    cosine, sine = arithmetic.rotary_tables(301, head_dim, Rope(10_000.0))
    shaped = heads.reshape(7, 5, head_dim)
    c, s = cosine[positions, None], sine[positions, None]
    expected = shaped.copy()
    expected[:, :3] = arithmetic.rotary(shaped[:, :3], c, s)
    kernels.rotary(heads, 3, head_dim, positions, cosine, sine)
    assert_same_bits(heads, expected.reshape(7, -1))


NOT_A_NUMBER = 0x7FC0  # as the cache holds it


@settings(max_examples=40)
@given(
    kv_heads=st.integers(1, 3),
    group=st.integers(1, 4),
    half_dim=st.integers(1, 20),
    length=st.one_of(st.integers(1, 200), st.sampled_from([31, 32, 33, 64, 65, 320, 321, 350])),
    window=st.one_of(st.just(0), st.integers(1, 360), st.sampled_from([1, 32, 33, 64, 320, 321])),
    most=st.sampled_from([0.0, 0.0, 0.5, 30.0]),
    threads=st.sampled_from([1, 2]),
    seed=st.integers(0, 2**32 - 1),
)
def test_attention_has_the_same_bits_over_scattered_blocks(
    kv_heads: int,
    group: int,
    half_dim: int,
    length: int,
    window: int,
    most: float,
    threads: int,
    seed: int,
) -> None:
    head_dim, query_heads = 2 * half_dim, kv_heads * group
    rows = normal(length, (query_heads + 2 * kv_heads) * head_dim, seed=seed, size=2)
    order = np.random.default_rng(seed).permutation(350 // BLOCK + 1).astype(np.int32)
    keys = np.full((len(order), kv_heads, head_dim, BLOCK), NOT_A_NUMBER, np.uint16)
    values = np.full((len(order), kv_heads, BLOCK, head_dim), NOT_A_NUMBER, np.uint16)
    out = np.empty((length, query_heads * head_dim), np.float32)
    blocks = np.tile(order[: -(-length // BLOCK)], (length, 1))
    positions = np.arange(length, dtype=np.int64)
    scores = np.full((threads, length + BLOCK), np.nan, np.float32)
    factor = 1 / np.sqrt(head_dim)
    scoring = (window, np.float32(factor), np.float32(most))
    taken = (rows, positions, blocks, keys, values, scoring, scores, out)
    together(threads, lambda crew: attention.attention(*taken, crew))
    shaped = rows.reshape(length, -1, head_dim)
    seen = arithmetic.kept(shaped[-window:])  # 0: all
    for head in range(query_heads):
        kv = query_heads + head // group
        expected = arithmetic.attend(
            shaped[-1, head], seen[:, kv].T, seen[:, kv + kv_heads], factor, most or None
        )
        assert_same_bits(out[-1, head * head_dim : (head + 1) * head_dim].copy(), expected)


@pytest.mark.parametrize("head_dim", [2, 14, 64])
def test_norms_of_heads_have_the_same_bits_and_leave_values_alone(head_dim: int) -> None:
    rows, gains = normal(5, 7 * head_dim, size=9), normal(2, head_dim, seed=1)
    heads = rows.reshape(5, 7, head_dim)  # 3 of queries, 2 of keys, 2 of values
    of_heads = np.repeat(gains, [3, 2], axis=0)
    expected = heads.copy()
    expected[:, :5] = arithmetic.norm(heads[:, :5], of_heads, 1e-6)
    kernels.norm_heads(rows, 2, gains, np.float32(1e-6))
    assert_same_bits(rows, expected.reshape(5, -1))


def test_a_bias_is_added_to_every_row() -> None:
    rows, bias = normal(4, 37), normal(37, seed=1)
    expected = rows + bias
    kernels.add_bias(bias, rows)
    assert_same_bits(rows, expected)


def test_columns_are_multiplied_in_every_row() -> None:
    rows, columns = normal(4, 37), normal(37, seed=1)
    expected = rows * columns
    kernels.multiply(columns, rows)
    assert_same_bits(rows, expected)


@pytest.mark.parametrize(("count", "chosen"), [(1, 1), (4, 2), (7, 7), (128, 8), (400, 3)])
def test_choose_and_share_have_the_same_bits(count: int, chosen: int) -> None:
    scores = normal(6, count, seed=count, size=3)
    scores[1], scores[2], scores[3, 0] = 0, scores[2].round(), 1000
    expected = arithmetic.choose(scores, chosen)
    assert ((expected != 0).sum(axis=1) <= chosen).all()
    experts.choose(scores, chosen)
    assert_same_bits(scores, expected)
    experts.share(scores)
    assert_same_bits(scores, arithmetic.share(expected))


def test_of_equal_experts_the_first_are_chosen() -> None:
    scores = np.float32([[1, 2, 2, 1, 2]])
    assert arithmetic.choose(scores, 2)[0].nonzero()[0].tolist() == [1, 2]
    assert arithmetic.choose(scores, 4)[0].nonzero()[0].tolist() == [0, 1, 2, 4]


def test_only_the_rows_that_ask_an_expert_get_its_answer() -> None:
    weights = np.float32([[0, 0.5], [1, 0], [0, 0.25]])
    asking, shares = np.full(3, -1, np.int64), np.full(3, np.nan, np.float32)
    assert experts.ask(weights, 1, asking, shares) == 2
    assert (asking[:2].tolist(), shares[:2].tolist()) == ([0, 2], [0.5, 0.25])
    rows, out = normal(2, 5), normal(3, 5, seed=1)
    expected = out.copy()
    expected[[0, 2]] += shares[:2, None] * rows
    experts.give(rows, asking, shares, out)
    assert_same_bits(out, expected)
