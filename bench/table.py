"""Rows → a text of at most 100 columns: a line a side, and a mark where there is a goal."""

from collections.abc import Sequence

from bench.figures import Goal, Line, RatioKind, Row, judged

WIDTH = 100
COLUMNS = f"  {'':32}{'median':>12}{'lowest':>12}{'highest':>12}{'threads':>9}{'ratio':>9}"


def table(rows: Sequence[Row]) -> str:
    """All rows under one head, then what was reached and what was missed."""
    told = [f"{COLUMNS}  must reach", *("\n".join(_row(row)) for row in rows)]
    return "\n\n".join([*told, _verdict(rows)]) if rows else ""


def number(value: float) -> str:
    """Three digits that count, or all before the point: 2,540, 35.2, 4.12."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratio_text(ratio: float, kind: RatioKind) -> str:
    """1.31 x, or 82 %."""
    return f"{100 * ratio:.1f} %" if kind == "share" else f"{ratio:.2f} x"


def _row(row: Row) -> list[str]:
    head = f"{row.part}: {row.about}, {row.unit}"
    notes = [f"  ({note})" for note in row.notes]
    return [head, *(_line(line, row.ratio_kind) for line in row.lines), *notes]


def _line(line: Line, kind: RatioKind) -> str:
    spread = line.spread
    figures = "".join(f"{number(v):>12}" for v in (spread.median, spread.lowest, spread.highest))
    threads = "" if line.threads is None else str(line.threads)
    ratio = "" if line.ratio is None else ratio_text(line.ratio, kind)
    return f"  {line.name:32}{figures}{threads:>9}{ratio:>9}  {_mark(line, kind)}".rstrip()


def _mark(line: Line, kind: RatioKind) -> str:
    if line.goal is None or line.reaches is None:
        return ""
    return f"{'✓' if line.reaches else '✗'} {_goal(line.goal, kind)}"


def _goal(goal: Goal, kind: RatioKind) -> str:
    value = f"{100 * goal.value:g} %" if kind == "share" else f"{goal.value:g} x"
    return f"≤ {value}" if goal.is_most else value


def _verdict(rows: Sequence[Row]) -> str:
    reached, missed = judged(rows)
    if not reached and not missed:
        return "Nothing that was measured here must reach anything."
    told = [f"Reached {len(reached)} of {len(reached) + len(missed)}."]
    told += [f"✓ {part}" for part in reached] + [f"✗ {part}: missed" for part in missed]
    return "\n".join(told)
