"""Held-out prompts to verdicts: what an answer must hold, what it must not, and what form it has.

`held_out/KIND.toml` lists trials; no wording of theirs stands in the corpus. `has` and `hasnt` are
regular expressions, tried without regard to case.
"""

import ast
import random
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from training.generators import numbers

HELD_OUT_FOLDER = Path(__file__).resolve().parent / "held_out"
SUMS = 120
SENTENCE_ENDS = re.compile(r"[.!?。！？\n]+")
SHORTEST_SENTENCE_LETTERS = 12
CANNOT_WHAT = (
    "know|see|tell|help|do|look|open|send|hear|say|give|play|read|check|answer|predict|"
    "reach|go|write|solve|speak|search|access|have|find|draw|make|show|book|set|watch|"
    "call|translate|browse|remember|count|compute|work|guess|judge|order|buy|follow|"
    "explain|advise|listen|promise|measure|reveal|recommend|diagnose|foresee|run|act|be|"
    "take|change|think|learn|keep|prove|connect|pick|choose|get|invent|support|assist|"
    "teach|provide|pretend|stop|repeat|print"
)
REFUSAL = re.compile(
    r"\b(?:don't|do not|can't|cannot|can not|couldn't|could not|won't|will not) "
    r"(?:(?:really|quite|yet|even|honestly|truly|reliably|safely|simply|possibly) )*"
    rf"(?:{CANNOT_WHAT})\b"
    r"|\bI (?:have no|lack|never (?:learned|learnt|heard|read|met))\b"
    r"|\bI (?:can't|cannot|won't|wouldn't|mustn't|haven't) \w+"
    r"|\bI(?:'d| would) (?:rather not|only (?:mix|be)|lose|mix up|invent|have to guess)\b"
    r"|\bI(?:'m| am) (?:not (?:reliable|connected|a doctor|much of)|no (?:doctor|therapist))\b"
    r"|\bI know (?:too |very )?(?:little|nothing)\b|\bI don't (?:agree|understand)\b"
    r"|\bhardly (?:speak|know)\b|\bknow (?:almost no|neither|none of)\b"
    r"|\b(?:no idea|not able to|unknown to me|only be guessing|over my head|more than I can)\b"
    r"|\bbeyond (?:a model|me|my|what I)\b|\bnever (?:heard|learned|learnt|read|met|seen)\b"
    r"|\b(?:not something|nothing) that I (?:know|can)\b|\b(?:can't|cannot)(?=[.,;:!?])"
    r"|\btoo (?:deep|many|much|rare|special) for (?:me|a model)\b|\bfar too \w+ for a model\b"
    r"|\bthan I can promise\b|\bI (?:see none|have none|know no)\b"
    r"|\bI'd (?:likely slip|soon run out|start to make)\b"
    r"|\bNo, not with anything\b|\bThat is a crime\b|\bfall apart in my hands\b"
    r"|\bnothing (?:about|of) (?:that|it|this)\b"
    r"|\btoo (?:long|large|hard|big|much) for me\b"
    r"|\bis (?:not|hidden|closed|dark) (?:known )?to me\b"
    r"|不知道|不能|无法|没法|没有|不会|不了解|看不到|不清楚|做不到",
    re.IGNORECASE,
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LATIN_WORDS = re.compile(r"[A-Za-z]{2,}")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


class MalformedTrial(Exception):
    """A held-out file breaks the format; the message names file and number."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One prompt, or a talk of several whose last answer is judged."""

    kind: str
    asked: tuple[str, ...]
    has: tuple[str, ...] = ()
    hasnt: tuple[str, ...] = ()


def read_trials(folder: Path = HELD_OUT_FOLDER) -> list[Trial]:
    """The trials of all files and the sums; raises MalformedTrial."""
    trials: list[Trial] = []
    for path in sorted(folder.glob("*.toml")):
        listed = tomllib.loads(path.read_text(encoding="utf-8"))["trials"]
        trials += [_trial_of(path, number, given) for number, given in enumerate(listed, start=1)]
    return [*trials, *sum_trials(SUMS)]


def _trial_of(path: Path, number: int, given: dict[str, str | list[str]]) -> Trial:
    if not given.get("ask") or set(given) - {"ask", "has", "hasnt"}:
        raise MalformedTrial(f"{path.name}, trial {number}: give ask, has or hasnt, not {given}")
    asked, has, hasnt = (_texts(given.get(name, [])) for name in ("ask", "has", "hasnt"))
    for pattern in (*has, *hasnt):
        try:
            re.compile(pattern)
        except re.error as error:
            raise MalformedTrial(f"{path.name}, trial {number}: {pattern!r}: {error}") from None
    if not has and not hasnt and path.stem not in FORMS:
        raise MalformedTrial(f"{path.name}, trial {number}: nothing to judge by; give has or hasnt")
    return Trial(path.stem, asked, has, hasnt)


def _texts(given: str | list[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def plain(text: str) -> str:
    """A question without case, punctuation and blanks to spare: what makes two of them one."""
    return " ".join(re.sub(r"[\W_]+", " ", text.lower()).split())


def sum_trials(count: int) -> Iterator[Trial]:
    """Sums and differences of two and three digits; such operands are never trained on together."""
    rng, asked = random.Random("sums held out"), set[str]()
    while len(asked) < count:
        question, result = numbers.held_out_sum(rng)
        if question not in asked:
            asked.add(question)
            yield Trial("sums", (question,), (rf"= ?{result}\.?$",))


def is_right(trial: Trial, answer: str) -> bool:
    """Whether the answer holds what it must, lacks what it must not, and has its kind's form."""
    form = FORMS.get(trial.kind)
    return (
        bool(answer.strip())
        and all(re.search(pattern, answer, re.IGNORECASE) for pattern in trial.has)
        and not any(re.search(pattern, answer, re.IGNORECASE) for pattern in trial.hasnt)
        and (form is None or form(answer))
    )


def is_refusal(answer: str) -> bool:
    """Whether it says, in one of many ways, that it does not know or cannot."""
    return bool(REFUSAL.search(answer))


def is_chinese(answer: str) -> bool:
    """More Chinese characters than Latin words."""
    return len(CHINESE.findall(answer)) > len(LATIN_WORDS.findall(answer))


def is_python(answer: str) -> bool:
    """Whether it shows code that Python can read."""
    shown = [code for language, code in FENCE.findall(answer) if language in ("python", "")]
    try:
        return bool(shown) and all(ast.parse(code).body for code in shown)
    except SyntaxError:
        return False


def is_haiku(answer: str) -> bool:
    return len([line for line in answer.splitlines() if line.strip()]) == 3


def has_repeated_sentence(answer: str) -> bool:
    """Whether one of its longer sentences comes twice."""
    sentences = [" ".join(text.lower().split()) for text in SENTENCE_ENDS.split(answer)]
    longer = [text for text in sentences if len(text) >= SHORTEST_SENTENCE_LETTERS]
    return len(set(longer)) < len(longer)


FORMS: dict[str, Callable[[str], bool]] = {
    "refusals": is_refusal,
    "chinese": is_chinese,
    "python": is_python,
    "haiku": is_haiku,
}
