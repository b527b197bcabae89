"""Requests → the page that races models and machines; the race itself runs on the socket.

An address that asks for what there is not shows the rest, and says what was wrong.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from playground.compare_page import page_data
from playground.compare_query import read_set_up
from playground.views import site_of


@require_safe
@cache_control(no_cache=True)
async def compare(request: HttpRequest) -> HttpResponse:
    """Prompt and lanes as the query has them. Nothing starts by itself."""
    site = site_of(request)
    set_up = read_set_up(dict(request.GET.lists()), site.catalog)
    data = page_data(site, set_up)
    context = {**data, "playground_data": data}
    return render(request, "compare.html", context, status=400 if set_up.problems else 200)
