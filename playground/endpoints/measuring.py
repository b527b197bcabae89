"""Planned requests → what was heard of each, by a clock that is an argument.

Nothing is counted here and no prompt is written: while answers come in, only times are taken.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass

from playground.endpoints.client import Failure, Piece
from playground.endpoints.load import Load, Planned
from playground.endpoints.records import Heard, Reason

NO_WORD = Reason("empty", "The endpoint's answer holds not one word.")

Stream = Callable[[Planned], AsyncGenerator[Piece, None]]
Told = Callable[[Heard], None]


@dataclass(frozen=True, slots=True)
class Asker:
    """Sends planned requests; `told` is called as each ends, so a Ctrl-C loses none of those."""

    stream: Stream
    told: Told
    now: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]

    async def heard(self, planned: Planned, started_s: float) -> None:
        """One request, from now to its end or its failure."""
        sent_s = self.now() - started_s
        pieces: list[tuple[float, str]] = []
        reason: Reason | None = None
        last: Piece | None = None
        try:
            async with aclosing(self.stream(planned)) as stream:
                async for last in stream:
                    if last.text:
                        pieces.append((last.at_s, last.text))
        except Failure as failure:
            reason = reason_of(failure)
        ended_s = self.now() - started_s - sent_s
        usage = last.usage if last else None
        self.told(
            Heard(
                index=planned.index,
                sent_s=sent_s,
                late_s=0.0 if planned.due_s is None else max(0.0, sent_s - planned.due_s),
                ended_s=ended_s,
                pieces=tuple(pieces),
                prompt_tokens=usage.prompt_tokens if usage else None,
                output_tokens=usage.completion_tokens if usage else None,
                failure=reason if reason or pieces else NO_WORD,
            )
        )


async def measure(load: Load, plans: Iterable[Planned], asker: Asker) -> None:
    """Until all are answered or failed."""
    started_s = asker.now()
    if load.rate_per_s is None:
        await _in_turns(plans, load.concurrency, asker, started_s)
    else:
        await _as_due(plans, load.concurrency, asker, started_s)


async def _in_turns(
    plans: Iterable[Planned], concurrency: int, asker: Asker, started_s: float
) -> None:
    """So many at once; whoever is done takes the next."""
    queue = iter(plans)
    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(_work(queue, asker, started_s))


async def _work(queue: Iterator[Planned], asker: Asker, started_s: float) -> None:
    for planned in queue:
        await asker.heard(planned, started_s)


async def _as_due(
    plans: Iterable[Planned], concurrency: int, asker: Asker, started_s: float
) -> None:
    """Each at its moment, in order; where too many are under way it is sent late."""
    room = asyncio.Semaphore(concurrency)
    async with asyncio.TaskGroup() as group:
        for planned in plans:
            await asker.sleep(max(0.0, started_s + (planned.due_s or 0.0) - asker.now()))
            await room.acquire()
            group.create_task(_in_room(planned, room, asker, started_s))


async def _in_room(
    planned: Planned, room: asyncio.Semaphore, asker: Asker, started_s: float
) -> None:
    await asker.heard(planned, started_s)
    room.release()


def reason_of(failure: Failure) -> Reason:
    """Refusals by HTTP are told apart by their status."""
    told = failure.code in ("status", "redirect") and failure.status is not None
    return Reason(f"{failure.code} {failure.status}" if told else failure.code, failure.sentence)
