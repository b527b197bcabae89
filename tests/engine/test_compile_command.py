"""`compile` and `predict` as the command line runs them, mostly within this process."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from checkpoints import edit_json, write_json

from lpu_engine import load_catalog
from lpu_engine.__main__ import main
from lpu_engine.compiler.compile import compile_program
from lpu_engine.compiler.listing import listing
from lpu_engine.hardware.lpu import ACTIVE_WATTS
from lpu_engine.model.architecture import read_architecture

PEBBLE = Path(__file__).parents[2] / "lpu_engine" / "models" / "pebble"
TINY = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 40,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 70,
    "vocab_size": 300,
    "max_position_embeddings": 700,
}
FAILS = 2

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
    """What a command prints when all goes well."""

    def ran(*arguments: object) -> str:
        assert main([*map(str, arguments)]) == 0, capsys.readouterr().err
        done = capsys.readouterr()
        assert done.err == ""
        return done.out

    return ran


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Run:
    """The one line of a command that fails."""

    def ran(*arguments: object) -> str:
        assert main([*map(str, arguments)]) == FAILS
        done = capsys.readouterr()
        assert done.out == ""
        assert done.err.count("\n") == 1, done.err
        return done.err

    return ran


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
    assert "one chip has" in refused("predict", "--config", config)
    forecast = json.loads(run("predict", "--config", config, "--context", 300, "--json"))
    assert (forecast["window"], forecast["prompt_tokens"]) == (300, 128)


@pytest.mark.parametrize("command", ["compile", "predict"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"architectures": ["GPT2LMHeadModel"]}, "GPT2LMHeadModel is not supported"),
        ({"num_hidden_layers": 0}, "num_hidden_layers in config.json should be"),
        ({"hidden_size": 42}, "hidden_size 42 is not a multiple of num_attention_heads 4"),
        ({"num_key_value_heads": 3}, "4 is not a multiple of num_key_value_heads 3: correct"),
        ({"head_dim": 512}, "choose a model with smaller heads"),
        ({"vocab_size": 2**40}, "vocab_size in config.json should be"),
        ({"hidden_size": 2**24, "num_hidden_layers": 9_999}, "cannot be true: correct its sizes"),
        ({"intermediate_size": 600_000}, r"one chip has .* need \d+ chips"),
        ({"max_position_embeddings": 4_000_000}, r"one chip has .* need \d+ chips"),
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
        (["--model", "mixtral-8x7b-32768"], "choose --model pebble, or give a shape with --config"),
        (["--config", "no/such/config.json"], "cannot be read (No such file or directory): give"),
        (["--config", "lpu_engine"], "lpu_engine/config.json cannot be read"),
        (["--config", "README.md"], "README.md is not JSON"),
        (["--model", "pebble", "--context", "2049"], "window of 2,048 tokens: give at most 2,048"),
        (["--model", "pebble", "--context", "0"], "0 should be a whole number from 1 on"),
        (["--model", "pebble", "--context", "many"], "many should be a whole number from 1 on"),
        (["--model", "pebble", "--context", "9" * 5000], "should be a whole number from 1 on"),
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


@pytest.mark.parametrize(
    ("prompt", "said"),
    [(2048, "leaves no room for an answer in a window of 2,048"), (2049, "--prompt 2,049 is more")],
)
def test_a_prompt_beyond_the_window_is_one_line(refused: Run, prompt: int, said: str) -> None:
    assert said in refused("predict", "--model", "pebble", "--prompt", prompt)


def test_a_window_without_room_for_an_answer_is_one_line(refused: Run, config: Path) -> None:
    edit_json(config, max_position_embeddings=1)
    assert "a config with a larger window" in refused("predict", "--config", config)


@pytest.mark.parametrize("file", ["no/such/folder/out.json", "."])
def test_a_trace_that_cannot_be_written_is_one_line(
    refused: Run, config: Path, tmp_path: Path, file: str
) -> None:
    said = refused("compile", "--config", config, "--trace", tmp_path / file)
    assert "cannot be written" in said
    assert "give a file in a folder that exists" in said


def test_a_listing_is_not_json(refused: Run, config: Path) -> None:
    assert "not allowed with" in refused("compile", "--config", config, "--listing", "--json")


@pytest.mark.parametrize("command", ["compile", "predict"])
def test_neither_command_loads_numba(project: Path, command: str) -> None:
    script = (
        "import contextlib, runpy, sys\n"
        f"sys.argv[1:] = ['{command}', '--model', 'pebble']\n"
        "with contextlib.suppress(SystemExit):\n"
        "    runpy.run_module('lpu_engine', run_name='__main__')\n"
        "sys.exit('numba' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "pebble" in done.stdout
