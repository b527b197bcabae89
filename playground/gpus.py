"""A query's gpu, count, precision and users → a GPU system, and what is told of a model on it.

What has the right form goes to the engine, which knows what there is and what fits; the rest is
refused here. A system that no model of the catalog can have is nonsense; one that only some cannot
have stands.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext, gettext_noop

from lpu_engine import (
    GPUS,
    MOST_GPUS,
    MOST_USERS,
    PRECISIONS,
    USUAL_GPUS,
    BadSystem,
    Catalog,
    GpuSystem,
    Model,
)
from playground.deployment import short
from playground.messages import shown
from playground.sentences import in_readers_language, translated

FIELDS = ("gpu", "count", "precision", "users")
NO_NUMBER = {
    "count": gettext_noop("“%(text)s” is no number of GPUs: give 1 to %(most)s."),
    "users": gettext_noop("“%(text)s” is no number of users: give 1 to %(most)s."),
}
WHOLE = re.compile(r"[0-9]{1,9}")
QUOTED_LIMIT = 40  # characters of a name that is quoted back; all that there are, are shorter


@dataclass(frozen=True, slots=True)
class Asked:
    """The system that an address asks for; None: the usual one, perhaps because of a problem."""

    system: GpuSystem | None
    problem: str  # one sentence, or empty


def asked_system(catalog: Catalog, picked: Model, query: Mapping[str, str]) -> Asked:
    """What an address that a person may have typed asks for; what it leaves out is as usual."""
    given = {name: query[name] for name in FIELDS if query.get(name, "").strip()}
    if not given:
        return Asked(None, "")
    usual = {name: str(value) for name, value in asdict(USUAL_GPUS).items()}
    try:
        system = read_system(usual | given)
        if not any(has_room(model, system) for model in catalog.models):
            picked.on_gpus(system)  # says why
    except BadSystem as bad:
        usual_stands = gettext("The GPU’s figures here are those of %(gpus)s.")
        problem = f"{translated(str(bad))} {usual_stands % {'gpus': usual_name()}}"
        return Asked(None, problem)
    return Asked(None if system == USUAL_GPUS else system, "")


def read_system(query: Mapping[str, str]) -> GpuSystem:
    """All four fields; raises BadSystem for the first that is missing or has not its form."""
    return GpuSystem(
        gpu=field(query, "gpu"),
        count=whole(query, "count", MOST_GPUS),
        precision=field(query, "precision"),
        users=whole(query, "users", MOST_USERS),
    )


def field(query: Mapping[str, str], name: str) -> str:
    """What the query has there; raises BadSystem where that is nothing."""
    text = query.get(name, "").strip()
    if not text:
        raise BadSystem(gettext("The query must say %(name)s.") % {"name": name})
    return text[:QUOTED_LIMIT]  # the engine quotes what it does not know


def whole(query: Mapping[str, str], name: str, most: int) -> int:
    """A number from 1 to `most`; raises BadSystem for any other text, however many digits."""
    text = field(query, name)
    if not WHOLE.fullmatch(text) or not 1 <= int(text) <= most:
        told = {"text": short(text), "most": f"{most:,}"}
        raise BadSystem(gettext(NO_NUMBER[name]) % told)
    return int(text)


def has_room(model: Model, system: GpuSystem) -> bool:
    try:
        model.on_gpus(system)
    except BadSystem:
        return False
    return True


def told(model: Model, system: GpuSystem | None) -> dict[str, Any]:
    """A model's GPU figure for the preview's prompt; or, instead, why there is none."""
    try:
        figure = shown(model.on_gpus(system))
    except BadSystem as bad:
        return {"baseline": None, "refusal": translated(str(bad))}
    baseline = None if figure is None else in_readers_language(asdict(figure))
    return {"baseline": baseline, "refusal": None}


def offered() -> dict[str, Any]:
    """What there is to choose from."""
    return {
        "gpus": [{"id": gpu.id, "name": gpu.name} for gpu in GPUS],
        "counts": list(range(1, MOST_GPUS + 1)),
        "precisions": list(PRECISIONS),
        "most_users": MOST_USERS,
    }


def choices(asked: Asked) -> dict[str, Any]:
    """What the page's control offers, and what is in force; all of it is JSON."""
    return {
        **offered(),
        "usual": asdict(USUAL_GPUS),
        "usual_name": usual_name(),
        "system": None if asked.system is None else asdict(asked.system),
        "problem": asked.problem,
    }


def usual_name() -> str:
    """`8 × H100`."""
    name = next(gpu.name for gpu in GPUS if gpu.id == USUAL_GPUS.gpu)
    return f"{USUAL_GPUS.count} × {name}"
