"""How an engine fails and how it is closed: every answer ends, and the next is refused in words."""

from collections.abc import Callable
from pathlib import Path

import pytest
from checkpoints import edit_json, write_checkpoint
from engines import CATALOG, Ticks, ended, engine_threads, reason_of, request, running

import lpu_engine.writer
from lpu_engine import Engine, NoWords
from lpu_engine.model.arithmetic import Float32
from lpu_engine.runtime.executor import Executor

LONG = "The model reads the prompt, then it writes one token after another. " * 12


def remove_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def cut_weights(folder: Path) -> None:
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])


def break_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{")


def name_another_architecture(folder: Path) -> None:
    edit_json(folder / "config.json", architectures=["FalconForCausalLM"])


def remove_config(folder: Path) -> None:
    (folder / "config.json").unlink()


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (remove_weights, r"model\.safetensors"),
        (cut_weights, "broken or incomplete"),
        (break_tokenizer, r"tokenizer\.json"),
        (name_another_architecture, "FalconForCausalLM"),
        (remove_config, r"config\.json"),
    ],
)
def test_a_missing_or_broken_checkpoint_is_told_and_nothing_starts(
    damage: Callable[[Path], None], named: str, tmp_path: Path
) -> None:
    damage(write_checkpoint(tmp_path))
    before = len(engine_threads())
    engine = Engine(CATALOG, tmp_path, Ticks())
    engine.start()
    assert engine.state.phase == "failed"
    with pytest.raises(NoWords, match=named):
        engine.submit(request())
    assert len(engine_threads()) == before
    engine.close()
    with pytest.raises(NoWords, match=named):
        engine.submit(request())


def failing_forward(*_: object) -> Float32:
    raise MemoryError("no memory left")


def test_a_failure_in_the_thread_ends_an_answer_with_an_error_and_refuses_the_next(
    words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(words) as engine:
        monkeypatch.setattr(Executor, "forward", failing_forward)
        generation = ended(engine.submit(request(LONG)))
        assert reason_of(generation) == "error"
        assert generation.ending is not None
        assert "no memory left" in generation.ending.detail
        with pytest.raises(NoWords, match=r"no memory left.*Restart"):
            engine.submit(request())


def test_a_checkpoint_that_breaks_while_it_is_loaded_is_a_failure(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path)
    engine = Engine(CATALOG, folder, Ticks())
    generations = [engine.submit(request()) for _ in range(3)]
    cut_weights(folder)
    engine.start()
    assert {reason_of(ended(generation)) for generation in generations} == {"error"}
    assert engine.state.phase == "failed"
    assert "cut short" in engine.state.detail
    engine.close()
    assert "cut short" in engine.state.detail


def test_an_engine_that_fails_while_a_request_is_read_leaves_nobody_waiting(
    words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(CATALOG, words, Ticks())
    fit = lpu_engine.writer.fit

    def slow_fit(*args: object, **options: object) -> object:
        engine.close()
        return fit(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("lpu_engine.writer.fit", slow_fit)
    with pytest.raises(NoWords, match="closed"):
        engine.submit(request())


def test_close_ends_the_thread_and_what_is_still_open(words: Path) -> None:
    before = len(engine_threads())
    engine = Engine(CATALOG, words, Ticks())
    engine.start()
    generation = engine.submit(request(LONG, max_tokens=900))
    engine.close()
    assert len(engine_threads()) == before
    assert generation.ending is not None
    with pytest.raises(NoWords, match="closed"):
        engine.submit(request())
    engine.close()


def test_an_engine_that_never_started_can_be_closed(words: Path) -> None:
    Engine(CATALOG, words, Ticks()).close()
