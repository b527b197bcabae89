"""One id on one socket: an answer's log → `accepted`, frames, `finished`.

The log outlives the stream: only `stop` ends an answer, a stream that ends just stops reading.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from playground.answers import Answer, Answers
from playground.messages import (
    Accepted,
    Error,
    Finished,
    Outgoing,
    RenderedFinished,
    RenderedTokens,
    Tokens,
    published,
    shown,
)
from playground.pacing import Frame, Reader, Window, frames
from playground.rendering import Ready, Rendering

Tell = Callable[[Outgoing], Awaitable[None]]


class NoSuchLane(ValueError):
    """An acknowledgement of a lane that there is not."""


class Stream:
    """A subscription, from before its answer is accepted until its last message.

    With a rendering, HTML goes along; text never waits for it.
    """

    def __init__(
        self, message_id: str, tell: Tell, answers: Answers, rendering: Rendering | None = None
    ) -> None:
        self.id = message_id
        self.window = Window()
        self.task: asyncio.Task[None] | None = None
        self.answer: Answer | None = None
        self.has_left = False
        self._tell = tell
        self._answers = answers
        self._reader: Reader | None = None
        self._is_stopped = False
        self._rendering = rendering
        self._rest = Ready("", 0)

    async def follow(self, answer: Answer, starts: Sequence[int] = (0,)) -> None:
        """Sends all after the first tokens; returns when `finished` is due."""
        self.answer = answer
        self._reader = Reader(answer.generation, start=starts[0])
        await self._answers.subscribe(answer, self)
        try:
            await self._tell(self._accepted(answer))
            if self._is_stopped:
                self.stop()
            if self._rendering is not None:
                self._rendering.add(self._reader.text_before)
            every = frames(self._reader, self.window, now=time.monotonic, sleep=asyncio.sleep)
            async for frame in every:
                await self._tell(self._tokens(frame))
            if self._rendering is not None:
                self._rest = await self._rendering.rest()
        finally:
            if self._rendering is not None:
                self._rendering.close()
            self._answers.unsubscribe(answer, self)

    def acknowledge(self, seq: int, lane: int | None) -> None:
        """Raises NeverSent, NoSuchLane."""
        if lane is not None:
            raise NoSuchLane("lane is for races: this is an answer.")
        self.window.acknowledge(seq)

    def stop(self) -> None:
        """Ends the answer at what was let out; one that is not accepted yet, as soon as it is."""
        self._is_stopped = True
        if self.answer is not None and self._reader is not None:
            self.answer.generation.stop(self._reader.position)
            self.window.wake()

    def leave(self) -> None:
        """The socket is gone: nobody reads any more, and the answer goes on."""
        self.has_left = True
        if self.answer is not None and self.task is not None:
            self.task.cancel()

    async def give_way(self) -> None:
        """A newer subscription has begun: this one says so and ends."""
        if self.task is not None:
            self.task.cancel()
        message = "This answer is being read elsewhere now."
        await self._tell(Error(self.id, "taken_over", message))

    def last(self, answer: Answer) -> list[Outgoing]:
        """The last message of this id."""
        generation = answer.generation
        reason = "error" if generation.ending is None else generation.ending.reason
        account = (self.id, reason, generation.usage(), generation.measured())
        if self._rendering is None:
            return [Finished(*account)]
        return [RenderedFinished(*account, self._rest.html, self._rest.rendered)]

    def _tokens(self, frame: Frame) -> Tokens:
        last = frame.last
        told = (self.id, frame.seq, frame.text, frame.count, last.clock_s, last.computed_s)
        if self._rendering is None:
            return Tokens(*told)
        self._rendering.add(frame.text)
        ready = self._rendering.take()
        return RenderedTokens(*told, ready.html, ready.rendered)

    def _accepted(self, answer: Answer) -> Accepted:
        generation = answer.generation
        return Accepted(
            id=self.id,
            key=answer.key,
            model=generation.model.id,
            words=generation.words,
            prediction=generation.prediction,
            published=published(generation.model),
            baseline=shown(answer.baseline),
        )
