"""The query of a model's page → the deployment that it asks for, with a sentence for each mistake.

What is a whole number goes to the engine, which knows what fits; the rest is refused here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

WHOLE = re.compile(r"-?[0-9]{1,9}")
OPTIONS = ("chips", "context", "users")
NO_NUMBER = {
    "chips": gettext_noop("“%(text)s” is no whole number for chips: write one as in 576 chips."),
    "context": gettext_noop(
        "“%(text)s” is no whole number for context: write one as in 4096 tokens of context."
    ),
    "users": gettext_noop("“%(text)s” is no whole number for users: write one as in 8 users."),
}
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
        known = gettext("There is no option “%(name)s” here; there are chips, context and users.")
        return str(known % {"name": short(name)})
    if WHOLE.fullmatch(text):
        return None
    return str(gettext(NO_NUMBER[name]) % {"text": short(text)})


def short(text: str) -> str:
    return text if len(text) <= QUOTED_LIMIT else f"{text[:QUOTED_LIMIT]}…"
