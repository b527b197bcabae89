"""Sentences that are translated at the border are those that engine and socket say."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from playground.sentences import PLACE
from playground.sentences_known import PARTS, SENTENCES

PROJECT = Path(__file__).parents[2]
CLAUSE_ENDS = re.compile(r"[.,;:()]|'$|^'")
PUT_TOGETHER = (  # by the sources, from pieces that alone are too short to be found
    "and the time of an active expert",
    "fitted to gpt-fast's Llama 2 7B rows and",
    "has room for the keys and values of 1 user of",
    "chips are too few",
    "a shorter context or fewer bits a weight",
    "fewer users or a shorter context",
    "or fewer users",
    "over 3 years",
    "10 dollars a kWh",
    "whoever runs this site allows it with PLAYGROUND_ENDPOINTS=",
)


def literals() -> Iterator[str]:
    """Every text in the sources; of one with values in it, what stands between them."""
    for folder in ("lpu_engine", "playground"):
        for path in sorted((PROJECT / folder).rglob("*.py")):
            if path.name != "sentences_known.py":
                tree = ast.parse(path.read_text(encoding="utf-8"))
                constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
                yield from (node.value for node in constants if isinstance(node.value, str))
    yield from texts_in(tomllib.loads((PROJECT / "lpu_engine" / "catalog.toml").read_text("utf-8")))


def texts_in(table: object) -> Iterator[str]:
    match table:
        case str():
            yield table
        case dict():
            for value in table.values():
                yield from texts_in(value)
        case list():
            for value in table:
                yield from texts_in(value)


def clauses(sentence: str) -> list[str]:
    """Its pieces that are long enough to be told apart, without places and signs."""
    pieces = [piece for part in PLACE.split(sentence)[::2] for piece in CLAUSE_ENDS.split(part)]
    return [piece.strip() for piece in pieces if len(piece.split()) > 2]


def test_every_clause_of_a_known_sentence_stands_in_the_sources() -> None:
    said = "\n".join(literals())
    known = [clause for text in (*SENTENCES, *PARTS) for clause in clauses(text)]
    unsaid = [clause for clause in known if clause not in said]
    assert [each for each in unsaid if not each.endswith(PUT_TOGETHER)] == []
