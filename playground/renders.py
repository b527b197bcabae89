"""Texts that a client has → their HTML, one after another: old messages of a conversation."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from playground.messages import BadMessage, Outgoing, Render, Rendered
from playground.rendering import Rendering

WAITING_LIMIT = 64


class Renders:
    """Of one socket."""

    def __init__(self, tell: Callable[[Outgoing], Awaitable[None]]) -> None:
        self._tell = tell
        self._waiting: deque[Render] = deque()
        self._task: asyncio.Task[None] | None = None

    def add(self, message: Render) -> None:
        """Raises BadMessage where too many wait."""
        if len(self._waiting) >= WAITING_LIMIT:
            told = f"{WAITING_LIMIT} texts wait to be rendered on this socket: send fewer at once."
            raise BadMessage("busy", told, message.id)
        self._waiting.append(message)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    def leave(self) -> None:
        """The socket is gone."""
        if self._task is not None:
            self._task.cancel()

    async def _work(self) -> None:
        while self._waiting:
            message = self._waiting.popleft()
            rendering = Rendering()
            rendering.add(message.text)
            rest = await rendering.rest()
            await self._tell(Rendered(message.id, rest.html, rest.rendered))
