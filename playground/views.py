"""Requests → the chat page, its data as JSON, and /healthz.

They read the engine's state and never wait for it: the page is there while kernels still compile.
"""

from dataclasses import asdict
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from lpu_engine import PREVIEW_PROMPT_TOKENS, Model, Params, Prediction
from playground.messages import shown
from playground.site import Site


@require_safe
@cache_control(no_cache=True)
async def chat(request: HttpRequest) -> HttpResponse:
    """The one page: prompt box, picker, answers."""
    data = page_data(site_of(request))
    return render(request, "chat.html", {**data, "playground_data": data})


@require_safe
@cache_control(no_store=True)
async def healthz(request: HttpRequest) -> JsonResponse:
    """How engine and words are. Status 200 in every state: the site serves, the JSON says what."""
    site = site_of(request)
    state = site.engine.state
    return JsonResponse(
        {
            "engine": {"state": state.phase, "detail": state.detail, "threads": state.threads},
            "words": {"name": state.words, "parameters": state.parameters},
            "version": site.version,
        }
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return sorry(
        request,
        400,
        "This address is not served here",
        "Open the site under the address that it printed when it started. "
        "To allow another name, put it into PLAYGROUND_HOSTS.",
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return sorry(request, 404, "There is no such page", "The address may be mistyped.")


def server_error(request: HttpRequest) -> HttpResponse:
    return sorry(
        request,
        500,
        "Something broke on this machine",
        "The page could not be made; the terminal where the site runs says where it failed.",
    )


def sorry(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    version = site_of(request).version
    context = {"status": status, "title": title, "message": message, "version": version}
    return render(request, "error.html", context, status=status)


def site_of(request: HttpRequest) -> Site:
    site: Site = request.scope["site"]
    return site


def page_data(site: Site) -> dict[str, Any]:
    """What chat.html shows and its modules read; all of it is JSON."""
    models = [picker_entry(model) for model in site.catalog.models]
    state = site.engine.state
    return {
        "models": models,
        "default_model": site.catalog.picked,
        "defaults": asdict(Params()),
        "words": {
            "name": state.words,
            "parameters": state.parameters,
            "state": state.phase,
            "detail": state.detail,
        },
        "version": site.version,
    }


def picker_entry(model: Model) -> dict[str, Any]:
    """One line of the picker: a speed, its mark and source, and the GPU beside it.

    There is no request yet: a clock that depends on the prompt is shown for one of 128 tokens.
    """
    prediction = model.predict(PREVIEW_PROMPT_TOKENS)
    baseline = shown(model.baseline())
    return {
        "id": model.id,
        "name": model.name,
        "label": label(model, prediction),
        "window": model.window,
        "paced_by": paced_by(prediction),
        "prompt_tokens": PREVIEW_PROMPT_TOKENS,
        **asdict(prediction),
        "baseline": None if baseline is None else asdict(baseline),
    }


def paced_by(prediction: Prediction) -> Literal["clock", "machine"]:
    """What a reader waits for, and so whose rate is the page's large number.

    What fits one chip is small, and its memory far outruns that of any computer with the same
    model: such a clock is always past when this machine has computed the words.
    """
    is_one_chip = prediction.kind == "simulated" and prediction.chips == 1
    return "machine" if is_one_chip or prediction.kind == "measured" else "clock"


def label(model: Model, prediction: Prediction) -> str:
    """Whose speed it is: `Mixtral 8x7B 32K · 576 LPU chips`, `Pebble · this machine`."""
    if paced_by(prediction) == "machine":
        return f"{model.name} · this machine"
    return f"{model.name} {model.window // 1024}K · {prediction.chips} LPU chips"
