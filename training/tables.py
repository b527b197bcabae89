"""Tables of facts to questions and answers: every row in every wording of its table.

A table is two files of one stem: `NAME.tsv` with the rows, and `NAME.txt` with entries as in the
corpus whose texts name columns in braces. A question that `is_held_out` names is never trained on.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.corpus import (
    Conversation,
    MalformedCorpus,
    Pair,
    exchange,
    is_held_out,
    parse_entries,
    vary,
)

TABLES_FOLDER = Path(__file__).resolve().parent / "tables"
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, each a dict by column, and the entries that are asked of every row."""

    name: str
    rows: tuple[Row, ...]
    entries: tuple[Pair, ...]

    @property
    def facts(self) -> int:
        return len(self.rows) * len(self.entries)


def read_tables(folder: Path = TABLES_FOLDER) -> list[Table]:
    """All tables in the order of their names; raises MalformedCorpus."""
    return [_read_table(path) for path in sorted(folder.glob("*.tsv"))]


def _read_table(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = tuple(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True))
    wordings = path.with_suffix(".txt")
    entries = parse_entries(wordings.read_text(encoding="utf-8"), wordings.name)
    for number, row in enumerate(rows, start=2):
        if None in row or not all(row.values()):
            raise MalformedCorpus(f"{path.name}:{number}: a cell is missing or one too many")
    pairs = tuple(entry for entry in entries if isinstance(entry, Pair))
    for pair in pairs:
        _check_columns(pair, rows[0])
    return Table(path.stem, rows, pairs)


def _check_columns(pair: Pair, row: Row) -> None:
    for text in (*pair.questions, *pair.answers):
        try:
            text.format(**row)
        except (KeyError, IndexError, ValueError) as error:
            raise MalformedCorpus(f"{pair.place}: no column for {error} in {text!r}") from None


def filled(answer: str, row: Row) -> str:
    """The answer about one row, with a capital at its beginning."""
    text = answer.format(**row)
    return text[0].upper() + text[1:]


def ask(table: Table, rng: random.Random) -> Conversation:
    """One fact of the table, in a wording that is not held out."""
    while True:
        row, entry = rng.choice(table.rows), rng.choice(table.entries)
        question = rng.choice(entry.questions).format(**row)
        if not is_held_out(question):
            answer = filled(rng.choice(entry.answers), row)
            return exchange(vary(question, rng), answer)


def held_out_facts(tables: list[Table]) -> Iterator[Conversation]:
    """Every combination of row and wording that training never sees, with its first answer."""
    for table in tables:
        for row in table.rows:
            for entry in table.entries:
                for wording in entry.questions:
                    question = wording.format(**row)
                    if is_held_out(question):
                        yield exchange(question, filled(entry.answers[0], row))
