"""An OpenAI-compatible endpoint on loopback that behaves as it is told, well or badly.

A real asyncio server: what a client meets is a socket, not a stand-in for one.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

TEXTS = ("Hel", "lo", " from", " over", " there", ".")
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
STREAM = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
SECRET_BODY = "the body of a stranger"


@dataclass(slots=True)
class Asked:
    """A request as it came: its first line, its headers in small letters, its JSON."""

    line: str
    headers: dict[str, str]
    body: dict[str, object]


@dataclass(slots=True)
class Served:
    """A running server: where it is, and what it was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)


Behave = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(
    behave: Behave, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Served]:
    served = Served("")
    writers = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            served.asked.append(await _read(reader))
            await behave(served.asked[-1], writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, host, 0, ssl=tls)
    served.url = f"http://{host}:{server.sockets[0].getsockname()[1]}"
    try:
        yield served
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in head[1:] if line)
    headers = {name.lower(): value for name, value in pairs}
    size = int(headers.get("content-length", "0"))
    body = await reader.readexactly(size)
    return Asked(head[0], headers, json.loads(body) if body else {})


def event(value: object) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


def delta(reason: str | None = None, **fields: object) -> bytes:
    choice = {"index": 0, "delta": fields, "finish_reason": reason}
    return event({"id": "x", "object": "chat.completion.chunk", "choices": [choice]})


def usage(counts: object = USAGE) -> bytes:
    return event({"id": "x", "choices": [], "usage": counts})


DONE = b"data: [DONE]\n\n"


def streaming(*parts: bytes | float) -> Behave:
    """Sends the parts; a number is a wait in seconds, which `asyncio.sleep` keeps."""

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM.encode())
        for part in parts:
            if isinstance(part, bytes):
                writer.write(part)
            else:
                await asyncio.sleep(part)
            await writer.drain()

    return behave


def well(*texts: str, counts: object = USAGE) -> Behave:
    """Streams the texts, ends as it should, and tells its usage."""
    deltas = [delta(content=text) for text in texts or TEXTS]
    role = delta(role="assistant", content="")
    return streaming(role, *deltas, delta("stop"), usage(counts), DONE)


def status(code: int, *headers: str) -> Behave:
    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        told = "".join(f"{line}\r\n" for line in headers)
        body = json.dumps({"error": {"message": SECRET_BODY}})
        head = f"HTTP/1.1 {code} No\r\ncontent-length: {len(body)}\r\n{told}\r\n"
        writer.write((head + body).encode())

    return behave


async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Takes the request and says no word, or no more."""
    await asyncio.Event().wait()


async def hanging_up(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Takes the request and closes the connection."""


async def never_ending(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """A word, then comments that keep the connection alive for ever."""
    writer.write(STREAM.encode() + delta(content="and so on"))
    while True:
        writer.write(b": still here\n\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def flooding(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(STREAM.encode())
    while True:
        writer.write(delta(content="x" * 1000))
        await writer.drain()


async def cut_off(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Promises a chunk of 4 kB, sends less, hangs up."""
    head = (
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    writer.write(head.encode() + b"1000\r\n" + delta(content="Hel") + delta(content="lo"))


MISBEHAVING: dict[str, Behave] = {
    "slow": silent,
    "401": status(401),
    "404": status(404),
    "429": status(429),
    "500": status(500),
    "hanging up": hanging_up,
    "cut off": cut_off,
    "garbage": streaming(b"data: {nonsense\n\n", DONE),
    "never ending": never_ending,
    "redirect": status(302, "location: http://127.0.0.1:9/v1"),
    "too large": flooding,
    "empty": streaming(delta("stop"), usage(), DONE),
}
