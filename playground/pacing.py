"""A growing log → frames at its clock's time, within the window that the browser acknowledged.

No text leaves before it is due; once it is due, in the log and the window is open, it leaves within
one frame, and where tokens are further apart than frames, at its very moment. Time is an argument,
so this is proven to the microsecond.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from lpu_engine import Ending, Request, Token

FRAME_S = 0.025
WINDOW_FRAMES = 16
EXACT_S = 1e-9  # what sums of floats may be off

Due = Callable[[int, Token], float]


def released(index: int, token: Token) -> float:
    """The LPU's reader: the later of clock and computation, in seconds since acceptance."""
    return token.release_s


class Log(Protocol):
    """What a reader reads: an answer of the engine, or of an endpoint."""

    tokens: list[Token]
    ending: Ending | None
    request: Request
    accepted_at_s: float


@dataclass(frozen=True, slots=True)
class Frame:
    """`count` new tokens with their text: those up to `index` of the log, which is `last`."""

    seq: int
    text: str
    count: int
    index: int
    last: Token


class NeverSent(ValueError):
    """An acknowledgement of a frame that did not leave yet."""


class Window:
    """How many frames have left and how many were drawn; closed while 16 are under way."""

    def __init__(self, size: int = WINDOW_FRAMES) -> None:
        self.sent = 0
        self._acknowledged = 0
        self._size = size
        self._open = asyncio.Event()
        self._open.set()

    def send(self) -> int:
        """Counts a frame out and returns its number, from 1."""
        self.sent += 1
        self._update()
        return self.sent

    def acknowledge(self, seq: int) -> None:
        """Cumulative: an older number changes nothing. Raises NeverSent."""
        if seq > self.sent:
            raise NeverSent(f"seq {seq} has not been sent; the last was {self.sent}.")
        self._acknowledged = max(self._acknowledged, seq)
        self._update()

    def wake(self) -> None:
        """Lets a waiting reader look at its log: it was cut, so nothing waits in it any more."""
        self._open.set()

    async def opened(self) -> None:
        await self._open.wait()

    def _update(self) -> None:
        if self.sent - self._acknowledged < self._size:
            self._open.set()
        else:
            self._open.clear()


class Reader:
    """A place in a log, with a clock of its own: the chat's, a lane's of a race.

    `due` says when a token may leave, in seconds since `began_at_s`: acceptance, or a flag.
    """

    def __init__(
        self,
        log: Log,
        *,
        start: int = 0,
        due: Due = released,
        began_at_s: float | None = None,
    ) -> None:
        self.position = start
        self._log = log
        self._due = due
        self._began_at_s = log.accepted_at_s if began_at_s is None else began_at_s
        # A token may still owe the text that a stop string's beginning holds back. Whoever resumes
        # counts whole tokens, so the newest waits for the next, or for the end and its tail.
        self._held = 1 if log.request.params.stop else 0

    @property
    def text_before(self) -> str:
        """What was let out already: here, or to whoever resumes behind it."""
        ending, log = self._log.ending, self._log.tokens
        tail = ending.tail if ending is not None and self.position >= len(log) else ""
        return "".join(token.text for token in log[: self.position]) + tail

    @property
    def is_done(self) -> bool:
        """Whether the log has ended and all of it was let out."""
        has_ended = self._log.ending is not None
        return has_ended and self.position >= len(self._log.tokens)

    def take(self, now_s: float) -> tuple[str, list[Token]]:
        """All text that is due by `now_s`, and the tokens that it came with."""
        ending = self._log.ending  # read first: nothing is appended after it is set
        log = self._log.tokens
        last = len(log) if ending is not None else len(log) - self._held
        end = self.position
        while end < last and self._due_at_s(end, log[end]) <= now_s + EXACT_S:
            end += 1
        tokens = log[self.position : end]
        self.position = end
        text = "".join(token.text for token in tokens)
        if tokens and ending is not None and end == last:
            text += ending.tail
        return text, tokens

    @property
    def next_due_at_s(self) -> float | None:
        """When the next token may leave; None while the log has none."""
        log = self._log.tokens
        if self.position >= len(log):
            return None
        return self._due_at_s(self.position, log[self.position])

    def _due_at_s(self, index: int, token: Token) -> float:
        return self._began_at_s + self._due(index, token)


async def frames(
    reader: Reader,
    window: Window,
    *,
    now: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
) -> AsyncIterator[Frame]:
    """Frames, 25 ms apart or more, until the log has ended and all of it was let out."""
    earliest_s = now()  # of the next frame
    while not reader.is_done:
        await window.opened()
        text, tokens = reader.take(now())
        if tokens:
            earliest_s = now() + FRAME_S
            yield Frame(window.send(), text, len(tokens), reader.position - 1, tokens[-1])
        if not reader.is_done:
            await sleep(_wait_s(reader.next_due_at_s, earliest_s, now()))


def _wait_s(due_at_s: float | None, earliest_s: float, now_s: float) -> float:
    """Until the next frame; a frame's time where that is far, so that a log's end is seen soon."""
    if due_at_s is None:
        return FRAME_S
    wait_s = max(due_at_s, earliest_s) - now_s
    return wait_s if 0 < wait_s < 2 * FRAME_S else FRAME_S
