"""An HTTP request to a resolved endpoint, under limits → its response, or a Failure.

Only the headers named here leave, whatever the environment says; a response that is no 200 is
closed unread; time and size are counted on raw bytes.
"""

import asyncio
import math
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import httpcore2
import httpx2
from httpcore2 import AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream

from playground.endpoints.addresses import Resolved
from playground.endpoints.failures import Failure, insecure, of_status, unreachable

SENT_HEADERS = (b"host", b"accept", b"content-type", b"content-length", b"user-agent")
OK = 200

SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Limits:
    """What an endpoint may take of time and room."""

    first_byte_s: float = 10.0  # from sending the request to the first byte of the answer's body
    total_s: float = 60.0  # from sending the first request to the answer's last byte
    body_bytes: int = 1024 * 1024


class Pinned(AsyncNetworkBackend):
    """Connects to the addresses that were checked, whatever the name would mean by now."""

    def __init__(self, resolved: Resolved) -> None:
        self._resolved = resolved
        self._network = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> AsyncNetworkStream:
        if (host, port) != (self._resolved.host, self._resolved.port):
            raise httpcore2.ConnectError("another host than the one that was checked")
        for address in self._resolved.addresses[:-1]:
            try:
                return await self._network.connect_tcp(address, port, timeout)
            except httpcore2.ConnectError:
                continue
        return await self._network.connect_tcp(self._resolved.addresses[-1], port, timeout)


class LimitedTransport(httpx2.AsyncBaseTransport):
    """For one answer: a request, and perhaps the same in other words, under one limit of time."""

    def __init__(
        self, resolved: Resolved, key: str, limits: Limits, now: Callable[[], float]
    ) -> None:
        self._key = key
        self._limits = limits
        self._now = now
        self._sent_at_s = 0.0
        self._until_s = math.inf
        secure = _ssl_context() if resolved.base_url.startswith("https:") else None
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=secure, network_backend=Pinned(resolved)
        )

    @property
    def elapsed_s(self) -> float:
        """By `now`, since the last request was sent: before its connection opened."""
        return self._now() - self._sent_at_s

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._sent_at_s = self._now()
        began_s = asyncio.get_running_loop().time()
        self._until_s = min(self._until_s, began_s + self._limits.total_s)
        asked = httpcore2.Request(
            request.method,
            str(request.url),
            headers=self._headers(request),
            content=request.stream,
        )
        first_s = min(began_s + self._limits.first_byte_s, self._until_s)
        response = await _within(first_s, self._slow, self._pool.handle_async_request(asked))
        if response.status != OK or _is_encoded(response):
            await response.aclose()
            raise of_status(response.status) if response.status != OK else _encoded()
        body = _Body(response, self._limits, first_s, self._until_s)
        return httpx2.Response(OK, headers=response.headers, stream=body)

    async def aclose(self) -> None:
        await self._pool.aclose()

    def _headers(self, request: httpx2.Request) -> list[tuple[bytes, bytes]]:
        sent = [(n, v) for n, v in request.headers.raw if n.lower() in SENT_HEADERS]
        if self._key:
            sent.append((b"authorization", f"Bearer {self._key}".encode("ascii")))
        return [*sent, (b"accept-encoding", b"identity")]

    def _slow(self) -> Failure:
        return slow(self._limits)


class _Body(httpx2.AsyncByteStream):
    """A response's bytes, until one of the limits is reached."""

    def __init__(
        self, response: httpcore2.Response, limits: Limits, first_s: float, until_s: float
    ) -> None:
        self._response = response
        self._limits = limits
        self._first_s = first_s
        self._until_s = until_s
        self._chunks = response.aiter_stream()
        self._size_bytes = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Goes on where it was left: `openai` reads once more, after the answer's end."""
        while True:
            try:
                chunk = await self._next()
            except StopAsyncIteration:
                return
            self._size_bytes += len(chunk)
            if self._size_bytes > self._limits.body_bytes:
                told = f"The answer is larger than {self._limits.body_bytes:,} bytes."
                raise Failure("too_large", told, OK)
            yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()

    async def _next(self) -> bytes:
        limits, chunk = self._limits, anext(self._chunks)
        if self._size_bytes == 0:
            return await _within(self._first_s, lambda: slow(limits), chunk)
        return await _within(self._until_s, lambda: never_ending(limits), chunk)


def slow(limits: Limits) -> Failure:
    told = f"No byte of an answer came within {limits.first_byte_s:g} s."
    return Failure("slow", told)


def never_ending(limits: Limits) -> Failure:
    return Failure("never_ending", f"The answer did not end within {limits.total_s:g} s.", OK)


async def _within(until_s: float, late: Callable[[], Failure], wanted: Awaitable[Value]) -> Value:
    """Time is the event loop's; what the network refuses becomes a Failure."""
    try:
        async with asyncio.timeout_at(until_s):
            return await wanted
    except TimeoutError:
        failure = late()
    except (httpcore2.ConnectError, httpcore2.UnsupportedProtocol) as error:
        failure = _unconnected(error.__context__)
    except (httpcore2.NetworkError, httpcore2.ProtocolError):
        failure = Failure("cut_off", "The connection ended before the answer did.")
    raise failure  # outside of the handlers: it carries no exception that may hold a request


def _unconnected(reason: BaseException | None) -> Failure:
    if isinstance(reason, ssl.SSLError):
        return insecure(has_certificate=isinstance(reason, ssl.SSLCertVerificationError))
    return unreachable()


def _is_encoded(response: httpcore2.Response) -> bool:
    """Nobody asked for a packed body, and a small one may unfold to any size."""
    return any(
        name.lower() == b"content-encoding" and value.lower() != b"identity"
        for name, value in response.headers
    )


def _encoded() -> Failure:
    return Failure("garbage", "The answer is packed in a way that nobody asked for.", OK)


@cache
def _ssl_context() -> ssl.SSLContext:
    """The system's certificates, read once: that takes longer than a first token should."""
    return httpx2.create_ssl_context(trust_env=False)
