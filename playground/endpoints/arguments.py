"""The arguments of `manage.py measure` → what is wanted, or a sentence about a mistake.

The key is in none of them: it comes from the environment, and its variable's name is not repeated
either, since somebody may have pasted the key itself.
"""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playground.endpoints.addresses import is_private
from playground.endpoints.client import MODEL_LIMIT
from playground.endpoints.load import (
    LONGEST_OUTPUT,
    LONGEST_PROMPT,
    SHORTEST_OUTPUT,
    SHORTEST_PROMPT,
    BadLength,
    Length,
    Load,
    length,
)

DEFAULT_KEY_ENV = "OPENAI_API_KEY"
CLOSED, OPEN = 5, 256  # requests at once: LLMPerf's leaderboard has 5
MOST_REQUESTS, MOST_WARM_UP, MOST_AT_ONCE = 100_000, 1_000, 256
MOST_RATE_PER_S, MOST_TIMEOUT_S = 1_000.0, 3_600.0
USUAL: Mapping[str, Any] = {
    "requests": 30,
    "warm_up": 1,
    "prompt_tokens": Length(550),
    "output_tokens": Length(150),
    "timeout": 120.0,
    "seed": 0,
}
ASKING = ("url", "model", "key_env", "concurrency", "rate", "json", *USUAL)  # not for --compare

Add = Callable[..., object]  # `add_argument` of a group


class BadArgument(Exception):
    """What is wrong with the arguments, in one sentence."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where results go, besides the terminal."""

    json: Path | None
    svg: Path | None
    png: Path | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A measurement that may begin."""

    url: str
    model: str
    key: str = field(repr=False)
    load: Load
    timeout_s: float
    files: Files


def add_arguments(parser: ArgumentParser) -> None:
    """None stands for what was not given."""
    parser.add_argument(
        "url", metavar="URL", nargs="?", help="an OpenAI-compatible API: http://localhost:11434/v1"
    )
    _add_asked(parser.add_argument_group("who is asked").add_argument)
    _add_load(parser.add_argument_group("what is asked").add_argument)
    _add_results(parser.add_argument_group("what comes of it").add_argument)


def _add_asked(add: Add) -> None:
    add("--model", metavar="M", help="the model, as the endpoint names it")
    add("--key-env", metavar="NAME", help=f"the variable that holds the key ({DEFAULT_KEY_ENV})")
    told = f"seconds that one answer may take ({USUAL['timeout']:g})"
    add("--timeout", metavar="S", type=_above_zero(MOST_TIMEOUT_S), help=told)


def _add_load(add: Add) -> None:
    def number(name: str, metavar: str, read: Callable[[str], Any], told: str) -> None:
        usual = USUAL.get(name.replace("-", "_"))
        known = "" if usual is None else f" ({usual})"
        add(f"--{name}", metavar=metavar, type=read, help=told + known)

    prompt = _length(SHORTEST_PROMPT, LONGEST_PROMPT)
    output = _length(SHORTEST_OUTPUT, LONGEST_OUTPUT)
    at_once = f"requests at once ({CLOSED}); with --rate the most at once ({OPEN})"
    rate = "requests a second at random moments, whether earlier ones are answered or not"
    number("requests", "N", _whole(1, MOST_REQUESTS), "how many count")
    number("warm-up", "N", _whole(0, MOST_WARM_UP), "how many go before and are left out")
    number("concurrency", "C", _whole(1, MOST_AT_ONCE), at_once)
    number("rate", "R", _above_zero(MOST_RATE_PER_S), rate)
    number("prompt-tokens", "MEAN[,SD]", prompt, "how long a prompt is, with a deviation")
    number("output-tokens", "MEAN[,SD]", output, "how long an answer may be, likewise")
    number("seed", "N", _whole(0, 2**32), "of lengths, texts and arrivals")


def _add_results(add: Add) -> None:
    add("--json", metavar="FILE", type=Path, help="every request and all figures")
    add("--svg", metavar="FILE", type=Path, help="a chart, light or dark as its reader's screen")
    add("--png", metavar="FILE", type=Path, help="the same chart, light")
    add("--compare", metavar="FILE", nargs=2, type=Path, help="two JSON files, side by side")


def files(options: Mapping[str, Any]) -> Files:
    """Checked before anything is asked: a result that cannot be kept is a pity."""
    for name in ("json", "svg", "png"):
        path: Path | None = options[name]
        if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise BadArgument(f"--{name} cannot be written to {path}: name a file in a folder.")
    return Files(options["json"], options["svg"], options["png"])


def compared(options: Mapping[str, Any]) -> tuple[Path, Path]:
    """The two files; raises BadArgument where something is to be asked too."""
    if any(options[name] is not None for name in ASKING):
        raise BadArgument("--compare takes two files, and --svg or --png, but nothing to ask.")
    first, second = options["compare"]
    return first, second


def wanted(options: Mapping[str, Any], environment: Mapping[str, str]) -> Wanted:
    """Raises BadArgument."""
    url, model = options["url"], options["model"]
    if not url:
        raise BadArgument("Give the URL to measure, or two files to --compare.")
    if not model or len(model) > MODEL_LIMIT or not model.isprintable():
        raise BadArgument(
            f"Give --model as the endpoint names it, in up to {MODEL_LIMIT} characters."
        )
    given = {**USUAL, **{name: value for name, value in options.items() if value is not None}}
    key = key_of(url, options["key_env"], environment)
    return Wanted(url, model, key, _load(given), given["timeout"], files(options))


def _load(given: Mapping[str, Any]) -> Load:
    rate_per_s = given.get("rate")
    return Load(
        requests=given["requests"],
        warm_up=given["warm_up"],
        concurrency=given.get("concurrency") or (OPEN if rate_per_s else CLOSED),
        rate_per_s=rate_per_s,
        prompt=given["prompt_tokens"],
        output=given["output_tokens"],
        seed=given["seed"],
    )


def key_of(url: str, name: str | None, environment: Mapping[str, str]) -> str:
    """The usual variable's key goes only where nobody can read along: https, or this machine."""
    if name is not None:
        if not environment.get(name):
            raise BadArgument("The variable that --key-env names is not set: export it first.")
        return environment[name]
    return environment.get(DEFAULT_KEY_ENV, "") if is_private(url) else ""


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most:
            return int(text)
        raise ArgumentTypeError(f"give a whole number from {least} to {most:,}.")

    return read


def _above_zero(most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = 0.0
        if 0 < number <= most:
            return number
        raise ArgumentTypeError(f"give a number above 0, up to {most:,.0f}.")

    return read


def _length(least: int, most: int) -> Callable[[str], Length]:
    def read(text: str) -> Length:
        try:
            return length(text, least, most)
        except BadLength as error:
            raise ArgumentTypeError(str(error)) from None

    return read
