"""Rows of contests → an SVG: a column a contest, a group of bars a model, each on its own axis.

Models differ a hundredfold, so groups do not share an axis; every bar carries its figure.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from bench.figures import OURS, Line, Row
from bench.report import Run
from bench.table import number

CHARTED = ("decode-1", "decode-16", "prefill")
SIDES = (OURS, "llama.cpp Q8_0", "llama.cpp F32", "transformers")
LEFT, TOP, CELL, GAP = 84, 96, 262, 28  # pixels: margins, a group's width, and between groups
BAR, STEP, AXIS = 13, 18, 26  # a bar, one bar to the next, room for the axis below them
LABEL = 44  # beyond the longest bar, for its figure
FOOT = 44
STYLE = """
  svg { --page: #fff; --text: #17181a; --soft: #5b5e66; --line: #d9dade;
        --a: #c2410c; --b: #5b5e66; --c: #94979f; --d: #c3c6cc; }
  @media (prefers-color-scheme: dark) {
    svg { --page: #0e0f11; --text: #ececee; --soft: #a2a5ad; --line: #2f3238;
          --a: #ff8358; --b: #c3c6cc; --c: #868a93; --d: #565a63; }
  }
  text { font: 12px system-ui, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
  .strong { fill: var(--text); font-weight: 600; }
  .title { font-size: 16px; }
  .grid { stroke: var(--line); }
  .spread { stroke: var(--text); }
"""


@dataclass(frozen=True, slots=True)
class Group:
    """The bars of one model in one contest, from a corner on, with the axis's end."""

    x: float
    y: float
    most: float
    lines: tuple[Line, ...]

    def along(self, value: float) -> float:
        """Where a value lies."""
        return self.x + (CELL - LABEL) * value / self.most


def chart(run: Run, rows: Sequence[Row]) -> str:
    """The whole file; empty where no contest was measured."""
    charted = [row for row in rows if _contest(row) in CHARTED]
    if not charted:
        return ""
    contests = [name for name in CHARTED if any(_contest(row) == name for row in charted)]
    models = list(dict.fromkeys(_model(row) for row in charted))
    width = LEFT + len(CHARTED) * (CELL + GAP)
    height = TOP + len(models) * _group_height() + FOOT
    parts = [_head(), *_titles(charted, contests)]
    for row in charted:
        place = contests.index(_contest(row)), models.index(_model(row))
        parts += _group(row, LEFT + place[0] * (CELL + GAP), TOP + place[1] * _group_height())
    parts += _names(models)
    parts.append(_text(16, height - 18, _foot(run)))
    return _svg(width, height, parts)


def _model(row: Row) -> str:
    return row.part.partition("-")[0]


def _contest(row: Row) -> str:
    return row.part.partition("-")[2]


def _group_height() -> int:
    return len(SIDES) * STEP + AXIS + 16


def _head() -> str:
    marks = [_text(16, 28, "Tokens per second, measured: more is better", "strong title")]
    x = 16.0
    for place, side in enumerate(SIDES):
        marks.append(f'<rect x="{x:g}" y="44" width="12" height="12" fill="{_colour(place)}"/>')
        marks.append(_text(x + 18, 54, side))
        x += 40 + 6.6 * len(side)
    return "\n".join(marks)


def _titles(rows: Sequence[Row], contests: Sequence[str]) -> list[str]:
    abouts = {_contest(row): f"{row.about}, {row.unit}" for row in rows}
    return [
        _text(LEFT + place * (CELL + GAP), TOP - 14, abouts[name], "strong")
        for place, name in enumerate(contests)
    ]


def _names(models: Sequence[str]) -> list[str]:
    middle = len(SIDES) * STEP / 2 + 4
    return [
        _text(16, TOP + place * _group_height() + middle, name, "strong")
        for place, name in enumerate(models)
    ]


def _group(row: Row, x: float, y: float) -> list[str]:
    """Its axis, then a bar a side; a side that was left out leaves its place empty."""
    group = Group(x, y, axis_end(max(line.spread.highest for line in row.lines)), row.lines)
    return [*_axis(group), *(part for line in group.lines for part in _bar(group, line))]


def _axis(group: Group) -> list[str]:
    bottom = group.y + len(SIDES) * STEP
    parts = []
    for share in (0.0, 0.5, 1.0):
        value = share * group.most
        x = group.along(value)
        parts.append(
            f'<line class="grid" x1="{x:.1f}" y1="{group.y:g}" x2="{x:.1f}" y2="{bottom:g}"/>'
        )
        parts.append(_text(x, bottom + 14, _tick(value), anchor="middle"))
    return parts


def _bar(group: Group, line: Line) -> list[str]:
    place = SIDES.index(line.name.partition(",")[0])
    y = group.y + place * STEP + (STEP - BAR) / 2
    low, high = group.along(line.spread.lowest), group.along(line.spread.highest)
    middle = y + BAR / 2
    end = group.along(line.spread.median)
    told = f"{line.name}: {number(line.spread.median)}"
    return [
        f'<rect x="{group.x:g}" y="{y:g}" width="{end - group.x:.1f}" height="{BAR}"'
        f' fill="{_colour(place)}"><title>{escape(told)}</title></rect>',
        f'<line class="spread" x1="{low:.1f}" y1="{middle:g}" x2="{high:.1f}" y2="{middle:g}"/>',
        _text(max(end, high) + 5, middle + 4, number(line.spread.median)),
    ]


def axis_end(value: float) -> float:
    """The next of 1, 2, 3, 4, 5, 6, 8 or 10 with zeros behind it: half of it is short too."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 3, 4, 5, 6, 8, 10) if step * power >= value)


def _tick(value: float) -> str:
    return f"{value:,g}"


def _foot(run: Run) -> str:
    return (
        f"Measured on {run.processor}, {run.cores} cores, {run.date}; median of {run.rounds}"
        " alternating runs, line: lowest to highest. Each group has its own axis."
    )


def _colour(place: int) -> str:
    return f"var(--{'abcd'[place]})"


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    marked = f' class="{kind}"' if kind else ""
    return f'<text{marked} x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(width: int, height: int, parts: Sequence[str]) -> str:
    opened = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" role="img" aria-label="Tokens per second of this'
        ' engine and its peers, measured">'
    )
    page = f'<rect width="{width}" height="{height}" fill="var(--page)"/>'
    return "\n".join([opened, f"<style>{STYLE}</style>", page, *parts, "</svg>"]) + "\n"
