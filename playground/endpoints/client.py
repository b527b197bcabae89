"""A question to an OpenAI-compatible endpoint → its answer in pieces, each with its time.

Through the `openai` client, over a transport of ours that keeps every limit. The key goes from
`Endpoint` into one header and nowhere else: not even that client is given it.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

import httpcore2
import httpx2

from lpu_engine import Message
from playground.endpoints.addresses import Resolved
from playground.endpoints.failures import Failure, unreachable
from playground.endpoints.transport import LimitedTransport, Limits

if TYPE_CHECKING:
    from openai import AsyncOpenAI

__all__ = ["Ask", "Endpoint", "Failure", "Limits", "Piece", "Usage", "load", "stream"]

KEY_LIMIT, MODEL_LIMIT = 4096, 200  # characters
UNKNOWN_OPTION = (400, 422)  # how an endpoint refuses `stream_options`
WITH_USAGE = {"stream_options": {"include_usage": True}}
NOT_THE_KEY = "sent-by-the-transport"
MADE_UP = b'data: {"choices": [{"delta": {"content": "A"}}], "usage": null}\n\ndata: [DONE]\n\n'
NOT_A_STREAM = "The endpoint's answer is no stream of chat completions."
LARGEST_COUNT = 2**53 - 1  # of a client written in JavaScript
THOUGHTS = ("reasoning_content", "reasoning")  # two names of one field; some servers send both
MISREAD = (ValueError, TypeError, AttributeError, LookupError, RecursionError)

Ending = Literal["stop", "length"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Whom to ask, after `addresses.resolve`; `key` may be empty."""

    resolved: Resolved
    model: str
    key: str = field(repr=False)

    def __post_init__(self) -> None:
        check_key(self.key)


@dataclass(frozen=True, slots=True)
class Ask:
    """One question. None: as the endpoint likes it."""

    messages: Sequence[Message]
    max_tokens: int | None = None
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What the endpoint says that it counted."""

    prompt_tokens: int | None
    completion_tokens: int  # one or more


@dataclass(frozen=True, slots=True)
class Piece:
    """New text, and when it was here, in seconds since the request was sent.

    The last one ends the answer: it may be empty, and it alone has an `ending`.
    """

    text: str
    at_s: float
    usage: Usage | None = None
    ending: Ending | None = None


def check_key(key: str) -> None:
    """Raises Failure, without the key, where it would fit no header."""
    is_printable = key.isascii() and key.isprintable() and " " not in key
    if not is_printable or len(key) > KEY_LIMIT:
        told = f"A key is up to {KEY_LIMIT:,} letters, digits and signs, without blanks."
        raise Failure("bad_key", told)


async def stream(
    endpoint: Endpoint,
    ask: Ask,
    limits: Limits,
    now: Callable[[], float] = time.perf_counter,
) -> AsyncGenerator[Piece, None]:
    """Pieces with text, then the last one; raises Failure, also after some pieces.

    An endpoint that refuses to report usage is asked once more without: its pieces' times begin
    anew, its limits do not.
    """
    openai = await asyncio.to_thread(_openai)
    transport = LimitedTransport(endpoint.resolved, endpoint.key, limits, now)
    request = _request(endpoint.model, ask)
    async with _client(openai, endpoint.resolved.base_url, transport) as client:
        try:
            async with aclosing(_pieces(openai, client, request | WITH_USAGE, transport)) as pieces:
                async for piece in pieces:
                    yield piece
            return
        except Failure as refused:
            failure = refused
        if failure.status not in UNKNOWN_OPTION:
            raise failure
        async with aclosing(_pieces(openai, client, request, transport)) as pieces:
            async for piece in pieces:
                yield piece


async def _pieces(
    openai: Any, client: "AsyncOpenAI", request: dict[str, Any], transport: LimitedTransport
) -> AsyncGenerator[Piece, None]:
    last = Piece("", 0.0)
    async with aclosing(_chunks(openai, client, request)) as chunks:
        async for chunk in chunks:
            at_s = transport.elapsed_s
            if text := _text(chunk):
                yield Piece(text, at_s)
            last = Piece("", at_s, _usage(chunk) or last.usage, _ending(chunk) or last.ending)
    if last.ending is None:
        raise _unended(last)
    yield last


def load() -> None:
    """For who times a whole load: else the first question's import would be in it."""
    _openai()


@cache
def _openai() -> Any:
    """Imported when an endpoint is first asked: no first page waits a second for it."""
    openai = import_module("openai")
    asyncio.run(_rehearse(openai))
    return openai


async def _rehearse(openai: Any) -> None:
    """An answer made up here: what is loaded and built at first is there before any clock runs."""
    answer = httpx2.MockTransport(lambda _: httpx2.Response(200, content=MADE_UP))
    async with _client(openai, "http://rehearsal.invalid", answer) as client:
        async for _ in _chunks(openai, client, _request("m", Ask(()))):
            pass
    with suppress(httpcore2.ConnectError):
        await httpcore2.AnyIOBackend().connect_tcp("127.0.0.1", 0)  # nobody has this port


async def _chunks(
    openai: Any, client: "AsyncOpenAI", request: dict[str, Any]
) -> AsyncGenerator[dict[str, Any], None]:
    """What the endpoint streams, as it came; raises Failure and nothing else.

    Plain JSON: building openai's own objects of a hostile chunk stops the event loop for seconds.
    """
    plain = {"cast_to": object, "stream": True, "stream_cls": openai.AsyncStream[object]}
    try:
        async with await client.post("/chat/completions", body=request, **plain) as chunks:
            async for chunk in chunks:
                yield _mapping(chunk)
        return
    except Failure as failed:
        failure = failed.with_traceback(None)
    except openai.APIConnectionError:
        failure = unreachable()
    except openai.APIError:
        failure = Failure("refused", "The endpoint reported an error instead of going on.")
    except MISREAD:
        failure = Failure("garbage", NOT_A_STREAM)
    raise failure  # outside of the handlers: nothing that may hold a request comes with it


def _client(openai: Any, base_url: str, transport: httpx2.AsyncBaseTransport) -> "AsyncOpenAI":
    client: AsyncOpenAI = openai.AsyncOpenAI(
        api_key=NOT_THE_KEY,
        base_url=base_url,
        max_retries=0,
        timeout=None,  # the transport's limits hold
        http_client=httpx2.AsyncClient(
            transport=transport, trust_env=False, follow_redirects=False
        ),
    )
    return client


def _request(model: str, ask: Ask) -> dict[str, Any]:
    request: dict[str, Any] = {
        "model": model,
        "messages": [{"role": each.role, "content": each.content} for each in ask.messages],
        "stream": True,
    }
    if ask.max_tokens is not None:
        request["max_tokens"] = ask.max_tokens
    if ask.temperature is not None:
        request["temperature"] = ask.temperature
    return request


def _mapping(chunk: Any) -> dict[str, Any]:
    if isinstance(chunk, dict):
        return chunk
    raise TypeError("a chunk that is no object")


def _choice(chunk: dict[str, Any]) -> dict[str, Any]:
    choices = chunk.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _text(chunk: dict[str, Any]) -> str:
    """All that the model wrote, for a thought takes time too; half a character becomes a sign."""
    given = _choice(chunk).get("delta")
    delta = given if isinstance(given, dict) else {}
    thought = next((delta[name] for name in THOUGHTS if delta.get(name)), None)
    text = "".join(each for each in (thought, delta.get("content")) if isinstance(each, str))
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _ending(chunk: dict[str, Any]) -> Ending | None:
    reason = _choice(chunk).get("finish_reason")
    if not reason:
        return None
    return "length" if reason == "length" else "stop"


def _usage(chunk: dict[str, Any]) -> Usage | None:
    """None where it counts no token of the answer: some report a usage of nothing."""
    told = chunk.get("usage")
    if not isinstance(told, dict):
        return None
    completion = _count(told.get("completion_tokens"))
    return Usage(_count(told.get("prompt_tokens")), completion) if completion else None


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= LARGEST_COUNT else None


def _unended(last: Piece) -> Failure:
    if last.at_s == 0.0:
        return Failure("garbage", NOT_A_STREAM)
    return Failure("cut_off", "The answer broke off: its end is missing.")
