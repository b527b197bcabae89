"""A small model drafts, a large one checks: the rate under a given acceptance."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from checkpoints import write_json
from commands import TINY, complained, printed

from lpu_engine.clock import RATE_TOKENS
from lpu_engine.commands.speculation import Round, best_round, check_cycles, round_of
from lpu_engine.deployment import AnyProgram, Deployment, program_for
from lpu_engine.hardware.lpu import CLOCK_HZ, DRAIN_CYCLES, LANES, SYSTEM_WATTS
from lpu_engine.model.architecture import architecture_from_config

LLAMAS = ("--model", "llama2-70b-4096", "--draft", "llama2-7b-2048")

Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: printed(capsys, *arguments)


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: complained(capsys, *arguments)


@pytest.fixture(scope="module")
def chip() -> AnyProgram:
    return program_for(Deployment(architecture_from_config(TINY)))


@pytest.fixture(scope="module")
def stages() -> AnyProgram:
    return program_for(Deployment(architecture_from_config(TINY), 16))


def test_a_round_gives_as_many_tokens_as_a_geometric_series() -> None:
    for drafted, acceptance in ((1, 0.5), (4, 0.8), (8, 0.99)):
        found = Round(drafted, acceptance, 1000, 2000)
        assert found.tokens == pytest.approx(sum(acceptance**n for n in range(drafted + 1)))
        assert found.tokens_per_s == pytest.approx(CLOCK_HZ * found.tokens / 3000)


def test_without_any_acceptance_each_round_gives_one_token() -> None:
    assert Round(5, 0.0, 1, 1).tokens == 1


def test_a_check_of_one_chunk_is_a_chunk_of_a_prompt_with_the_logits_of_each_row(
    chip: AnyProgram, stages: AnyProgram
) -> None:
    for program in (chip, stages):
        rows = program.prompt.rows
        one = program.prompt_cycles(1)
        head = check_cycles(program, 0, 2) - check_cycles(program, 0, 1)
        assert check_cycles(program, 0, 1) == one
        assert check_cycles(program, 0, rows) == program.prompt_cycles(rows) + (rows - 1) * head
        assert DRAIN_CYCLES < head < one


def test_a_check_over_the_end_of_a_tile_takes_two_chunks(
    chip: AnyProgram, stages: AnyProgram
) -> None:
    for program in (chip, stages):
        within, over = (check_cycles(program, LANES - back, 4) for back in (4, 2))
        assert over > within


def test_drafts_are_decoded_one_after_the_other_at_their_positions(chip: AnyProgram) -> None:
    found = round_of(chip, chip, 0.5, 3, [318])
    assert found.draft_cycles == sum(chip.token_cycles(at) for at in (318, 319, 320))
    assert found.check_cycles == check_cycles(chip, 318, 4)


def test_the_best_round_is_no_slower_than_any_other(chip: AnyProgram, stages: AnyProgram) -> None:
    starts = dict.fromkeys(range(1, 9), (100,))
    best = best_round(stages, chip, 0.8, starts)
    rates = [round_of(stages, chip, 0.8, drafted, (100,)).tokens_per_s for drafted in starts]
    assert best.tokens_per_s == max(rates)


def test_predict_with_a_draft_tells_both_and_what_was_given(run: Run) -> None:
    plain = json.loads(run("predict", *LLAMAS[:2], "--json"))
    asked = (*LLAMAS, "--acceptance", 0.8, "--draft-tokens", 3, "--json")
    forecast = json.loads(run("predict", *asked))
    found = forecast["speculation"]
    assert (found["draft"], found["draft_tokens"]) == ("llama2-7b-2048", 3)
    assert found["acceptance"] == 0.8
    assert found["tokens_per_round"] == pytest.approx(1 + 0.8 + 0.8**2 + 0.8**3)
    assert found["tokens_per_s_without"] == plain["tokens_per_s"]
    cycles = (found["draft_cycles"] + found["check_cycles"]) / found["tokens_per_round"]
    assert forecast["cycles_per_token"] == pytest.approx(cycles)
    assert forecast["tokens_per_s"] == pytest.approx(CLOCK_HZ / cycles)
    assert forecast["first_principles_tokens_per_s"] > forecast["tokens_per_s"]
    chips = forecast["chips"] + found["draft_chips"]
    assert forecast["joules_per_token"] == pytest.approx(chips * SYSTEM_WATTS * cycles / CLOCK_HZ)
    assert forecast["ttft_s"] == plain["ttft_s"]
    assert forecast["fitted"] == plain["fitted"]


def test_more_acceptance_is_faster(run: Run) -> None:
    rates = [
        json.loads(run("predict", *LLAMAS, "--acceptance", a, "--json"))["tokens_per_s"]
        for a in (0, 0.5, 0.9)
    ]
    assert rates == sorted(rates)
    assert rates[0] < rates[-1]


def test_a_draft_may_fill_a_context(run: Run) -> None:
    asked = (*LLAMAS, "--acceptance", 0.5, "--context", 4096, "--json")
    assert json.loads(run("predict", *asked))["context"] == 4096


def test_in_words_the_acceptance_is_given_not_computed(run: Run) -> None:
    out = run("predict", *LLAMAS, "--acceptance", 0.8, "--draft-tokens", 2)
    assert "if each draft is accepted with 0.8: given, not computed" in out
    assert "2 drafts by llama2-7b-2048 on" in out
    assert "without the draft" in out
    assert max(map(len, out.splitlines())) <= 120


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*LLAMAS[:3], "nobody", "--acceptance", 0.5), "There is no model 'nobody'"),
        ((*LLAMAS[:3], "pebble", "--acceptance", 0.5), "a draft must be of the same tokens"),
        (LLAMAS, "give --acceptance"),
        ((*LLAMAS[:2], "--acceptance", 0.5), "--acceptance needs a model that drafts"),
        ((*LLAMAS[:2], "--draft-tokens", 5), "--draft-tokens needs a model that drafts"),
        ((*LLAMAS, "--acceptance", 1), "1 should be a number from 0 to below 1"),
        ((*LLAMAS, "--acceptance", -0.1), "-0.1 should be a number from 0 to below 1"),
        ((*LLAMAS, "--acceptance", "nan"), "nan should be a number from 0 to below 1"),
        ((*LLAMAS, "--acceptance", "much"), "much should be a number from 0 to below 1"),
        ((*LLAMAS, "--acceptance", 0.5, "--draft-tokens", 0), "from 1 on"),
        ((*LLAMAS, "--acceptance", 0.5, "--draft-tokens", 4000), "does not fit"),
        ((*LLAMAS, "--acceptance", 0.5, "--context", 1), "does not fit"),
        ((*LLAMAS, "--acceptance", 0.5, "--users", 2), "leave out --users"),
    ],
)
def test_a_draft_that_cannot_be_is_one_line(
    refused: Run, arguments: tuple[object, ...], said: str
) -> None:
    assert said in refused("predict", *arguments)


def test_a_draft_with_a_shorter_window_is_one_line(refused: Run, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    write_json(path, {**TINY, "vocab_size": 4096, "max_position_embeddings": 9000})
    asked = ("--config", path, "--draft", "pebble", "--acceptance", 0.5)
    said = refused("predict", *asked, "--prompt", 4000)
    assert "pebble has a window of 2,048 tokens" in said
    assert RATE_TOKENS < 2048
