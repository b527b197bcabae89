"""What a forecast of GPUs says of itself: where from, what was fitted or assumed, what it costs."""

from dataclasses import replace
from itertools import product

from gpus import LLAMA_7B, LLAMA_70B, MIXTRAL

from lpu_engine.baseline.gpu import GpuSystem, forecast
from lpu_engine.baseline.published_gpu import UNDER_LOAD
from lpu_engine.commands.validated_gpus import told_gpus, validated_gpus
from lpu_engine.hardware.gpu import GPUS, MOST_GPUS

H100S = GpuSystem("h100-sxm", 8)


def test_validate_prints_of_the_load_row_what_was_assumed() -> None:
    (group,) = (group for group in validated_gpus() if "under load" in group.name)
    text = " ".join(" ".join(told_gpus((group,))).split())
    assert "GPUs are not named: 4 × H100 in bf16 is this project's assumption" in text
    assert "end to end; prompts of 480 ± 240, answers of 300 ± 150" in text
    for row in UNDER_LOAD:
        users = "" if row.system.users == 1 else f", {row.system.users} users"
        assert f"4 × H100{users} {row.tokens_per_s} tokens/s" in text
    assert text.endswith("all too slow")


def test_what_was_fitted_is_told_with_its_size_and_what_to() -> None:
    told = {
        precision: forecast(LLAMA_7B, GpuSystem("h100-sxm", 1, precision)).fitted
        for precision in ("bf16", "fp8", "int8", "int4")
    }
    assert [len(lines) for lines in told.values()] == [2, 3, 3, 3]
    assert "takes that of int8" in told["fp8"][-1]
    assert all("gpt-fast's Llama 2 7B" in line for lines in told.values() for line in lines)
    assert "Mixtral row" in forecast(MIXTRAL, H100S).fitted[-1]
    assert "Mixtral" not in forecast(LLAMA_7B, H100S).source
    assert "Mixtral" in forecast(MIXTRAL, H100S).source


def test_the_source_says_that_constants_of_a100_are_taken_for_other_gpus() -> None:
    for gpu in GPUS:
        source = forecast(LLAMA_7B, GpuSystem(gpu.id, 2)).source
        assert "on A100" in source
        assert (f"taken for {gpu.name} alike" in source) == (gpu.name != "A100")


def test_the_source_says_which_numbers_of_gpus_common_servers_refuse() -> None:
    for count in range(1, MOST_GPUS + 1):
        source = forecast(LLAMA_7B, GpuSystem("h100-sxm", count)).source
        refused = f"common servers refuse most models on {count} GPUs" in source
        assert refused == (count in (3, 5, 6, 7))


def test_the_source_says_that_experts_of_many_users_are_pessimistic() -> None:
    for model, users in product((MIXTRAL, LLAMA_70B), (1, 8, 9, 64)):
        source = forecast(model, replace(H100S, users=users)).source
        assert (f"pessimistic for {users} users" in source) == (model is MIXTRAL and users > 8)


def test_a_price_without_a_range_is_told_as_about() -> None:
    told = forecast(LLAMA_7B, GpuSystem("b200-sxm", 8)).cost_about
    assert "8 B200 rented at about 6 dollars an hour each" in told
