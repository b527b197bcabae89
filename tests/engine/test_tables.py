"""Tables of facts: whole, asked in every wording, and some combinations held out for ever."""

import random
from pathlib import Path

import pytest

from training.corpus import MalformedCorpus, is_held_out
from training.tables import Table, ask, held_out_facts, read_tables


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    return read_tables()


def test_the_tables_hold_over_two_thousand_facts(tables: list[Table]) -> None:
    assert sum(table.facts for table in tables) > 2000


def test_no_question_that_is_drawn_is_held_out_and_no_column_is_left_open(
    tables: list[Table],
) -> None:
    rng = random.Random(1)
    held_out = {talk[0]["content"].lower() for talk in held_out_facts(tables)}
    for table in tables:
        for _ in range(60):
            question, answer = (message["content"] for message in ask(table, rng))
            assert question.lower() not in held_out
            assert "{" not in question + answer
            assert answer[0] == answer[0].upper()
            assert not answer.endswith("..")


def test_what_is_held_out_is_held_out_by_its_words(tables: list[Table]) -> None:
    questions = [talk[0]["content"] for talk in held_out_facts(tables)]
    assert len(questions) > 100
    assert all(map(is_held_out, questions))


def written(folder: Path, rows: str, wordings: str) -> Path:
    (folder / "kings.tsv").write_text(rows, encoding="utf-8")
    (folder / "kings.txt").write_text(wordings, encoding="utf-8")
    return folder


def test_a_missing_cell_is_named_with_its_line(tmp_path: Path) -> None:
    folder = written(tmp_path, "who\twhere\nArthur\t\n", "Q: who rules {where}\nA: {who}.\n")
    with pytest.raises(MalformedCorpus, match=r"kings\.tsv:2: a cell is missing"):
        read_tables(folder)


def test_an_unknown_column_is_named_with_its_entry(tmp_path: Path) -> None:
    folder = written(tmp_path, "who\nArthur\n", "Q: who rules {where}\nA: {who}.\n")
    with pytest.raises(MalformedCorpus, match=r"kings\.txt:1: no column for 'where'"):
        read_tables(folder)
