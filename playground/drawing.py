"""Parts and loads → the geometry of two small pictures: a token's time as one bar, users as curves.

Only positions: colours are the stylesheet's, and a table beside each picture has its numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from django.utils.translation import gettext

from lpu_engine import Part
from playground.sentences import translated

NARROWEST_BAR = 350  # CSS pixels, on a phone of 390
LETTER = 7.5  # the same, of a label
WIDE_LETTER = 13.0  # the same, of a Chinese character
TINTS = 5
WIDTH, TOP, BOTTOM, SIDE = 320.0, 8.0, 96.5, 6.0  # of a curve's field, in its own units


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of the bar; `label` is empty where its name would not fit."""

    name: str
    tint: str  # a class of the stylesheet
    x_percent: float
    width_percent: float
    label: str

    @property
    def middle_percent(self) -> float:
        return round(self.x_percent + self.width_percent / 2, 3)


@dataclass(frozen=True, slots=True)
class Curve:
    """A line over the number of users, with its first and last point to be labelled."""

    points: str
    first: tuple[float, float]
    last: tuple[float, float]
    base: float  # where nothing is


def in_order(parts: Sequence[Part]) -> list[Part]:
    """First what follows from the machine, then what was fitted."""
    return sorted(parts, key=lambda part: part.is_fitted)


def tint_of(part: Part, index: int) -> str:
    return "fitted" if part.is_fitted else f"tint-{index % TINTS + 1}"


def stack(parts: Sequence[Part]) -> list[Segment]:
    """The bar of a whole token, from left to right."""
    whole_s = sum(part.seconds for part in parts)
    segments: list[Segment] = []
    x = 0.0
    for index, part in enumerate(in_order(parts)):
        width = 100 * part.seconds / whole_s
        segments.append(
            Segment(
                name=part.name,
                tint=tint_of(part, index),
                x_percent=round(x, 3),
                width_percent=round(width, 3),
                label=label(part, width),
            )
        )
        x += width
    return segments


def label(part: Part, width_percent: float) -> str:
    name = translated(part.name)
    text = gettext("%(part)s, fitted") % {"part": name} if part.is_fitted else name
    return next((t for t in (text, name) if fits(t, width_percent)), "")


def fits(text: str, width_percent: float) -> bool:
    letters = sum(WIDE_LETTER if east_asian_width(each) in "WF" else LETTER for each in text)
    return letters + LETTER <= NARROWEST_BAR * width_percent / 100


def curve(users: Sequence[int], values: Sequence[float]) -> Curve:
    """From one user at the left to the most at the right; from nothing up to the largest value."""
    most, highest = max(users), max(values)
    points = [
        (
            round(SIDE + (WIDTH - 2 * SIDE) * (count - 1) / max(1, most - 1), 1),
            round(BOTTOM - (BOTTOM - TOP) * value / highest, 1),
        )
        for count, value in zip(users, values, strict=True)
    ]
    return Curve(" ".join(f"{x},{y}" for x, y in points), points[0], points[-1], BOTTOM)
