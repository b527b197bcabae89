"""A picture → an SVG file, light or dark as its reader's screen is."""

from xml.sax.saxutils import escape, quoteattr

from playground.endpoints.picture import Line, Mark, Picture, Rectangle, Text

STYLE = """
  svg { --page: #fff; --text: #17181a; --soft: #5b5e66; --line: #d9dade;
        --a: #3d4047; --b: #a3a6ae; }
  @media (prefers-color-scheme: dark) {
    svg { --page: #0e0f11; --text: #ececee; --soft: #a2a5ad; --line: #2f3238;
          --a: #dcdde0; --b: #6d7179; }
  }
  text { font-family: system-ui, sans-serif; font-variant-numeric: tabular-nums; }
"""


def svg(picture: Picture) -> str:
    """The whole file."""
    size = f"{picture.width} {picture.height}"
    opened = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{picture.width}"'
        f' height="{picture.height}" role="img" aria-label={quoteattr(picture.title)}>'
    )
    page = f'<rect width="{picture.width}" height="{picture.height}" fill="var(--page)"/>'
    marks = [_mark(mark) for mark in picture.marks]
    return "\n".join([opened, f"<style>{STYLE}</style>", page, *marks, "</svg>"]) + "\n"


def _mark(mark: Mark) -> str:
    match mark:
        case Rectangle(x, y, width, height, colour):
            return (
                f'<rect x="{x:g}" y="{y:g}" width="{width:.1f}" height="{height:g}"'
                f' fill="var(--{colour})"/>'
            )
        case Line(x1, y1, x2, y2, colour):
            return (
                f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="var(--{colour})"/>'
            )
        case Text():
            return _text(mark)


def _text(mark: Text) -> str:
    weight = ' font-weight="600"' if mark.is_bold else ""
    return (
        f'<text x="{mark.x:g}" y="{mark.y:g}" font-size="{mark.size}"{weight}'
        f' fill="var(--{mark.colour})" text-anchor="{mark.anchor}">{escape(mark.text)}</text>'
    )
