"""The hand-written corpus files to conversations: every phrasing with every answer, lightly varied,
joined into talks.

A phrasing that `is_held_out` names is never trained on. Its choice depends on its own text alone,
so that the rest of the corpus may grow without moving it.
"""

import math
import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.phrasing import drop, ended, rephrase, shorten, swap

Message = dict[str, str]
Conversation = list[Message]
CORPUS_FOLDER = Path(__file__).resolve().parent / "corpus"
FENCE = "```"
MARK = re.compile(r"(Q|A|U|P):(?: |$)")
SHORT_ANSWER_WORDS = 60
MOST_PRACTICE = 1.5  # that length alone gives
# What newcomers ask first, and what must not be invented, takes more practice than the rest.
PRACTICE = {
    "hw_showcase": 4.0,
    "core": 4.0,
    "hw": 1.3,
    "llm": 1.6,
    "lpu": 1.6,
    "first": 1.5,
    "page": 1.5,
    "chat": 1.3,
    "cannot": 2.6,
    "limit": 2.6,
    "zh": 1.4,
}


class MalformedCorpus(Exception):
    """A corpus file breaks the format; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One question in several phrasings and its alternative answers; `place` is file:line."""

    place: str
    questions: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """A whole conversation: user and Pebble in turn, Pebble last."""

    place: str
    turns: tuple[str, ...]


Entry = Pair | Talk


@dataclass(frozen=True, slots=True)
class Block:
    """One marked text of an entry, `Q`, `A`, `U` or `P`, with the line that it begins on."""

    mark: str
    text: str
    line: int


def read_corpus(folder: Path = CORPUS_FOLDER) -> list[Entry]:
    """All entries of all files, in the order of file names; raises MalformedCorpus."""
    entries: list[Entry] = []
    for path in sorted(folder.glob("*.txt")):
        entries += parse_entries(path.read_text(encoding="utf-8"), path.name)
    return entries


def parse_entries(text: str, name: str) -> list[Entry]:
    """The entries of one file; `name` is what errors call it."""
    return [_entry_of(blocks, name) for blocks in _block_groups(text, name)]


def _block_groups(text: str, name: str) -> Iterator[list[Block]]:
    """Groups of blocks, split at empty lines; inside a code fence neither `#` nor an empty line is
    special."""
    group: list[Block] = []
    fence_line = 0
    for number, line in enumerate(text.splitlines(), start=1):
        is_fence = FENCE in line
        if not fence_line and not is_fence:
            if line.startswith("#"):
                continue
            if not line.strip():
                if group:
                    yield group
                group = []
                continue
        group = _extend(group, line, number, name)
        if is_fence and line.count(FENCE) == 1:
            fence_line = 0 if fence_line else number
    if fence_line:
        raise MalformedCorpus(
            f"{name}:{fence_line}: this code fence is never closed; add a ``` line"
        )
    if group:
        yield group


def _extend(group: list[Block], line: str, number: int, name: str) -> list[Block]:
    """Begin a new block where the line carries a mark, else continue the last one."""
    found = MARK.match(line)
    if found:
        return [*group, Block(found.group(1), line[found.end() :].rstrip(), number)]
    if not group:
        raise MalformedCorpus(
            f"{name}:{number}: an entry must begin with Q: or U:, not {line[:40]!r}"
        )
    last = group[-1]
    added = "" if line.strip() == "." else line.rstrip()
    return [*group[:-1], Block(last.mark, f"{last.text}\n{added}", last.line)]


def _entry_of(blocks: list[Block], name: str) -> Entry:
    place = f"{name}:{blocks[0].line}"
    for block in blocks:
        if not block.text.strip():
            raise MalformedCorpus(f"{name}:{block.line}: this {block.mark}: has no text")
    marks = "".join(block.mark for block in blocks)
    texts = tuple(block.text.strip() for block in blocks)
    if re.fullmatch(r"Q+A+", marks):
        count = marks.count("Q")
        return Pair(place, texts[:count], texts[count:])
    if re.fullmatch(r"(UP)+", marks):
        return Talk(place, texts)
    raise MalformedCorpus(
        f"{place}: an entry is Q: lines then A: blocks, or U: and P: in turn; this one is {marks}"
    )


def is_held_out(question: str) -> bool:
    """About one phrasing in fifty, by its text alone."""
    return zlib.crc32(question.encode()) % 50 == 0


def training_questions(pair: Pair) -> tuple[str, ...]:
    """The phrasings to train on: the first always, and those of the others that are not held
    out."""
    others = (question for question in pair.questions[1:] if not is_held_out(question))
    return (pair.questions[0], *others)


def held_out_conversations(entries: list[Entry]) -> list[Conversation]:
    """Each held-out phrasing with the first answer of its entry."""
    return [
        exchange(question, entry.answers[0])
        for entry in entries
        if isinstance(entry, Pair)
        for question in entry.questions[1:]
        if is_held_out(question)
    ]


def exchange(question: str, answer: str) -> Conversation:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def talk_messages(talk: Talk) -> Conversation:
    roles = ("user", "assistant")
    return [{"role": roles[i % 2], "content": text} for i, text in enumerate(talk.turns)]


def weight_of(entry: Entry) -> float:
    """How often an entry is drawn: slowly rising with its phrasings, so that popular entries do not
    crowd; long answers take more practice, and so do first questions."""
    if isinstance(entry, Talk):
        return 1.0 + 0.25 * len(entry.turns)
    words = sum(len(answer.split()) for answer in entry.answers) / len(entry.answers)
    practice = min(max(1.0, words / SHORT_ANSWER_WORDS), MOST_PRACTICE)
    practice *= next((more for name, more in PRACTICE.items() if entry.place.startswith(name)), 1.0)
    return practice * math.sqrt(len(entry.questions) + 0.5 * len(entry.answers))


def draw(entry: Entry, rng: random.Random) -> Conversation:
    """One conversation from an entry: a phrasing, an answer, and the slips of a person who
    types."""
    if isinstance(entry, Talk):
        return [
            message | {"content": vary(message["content"], rng)}
            if message["role"] == "user"
            else message
            for message in talk_messages(entry)
        ]
    question = rng.choice(training_questions(entry))
    return exchange(vary(question, rng), rng.choice(entry.answers))


def vary(question: str, rng: random.Random) -> str:
    """The question as people type it: other words in it and around it, lower case, no question
    mark, a typo, a "please", a "hey pebble,"."""
    if rng.random() < 0.2:
        return question
    if rng.random() < 0.35:
        question = swap(question, rng)
    if rng.random() < 0.4:
        question = rephrase(question, rng)
    if rng.random() < 0.15:
        question = shorten(question, rng)
    if rng.random() < 0.2:
        question = drop(question, rng)
    if rng.random() < 0.4:
        question = question.lower()
    if rng.random() < 0.3:
        question = question.rstrip("?!. ") or question
    if rng.random() < 0.15:
        question = misspell(question, rng)
    if rng.random() < 0.06:
        question = rng.choice(PREFIXES) + question
    if rng.random() < 0.05 and question[-1:].isalpha():
        question = ended(question, rng)
    return question.upper() if rng.random() < 0.012 else question


PREFIXES = (
    "hey pebble, ",
    "Hey, ",
    "Pebble, ",
    "hi, ",
    "ok, ",
    "so, ",
    "please: ",
    "quick question: ",
    "um, ",
)


def misspell(text: str, rng: random.Random) -> str:
    """One slip in one word of four letters or more: a letter swapped, dropped or doubled."""
    words = list(re.finditer(r"[A-Za-z]{4,}", text))
    if not words:
        return text
    word = rng.choice(words)
    i = rng.randrange(word.start() + 1, word.end() - 1)
    slips = (
        text[:i] + text[i + 1] + text[i] + text[i + 2 :],
        text[:i] + text[i + 1 :],
        text[: i + 1] + text[i:],
    )
    return rng.choice(slips)
