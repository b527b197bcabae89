"""A measurement ↔ its JSON file, of a version that `--compare` holds the other one against.

The file: {"schema", "version", "mark": "measured", "conditions": {…}, "is_cut_short",
"definitions": {figure: sentence}, "figures": {figure: {"p50", "p90", "p99", "slowest", "count"} or
null}, "totals": {…}, "failures": [{"kind", "count", "sentence"}], "requests": [a record each]}.
Times are seconds and rates tokens/s; no prompt, answer, key or endpoint's message stands in it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from playground.endpoints.records import Record
from playground.endpoints.summary import (
    COUNTS,
    FIGURES,
    PERCENTILES,
    Failed,
    Spread,
    Summary,
    Totals,
)

SCHEMA = "lpu-playground/measurement"
VERSION = 1
LARGEST = 1e15  # number in a file
Part = TypeVar("Part")


class NotAMeasurement(Exception):
    """Why a file cannot be compared, in one sentence."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a measurement was taken under; `url` without user-info and query."""

    date: str  # UTC, when the first request was sent
    url: str
    model: str
    program: str  # this project's version
    requests: int
    warm_up: int
    concurrency: int
    rate_per_s: float | None
    prompt_tokens: str  # of our tokenizer: "550 ± 150"
    output_tokens: str  # at most
    temperature: float
    seed: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was found, and how."""

    conditions: Conditions
    is_cut_short: bool
    summary: Summary


def as_json(measurement: Measurement, records: Sequence[Record]) -> str:
    """One object, with every request, times to the microsecond."""
    found = measurement.summary
    counted = {"tokens": COUNTS[found.totals.counted_by], "percentiles": PERCENTILES}
    told = {
        "schema": SCHEMA,
        "version": VERSION,
        "mark": "measured",
        "conditions": asdict(measurement.conditions),
        "is_cut_short": measurement.is_cut_short,
        "definitions": {figure.name: figure.definition for figure in FIGURES} | counted,
        "figures": {name: spread and asdict(spread) for name, spread in found.spreads.items()},
        "totals": asdict(found.totals),
        "failures": [asdict(failed) for failed in found.failures],
        "requests": [asdict(record) for record in records],
    }
    return json.dumps(_rounded(told), ensure_ascii=False, indent=1) + "\n"


def from_json(text: str, name: str) -> Measurement:
    """`name` is the file's, for the sentence; raises NotAMeasurement."""
    try:
        told = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NotAMeasurement(f"{name} is not JSON: give a file that --json wrote.") from None
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        raise NotAMeasurement(f"{name} is no measurement: give a file that --json wrote.")
    if told.get("version") != VERSION:
        raise NotAMeasurement(
            f"{name} is a measurement of version {told.get('version')!r:.20}, and this program"
            f" compares version {VERSION}: measure again with one program."
        )
    try:
        return _measurement(told)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise NotAMeasurement(
            f"{name} is damaged: give a file as --json wrote it, or measure again."
        ) from None


def _measurement(told: Mapping[str, Any]) -> Measurement:
    given = told["figures"]
    spreads = {f.name: given[f.name] and _part(Spread, given[f.name]) for f in FIGURES}
    failures = tuple(_part(Failed, failed) for failed in told["failures"])
    found = Summary(spreads, _part(Totals, told["totals"]), failures)
    return Measurement(_part(Conditions, told["conditions"]), bool(told["is_cut_short"]), found)


def _part(kind: type[Part], told: Mapping[str, Any]) -> Part:
    """A dataclass of plain fields, each of its type; raises KeyError, TypeError."""
    given = {name: told[name] for name in get_type_hints(kind)}
    for name, allowed in get_type_hints(kind).items():
        if not _is_of(given[name], allowed):
            raise TypeError(name)
    return kind(**given)


def _is_of(value: object, allowed: Any) -> bool:
    if isinstance(allowed, UnionType):
        return any(_is_of(value, each) for each in get_args(allowed))
    if get_origin(allowed) is Literal:
        return value in get_args(allowed)
    if isinstance(value, str):
        return allowed is str and value.isprintable()
    if type(value) not in ((int, float) if allowed is float else (allowed,)):
        return False
    return not isinstance(value, (int, float)) or 0 <= value < LARGEST


def _no_number(name: str) -> float:
    raise ValueError(name)  # NaN and Infinity, which JSON does not know


def _rounded(told: Any) -> Any:
    if isinstance(told, float):
        return round(told, 6)
    if isinstance(told, dict):
        return {name: _rounded(value) for name, value in told.items()}
    return [_rounded(value) for value in told] if isinstance(told, (list, tuple)) else told
