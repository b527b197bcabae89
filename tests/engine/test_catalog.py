"""The catalog's figures, each with its mark and source, and when a clock says a token is due."""

import dataclasses
from itertools import accumulate, chain
from pathlib import Path

import pytest

import lpu_engine
from lpu_engine import PREVIEW_PROMPT_TOKENS, BaselineQuery, UnknownModel, load_catalog
from lpu_engine.catalog import MACHINE_CLOCK
from lpu_engine.compiler.compile import compile_program
from lpu_engine.model.architecture import read_architecture

CATALOG = load_catalog()
PEBBLE_FOLDER = Path(lpu_engine.__file__).parent / "models" / "pebble"
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
    clock, baseline = model.predict(7), model.baseline(EIGHT_A100)
    assert (clock.kind, clock.tokens_per_s, clock.ttft_s) == ("published", tokens_per_s, ttft_s)
    assert (clock.chips, clock.cycles) == (576, None)
    assert baseline is not None
    assert (baseline.kind, baseline.tokens_per_s) == ("published", gpu_tokens_per_s)
    assert len(clock.source) > 40
    assert len(baseline.source) > 40


def test_only_what_is_counted_from_a_program_is_called_simulated() -> None:
    clocks = [model.predict(PREVIEW_PROMPT_TOKENS) for model in CATALOG.models]
    assert [clock.kind for clock in clocks] == ["published", "published", "simulated"]
    assert all((clock.kind == "simulated") == (clock.cycles is not None) for clock in clocks)
    marks = {baseline.kind for model in CATALOG.models for baseline in model.baselines}
    assert marks == {"published"}


def test_pebbles_clock_is_one_chips_and_read_from_its_cycles() -> None:
    clock = CATALOG.model("pebble").predict(300)
    assert (clock.kind, clock.chips) == ("simulated", 1)
    assert clock.cycles is not None
    assert clock.cycles.clock_hz == 900_000_000
    assert clock.ttft_s == clock.cycles.until(0) / 900e6
    assert clock.tokens_per_s == clock.cycles.tokens_per_s
    assert "one LPU chip at 900 MHz, first principles" in clock.source
    assert [clock.due_s(n, 9.9) for n in (0, 1, 700)] == [
        clock.cycles.until(n) / 900e6 for n in (0, 1, 700)
    ]


@pytest.mark.parametrize("prompt_tokens", [1, 100, 319, 320, 1500])
def test_pebbles_clock_equals_a_walk_over_every_token_of_its_program(prompt_tokens: int) -> None:
    pebble = CATALOG.model("pebble")
    program = compile_program(read_architecture(PEBBLE_FOLDER))
    cycles = pebble.predict(prompt_tokens).cycles
    assert cycles is not None
    each = (program.token_cycles(position) for position in range(prompt_tokens, pebble.window))
    walked = list(accumulate(chain([program.prompt_cycles(prompt_tokens)], each)))
    assert [cycles.until(index) for index in range(len(walked))] == walked


def test_a_longer_prompt_is_due_later_and_the_same_one_always_at_the_same_cycle() -> None:
    pebble = CATALOG.model("pebble")
    firsts = [pebble.predict(tokens).due_s(0, 0.0) for tokens in (1, 64, 512, 2000)]
    assert firsts == sorted(set(firsts))
    assert pebble.predict(64) == load_catalog().model("pebble").predict(64)


def test_pebble_has_no_gpu_figure() -> None:
    assert CATALOG.model("pebble").baseline() is None


def test_pebble_is_described_as_its_checkpoint_is() -> None:
    pebble = CATALOG.model("pebble")
    shape = read_architecture(PEBBLE_FOLDER)
    assert (pebble.parameters, pebble.window) == (shape.parameters, shape.window)


def test_a_baseline_is_the_first_or_the_one_asked_for_or_none() -> None:
    mixtral = CATALOG.model("mixtral-8x7b-32768")
    assert mixtral.baseline() == mixtral.baseline(EIGHT_A100) == mixtral.baselines[0]
    assert mixtral.baseline(dataclasses.replace(EIGHT_A100, users=8)) is None


def test_an_unknown_model_is_told_with_those_there_are() -> None:
    with pytest.raises(UnknownModel, match=r"'gpt-4'; there are llama2-70b-4096, .*, pebble"):
        CATALOG.model("gpt-4")


def test_tokens_are_due_from_the_first_on_at_the_clocks_rate() -> None:
    llama = CATALOG.model("llama2-70b-4096").predict(7)
    assert [llama.due_s(n, 9.9) for n in (0, 1, 51)] == [0.222, 0.222 + 1 / 255, 0.222 + 51 / 255]


def test_a_clock_without_a_first_token_starts_at_once() -> None:
    mixtral = CATALOG.model("mixtral-8x7b-32768").predict(7)
    assert [mixtral.due_s(n, 9.9) for n in (0, 48)] == [0.0, 0.1]


def test_a_clock_without_a_rate_is_due_when_it_was_computed() -> None:
    assert MACHINE_CLOCK.due_s(7, 1.25) == 1.25


def test_a_model_without_a_clock_runs_as_fast_as_this_machine(tmp_path: Path) -> None:
    entry = 'id = "own"\nname = "Own"\nwindow = 64\nparameters = 1'
    path = tmp_path / "catalog.toml"
    path.write_text(f'picked = "own"\n[[model]]\n{entry}\n', encoding="utf-8")
    assert load_catalog(path).model("own").predict(5) is MACHINE_CLOCK
