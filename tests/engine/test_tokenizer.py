import json
from pathlib import Path
from typing import Any

import pytest
import tokenizers
from checkpoints import edit_json, write_checkpoint, write_json, write_tokenizer

from lpu_engine.model.checkpoint import BadCheckpoint
from lpu_engine.model.tokenizer import PLAIN_ENGLISH, open_tokenizer
from tests.golden.cases import TOKENIZERS, write_chat_case


def core_of(folder: Path) -> tokenizers.Tokenizer:
    return tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))


@pytest.fixture(params=TOKENIZERS)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder of each kind of tokenizer."""
    return write_chat_case(request.param, "plain", tmp_path)


def test_chars_per_token_is_of_plain_english(folder: Path) -> None:
    tokenizer = open_tokenizer(folder)
    count = len(core_of(folder).encode(PLAIN_ENGLISH, add_special_tokens=False).ids)
    assert tokenizer.chars_per_token == len(PLAIN_ENGLISH) / count
    assert 1 < tokenizer.chars_per_token < 4


def test_end_ids_are_gathered_from_every_file(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, config={"eos_token_id": [4]})
    write_json(tmp_path / "generation_config.json", {"eos_token_id": [2, 3]})
    assert open_tokenizer(tmp_path).end_ids == {1, 2, 3, 4}


def test_a_model_that_names_no_end_has_none(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    edit_json(tmp_path / "tokenizer_config.json", eos_token=None)
    assert open_tokenizer(tmp_path).end_ids == frozenset()


def test_truncation_and_padding_of_the_file_are_ignored(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    cut = {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0}
    edit_json(tmp_path / "tokenizer.json", truncation=cut)
    assert len(open_tokenizer(tmp_path).encode("Hello, Hello, Hello")) > 3


@pytest.mark.parametrize("file", ["tokenizer.json", "tokenizer_config.json"])
@pytest.mark.parametrize(
    "content", [None, b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000], ids=lambda c: repr(c)[:8]
)
def test_a_missing_or_broken_file_is_named(
    file: str, content: bytes | None, tmp_path: Path
) -> None:
    write_tokenizer(tmp_path)
    (tmp_path / file).unlink() if content is None else (tmp_path / file).write_bytes(content)
    with pytest.raises(BadCheckpoint, match=file.replace(".", r"\.")):
        open_tokenizer(tmp_path)


@pytest.mark.parametrize("file", ["config.json", "generation_config.json"])
def test_a_broken_optional_file_is_named(file: str, tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    (tmp_path / file).write_text("{")
    with pytest.raises(BadCheckpoint, match=file.replace(".", r"\.")):
        open_tokenizer(tmp_path)


@pytest.mark.parametrize(
    ("template", "named"),
    [
        (None, "no chat template"),
        ([{"name": "tool_use", "template": "x"}], "no chat template"),
        (["x"], "no chat template"),
        (7, "no chat template"),
        ("{% for message in messages %}", "does not work"),
        ("{{ messages | no_such_filter }}", "does not work"),
        ("{{ raise_exception('never') }}", "never"),
        ("{{ no_such_function() }}", "no_such_function"),
    ],
)
def test_a_missing_or_broken_template_is_told(template: object, named: str, tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    edit_json(tmp_path / "tokenizer_config.json", chat_template=template)
    with pytest.raises(BadCheckpoint, match=named):
        open_tokenizer(tmp_path)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"decoder": None}, "no decoder"),
        ({"decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True}}, "WordPiece"),
        ({"model": {"type": "Unigram", "unk_id": 0, "vocab": [["a", 0.0]]}}, "Unigram"),
        ({"model": {"type": "BPE"}}, "broken"),
        ({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}, "broken"),
        ({"model": {"type": "BPE", "vocab": {"a": "0"}, "merges": []}}, "broken"),
        ({"added_tokens": [{"content": "<|end|>"}]}, "broken"),
        ({"added_tokens": 5}, "broken"),
        ({"pre_tokenizer": {"type": "NoSuch"}}, "broken"),
    ],
)
def test_a_tokenizer_that_cannot_be_used_is_told(
    change: dict[str, Any], named: str, tmp_path: Path
) -> None:
    write_tokenizer(tmp_path)
    edit_json(tmp_path / "tokenizer.json", **change)
    with pytest.raises(BadCheckpoint, match=rf"tokenizer\.json.*{named}"):
        open_tokenizer(tmp_path)


def test_a_control_token_with_an_id_that_is_taken_is_told(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    path = tmp_path / "tokenizer.json"
    added = json.loads(path.read_text())["added_tokens"]
    edit_json(path, added_tokens=[*added, {**added[0], "id": 300, "content": "<|new|>"}])
    with pytest.raises(BadCheckpoint, match=r"<\|new\|> the id 300"):
        open_tokenizer(tmp_path)


def test_a_tokenizer_with_more_ids_than_the_model_has_rows_is_told(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    largest = max(core_of(tmp_path).get_vocab().values())
    edit_json(tmp_path / "config.json", vocab_size=largest + 1)
    open_tokenizer(tmp_path)
    edit_json(tmp_path / "config.json", vocab_size=largest)
    with pytest.raises(BadCheckpoint, match=f"vocab_size is {largest}:"):
        open_tokenizer(tmp_path)
