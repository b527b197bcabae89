"""Two measurements → one table side by side, with ratios only where the conditions agree."""

from collections.abc import Iterator

from playground.endpoints.measurement import Conditions, Measurement
from playground.endpoints.report import (
    COLUMNS,
    count_mark,
    figure_text,
    load_text,
    meanings,
    title,
    wrapped,
)
from playground.endpoints.summary import FIGURES, Figure
from playground.texts import UNKNOWN, digits_text

MUST_AGREE = {
    "model": "model",
    "requests": "requests",
    "warm_up": "warm-up",
    "concurrency": "concurrency",
    "rate_per_s": "rate",
    "prompt_tokens": "prompt tokens",
    "output_tokens": "output tokens",
    "temperature": "temperature",
    "seed": "seed",
}
NAME, COLUMN = 44, 14  # characters


def comparison(first: Measurement, second: Measurement) -> str:
    """For people, on 100 columns."""
    differing = differences(first, second)
    verdict = (
        wrapped(f"No ratio: the conditions differ in {'; '.join(differing)}.")
        if differing
        else "B : A is the second's value over the first's; of a rate more is better."
    )
    counted = [each.summary.totals.counted_by for each in (first, second)]
    lines = ["".ljust(NAME) + "".join(f"{name:>{COLUMN}}" for name in _columns(differing))]
    lines += _rows(first, second, bool(differing))
    heads = f"{_head('A', first)}\n{_head('B', second)}"
    return "\n\n".join([heads, "\n".join(lines), verdict, meanings(*counted)])


def differences(first: Measurement, second: Measurement) -> list[str]:
    """What of the conditions differs, such as "model: X and Y"."""
    told = [
        f"{name}: {_told(first.conditions, field)} and {_told(second.conditions, field)}"
        for field, name in MUST_AGREE.items()
        if getattr(first.conditions, field) != getattr(second.conditions, field)
    ]
    counts = [each.summary.totals.counted_by for each in (first, second)]
    if counts[0] != counts[1]:
        told.append(f"tokens counted by: {counts[0]} and {counts[1]}")
    cut = [name for name, each in (("A", first), ("B", second)) if each.is_cut_short]
    return told + [f"{name} was cut short" for name in cut]


def ratio(first: float | None, second: float | None) -> float | None:
    """How many times the first the second is."""
    return None if first is None or second is None or first == 0 else second / first


def _rows(first: Measurement, second: Measurement, differ: bool) -> Iterator[str]:
    for figure in FIGURES:
        for column in COLUMNS:
            values = [_value(each, figure, column) for each in (first, second)]
            told = [_told_figure(figure, each, column) for each in (first, second)]
            name = f"{title(figure) if column == COLUMNS[0] else '':{NAME - 9}}{column:9}"
            yield _row(name, told, values, differ)
    both = [each.summary.totals for each in (first, second)]
    told = [digits_text(each.requests_per_s) for each in both]
    yield _row(f"{'requests/s in all':{NAME}}", told, [e.requests_per_s for e in both], differ)
    told = [f"{count_mark(each)}{digits_text(each.output_tokens_per_s)}" for each in both]
    yield _row(f"{'tokens/s in all':{NAME}}", told, [e.output_tokens_per_s for e in both], differ)
    told = [f"{each.requests - each.answered:,}" for each in both]
    yield _row(f"{'requests that failed':{NAME}}", told, [None, None], differ)


def _row(name: str, told: list[str], values: list[float | None], differ: bool) -> str:
    times = None if differ else ratio(*values)
    cells = told if differ else [*told, UNKNOWN if times is None else f"{times:.2f} x"]
    return name + "".join(f"{cell:>{COLUMN}}" for cell in cells)


def _columns(differing: list[str]) -> tuple[str, ...]:
    return ("A", "B") if differing else ("A", "B", "B : A")


def _value(measurement: Measurement, figure: Figure, column: str) -> float | None:
    spread = measurement.summary.spreads[figure.name]
    return None if spread is None else float(getattr(spread, column))


def _told_figure(figure: Figure, measurement: Measurement, column: str) -> str:
    value = _value(measurement, figure, column)
    return UNKNOWN if value is None else figure_text(figure, value, measurement.summary.totals)


def _head(name: str, measurement: Measurement) -> str:
    conditions, totals = measurement.conditions, measurement.summary.totals
    return (
        f"{name}: {conditions.model} at {conditions.url}, {conditions.date},"
        f" {totals.answered:,} of {totals.requests:,} answered\n{wrapped(load_text(conditions))}"
    )


def _told(conditions: Conditions, field: str) -> str:
    value = getattr(conditions, field)
    return "none" if value is None else str(value)
