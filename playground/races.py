"""A race on one socket: a log that is computed before the flag → lanes, each with its own clock.

All lanes begin at one instant and read one log; none waits for another, and one that dies leaves
the others as they are.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from lpu_engine import (
    BadSystem,
    Catalog,
    Generation,
    Lane,
    Measured,
    Token,
    UnknownModel,
    UnknownService,
    lane_of,
)
from playground.answers import Answer, Answers
from playground.endpoints.addresses import origin_in
from playground.endpoints.asking import WITHOUT_WORDS
from playground.endpoints.log import EndpointLog
from playground.log_lines import name_and_place
from playground.messages import (
    Asking,
    BadMessage,
    EndpointEntry,
    Error,
    Flag,
    LaneClock,
    LaneFinished,
    LaneTokens,
    Outgoing,
    RaceAccepted,
    RaceEntry,
    RaceFinished,
    ShownEndpoint,
)
from playground.pacing import FRAME_S, Due, Reader, Window, frames
from playground.streams import NoSuchLane, Tell

FEWEST_FOR_A_RATE = 3
NO_ACCOUNT = LaneClock(None, None, None, None)
ENDPOINT_SOURCE = (
    "this machine’s stamps, from sending the request to each delta; the network is in them"
)
DIED = "Lane {number} broke on this machine; the others run on."

logger = logging.getLogger(__name__)


def lanes_for(
    entries: Sequence[RaceEntry], catalog: Catalog, prompt_tokens: int
) -> tuple[Lane, ...]:
    """The lanes of a race, their programs compiled; raises BadMessage that names the lane."""
    lanes = []
    for index, entry in enumerate(entries):
        try:
            if isinstance(entry, EndpointEntry):
                lanes.append(endpoint_lane(entry))
            else:
                lanes.append(lane_of(entry, catalog, prompt_tokens))
        except UnknownModel as error:
            raise BadMessage("unknown_model", f"lanes[{index}]: {error}") from None
        except (BadSystem, UnknownService) as error:
            raise BadMessage("bad_param", f"lanes[{index}]: {error}") from None
    return tuple(lanes)


def endpoint_lane(entry: EndpointEntry) -> Lane:
    """A lane whose clock is the stamps of its own log."""
    return Lane(
        "endpoint",
        model_id=None,
        model=entry.model,
        name=origin_in(entry.url).partition("://")[2],
        users=None,
        kind="measured",
        source=ENDPOINT_SOURCE,
        ttft_s=None,
        tokens_per_s=None,
    )


class RaceStream:
    """A subscription to a race, from before it is accepted until its last message."""

    def __init__(
        self,
        message_id: str,
        tell: Tell,
        answers: Answers,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.id = message_id
        self.task: asyncio.Task[None] | None = None
        self.answer: Answer | None = None
        self.has_left = False
        self._tell = tell
        self._answers = answers
        self._now = now
        self._sleep = sleep
        self._windows: list[Window] = []
        self._running: list[asyncio.Task[None]] = []
        self._ended: set[int] = set()  # lanes whose last message was told
        self._is_stopped = False

    async def follow(self, answer: Answer, starts: Sequence[int]) -> None:
        """Sends all after each lane's first tokens; returns when the last `finished` is due."""
        self.answer = answer
        self._windows = [Window() for _ in answer.lanes]
        await self._answers.subscribe(answer, self)
        try:
            await self._tell(self._accepted(answer))
            await self._wait_for_words(answer)
            if self._is_stopped or _reason(answer.generation) in WITHOUT_WORDS:
                return
            if answer.flag_at_s is None:
                answer.flag_at_s = self._now()
            await self._tell(self._flag(answer, answer.flag_at_s))
            await self._run(answer, answer.flag_at_s, starts)
        finally:
            self._answers.unsubscribe(answer, self)

    def acknowledge(self, seq: int, lane: int | None) -> None:
        """Raises NeverSent, NoSuchLane."""
        if lane is None or lane >= len(self._windows):
            raise NoSuchLane(f"lane must be 0 to {len(self._windows) - 1}: this is a race.")
        self._windows[lane].acknowledge(seq)

    def stop(self) -> None:
        """Ends the words where they are still computed, and every lane where it is."""
        self._is_stopped = True
        if self.answer is not None and self.answer.generation.ending is None:
            self.answer.generation.stop(0)  # words that are there may be another race's too
        if self.answer is not None and self.answer.asking is not None:
            self.answer.asking.cancel()
        for lane in self._running:
            lane.cancel()

    def leave(self) -> None:
        """The socket is gone: nobody reads any more, and the clocks go on."""
        self.has_left = True
        if self.answer is not None and self.task is not None:
            self.task.cancel()

    async def give_way(self) -> None:
        """A newer subscription has begun: this one says so and ends."""
        if self.task is not None:
            self.task.cancel()
        await self._tell(Error(self.id, "taken_over", "This race is being read elsewhere now."))

    def last(self, answer: Answer) -> list[Outgoing]:
        """The last messages of this id: of lanes that never ran, and of the race."""
        generation = answer.generation
        reason = "stopped" if self._is_stopped else _reason(generation)
        lanes = [i for i in range(len(answer.lanes)) if i not in self._ended]
        return [
            *(LaneFinished(self.id, lane, reason, 0, NO_ACCOUNT) for lane in lanes),
            RaceFinished(
                self.id,
                reason,
                len(generation.prompt),
                len(generation.tokens),
                generation.measured(),
            ),
        ]

    async def _wait_for_words(self, answer: Answer) -> None:
        """And for those of its endpoints, each of which is told when its turn has come."""
        if self._is_stopped:
            self.stop()
        while answer.generation.ending is None:
            await self._sleep(FRAME_S)
        for lane, log in answer.logs.items():
            if log.ending is None:
                await self._tell(Asking(self.id, lane))
            while log.ending is None:
                await self._sleep(FRAME_S)

    async def _run(self, answer: Answer, flag_at_s: float, starts: Sequence[int]) -> None:
        readers = [
            Reader(answer.log_of(i), start=starts[i], due=due_by(lane), began_at_s=flag_at_s)
            for i, lane in enumerate(answer.lanes)
        ]
        self._running = [
            asyncio.create_task(self._send(i, answer.lanes[i], reader))
            for i, reader in enumerate(readers)
        ]
        if self._is_stopped:
            self.stop()
        ends = [self._end(i, answer, reader) for i, reader in enumerate(readers)]
        try:
            await asyncio.gather(*ends)
        finally:
            for lane in self._running:
                lane.cancel()

    async def _send(self, index: int, lane: Lane, reader: Reader) -> None:
        """A lane's frames, to its end."""
        window = self._windows[index]
        async for frame in frames(reader, window, now=self._now, sleep=self._sleep):
            clock_s = lane.due_s(frame.index, frame.last.computed_s)
            await self._tell(
                LaneTokens(self.id, index, frame.seq, frame.text, frame.count, clock_s)
            )

    async def _end(self, index: int, answer: Answer, reader: Reader) -> None:
        """Waits for a lane, however it ends, and tells its account."""
        running = self._running[index]
        await asyncio.wait([running])
        log = answer.log_of(index)
        reason = _reason(log)
        if running.cancelled():
            reason = "stopped"
        elif error := running.exception():
            logger.error("A lane failed: %s", name_and_place(error))
            reason = "error"
            await self._tell(Error(self.id, "internal", DIED.format(number=index + 1)))
        elif reason == "error" and log.ending is not None:
            await self._tell(Error(self.id, "endpoint", f"lanes[{index}]: {log.ending.detail}"))
        tokens = log.tokens[: reader.position]
        count = log.tokens_in(len(tokens)) if isinstance(log, EndpointLog) else len(tokens)
        clock = NO_ACCOUNT if reason == "error" else account(answer.lanes[index], tokens, count)
        self._ended.add(index)
        await self._tell(LaneFinished(self.id, index, reason, len(tokens), clock))

    def _accepted(self, answer: Answer) -> RaceAccepted:
        return RaceAccepted(
            self.id,
            answer.key,
            answer.generation.words,
            answer.is_replay,
            answer.lanes,
            answer.ratios,
        )

    def _flag(self, answer: Answer, flag_at_s: float) -> Flag:
        generation = answer.generation
        return Flag(
            self.id,
            len(generation.tokens),
            generation.tokens[-1].computed_s if generation.tokens else 0.0,
            generation.measured(),
            elapsed_s=self._now() - flag_at_s,
            endpoints=tuple(_shown(answer, i) for i in range(len(answer.lanes))),
        )


def due_by(lane: Lane) -> Due:
    """When a lane's clock lets a token out, in seconds since the flag."""

    def due(index: int, token: Token) -> float:
        return lane.due_s(index, token.computed_s)

    return due


def account(lane: Lane, tokens: Sequence[Token], count: int) -> LaneClock:
    """What a lane's clock says of what it let out, which is `count` tokens."""
    if not tokens:
        return NO_ACCOUNT
    first_s = lane.due_s(0, tokens[0].computed_s)
    last_s = lane.due_s(count - 1, tokens[-1].computed_s)
    ttft_s = None if lane.kind == "published" and lane.ttft_s is None else first_s
    if count < FEWEST_FOR_A_RATE or last_s <= first_s:
        return LaneClock(ttft_s, last_s, None, None)
    end_to_end = None if ttft_s is None else count / last_s
    return LaneClock(ttft_s, last_s, (count - 1) / (last_s - first_s), end_to_end)


def _reason(log: Generation | EndpointLog) -> str:
    return "error" if log.ending is None else log.ending.reason


def _shown(answer: Answer, lane: int) -> ShownEndpoint | None:
    log = answer.logs.get(lane)
    if log is None:
        return None
    clock = account(answer.lanes[lane], log.tokens, log.token_count)
    if _reason(log) == "error":
        clock = NO_ACCOUNT
    return ShownEndpoint(
        deltas=len(log.tokens),
        tokens=log.token_count,
        is_reported=log.usage is not None,
        prompt_tokens=None if log.usage is None else log.usage.prompt_tokens,
        measured=Measured(clock.ttft_s, clock.tokens_per_s),
        others_at_start=log.open_at_start if log.is_begun else None,
        others_at_most=log.open_at_most if log.is_begun else None,
    )
