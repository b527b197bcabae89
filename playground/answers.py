"""Answers that can be resumed: key → log, kept for ten minutes after its end.

A key is all that a client needs to read an answer on any socket, so it stands in no URL and no log
line.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from lpu_engine import Generation, GpuForecast, Lane, Ratio
from playground.endpoints.log import EndpointLog

KEPT_S = 600.0
COUNT_LIMIT = 500
SIZE_LIMIT_BYTES = 64 * 1024 * 1024
OPEN_PER_ADDRESS = 16
KEY_BYTES = 16


class TooMany(RuntimeError):
    """No room for another answer now; the message says what to wait for."""


class Subscriber(Protocol):
    """Whoever is being sent an answer's frames."""

    async def give_way(self) -> None:
        """End the subscription: a newer one has begun."""


@dataclass(slots=True, eq=False)
class Answer:
    """One log, who asked for it, and who is reading it now; with `lanes`, a race over it."""

    key: str
    address: str
    generation: Generation
    baseline: GpuForecast | None
    lanes: tuple[Lane, ...] = ()
    ratios: tuple[Ratio, ...] = ()
    is_replay: bool = False
    logs: Mapping[int, EndpointLog] = field(default_factory=dict)  # lanes with words of their own
    asking: asyncio.Task[None] | None = None  # fills those logs, before the flag
    flag_at_s: float | None = None  # when the lanes began; None: the words are being computed
    subscriber: Subscriber | None = None
    ended_at_s: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is being computed or read; an open answer is never forgotten."""
        is_asking = any(log.ending is None for log in self.logs.values())
        return self.generation.ending is None or is_asking or self.subscriber is not None

    @property
    def size_bytes(self) -> int:
        return self.generation.size_bytes + sum(log.size_bytes for log in self.logs.values())

    def forget_asking(self, _: asyncio.Task[None]) -> None:
        """A task that was cancelled still holds its frames, and they the keys."""
        self.asking = None

    def log_of(self, lane: int) -> Generation | EndpointLog:
        """What a lane shows: the words of the race, or its own."""
        return self.logs.get(lane, self.generation)


class Answers:
    """The logs of one process and the limits on them. For one event loop."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._answers: dict[str, Answer] = {}
        self._arriving: Counter[str] = Counter()
        self._watching: list[EndpointLog] = []

    @contextmanager
    def place(self, address: str) -> Iterator[None]:
        """Holds room for an answer while the engine takes it; raises TooMany."""
        self._forget_old()
        if self.open_count(address) >= OPEN_PER_ADDRESS:
            raise TooMany(
                f"{OPEN_PER_ADDRESS} answers are open from this address: wait for one, or stop one."
            )
        if self._is_full() and not self._forget_one():
            raise TooMany("All places for answers are taken: try again in a minute.")
        self._arriving[address] += 1
        try:
            yield
        finally:
            self._arriving -= Counter({address: 1})

    def add(self, address: str, generation: Generation, baseline: GpuForecast | None) -> Answer:
        """Takes an accepted answer in and gives it its key."""
        return self._keep(Answer(_new_key(), address, generation, baseline))

    def add_race(
        self,
        address: str,
        generation: Generation,
        lanes: tuple[Lane, ...],
        ratios: tuple[Ratio, ...],
        *,
        is_replay: bool,
        logs: Mapping[int, EndpointLog] | None = None,
    ) -> Answer:
        """Takes a race in; of a replay, the logs are another answer's too."""
        return self._keep(
            Answer(
                _new_key(),
                address,
                generation,
                baseline=None,
                lanes=lanes,
                ratios=ratios,
                is_replay=is_replay,
                logs=logs or {},
            )
        )

    def find(self, key: str) -> Answer | None:
        """The answer of that key; None where it is unknown or forgotten."""
        self._forget_old()
        return self._answers.get(key)

    async def subscribe(self, answer: Answer, subscriber: Subscriber) -> None:
        """Makes this the answer's one reader; an older one is told that it is not any more."""
        older, answer.subscriber = answer.subscriber, subscriber
        if older is not None:
            await older.give_way()

    def unsubscribe(self, answer: Answer, subscriber: Subscriber) -> None:
        """The log stands; its ten minutes begin here if it has ended."""
        if answer.subscriber is subscriber:
            answer.subscriber = None
            self._forget_old()

    def open_count(self, address: str) -> int:
        """How many answers of an address are being computed, read or asked for."""
        opened = sum(a.address == address and a.is_open for a in self._answers.values())
        return opened + self._arriving[address]

    @contextmanager
    def watching(self, log: EndpointLog) -> Iterator[None]:
        """Meanwhile the log is told how many answers are being computed here."""
        log.begin(self._computing_count())
        self._watching.append(log)
        try:
            yield
        finally:
            self._watching.remove(log)

    def _computing_count(self) -> int:
        return sum(answer.generation.ending is None for answer in self._answers.values())

    def _keep(self, answer: Answer) -> Answer:
        self._answers[answer.key] = answer
        for log in self._watching:  # there are never more than just after one has come
            log.saw_open(self._computing_count())
        return answer

    def _forget_old(self) -> None:
        """Drops what ended ten minutes ago, then what ended first until the rest fits."""
        now_s = self._now()
        for answer in self._closed():
            if answer.ended_at_s is None:
                answer.ended_at_s = now_s if answer.lanes else _ended_at_s(answer.generation, now_s)
            if now_s - answer.ended_at_s >= KEPT_S:
                del self._answers[answer.key]
        while self._size_bytes() > SIZE_LIMIT_BYTES and self._forget_one():
            pass

    def _forget_one(self) -> bool:
        """Drops the answer that ended first; False where all are open."""
        closed = self._closed()
        if closed:
            del self._answers[min(closed, key=lambda answer: answer.ended_at_s or 0.0).key]
        return bool(closed)

    def _closed(self) -> list[Answer]:
        return [answer for answer in self._answers.values() if not answer.is_open]

    def _is_full(self) -> bool:
        count = len(self._answers) + self._arriving.total()
        return count >= COUNT_LIMIT or self._size_bytes() > SIZE_LIMIT_BYTES

    def _size_bytes(self) -> int:
        return sum(answer.size_bytes for answer in self._answers.values())


def _new_key() -> str:
    return secrets.token_hex(KEY_BYTES)


def _ended_at_s(generation: Generation, now_s: float) -> float:
    """When the last text was due; a stopped answer ended when it was first seen to have."""
    if not generation.tokens or generation.ending is None or generation.ending.reason == "stopped":
        return now_s
    return min(now_s, generation.accepted_at_s + generation.tokens[-1].release_s)
