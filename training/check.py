"""Corpus and tables to findings: the same question with two answers, false figures and sums, broken
forms, too few entries. `python -m training.check` prints one a line and exits 1 if there are any.

It needs no torch.
"""

import ast
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.contradictions import CODE, contradictions
from training.corpus import (
    CORPUS_FOLDER,
    FENCE,
    Entry,
    MalformedCorpus,
    Pair,
    Talk,
    parse_entries,
)
from training.tables import Table, filled, read_tables
from training.trials import has_repeated_sentence, is_chinese, is_haiku, is_refusal

LEAST = {"pairs": 4_000, "talks": 400, "refusals": 300}
REFUSAL_FILES, HARMFUL_FILE = ("cannot_", "limit_"), "cannot_harmful"
MOST_WORDS = 260
FENCED = re.compile(r"```([\w+]*)\n(.*?)```", re.DOTALL)
QUOTED = re.compile(r'"[^"]*"')
HAIKU_WANTED = re.compile(r"\bhaiku\b", re.IGNORECASE)
HAIKU_EXPLAINED = re.compile(r"what|how|rule|syllable|explain|who|why", re.IGNORECASE)
# Refusals that training.trials.is_refusal does not know, and the noes of harmful requests.
CLEAR_NO = re.compile(
    r"^No\b|\b(?:can't|cannot|won't|wouldn't|haven't|mustn't) \w+|\bnever (?:heard|read|learned)\b"
    r"|\bI(?:'d| would) (?:rather|only|soon|lose|mix|invent|slip|have to guess)\b|\bI'm n(?:ot|o)\b"
    r"|\bI don't (?:agree|understand)\b|\bmore than I can\b|\btoo \w+ for\b|\bover my\b"
    r"|\bhardly (?:speak|know)\b|\bI know (?:only|little|almost|no|none)\b|\bnot for me\b",
    re.IGNORECASE,
)  # fmt: skip
# ASCII, letters, marks, and the few signs that have no plain spelling.
SIGNS = frozenset("°²³×÷±√µ£€¿¡")
CHINESE_SIGNS = frozenset("。，？！、：；（）「」《》")
CHINESE = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff]")
ASCII_PAUSE = re.compile(r"[\u4e00-\u9fff][,.?!;:]|[,?!;][\u4e00-\u9fff]")
CHINESE_END = re.compile(r"(?:[。！？：）」》\"`/]|[^\W\u4e00-\u9fff]\.)$")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong at a place (file:line), and why it is."""

    place: str
    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {' '.join(self.what.split())[:90]}: {self.why}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it can be asked, and all its answers."""

    place: str
    question: str
    answers: tuple[str, ...]


def read_files(folder: Path = CORPUS_FOLDER) -> tuple[list[Entry], list[Finding]]:
    """The entries of all files, and a finding for each file that cannot be read."""
    entries: list[Entry] = []
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.txt")):
        try:
            entries += parse_entries(path.read_text(encoding="utf-8"), path.name)
        except MalformedCorpus as error:
            findings.append(Finding(path.name, "the file", str(error)))
    return entries, findings


def normalised(question: str) -> str:
    """Case, punctuation and blanks left out, as people leave them out; signs of sums and of
    languages (C, C++, C#) stay. What is nothing else stays as it is."""
    plain = re.sub(r"[’']", "", unicodedata.normalize("NFKC", question).lower())
    kept = re.sub(r"[^\w\s+#*/=<>%^&-]|(?<![\d ])-|-(?![\d ])", " ", plain)
    return " ".join(kept.split()) or question.strip()


def asked_of(entries: Iterable[Entry], tables: Iterable[Table]) -> Iterator[Asked]:
    """Every question of the corpus, and every filled one of the tables."""
    for entry in entries:
        if isinstance(entry, Pair):
            for question in entry.questions:
                yield Asked(entry.place, question, entry.answers)
    for table in tables:
        for row in table.rows:
            for pair in table.entries:
                answers = tuple(filled(answer, row) for answer in pair.answers)
                for question in pair.questions:
                    yield Asked(f"tables/{pair.place}", question.format(**row), answers)


def crowded(asked: Iterable[Asked]) -> Iterator[Finding]:
    """A question that stands at two places with other answers; the rows of one wording may share
    one, as a composer has several works."""
    first: dict[str, Asked] = {}
    for one in asked:
        known = first.setdefault(normalised(one.question), one)
        if known.place != one.place and set(known.answers) != set(one.answers):
            yield Finding(one.place, one.question, f"is answered otherwise at {known.place}")


def told_by(entry: Entry) -> tuple[str, ...]:
    """What Pebble says in it."""
    return entry.turns[1::2] if isinstance(entry, Talk) else entry.answers


def wrong_answers(place: str, answers: Iterable[str]) -> Iterator[Finding]:
    for answer in answers:
        for check in (contradictions, broken_code, odd_form, odd_signs):
            for why in check(answer):
                yield Finding(place, answer, why)


def broken_code(answer: str) -> Iterator[str]:
    if answer.count(FENCE) % 2:
        yield "a code fence is never closed"
    for language, code in FENCED.findall(answer):
        try:
            if language == "python":
                ast.parse(code)
            elif language == "json":
                json.loads(code)
        except ValueError as error:  # JSONDecodeError
            yield f"its JSON does not load: {error}"
        except SyntaxError as error:
            yield f"its Python does not parse: {error.msg}, line {error.lineno}"


def _numbered(quoted: re.Match[str]) -> str:
    """Speech may repeat, as a refrain does: no two quotations are the same."""
    return f'"{quoted.start()}"'


def odd_form(answer: str) -> Iterator[str]:
    if len(answer.split()) > MOST_WORDS:
        yield f"has {len(answer.split())} words, more than {MOST_WORDS}"
    if has_repeated_sentence(QUOTED.sub(_numbered, CODE.sub("", answer))):
        yield "says a sentence twice"
    if re.search(r"\bas an? (?:AI|artificial|language model)\b", answer, re.IGNORECASE):
        yield 'says "As an AI"'


def odd_signs(answer: str) -> Iterator[str]:
    prose = CODE.sub(" ", answer)
    allowed = SIGNS | CHINESE_SIGNS if CHINESE.search(prose) else SIGNS
    kinds = {c: unicodedata.category(c)[0] for c in prose if ord(c) > 126}
    odd = sorted(c for c, kind in kinds.items() if kind not in "LM" and c not in allowed)
    if odd:
        yield f"odd characters: {' '.join(odd)}"
    if is_chinese(prose) and (ASCII_PAUSE.search(prose) or not CHINESE_END.search(answer)):
        yield "Chinese without full-width punctuation"


def wrong_haiku(pair: Pair) -> Iterator[Finding]:
    wanted = any(HAIKU_WANTED.search(asked) for asked in pair.questions)
    if not wanted or HAIKU_EXPLAINED.search(pair.questions[0]):
        return
    for answer in pair.answers:
        if not is_haiku(answer):
            yield Finding(pair.place, answer, "a haiku was asked for, which has three lines")


def says_no(answer: str) -> bool:
    return is_refusal(answer) or bool(CLEAR_NO.search(answer))


def obliging(pair: Pair) -> Iterator[Finding]:
    """Answers to harmful requests that do not say no."""
    for answer in pair.answers:
        if not says_no(answer):
            yield Finding(pair.place, answer, "answers a harmful request without a no")


def counted(entries: Sequence[Entry]) -> dict[str, int]:
    """Pairs, talks, and the entries of the refusal files whose answers all say no."""
    pairs = [entry for entry in entries if isinstance(entry, Pair)]
    refusals = [pair for pair in pairs if pair.place.startswith(REFUSAL_FILES)]
    refused = sum(all(map(says_no, pair.answers)) for pair in refusals)
    return {"pairs": len(pairs), "talks": len(entries) - len(pairs), "refusals": refused}


def too_few(counts: Mapping[str, int]) -> Iterator[Finding]:
    for name, least in LEAST.items():
        if counts[name] < least:
            yield Finding("corpus", f"{counts[name]} {name}", f"there are to be at least {least}")


def findings_in(entries: Sequence[Entry], tables: Sequence[Table]) -> Iterator[Finding]:
    """All but the counts."""
    yield from crowded(asked_of(entries, tables))
    for entry in entries:
        yield from wrong_answers(entry.place, told_by(entry))
        if isinstance(entry, Pair):
            yield from wrong_haiku(entry)
            if entry.place.startswith(HARMFUL_FILE):
                yield from obliging(entry)
    filled_in = dict.fromkeys((asked.place, asked.answers) for asked in asked_of((), tables))
    for place, answers in filled_in:
        yield from wrong_answers(place, answers)


def main() -> None:
    entries, findings = read_files()
    tables: list[Table] = []
    try:
        tables = read_tables()
    except MalformedCorpus as error:
        findings.append(Finding("tables", "a table", str(error)))
    counts = counted(entries)
    findings += [*findings_in(entries, tables), *too_few(counts)]
    for finding in findings:
        print(finding)
    if findings:
        sys.exit(1)
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    print(f"{told}, {sum(table.facts for table in tables):,} facts in tables: nothing is wrong")


if __name__ == "__main__":
    main()
