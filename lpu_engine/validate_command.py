"""`validate`: what this project predicts beside what others measured, a row for each model."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from lpu_engine.baseline.published import BERT_BASE_LATENCY, Published
from lpu_engine.compiler.encoder.compile import compile_encoder
from lpu_engine.compiler.encoder.memory import BERT_BASE
from lpu_engine.compiler.encoder.verify import verify_encoder

MICRO = 1e6
HEAD = ("model", "conditions", "published", "predicted", "error", "fitted", "source")


@dataclass(frozen=True, slots=True)
class Row:
    """A verified program's prediction; `fitted` names what was fitted, and to what."""

    model: str
    conditions: str
    published: float
    predicted: float
    unit: str
    error: float  # predicted / published - 1
    source: str
    fitted: tuple[str, ...]


def validate_text(chosen: argparse.Namespace) -> str:
    """All rows as a table, or as one JSON object."""
    rows = [_bert_base()]
    if chosen.json:
        return json.dumps({"rows": [asdict(row) for row in rows]}, ensure_ascii=False) + "\n"
    return _table([HEAD, *(_cells(row) for row in rows)])


def _bert_base() -> Row:
    program = compile_encoder(BERT_BASE)
    verify_encoder(program)
    return _row(BERT_BASE_LATENCY, program.seconds * MICRO, fitted=())


def _row(figure: Published, predicted: float, fitted: tuple[str, ...]) -> Row:
    return Row(
        figure.model,
        figure.conditions,
        figure.value,
        predicted,
        figure.unit,
        predicted / figure.value - 1,
        f"{figure.source}, {figure.date}",
        fitted,
    )


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.model,
        row.conditions,
        f"{row.published:,.1f} {row.unit}",
        f"{row.predicted:,.1f} {row.unit}",
        f"{row.error:+.1%}",
        ", ".join(row.fitted) or "nothing",
        row.source,
    )


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(lines) + "\n"
