"""A measurement → what the terminal shows: conditions, a table, totals, what each figure means."""

import textwrap
from collections.abc import Iterator

from playground.endpoints.measurement import Conditions, Measurement
from playground.endpoints.summary import (
    COUNTS,
    FIGURES,
    MOST_PER_CHUNK,
    PERCENTILES,
    Counted,
    Figure,
    Spread,
    Summary,
    Totals,
)
from playground.texts import UNKNOWN, count_text, digits_text

COLUMNS = ("p50", "p90", "p99", "slowest")
NAME, COLUMN, WIDTH = 34, 11, 100  # characters


def report(measurement: Measurement) -> str:
    """For people, on 100 columns."""
    found = measurement.summary
    parts = (
        head(measurement),
        table(found),
        totals(found.totals),
        failures(found),
        meanings(found.totals.counted_by),
    )
    return "\n\n".join(part for part in parts if part)


def head(measurement: Measurement) -> str:
    conditions = measurement.conditions
    cut = "\nCut short: what was under way is left out." if measurement.is_cut_short else ""
    return (
        f"Measured {conditions.date}: {conditions.model} at {conditions.url}\n"
        f"{wrapped(load_text(conditions))}{cut}"
    )


def load_text(conditions: Conditions) -> str:
    """How many, and how long."""
    return (
        f"{count_text(conditions.requests, 'request')}, {arrivals_text(conditions)},"
        f" after {conditions.warm_up} to warm up;"
        f" prompts of {conditions.prompt_tokens} tokens (as this project's tokenizer counts),"
        f" answers of {conditions.output_tokens} at most;"
        f" temperature {conditions.temperature:g}, seed {conditions.seed}."
    )


def arrivals_text(conditions: Conditions) -> str:
    if conditions.rate_per_s is None:
        return f"{conditions.concurrency} at once"
    return (
        f"{conditions.rate_per_s:g} a second at random moments, at most"
        f" {conditions.concurrency} at once"
    )


def table(found: Summary) -> str:
    """A line a figure; "~" where tokens were not counted by the endpoint."""
    lines = ["".ljust(NAME) + "".join(name.rjust(COLUMN) for name in COLUMNS)]
    for figure in FIGURES:
        cells = figure_cells(figure, found.spreads[figure.name], found.totals)
        lines.append(title(figure).ljust(NAME) + "".join(cell.rjust(COLUMN) for cell in cells))
    return "\n".join(lines)


def title(figure: Figure) -> str:
    """ "Time to first token, ms"."""
    return f"{figure.title.capitalize()}, {figure.unit}"


def figure_cells(figure: Figure, spread: Spread | None, told: Totals) -> list[str]:
    if spread is None:
        return [UNKNOWN] * len(COLUMNS)
    return [figure_text(figure, float(getattr(spread, name)), told) for name in COLUMNS]


def figure_text(figure: Figure, value: float, told: Totals) -> str:
    return f"{mark_of(figure, told)}{digits_text(figure.shown * value)}"


def mark_of(figure: Figure, told: Totals) -> str:
    return count_mark(told) if figure.unit == "tokens/s" else ""


def count_mark(told: Totals) -> str:
    """ "~" where tokens were not counted by the endpoint alone."""
    return "" if told.counted_by == "usage" else "~"


def totals(told: Totals) -> str:
    return "\n".join(wrapped(line) for line in _totals(told))


def _totals(told: Totals) -> Iterator[str]:
    mark = count_mark(told)
    yield (
        f"{told.answered:,} of {count_text(told.requests, 'request')} answered in"
        f" {digits_text(told.seconds)} s: {digits_text(told.requests_per_s)} requests/s,"
        f" {mark}{digits_text(told.output_tokens_per_s)} output tokens/s in all."
    )
    prompt = told.mean_prompt_tokens
    asked = "" if prompt is None else f"{digits_text(prompt)} of a prompt, "
    yield f"Tokens in the mean: {asked}{mark}{digits_text(told.mean_output_tokens)} of an answer."
    if told.tokens_per_chunk > MOST_PER_CHUNK:
        yield (
            f"A chunk held {digits_text(told.tokens_per_chunk)} tokens in the mean: the inter-token"
            " latency is that of chunks, not of tokens."
        )
    if told.late:
        yield (
            f"{count_text(told.late, 'request')} sent late, by {digits_text(told.latest_s)} s at"
            " most: times count from when they were sent, the wait before is not in them."
        )


def failures(found: Summary) -> str:
    """A line a kind, the most frequent first."""
    return "\n".join(
        wrapped(f"Failed: {failed.count:,} × {failed.kind}: {failed.sentence}")
        for failed in found.failures
    )


def meanings(*counted: Counted) -> str:
    """What each figure is, and what N is in each of the ways in which it was counted."""
    told = [f"{figure.title.capitalize()}: {figure.definition}." for figure in FIGURES]
    told += [COUNTS[way] for way in dict.fromkeys(counted)]
    told += [PERCENTILES, "All of it is measured, by this machine's clock."]
    return "\n".join(wrapped(line) for line in told)


def wrapped(line: str) -> str:
    return textwrap.fill(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
