"""The text that one reader is sent → HTML of its finished blocks, made beside the event loop.

Text never waits for it: whoever sends a frame takes along what is ready. One thread renders for
all, a slice of one text after a slice of another, so that a long text holds nobody up.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from playground.blocks import LIMIT
from playground.log_lines import name_and_place
from playground.markdown import Document, Html

RENDERER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="renderer")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """HTML that was not taken before; with it, so many units of the whole text are rendered."""

    html: str
    rendered: int


class Rendering:
    """One text. `known`: its first units, whose HTML the reader has already."""

    def __init__(self, known: int = 0) -> None:
        self._known = known
        self._document = Document()
        self._waiting: deque[str] = deque()
        self._ready: list[str] = []
        self._rendered = 0
        self._is_broken = False
        self._task: asyncio.Task[None] | None = None

    def add(self, text: str) -> None:
        """More of the text; it is rendered when its turn comes."""
        self._waiting += [text[at : at + LIMIT] for at in range(0, len(text), LIMIT)]
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._work())

    def take(self) -> Ready:
        """What became ready since the last time."""
        html = "".join(self._ready)
        self._ready.clear()
        return Ready(html, max(self._rendered, self._known))

    async def rest(self) -> Ready:
        """All that is left, once the text has ended."""
        if self._task is not None:
            await self._task
        self._keep(await self._beside(self._document.finish))
        return self.take()

    def close(self) -> None:
        """Nobody reads any more."""
        if self._task is not None:
            self._task.cancel()

    async def _work(self) -> None:
        while self._waiting:
            self._keep(await self._beside(self._document.feed, self._waiting.popleft()))

    async def _beside(self, render: Callable[..., list[Html]], *text: str) -> list[Html]:
        """In the renderer's thread. A fault of ours leaves text as it is, and no answer ends."""
        try:
            return await asyncio.get_running_loop().run_in_executor(RENDERER, render, *text)
        except Exception as error:
            logger.error("An answer could not be rendered: %s", name_and_place(error))
            self._is_broken = True
            return []

    def _keep(self, blocks: list[Html]) -> None:
        """After a fault nothing more is ready: what stands behind it has lost its place."""
        for block in blocks if not self._is_broken else []:
            self._rendered += block.units
            if self._rendered > self._known:
                self._ready.append(block.html)
