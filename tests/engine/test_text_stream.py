from pathlib import Path

import pytest
import tokenizers
from checkpoints import edit_json, write_tokenizer

from lpu_engine.model.tokenizer import Message, TextStream, Tokenizer, open_tokenizer
from tests.golden.cases import TEXTS, TOKENIZERS, write_chat_case


def core_of(folder: Path) -> tokenizers.Tokenizer:
    return tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))


def shown(tokenizer: Tokenizer, ids: list[int]) -> str:
    stream = TextStream(tokenizer)
    return "".join(stream.push(token_id) for token_id in ids) + stream.flush()


@pytest.fixture(params=TOKENIZERS)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder of each kind of tokenizer."""
    return write_chat_case(request.param, "plain", tmp_path)


def test_a_stream_shows_what_was_encoded(folder: Path) -> None:
    tokenizer = open_tokenizer(folder)
    for text in (
        "The model reads",
        "你好，世界 😀👩‍👩‍👧 e\u0301 नमस्ते\n\n\tx  y ",
        "<0x41>",
        "\ufffd\ufffd",
    ):
        assert shown(tokenizer, tokenizer.encode(text)) == text


def test_a_stream_equals_decoding_at_once_from_any_token_on(folder: Path) -> None:
    tokenizer, core = open_tokenizer(folder), core_of(folder)
    ids = tokenizer.chat([Message("user", " ".join(TEXTS))])
    compared = 0
    for start in range(len(ids)):
        whole = core.decode(ids[start:])
        if whole.count("\ufffd") in (0, 3):  # else it begins within a character
            assert shown(tokenizer, ids[start:]) == whole
            compared += 1
    assert compared > len(ids) / 3


def test_a_stream_never_shows_half_a_character(folder: Path) -> None:
    tokenizer = open_tokenizer(folder)
    stream = TextStream(tokenizer)
    parts = [stream.push(token_id) for token_id in tokenizer.encode("a😀你")]
    assert [part for part in parts if part] == ["a", "😀", "你"]
    assert len(parts) >= 8, "the emoji is four tokens, and three of them show nothing"


def test_an_unfinished_character_is_dropped_at_the_end(folder: Path) -> None:
    tokenizer = open_tokenizer(folder)
    assert shown(tokenizer, tokenizer.encode("ab😀")[:-1]) == "ab"


def test_bytes_that_are_no_character_are_replaced_and_do_not_hold_up_the_rest(
    folder: Path,
) -> None:
    tokenizer = open_tokenizer(folder)
    (*_, lead, second, _, _) = tokenizer.encode("a😀")
    letter = tokenizer.encode("😀a")[-1]
    stream = TextStream(tokenizer)
    assert [stream.push(i) for i in (letter, lead, letter)][1:] == ["", "\ufffda"]
    assert [stream.push(i) for i in (second, second, letter)] == ["\ufffd", "\ufffd", "a"]


def test_only_the_first_space_of_a_sentencepiece_answer_is_dropped(tmp_path: Path) -> None:
    tokenizer = open_tokenizer(write_chat_case("metaspace", "plain", tmp_path))
    the, reads = tokenizer.encode("The"), tokenizer.encode("reads")
    assert shown(tokenizer, [*the, *reads]) == "The reads"
    assert shown(tokenizer, [2, *the, 2, *reads]) == "The reads"


def test_a_byte_level_answer_keeps_its_first_space(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    tokenizer = open_tokenizer(tmp_path)
    assert shown(tokenizer, tokenizer.encode(" The")) == " The"


def test_a_metaspace_decoder_strips_the_whole_first_token(tmp_path: Path) -> None:
    case = write_chat_case("metaspace", "plain", tmp_path)
    mark = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True}
    edit_json(case / "tokenizer.json", decoder=mark)
    tokenizer, core = open_tokenizer(case), core_of(case)
    for text in ("The model reads", "  The model"):
        ids = tokenizer.encode(text)
        assert shown(tokenizer, ids) == core.decode(ids)


def test_control_and_unknown_ids_show_nothing(folder: Path) -> None:
    stream = TextStream(open_tokenizer(folder))
    assert [stream.push(token_id) for token_id in (0, 1, 2, 100_000)] == [""] * 4
