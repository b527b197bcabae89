"""The catalog's figures, each with its mark and source, and when a clock says a token is due."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, chain
from pathlib import Path

import pytest

import lpu_engine
from lpu_engine import (
    PREVIEW_PROMPT_TOKENS,
    USUAL_GPUS,
    BadSystem,
    GpuSystem,
    UnknownModel,
    Work,
    load_catalog,
)
from lpu_engine.catalog import MACHINE_CLOCK, ProgramClock
from lpu_engine.compiler.compile import compile_program
from lpu_engine.model.architecture import read_architecture

CATALOG = load_catalog()
PEBBLE_FOLDER = Path(lpu_engine.__file__).parent / "models" / "pebble"


IDS = [
    "llama2-70b-4096",
    "mixtral-8x7b-32768",
    "llama2-7b-2048",
    "llama2-13b-4096",
    "gemma-7b-it",
    "llama3-8b-8192",
    "llama3-70b-8192",
    "llama-3.1-405b",
    "llama-3.3-70b-versatile",
    "deepseek-r1-distill-llama-70b",
    "qwen-2.5-32b",
    "pebble",
]


def test_the_picker_has_every_model_of_the_contract_and_begins_at_mixtral() -> None:
    assert [model.id for model in CATALOG.models] == IDS
    assert CATALOG.picked == "mixtral-8x7b-32768"


@pytest.mark.parametrize(
    ("model_id", "tokens_per_s", "ttft_s"),
    [("mixtral-8x7b-32768", 480.0, None), ("llama2-70b-4096", 255.0, 0.222)],
)
def test_the_published_figures_stand_with_their_sources_beside_the_clock(
    model_id: str, tokens_per_s: float, ttft_s: float | None
) -> None:
    published = CATALOG.model(model_id).published
    assert published is not None
    assert (published.kind, published.tokens_per_s) == ("published", tokens_per_s)
    assert (published.ttft_s, published.chips, published.cycles) == (ttft_s, 576, None)
    assert len(published.source) > 40


@pytest.mark.parametrize(("model_id", "published"), [(IDS[0], 255.0), (IDS[1], 480.0)])
def test_the_two_models_that_were_fitted_are_within_three_percent_on_the_published_chips(
    model_id: str, published: float
) -> None:
    clock = CATALOG.model(model_id).predict(PREVIEW_PROMPT_TOKENS)
    assert clock.chips == 576
    assert clock.tokens_per_s == pytest.approx(published, rel=0.03)


@pytest.mark.parametrize("model_id", IDS)
def test_every_clock_is_simulated_and_its_source_says_what_was_fitted(model_id: str) -> None:
    model = CATALOG.model(model_id)
    clock = model.predict(min(PREVIEW_PROMPT_TOKENS, model.window - 1))
    assert clock.kind == "simulated"
    assert clock.cycles is not None
    assert clock.ttft_s == clock.cycles.seconds(0) > 0
    has_experts = model_id == "mixtral-8x7b-32768"
    assert ("fitted: the time of a synchronisation" in clock.source) == (model_id != "pebble")
    assert ("the time of an active expert" in clock.source) == has_experts


@pytest.mark.parametrize("model_id", IDS)
def test_a_model_is_described_as_its_config_says(model_id: str) -> None:
    model = CATALOG.model(model_id)
    assert isinstance(model.clock, ProgramClock)
    shape = read_architecture(model.clock.config)
    assert model.parameters == shape.parameters
    assert model.window <= shape.window


def test_programs_asked_for_by_many_threads_at_once_are_compiled_once() -> None:
    clock = CATALOG.model("gemma-7b-it").clock
    assert isinstance(clock, ProgramClock)
    with ThreadPoolExecutor(8) as pool:
        programs = list(pool.map(lambda _: clock.program(), range(8)))
    assert all(program is programs[0] for program in programs)


def test_pebbles_clock_is_one_chips_and_read_from_its_cycles() -> None:
    clock = CATALOG.model("pebble").predict(300)
    assert (clock.kind, clock.chips) == ("simulated", 1)
    assert clock.cycles is not None
    assert clock.cycles.clock_hz == 900_000_000
    assert clock.ttft_s == clock.cycles.until(0) / 900e6
    assert clock.tokens_per_s == clock.cycles.tokens_per_s
    assert "one LPU chip at 900 MHz, " in clock.source
    assert "first principles" in clock.source
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


@pytest.mark.parametrize("model_id", IDS)
def test_every_model_runs_on_the_usual_gpus_and_says_what_its_figure_comes_from(
    model_id: str,
) -> None:
    found = CATALOG.model(model_id).on_gpus()
    assert dataclasses.replace(found.system, precision="bf16") == USUAL_GPUS
    assert found.tokens_per_s == pytest.approx(1 / sum(part.seconds for part in found.parts))
    assert "gpt-fast" in found.source
    assert ("Mixtral" in found.source) == (model_id == "mixtral-8x7b-32768")


def test_only_a_model_that_the_usual_gpus_cannot_hold_in_two_bytes_a_weight_takes_one() -> None:
    usual = {model.id: model.on_gpus().system.precision for model in CATALOG.models}
    assert {model_id for model_id, precision in usual.items() if precision == "fp8"} == {
        "llama-3.1-405b"
    }
    with pytest.raises(BadSystem, match="each GPU must hold"):
        CATALOG.model("llama-3.1-405b").on_gpus(USUAL_GPUS)


def test_gpus_that_are_asked_for_are_those_that_answer() -> None:
    mixtral = CATALOG.model("mixtral-8x7b-32768")
    system, work = GpuSystem("a100-sxm", 4, "int8", 8), Work(100, 20)
    found = mixtral.on_gpus(system, work)
    assert (found.system, found.work, found.name) == (system, work, "4 × A100 · int8")
    assert mixtral.on_gpus(USUAL_GPUS) == mixtral.on_gpus()


def test_a_model_without_a_shape_has_no_gpu_figure() -> None:
    own = dataclasses.replace(CATALOG.models[0], clock=MACHINE_CLOCK)
    with pytest.raises(BadSystem, match="has no shape"):
        own.on_gpus()


def test_an_unknown_model_is_told_with_those_there_are() -> None:
    with pytest.raises(UnknownModel, match=r"'gpt-4'; there are llama2-70b-4096, .*, pebble"):
        CATALOG.model("gpt-4")


def test_tokens_of_a_published_rate_are_due_from_the_first_on() -> None:
    llama = CATALOG.model("llama2-70b-4096").published
    assert llama is not None
    assert [llama.due_s(n, 9.9) for n in (0, 1, 51)] == [0.222, 0.222 + 1 / 255, 0.222 + 51 / 255]


def test_a_rate_without_a_first_token_starts_at_once() -> None:
    mixtral = CATALOG.model("mixtral-8x7b-32768").published
    assert mixtral is not None
    assert [mixtral.due_s(n, 9.9) for n in (0, 48)] == [0.0, 0.1]


def test_a_clock_without_a_rate_is_due_when_it_was_computed() -> None:
    assert MACHINE_CLOCK.due_s(7, 1.25) == 1.25


def test_a_model_without_a_clock_runs_as_fast_as_this_machine(tmp_path: Path) -> None:
    entry = 'id = "own"\nname = "Own"\nwindow = 64\nparameters = 1'
    path = tmp_path / "catalog.toml"
    path.write_text(f'picked = "own"\n[[model]]\n{entry}\n', encoding="utf-8")
    assert load_catalog(path).model("own").predict(5) is MACHINE_CLOCK
