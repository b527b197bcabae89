"""How much int8 changes the shipped model: its next tokens beside those of float32."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import lpu_engine
from lpu_engine.compiler.compile import table_of
from lpu_engine.model.arithmetic import Float32
from lpu_engine.model.checkpoint import open_checkpoint
from lpu_engine.model.reference import logits
from lpu_engine.model.tokenizer import Message, open_tokenizer
from lpu_engine.runtime.cache import Cache
from lpu_engine.runtime.executor import Chunk, Executor
from lpu_engine.runtime.weights import load_weights
from training.corpus import held_out_conversations, read_corpus

PEBBLE = Path(lpu_engine.__file__).parent / "models" / "pebble"
CLEAR_MARGIN = 0.05
TALKS = 20
TEXT = (
    "When I was small, my grandmother kept a garden behind her house, and every spring she let me"
    " plant one row of anything I liked. The first year I chose sunflowers, because the picture on"
    " the packet was larger than my hand. She showed me how deep to put the seeds and how far"
    " apart, and then she told me to wait. Waiting was the hardest part. I looked at the bare soil"
    " each morning before school, and for ten days nothing happened. Then, after a night of rain,"
    " there was a line of green, so thin that I had to kneel to see it. What does a child learn"
    " from a garden?"
)


def int8_logits(ids: list[int]) -> Float32:
    checkpoint = open_checkpoint(PEBBLE)
    cache = Cache(checkpoint.architecture, 16)
    executor, blocks = (
        Executor(load_weights(checkpoint), cache, table_of(checkpoint.architecture)),
        cache.take(len(ids)),
    )
    rows = [executor.forward([Chunk([i], n, blocks)])[0].copy() for n, i in enumerate(ids)]
    return np.stack(rows)


def held_out_ids() -> list[list[int]]:
    """The ids of conversations that were never trained on, answers included."""
    talks = random.Random("int8").sample(held_out_conversations(read_corpus()), TALKS)
    tokenizer = open_tokenizer(PEBBLE)
    return [
        tokenizer.chat([Message(turn["role"], turn["content"]) for turn in talk]) for talk in talks
    ]


def test_int8_picks_the_next_token_of_float32_where_that_one_is_clear(
    record_property: Callable[[str, object], None],
) -> None:
    talks = held_out_ids()
    exact = np.concatenate([logits(open_checkpoint(PEBBLE), ids) for ids in talks])
    rounded = np.concatenate([int8_logits(ids) for ids in talks])
    top = np.sort(exact, axis=1)[:, -2:]
    is_clear = top[:, 1] - top[:, 0] > CLEAR_MARGIN
    is_same = exact.argmax(axis=1) == rounded.argmax(axis=1)
    plain, clear = float(is_same.mean()), float(is_same[is_clear].mean())
    record_property("same_next_token", round(plain, 4))
    record_property("same_next_token_where_clear", round(clear, 4))
    told = f"int8 = float32: {plain:.1%} of {len(exact)}, {clear:.1%} of {is_clear.sum()} clear"
    print(told)  # noqa: T201 (the plain share is told, not judged)
    assert is_clear.sum() >= 500
    assert clear >= 0.97


@pytest.mark.parametrize("position", [0, 3, 120])
def test_int8_logits_of_the_shipped_model_are_near_to_those_of_float32(position: int) -> None:
    ids = open_tokenizer(PEBBLE).chat([Message("user", TEXT)])[: position + 1]
    exact, rounded = logits(open_checkpoint(PEBBLE), ids)[-1], int8_logits(ids)[-1]
    assert np.corrcoef(exact, rounded)[0, 1] > 0.99
