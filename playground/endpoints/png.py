"""A picture → a PNG file on a light page, by Pillow, with the font that Pillow brings.

So it needs no font and no other program of the machine. The font knows ASCII and a few signs.
"""

from collections.abc import Mapping
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from playground.endpoints.picture import Anchor, Colour, Line, Mark, Picture, Rectangle, Text

SCALE = 2  # pixels of the file for one of the picture
BOLDER = 0.35  # of a pixel of the picture: the font has one weight
INK: Mapping[Colour, str] = {
    "page": "#ffffff",
    "text": "#17181a",
    "soft": "#5b5e66",
    "line": "#d9dade",
    "a": "#3d4047",
    "b": "#a3a6ae",
}
ANCHORS: Mapping[Anchor, str] = {"start": "ls", "middle": "ms", "end": "rs"}
SIGNS = "·…‘’“”"
INSTEAD = str.maketrans({"–": "-", "−": "-", "×": "x", "±": "+/-"})


def png(picture: Picture) -> bytes:
    """The whole file."""
    size = picture.width * SCALE, picture.height * SCALE
    image = Image.new("RGB", size, INK["page"])
    draw = ImageDraw.Draw(image)
    for mark in picture.marks:
        _draw(draw, mark)
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def drawable(text: str) -> str:
    """The same with the signs that the font has; a question mark for any other."""
    told = text.translate(INSTEAD)
    return "".join(c if (c.isascii() and c.isprintable()) or c in SIGNS else "?" for c in told)


def _draw(draw: ImageDraw.ImageDraw, mark: Mark) -> None:
    match mark:
        case Rectangle(x, y, width, height, colour):
            # Pillow draws the last pixel too.
            right, bottom = (x + width) * SCALE - 1, (y + height) * SCALE - 1
            if right >= x * SCALE:
                draw.rectangle((x * SCALE, y * SCALE, right, bottom), fill=INK[colour])
        case Line(x1, y1, x2, y2, colour):
            ends = (x1 * SCALE, y1 * SCALE, x2 * SCALE, y2 * SCALE)
            draw.line(ends, fill=INK[colour], width=SCALE)
        case Text():
            draw.text(
                (mark.x * SCALE, mark.y * SCALE),
                drawable(mark.text),
                fill=INK[mark.colour],
                font=_font(mark.size * SCALE),
                anchor=ANCHORS[mark.anchor],
                stroke_width=BOLDER * SCALE if mark.is_bold else 0,
            )


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
