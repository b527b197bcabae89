"""The command `validate`: what this project predicts beside what others measured or claimed.

A row whose figure a constant was fitted to is no test of that constant; the rows say which.
"""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from textwrap import wrap

from lpu_engine.baseline.published import BERT_BASE_LATENCY, FITTED_TO, SPEEDS, Published
from lpu_engine.catalog import fitted_constants
from lpu_engine.commands.chosen_program import refused_in_one_line
from lpu_engine.commands.validated_gpus import WIDTH, Validated, told_gpus, validated_gpus
from lpu_engine.commands.validation_row import Row
from lpu_engine.compiler.encoder.compile import compile_encoder
from lpu_engine.compiler.encoder.memory import BERT_BASE
from lpu_engine.compiler.encoder.verify import verify_encoder
from lpu_engine.first_principles import first_principles, with_synchronise_alone
from lpu_engine.published_runs import program_of_run, run_of, tokens_per_s

MICRO = 1e6
HEAD = ("LPUs", "published", "first principles", "+ synchronise", "+ expert", "error", "")
WIDTHS = (12, 16, 16, 16, 16, 8, 16)


def validate_text(chosen: Namespace) -> str:
    """All rows as a table, or as one JSON object."""
    with refused_in_one_line():
        rows = [speed(figure) for figure in SPEEDS]
        gpus = validated_gpus()
        if sys.stderr.isatty():
            sys.stderr.write("BERT-base takes some 20 s: its program is proven from the start.\n")
        rows.append(bert_base())
    if chosen.json:
        return json.dumps(_account(rows, gpus), ensure_ascii=False, allow_nan=False) + "\n"
    return "\n".join((*told(rows), "", *told_gpus(gpus), "", *_told_fitted(gpus))) + "\n"


def _account(rows: Sequence[Row], gpus: Sequence[Validated]) -> dict[str, object]:
    """All rows alike, those of GPUs behind the others; then how far off their groups are."""
    of_gpus = [row for group in gpus for row in group.rows]
    groups = [asdict(replace(group, rows=())) for group in gpus]
    for group in groups:
        del group["rows"]
    return {"rows": [asdict(row) for row in (*rows, *of_gpus)], "groups": groups}


def speed(figure: Published) -> Row:
    """Decoded tokens/s of many chips, under the conditions of a published figure."""
    run = run_of(figure)
    program = program_of_run(run)
    predicted = tokens_per_s(program, run)
    return Row(
        "lpu",
        f"{program.chips:,} LPU chips",
        figure.model,
        figure.conditions,
        figure.value,
        figure.unit,
        tokens_per_s(first_principles(program), run),
        tokens_per_s(with_synchronise_alone(program), run),
        predicted,
        predicted / figure.value - 1,
        figure.source,
        figure.date,
        fitted_constants(program),
        is_fitted_to=figure in FITTED_TO,
    )


def bert_base() -> Row:
    """An encoder's latency on one chip."""
    figure, program = BERT_BASE_LATENCY, compile_encoder(BERT_BASE)
    verify_encoder(program)
    found = program.seconds * MICRO
    return Row(
        "lpu",
        "one LPU chip",
        figure.model,
        figure.conditions,
        figure.value,
        figure.unit,
        first_principles=found,
        with_synchronise=found,
        predicted=found,
        error=found / figure.value - 1,
        source=figure.source,
        date=figure.date,
        fitted=(),
        is_fitted_to=False,
    )


def told(rows: Sequence[Row]) -> Iterator[str]:
    """A table of LPUs: each figure on a line of its own, its conditions and its source below."""
    yield _line(HEAD)
    for row in rows:
        figures = (row.published, row.first_principles, row.with_synchronise, row.predicted)
        cells = [f"{figure:,.1f} {row.unit}" for figure in figures if figure is not None]
        if not row.fitted:
            cells[2:] = ["the same", "the same"]
        kind = "fitted to this" if row.is_fitted_to else "a test"
        yield _line((row.model, *cells, f"{row.error:+z.1%}", kind))
        yield f"  {row.conditions}"
        yield f"  {row.source}, {row.date}"
    yield ""
    yield "The error is that of the last figure. First principles alone explain none of the speeds"
    yield "of many chips: what they lack was fitted to two figures, each once, to nothing else:"
    yield from (f"  {line}" for line in dict.fromkeys(line for row in rows for line in row.fitted))


def _told_fitted(gpus: Sequence[Validated]) -> Iterator[str]:
    yield "What the data sheets of GPUs do not tell was fitted to the rows that say so:"
    fitted = dict.fromkeys(line for group in gpus for row in group.rows for line in row.fitted)
    for line in fitted:
        yield from wrap(
            line, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
        )


def _line(cells: tuple[str, ...]) -> str:
    first, *figures, last = cells
    middle = (cell.rjust(width) for cell, width in zip(figures, WIDTHS[1:-1], strict=True))
    return "  ".join((first.ljust(WIDTHS[0]), *middle, last)).rstrip()
