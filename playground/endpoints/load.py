"""What a measurement asks of an endpoint: how many requests, how long, and when each is due.

A seed decides lengths, texts and arrivals, so the same load can be asked of another endpoint.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

SHORTEST_PROMPT, LONGEST_PROMPT = 32, 200_000  # tokens of our own tokenizer
SHORTEST_OUTPUT, LONGEST_OUTPUT = 3, 100_000  # below that an answer has no rate
LENGTH = re.compile(r"(\d{1,6})(?:,(\d{1,6}))?")


class BadLength(Exception):
    """What a length must be, in one sentence."""


@dataclass(frozen=True, slots=True)
class Length:
    """Tokens: drawn from a normal distribution, kept within limits."""

    mean: int
    deviation: int = 0

    def __str__(self) -> str:
        return f"{self.mean}" if not self.deviation else f"{self.mean} ± {self.deviation}"

    def drawn(self, dice: Random, least: int, most: int) -> int:
        return min(most, max(least, round(dice.gauss(self.mean, self.deviation))))


@dataclass(frozen=True, slots=True)
class Load:
    """Closed loop: `concurrency` requests are under way at any time, each answer starts the next.

    Open loop, where `rate_per_s` is given: requests are due at random moments (a Poisson process),
    whether earlier ones are answered or not; `concurrency` then is the most at once.
    """

    requests: int
    warm_up: int
    concurrency: int
    rate_per_s: float | None
    prompt: Length
    output: Length
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """One request, ready to be sent; `due_s` is after the start, None: when its turn comes."""

    index: int  # from 0; those of the warm-up are negative
    prompt: str
    most_tokens: int
    due_s: float | None


Writer = Callable[[int, int], str]  # an index and a length in tokens → a prompt


def length(text: str, least: int, most: int) -> Length:
    """ "550,150" → a mean of 550 and a deviation of 150 tokens; raises BadLength."""
    found = LENGTH.fullmatch(text)
    mean, deviation = (int(part or 0) for part in found.groups()) if found else (0, 0)
    if not least <= mean <= most:
        raise BadLength(
            "give a mean and perhaps a deviation in tokens, such as 550,150,"
            f" with a mean from {least} to {most:,}."
        )
    return Length(mean, deviation)


def planned(load: Load, write: Writer) -> list[Planned]:
    """The requests that count, in the order in which they are due."""
    dice = Random(load.seed)
    due_s = 0.0
    plans = []
    for index in range(load.requests):
        plans.append(_planned(load, write, dice, index, due_s if load.rate_per_s else None))
        due_s += dice.expovariate(load.rate_per_s or 1.0)
    return plans


def planned_warm_up(load: Load, write: Writer) -> list[Planned]:
    """Those that go before, one after another, and are left out."""
    dice = Random(f"warm-up {load.seed}")
    return [_planned(load, write, dice, index, None) for index in range(-load.warm_up, 0)]


def _planned(load: Load, write: Writer, dice: Random, index: int, due_s: float | None) -> Planned:
    prompt_tokens = load.prompt.drawn(dice, SHORTEST_PROMPT, LONGEST_PROMPT)
    most_tokens = load.output.drawn(dice, SHORTEST_OUTPUT, LONGEST_OUTPUT)
    return Planned(index, write(index, prompt_tokens), most_tokens, due_s)
