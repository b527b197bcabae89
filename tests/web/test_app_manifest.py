"""What a browser needs to install the page like an app: the manifest, and icons of the mark."""

import json
import re
import urllib.request

import pytest
from PIL import Image, ImageChops, ImageDraw
from web_harness import Served, get

from playground.app_manifest import ICONS, PAGE, Icon
from playground.icons import STATIC, drawn

SHOWN_SHARE = 0.8  # of a maskable icon's edge: the circle that no phone cuts into


def test_the_page_names_a_manifest_that_can_be_installed(served: Served) -> None:
    found = re.search(r'<link rel="manifest" href="([^"]+)">', get(served.url)[2])
    assert found is not None
    status, headers, text = get(served.url + found[1])
    assert (status, headers["Content-Type"]) == (200, "application/manifest+json")
    manifest = json.loads(text)
    assert manifest["name"] == "LPU Playground"
    assert manifest["start_url"] == manifest["scope"] == manifest["id"] == "/"
    assert manifest["display"] == "standalone"
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
        ("any", "any"),
        ("192x192", "any"),
        ("512x512", "any"),
        ("192x192", "maskable"),
        ("512x512", "maskable"),
    }


def test_every_icon_is_served_as_what_it_is_said_to_be(served: Served) -> None:
    page, manifest = get(served.url)[2], get(f"{served.url}/manifest.webmanifest")[2]
    icons = [(icon["src"], icon["type"]) for icon in json.loads(manifest)["icons"]]
    apple = re.search(r'<link rel="apple-touch-icon" href="([^"]+)">', page)
    assert apple is not None
    for path, kind in [*icons, (apple[1], "image/png")]:
        with urllib.request.urlopen(served.url + path) as answer:
            assert answer.headers["Content-Type"] == kind
            assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"


@pytest.mark.parametrize("icon", ICONS, ids=lambda icon: icon.file)
def test_an_icon_is_the_mark_as_it_is_drawn_now(icon: Icon) -> None:
    kept, wanted = Image.open(STATIC / icon.file), drawn(icon)
    assert (kept.mode, kept.size) == (wanted.mode, wanted.size)
    extremes = ImageChops.difference(kept, wanted).getextrema()
    assert max(high for _, high in extremes) <= 8, "write it anew: `python -m playground.icons`"


@pytest.mark.parametrize("icon", [icon for icon in ICONS if icon.purpose == "maskable"])
def test_no_phone_cuts_away_a_part_of_the_mark(icon: Icon) -> None:
    image = Image.open(STATIC / icon.file)
    margin = icon.pixels * (1 - SHOWN_SHARE) / 2
    circle = (margin, margin, icon.pixels - margin, icon.pixels - margin)
    ImageDraw.Draw(image).ellipse(circle, fill=PAGE)
    assert image.getcolors() == [(icon.pixels**2, (255, 255, 255))]
