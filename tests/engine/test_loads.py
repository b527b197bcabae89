"""Both machines under rising load: each from its own model, no further than its memory goes."""

import itertools

import pytest

from lpu_engine import (
    LOAD_USERS,
    BadDeployment,
    BadSystem,
    GpuSystem,
    UnknownModel,
    Work,
    load_catalog,
    under_load,
)
from lpu_engine.deployment import Deployment, program_for

CATALOG = load_catalog()
MIXTRAL = "mixtral-8x7b-32768"
EIGHT = GpuSystem("h100-sxm", 8)


def test_the_gpus_curve_is_the_forecast_for_so_many_users() -> None:
    found = under_load(CATALOG, MIXTRAL, EIGHT, 1024)
    model = CATALOG.model(MIXTRAL)
    for load in found.gpu.loads:
        system = GpuSystem("h100-sxm", 8, users=load.users)
        forecast = model.on_gpus(system, Work(512, 512))
        assert load.tokens_per_s == forecast.tokens_per_s
        assert load.total_tokens_per_s == forecast.total_tokens_per_s
    assert [load.users for load in found.gpu.loads] == list(LOAD_USERS)
    assert found.gpu.limit == ""


def test_the_lpus_curve_ends_where_its_sram_is_full_and_says_so() -> None:
    found = under_load(CATALOG, MIXTRAL, EIGHT, 1024)
    architecture = CATALOG.model(MIXTRAL).clock.deployment().architecture  # type: ignore[union-attr]
    most = program_for(Deployment(architecture, 576, window=1024)).most_users
    assert found.lpu.loads[-1].users == most
    assert found.lpu.limit == (
        f"The SRAM of 576 LPU chips has room for the keys and values of {most} users of"
        " 1,024 tokens."
    )


def test_more_users_never_make_one_faster_and_a_shorter_context_leaves_room_for_more() -> None:
    short, long = (under_load(CATALOG, MIXTRAL, EIGHT, context) for context in (512, 4096))
    for curve in (short.lpu, short.gpu, long.lpu, long.gpu):
        for one, more in itertools.pairwise(curve.loads):
            assert more.tokens_per_s <= one.tokens_per_s
            assert more.total_tokens_per_s == pytest.approx(more.users * more.tokens_per_s)
    assert short.lpu.loads[-1].users > long.lpu.loads[-1].users


def test_where_gpus_run_out_of_memory_their_curve_ends_with_what_would_do() -> None:
    found = under_load(CATALOG, "llama2-70b-4096", GpuSystem("h100-sxm", 2, "fp8"), 4096)
    assert len(found.gpu.loads) < len(LOAD_USERS)
    assert "would do" in found.gpu.limit


def test_what_cannot_be_is_refused_in_a_sentence() -> None:
    with pytest.raises(UnknownModel):
        under_load(CATALOG, "x", EIGHT, 512)
    for context in (-1, 0, 1, 32769):
        with pytest.raises(BadDeployment, match="give 2 to 32,768"):
            under_load(CATALOG, MIXTRAL, EIGHT, context)
    with pytest.raises(BadSystem, match="would do"):
        under_load(CATALOG, MIXTRAL, GpuSystem("h100-sxm", 1), 512)
    with pytest.raises(BadSystem, match="fp8"):
        under_load(CATALOG, MIXTRAL, GpuSystem("a100-sxm", 8, "fp8"), 512)


def test_one_chip_has_room_for_one_user() -> None:
    found = under_load(CATALOG, "pebble", EIGHT, 512)
    assert [load.users for load in found.lpu.loads] == [1]
    assert "1 user of 512 tokens" in found.lpu.limit


def test_the_lpus_rate_is_that_of_its_slowest_stage_once_it_is_full() -> None:
    context, prompt, answer = 1024, 512, 512
    found = under_load(CATALOG, MIXTRAL, EIGHT, context)
    architecture = CATALOG.model(MIXTRAL).clock.deployment().architecture  # type: ignore[union-attr]
    program = program_for(Deployment(architecture, 576, window=context))
    beat = program.beat_cycles(prompt + answer // 2)
    full = found.lpu.loads[-1]
    busy = full.users * beat + (full.users - 1) * program.prompt_beat_cycles(prompt) / answer
    assert busy > program.token_cycles(prompt + answer // 2)
    assert full.tokens_per_s == pytest.approx(900e6 / busy, rel=1e-6)
    alone = found.lpu.loads[0]
    assert alone.tokens_per_s == 900e6 / program.token_cycles(prompt + answer // 2)


@pytest.mark.parametrize("tokens", [1, 16, 17, 320, 321, 1000])
def test_a_prompt_keeps_the_slowest_stage_no_longer_than_it_takes(tokens: int) -> None:
    architecture = CATALOG.model(MIXTRAL).clock.deployment().architecture  # type: ignore[union-attr]
    program = program_for(Deployment(architecture, 576, window=1024))
    beat = program.prompt_beat_cycles(tokens)
    assert 0 < beat < program.prompt_cycles(tokens)
    chunks = -(-tokens // program.prompt.rows)
    assert beat >= chunks * program.prompt_times.beat(1)  # type: ignore[union-attr]
