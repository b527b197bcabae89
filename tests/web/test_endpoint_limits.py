"""What an endpoint may take of time and room: exact limits, by a clock that the tests move."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from endpoint_server import (
    DONE,
    Asked,
    Behave,
    delta,
    serving,
    silent,
    status,
    streaming,
)
from world import StillLoop

from lpu_engine import Message
from playground.endpoints.addresses import ANYWHERE, resolve
from playground.endpoints.client import Ask, Endpoint, Failure, Limits, Piece, stream

ASK = Ask((Message("user", "Hi"),))
MIB = 1024 * 1024
JUST = 0.001  # seconds


class Answer:
    """What an endpoint streams, piece by piece."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._pieces = stream(endpoint, ASK, Limits())

    def next(self) -> "asyncio.Task[Piece]":
        async def piece() -> Piece:
            return await anext(self._pieces)

        return asyncio.create_task(piece())

    async def text(self) -> str:
        return "".join([piece.text async for piece in self._pieces])

    async def close(self) -> None:
        await self._pieces.aclose()


@asynccontextmanager
async def answer_of(behave: Behave) -> AsyncIterator[Answer]:
    async with serving(behave) as served:
        answer = Answer(Endpoint(await resolve(served.url, ANYWHERE), "m", ""))
        yield answer
        await answer.close()


async def ends_at(limit_s: float, waiting: "asyncio.Task[Piece]", loop: StillLoop) -> Failure:
    """The failure of what waits, which comes after so many seconds and not before."""
    await loop.move(limit_s - JUST)
    assert not waiting.done()
    await loop.move(2 * JUST)
    with pytest.raises(Failure) as failed:
        await waiting
    return failed.value


@pytest.mark.parametrize("head", [(), (b"",)], ids=["nothing", "headers alone"])
async def test_ten_seconds_to_the_first_byte(
    head: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, is_asked = StillLoop(monkeypatch), asyncio.Event()

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if head:
            await streaming(*head)(asked, writer)
        is_asked.set()
        await silent(asked, writer)

    async with answer_of(behave) as answer:
        waiting = answer.next()
        await is_asked.wait()
        failure = await ends_at(10.0, waiting, loop)
    assert (failure.code, failure.sentence) == ("slow", "No byte of an answer came within 10 s.")


async def test_sixty_seconds_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = StillLoop(monkeypatch)

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await streaming(delta(content="and so on"))(asked, writer)
        await silent(asked, writer)

    async with answer_of(behave) as answer:
        assert (await answer.next()).text == "and so on"
        failure = await ends_at(60.0, answer.next(), loop)
    told = "The answer did not end within 60 s."
    assert (failure.code, failure.sentence) == ("never_ending", told)


async def test_who_is_asked_twice_has_no_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, is_asked, may_answer = StillLoop(monkeypatch), asyncio.Event(), asyncio.Event()

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if "stream_options" in asked.body:
            is_asked.set()
            await may_answer.wait()
            await status(400)(asked, writer)
        else:
            await streaming(delta(content="Well,"))(asked, writer)
            await silent(asked, writer)

    async with answer_of(behave) as answer:
        first = answer.next()
        await is_asked.wait()
        await loop.move(9.0)
        may_answer.set()
        assert (await first).text == "Well,"
        assert (await ends_at(51.0, answer.next(), loop)).code == "never_ending"


def long_answer(size_bytes: int) -> Behave:
    """A body of so many bytes: comments, then an answer."""
    end = delta("stop", content="Hi") + DONE
    room = size_bytes - len(end)
    lines = b": " + b"x" * 1020 + b"\n\n"
    rest = b": " + b"x" * (room % len(lines) + len(lines) - 4) + b"\n\n"
    return streaming(lines * (room // len(lines) - 1) + rest + end)


async def test_a_mebibyte_of_answer_and_no_byte_more() -> None:
    async with answer_of(long_answer(MIB)) as answer:
        assert await answer.text() == "Hi"
    async with answer_of(long_answer(MIB + 1)) as answer:
        with pytest.raises(Failure, match="larger than 1,048,576 bytes") as failed:
            await answer.text()
    assert failed.value.code == "too_large"
