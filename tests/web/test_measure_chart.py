"""Measurements → one picture, written as SVG and as PNG."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from io import BytesIO

import pytest
from measurements import CONDITIONS, REFUSED, heard, measurement, records
from PIL import Image

from playground.endpoints.chart import COLOURS, axis_end, chart
from playground.endpoints.measurement import Measurement
from playground.endpoints.picture import Picture, Rectangle, Text
from playground.endpoints.png import INK, SCALE, drawable, png
from playground.endpoints.summary import FIGURES, summary
from playground.endpoints.svg import svg

BARS = 3 * len(FIGURES)


def bars(picture: Picture, colour: str) -> list[Rectangle]:
    return [
        mark
        for mark in picture.marks
        if isinstance(mark, Rectangle) and mark.colour == colour and mark.x > 24
    ]


def texts(picture: Picture) -> list[str]:
    return [mark.text for mark in picture.marks if isinstance(mark, Text)]


def test_each_figure_has_three_bars_as_long_as_their_values() -> None:
    picture = chart([measurement()])
    found = bars(picture, "a")
    assert len(found) == BARS
    ttft = [bar.width for bar in found[:3]]
    assert ttft[0] / ttft[2] == pytest.approx(0.2 / 0.298, rel=1e-3)
    assert {"200", "280", "298"} <= set(texts(picture))


def test_two_measurements_share_each_axis() -> None:
    picture = chart([measurement(), measurement(slower=2.0)])
    first, second = bars(picture, "a")[0], bars(picture, "b")[0]
    assert second.width / first.width == pytest.approx(2.0, rel=1e-2)


def test_every_mark_stands_within_the_picture() -> None:
    picture = chart([measurement(), measurement(slower=3.7, model="m" * 256, requests=100_000)])
    for mark in picture.marks:
        if isinstance(mark, Rectangle):
            assert mark.x + mark.width <= picture.width
            assert mark.y + mark.height <= picture.height
        if isinstance(mark, Text):
            assert 0 < mark.y < picture.height
            assert mark.x + 6 * len(mark.text) * (mark.anchor == "start") <= picture.width


def test_what_has_no_figure_has_no_bar_but_a_dash() -> None:
    nothing = summary(records(heard(0, [], failure=REFUSED)))
    picture = chart([Measurement(CONDITIONS, False, nothing)])
    assert bars(picture, "a") == []
    assert texts(picture).count("–") == BARS


def test_an_axis_ends_at_a_short_number() -> None:
    ends = [axis_end(value) for value in (0.0, 0.7, 1.0, 1.2, 9.0, 12.0, 340.0, 0.00123)]
    assert ends == pytest.approx([1.0, 0.8, 1.0, 1.5, 10.0, 15.0, 400.0, 0.0015])


def test_the_svg_is_well_formed_and_shows_every_text() -> None:
    name = '<script>alert("&")</script>'
    picture = chart([measurement(model=name)])
    root = ElementTree.fromstring(svg(picture))
    shown = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert shown == texts(picture)
    assert root.get("aria-label") == f"Speed of {name}, measured"
    assert root.find("{http://www.w3.org/2000/svg}script") is None


def test_the_png_shows_the_same_bars_on_a_light_page() -> None:
    picture = chart([measurement(), measurement(slower=2.0)])
    image = Image.open(BytesIO(png(picture)))
    assert image.size == (picture.width * SCALE, picture.height * SCALE)
    assert image.getpixel((2, 2)) == _rgb(INK["page"])
    for colour in COLOURS:
        for bar in bars(picture, colour):
            middle = int((bar.x + bar.width / 2) * SCALE), int((bar.y + bar.height / 2) * SCALE)
            assert image.getpixel(middle) == _rgb(INK[colour])


def test_a_text_is_drawn_with_the_signs_that_the_font_has() -> None:
    assert drawable("550 ± 150 × (N − 1) – ü…") == "550 +/- 150 x (N - 1) - ?…"


def test_texts_are_drawn() -> None:
    """Two pictures that differ only by a text differ as files."""
    picture = chart([measurement()])
    other = replace(picture, marks=(*picture.marks, Text(24, 200, "more", "text")))
    assert png(picture) != png(other)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))
