"""Requests → a model's figure on other GPUs, and both machines under load, as JSON.

What cannot be had is one sentence, `error`, with status 400; a model that there is not, 404.
"""

from dataclasses import asdict

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from lpu_engine import BadDeployment, BadSystem, GpuSystem
from playground.deployment import short
from playground.gpus import FIELDS, WHOLE, read_system, told
from playground.model_views import NO_SUCH_MODEL, model_of
from playground.sentences import in_readers_language, translated
from playground.views import site_of


@require_safe
@cache_control(no_store=True)
async def gpu(request: HttpRequest) -> JsonResponse:
    """What GPUs would do with a model: the usual ones where the query names none."""
    model = model_of(site_of(request), request.GET.get("model", ""))
    if model is None:
        return refused(gettext(NO_SUCH_MODEL), 404)
    try:
        found = told(model, system_of(request))
    except BadSystem as bad:
        return refused(translated(str(bad)))
    return refused(found["refusal"]) if found["refusal"] else JsonResponse(found["baseline"])


@require_safe
@cache_control(no_store=True)
async def load(request: HttpRequest) -> JsonResponse:
    """How a model's LPU chips and GPUs fare with more and more users of so much context."""
    site, model_id = site_of(request), request.GET.get("model", "")
    if model_of(site, model_id) is None:
        return refused(gettext(NO_SUCH_MODEL), 404)
    try:
        system = read_system({**request.GET.dict(), "users": "1"})
        loaded = await site.loads.load(model_id, system, context_of(request))
        return JsonResponse(in_readers_language(asdict(loaded)))
    except (BadSystem, BadDeployment) as bad:
        return refused(translated(str(bad)))


def refused(sentence: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)


def system_of(request: HttpRequest) -> GpuSystem | None:
    """All of a system or nothing of it: what was forgotten is not guessed."""
    query = request.GET.dict()
    return read_system(query) if any(name in query for name in FIELDS) else None


def context_of(request: HttpRequest) -> int:
    """Raises BadDeployment; whether the model's window has room for it, the engine says."""
    text = request.GET.get("context", "").strip()
    if not text:
        raise BadDeployment(gettext("The query must say %(name)s.") % {"name": "context"})
    if not WHOLE.fullmatch(text):
        told = gettext("“%(text)s” cannot be had as context: give a number of tokens, as in 4096.")
        raise BadDeployment(told % {"text": short(text)})
    return int(text)
