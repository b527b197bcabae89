"""`compile` as the command line runs it, and what both commands refuse."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from checkpoints import edit_json, write_json
from commands import TINY, WITH_EXPERTS, complained, in_a_process, printed

from lpu_engine.compiler.compile import compile_program
from lpu_engine.compiler.listing import listing
from lpu_engine.compiler.pipeline.listing import pipeline_listing
from lpu_engine.compiler.pipeline.program import PipelineProgram
from lpu_engine.deployment import Deployment, program_for
from lpu_engine.hardware.lpu import DRAIN_CYCLES
from lpu_engine.model.architecture import read_architecture

Run = Callable[..., str]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A shape whose widths are no multiples of 16."""
    path = tmp_path / "tiny" / "config.json"
    path.parent.mkdir()
    write_json(path, TINY)
    return path


@pytest.fixture
def experts(tmp_path: Path) -> Path:
    """A shape with experts, which one chip's exact compiler has not."""
    path = tmp_path / "experts" / "config.json"
    path.parent.mkdir()
    write_json(path, WITH_EXPERTS)
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: printed(capsys, *arguments)


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: complained(capsys, *arguments)


def pipeline(config: Path, chips: int | None = None, window: int | None = None) -> PipelineProgram:
    program = program_for(Deployment(read_architecture(config), chips, window=window))
    assert isinstance(program, PipelineProgram)
    return program


def test_compile_tells_what_the_program_takes(run: Run, config: Path) -> None:
    out = run("compile", "--config", config)
    program = compile_program(read_architecture(config))
    assert out.startswith("tiny: compiled for 1 LPU chip and proven legal\n")
    assert f"{program.placement.weights:,} placed" in out
    assert f"{program.placement.padding:,} places of padding" in out
    assert f"{program.token_cycles(0):,} cycles at position 0" in out
    assert max(map(len, out.splitlines())) <= 120


def test_compile_as_json_has_every_figure(run: Run, config: Path) -> None:
    account = json.loads(run("compile", "--config", config, "--json"))
    program = compile_program(read_architecture(config))
    assert set(account) == {
        "model", "verified", "chips", "clock_hz", "shape", "operations", "weights", "padding",
        "sram", "prompt_rows", "token_cycles", "prompt_cycles", "blocks", "fitted", "trace",
    }  # fmt: skip
    assert (account["model"], account["chips"], account["verified"]) == ("tiny", 1, True)
    assert account["shape"]["width"] == 40
    assert account["weights"] == 2 * (40 * 80 + 40 * 40 + 3 * 40 * 70) + 300 * 40
    assert (account["weights"] + account["padding"]) % (320 * 320) == 0
    assert account["sram"]["used_bytes"] < account["sram"]["bytes"] == 220 * 2**20
    assert account["token_cycles"] == {
        str(position): program.token_cycles(position) for position in (0, 320, 699)
    }
    assert account["prompt_cycles"]["128"] == program.prompt_cycles(128)
    before = program.decode.blocks["before"]
    assert account["blocks"]["decode"]["before"] == {
        "cycles": before.cycles,
        "instructions": len(before.instructions),
    }
    assert (account["fitted"], account["trace"]) == ([], None)


def test_compile_prints_the_listing_alone(run: Run, config: Path) -> None:
    assert run("compile", "--config", config, "--listing") == listing(
        compile_program(read_architecture(config))
    )


def test_a_shorter_context_makes_a_shorter_window(run: Run, config: Path) -> None:
    whole = json.loads(run("compile", "--config", config, "--json"))
    short = json.loads(run("compile", "--config", config, "--context", 100, "--json"))
    assert (whole["shape"]["window"], short["shape"]["window"]) == (700, 100)
    assert short["sram"]["cache_bytes"] < whole["sram"]["cache_bytes"]


@pytest.mark.parametrize(("options", "position"), [((), 128), (("--context", 400), 399)])
def test_compile_writes_a_trace_of_one_token(
    run: Run, config: Path, tmp_path: Path, options: tuple[object, ...], position: int
) -> None:
    path = tmp_path / "out.json"
    out = run("compile", "--config", config, "--trace", path, *options)
    traced = json.loads(path.read_text(encoding="utf-8"))
    events = len(traced["traceEvents"])
    assert f"{path}: {events:,} events of the token at position {position}" in out
    assert traced["otherData"]["position"] == position


def test_compile_of_a_pipeline_tells_chips_stages_and_what_is_fitted(
    run: Run, experts: Path
) -> None:
    out = run("compile", "--config", experts)
    program = pipeline(experts)
    assert out.startswith("experts: compiled for 8 LPU chips and proven legal\n")
    assert "8 in 1 stage of 8" in out
    assert "4 experts of 70, 2 of them for a token" in out
    assert f"{program.token_cycles(0):,} cycles at position 0" in out
    assert re.search(r"^  synchronise \(fitted\) +[\d,]+ +1 +6 ×", out, re.MULTILINE)
    assert re.search(r"^  choose expert \(fitted\) +[\d,]+ +1 +4 ×", out, re.MULTILINE)
    assert "attention 0, experts 0, attention 1, experts 1, logits (1 of 1)" in out
    assert max(map(len, out.splitlines())) <= 120


def test_compile_of_a_pipeline_as_json_has_every_figure(run: Run, experts: Path) -> None:
    account = json.loads(run("compile", "--config", experts, "--chips", 16, "--json"))
    program = pipeline(experts, 16)
    assert set(account) == {
        "model", "verified", "chips", "group", "clock_hz", "shape", "window", "users",
        "most_users", "operations", "weights", "padding", "sram", "prompt_rows", "token_cycles",
        "fitted_cycles", "prompt_cycles", "blocks", "stages", "fitted", "trace",
    }  # fmt: skip
    assert (account["chips"], account["group"], len(account["stages"])) == (16, 8, 2)
    per_layer = 40 * 80 + 40 * 40 + 4 * 40 + 4 * 3 * 40 * 70
    assert account["weights"] == 2 * per_layer + 300 * 40
    assert (account["weights"] + account["padding"]) % (320 * 320 * 8) == 0
    assert account["sram"]["used_bytes"] < account["sram"]["bytes"] == 220 * 2**20
    assert account["token_cycles"]["699"] == program.token_cycles(699)
    synchronise, expert = program.fitted.synchronise, program.fitted.expert
    assert account["fitted_cycles"]["0"] == 6 * synchronise + 4 * expert
    assert account["blocks"]["decode"]["synchronise"]["cycles"] == synchronise
    assert len(account["fitted"]) == 2
    cycles = sum(stage["cycles"] for stage in account["stages"]) + DRAIN_CYCLES
    assert cycles == account["token_cycles"]["0"]


def test_compile_prints_the_listing_of_a_pipeline(run: Run, experts: Path) -> None:
    out = run("compile", "--config", experts, "--listing")
    assert out == pipeline_listing(pipeline(experts))


def test_compile_writes_a_trace_of_a_pipeline(run: Run, experts: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    run("compile", "--config", experts, "--trace", path, "--context", 400)
    traced = json.loads(path.read_text(encoding="utf-8"))
    assert traced["otherData"]["position"] == 399
    assert traced["otherData"]["cycles"] == pipeline(experts, window=400).token_cycles(399)


def test_a_long_pipeline_shows_its_first_and_last_stages(run: Run) -> None:
    out = run("compile", "--model", "llama2-70b-4096")
    assert "60 more: --listing tells all" in out
    assert "\n71 " in out
    assert max(map(len, out.splitlines())) <= 120


@pytest.mark.parametrize("command", ["compile", "predict"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"architectures": ["GPT2LMHeadModel"]}, "GPT2LMHeadModel is not supported"),
        ({"num_hidden_layers": 0}, "num_hidden_layers in config.json should be"),
        ({"hidden_size": 42}, "hidden_size 42 is not a multiple of num_attention_heads 4"),
        ({"num_key_value_heads": 3}, "4 is not a multiple of num_key_value_heads 3: correct"),
        ({"head_dim": 512}, "choose a model with smaller heads"),
        ({"architectures": ["MixtralForCausalLM"], "num_local_experts": 999}, "more than the 320"),
        ({"vocab_size": 2**40}, "vocab_size in config.json should be"),
        ({"hidden_size": 2**24, "num_hidden_layers": 9_999}, "cannot be true: correct its sizes"),
        ({"max_position_embeddings": 4_000_000}, r"Give a context of at most [\d,]+ tokens"),
    ],
)
def test_a_shape_that_cannot_be_compiled_is_one_line(
    refused: Run, config: Path, command: str, change: dict[str, object], said: str
) -> None:
    edit_json(config, **change)
    assert re.search(said, refused(command, "--config", config))


@pytest.mark.parametrize("command", ["compile", "predict"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "one of the arguments --model --config is required"),
        (["--model", "pebble", "--config", "x.json"], "not allowed with argument"),
        (["--model", "gpt-4"], "there are llama2-70b-4096"),
        (["--config", "no/such/config.json"], "cannot be read (No such file or directory): give"),
        (["--config", "lpu_engine"], "lpu_engine/config.json cannot be read"),
        (["--config", "README.md"], "README.md is not JSON"),
        (["--model", "pebble", "--context", "2049"], "window of 2,048 tokens: give at most 2,048"),
        (["--model", "pebble", "--context", "0"], "0 should be a whole number from 1 on"),
        (["--model", "pebble", "--context", "many"], "many should be a whole number from 1 on"),
        (["--model", "pebble", "--context", "9" * 5000], "should be a whole number from 1 on"),
        (["--model", "pebble", "--chips", "0"], "--chips: 0 should be a whole number from 1 on"),
        (["--model", "pebble", "--chips", "-8"], "--chips: -8 should be a whole number from 1 on"),
        (["--model", "pebble", "--group", "x"], "--group: x should be a whole number from 1 on"),
        (["--model", "pebble", "--users", "1.5"], "--users: 1.5 should be a whole number"),
        (["--model", "pebble", "--chips", "3"], "a group of 3"),
        (["--model", "pebble", "--chips", "100"], "100 chips are not whole groups of 8"),
        (["--model", "pebble", "--group", "9"], "A group has 1 to 8 chips"),
        (["--model", "pebble", "--users", "999999999"], "fewer users"),
        (["--model", "pebble", "--chips", "8" + 17 * "0"], "can be cut into"),
        (["--model", "mixtral-8x7b-32768", "--chips", "1"], "a group of 1"),
        (["--model", "llama2-70b-4096", "--chips", "80"], "80 chips are too few"),
        (["--model", "llama2-70b-4096", "--chips", "80"], "Give at least"),
    ],
)
def test_arguments_that_cannot_be_are_one_line(
    refused: Run,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(project)
    assert said in refused(command, *arguments)


@pytest.mark.parametrize("file", ["no/such/folder/out.json", "."])
def test_a_trace_that_cannot_be_written_is_one_line(
    refused: Run, config: Path, tmp_path: Path, file: str
) -> None:
    said = refused("compile", "--config", config, "--trace", tmp_path / file)
    assert "cannot be written" in said
    assert "give a file in a folder that exists" in said


def test_a_listing_is_not_json(refused: Run, config: Path) -> None:
    assert "not allowed with" in refused("compile", "--config", config, "--listing", "--json")


@pytest.mark.parametrize("model", ["pebble", "llama3-8b-8192"])
@pytest.mark.parametrize("command", ["compile", "predict"])
def test_neither_command_in_a_process(project: Path, command: str, model: str) -> None:
    _, loads_numba = in_a_process(project, command, "--model", model)
    assert not loads_numba
