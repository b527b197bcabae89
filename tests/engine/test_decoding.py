"""Chosen ids → text in the log: stop strings across tokens, ends, and what is held back."""

from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_tokenizer
from engines import CATALOG, request, text_of
from hypothesis import given
from hypothesis import strategies as st

from lpu_engine import Generation, Words
from lpu_engine.decoding import Decoding, begun_stop, choose, first_stop
from lpu_engine.model.tokenizer import TextStream, Tokenizer, open_tokenizer
from lpu_engine.runtime.sampler import room_for

END_ID = 1
ROOM = room_for(320)
PIECES = ["The model", " reads", " the prompt", "a", "b", "ab", ".", "\n", "é", "你", "😀", " "]
STOPS = st.lists(
    st.one_of(
        st.text("ab", min_size=1, max_size=4), st.sampled_from(["el re", " ", "😀a", "..", "é"])
    ),
    max_size=3,
)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    folder: Path = tmp_path_factory.mktemp("tokenizer")
    write_tokenizer(folder)
    return open_tokenizer(folder)


def decoding(
    tokenizer: Tokenizer, *, prompt: int = 3, window: int = 512, **params: object
) -> Decoding:
    generation = Generation(
        request(**params),
        model=CATALOG.model("pebble"),
        words=Words("tiny", 4.0, 0),
        prompt=range(prompt),
        accepted_at_s=0.0,
    )
    return Decoding(generation, TextStream(tokenizer), tokenizer.end_ids, window)


def take_all(decoding: Decoding, ids: list[int]) -> Generation:
    """Give it these ids as if they had been chosen, as long as it wants any."""
    for n, token_id in enumerate(ids):
        if decoding.is_done:
            break
        favoured = np.full((1, 320), -9, np.float32)
        favoured[0, token_id] = 9
        assert choose([decoding], favoured, ROOM) == [token_id]
        decoding.take(token_id, n / 100)
    return decoding.generation


def streamed(tokenizer: Tokenizer, text: str, *stop: str, **params: object) -> Generation:
    ids = [*tokenizer.encode(text), END_ID]
    settled = {"temperature": 0.0, "max_tokens": 400, **params}
    return take_all(decoding(tokenizer, stop=stop, **settled), ids)


def test_an_end_token_ends_and_stands_neither_in_the_log_nor_in_the_text(
    tokenizer: Tokenizer,
) -> None:
    generation = streamed(tokenizer, "The model reads")
    assert text_of(generation) == "The model reads"
    assert [t.id for t in generation.tokens] == tokenizer.encode("The model reads")
    assert generation.ending is not None
    assert generation.ending.reason == "stop"


@pytest.mark.parametrize(
    ("stop", "left"),
    [
        ("STOP", "one two "),
        ("two", "one "),
        ("one", ""),
        ("o S", "one tw"),
        ("three", "one two STOP three"[:13]),
        ("four", "one two STOP three"),
    ],
)
def test_a_stop_string_ends_the_text_before_it_across_tokens(
    stop: str, left: str, tokenizer: Tokenizer
) -> None:
    generation = streamed(tokenizer, "one two STOP three", stop)
    assert text_of(generation) == left
    assert generation.ending is not None
    assert generation.ending.reason == "stop"


def test_of_several_stop_strings_the_first_in_the_text_counts(tokenizer: Tokenizer) -> None:
    assert text_of(streamed(tokenizer, "a b c d", "d", "c", "b c d e")) == "a b "


def test_an_empty_stop_string_stops_nothing(tokenizer: Tokenizer) -> None:
    assert text_of(streamed(tokenizer, "one", "")) == "one"


def test_what_may_begin_a_stop_string_is_held_back_until_it_is_decided(
    tokenizer: Tokenizer,
) -> None:
    held = decoding(tokenizer, stop=("ababc",), temperature=0.0)
    texts = []
    for token_id in [tokenizer.encode(c)[0] for c in "xababab!"]:
        choose([held], np.eye(320, dtype=np.float32)[[token_id]] * 9, ROOM)
        held.take(token_id, 0.0)
        texts.append(held.generation.tokens[-1].text)
    assert texts == ["x", "", "", "", "", "ab", "", "abab!"]


def test_what_is_still_held_back_at_the_end_is_the_tail(tokenizer: Tokenizer) -> None:
    generation = streamed(tokenizer, "one ST", "STOP")
    assert "".join(token.text for token in generation.tokens) == "one "
    assert generation.ending is not None
    assert generation.ending.tail == "ST"


@pytest.mark.parametrize("most", [1, 2, 5])
def test_max_tokens_ends_with_length_and_lets_out_what_was_held_back(
    most: int, tokenizer: Tokenizer
) -> None:
    generation = streamed(tokenizer, "xSTxSTxST", "STOP", max_tokens=most)
    assert len(generation.tokens) == most
    assert text_of(generation) == "xSTxSTxST"[:most]
    assert generation.ending is not None
    assert generation.ending.reason == "length"


@pytest.mark.parametrize(
    ("window", "most_tokens", "positions"), [(512, 24, 26), (10, 7, 9), (4, 1, 3), (2, 1, 3)]
)
def test_the_window_bounds_an_answer_and_its_place_in_the_cache(
    window: int, most_tokens: int, positions: int, tokenizer: Tokenizer
) -> None:
    bounded = decoding(tokenizer, window=window)
    assert (bounded.most_tokens, bounded.positions) == (most_tokens, positions)


def test_no_tokens_at_all_means_one(tokenizer: Tokenizer) -> None:
    assert decoding(tokenizer, max_tokens=0).most_tokens == 1


def test_a_prompt_is_fed_in_chunks_and_only_the_last_wants_logits(tokenizer: Tokenizer) -> None:
    feeding = decoding(tokenizer, prompt=10)
    seen = []
    while feeding.pending:
        chunk = feeding.chunk(4)
        seen.append((list(chunk.ids), chunk.position, chunk.wants_logits))
        feeding.fed(chunk)
    assert seen == [
        ([0, 1, 2, 3], 0, False),
        ([4, 5, 6, 7], 4, False),
        ([8, 9], 8, True),
    ]


def test_a_chosen_token_is_what_is_fed_next(tokenizer: Tokenizer) -> None:
    feeding = decoding(tokenizer, prompt=2)
    feeding.fed(feeding.chunk(9))
    feeding.take(77, 0.1)
    chunk = feeding.chunk(9)
    assert (list(chunk.ids), chunk.position, chunk.wants_logits) == ([77], 2, True)


def test_choices_depend_on_the_seed_and_the_index_alone(tokenizer: Tokenizer) -> None:
    together = [decoding(tokenizer, seed=seed, temperature=1.0) for seed in (5, 5, 6)]
    flat = np.zeros((3, 320), np.float32)
    drawn = list(zip(*(choose(together, flat, ROOM) for _ in range(20)), strict=True))
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]
    assert len(set(drawn[0])) > 10


def test_without_a_seed_two_answers_differ(tokenizer: Tokenizer) -> None:
    both = [decoding(tokenizer, seed=None, temperature=1.0) for _ in range(2)]
    first, second = zip(
        *(choose(both, np.zeros((2, 320), np.float32), ROOM) for _ in range(20)), strict=True
    )
    assert first != second


def test_a_step_in_which_nobody_wants_logits_chooses_nothing() -> None:
    assert choose([], np.zeros((0, 320), np.float32), ROOM) == []


def expected_text(tokenizer: Tokenizer, ids: list[int], stop: list[str]) -> str:
    """Decode ever more tokens at once; cut at the first stop string as soon as there is one."""
    stream, text = TextStream(tokenizer), ""
    for token_id in ids:
        text += stream.push(token_id)
        found = [text.find(s) for s in stop if s in text]
        if found:
            return text[: min(found)]
    return text


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=25), stop=STOPS)
def test_streaming_with_stop_strings_equals_cutting_the_whole_text(
    pieces: list[str], stop: list[str], tokenizer: Tokenizer
) -> None:
    text = "".join(pieces)
    expected = expected_text(tokenizer, tokenizer.encode(text), stop)
    assert text_of(streamed(tokenizer, text, *stop)) == expected


@given(text=st.text("ab", max_size=8), stop=st.lists(st.text("ab", min_size=1, max_size=4)))
def test_what_is_held_back_is_the_longest_end_that_begins_a_stop_string(
    text: str, stop: list[str]
) -> None:
    ends = [text[i:] for i in range(len(text))]
    begun = [len(end) for end in ends if any(s.startswith(end) and s != end for s in stop)]
    assert begun_stop(text, tuple(stop)) == max(begun, default=0)
    found = [text.index(s) for s in stop if s in text]
    assert first_stop(text, tuple(stop)) == (min(found) if found else None)
