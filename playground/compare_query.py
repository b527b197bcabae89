"""The query of /compare/ → the prompt and the lanes of a race, with a sentence for each mistake.

A lane is `lpu:MODEL`, `gpu:MODEL:GPU:COUNT:PRECISION:USERS`, `service:ID` or `here`. What makes no
sense is left out or stands at its usual value; whether GPUs can hold a model is asked elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lpu_engine import (
    GPUS,
    MOST_GPUS,
    MOST_USERS,
    PRECISIONS,
    SERVICES,
    USUAL_GPUS,
    Catalog,
    Entry,
    GpuEntry,
    GpuSystem,
    HereEntry,
    LpuEntry,
    ServiceEntry,
)
from playground.deployment import WHOLE, short
from playground.messages import LANES_LIMIT

OPTIONS = ("prompt", "lane")
USUAL_PROMPT = "Explain how a language model writes an answer, step by step"
USUAL_MODEL = "llama2-70b-4096"
USUAL_ENTRIES: tuple[Entry, ...] = (
    LpuEntry(USUAL_MODEL),
    GpuEntry(USUAL_MODEL, USUAL_GPUS),
    ServiceEntry("together-llama2-70b"),
)
PROMPT_LIMIT = 8_000  # characters; an address that is longer does not get here

Query = Mapping[str, Sequence[str]]
Problems = list[str]
Read = Callable[[str], Any]  # a field's value; None: it makes no sense


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a race begins with; `problems` are told to the reader, one sentence each."""

    prompt: str
    entries: tuple[Entry, ...]
    problems: tuple[str, ...]


def read_set_up(query: Query, catalog: Catalog) -> SetUp:
    """What was not asked for stands at its usual value."""
    problems = [unknown_option(name) for name in query if name not in OPTIONS]
    prompt = read_prompt(query.get("prompt", ()), problems)
    entries = read_entries(query.get("lane", ()), catalog, problems)
    return SetUp(prompt, entries, tuple(problems))


def unknown_option(name: str) -> str:
    return f"There is no option “{short(name)}” here; there are prompt and lane."


def read_prompt(given: Sequence[str], problems: Problems) -> str:
    if not given:
        return USUAL_PROMPT
    if len(given) > 1:
        problems.append("The address has more than one prompt: the last one stands in the box.")
    prompt = given[-1].strip()
    if not prompt:
        problems.append("The prompt in the address is empty: the usual one stands in the box.")
    if len(prompt) > PROMPT_LIMIT:
        problems.append(f"The prompt in the address was cut after {PROMPT_LIMIT:,} characters.")
    return prompt[:PROMPT_LIMIT] or USUAL_PROMPT


def read_entries(given: Sequence[str], catalog: Catalog, problems: Problems) -> tuple[Entry, ...]:
    if not given:
        return USUAL_ENTRIES
    if len(given) > LANES_LIMIT:
        problems.append(
            f"The address has {len(given):,} lanes: the first {LANES_LIMIT} stand here, for a race"
            f" has at most {LANES_LIMIT}."
        )
    told = enumerate(given[:LANES_LIMIT], start=1)
    found = [read_entry(text, number, catalog, problems) for number, text in told]
    entries = tuple(entry for entry in found if entry is not None)
    if not entries:
        problems.append("No lane was left, so the usual ones stand here.")
    return entries or USUAL_ENTRIES


def read_entry(text: str, number: int, catalog: Catalog, problems: Problems) -> Entry | None:
    """None: it names nothing that there is, and a sentence says so."""

    def left_out(why: str) -> None:
        problems.append(f"Lane {number} of the address {why}, so it was left out.")

    match text.split(":"):
        case ["here"]:
            return HereEntry()
        case ["lpu", model] if is_model(model, catalog):
            return LpuEntry(model)
        case ["gpu", model, *fields] if is_model(model, catalog):
            return GpuEntry(model, read_system(fields, number, problems))
        case ["lpu" | "gpu", model, *_] if not is_model(model, catalog):
            left_out(f"asks for the model “{short(model)}”, which the catalog does not have")
        case ["service", service] if any(service == each.id for each in SERVICES):
            return ServiceEntry(service)
        case ["service", service]:
            left_out(f"asks for the service “{short(service)}”, which nobody here has measured")
        case _:
            left_out(
                f"is “{short(text)}”, and a lane is lpu:MODEL, gpu:MODEL:GPU:COUNT:PRECISION:USERS,"
                " service:ID or here"
            )
    return None


def is_model(model_id: str, catalog: Catalog) -> bool:
    return any(model.id == model_id for model in catalog.models)


def read_system(fields: Sequence[str], number: int, problems: Problems) -> GpuSystem:
    """GPUs that there are; a field that makes no sense stands at its usual value."""
    if len(fields) > len(SYSTEM_FIELDS):
        problems.append(f"Lane {number} of the address has more after its users, left out here.")
    system = USUAL_GPUS
    for text, (name, read, rule) in zip(fields, SYSTEM_FIELDS, strict=False):
        value = read(text)
        if value is not None:
            system = replace(system, **{name: value})
        elif text:
            usual = getattr(USUAL_GPUS, name)
            problems.append(
                f"Lane {number} of the address: “{short(text)}” is no {rule}; {usual} stands there."
            )
    return system


def one_of(known: Sequence[str]) -> Read:
    return lambda text: text if text in known else None


def up_to(most: int) -> Read:
    def read(text: str) -> int | None:
        return int(text) if WHOLE.fullmatch(text) and 1 <= int(text) <= most else None

    return read


GPU_IDS = tuple(gpu.id for gpu in GPUS)
SYSTEM_FIELDS: tuple[tuple[str, Read, str], ...] = (  # in the order of a lane, with what each is
    ("gpu", one_of(GPU_IDS), f"GPU of {', '.join(GPU_IDS)}"),
    ("count", up_to(MOST_GPUS), f"number of GPUs from 1 to {MOST_GPUS}"),
    ("precision", one_of(PRECISIONS), f"precision of {', '.join(PRECISIONS)}"),
    ("users", up_to(MOST_USERS), f"number of users from 1 to {MOST_USERS}"),
)
