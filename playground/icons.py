"""static/favicon.svg → an installed page's PNG icons; `python -m playground.icons` writes them.

Of SVG only what that drawing has is understood: rectangles with round corners, a colour a class.
"""

import re
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image, ImageDraw

from playground.app_manifest import ICONS, MARK, PAGE, Icon

STATIC = Path(__file__).resolve().parent.parent / "static"
SVG = "{http://www.w3.org/2000/svg}"
FIELD = 32  # units of the drawing's edge
FINER = 4  # times as many pixels at first: making them fewer smooths the edges
SAFE_SHARE = 0.75  # of the edge, for the drawing: a phone may cut away what leaves a circle of 80 %


def drawn(icon: Icon) -> Image.Image:
    """The icon, from the drawing."""
    mark = (STATIC / MARK).read_text(encoding="utf-8")
    edge, is_bare = icon.pixels * FINER, icon.purpose == "any"
    share = 1.0 if is_bare else SAFE_SHARE
    unit, margin = edge * share / FIELD, edge * (1 - share) / 2
    image = Image.new("RGBA", (edge, edge), (0, 0, 0, 0) if is_bare else PAGE)
    draw = ImageDraw.Draw(image)
    colours = dict(re.findall(r"^\s+\.(\w+) { fill: (#\w+) }$", mark, re.MULTILINE))
    for shape in ElementTree.fromstring(mark).iter(f"{SVG}rect"):
        x, y, width, height, radius = (
            float(shape.attrib[name]) * unit for name in ("x", "y", "width", "height", "rx")
        )
        left, top = x + margin, y + margin
        box = (left, top, left + width - 1, top + height - 1)  # Pillow draws the last pixel too
        draw.rounded_rectangle(box, radius, fill=colours[shape.attrib["class"]])
    small = image.resize((icon.pixels, icon.pixels), Image.Resampling.BOX)
    return small if is_bare else small.convert("RGB")


def main() -> None:
    """Writes all of them."""
    for icon in ICONS:
        drawn(icon).save(STATIC / icon.file, optimize=True)


if __name__ == "__main__":
    main()
