"""static/ → /static/, under names with a hash of the content, which browsers may keep for ever.

WhiteNoise knows the files and their headers; it speaks WSGI, and these few lines speak ASGI, since
every adapter between the two shares one thread with all of Django's synchronous code.
"""

import asyncio
import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from whitenoise import WhiteNoise
from whitenoise.responders import Response

HASHED_NAME = re.compile(r"\.[0-9a-f]{12}\.[^/]+$")
MAX_AGE_S = 60


class HashedFiles(ManifestStaticFilesStorage):
    """Rewrites the imports of ES modules too, which Django leaves alone unless told."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 10  # modules import each other that deep at most


def static_application(*, source: Path, collected: Path, debug: bool) -> Any:
    """An ASGI application: files as they are being edited where `debug`, else as collected."""
    files = WhiteNoise(
        None,
        root=source if debug else collected,
        prefix="static/",
        autorefresh=debug,
        max_age=0 if debug else MAX_AGE_S,
        allow_all_origins=False,
        immutable_file_test=is_immutable,
        add_headers_function=add_security_headers,
    )

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        path = scope["path"]
        file = files.find_file(path) if debug else files.files.get(path)
        response = NOT_FOUND if file is None else file.get_response(scope["method"], environ(scope))
        await send(
            {
                "type": "http.response.start",
                "status": int(response.status),
                "headers": [(k.lower().encode(), v.encode()) for k, v in response.headers],
            }
        )
        await send({"type": "http.response.body", "body": await asyncio.to_thread(body, response)})

    return application


NOT_FOUND = Response(HTTPStatus.NOT_FOUND, [("Content-Length", "0")], None)


def environ(scope: dict[str, Any]) -> dict[str, str]:
    """The request's headers as WSGI names them."""
    return {
        "HTTP_" + name.decode("latin-1").upper().replace("-", "_"): value.decode("latin-1")
        for name, value in scope["headers"]
    }


def body(response: Response) -> bytes:
    """The whole file, or the part that was asked for: all of the site's files are small."""
    if response.file is None:
        return b""
    with response.file as file:
        content: bytes = file.read()
        return content


def is_immutable(path: str, url: str) -> bool:
    return HASHED_NAME.search(url) is not None


def add_security_headers(headers: Any, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
