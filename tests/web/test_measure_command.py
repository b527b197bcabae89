"""`manage.py measure` as a user runs it, against endpoints on loopback, well and badly behaved."""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from endpoint_server import MISBEHAVING, SECRET_BODY, Asked, serving, silent, status, well
from measurements import four, measurement

from playground.endpoints import client
from playground.endpoints.arguments import key_of
from playground.endpoints.measurement import as_json
from playground.management.commands.measure import Command

KEY = "sk-this-must-not-be-seen"
FEW = ("--requests", "3", "--warm-up", "0", "--concurrency", "1", "--prompt-tokens", "40")
TIMELESS = ("slow", "never ending")
SHORT = ("--timeout", "1.5")  # for whom it never ends; who answers has the usual time
DEAD = "http://127.0.0.1:9"  # the port of `discard`: nobody listens


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    error: str


class Terminal:
    """Runs the command in this process, in a thread: the loop goes on serving meanwhile."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    async def runs(self, *arguments: str | Path) -> Done:
        code = await asyncio.to_thread(_code_of, [str(each) for each in arguments])
        shown = self._capsys.readouterr()
        return Done(code, shown.out, shown.err)


def _code_of(arguments: list[str]) -> int:
    try:
        Command().run_from_argv(["manage.py", "measure", *arguments])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return Terminal(capsys)


async def test_an_endpoint_is_measured_with_table_json_and_charts(
    terminal: Terminal, tmp_path: Path
) -> None:
    written = [tmp_path / f"a.{kind}" for kind in ("json", "svg", "png")]
    named = [part for path in written for part in (f"--{path.suffix[1:]}", path)]
    more = ("--warm-up", "2", "--output-tokens", "5")
    async with serving(well()) as served:
        done = await terminal.runs(served.url, "--model", "m", *FEW, *more, *named)
    assert (done.code, done.error) == (0, "")
    assert "3 of 3 requests answered" in done.out
    assert len(served.asked) == 5, "three, and two to warm up"
    prompts = [asked.body["messages"][0]["content"] for asked in served.asked]  # type: ignore[index]
    assert len(set(prompts)) == 5
    assert {asked.body["max_tokens"] for asked in served.asked} == {5}
    told = json.loads(written[0].read_text(encoding="utf-8"))
    assert told["conditions"]["url"] == f"{served.url}/v1"
    assert told["totals"]["counted_by"] == "usage"
    assert [each["output_tokens"] for each in told["requests"]] == [7, 7, 7]
    assert [path.read_bytes()[:4] for path in written[1:]] == [b"<svg", b"\x89PNG"]


async def test_a_terminal_shows_how_far_it_is(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    async with serving(well()) as served:
        done = await terminal.runs(served.url, "--model", "m", *FEW)
    assert "0 of 3 requests, ? left" in done.error
    assert done.error.endswith(" \r"), "it goes when all is done"


async def test_what_takes_long_to_import_is_there_before_the_clock_runs(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be in the first second of all requests, where nothing warms up."""
    asked_at_load = []
    async with serving(well()) as served:
        monkeypatch.setattr(client, "load", lambda: asked_at_load.append(len(served.asked)))
        await terminal.runs(served.url, "--model", "m", *FEW)
    assert (asked_at_load, len(served.asked)) == ([0], 3)


async def test_requests_come_at_a_rate_where_one_is_asked_for(terminal: Terminal) -> None:
    async with serving(well()) as served:
        done = await terminal.runs(served.url, "--model", "m", *FEW, "--rate", "50")
    assert (done.code, len(served.asked)) == (0, 3)
    assert "50 a second at random moments, at most 1 at once" in " ".join(done.out.split())


KINDS = {
    "slow": "slow",
    "401": "status 401",
    "404": "status 404",
    "429": "status 429",
    "500": "status 500",
    "hanging up": "cut_off",
    "cut off": "cut_off",
    "garbage": "garbage",
    "never ending": "never_ending",
    "redirect": "redirect 302",
    "empty": "empty",
}


@pytest.mark.parametrize("name", [name for name in MISBEHAVING if name != "too large"])
async def test_each_misbehaviour_is_counted_under_its_kind(
    terminal: Terminal, tmp_path: Path, name: str
) -> None:
    """Every second request is answered well, and its figures stand."""
    path, kind = tmp_path / "a.json", KINDS[name]

    async def mixed(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await (MISBEHAVING[name] if len(served.asked) % 2 else well())(asked, writer)

    async with serving(mixed) as served:
        given = (*FEW, *(SHORT if name in TIMELESS else ()), "--json", path)
        done = await terminal.runs(served.url, "--model", "m", *given)
    assert (done.code, done.error) == (0, "")
    assert f"Failed: 2 × {kind}: " in done.out
    told = json.loads(path.read_text(encoding="utf-8"))
    assert [(each["kind"], each["count"]) for each in told["failures"]] == [(kind, 2)]
    assert (told["totals"]["answered"], told["figures"]["ttft_s"]["count"]) == (1, 1)
    assert SECRET_BODY not in done.out + path.read_text(encoding="utf-8")


async def test_where_all_fail_it_says_so_in_a_sentence(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    async with serving(status(429)) as served:
        done = await terminal.runs(served.url, "--model", "m", *FEW, "--json", path)
    assert (done.code, done.out) == (1, "")
    assert done.error.startswith("No request of 3 was answered (3 × status 429). The endpoint")
    assert done.error.count("\n") == 1
    assert json.loads(path.read_text(encoding="utf-8"))["figures"]["ttft_s"] is None


async def test_a_dead_host_and_an_unknown_model_end_at_the_warm_up(terminal: Terminal) -> None:
    dead = await terminal.runs(DEAD, "--model", "m")
    async with serving(status(404)) as served:
        unknown = await terminal.runs(served.url, "--model", "no-such-model")
    assert len(served.asked) == 1
    for done, why in ((dead, "cannot be reached"), (unknown, "there is no such model")):
        assert (done.code, done.out, done.error.count("\n")) == (1, "", 1)
        assert done.error.startswith("Nothing was measured, the warm-up failed: ")
        assert why in done.error


async def test_the_key_comes_from_the_environment_and_is_seen_nowhere(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    path = tmp_path / "a.json"
    async with serving(well()) as served:
        given = (*FEW, "--key-env", "MY_KEY", "--json", path)
        done = await terminal.runs(served.url, "--model", "m", *given)
    assert {asked.headers["authorization"] for asked in served.asked} == {f"Bearer {KEY}"}
    assert KEY not in done.out + done.error + path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("url", "is_sent"),
    [
        ("https://api.example.com/v1", True),
        ("http://localhost:11434", True),
        ("http://127.0.0.1:8000/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://api.example.com/v1", False),
        ("http://localhost.example.com", False),
        ("http://me@localhost", False),
        ("http://[", False),
    ],
)
def test_the_usual_key_goes_where_nobody_reads_along(url: str, is_sent: bool) -> None:
    environment = {"OPENAI_API_KEY": KEY, "MINE": "of mine"}
    assert key_of(url, None, environment) == (KEY if is_sent else "")
    assert key_of(url, "MINE", environment) == "of mine", "whoever names one means it"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Give the URL to measure, or two files to --compare."),
        (("http://127.0.0.1:9",), "Give --model as the endpoint names it"),
        (("--nonsense",), "unrecognized arguments: --nonsense"),
        ((DEAD, "--model", "m", "--requests", "0"), "argument --requests: give a whole number"),
        ((DEAD, "--model", "m", "--requests", "9" * 5000), "argument --requests: give a whole"),
        ((DEAD, "--model", "m", "--rate", "nan"), "argument --rate: give a number above 0"),
        ((DEAD, "--model", "m", "--timeout", "-1"), "argument --timeout: "),
        ((DEAD, "--model", "m", "--prompt-tokens", "5"), "argument --prompt-tokens: give a mean"),
        ((DEAD, "--model", "m", "--key-env", KEY), "The variable that --key-env names is not set"),
        ((DEAD, "--model", "m", "--json", "/no/such/folder/a"), "--json cannot be written to"),
        (("http://h/" + "x" * 3000, "--model", "m"), "The URL is longer than 2,048 characters."),
        (("ftp://h/", "--model", "m"), "The URL must begin with http:// or https://."),
        (("http://me:secret@h/", "--model", "m"), "A URL with a name or password"),
        (("--compare", "/no/a", "/no/b"), "/no/a cannot be read: give a file that --json wrote."),
        (("--compare", "a", "b", "--json", "c"), "--compare takes two files"),
        (("--compare", "a", "b", "--model", "m"), "--compare takes two files"),
        (("--compare", "a", "b", "--requests", "5"), "--compare takes two files"),
        (("--compare", "a", "b", "--seed", "0"), "--compare takes two files"),
        (("--compare", "a"), "argument --compare: expected 2 arguments"),
        ((DEAD, "--model", "m" * 201), "Give --model as the endpoint names it, in up to 200"),
    ],
)
async def test_a_bad_argument_is_told_in_one_sentence(
    terminal: Terminal, arguments: tuple[str, ...], sentence: str
) -> None:
    done = await terminal.runs(*arguments)
    assert (done.code, done.out, done.error.count("\n")) == (2, "", 1)
    assert sentence in done.error
    assert KEY not in done.error
    assert "secret" not in done.error


async def test_two_files_are_compared_with_a_chart(terminal: Terminal, tmp_path: Path) -> None:
    first, second, chart = (tmp_path / name for name in ("a.json", "b.json", "ab.svg"))
    first.write_text(as_json(measurement(), four()), encoding="utf-8")
    second.write_text(as_json(measurement(slower=2.0), four(2.0)), encoding="utf-8")
    done = await terminal.runs("--compare", first, second, "--svg", chart)
    assert (done.code, done.error) == (0, "")
    assert "2.00 x" in done.out
    assert chart.read_text(encoding="utf-8").startswith("<svg")


async def test_a_file_of_another_version_is_not_compared(
    terminal: Terminal, tmp_path: Path
) -> None:
    old = tmp_path / "old.json"
    told = json.loads(as_json(measurement(), four())) | {"version": 0}
    old.write_text(json.dumps(told), encoding="utf-8")
    done = await terminal.runs("--compare", old, old)
    assert (done.code, done.out, done.error.count("\n")) == (2, "", 1)
    assert "is a measurement of version 0" in done.error


@pytest.mark.parametrize("answered", [2, 0])
async def test_ctrl_c_reports_and_writes_what_is_finished(
    project: Path, tmp_path: Path, answered: int
) -> None:
    path = tmp_path / "a.json"
    is_stuck = asyncio.Event()

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if len(served.asked) <= answered:
            return await well()(asked, writer)
        is_stuck.set()
        return await silent(asked, writer)

    async with serving(behave) as served:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "manage.py", "measure", served.url, "--model", "m"),
            *(*FEW, "--json", str(path)),
            cwd=project,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        await is_stuck.wait()
        process.send_signal(signal.SIGINT)
        out, error = ((part or b"").decode() for part in await process.communicate())
    assert process.returncode == 130
    if answered:
        assert "Cut short" in out
        assert "2 of 2 requests answered" in out
        assert error == ""
        assert json.loads(path.read_text(encoding="utf-8"))["is_cut_short"] is True
    else:
        assert out == ""
        assert error == "Stopped before any request had ended: nothing was measured.\n"
