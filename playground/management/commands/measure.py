"""An OpenAI-compatible endpoint → how fast it answers: a table, JSON, a chart; or two of them."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand
from tqdm import tqdm

from playground.endpoints.arguments import (
    BadArgument,
    Files,
    Wanted,
    add_arguments,
    compared,
    files,
    wanted,
)
from playground.endpoints.chart import chart
from playground.endpoints.client import Failure
from playground.endpoints.comparison import comparison
from playground.endpoints.measurement import Measurement, NotAMeasurement, as_json, from_json
from playground.endpoints.png import png
from playground.endpoints.prompts import Prompts
from playground.endpoints.report import report
from playground.endpoints.session import NotMeasured, all_failed, found
from playground.endpoints.svg import svg
from playground.version import read_version

FAILED, BAD_ARGUMENT, STOPPED = 1, 2, 130
BAR = "{l_bar}{bar}| {n_fmt} of {total_fmt} requests, {remaining} left"
BAD_ENDPOINTS = ("bad_url", "bad_key", "not_allowed")  # failures that are an argument's mistake


class Command(BaseCommand):
    help = "Measures an OpenAI-compatible endpoint as LLMPerf does: p50, p90, p99 of its speed."
    requires_system_checks: ClassVar[list[str]] = []

    def create_parser(self, *args: Any, **options: Any) -> Any:
        """Django's, with errors of one line."""
        parser = super().create_parser(*args, **options)
        parser.error = lambda message: parser.exit(BAD_ARGUMENT, f"{message}\n")
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["compare"]:
                self._compare(compared(options), files(options))
            else:
                self._measure(wanted(options, os.environ))
        except (BadArgument, NotAMeasurement) as error:
            _end(str(error), BAD_ARGUMENT)
        except NotMeasured as error:
            _end(str(error), FAILED)
        except Failure as failure:
            _end(failure.sentence, BAD_ARGUMENT if failure.code in BAD_ENDPOINTS else FAILED)
        except KeyboardInterrupt:
            _end("Stopped before any request had ended: nothing was measured.", STOPPED)

    def _measure(self, wanted: Wanted) -> None:
        prompts = Prompts(settings.PEBBLE / "tokenizer.json", wanted.load.seed)
        total = wanted.load.requests
        with tqdm(total=total, bar_format=BAR, leave=False, disable=None) as bar:
            done = found(wanted, prompts, read_version(), bar.update)
        measurement = done.measurement
        is_answered = measurement.summary.totals.answered > 0
        if is_answered:
            self.stdout.write(report(measurement))
        _write(wanted.files.json, as_json(measurement, done.records).encode())
        if not is_answered:
            _end(all_failed(measurement.summary), FAILED)
        _draw([measurement], wanted.files)
        if measurement.is_cut_short:
            sys.exit(STOPPED)

    def _compare(self, paths: Sequence[Path], files: Files) -> None:
        first, second = (_read(path) for path in paths)
        self.stdout.write(comparison(first, second))
        _draw([first, second], files)


def _read(path: Path) -> Measurement:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadArgument(f"{path} cannot be read: give a file that --json wrote.") from None
    return from_json(text, str(path))


def _draw(measurements: Sequence[Measurement], files: Files) -> None:
    picture = chart(measurements)
    if files.svg:
        _write(files.svg, svg(picture).encode())
    if files.png:
        _write(files.png, png(picture))


def _write(path: Path | None, content: bytes) -> None:
    if path is None:
        return
    try:
        path.write_bytes(content)
    except OSError as error:
        _end(f"Cannot write {path}: {error.strerror}.", FAILED)


def _end(sentence: str, code: int) -> NoReturn:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(code)
