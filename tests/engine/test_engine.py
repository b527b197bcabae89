"""Answers of a running engine: the same whatever else runs, and what ends them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from checkpoints import edit_json, write_checkpoint
from engines import (
    CATALOG,
    Ticks,
    ended,
    held_up,
    ids_of,
    reason_of,
    request,
    running,
    text_of,
    wait_until,
)

from lpu_engine import (
    Busy,
    Catalog,
    Engine,
    Generation,
    Message,
    Params,
    PromptTooLong,
    Request,
    UnknownModel,
)
from lpu_engine.engine import MOST_WAITING, words_name
from lpu_engine.model.arithmetic import Float32
from lpu_engine.runtime.executor import Chunk, Executor

LONG = "The model reads the prompt, then it writes one token after another. " * 12


def answer(engine: Engine, prompt: str = "Hello", **params: object) -> Generation:
    return ended(engine.submit(request(prompt, **params)))


def together(words: Path, requests: Sequence[Request]) -> list[Generation]:
    """The answers of an engine that has all requests before its first step."""
    engine = Engine(CATALOG, words, Ticks())
    generations = [engine.submit(asked) for asked in requests]
    engine.start()
    for generation in generations:
        ended(generation)
    engine.close()
    return generations


def counting_forward(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The rows of each chunk of every step from now on."""
    steps: list[list[int]] = []
    forward = Executor.forward

    def counted(self: Executor, chunks: Sequence[Chunk], threads: int = 1) -> Float32:
        steps.append([len(chunk.ids) for chunk in chunks])
        return forward(self, chunks, threads)

    monkeypatch.setattr(Executor, "forward", counted)
    return steps


def test_an_engine_says_what_it_is(engine: Engine) -> None:
    state = engine.state
    assert (state.phase, state.detail, state.words) == ("ready", "", "tiny")
    assert state.parameters > 50_000
    assert state.threads in (1, 2)


def test_the_same_request_and_seed_give_the_same_answer(engine: Engine) -> None:
    first, second = (answer(engine, seed=7, temperature=1.0) for _ in range(2))
    assert ids_of(first) == ids_of(second)
    assert ids_of(first) != ids_of(answer(engine, seed=8, temperature=1.0))


@pytest.mark.parametrize("prompt", ["Hello", LONG], ids=["short", "long"])
def test_an_answer_amid_many_others_and_long_prompts_is_the_one_alone(
    prompt: str, words: Path, engine: Engine
) -> None:
    asked = request(prompt, seed=3, temperature=0.9, max_tokens=40)
    alone = ended(engine.submit(asked))
    long = [request(LONG[n:], seed=n, max_tokens=60) for n in range(8)]
    short = [request(f"{n}", seed=n, max_tokens=60) for n in range(7)]
    answers = together(words, [*long, asked, *short])
    assert ids_of(answers[8]) == ids_of(alone)
    assert text_of(answers[8]) == text_of(alone)
    assert {reason_of(other) for other in answers} <= {"length", "stop"}


def test_open_answers_share_their_steps(words: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = counting_forward(monkeypatch)
    together(words, [request(seed=n, max_tokens=50, temperature=0.0) for n in range(16)])
    assert sum(step == [1] * 16 for step in steps) >= 40


def test_a_long_prompt_is_fed_in_chunks_beside_what_decodes(
    words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lpu_engine.runtime.pace.Pace.prompt_rows", lambda _: 32)
    steps = counting_forward(monkeypatch)
    _, long = together(words, [request(text, max_tokens=90) for text in ("Hi", LONG)])
    shared = [step for step in steps if len(step) == 2]
    assert sum(step == [1, 32] for step in shared) >= len(long.prompt) // 32 - 1
    assert max(max(step) for step in shared) == 32


def test_what_decodes_goes_before_a_prompt_that_could_fill_a_step(
    words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lpu_engine.runtime.pace.Pace.prompt_rows", lambda _: 256)
    steps = counting_forward(monkeypatch)
    long, _ = together(words, [request(LONG * 2, max_tokens=5), request("Hi", max_tokens=50)])
    assert len(long.prompt) > 500
    assert [1, 255] in steps


def test_two_long_prompts_share_a_turn(words: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lpu_engine.runtime.pace.Pace.prompt_rows", lambda _: 32)
    steps = counting_forward(monkeypatch)
    together(words, [request(LONG + end, max_tokens=5) for end in ("a", "b")])
    assert [16, 16] in steps


def test_a_stop_string_ends_an_answer_before_it(engine: Engine) -> None:
    whole = text_of(answer(engine, seed=11, temperature=1.0, max_tokens=80))
    stop = whole[20:25]
    cut = answer(engine, seed=11, temperature=1.0, max_tokens=80, stop=(stop,))
    assert text_of(cut) == whole[: whole.index(stop)]
    assert reason_of(cut) == "stop"


def test_max_tokens_ends_an_answer(engine: Engine) -> None:
    generation = answer(engine, max_tokens=9, temperature=0.0)
    assert (len(generation.tokens), reason_of(generation)) == (9, "length")


def test_an_end_token_ends_an_answer(tmp_path: Path, engine: Engine) -> None:
    usual = ids_of(answer(engine, temperature=0.0))
    folder = write_checkpoint(tmp_path, window=1024, config={"eos_token_id": usual[5]})
    with running(folder) as ending_there:
        generation = answer(ending_there, temperature=0.0)
    assert ids_of(generation) == usual[: usual.index(usual[5])]
    assert reason_of(generation) == "stop"


def test_an_answer_ends_at_the_end_of_the_window(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path, window=128)
    edit_json(folder / "config.json", eos_token_id=None)
    edit_json(folder / "tokenizer_config.json", eos_token=None)
    with running(folder) as engine:
        generation = answer(engine, max_tokens=5000, temperature=1.0)
    assert len(generation.prompt) + len(generation.tokens) == 128
    assert reason_of(generation) == "length"


def test_stop_cuts_an_answer_under_way_and_it_stays_cut(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lpu_engine.runtime.pace.Pace.prompt_rows", lambda _: 256)
    may_go_on = held_up(monkeypatch, at_step=20)
    generation = engine.submit(request(LONG, max_tokens=700))
    wait_until(lambda: len(generation.tokens) >= 3)
    generation.stop(2)
    may_go_on.set()
    answer(engine)
    assert (len(generation.tokens), reason_of(generation)) == (2, "stopped")


def test_a_stopped_answer_gives_its_place_to_the_next(
    words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lpu_engine.writer.CACHE_BYTES", 0)  # one window, so one long answer
    with running(words) as engine:
        for _ in range(3):
            generation = engine.submit(request(LONG, max_tokens=700))
            wait_until(lambda g=generation: bool(g.tokens))  # type: ignore[misc]
            generation.stop(1)
        assert reason_of(answer(engine, LONG, max_tokens=700)) in ("length", "stop")


@pytest.mark.parametrize("model", [model.id for model in CATALOG.models])
def test_machine_stamps_never_fall_and_clock_stamps_are_the_predictions(
    model: str, engine: Engine
) -> None:
    generation = ended(engine.submit(request(model=model, temperature=0.0, max_tokens=30)))
    computed = [token.computed_s for token in generation.tokens]
    assert computed == sorted(computed)
    assert computed[0] > 0
    due = [generation.prediction.due_s(n, s) for n, s in enumerate(computed)]
    assert [token.clock_s for token in generation.tokens] == due
    assert all(token.release_s >= token.clock_s for token in generation.tokens)


def test_a_prediction_is_of_the_catalog_alone_and_known_at_once(words: Path) -> None:
    for model in CATALOG.models:
        idle = Engine(CATALOG, words, Ticks())
        first = idle.submit(request(model=model.id))
        for _ in range(20):
            idle.submit(request(LONG, model=model.id))
        again = idle.submit(request(model=model.id)).prediction
        assert again == first.prediction == model.predict(len(first.prompt))
        idle.close()


def test_the_words_name_the_checkpoint_and_its_tokens(engine: Engine) -> None:
    said = engine.submit(request(model="mixtral-8x7b-32768"))
    assert said.words.name == "tiny"
    assert 1 < said.words.chars_per_token < 4
    assert said.words.dropped_turns == 0
    ended(said)


def test_a_conversation_that_outgrows_the_words_window_loses_its_oldest_turns(
    engine: Engine,
) -> None:
    turns = [Message("user", LONG), Message("assistant", LONG)] * 8
    asked = Request("mixtral-8x7b-32768", (*turns, Message("user", "And?")), Params(max_tokens=5))
    generation = ended(engine.submit(asked))
    assert generation.words.dropped_turns > 0
    assert len(generation.prompt) < 1024


def test_a_window_that_is_larger_than_the_cache_ends_where_that_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lpu_engine.writer.CACHE_BYTES", 0)
    monkeypatch.setattr("lpu_engine.runtime.cache.LEAST_POSITIONS", 96)
    with running(write_checkpoint(tmp_path / "large", window=2**17)) as engine:
        generation = answer(engine, max_tokens=500, temperature=0.0)
        assert len(generation.prompt) + len(generation.tokens) == 96
        with pytest.raises(PromptTooLong):
            engine.submit(request("x " * 200))


def test_an_answer_ends_at_the_picked_models_window_where_that_is_the_smaller(words: Path) -> None:
    pebble = replace(CATALOG.model("pebble"), window=64)
    engine = Engine(Catalog((pebble,), "pebble"), words, Ticks())
    engine.start()
    generation = answer(engine, "Hi", max_tokens=500)
    engine.close()
    assert reason_of(generation) == "length"
    assert len(generation.prompt) + len(generation.tokens) == 64


def test_a_folder_with_a_models_id_has_that_models_name() -> None:
    assert words_name(CATALOG, Path("/anywhere/pebble")) == "Pebble"
    assert words_name(CATALOG, Path("/anywhere/other")) == "other"


def test_answers_may_be_asked_for_while_the_engine_warms_up(words: Path) -> None:
    engine = Engine(CATALOG, words, Ticks())
    assert engine.state.phase == "warming"
    generation = engine.submit(request(temperature=0.0))
    assert (generation.tokens, generation.ending) == ([], None)
    engine.start()
    assert text_of(ended(generation))
    engine.close()


def test_a_stopped_answer_that_never_began_is_passed_over(words: Path) -> None:
    engine = Engine(CATALOG, words, Ticks())
    first, second = engine.submit(request()), engine.submit(request())
    first.stop(0)
    engine.start()
    assert reason_of(ended(second)) in ("length", "stop")
    assert first.tokens == []
    engine.close()


def test_what_waits_is_bounded(words: Path) -> None:
    engine = Engine(CATALOG, words, Ticks())
    waiting = [engine.submit(request()) for _ in range(MOST_WAITING)]
    with pytest.raises(Busy, match="try again"):
        engine.submit(request())
    engine.close()
    assert {reason_of(generation) for generation in waiting} == {"error"}


def test_answers_wait_for_a_place_in_a_small_cache(
    words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lpu_engine.writer.CACHE_BYTES", 0)
    with running(words) as engine:
        asked = [engine.submit(request(LONG, seed=n, max_tokens=400)) for n in range(6)]
        answers = [ids_of(ended(generation)) for generation in asked]
        again = [ids_of(answer(engine, LONG, seed=n, max_tokens=400)) for n in range(6)]
    assert answers == again


@pytest.mark.parametrize("max_tokens", [0, -5])
def test_a_senseless_number_of_tokens_does_not_end_the_engine(
    max_tokens: int, engine: Engine
) -> None:
    assert len(answer(engine, max_tokens=max_tokens, temperature=0.0).tokens) == 1
    assert engine.state.phase == "ready"


def test_what_cannot_be_answered_is_refused_at_once(engine: Engine) -> None:
    with pytest.raises(UnknownModel, match="gpt-4"):
        engine.submit(request(model="gpt-4"))
    with pytest.raises(PromptTooLong, match="too long"):
        engine.submit(request("x" * 5000))
