"""A growing log → frames at its clock's time, within the window that the browser acknowledged.

No text leaves before it is due; once it is due, in the log and the window is open, it leaves within
one frame. Time is an argument, so both are proven to the microsecond.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from lpu_engine import Generation, Token

FRAME_S = 0.025
WINDOW_FRAMES = 16

Due = Callable[[int, Token], float]


def released(index: int, token: Token) -> float:
    """The LPU's reader: the later of clock and computation, in seconds since acceptance."""
    return token.release_s


@dataclass(frozen=True, slots=True)
class Frame:
    """`count` new tokens with their text, and the two stamps of the last of them."""

    seq: int
    text: str
    count: int
    clock_s: float
    computed_s: float


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
    """A place in a log, with a clock of its own: the chat's, a GPU's, a lane's of a race."""

    def __init__(self, generation: Generation, *, start: int = 0, due: Due = released) -> None:
        self.position = start
        self._generation = generation
        self._due = due
        # A token may still owe the text that a stop string's beginning holds back. Whoever resumes
        # counts whole tokens, so the newest waits for the next, or for the end and its tail.
        self._held = 1 if generation.request.params.stop else 0

    @property
    def is_done(self) -> bool:
        """Whether the log has ended and all of it was let out."""
        has_ended = self._generation.ending is not None
        return has_ended and self.position >= len(self._generation.tokens)

    def take(self, now_s: float) -> tuple[str, list[Token]]:
        """All text that is due by `now_s`, and the tokens that it came with."""
        ending = self._generation.ending  # read first: nothing is appended after it is set
        log = self._generation.tokens
        last = len(log) if ending is not None else len(log) - self._held
        end = self.position
        while end < last and self._generation.accepted_at_s + self._due(end, log[end]) <= now_s:
            end += 1
        tokens = log[self.position : end]
        self.position = end
        text = "".join(token.text for token in tokens)
        if tokens and ending is not None and end == last:
            text += ending.tail
        return text, tokens


async def frames(
    reader: Reader,
    window: Window,
    *,
    now: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
) -> AsyncIterator[Frame]:
    """Frames, 25 ms apart or more, until the log has ended and all of it was let out."""
    while not reader.is_done:
        await window.opened()
        text, tokens = reader.take(now())
        if tokens:
            last = tokens[-1]
            yield Frame(window.send(), text, len(tokens), last.clock_s, last.computed_s)
        if not reader.is_done:
            await sleep(FRAME_S)
