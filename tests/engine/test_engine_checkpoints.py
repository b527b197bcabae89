"""Conversations that go on begin behind what is known, and several checkpoints share the time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest
from checkpoints import write_checkpoint
from engines import (
    CATALOG,
    Ticks,
    ended,
    held_up,
    ids_of,
    reason_of,
    request,
    running,
    wait_until,
)

from lpu_engine import Engine, Message, NoWords, Params, Request
from lpu_engine.model.arithmetic import Float32
from lpu_engine.runtime.executor import Chunk, Executor

OWN = "llama2-7b-2048"
LONG = "The model reads the prompt, then it writes one token after another. " * 6
SYSTEM = Message("system", "You are a very small model that answers in one short sentence. " * 2)


def talk(*turns: str, system: bool = False) -> Request:
    """User and assistant in turns."""
    said = [Message("assistant" if n % 2 else "user", text) for n, text in enumerate(turns)]
    params = Params(seed=3, max_tokens=24, temperature=1.0)
    return Request("pebble", ((SYSTEM,) if system else ()) + tuple(said), params)


Step = tuple[Executor, list[int]]


def counted_steps(monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """From now on: who stepped, and the rows of each of its chunks."""
    steps: list[Step] = []
    forward = Executor.forward

    def counted(self: Executor, chunks: Sequence[Chunk], threads: int = 1) -> Float32:
        steps.append((self, [len(chunk.ids) for chunk in chunks]))
        return forward(self, chunks, threads)

    monkeypatch.setattr(Executor, "forward", counted)
    return steps


@pytest.mark.parametrize("system", [False, True])
def test_a_follow_up_feeds_only_what_is_new_and_says_the_same(
    system: bool, words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow_up = talk(LONG, LONG, "And then?", system=system)
    with running(words) as engine:
        afresh = ended(engine.submit(follow_up))
    with running(words) as engine:
        ended(engine.submit(talk(LONG, system=system)))
        ended(engine.submit(talk(LONG, LONG, "Why?", system=system)))
        steps = counted_steps(monkeypatch)
        again = ended(engine.submit(follow_up))
        fed = sum(sum(rows) for _, rows in steps)
    assert ids_of(again) == ids_of(afresh)
    assert fed < len(again.prompt) / 4 + len(again.tokens)
    assert again.prediction == afresh.prediction
    assert again.usage().prompt_time == afresh.usage().prompt_time


def test_conversations_share_a_system_prompt(words: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(words) as engine:
        ended(engine.submit(talk("Hello", system=True)))
        steps = counted_steps(monkeypatch)
        other = ended(engine.submit(talk("What is it?", system=True)))
        fed = sum(sum(rows) for _, rows in steps)
    assert len(other.prompt) > 100
    assert fed < len(other.prompt) / 2 + len(other.tokens)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own") / "own"
    return write_checkpoint(folder, window=1024, seed=5, layers=3)


@pytest.fixture
def both(words: Path, own: Path) -> Iterator[Engine]:
    """The usual writer, and one whose own weights are here."""
    engine = Engine(CATALOG, words, Ticks(), {OWN: own})
    engine.start()
    wait_until(lambda: engine.state.phase == "ready")
    yield engine
    engine.close()


def test_a_model_whose_weights_are_here_writes_its_own_words(both: Engine) -> None:
    assert both.state_of(OWN).phase == "waiting"
    assert both.state_of(OWN).words == CATALOG.model(OWN).name
    usual, its = (ended(both.submit(request("Hello", model))) for model in ("pebble", OWN))
    assert (usual.words.name, its.words.name) == ("tiny", CATALOG.model(OWN).name)
    assert ids_of(usual) != ids_of(its)
    assert (both.state_of(OWN).phase, both.state_of("pebble")) == ("ready", both.state)


def test_checkpoints_take_turns_and_no_stream_waits_for_the_others_end(
    both: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(both.submit(request("Hello", OWN)))
    steps = counted_steps(monkeypatch)
    may_go_on = held_up(monkeypatch)
    asked = [both.submit(request(LONG, model, max_tokens=300)) for model in ("pebble", OWN)]
    may_go_on.set()
    wait_until(lambda: any(generation.ending for generation in asked))
    first_end = len(steps)
    assert all(ended(generation).tokens for generation in asked)
    turns = [len(list(turn)) for _, turn in groupby(steps[:first_end], key=lambda step: step[0])]
    assert len(turns) > 8
    assert max(turns[1:-1]) <= 20  # Ticks: a turn of 20 ms is as many readings of the clock


def test_a_checkpoint_that_breaks_ends_its_own_answers_alone(
    both: Engine, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = Executor.forward

    def failing(self: Executor, chunks: Sequence[Chunk], threads: int = 1) -> Float32:
        if self.architecture.layers == 3:
            raise MemoryError("no memory left")
        return forward(self, chunks, threads)

    monkeypatch.setattr(Executor, "forward", failing)
    usual, its = (both.submit(request(LONG, model, max_tokens=200)) for model in ("pebble", OWN))
    assert (reason_of(ended(its)), reason_of(ended(usual))) == ("error", "length")
    with pytest.raises(NoWords, match="no memory left"):
        both.submit(request("Hello", OWN))
    assert both.state.phase == "ready"


def test_a_model_without_sound_weights_is_refused_and_the_others_are_not(
    words: Path, tmp_path: Path
) -> None:
    engine = Engine(CATALOG, words, Ticks(), {OWN: tmp_path})
    engine.start()
    with pytest.raises(NoWords, match=r"config\.json"):
        engine.submit(request("Hello", OWN))
    assert reason_of(ended(engine.submit(request()))) in ("stop", "length")
    engine.close()


def test_a_model_writes_even_where_the_usual_words_are_broken(own: Path, tmp_path: Path) -> None:
    engine = Engine(CATALOG, tmp_path, Ticks(), {OWN: own})
    engine.start()
    assert engine.state.phase == "failed"
    generation = ended(engine.submit(replace(request("Hello", OWN))))
    assert reason_of(generation) in ("stop", "length")
    engine.close()
