"""What was found → one JSON object, or a text: machine, rows, sentences, and what broke."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from bench.figures import Broken, Found, Line, Row
from bench.table import table


@dataclass(frozen=True, slots=True)
class Run:
    """Where and when, and of which peers."""

    processor: str
    cores: int
    date: str
    rounds: int
    versions: Mapping[str, str]


def as_json(run: Run, found: Sequence[Found], broken: Sequence[Broken]) -> dict[str, object]:
    """Each row with its lines; what tools told stands beside them, under their names."""
    data = {name: value for each in found for name, value in each.data.items()}
    rows = [_row(row) for each in found for row in each.rows]
    return {"run": asdict(run), "rows": rows, "broken": [asdict(b) for b in broken], **data}


def as_text(run: Run, found: Sequence[Found], broken: Sequence[Broken]) -> str:
    """For people, on 100 columns."""
    rows = [row for each in found for row in each.rows]
    sentences = [sentence for each in found for sentence in each.sentences]
    reasons = [f"✗ {each.part} came to no end: {each.reason}" for each in broken]
    told = [_head(run), table(rows), "\n".join(sentences), "\n".join(reasons)]
    return "\n\n".join(part for part in told if part)


def _head(run: Run) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    return (
        f"Measured on {run.processor}, {run.cores} cores, {run.date}\n"
        f"{versions}; {run.rounds} alternating runs"
    )


def _row(row: Row) -> dict[str, object]:
    return {**asdict(row), "lines": [_line(line) for line in row.lines]}


def _line(line: Line) -> dict[str, object]:
    return {**asdict(line), "reaches": line.reaches}
