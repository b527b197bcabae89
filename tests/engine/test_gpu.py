"""A model on GPUs: the published rows that it was not fitted to, and what must hold for any."""

import math
from contextlib import suppress
from dataclasses import replace
from statistics import fmean

import pytest
from gpus import LLAMA_7B, LLAMA_70B, MIXTRAL, SHAPES, SLIDING, SYSTEMS
from hypothesis import given
from hypothesis import strategies as st

from lpu_engine.baseline.gpu import (
    BadSystem,
    GpuForecast,
    GpuSystem,
    Work,
    forecast,
    load_constants,
)
from lpu_engine.baseline.gpu_fit import rate_of
from lpu_engine.baseline.gpu_told import FP8_TOO_FAST
from lpu_engine.baseline.published_gpu import (
    ESTIMATE,
    GPT_J,
    GPU_EXPERTS_FITTED_TO,
    GPU_FITTED_TO,
    GROUPS,
    LLAMA_2_70B,
    MIXTRAL_8X7B,
    UNDER_LOAD,
    GpuRow,
    is_fitted_to,
)
from lpu_engine.hardware.gpu import GPUS
from lpu_engine.published_runs import architecture_of

USERS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
H100S = GpuSystem("h100-sxm", 8)


def error(row: GpuRow) -> float:
    architecture = row.architecture or architecture_of(row.model_id)
    return rate_of(architecture, row) / row.tokens_per_s - 1


def errors_of_tests(rows: tuple[GpuRow, ...]) -> list[float]:
    return [abs(error(row)) for row in rows if not is_fitted_to(row)]


def under_load(system: GpuSystem = H100S, work: Work | None = None) -> list[GpuForecast]:
    return [forecast(LLAMA_70B, replace(system, users=users), work) for users in USERS]


def part(found: GpuForecast, name: str) -> float:
    return next((part.seconds for part in found.parts if part.name == name), 0.0)


def test_llama_2_70b_is_predicted_from_rows_of_the_small_model() -> None:
    errors = errors_of_tests(LLAMA_2_70B)
    assert len(errors) == 7
    assert fmean(errors) < 0.10
    assert max(errors) < 0.20


def test_mixtral_is_predicted_from_one_of_its_rows() -> None:
    errors = errors_of_tests(MIXTRAL_8X7B)
    assert len(errors) == 6
    assert fmean(errors) < 0.12
    assert max(errors) < 0.30


def test_the_speed_of_each_user_under_load_is_near_the_published_row() -> None:
    assert [row.system.users for row in UNDER_LOAD] == [1, 8, 32, 64, 128, 256]
    assert all(abs(error(row)) < 0.20 for row in UNDER_LOAD)


def test_the_analysts_estimate_is_near_too() -> None:
    assert abs(error(ESTIMATE)) < 0.20


def test_the_rows_that_were_fitted_to_are_near() -> None:
    assert all(abs(error(row)) < 0.01 for row in (*GPU_FITTED_TO, *GPU_EXPERTS_FITTED_TO))


def test_the_limits_that_validate_tells_are_kept() -> None:
    for group in GROUPS:
        errors = errors_of_tests(group.rows)
        assert not errors or fmean(errors) < (group.mean_limit or math.inf)
        assert not errors or max(errors) < (group.largest_limit or math.inf)


def test_another_engine_tells_how_much_too_fast_fp8_may_be() -> None:
    fp8, bf16 = GPT_J
    assert 0.35 < error(fp8) < FP8_TOO_FAST
    assert 0 < error(bf16) < 0.10
    assert "up to 40% too fast" in forecast(LLAMA_7B, GpuSystem("h100-sxm", 1, "fp8")).fitted[-1]


def test_the_shape_of_gpt_j_has_the_weights_of_its_two_matrices() -> None:
    (shape,) = {row.architecture for row in GPT_J}
    assert shape is not None
    a_layer = 4 * 4096**2 + 2 * 4096 * 16384
    assert shape.parameters == pytest.approx(28 * a_layer + 2 * 50_400 * 4096, rel=1e-4)


@pytest.mark.parametrize("name", SHAPES)
def test_the_parts_of_a_step_add_up_to_the_rate(name: str) -> None:
    forecasts = [found for system in SYSTEMS if (found := where_it_fits(name, system))]
    assert forecasts
    for found in forecasts:
        step = sum(part.seconds for part in found.parts)
        assert found.tokens_per_s == pytest.approx(1 / step)
        assert found.total_tokens_per_s == found.tokens_per_s * 8
        assert all(part.seconds > 0 for part in found.parts)


def where_it_fits(name: str, system: GpuSystem) -> GpuForecast | None:
    with suppress(BadSystem):
        return forecast(SHAPES[name], replace(system, users=8))
    return None


def test_only_what_there_is_has_a_part() -> None:
    alone = [part.name for part in forecast(LLAMA_7B, GpuSystem("h100-sxm", 1)).parts]
    assert alone == ["weights", "keys and values", "kernels"]
    crowded = [part.name for part in forecast(MIXTRAL, replace(H100S, users=2)).parts]
    assert crowded == [
        "weights", "experts found", "keys and values", "kernels", "sums over NVLink",
        "prompts of the others",
    ]  # fmt: skip


def test_a_step_of_the_small_model_is_what_one_finds_by_hand() -> None:
    known = load_constants()
    found = forecast(LLAMA_7B, GpuSystem("a100-sxm", 4, "int8"), Work(480, 300))
    used = 6_738_415_616 - 32_000 * 4096  # without the embedding, of which a token takes a row
    a_token = 32 * 2 * 4096 * 2  # layers, keys and values, width, bytes
    assert {part.name: part.seconds for part in found.parts} == {
        "weights": pytest.approx(used / 4 / (2039e9 * known.int8_share)),
        "keys and values": pytest.approx(630 * a_token / 4 / (2039e9 * known.bf16_share)),
        "kernels": pytest.approx(32 * known.layer_us * 1e-6),
        "sums over NVLink": pytest.approx(2 * 32 * 9.2e-6),
    }


def test_prompts_of_the_others_cost_their_arithmetic_and_their_bytes_on_nvlink() -> None:
    flops = 0.4 * 989e12
    layers = 6_738_415_616 - 2 * 32_000 * 4096
    operations = 480 * 2 * layers + 2 * 32_000 * 4096  # the head: of the last row alone
    scores = 4 * 4096 * 32 * 480**2 / 2  # scores and mix of half of all pairs
    for count in (1, 8):
        found = forecast(LLAMA_7B, GpuSystem("h100-sxm", count, "bf16", 11), Work(480, 300))
        moved = 2 * 32 * 480 * 4096 * 2 * (2 * (count - 1) / count) / 450e9
        a_prompt = (operations + scores) / count / flops + moved
        assert part(found, "prompts of the others") == pytest.approx(10 / 300 * a_prompt)


def test_a_long_prompt_alone_takes_its_arithmetic_and_a_step_around_it() -> None:
    found = forecast(LLAMA_7B, GpuSystem("h100-sxm", 1), Work(1920, 128))
    layers = 6_738_415_616 - 2 * 32_000 * 4096
    operations = 1920 * 2 * layers + 2 * 32_000 * 4096 + 4 * 4096 * 32 * 1920**2 / 2
    kernels = part(found, "kernels")
    assert found.ttft_s == pytest.approx(operations / (0.4 * 989e12) + kernels)


def test_more_gpus_are_faster_for_a_large_model_and_not_for_a_tiny_one() -> None:
    rates = [
        forecast(LLAMA_70B, GpuSystem("h200-sxm", count)).tokens_per_s for count in range(2, 9)
    ]
    assert rates == sorted(rates)
    tiny = replace(
        LLAMA_7B, layers=6, width=256, feed_forward=704, heads=8, kv_heads=8, head_dim=32
    )
    one, two = (forecast(tiny, GpuSystem("h200-sxm", count)).tokens_per_s for count in (1, 2))
    assert one > two, "the sums cost more than the shares save"


def test_with_more_users_each_is_slower_and_all_together_are_faster() -> None:
    for work in (Work(), Work(480, 300), Work(1000, 1000)):
        found = under_load(work=work)
        each = [f.tokens_per_s for f in found]
        total = [f.total_tokens_per_s for f in found]
        assert each == sorted(each, reverse=True)
        assert total == sorted(total)
        assert len(set(each)) == len(set(total)) == len(USERS)


def test_where_arithmetic_binds_weights_take_longer_with_each_user() -> None:
    few, many, most = (forecast(LLAMA_70B, replace(H100S, users=users)) for users in (64, 256, 512))
    one = forecast(LLAMA_70B, H100S)
    assert part(few, "weights") == part(one, "weights")
    assert part(most, "weights") == pytest.approx(2 * part(many, "weights"))
    assert part(many, "weights") > part(one, "weights")


def test_many_users_ask_all_experts_and_one_user_asks_few() -> None:
    reads = [
        part(forecast(MIXTRAL, replace(H100S, users=users)), "experts found")
        for users in (1, 2, 4, 64)
    ]
    assert reads[1] == pytest.approx(reads[0] * 8 * (1 - 0.75**2) / 2)
    assert reads[2] == pytest.approx(reads[0] * 8 * (1 - 0.75**4) / 2)
    assert reads[3] == pytest.approx(reads[0] * 4)
    assert reads == sorted(reads)


def test_a_longer_context_is_slower() -> None:
    rates = [
        forecast(LLAMA_70B, replace(H100S, users=8), Work(prompt, 128)).tokens_per_s
        for prompt in (64, 128, 512, 2048, 3900)
    ]
    assert rates == sorted(rates, reverse=True)
    assert len(set(rates)) == len(rates)


def test_a_longer_prompt_has_its_first_token_later() -> None:
    firsts = [forecast(LLAMA_70B, H100S, Work(n, 128)).ttft_s for n in (1, 128, 1024, 3900)]
    assert firsts == sorted(firsts)
    assert firsts[-1] > 3 * firsts[1]


def test_the_first_token_of_a_prompt_of_one_takes_a_step() -> None:
    found = forecast(LLAMA_70B, H100S, Work(1, 2))
    assert found.ttft_s == pytest.approx(found.step_s, rel=1e-3)


def test_sliding_layers_read_no_more_than_their_window() -> None:
    one = GpuSystem("h100-sxm", 1)
    short, long = (
        part(forecast(SLIDING, one, Work(prompt, 2)), "keys and values") for prompt in (511, 4095)
    )
    assert long / short == pytest.approx((24 * 512 + 8 * 4096) / (32 * 512))
    full = replace(SLIDING, sliding_window=None, sliding_layers=())
    whole = forecast(full, one, Work(30_000, 128)).ttft_s
    assert forecast(SLIDING, one, Work(30_000, 128)).ttft_s < whole


@pytest.mark.parametrize("gpu", ["h100-sxm", "h200-sxm", "b200-sxm"])
def test_fewer_bits_are_never_slower(gpu: str) -> None:
    for count in (2, 4, 8):
        for users in (1, 32, 256):
            rates = {
                precision: forecast(LLAMA_7B, GpuSystem(gpu, count, precision, users)).tokens_per_s
                for precision in ("bf16", "fp8", "int8", "int4")
            }
            assert rates["fp8"] >= rates["int8"] >= rates["bf16"]
            assert rates["int4"] >= rates["int8"]


def test_only_fp8_is_computed_in_fewer_bits_the_others_are_widened_first() -> None:
    one = GpuSystem("h100-sxm", 1)
    bf16, fp8, int8, int4 = (
        forecast(LLAMA_7B, replace(one, precision=precision, users=2), Work(1500, 500))
        for precision in ("bf16", "fp8", "int8", "int4")
    )
    prompts = [part(found, "prompts of the others") for found in (bf16, int8, int4)]
    assert prompts == [prompts[0]] * 3
    assert 0.5 < part(fp8, "prompts of the others") / prompts[0] < 0.6, "scores stay in 16 bits"


def test_a_tenth_of_the_memory_is_left_for_all_else() -> None:
    for gpu in GPUS:
        assert forecast(LLAMA_7B, GpuSystem(gpu.id, 1)).room_bytes == 0.9 * gpu.memory_bytes


def test_a_newer_gpu_is_never_slower() -> None:
    for users in (1, 64):
        rates = [
            forecast(LLAMA_70B, GpuSystem(gpu.id, 8, "bf16", users)).tokens_per_s for gpu in GPUS
        ]
        assert rates == sorted(rates)


def test_energy_and_dollars_are_those_of_the_whole_system() -> None:
    found = forecast(LLAMA_70B, replace(H100S, users=64))
    assert found.watts == 10_200
    assert found.joules_per_token == pytest.approx(10_200 / found.total_tokens_per_s)
    hourly = 8 * (1.99 + 5.00) / 2
    assert found.usd_per_hour == pytest.approx(hourly)
    tokens = found.total_tokens_per_s * 3600
    assert found.usd_per_million_tokens == pytest.approx(hourly / tokens * 1e6)


def test_end_to_end_is_slower_by_the_first_token() -> None:
    found = forecast(LLAMA_70B, H100S, Work(480, 300))
    seconds = found.ttft_s + 299 * found.step_s
    assert found.end_to_end_tokens_per_s == pytest.approx(300 / seconds)
    assert found.end_to_end_tokens_per_s < found.tokens_per_s


@given(
    st.sampled_from([*SHAPES]),
    st.sampled_from(SYSTEMS),
    st.integers(1, 512),
    st.integers(1, 10**9),
    st.integers(1, 10**9),
)
def test_any_system_gives_finite_figures_or_one_sentence(
    name: str, system: GpuSystem, users: int, prompt: int, answer: int
) -> None:
    try:
        found = forecast(SHAPES[name], replace(system, users=users), Work(prompt, answer))
    except BadSystem as error:
        said = str(error)
        assert said[0].isupper()
        assert said.endswith(".")
        assert "\n" not in said
    else:
        figures = [
            found.ttft_s,
            found.tokens_per_s,
            found.total_tokens_per_s,
            found.end_to_end_tokens_per_s,
            found.joules_per_token,
            found.usd_per_million_tokens,
            found.gpu_bytes,
            *(part.seconds for part in found.parts),
        ]
        assert all(math.isfinite(figure) and figure > 0 for figure in figures)
        assert found.gpu_bytes <= found.room_bytes
