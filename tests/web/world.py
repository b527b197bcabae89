"""Time that a test moves, and answers for it to read."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import pytest

from lpu_engine import Generation, Message, Model, Params, Prediction, Request, Words


@dataclass
class World:
    """Time that moves only when everybody waits: to the next sleeper's or event's moment."""

    now_s: float = 1000.0
    plans: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)  # equal times keep their order

    def at(self, time_s: float, action: Callable[[], None]) -> None:
        self.plans.append((time_s, next(self.numbers), action))

    def now(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        self.at(self.now_s + seconds, lambda: woken.set_result(None))
        await woken

    async def run(self, work: Awaitable[None]) -> bool:
        """Runs until `work` is done, or until nothing is left that could move it: False."""
        task = asyncio.ensure_future(work)
        while True:
            for _ in range(8):  # everybody who can go on, goes on
                await asyncio.sleep(0)
            if task.done():
                task.result()
                return True
            if not self.plans:
                task.cancel()
                return False
            moment = min(self.plans)
            self.plans.remove(moment)
            self.now_s = max(self.now_s, moment[0])
            moment[2]()


class StillLoop:
    """The running event loop's clock stands until a test moves it; sockets go on as ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        self._now_s = loop.time()
        monkeypatch.setattr(loop, "time", lambda: self._now_s)

    async def move(self, seconds: float) -> None:
        """Whose moment has come goes on before this returns."""
        self._now_s += seconds
        for _ in range(8):
            await asyncio.sleep(0)


def a_generation(tokens_per_s: float | None = None, stop: tuple[str, ...] = ()) -> Generation:
    clock = Prediction("published", "a test", 0.1 if tokens_per_s else None, tokens_per_s, 8)
    return Generation(
        Request("m", (Message("user", "Why?"),), Params(stop=stop)),
        model=Model("m", "M", 1024, 1, clock),
        words=Words("W", 4.0, 0),
        prompt=[1],
        accepted_at_s=1000.0,
    )
