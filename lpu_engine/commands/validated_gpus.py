"""The rows of `validate` that are of GPUs: groups, each with the errors of its tests and limits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from textwrap import wrap
from typing import Literal

from lpu_engine.baseline.gpu_step import load_constants
from lpu_engine.baseline.gpu_system import GpuSystem, system_name
from lpu_engine.baseline.gpu_told import fitted_told
from lpu_engine.baseline.published_gpu import GROUPS, TEST, GpuRow, Group, is_fitted_to
from lpu_engine.commands.validation_row import Row
from lpu_engine.published_runs import architecture_of_row, gpu_tokens_per_s

WIDTH = 120  # of a terminal
HEAD = ("GPUs", "published", "predicted", "error", "")
Direction = Literal["too fast", "too slow"]


@dataclass(frozen=True, slots=True)
class Validated:
    """A group of rows; errors are those of the rows that are tests, None where there is none.

    `mean_error` and `largest_error` have no sign: `direction` is that of all, None if they differ.
    """

    name: str
    kind: str  # of the rows that nothing was fitted to
    rows: tuple[Row, ...]
    mean_error: float | None
    largest_error: float | None
    direction: Direction | None
    mean_limit: float | None
    largest_limit: float | None


def validated_gpus() -> tuple[Validated, ...]:
    """All groups, predicted with the stored constants."""
    return tuple(_validated(group) for group in GROUPS)


def _validated(group: Group) -> Validated:
    rows = tuple(_row(row) for row in group.rows)
    signed = [row.error for row in rows if not row.is_fitted_to]
    errors = [abs(error) for error in signed]
    return Validated(
        group.name,
        group.kind,
        rows,
        fmean(errors) if errors else None,
        max(errors, default=None),
        _direction(signed),
        group.mean_limit,
        group.largest_limit,
    )


def _direction(errors: Sequence[float]) -> Direction | None:
    if errors and min(errors) > 0:
        return "too fast"
    return "too slow" if errors and max(errors) < 0 else None


def _row(row: GpuRow) -> Row:
    predicted = gpu_tokens_per_s(row)
    return Row(
        "gpu",
        _name(row.system),
        row.model,
        f"{row.rate}; {row.conditions}",
        row.tokens_per_s,
        "tokens/s",
        first_principles=None,
        with_synchronise=None,
        predicted=predicted,
        error=predicted / row.tokens_per_s - 1,
        source=row.source,
        date=row.date,
        fitted=fitted_told(architecture_of_row(row), row.system, load_constants()),
        is_fitted_to=is_fitted_to(row),
    )


def _name(system: GpuSystem) -> str:
    users = "" if system.users == 1 else f", {system.users:,} users"
    return f"{system_name(system)}{users}"


def told_gpus(groups: tuple[Validated, ...]) -> Iterator[str]:
    """A table: each group with its conditions and source, and how far off its tests are."""
    yield _line(HEAD)
    for group in groups:
        yield group.name
        for row in group.rows:
            figures = (f"{each:,.1f} {row.unit}" for each in (row.published, row.predicted))
            kind = "fitted to this" if row.is_fitted_to else group.kind
            yield _line((f"  {row.system}", *figures, f"{row.error:+z.1%}", kind))
        sources = ((row.conditions, f"{row.source}, {row.date}") for row in group.rows)
        for told in dict.fromkeys(sources):
            for line in told:
                yield from wrap(
                    line, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
                )
        if group.kind == TEST and group.mean_error is not None:
            yield f"  {_errors(group)}"


def _errors(group: Validated) -> str:
    errors = (
        ("mean", group.mean_error, group.mean_limit),
        ("largest", group.largest_error, group.largest_limit),
    )
    told = ", ".join(
        f"{name} {error:.1%}{'' if limit is None else f' (to be under {limit:.0%})'}"
        for name, error, limit in errors
        if error is not None
    )
    direction = "" if group.direction is None else f", all {group.direction}"
    return f"errors of its tests: {told}{direction}"


def _line(cells: tuple[str, ...]) -> str:
    first, published, predicted, error, kind = cells
    return f"{first:<24}  {published:>16}  {predicted:>16}  {error:>8}  {kind}".rstrip()
