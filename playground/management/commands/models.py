"""Pebble and what was pulled → a table of the models whose weights are on this machine."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand

from lpu_engine import load_catalog, pulled, size_of
from playground.texts import UNKNOWN, bytes_text, parameters_text

HEAD = ("id", "parameters", "on disk", "window", "licence")
NUMBERS = (1, 2, 3)  # columns


@dataclass(frozen=True, slots=True)
class Row:
    """One model that is here; `window` in tokens."""

    id: str
    parameters: int
    bytes: int
    window: int
    licence: str | None
    revision: str | None  # None: it ships with the project
    commit: str | None


class Command(BaseCommand):
    help = "Lists the models whose weights are on this machine."
    requires_system_checks: ClassVar[list[str]] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object, not a table")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(rows_of(settings.PEBBLE, settings.PLAYGROUND_MODELS))
        told = {"models": [asdict(row) for row in rows]}
        text = json.dumps(told, ensure_ascii=False) if options["json"] else "\n".join(table(rows))
        self.stdout.write(text)


def rows_of(pebble: Path, models: Path) -> Iterator[Row]:
    """Pebble first, then what was pulled."""
    own = load_catalog().model(pebble.name)
    yield Row(own.id, own.parameters, size_of(pebble), own.window, "Apache-2.0", None, None)
    for found in pulled(models):
        a = found.architecture
        figures = (a.parameters, found.bytes, a.window)
        yield Row(found.id, *figures, found.licence, found.revision, found.commit)


def table(rows: list[Row]) -> Iterator[str]:
    lines = [HEAD, *(cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = [
            cell.rjust(width) if column in NUMBERS else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield "  ".join(padded).rstrip()


def cells(row: Row) -> tuple[str, ...]:
    parameters, size = parameters_text(row.parameters), bytes_text(row.bytes)
    return (row.id, parameters, size, f"{row.window:,}", row.licence or UNKNOWN)
