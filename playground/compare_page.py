"""A set-up → what compare.html shows and its modules read, all of it JSON.

A lane is known before any race as far as anything is: a program that is still being compiled is
asked for by the page, and GPUs that cannot be are a sentence in their lane.
"""

from dataclasses import asdict, replace
from typing import Any

from django.conf import settings

from lpu_engine import (
    LOAD_USERS,
    PREVIEW_PROMPT_TOKENS,
    SERVICES,
    USUAL_GPUS,
    Catalog,
    GpuEntry,
    HereEntry,
    LpuEntry,
    Params,
    Service,
    ServiceEntry,
    lane_of,
)
from playground.compare_query import USUAL_MODEL, SetUp
from playground.endpoints.addresses import URL_LIMIT, Allowed
from playground.endpoints.client import KEY_LIMIT, MODEL_LIMIT
from playground.gpus import offered, told
from playground.messages import LANES_LIMIT, MESSAGE_LIMIT_BYTES, EndpointEntry, RaceEntry
from playground.picker import picker_entry
from playground.sentences import in_readers_language, translated
from playground.site import Site

ANSWER_LIMIT = 512  # tokens; at 12 tokens/s already three quarters of a minute
SHORTEST_CONTEXT = 256


def page_data(site: Site, set_up: SetUp) -> dict[str, Any]:
    """Everything but what the page asks for later."""
    catalog, state = site.catalog, site.engine.state
    return {
        "models": [picker_entry(each, site.clocks.known(each.id)) for each in catalog.models],
        "services": [service_entry(service, catalog) for service in SERVICES],
        "here": in_readers_language(asdict(lane_of(HereEntry(), catalog, PREVIEW_PROMPT_TOKENS))),
        **offered(),
        "most_lanes": LANES_LIMIT,
        "message_bytes": MESSAGE_LIMIT_BYTES,
        "endpoints": endpoints(),
        "load_users": list(LOAD_USERS),
        "shortest_context": SHORTEST_CONTEXT,
        "prompt": set_up.prompt,
        "prompt_tokens": PREVIEW_PROMPT_TOKENS,
        "problems": list(set_up.problems),
        "lanes": [lane_entry(entry) for entry in set_up.entries],
        "new_lane": lane_entry(HereEntry()),
        "forecasts": forecasts(set_up.entries, catalog),
        "params": params(),
        "words": {
            "name": state.words,
            "parameters": state.parameters,
            "state": state.phase,
            "detail": translated(state.detail),
        },
        "version": site.version,
    }


def params() -> dict[str, Any]:
    """As a race sends them: the usual ones, and an answer that slow lanes can finish."""
    usual = asdict(replace(Params(), max_tokens=ANSWER_LIMIT))
    return {name: value for name, value in usual.items() if value is not None}


def endpoints() -> dict[str, Any]:
    """Whether any may be asked from here, which, and how long their fields may be."""
    allowed: Allowed = settings.PLAYGROUND_ENDPOINTS
    return {
        "may_be_asked": allowed.loopback or bool(allowed.origins),
        "origins": sorted(allowed.origins),
        "url_limit": URL_LIMIT,
        "model_limit": MODEL_LIMIT,
        "key_limit": KEY_LIMIT,
    }


def service_entry(service: Service, catalog: Catalog) -> dict[str, Any]:
    """A line of the services, with the lane that it is."""
    lane = in_readers_language(
        asdict(lane_of(ServiceEntry(service.id), catalog, PREVIEW_PROMPT_TOKENS))
    )
    return {"id": service.id, "label": f"{service.name} · {service.model}", "lane": lane}


def lane_entry(entry: RaceEntry) -> dict[str, Any]:
    """An entry as a race's message has it, and the usual value of each field it has not.

    The page's selects all have a value, whichever kind of machine is chosen.
    """
    usual = {"model": USUAL_MODEL, "service": SERVICES[0].id, **asdict(USUAL_GPUS)}
    match entry:
        case LpuEntry():
            return {"machine": "lpu", **usual, "model": entry.model}
        case GpuEntry():
            return {"machine": "gpu", **usual, "model": entry.model, **asdict(entry.system)}
        case ServiceEntry():
            return {"machine": "service", **usual, "service": entry.service}
        case HereEntry():
            return {"machine": "here", **usual}
        case EndpointEntry():
            return {"machine": "endpoint", **usual}


def forecasts(entries: tuple[RaceEntry, ...], catalog: Catalog) -> list[dict[str, Any] | None]:
    """For each lane of GPUs what /gpu.json would say; None for the others."""
    return [forecast(entry, catalog) if isinstance(entry, GpuEntry) else None for entry in entries]


def forecast(entry: GpuEntry, catalog: Catalog) -> dict[str, Any]:
    found = told(catalog.model(entry.model), entry.system)
    return found["baseline"] or {"error": found["refusal"]}
