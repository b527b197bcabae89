"""The catalog's figures, each with its mark and source, and when a clock says a token is due."""

import dataclasses
from pathlib import Path

import pytest

import lpu_engine
from lpu_engine import BaselineQuery, UnknownModel, load_catalog
from lpu_engine.catalog import MACHINE_CLOCK
from lpu_engine.model.architecture import read_architecture

CATALOG = load_catalog()
EIGHT_A100 = BaselineQuery("a100-sxm", 8, "bf16", 1)


def test_the_picker_begins_at_mixtral() -> None:
    assert [model.id for model in CATALOG.models] == [
        "llama2-70b-4096",
        "mixtral-8x7b-32768",
        "pebble",
    ]
    assert CATALOG.picked == "mixtral-8x7b-32768"


@pytest.mark.parametrize(
    ("model_id", "tokens_per_s", "ttft_s", "gpu_tokens_per_s"),
    [("mixtral-8x7b-32768", 480.0, None, 203.7), ("llama2-70b-4096", 255.0, 0.222, 62.5)],
)
def test_the_published_figures_stand_with_their_sources(
    model_id: str, tokens_per_s: float, ttft_s: float | None, gpu_tokens_per_s: float
) -> None:
    model = CATALOG.model(model_id)
    clock, baseline = model.prediction, model.baseline(EIGHT_A100)
    assert (clock.kind, clock.tokens_per_s, clock.ttft_s) == ("published", tokens_per_s, ttft_s)
    assert clock.chips == 576
    assert baseline is not None
    assert (baseline.kind, baseline.tokens_per_s) == ("published", gpu_tokens_per_s)
    assert len(clock.source) > 40
    assert len(baseline.source) > 40


def test_nothing_is_called_simulated_before_there_is_a_program() -> None:
    marks = {model.prediction.kind for model in CATALOG.models}
    marks |= {baseline.kind for model in CATALOG.models for baseline in model.baselines}
    assert marks == {"published", "measured"}


def test_pebble_runs_by_this_machine_and_has_no_gpu_figure() -> None:
    pebble = CATALOG.model("pebble")
    assert pebble.prediction is MACHINE_CLOCK
    assert pebble.baseline() is None


def test_pebble_is_described_as_its_checkpoint_is() -> None:
    pebble = CATALOG.model("pebble")
    shape = read_architecture(Path(lpu_engine.__file__).parent / "models" / "pebble")
    assert (pebble.parameters, pebble.window) == (shape.parameters, shape.window)


def test_a_baseline_is_the_first_or_the_one_asked_for_or_none() -> None:
    mixtral = CATALOG.model("mixtral-8x7b-32768")
    assert mixtral.baseline() == mixtral.baseline(EIGHT_A100) == mixtral.baselines[0]
    assert mixtral.baseline(dataclasses.replace(EIGHT_A100, users=8)) is None


def test_an_unknown_model_is_told_with_those_there_are() -> None:
    with pytest.raises(UnknownModel, match=r"'gpt-4'; there are llama2-70b-4096, .*, pebble"):
        CATALOG.model("gpt-4")


def test_tokens_are_due_from_the_first_on_at_the_clocks_rate() -> None:
    llama = CATALOG.model("llama2-70b-4096").prediction
    assert [llama.due_s(n, 9.9) for n in (0, 1, 51)] == [0.222, 0.222 + 1 / 255, 0.222 + 51 / 255]


def test_a_clock_without_a_first_token_starts_at_once() -> None:
    mixtral = CATALOG.model("mixtral-8x7b-32768").prediction
    assert [mixtral.due_s(n, 9.9) for n in (0, 48)] == [0.0, 0.1]


def test_a_clock_without_a_rate_is_due_when_it_was_computed() -> None:
    assert MACHINE_CLOCK.due_s(7, 1.25) == 1.25
