"""An endpoint's stream → pieces with times; whatever it does wrong → one failure, no key in it."""

import asyncio
import gzip
import json
import logging
import os
import subprocess
import sys
import time
import traceback
from contextlib import aclosing
from itertools import count
from pathlib import Path

import pytest
from endpoint_server import (
    DONE,
    MISBEHAVING,
    SECRET_BODY,
    STREAM,
    TEXTS,
    Asked,
    Behave,
    cut_off,
    delta,
    event,
    hanging_up,
    serving,
    status,
    streaming,
    usage,
    well,
)

from lpu_engine import Message
from playground.endpoints.addresses import ANYWHERE, resolve
from playground.endpoints.client import Ask, Endpoint, Failure, Limits, Piece, Usage, stream

KEY = "sk-this-must-not-be-seen"
ASK = Ask((Message("user", "Say hello."),), max_tokens=16, temperature=0.5)
USUAL = Limits()
IMPATIENT = Limits(first_byte_s=0.3, total_s=0.6)


async def pieces_from(url: str, limits: Limits = USUAL, key: str = KEY) -> list[Piece]:
    endpoint = Endpoint(await resolve(url, ANYWHERE), "m", key)
    clock = count()
    async with aclosing(stream(endpoint, ASK, limits, now=lambda: float(next(clock)))) as pieces:
        return [piece async for piece in pieces]


async def pieces_of(behave: Behave, limits: Limits = USUAL) -> list[Piece]:
    async with serving(behave) as served:
        return await pieces_from(served.url, limits)


async def failure_of(behave: Behave, limits: Limits = USUAL) -> Failure:
    with pytest.raises(Failure) as failed:
        await pieces_of(behave, limits)
    return failed.value


async def test_an_answer_comes_in_pieces_with_its_times_and_its_usage_at_the_end() -> None:
    pieces = await pieces_of(well())
    assert [piece.text for piece in pieces] == [*TEXTS, ""]
    assert [piece.at_s for piece in pieces[:-1]] == [2, 3, 4, 5, 6, 7], "the role's chunk was 1"
    assert pieces[-1] == Piece("", 9, Usage(11, 7), "stop")


FIRST_USE = """
import asyncio, sys
from endpoint_server import serving, well
from lpu_engine import Message
from playground.endpoints.addresses import ANYWHERE, resolve
from playground.endpoints.client import Ask, Endpoint, Limits, stream

known = []

def now():
    if not known:
        known.extend(sys.modules)
    return 0.0

async def ask():
    assert "openai" not in sys.modules
    async with serving(well()) as served:
        endpoint = Endpoint(await resolve(served.url, ANYWHERE), "m", "")
        question = Ask((Message("user", "Hi"),))
        return [piece async for piece in stream(endpoint, question, Limits(), now)]

assert len(asyncio.run(ask())) == 7
print(sorted(set(sys.modules) - set(known)))
"""


def test_nothing_is_loaded_while_the_clock_of_a_first_answer_runs(project: Path) -> None:
    paths = {"PYTHONPATH": os.pathsep.join([str(project), str(project / "tests" / "web")])}
    command = [sys.executable, "-c", FIRST_USE]
    done = subprocess.run(command, env=os.environ | paths, capture_output=True, text=True)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


async def test_what_is_asked_is_the_question_and_the_key_and_nothing_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "x-mine: from-the-environment")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    async with serving(well()) as served:
        await pieces_from(served.url)
        await pieces_from(served.url, key="")
    with_key, without = served.asked
    assert with_key.line == "POST /v1/chat/completions HTTP/1.1"
    assert with_key.headers["authorization"] == f"Bearer {KEY}"
    assert "authorization" not in without.headers
    assert "from-the-environment" not in str(served.asked)
    assert set(without.headers) <= {
        "host", "accept", "content-type", "content-length", "user-agent", "accept-encoding",
    }  # fmt: skip
    assert with_key.body == {
        "model": "m",
        "messages": [{"role": "user", "content": "Say hello."}],
        "max_tokens": 16,
        "temperature": 0.5,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_thoughts_count_as_output(field: str) -> None:
    thought = delta(**{field: "Hm. "})
    pieces = await pieces_of(streaming(thought, delta(content="Yes."), delta("length"), DONE))
    assert [piece.text for piece in pieces] == ["Hm. ", "Yes.", ""]
    assert (pieces[-1].ending, pieces[-1].usage) == ("length", None)


async def test_a_thought_that_is_sent_under_both_its_names_counts_once() -> None:
    thought = delta(reasoning_content="Hm. ", reasoning="Hm. ", content=None)
    pieces = await pieces_of(streaming(thought, delta("stop", content="Yes."), DONE))
    assert [piece.text for piece in pieces] == ["Hm. ", "Yes.", ""]


@pytest.mark.parametrize("code", [400, 422])
async def test_an_endpoint_that_refuses_to_tell_usage_is_asked_without(code: int) -> None:
    async def picky(asked: Asked, writer: object) -> None:
        refuses = "stream_options" in asked.body
        behave = status(code) if refuses else streaming(delta("stop", content="Hi"), DONE)
        await behave(asked, writer)  # type: ignore[arg-type]

    async with serving(picky) as served:
        pieces = await pieces_from(served.url)
    assert [piece.text for piece in pieces] == ["Hi", ""]
    assert ["stream_options" in asked.body for asked in served.asked] == [True, False]


@pytest.mark.parametrize("code", [400, 401, 403, 404, 418, 429, 500, 503])
async def test_a_refusal_is_its_status_and_our_sentence(code: int) -> None:
    failure = await failure_of(status(code))
    assert (failure.code, failure.status) == ("status", code)
    assert str(code) in failure.sentence
    assert SECRET_BODY not in failure.sentence


@pytest.mark.parametrize(
    "behave", [*map(status, (401, 408, 409, 429, 500, 503)), hanging_up, cut_off]
)
async def test_nobody_is_asked_twice_but_who_refuses_to_tell_usage(behave: Behave) -> None:
    async with serving(behave) as served:
        with pytest.raises(Failure):
            await pieces_from(served.url)
    assert len(served.asked) == 1


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(code: int) -> None:
    async with serving(well()) as elsewhere:
        failure = await failure_of(status(code, f"location: {elsewhere.url}/v1/chat/completions"))
    assert (failure.code, failure.status, elsewhere.asked) == ("redirect", code, [])


async def test_one_that_hangs_up_without_a_word_is_cut_off() -> None:
    assert (await failure_of(hanging_up)).code == "cut_off"


async def test_a_connection_that_breaks_is_cut_off_after_its_pieces() -> None:
    async with serving(cut_off) as served:
        endpoint = Endpoint(await resolve(served.url, ANYWHERE), "m", KEY)
        async with aclosing(stream(endpoint, ASK, Limits())) as pieces:
            assert [(await anext(pieces)).text for _ in range(2)] == ["Hel", "lo"]
            with pytest.raises(Failure) as failed:
                await anext(pieces)
    assert failed.value.code == "cut_off"


async def test_an_answer_without_its_end_is_cut_off() -> None:
    assert (await failure_of(streaming(delta(content="Hel")))).code == "cut_off"


@pytest.mark.parametrize(
    "parts",
    [
        (b"<html>Welcome</html>",),
        (b"data: {not json}\n\n",),
        (b"data: \xff\xfe\n\n",),
        (b"data: " + b"[" * 20_000 + b"\n\n",),
        (event([1, 2]),),
        (event("text"), DONE),
        (),
    ],
)
async def test_garbage_is_called_so(parts: tuple[bytes, ...]) -> None:
    assert (await failure_of(streaming(*parts))).code == "garbage"


async def test_a_chunk_of_very_many_choices_holds_up_nobody() -> None:
    body = b"data: " + json.dumps({"choices": [{}] * 200_000}).encode() + b"\n\n"
    async with serving(streaming(body)) as served:
        asking = asyncio.create_task(pieces_from(served.url))
        longest_s = 0.0
        while not asking.done():
            began_s = time.perf_counter()
            await asyncio.sleep(0)
            longest_s = max(longest_s, time.perf_counter() - began_s)
        with pytest.raises(Failure, match="its end is missing"):
            await asking
    assert longest_s < 1.0, "it takes less than a tenth; as objects of openai four seconds"


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": None},
        {"choices": {"0": 1}},
        {"choices": [None]},
        {"choices": [{"delta": None}]},
        {"choices": [{"delta": [1]}]},
        {"choices": [{"delta": {"content": {"a": 1}}}]},
        {"choices": [{"delta": {"content": 7}, "finish_reason": 0}]},
    ],
)
async def test_a_chunk_that_says_nothing_is_passed_over(chunk: object) -> None:
    pieces = await pieces_of(streaming(event(chunk), delta("stop", content="Hi"), DONE))
    assert [piece.text for piece in pieces] == ["Hi", ""]


@pytest.mark.parametrize(
    "counts",
    [
        None,
        7,
        {"prompt_tokens": 1},
        {"prompt_tokens": True, "completion_tokens": -1},
        {"prompt_tokens": 0, "completion_tokens": 0},
    ],
)
async def test_usage_that_is_none_is_not_taken(counts: object) -> None:
    assert (await pieces_of(well(counts=counts)))[-1].usage is None


async def test_usage_may_tell_of_the_answer_alone() -> None:
    pieces = await pieces_of(well(counts={"completion_tokens": 7}))
    assert pieces[-1].usage == Usage(None, 7)


async def test_half_a_character_is_replaced() -> None:
    half = b'data: {"choices": [{"delta": {"content": "a\\ud83d"}}]}\n\n'
    pieces = await pieces_of(streaming(half, delta("stop"), usage(), DONE))
    assert pieces[0].text == "a�"


async def test_an_error_in_the_stream_is_told_in_our_words() -> None:
    failure = await failure_of(
        streaming(delta(content="Hel"), event({"error": {"message": SECRET_BODY, "code": 1}}))
    )
    assert failure.code == "refused"
    assert SECRET_BODY not in failure.sentence


async def test_a_packed_answer_is_refused_unread() -> None:
    async def bomb(asked: Asked, writer: object) -> None:
        head = STREAM.replace("\r\n\r\n", "\r\ncontent-encoding: gzip\r\n\r\n")
        writer.write(head.encode() + gzip.compress(delta("stop", content="x")))  # type: ignore[attr-defined]

    assert (await failure_of(bomb)).code == "garbage"


async def test_a_dead_endpoint_is_unreachable() -> None:
    async with serving(well()) as served:
        pass
    with pytest.raises(Failure) as failed:
        await pieces_from(served.url)
    assert failed.value.code == "unreachable"
    assert "cannot be reached" in failed.value.sentence


@pytest.mark.parametrize("key", ["with blank", "with\nline", "schlüssel", "k" * 5000])
async def test_a_key_that_fits_no_header_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(Failure) as failed:
        Endpoint(await resolve("http://127.0.0.1:1", ANYWHERE), "m", key)
    assert failed.value.code == "bad_key"
    assert key not in failed.value.sentence


@pytest.mark.parametrize("name", [name for name in MISBEHAVING if name != "empty"])
async def test_no_key_is_in_a_failure_its_traceback_or_the_log(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        failure = await failure_of(MISBEHAVING[name], IMPATIENT)
    told = traceback.TracebackException.from_exception(failure, capture_locals=True)
    ours = [frame for frame in told.stack if "test_endpoint" not in frame.filename]
    assert ours, "the failure was raised in the client"
    for text in (str([frame.locals for frame in ours]), caplog.text, repr(failure)):
        assert KEY not in text
    assert (failure.__cause__, failure.__context__) == (None, None)


async def test_no_key_is_in_what_an_endpoint_prints_of_itself() -> None:
    assert KEY not in repr(Endpoint(await resolve("http://127.0.0.1:1", ANYWHERE), "m", KEY))
