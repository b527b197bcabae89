"""One measurement, or two → a picture: a panel a figure, bars for p50, p90 and p99, each labelled.

Each panel has its own axis, from zero. No bar stands for what has no figure.
"""

import math
from collections.abc import Iterator, Sequence

from playground.endpoints.measurement import Measurement
from playground.endpoints.picture import Colour, Line, Mark, Picture, Rectangle, Text
from playground.endpoints.report import arrivals_text, figure_text, title
from playground.endpoints.summary import FIGURES, Figure
from playground.texts import UNKNOWN, count_text

PERCENTILES = ("p50", "p90", "p99")
COLOURS: tuple[Colour, ...] = ("a", "b")
WIDTH, MARGIN, TOP, FOOT = 880, 24, 126, 44  # pixels
PANEL, GAP, NAME, LABEL = 404, 24, 40, 64  # a panel's width; of it the names' and figures' room
LETTER = 6.6  # of a figure, at most
BAR, BETWEEN, HEAD, AXIS = 13, 8, 44, 40  # heights: a bar, between percentiles, of title and axis
COUNTERS = {
    "usage": "by the endpoint's usage",
    "tokenizer": "by this project's tokenizer",
    "both": "by the endpoint's usage or this project's tokenizer",
}
MOST_LETTERS = 112  # of a line across the picture, in 13 pixels


def chart(measurements: Sequence[Measurement]) -> Picture:
    """One or two of them."""
    height = panel_height(len(measurements))
    marks = [*_head(measurements)]
    for place, figure in enumerate(FIGURES):
        x = MARGIN + (place % 2) * (PANEL + GAP)
        y = TOP + (place // 2) * height
        marks += _panel(figure, measurements, x, y)
    bottom = TOP + 2 * height
    marks += _foot(measurements, bottom + 14)
    named = " and ".join(each.conditions.model for each in measurements)
    return Picture(WIDTH, bottom + FOOT, f"Speed of {named}, measured", tuple(marks))


def panel_height(sides: int) -> int:
    return HEAD + len(PERCENTILES) * (sides * BAR + BETWEEN) + AXIS


def axis_end(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 4, 5, 6, 8 or 10 with its zeros: half of it is short too."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    steps = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
    return next((step * power for step in steps if step * power >= value), 10 * power)


def _head(measurements: Sequence[Measurement]) -> Iterator[Mark]:
    yield Text(MARGIN, 36, "Speed of an endpoint, measured", "text", 18, is_bold=True)
    for place, each in enumerate(measurements):
        y = 62 + 20 * place
        name = f"{'AB'[place]}: " if len(measurements) > 1 else ""
        yield Rectangle(MARGIN, y - 10, 11, 11, COLOURS[place])
        yield Text(MARGIN + 19, y, _cut(name + _what(each)), "text", 13)


def _what(measurement: Measurement) -> str:
    conditions, totals = measurement.conditions, measurement.summary.totals
    cut = ", cut short" if measurement.is_cut_short else ""
    return (
        f"{conditions.model} at {conditions.url}, {conditions.date}:"
        f" {totals.answered:,} of {totals.requests:,} answered{cut}"
    )


def _panel(figure: Figure, measurements: Sequence[Measurement], x: float, y: float) -> list[Mark]:
    bars = [(name, place, each) for name in PERCENTILES for place, each in enumerate(measurements)]
    most = axis_end(figure.shown * max(_value(each, figure, n) or 0.0 for n, _, each in bars))
    marks: list[Mark] = [
        Text(x, y, title(figure), "text", 14, is_bold=True),
        Text(x, y + 18, f"{figure.short}; {figure.better} is better", "soft", 11),
        *_axis(x + NAME, y + HEAD - 12, most, len(measurements)),
    ]
    for name, place, each in bars:
        top = y + HEAD - 8 + PERCENTILES.index(name) * (len(measurements) * BAR + BETWEEN)
        if place == 0:
            middle = top + len(measurements) * BAR / 2 + 4
            marks.append(Text(x, middle, name, "text"))
        marks += _bar(figure, each, name, most, x + NAME, top + place * BAR, COLOURS[place])
    return marks


def _axis(x: float, y: float, most: float, sides: int) -> Iterator[Mark]:
    bottom = y + len(PERCENTILES) * (sides * BAR + BETWEEN) + 2
    for share in (0.0, 0.5, 1.0):
        along = x + share * (PANEL - NAME - LABEL)
        yield Line(along, y, along, bottom, "line")
        yield Text(along, bottom + 14, f"{share * most:,g}", "soft", 11, "middle")


def _bar(
    figure: Figure,
    measurement: Measurement,
    name: str,
    most: float,
    x: float,
    y: float,
    colour: Colour,
) -> Iterator[Mark]:
    value = _value(measurement, figure, name)
    length, told = 0.0, UNKNOWN
    if value is not None:
        length = round((PANEL - NAME - LABEL) * figure.shown * value / most, 1)
        told = figure_text(figure, value, measurement.summary.totals)
        yield Rectangle(x, y + 1, length, BAR - 2, colour)
    yield Rectangle(x + length + 1, y, 6 + LETTER * len(told), BAR, "page")  # no line through it
    yield Text(x + length + 5, y + BAR - 2.5, told, "text")


def _foot(measurements: Sequence[Measurement], y: float) -> Iterator[Mark]:
    told = [_load(each) for each in measurements]
    lines = told if len(set(told)) > 1 else told[:1]
    for place, line in enumerate(lines):
        name = f"{'AB'[place]}: " if len(lines) > 1 else ""
        yield Text(MARGIN, y + 16 * place, name + line, "soft", 11)


def _load(measurement: Measurement) -> str:
    conditions, totals = measurement.conditions, measurement.summary.totals
    counted = f"{'' if totals.counted_by == 'usage' else '~ '}{COUNTERS[totals.counted_by]}"
    return (
        f"{count_text(conditions.requests, 'request')}, {arrivals_text(conditions)}; prompts of"
        f" {conditions.prompt_tokens} tokens, answers of {conditions.output_tokens} at most;"
        f" tokens counted {counted}"
    )


def _value(measurement: Measurement, figure: Figure, name: str) -> float | None:
    spread = measurement.summary.spreads[figure.name]
    return None if spread is None else float(getattr(spread, name))


def _cut(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
