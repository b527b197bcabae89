"""What is to race → lanes: each clock is its source's, and only like is compared with like."""

import pytest

from lpu_engine import (
    BadSystem,
    Entry,
    GpuEntry,
    GpuSystem,
    HereEntry,
    Lane,
    LpuEntry,
    Ratio,
    ServiceEntry,
    UnknownModel,
    UnknownService,
    Work,
    lane_of,
    load_catalog,
    ratios_of,
    smallest_window,
)
from lpu_engine.baseline.services import SERVICES, service_of

CATALOG = load_catalog()
PROMPT = 77
EIGHT = GpuSystem("h100-sxm", 8)
LLAMA, MIXTRAL = "llama2-70b-4096", "mixtral-8x7b-32768"


def lane(entry: LpuEntry | GpuEntry | ServiceEntry | HereEntry) -> Lane:
    return lane_of(entry, CATALOG, PROMPT)


def test_the_clock_of_an_lpu_lane_is_the_prediction_of_its_model() -> None:
    found, prediction = lane(LpuEntry(LLAMA)), CATALOG.model(LLAMA).predict(PROMPT)
    assert (found.tokens_per_s, found.ttft_s) == (prediction.tokens_per_s, prediction.ttft_s)
    assert [found.due_s(i, 9.0) for i in (0, 1, 500)] == [
        prediction.due_s(i, 9.0) for i in (0, 1, 500)
    ]
    assert (found.kind, found.users, found.name) == ("simulated", 1, "576 LPU chips")


def test_the_clock_of_a_gpu_lane_is_the_forecast_for_this_prompt() -> None:
    system = GpuSystem("b200-sxm", 4, "fp8", 64)
    found = lane(GpuEntry(LLAMA, system))
    forecast = CATALOG.model(LLAMA).on_gpus(system, Work(PROMPT))
    assert (found.tokens_per_s, found.ttft_s) == (forecast.tokens_per_s, forecast.ttft_s)
    assert found.due_s(0, 9.0) == forecast.ttft_s
    assert found.due_s(10, 9.0) == pytest.approx(forecast.ttft_s + 10 / forecast.tokens_per_s)
    assert (found.users, found.name, found.parts) == (64, "4 × B200 · fp8", forecast.parts)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.id)
def test_the_clock_of_a_service_is_what_was_published(service: object) -> None:
    found = lane(ServiceEntry(service.id))  # type: ignore[attr-defined]
    stated = service_of(service.id)  # type: ignore[attr-defined]
    assert found.kind == "published"
    assert (found.tokens_per_s, found.ttft_s) == (stated.output_tokens_per_s, stated.ttft_s)
    assert found.due_s(3, 9.0) == (stated.ttft_s or 0.0) + 3 / stated.output_tokens_per_s
    assert stated.date in found.source
    assert (found.joules_per_token, found.usd_per_million_tokens) == (None, None)


def test_the_lane_of_this_machine_has_no_clock_but_the_stamps() -> None:
    found = lane(HereEntry())
    assert (found.kind, found.tokens_per_s, found.ttft_s) == ("measured", None, None)
    assert found.due_s(5, 0.125) == 0.125


def test_energy_and_dollars_of_both_machines_are_positive_and_say_what_they_assume() -> None:
    for entry in (LpuEntry(MIXTRAL), GpuEntry(MIXTRAL, EIGHT)):
        found = lane(entry)
        assert (found.joules_per_token or 0) > 0
        assert (found.usd_per_million_tokens or 0) > 0
        assert "dollars" in found.cost_about
        assert " W each" in found.cost_about


def test_what_is_unknown_or_does_not_fit_is_refused() -> None:
    with pytest.raises(UnknownModel, match="There is no model 'gpt-5'"):
        lane(LpuEntry("gpt-5"))
    with pytest.raises(UnknownService, match="There is no service 'x' here; there are groq-"):
        lane(ServiceEntry("x"))
    with pytest.raises(BadSystem, match="would do"):
        lane(GpuEntry("llama-3.1-405b", EIGHT))


def ratios(*entries: LpuEntry | GpuEntry | ServiceEntry | HereEntry) -> tuple[Ratio, ...]:
    return ratios_of([lane(entry) for entry in entries])


def test_an_lpu_is_compared_with_gpus_of_the_same_model_and_users_by_output_speed() -> None:
    lpu, gpu = LpuEntry(LLAMA), GpuEntry(LLAMA, EIGHT)
    (found,) = ratios(gpu, HereEntry(), lpu)
    assert (found.of, found.to, found.rate) == (2, 0, "output speed")
    one, other = lane(lpu).tokens_per_s, lane(gpu).tokens_per_s
    assert one is not None
    assert other is not None
    assert found.value == one / other


@pytest.mark.parametrize(
    "entries",
    [
        (LpuEntry(LLAMA), GpuEntry(MIXTRAL, EIGHT)),
        (LpuEntry(LLAMA), GpuEntry(LLAMA, GpuSystem("h100-sxm", 8, users=2))),
        (LpuEntry(LLAMA), LpuEntry(MIXTRAL)),
        (LpuEntry(LLAMA), ServiceEntry("openai-gpt-4")),
        (GpuEntry(LLAMA, EIGHT), GpuEntry(LLAMA, GpuSystem("a100-sxm", 8))),
        (LpuEntry("pebble"), HereEntry()),
        (ServiceEntry("groq-llama2-70b"),),
    ],
)
def test_unlike_things_have_no_ratio(entries: tuple[LpuEntry, ...]) -> None:
    assert ratios(*entries) == ()


def test_a_published_host_is_compared_with_the_published_groq_row_by_both_rates() -> None:
    found = ratios(ServiceEntry("replicate-llama2-70b"))
    assert [(r.of, r.to, r.rate) for r in found] == [
        (None, 0, "output speed"),
        (None, 0, "end to end"),
    ]
    assert [round(r.value, 2) for r in found] == [21.25, 18.6]
    assert found[0].value_high == 267 / 12
    assert "267 ÷ 12 by the highest published" in found[0].about
    anyscale = ratios(ServiceEntry("anyscale-llama2-70b"))
    assert [round(r.value, 1) for r in anyscale] == [3.5, 2.8]
    both = ratios(ServiceEntry("replicate-llama2-70b"), ServiceEntry("groq-llama2-70b"))
    assert {r.of for r in both} == {1}


def test_a_simulated_lpu_is_never_compared_with_a_published_host() -> None:
    found = ratios(LpuEntry(LLAMA), ServiceEntry("replicate-llama2-70b"))
    assert all(ratio.of is None for ratio in found)


def test_the_words_must_fit_the_smallest_window_of_the_lanes() -> None:
    entries: list[Entry] = [LpuEntry(MIXTRAL), GpuEntry("llama2-7b-2048", EIGHT), HereEntry()]
    assert smallest_window(entries, CATALOG).id == "llama2-7b-2048"
    assert smallest_window([HereEntry()], CATALOG).id == CATALOG.picked
