"""An engine over a small checkpoint, and how a test waits for it."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from lpu_engine import Engine, Generation, Message, Params, Request, load_catalog
from lpu_engine.model.arithmetic import Float32
from lpu_engine.runtime.executor import Chunk, Executor

DEADLINE_S = 120.0  # long past every compile; reaching it is a failure, never a measurement
CATALOG = load_catalog()


class Ticks:
    """A clock for `now` that moves on by 1/1024 s each time it is read."""

    def __init__(self) -> None:
        self._count = itertools.count()

    def __call__(self) -> float:
        return next(self._count) / 1024


@contextmanager
def running(folder: Path) -> Iterator[Engine]:
    """An engine that is ready, and is closed afterwards."""
    engine = Engine(CATALOG, folder, Ticks())
    engine.start()
    wait_until(lambda: engine.state.phase != "warming")
    try:
        yield engine
    finally:
        engine.close()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + DEADLINE_S
    while not is_so():
        if time.monotonic() > deadline_s:
            raise TimeoutError("what was waited for never came")
        time.sleep(0.002)


def held_up(monkeypatch: pytest.MonkeyPatch, at_step: int = 1) -> threading.Event:
    """Engines wait before that step from now on, until the event is set: a test acts meanwhile."""
    may_go_on, steps, forward = threading.Event(), itertools.count(1), Executor.forward

    def waiting(self: Executor, chunks: Sequence[Chunk], threads: int = 1) -> Float32:
        if next(steps) >= at_step:
            assert may_go_on.wait(DEADLINE_S)
        return forward(self, chunks, threads)

    monkeypatch.setattr(Executor, "forward", waiting)
    return may_go_on


def request(prompt: str = "Hello", model: str = "pebble", **params: object) -> Request:
    """A conversation of one message, with a fixed seed unless another is given."""
    given = Params(**{"seed": 1, "max_tokens": 24, **params})  # type: ignore[arg-type]
    return Request(model, (Message("user", prompt),), given)


def ended(generation: Generation) -> Generation:
    wait_until(lambda: generation.ending is not None)
    return generation


def text_of(generation: Generation) -> str:
    """All that a reader of an ended answer sees."""
    assert generation.ending is not None
    return "".join(token.text for token in generation.tokens) + generation.ending.tail


def ids_of(generation: Generation) -> list[int]:
    return [token.id for token in generation.tokens]


def engine_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "engine"]


def reason_of(generation: Generation) -> str:
    assert generation.ending is not None
    return generation.ending.reason
