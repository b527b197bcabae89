"""Records → p50, p90, p99 and the slowest of each figure, totals, and failures by their kind.

What each figure means stands here once, and is printed wherever the figure is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from playground.endpoints.records import Record

Better = Literal["less", "more"]
Counted = Literal["usage", "tokenizer", "both"]
LATE_S = 0.01  # a request that is sent later than this after it was due is told
MOST_PER_CHUNK = 1.5  # more tokens than this in a chunk: its gaps are no longer those of tokens


@dataclass(frozen=True, slots=True)
class Figure:
    """What is measured of each answer."""

    name: str  # in JSON, with its unit
    title: str
    unit: str  # as it is shown
    shown: float  # how many of that unit are one of JSON's
    better: Better
    short: str  # the definition, where there is little room
    definition: str
    values: Callable[[Record], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over all answers; `slowest` is the largest time or the smallest rate."""

    p50: float
    p90: float
    p99: float
    slowest: float
    count: int


@dataclass(frozen=True, slots=True)
class Failed:
    """How many requests failed in one way."""

    kind: str
    count: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Totals:
    """All requests together; tokens are those of answered ones, means over them."""

    seconds: float  # from the first that was sent to the last that ended
    requests: int
    answered: int
    requests_per_s: float
    output_tokens: int
    output_tokens_per_s: float
    counted_by: Counted
    mean_prompt_tokens: float | None  # None: the endpoint does not report it
    mean_output_tokens: float
    tokens_per_chunk: float
    late: int  # sent later than they were due
    latest_s: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What a measurement found; None: no answer has that figure."""

    spreads: Mapping[str, Spread | None]
    totals: Totals
    failures: tuple[Failed, ...]


FIGURES = (
    Figure(
        "ttft_s",
        "time to first token",
        "ms",
        1e3,
        "less",
        "from sending to the first token",
        "from sending the request, its connection with it, to the first token with content",
        lambda record: _some(record.first_s),
    ),
    Figure(
        "inter_token_s",
        "inter-token latency",
        "ms",
        1e3,
        "less",
        "every gap between chunks",
        "every gap between chunks of an answer",
        lambda record: record.gaps_s,
    ),
    Figure(
        "output_speed_tokens_per_s",
        "output speed (decode)",
        "tokens/s",
        1.0,
        "more",
        "(N − 1) / (t_last − t_first)",
        "(N − 1) / (t_last − t_first), what ArtificialAnalysis calls output speed",
        lambda record: _some(record.output_speed),
    ),
    Figure(
        "end_to_end_tokens_per_s",
        "end to end",
        "tokens/s",
        1.0,
        "more",
        "N / (t_last − t_send)",
        "N / (t_last − t_send), time to first token included,"
        " what LLMPerf's leaderboard calls output throughput",
        lambda record: _some(record.end_to_end),
    ),
)
PERCENTILES = (
    "p50, p90 and p99 are of the values, between two of them by a straight line: of a rate p99 is"
    " the fast end. The slowest is the longest time or the smallest rate."
)
COUNTS: Mapping[Counted, str] = {
    "usage": "N is the usage that the endpoint reports.",
    "tokenizer": "~: N is counted with this project's tokenizer, for the endpoint reports no"
    " usage; a model's own count may differ by a quarter or more.",
    "both": "~: N is the endpoint's usage where it reported one, else counted with this project's"
    " tokenizer.",
}


def summary(records: Sequence[Record]) -> Summary:
    """Needs at least one record; figures are those of answered requests alone."""
    answered = [record for record in records if record.is_answered]
    spreads = {
        figure.name: _spread([v for record in answered for v in figure.values(record)], figure)
        for figure in FIGURES
    }
    return Summary(spreads, _totals(records, answered), _failures(records))


def percentile(ordered: Sequence[float], share: float) -> float:
    """Of ascending values; between two of them by a straight line, as numpy does by default."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _spread(values: Sequence[float], figure: Figure) -> Spread | None:
    if not values:
        return None
    ordered = sorted(values)
    p50, p90, p99 = (percentile(ordered, share) for share in (0.5, 0.9, 0.99))
    return Spread(p50, p90, p99, ordered[-1 if figure.better == "less" else 0], len(ordered))


def _totals(records: Sequence[Record], answered: Sequence[Record]) -> Totals:
    started_s = min(record.sent_s for record in records)
    seconds = max(record.sent_s + record.ended_s for record in records) - started_s
    tokens = sum(record.output_tokens for record in answered)
    chunks = sum(len(record.gaps_s) + 1 for record in answered)
    prompts = [r.prompt_tokens for r in answered if r.prompt_tokens is not None]
    late = [record.late_s for record in records if record.late_s > LATE_S]
    return Totals(
        seconds=seconds,
        requests=len(records),
        answered=len(answered),
        requests_per_s=_share(len(answered), seconds),
        output_tokens=tokens,
        output_tokens_per_s=_share(tokens, seconds),
        counted_by=_counted_by(answered),
        mean_prompt_tokens=_share(sum(prompts), len(prompts)) if prompts else None,
        mean_output_tokens=_share(tokens, len(answered)),
        tokens_per_chunk=_share(tokens, chunks),
        late=len(late),
        latest_s=max(late, default=0.0),
    )


def _counted_by(answered: Sequence[Record]) -> Counted:
    ways = {record.counted_by for record in answered}
    return "both" if len(ways) > 1 else next(iter(ways), "usage")


def _failures(records: Sequence[Record]) -> tuple[Failed, ...]:
    """The most frequent first; the sentence is that of the first of its kind."""
    kinds: dict[str, list[str]] = {}
    for record in records:
        if record.failure is not None:
            kinds.setdefault(record.failure.kind, []).append(record.failure.sentence)
    failed = [Failed(kind, len(told), told[0]) for kind, told in kinds.items()]
    return tuple(sorted(failed, key=lambda each: -each.count))


def _some(value: float | None) -> tuple[float, ...]:
    return () if value is None else (value,)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
