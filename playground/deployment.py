"""The query of a model's page → the deployment that it asks for, with a sentence for each mistake.

What is a whole number goes to the engine, which knows what fits; the rest is refused here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

WHOLE = re.compile(r"-?[0-9]{1,9}")
OPTIONS = ("chips", "context", "users")
SUCH_AS = {"chips": "576 chips", "context": "4096 tokens of context", "users": "8 users"}
QUOTED_LIMIT = 20  # characters of a mistake that are quoted back


@dataclass(frozen=True, slots=True)
class Deployment:
    """None: as in the catalog."""

    chips: int | None = None
    context: int | None = None
    users: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as it was typed, and what it means where it means anything."""

    typed: Mapping[str, str]
    deployment: Deployment
    problems: tuple[str, ...]  # one sentence each; with any, the catalog's deployment stands


def read_query(query: Mapping[str, str]) -> Asked:
    """An empty field asks for nothing, as the form sends it."""
    given = {name: text.strip() for name, text in query.items() if text.strip()}
    problems = [sentence for name, text in given.items() if (sentence := problem(name, text))]
    typed = {name: given.get(name, "")[:QUOTED_LIMIT] for name in OPTIONS}
    if problems:
        return Asked(typed, Deployment(), tuple(problems))
    return Asked(typed, Deployment(**{name: int(text) for name, text in given.items()}), ())


def problem(name: str, text: str) -> str | None:
    """What is wrong with one option; None: nothing that can be seen without its model."""
    if name not in OPTIONS:
        return f"There is no option “{short(name)}” here; there are chips, context and users."
    if WHOLE.fullmatch(text):
        return None
    return f"“{short(text)}” is no whole number for {name}: write one as in {SUCH_AS[name]}."


def short(text: str) -> str:
    return text if len(text) <= QUOTED_LIMIT else f"{text[:QUOTED_LIMIT]}…"
