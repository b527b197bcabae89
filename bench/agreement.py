"""Requests as `manage.py measure` timed them, and as the server did → rows: how far apart they are.

The ratio is the median over the requests, so none that a busy machine held up decides.
"""

from collections.abc import Mapping, Sequence
from statistics import median

from bench.figures import Goal, Line, Row, spread_of
from bench.llama_cpp_log import Timing

AGREE = Goal(0.05, is_most=True)
OURS, LOG, USAGE = "manage.py measure", "the server's own log", "the server's usage"
MS = 1e3

Asked = Mapping[str, float]  # a request of the JSON file


def agreement(
    ours: Sequence[Asked], theirs: Sequence[Timing], usage: Sequence[int]
) -> tuple[Row, ...]:
    """A row a figure; `usage`: what the server said of the first few, asked again."""
    logged = [timing.answer_tokens for timing in theirs]
    prompt, whole = [MS * t.prompt_s for t in theirs], [MS * t.total_s for t in theirs]
    speeds = [timing.tokens_per_s for timing in theirs]
    tokens = [each["output_tokens"] for each in ours]
    return (
        _row("usage", "tokens of an answer", "tokens", tokens[: len(usage)], usage, USAGE),
        _row("tokens", "tokens of an answer", "tokens", tokens, logged),
        _row("ttft", "time to first token", "ms", _ms(ours, "first_s"), prompt),
        _row("whole", "the whole answer", "ms", _ms(ours, "last_s"), whole),
        _row("speed", "output speed", "tokens/s", _speeds(ours), speeds),
    )


def _row(
    part: str,
    about: str,
    unit: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    whose: str = LOG,
) -> Row:
    apart = abs(median(our / their for our, their in zip(ours, theirs, strict=True)) - 1)
    lines = (Line(OURS, spread_of(ours)), Line(whose, spread_of(theirs), None, apart, AGREE))
    return Row(f"endpoint-{part}", about, unit, lines, "share")


def _ms(ours: Sequence[Asked], field: str) -> list[float]:
    return [MS * each[field] for each in ours]


def _speeds(ours: Sequence[Asked]) -> list[float]:
    return [(e["output_tokens"] - 1) / (e["last_s"] - e["first_s"]) for e in ours]
