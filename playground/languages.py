"""Who reads → the language: the one that a cookie chose, else the browser's; and its catalog.

Pages get it from the middleware, sockets from their handshake. Scripts have a catalog of their own,
which only pages in another language than English ask for.
"""

import json
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, parse_cookie
from django.middleware.locale import LocaleMiddleware
from django.template import Context, Engine
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_from_request, override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog, builtin_template_path

DIGEST_LENGTH = 12
YEAR_S = 365 * 24 * 3600


class ReadersLanguage(LocaleMiddleware):
    """Django's own, which leaves out that a response depends on its cookie too."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        patch_vary_headers(response, ("Cookie",))
        return super().process_response(request, response)


class Catalog(JavaScriptCatalog):
    """Django's own in UTF-8, in which Chinese is half as long as in escapes."""

    def render_to_response(self, context: dict[str, Any], **_: Any) -> HttpResponse:
        template = Engine().from_string(builtin_template_path("i18n_catalog.js").read_text("utf-8"))
        words = json.dumps(context["catalog"], ensure_ascii=False, separators=(",", ":"))
        return HttpResponse(
            template.render(Context({**context, "catalog_str": words, "formats_str": "{}"}))
        )


def language_of_handshake(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The language of a socket, by the rule for pages."""
    named = {name.lower(): value.decode("latin-1") for name, value in headers}
    request = HttpRequest()
    request.COOKIES = parse_cookie(named.get(b"cookie", ""))
    request.META["HTTP_ACCEPT_LANGUAGE"] = named.get(b"accept-language", "")
    language: str = get_language_from_request(request)
    return language


def catalog_of_page(request: HttpRequest) -> dict[str, str | None]:
    """For base.html: where the words of its scripts are; nowhere for English, which they speak."""
    language = get_language()
    if language == settings.LANGUAGE_CODE:
        return {"catalog_url": None}
    return {"catalog_url": reverse("catalog", args=[language, digest_of(language)])}


@require_safe
@cache_control(public=True, max_age=YEAR_S, immutable=True)
async def catalog(request: HttpRequest, language: str, digest: str) -> HttpResponse:
    """A language's words for the scripts, under a name that holds their digest."""
    if language not in dict(settings.LANGUAGES) or digest != digest_of(language):
        raise Http404
    return HttpResponse(script_of(language), content_type="text/javascript; charset=utf-8")


def digest_of(language: str) -> str:
    return sha256(script_of(language)).hexdigest()[:DIGEST_LENGTH]


@cache
def script_of(language: str) -> bytes:
    with override(language):
        script: bytes = Catalog().get(HttpRequest()).content
    return script
