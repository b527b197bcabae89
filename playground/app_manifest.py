"""What a browser must know to install the page like an app: names, colours, icons as JSON.

No service worker: Chrome asks for none since its versions 108 and 112, and what is offline here
says so by itself.
"""

from dataclasses import dataclass
from typing import Any, Literal

from django.templatetags.static import static

CONTENT_TYPE = "application/manifest+json"
MARK = "favicon.svg"
PAGE = "#ffffff"


@dataclass(frozen=True, slots=True)
class Icon:
    """A file under static/: `any` is the mark alone; behind the others is the page's colour."""

    file: str
    pixels: int
    purpose: Literal["any", "maskable", "apple"]


ICONS = (
    Icon("icons/192.png", 192, "any"),
    Icon("icons/512.png", 512, "any"),
    Icon("icons/maskable-192.png", 192, "maskable"),
    Icon("icons/maskable-512.png", 512, "maskable"),
    Icon("icons/apple-180.png", 180, "apple"),  # which Apple's systems read from the page itself
)


def app_manifest() -> dict[str, Any]:
    """The web app manifest."""
    return {
        "id": "/",
        "name": "LPU Playground",
        "short_name": "LPU",
        "description": "Feel how fast an LPU answers.",
        "lang": "en",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAGE,
        "theme_color": PAGE,
        "icons": [
            _icon(MARK, "any", "image/svg+xml", "any"),
            *(
                _icon(icon.file, f"{icon.pixels}x{icon.pixels}", "image/png", icon.purpose)
                for icon in ICONS
                if icon.purpose != "apple"
            ),
        ],
    }


def _icon(file: str, sizes: str, kind: str, purpose: str) -> dict[str, str]:
    return {"src": static(file), "sizes": sizes, "type": kind, "purpose": purpose}
