"""Written questions to follow-ups: what a thing is, and then another question about the same thing
that calls it "it", as people go on asking.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from training.corpus import Conversation, Entry, Pair, draw, exchange, training_questions

DEFINITION = re.compile(
    r"(?:what(?:'s| is)|whats|define|explain) ((?:(?:an?|the) )?[\w-]+(?: [\w-]+)?)[?.]?",
    re.IGNORECASE,
)
ARTICLE = re.compile(r"(?:an?|the) ", re.IGNORECASE)
ASKS = re.compile(
    r"(?:why|how|where|when|who|what|which|is|does|can|could|do|did|was|has|will|should) .*",
    re.IGNORECASE,
)
THING = re.compile(r"\b(?:(?:an?|the) ([\w-]+(?: [\w-]+)?)|([A-Z]{3,}))(?=$|[ ?.,])")
LONGEST_WORDS = 12
HASTY = 0.5  # of the follow-ups: without capitals and question mark


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing: the entries that say what it is, and other questions about it, each with "it" in its
    place, with their entries."""

    openings: tuple[Pair, ...]
    followups: tuple[tuple[str, Pair], ...]


def subjects_of(entries: Sequence[Entry]) -> tuple[Subject, ...]:
    """All things that the corpus defines and asks more about."""
    pairs = [entry for entry in entries if isinstance(entry, Pair)]
    asked = [
        (question, pair)
        for pair in pairs
        for question in training_questions(pair)
        if ASKS.fullmatch(question) and len(question.split()) <= LONGEST_WORDS
    ]
    openings: dict[str, list[Pair]] = defaultdict(list)
    for name, pair in _definitions(pairs):
        if pair not in openings[name]:
            openings[name].append(pair)
    found = []
    by_name = _mentions(asked, frozenset(openings))
    for name, first in openings.items():
        others = tuple((text, pair) for text, pair in by_name[name] if pair not in first)
        if others:
            found.append(Subject(tuple(first), others))
    return tuple(found)


def _definitions(pairs: Sequence[Pair]) -> Iterator[tuple[str, Pair]]:
    for pair in pairs:
        for question in pair.questions:
            match = DEFINITION.fullmatch(question)
            if match and (ARTICLE.match(match[1]) or match[1].isupper()):
                yield ARTICLE.sub("", match[1]).lower(), pair


def _mentions(
    asked: Sequence[tuple[str, Pair]], names: frozenset[str]
) -> dict[str, list[tuple[str, Pair]]]:
    """Per name the questions that hold it, behind an article or in capitals, with "it" there."""
    mentions: dict[str, list[tuple[str, Pair]]] = defaultdict(list)
    for question, pair in asked:
        for thing in THING.finditer(question):
            name, rest = _name_at(thing, names)
            said = f"{question[: thing.start()]}it{rest}{question[thing.end() :]}"
            if name and name not in said.lower():
                mentions[name].append((said, pair))
    return mentions


def _name_at(thing: re.Match[str], names: frozenset[str]) -> tuple[str, str]:
    """The longest of the names that the thing begins with, or "", and what of it stands behind."""
    words = (thing[1] or thing[2]).lower().split()
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count])
        if name in names:
            return name, "".join(f" {word}" for word in words[count:])
    return "", ""


def follow_up(subjects: Sequence[Subject], rng: random.Random) -> Conversation:
    """What a thing is, and another question about it."""
    subject = rng.choices(subjects, [len(one.followups) ** 0.5 for one in subjects])[0]
    opening = rng.choice(subject.openings)
    question, pair = rng.choice(subject.followups)
    opened = draw(opening, rng)
    asked = question.rstrip("?").lower() if rng.random() < HASTY else question
    return [*opened, *exchange(asked, rng.choice(pair.answers))]
