"""What a picture is made of: rectangles, lines and texts at pixels, coloured by what they mean.

svg.py and png.py write the same marks, so the two files show the same.
"""

from dataclasses import dataclass
from typing import Literal

Colour = Literal["page", "text", "soft", "line", "a", "b"]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Rectangle:
    x: float
    y: float
    width: float
    height: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Text:
    """`x`, `y` is where its baseline starts, has its middle, or ends."""

    x: float
    y: float
    text: str
    colour: Colour = "soft"
    size: int = 12
    anchor: Anchor = "start"
    is_bold: bool = False


Mark = Rectangle | Line | Text


@dataclass(frozen=True, slots=True)
class Picture:
    """`title` is what somebody hears who does not see it."""

    width: int
    height: int
    title: str
    marks: tuple[Mark, ...]
