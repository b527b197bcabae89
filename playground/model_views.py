"""Requests → the pages of the models: the list, why one is as fast as it is, its listing.

A page that is asked for a deployment that cannot be shows the catalog's, and says what was wrong.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from lpu_engine import BadDeployment, Card, Model, NoProgram, UnknownModel
from playground.deployment import Deployment, read_query
from playground.model_page import model_page, model_row
from playground.picker import picker_entry
from playground.sentences import translated
from playground.site import Site
from playground.views import site_of, sorry

NO_SUCH_MODEL = gettext_noop(
    "The catalog has no model of this id: choose one from the list of all models."
)


@require_safe
@cache_control(no_cache=True)
async def models(request: HttpRequest) -> HttpResponse:
    """All models in the catalog's order, with what is known of their clocks."""
    site = site_of(request)
    rows = [model_row(model, site.clocks.known(model.id)) for model in site.catalog.models]
    return render(request, "models.html", {"rows": rows, "version": site.version})


@require_safe
@cache_control(no_cache=True)
async def model(request: HttpRequest, model_id: str) -> HttpResponse:
    """Why one model's clock is as fast as it is, in the deployment that the query asks for."""
    site = site_of(request)
    found = model_of(site, model_id)
    if found is None:
        return no_such_model(request)
    asked = read_query(request.GET.dict())
    try:
        card, problems = await card_and_problems(site, found, asked.deployment, asked.problems)
    except NoProgram as none:
        return no_program(request, found, none)
    is_of_catalog = bool(problems) or asked.deployment == Deployment()
    page = model_page(card, asked.typed, is_of_catalog=is_of_catalog)
    context = {"page": page, "problems": problems, "version": site.version}
    return render(request, "model.html", context, status=400 if problems else 200)


async def card_and_problems(
    site: Site, model: Model, deployment: Deployment, problems: tuple[str, ...]
) -> tuple[Card, tuple[str, ...]]:
    """The card that was asked for; or the catalog's, and why. Raises NoProgram."""
    if not problems:
        try:
            return await site.cards.card(model, deployment), ()
        except BadDeployment as bad:
            problems = (translated(str(bad)),)
    return await site.cards.card(model, Deployment()), problems


@require_safe
@cache_control(no_cache=True)
async def listing(request: HttpRequest, model_id: str) -> HttpResponse:
    """The program as a text to keep."""
    site = site_of(request)
    found = model_of(site, model_id)
    if found is None:
        return no_such_model(request)
    try:
        text = await site.cards.listing(found)
    except NoProgram as none:
        return no_program(request, found, none)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    name = f"{model_id.replace('/', '-')}.txt"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@require_safe
@cache_control(no_store=True)
async def clock(request: HttpRequest, model_id: str) -> HttpResponse:
    """A line of the picker, as soon as its program is compiled."""
    site = site_of(request)
    found = model_of(site, model_id)
    if found is None:
        return JsonResponse({"error": gettext(NO_SUCH_MODEL)}, status=404)
    return JsonResponse(picker_entry(found, await site.clocks.wait(model_id)))


def model_of(site: Site, model_id: str) -> Model | None:
    try:
        return site.catalog.model(model_id)
    except UnknownModel:
        return None


def no_such_model(request: HttpRequest) -> HttpResponse:
    title = gettext("There is no such model")
    return sorry(request, 404, title, gettext(NO_SUCH_MODEL), has_list=True)


def no_program(request: HttpRequest, model: Model, why: NoProgram) -> HttpResponse:
    """A pulled model runs as fast as this machine where its shape fits no chips."""
    title = gettext("%(model)s has no program for LPU chips") % {"model": model.name}
    return sorry(request, 404, title, translated(str(why)), has_list=True)
