"""The query of /compare/ → the prompt and the lanes of a race, with a sentence for each mistake.

A lane is `lpu:MODEL`, `gpu:MODEL:GPU:COUNT:PRECISION:USERS`, `service:ID`, `here` or `endpoint`:
the last one's URL and model stand in no address. What makes no sense is left out or stands at its
usual value; whether GPUs can hold a model is asked elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext, gettext_noop

from lpu_engine import (
    GPUS,
    MOST_GPUS,
    MOST_USERS,
    PRECISIONS,
    SERVICES,
    USUAL_GPUS,
    Catalog,
    GpuEntry,
    GpuSystem,
    HereEntry,
    LpuEntry,
    ServiceEntry,
)
from playground.deployment import WHOLE, short
from playground.messages import LANES_LIMIT, EndpointEntry, RaceEntry

OPTIONS = ("prompt", "lane")
USUAL_PROMPT = gettext_noop("Explain how a language model writes an answer, step by step")
USUAL_MODEL = "llama2-70b-4096"
USUAL_ENTRIES: tuple[RaceEntry, ...] = (
    LpuEntry(USUAL_MODEL),
    GpuEntry(USUAL_MODEL, USUAL_GPUS),
    ServiceEntry("together-llama2-70b"),
)
NO_MODEL = gettext_noop(
    "Lane %(lane)s of the address asks for the model “%(what)s”, which the catalog does not have,"
    " so it was left out."
)
NO_SERVICE = gettext_noop(
    "Lane %(lane)s of the address asks for the service “%(what)s”, which nobody here has measured,"
    " so it was left out."
)
NO_LANE = gettext_noop(
    "Lane %(lane)s of the address is “%(what)s”, and a lane is lpu:MODEL,"
    " gpu:MODEL:GPU:COUNT:PRECISION:USERS, service:ID, here or endpoint, so it was left out."
)
EMPTY_ENDPOINT = EndpointEntry(url="", model="")
PROMPT_LIMIT = 8_000  # characters; an address that is longer does not get here

Query = Mapping[str, Sequence[str]]
Problems = list[str]
Read = Callable[[str], Any]  # a field's value; None: it makes no sense


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a race begins with; `problems` are told to the reader, one sentence each."""

    prompt: str
    entries: tuple[RaceEntry, ...]
    problems: tuple[str, ...]


def read_set_up(query: Query, catalog: Catalog) -> SetUp:
    """What was not asked for stands at its usual value."""
    problems = [unknown_option(name) for name in query if name not in OPTIONS]
    prompt = read_prompt(query.get("prompt", ()), problems)
    entries = read_entries(query.get("lane", ()), catalog, problems)
    return SetUp(prompt, entries, tuple(problems))


def unknown_option(name: str) -> str:
    told = gettext("There is no option “%(name)s” here; there are prompt and lane.")
    return str(told % {"name": short(name)})


def read_prompt(given: Sequence[str], problems: Problems) -> str:
    if not given:
        return str(gettext(USUAL_PROMPT))
    if len(given) > 1:
        problems.append(
            gettext("The address has more than one prompt: the last one stands in the box.")
        )
    prompt = given[-1].strip()
    if not prompt:
        problems.append(
            gettext("The prompt in the address is empty: the usual one stands in the box.")
        )
    if len(prompt) > PROMPT_LIMIT:
        told = gettext("The prompt in the address was cut after %(limit)s characters.")
        problems.append(told % {"limit": f"{PROMPT_LIMIT:,}"})
    return prompt[:PROMPT_LIMIT] or gettext(USUAL_PROMPT)


def read_entries(
    given: Sequence[str], catalog: Catalog, problems: Problems
) -> tuple[RaceEntry, ...]:
    if not given:
        return USUAL_ENTRIES
    if len(given) > LANES_LIMIT:
        told = gettext(
            "The address has %(count)s lanes: the first %(most)s stand here, for a race has at"
            " most %(most)s."
        )
        problems.append(told % {"count": f"{len(given):,}", "most": LANES_LIMIT})
    numbered = enumerate(given[:LANES_LIMIT], start=1)
    found = [read_entry(text, number, catalog, problems) for number, text in numbered]
    entries = tuple(entry for entry in found if entry is not None)
    if not entries:
        problems.append(gettext("No lane was left, so the usual ones stand here."))
    return entries or USUAL_ENTRIES


def read_entry(text: str, number: int, catalog: Catalog, problems: Problems) -> RaceEntry | None:
    """None: it names nothing that there is, and a sentence says so."""

    def left_out(why: str, what: str) -> None:
        problems.append(why % {"lane": number, "what": short(what)})

    match text.split(":"):
        case ["here"]:
            return HereEntry()
        case ["endpoint"]:
            return EMPTY_ENDPOINT
        case ["lpu", model] if is_model(model, catalog):
            return LpuEntry(model)
        case ["gpu", model, *fields] if is_model(model, catalog):
            return GpuEntry(model, read_system(fields, number, problems))
        case ["lpu" | "gpu", model, *_] if not is_model(model, catalog):
            left_out(gettext(NO_MODEL), model)
        case ["service", service] if any(service == each.id for each in SERVICES):
            return ServiceEntry(service)
        case ["service", service]:
            left_out(gettext(NO_SERVICE), service)
        case _:
            left_out(gettext(NO_LANE), text)
    return None


def is_model(model_id: str, catalog: Catalog) -> bool:
    return any(model.id == model_id for model in catalog.models)


def read_system(fields: Sequence[str], number: int, problems: Problems) -> GpuSystem:
    """GPUs that there are; a field that makes no sense stands at its usual value."""
    if len(fields) > len(SYSTEM_FIELDS):
        told = gettext("Lane %(lane)s of the address has more after its users, left out here.")
        problems.append(told % {"lane": number})
    system = USUAL_GPUS
    for text, (name, read, rule) in zip(fields, SYSTEM_FIELDS, strict=False):
        value = read(text)
        if value is not None:
            system = replace(system, **{name: value})
        elif text:
            usual = getattr(USUAL_GPUS, name)
            told = {"lane": number, "what": short(text), "usual": usual, **KNOWN}
            problems.append(gettext(rule) % told)
    return system


def one_of(known: Sequence[str]) -> Read:
    return lambda text: text if text in known else None


def up_to(most: int) -> Read:
    def read(text: str) -> int | None:
        return int(text) if WHOLE.fullmatch(text) and 1 <= int(text) <= most else None

    return read


GPU_IDS = tuple(gpu.id for gpu in GPUS)
KNOWN = {
    "gpus": ", ".join(GPU_IDS),
    "precisions": ", ".join(PRECISIONS),
    "most_gpus": MOST_GPUS,
    "most_users": MOST_USERS,
}
SYSTEM_FIELDS: tuple[tuple[str, Read, str], ...] = (  # in the order of a lane, with what is wrong
    (
        "gpu",
        one_of(GPU_IDS),
        gettext_noop(
            "Lane %(lane)s of the address: “%(what)s” is no GPU of %(gpus)s; %(usual)s stands"
            " there."
        ),
    ),
    (
        "count",
        up_to(MOST_GPUS),
        gettext_noop(
            "Lane %(lane)s of the address: “%(what)s” is no number of GPUs from 1 to"
            " %(most_gpus)s; %(usual)s stands there."
        ),
    ),
    (
        "precision",
        one_of(PRECISIONS),
        gettext_noop(
            "Lane %(lane)s of the address: “%(what)s” is no precision of %(precisions)s;"
            " %(usual)s stands there."
        ),
    ),
    (
        "users",
        up_to(MOST_USERS),
        gettext_noop(
            "Lane %(lane)s of the address: “%(what)s” is no number of users from 1 to"
            " %(most_users)s; %(usual)s stands there."
        ),
    ),
)
