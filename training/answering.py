"""Conversations to answers, by the engine that the page uses: int8 weights, its own sampler."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from lpu_engine import Engine, Generation, Message, Params, Request, load_catalog

LOOK_EVERY_S = 0.005
AT_ONCE = 64


class NoAnswer(Exception):
    """The engine could not be started, or ended an answer with an error; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was generated, and whether it ended by itself."""

    text: str
    is_ended: bool


@contextmanager
def answering(folder: Path) -> Iterator[Engine]:
    """An engine over the checkpoint of `folder`, ready; closed afterwards. Raises NoAnswer."""
    engine = Engine(load_catalog(), folder)
    engine.start()
    try:
        while engine.state.phase == "warming":
            time.sleep(LOOK_EVERY_S)
        if engine.state.phase == "failed":
            raise NoAnswer(engine.state.detail)
        yield engine
    finally:
        engine.close()


def answer_all(
    engine: Engine, talks: Sequence[Sequence[str]], params: Params, seed: int = 0
) -> list[Answer]:
    """The last answer of each talk, whose turns are asked one after the other; the talks run side
    by side, talk i with the sampler's seed `seed` + i."""
    answers: list[Answer] = []
    for start in range(0, len(talks), AT_ONCE):
        some = talks[start : start + AT_ONCE]
        answers += _answer_some(engine, some, params, seed + start)
    return answers


def _answer_some(
    engine: Engine, talks: Sequence[Sequence[str]], params: Params, seed: int
) -> list[Answer]:
    said: list[list[Message]] = [[] for _ in talks]
    answers: dict[int, Answer] = {}
    for turn in range(max(map(len, talks))):
        running: dict[int, Generation] = {}
        for i, talk in enumerate(talks):
            if turn < len(talk):
                said[i].append(Message("user", talk[turn]))
                request = Request("pebble", tuple(said[i]), replace(params, seed=seed + i))
                running[i] = engine.submit(request)
        for i, generation in running.items():
            answers[i] = _ended(generation)
            said[i].append(Message("assistant", answers[i].text))
    return [answers[i] for i in range(len(talks))]


def _ended(generation: Generation) -> Answer:
    while generation.ending is None:
        time.sleep(LOOK_EVERY_S)
    if generation.ending.reason == "error":
        raise NoAnswer(generation.ending.detail)
    text = "".join(token.text for token in generation.tokens) + generation.ending.tail
    return Answer(text, generation.ending.reason == "stop")
