"""The command line as a person or a script meets it: real processes, a few."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from checkpoints import edit_json, write_checkpoint
from commands import complained, in_a_process, printed

from lpu_engine import load_catalog

COMMAND = [sys.executable, "-m", "lpu_engine"]
FAILS = 2


def run(project: Path, *arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=project,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"} | environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def started(project: Path, words: Path) -> subprocess.Popen[bytes]:
    """An answer of many seconds, after its first byte."""
    process = subprocess.Popen(
        [*COMMAND, "generate", "Hello", "--words", str(words), "--max-tokens", "30000"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.read(1)
    return process


def fails_with_one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == FAILS
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Words without an end, in a window of 32,768."""
    folder = write_checkpoint(tmp_path_factory.mktemp("words") / "endless", window=32_768)
    edit_json(folder / "config.json", eos_token_id=None)
    edit_json(folder / "tokenizer_config.json", eos_token=None)
    return folder


def test_without_arguments_there_is_a_short_help(project: Path) -> None:
    done = run(project)
    assert (done.returncode, done.stderr) == (0, "")
    assert "generate" in done.stdout
    assert "models" in done.stdout
    assert len(done.stdout.splitlines()) < 20


@pytest.fixture(scope="module")
def listing(project: Path) -> tuple[str, bool]:
    """All models, as text, and whether numba was loaded: all of their programs are compiled."""
    return in_a_process(project, "models")


@pytest.fixture(scope="module")
def listed(listing: tuple[str, bool]) -> str:
    return listing[0]


def test_models_are_a_table_with_marks_and_dashes_for_what_is_not_published(listed: str) -> None:
    models = load_catalog().models
    head, *rows = listed.splitlines()[: 1 + len(models)]
    assert head.split() == [
        "id", "name", "tokens/s", "mark", "TTFT", "chips", "window", "published"
    ]  # fmt: skip
    for model, row in zip(models, rows, strict=True):
        rate, mark, ttft, unit, chips, window, published = row.split()[-7:]
        clock = model.predict(128)
        assert (mark, rate) == ("simulated", f"{clock.tokens_per_s:,.1f}")
        assert (unit, float(ttft)) == ("ms", pytest.approx((clock.ttft_s or 0) * 1e3, abs=1e-3))
        assert (chips, window) == (f"{clock.chips:,}", f"{model.window:,}")
        assert published == (f"{model.published.tokens_per_s}" if model.published else "–")
    assert len({len(line) for line in (head, *rows)}) == 1
    assert max(map(len, listed.splitlines())) <= 120


def test_models_tell_cycles_and_sources(listed: str) -> None:
    assert re.search(r"Pebble: [\d,]+ cycles to the first token, then [\d,]+ for the next", listed)
    told = " ".join(listed.split())
    assert "Pebble: simulated: counted from a verified program for one LPU chip" in told
    assert "Llama 2 70B: published: LLMPerf" in told


def test_models_as_json_carry_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(printed(capsys, "models", "--json"))
    models = {model["id"]: model for model in listed["models"]}
    assert listed["prompt_tokens"] == 128
    assert list(models) == [model.id for model in load_catalog().models]
    pebble, llama = models["pebble"], models["llama2-70b-4096"]
    cycles = pebble["prediction"]["cycles"]
    assert cycles["clock_hz"] == 900_000_000
    assert pebble["prediction"]["ttft_s"] == cycles["prompt"] / 900e6
    assert (pebble["prediction"]["chips"], pebble["published"]) == (1, None)
    (gpus,) = llama["baselines"]
    assert (gpus["name"], gpus["kind"]) == ("8 × H100", "simulated")
    assert gpus["system"] == {"gpu": "h100-sxm", "count": 8, "precision": "bf16", "users": 1}
    assert llama["published"]["tokens_per_s"] == 255.0
    assert {model["prediction"]["kind"] for model in models.values()} == {"simulated"}


def test_listing_models_does_not_load_numba(listing: tuple[str, bool]) -> None:
    assert not listing[1]


def test_generate_streams_text_and_tells_the_rates_with_their_marks(
    project: Path, words: Path
) -> None:
    options = ("--words", words, "--seed", 4, "--max-tokens", 20)
    done = run(project, "generate", "Hello", "--model", "llama2-70b-4096", *options)
    assert done.returncode == 0
    told, clock, predicted, counted = done.stderr.splitlines()
    assert told.startswith("tiny wrote ")
    assert "tokens/s (measured here)" in told
    assert re.match(
        r"Llama 2 70B's clock: [\d.]+ tokens/s, TTFT [\d.]+ ms, chips 576 \(simulated: counted",
        clock,
    )
    assert predicted.startswith("Predicted: ")
    assert counted.startswith("Clock: ")
    as_json = run(project, "generate", "Hello", "--model", "pebble", "--json", *options)
    assert as_json.stderr == ""
    account = json.loads(as_json.stdout)
    assert account["text"] + "\n" == done.stdout
    assert set(account) == {
        "text", "model", "words", "prediction", "usage", "measured", "reason"
    }  # fmt: skip
    assert (account["model"], account["words"]["name"]) == ("pebble", "tiny")
    assert account["prediction"]["kind"] == "simulated"
    used, count = account["usage"]["cycles"], account["usage"]["completion_tokens"]
    assert used["prompt"] == account["prediction"]["cycles"]["prompt"]
    assert used["completion"] == (count - 1) * account["prediction"]["cycles"]["steps"][0][1]
    assert account["usage"]["completion_tokens"] <= 20
    assert account["measured"]["tokens_per_s"] > 0
    assert account["reason"] in ("length", "stop")


def test_generate_tells_predicted_cycles_and_the_clocks_account(project: Path, words: Path) -> None:
    options = ("--words", words, "--seed", 4, "--max-tokens", 20, "--model", "pebble")
    _, clock, predicted, counted = run(project, "generate", "Hello", *options).stderr.splitlines()
    assert "(simulated: counted from a verified program for one LPU chip" in clock
    ahead = re.search(r"; ([\d,]+) for \d+$", predicted)
    after = re.match(r"Clock: ([\d,]+) cycles, [\d.]+ ms$", counted)
    assert ahead is not None
    assert after is not None
    assert ahead[1] == after[1]


def test_an_error_is_one_line_and_exit_code_2(project: Path) -> None:
    assert "nonsense" in fails_with_one_line(run(project, "nonsense"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["generate"], "prompt"),
        (["generate", "  "], "The prompt is empty"),
        (["generate", "Hello", "--model", "gpt-4"], "there are llama2-70b-4096"),
        (["generate", "Hello", "--words", "no/such/folder"], "cannot be read"),
        (["generate", "Hello", "--max-tokens", "0"], "from 1 on"),
        (["generate", "Hello", "--temperature", "nan"], "from 0 to 2"),
        (["generate", "Hello", "--temperature", "-1"], "from 0 to 2"),
        (["generate", "Hello", "--seed", "x\ny"], "--seed"),
        (["models", "--no-such\nthing"], "--no-such"),
        (["generate", "x" * 30_000, "--json"], "too long"),
    ],
)
def test_so_is_every_other_error(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in complained(capsys, *arguments)


def test_weights_that_break_while_they_load_are_one_line_too(project: Path, tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path)
    (folder / "model.safetensors").write_bytes(b"\0" * 100)
    assert "model.safetensors" in fails_with_one_line(
        run(project, "generate", "Hello", "--words", folder)
    )


def test_ctrl_c_ends_an_answer_without_a_traceback(project: Path, endless: Path) -> None:
    process = started(project, endless)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate()
    assert (process.returncode, complaint) == (130, b"")


def test_a_reader_who_leaves_ends_an_answer_without_a_traceback(
    project: Path, endless: Path
) -> None:
    process = started(project, endless)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), complaint) == (141, b"")


def test_a_terminal_that_is_not_utf_8_gets_question_marks(project: Path) -> None:
    eight = ("--gpu", "h100-sxm", "--count", 8)
    done = run(project, "baseline", "--model", "pebble", *eight, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "8 ? H100" in done.stdout
