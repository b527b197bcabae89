"""Requests → the chat page, its data as JSON, its manifest, /healthz, and the pages that are none.

They read the engine's state and never wait for it: the page is there while kernels still compile.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from lpu_engine import Params
from playground.app_manifest import CONTENT_TYPE, app_manifest
from playground.gpus import asked_system, choices
from playground.messages import (
    MAX_TOKENS_LIMIT,
    MESSAGE_LIMIT_BYTES,
    STOP_STRING_LIMIT,
    STOP_STRINGS_LIMIT,
)
from playground.picker import picker_entry
from playground.sentences import translated
from playground.site import Site


@require_safe
@cache_control(no_cache=True)
async def chat(request: HttpRequest) -> HttpResponse:
    """The one page: prompt box, picker, answers. `?model=` picks another speed than the first,
    `?gpu=&count=&precision=&users=` other GPUs beside it.
    """
    data = page_data(site_of(request), request.GET.dict())
    return render(request, "chat.html", {**data, "playground_data": data})


@require_safe
@cache_control(no_store=True)
async def healthz(request: HttpRequest) -> JsonResponse:
    """How engine and words are; with `?model=` those of whoever writes for that model.

    Status 200 in every state: the site serves, the JSON says what.
    """
    site = site_of(request)
    state = site.engine.state_of(request.GET.get("model", ""))
    return JsonResponse(
        {
            "engine": {"state": state.phase, "detail": state.detail, "threads": state.threads},
            "words": {"name": state.words, "parameters": state.parameters},
            "version": site.version,
        }
    )


@require_safe
@cache_control(no_cache=True)
async def manifest(request: HttpRequest) -> JsonResponse:
    """What a browser wants to know to install the page like an app."""
    return JsonResponse(app_manifest(), content_type=CONTENT_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return sorry(
        request,
        400,
        gettext("This address is not served here"),
        gettext(
            "Open the site under the address that it printed when it started. "
            "To allow another name, put it into PLAYGROUND_HOSTS."
        ),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    title = gettext("There is no such page")
    return sorry(request, 404, title, gettext("The address may be mistyped."))


def server_error(request: HttpRequest) -> HttpResponse:
    return sorry(
        request,
        500,
        gettext("Something broke on this machine"),
        gettext(
            "The page could not be made; the terminal where the site runs says where it failed."
        ),
    )


def sorry(
    request: HttpRequest, status: int, title: str, message: str, *, has_list: bool = False
) -> HttpResponse:
    """A page in place of the one asked for, and the way back; `has_list`: to all models too."""
    context = {
        "status": status,
        "title": title,
        "message": message,
        "has_list": has_list,
        "version": site_of(request).version,
    }
    return render(request, "error.html", context, status=status)


def site_of(request: HttpRequest) -> Site:
    site: Site = request.scope["site"]
    return site


def page_data(site: Site, query: Mapping[str, str]) -> dict[str, Any]:
    """What chat.html shows and its modules read; all of it is JSON."""
    catalog, state = site.catalog, site.engine.state
    ids, wanted = [model.id for model in catalog.models], query.get("model", "")
    picked = catalog.model(wanted if wanted in ids else catalog.picked)
    asked = asked_system(catalog, picked, query)
    return {
        "models": [
            picker_entry(model, site.clocks.known(model.id), asked.system)
            for model in catalog.models
        ],
        "default_model": picked.id,
        "gpus": choices(asked),
        "defaults": asdict(Params()),
        "limits": {
            "message_bytes": MESSAGE_LIMIT_BYTES,
            "max_tokens": MAX_TOKENS_LIMIT,
            "stop_strings": STOP_STRINGS_LIMIT,
            "stop_string": STOP_STRING_LIMIT,
        },
        "words": {
            "name": state.words,
            "parameters": state.parameters,
            "state": state.phase,
            "detail": translated(state.detail),
        },
        "writer": picked.name if picked.is_pulled else state.words,
        "version": site.version,
    }
