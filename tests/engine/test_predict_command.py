"""`predict` as the command line runs it: one chip, many chips, many users."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from checkpoints import edit_json, write_json
from commands import TINY, complained, printed

from lpu_engine import load_catalog
from lpu_engine.compiler.compile import compile_program
from lpu_engine.compiler.pipeline.program import PipelineProgram
from lpu_engine.deployment import Deployment, program_for
from lpu_engine.hardware.lpu import ACTIVE_WATTS, CLOCK_HZ, SYSTEM_WATTS
from lpu_engine.model.architecture import read_architecture

PEBBLE = Path(__file__).parents[2] / "lpu_engine" / "models" / "pebble"

Run = Callable[..., str]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A shape whose widths are no multiples of 16."""
    path = tmp_path / "tiny" / "config.json"
    path.parent.mkdir()
    write_json(path, TINY)
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: printed(capsys, *arguments)


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: complained(capsys, *arguments)


def pipeline(config: Path, **asked: int) -> PipelineProgram:
    program = program_for(Deployment(read_architecture(config), **asked))
    assert isinstance(program, PipelineProgram)
    return program


def test_predict_gives_the_fields_of_the_contract(run: Run) -> None:
    forecast = json.loads(run("predict", "--model", "pebble", "--json"))
    clock = load_catalog().model("pebble").predict(128)
    assert forecast["tokens_per_s"] == clock.tokens_per_s
    assert forecast["ttft_s"] == clock.ttft_s
    assert forecast["chips"] == clock.chips == 1
    seconds = forecast["cycles_per_token"] / 900e6
    assert forecast["tokens_per_s"] == pytest.approx(1 / seconds, rel=1e-12)
    assert forecast["joules_per_token"] == pytest.approx(ACTIVE_WATTS * seconds, rel=1e-12)
    assert forecast["fitted"] == []


def test_predict_follows_the_length_of_the_prompt(run: Run) -> None:
    forecast = json.loads(run("predict", "--model", "pebble", "--prompt", 250, "--json"))
    program = compile_program(read_architecture(PEBBLE))
    cycles = sum(program.token_cycles(250 + i) for i in range(128))
    assert forecast["cycles_per_token"] == cycles / 128
    assert forecast["prompt_cycles"] == program.prompt_cycles(250)
    assert forecast["ttft_s"] == program.prompt_cycles(250) / 900e6


@pytest.mark.parametrize("context", [1, 320, 321, 2048])
def test_predict_at_a_context_is_the_token_that_fills_it(run: Run, context: int) -> None:
    forecast = json.loads(run("predict", "--model", "pebble", "--context", context, "--json"))
    program = compile_program(read_architecture(PEBBLE))
    assert forecast["cycles_per_token"] == program.token_cycles(context - 1)
    assert (forecast["context"], forecast["window"]) == (context, 2048)


def test_predict_in_words_tells_cycles_and_energy(run: Run, config: Path) -> None:
    mean, first, energy = run("predict", "--config", config.parent).splitlines()[1:]
    assert re.search(r"[\d,]+\.\d tokens/s +[\d,]+ cycles a token, the mean of 128", mean)
    assert re.search(r"[\d,]+\.\d{3} ms +to the first token of a prompt of 128, [\d,]+", first)
    assert "mJ a token  at 185 W" in energy


def test_a_context_that_fits_is_predicted_where_the_whole_window_does_not(
    run: Run, refused: Run, config: Path
) -> None:
    edit_json(config, max_position_embeddings=4_000_000)
    assert "Give a context of at most" in refused("predict", "--config", config)
    forecast = json.loads(run("predict", "--config", config, "--context", 300, "--json"))
    assert (forecast["window"], forecast["prompt_tokens"]) == (300, 128)


@pytest.mark.parametrize("model", ["llama2-70b-4096", "mixtral-8x7b-32768"])
def test_predict_of_a_model_on_many_chips_is_its_clock(run: Run, model: str) -> None:
    forecast = json.loads(run("predict", "--model", model, "--json"))
    clock = load_catalog().model(model).predict(128)
    assert forecast["tokens_per_s"] == clock.tokens_per_s
    assert forecast["ttft_s"] == clock.ttft_s
    assert (forecast["chips"], forecast["group"], forecast["stages"]) == (576, 8, 72)
    assert (forecast["users"], forecast["speculation"]) == (1, None)
    assert forecast["most_users"] >= 1
    seconds = forecast["cycles_per_token"] / CLOCK_HZ
    assert forecast["joules_per_token"] == pytest.approx(576 * SYSTEM_WATTS * seconds)


def test_what_is_fitted_is_told_with_its_share_and_to_what(run: Run) -> None:
    dense, experts = (
        json.loads(run("predict", "--model", model, "--json"))
        for model in ("llama2-70b-4096", "mixtral-8x7b-32768")
    )
    assert ["Llama 2 70B" in told for told in dense["fitted"]] == [True]
    assert ["Mixtral" in told for told in experts["fitted"]] == [False, True]
    for forecast in (dense, experts):
        bare = forecast["first_principles_tokens_per_s"]
        assert forecast["tokens_per_s"] < bare
        rest = 1 - forecast["fitted_share"]
        assert bare * rest == pytest.approx(forecast["tokens_per_s"])


def test_a_group_of_one_chip_does_not_synchronise(run: Run, config: Path) -> None:
    write_json(config, {**TINY, "architectures": ["Qwen2ForCausalLM"]})
    alone = json.loads(run("predict", "--config", config, "--chips", 1, "--group", 1, "--json"))
    assert (alone["chips"], alone["group"], alone["stages"]) == (1, 1, 1)
    assert (alone["fitted"], alone["fitted_share"]) == ([], 0)
    assert alone["tokens_per_s"] == alone["first_principles_tokens_per_s"]


def test_without_a_number_the_fewest_chips_are_taken(run: Run, refused: Run, config: Path) -> None:
    sizes = {"hidden_size": 4096, "num_attention_heads": 32, "intermediate_size": 14336}
    edit_json(config, num_hidden_layers=8, **sizes)
    least = json.loads(run("predict", "--config", config, "--json"))["chips"]
    assert least > 8
    said = refused("predict", "--config", config, "--chips", least - 8)
    assert f"{least - 8} chips are too few" in said
    assert f"Give at least {least} chips" in said


def test_a_context_is_room_for_so_many_tokens_and_no_more(run: Run, config: Path) -> None:
    for context in (1, 320, 700):
        asked = ("--config", config, "--chips", 8, "--context", context, "--json")
        forecast = json.loads(run("predict", *asked))
        program = pipeline(config, chips=8, window=context)
        assert forecast["window"] == forecast["context"] == context
        assert forecast["cycles_per_token"] == program.token_cycles(context - 1)


def test_users_slow_each_other_down_only_where_the_slowest_stage_is_full(
    run: Run, config: Path
) -> None:
    program = pipeline(config, chips=16, users=9)
    alone, beat = program.token_cycles(128), program.beat_cycles(128)
    for users in (1, 2, 9):
        asked = ("--config", config, "--chips", 16, "--context", 129, "--users", users)
        forecast = json.loads(run("predict", *asked, "--json"))
        short = pipeline(config, chips=16, users=users, window=129)
        assert (short.token_cycles(128), short.beat_cycles(128)) == (alone, beat)
        cycles = max(alone, users * beat)
        assert forecast["cycles_per_token"] == cycles
        joules = 16 * SYSTEM_WATTS * cycles / CLOCK_HZ / users
        assert forecast["joules_per_token"] == pytest.approx(joules)
    assert 9 * beat > alone


def test_predict_in_words_tells_what_is_fitted_and_who_pays(run: Run) -> None:
    out = run("predict", "--model", "mixtral-8x7b-32768")
    head, mean, bare, first, energy, *fitted = out.splitlines()
    assert head.startswith("mixtral-8x7b-32768 on 576 LPU chips, 72 stages of 8, with room for")
    assert head.endswith("simulated")
    assert re.search(r"tokens/s +[\d,.]+ cycles a token, the mean of 128 after the prompt", mean)
    assert re.search(r"from first principles alone: [\d.]+% of a token's time is fitted", bare)
    assert "ms          to the first token of a prompt of 128" in first
    assert "J a token   at 388 W a chip, provisioned: one user pays for all chips" in energy
    assert len(fitted) == 2
    assert max(map(len, out.splitlines())) <= 120


@pytest.mark.parametrize(
    ("prompt", "said"),
    [(2048, "leaves no room for an answer in a window of 2,048"), (2049, "--prompt 2,049 is more")],
)
def test_a_prompt_beyond_the_window_is_one_line(refused: Run, prompt: int, said: str) -> None:
    assert said in refused("predict", "--model", "pebble", "--prompt", prompt)


def test_a_window_without_room_for_an_answer_is_one_line(refused: Run, config: Path) -> None:
    edit_json(config, max_position_embeddings=1)
    assert "a config with a larger window" in refused("predict", "--config", config)


def test_a_prompt_longer_than_the_context_is_one_line(refused: Run) -> None:
    said = refused("predict", "--model", "pebble", "--context", 100, "--prompt", 101)
    assert "--prompt 101 is more than --context 100" in said
