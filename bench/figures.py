"""What a part of the bench found: runs → lines with a median and a spread, and their goals.

A ratio always tells this engine against the line that it stands on: so many times as fast, a share
of it, or so many times as much.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

OURS = "this engine"

RatioKind = Literal["times", "share"]


@dataclass(frozen=True, slots=True)
class Spread:
    """Of several runs: the median, and the lowest and highest."""

    median: float
    lowest: float
    highest: float

    def scaled(self, factor: float) -> "Spread":
        """The same in another unit."""
        return Spread(factor * self.median, factor * self.lowest, factor * self.highest)


@dataclass(frozen=True, slots=True)
class Goal:
    """What a ratio must reach; with `is_most`, what it must not exceed."""

    value: float
    is_most: bool = False

    def is_reached(self, ratio: float) -> bool:
        """Whether a ratio does."""
        return ratio <= self.value if self.is_most else ratio >= self.value


@dataclass(frozen=True, slots=True)
class Line:
    """One side of a row; `threads` None: they say nothing about it."""

    name: str
    spread: Spread
    threads: int | None = None
    ratio: float | None = None
    goal: Goal | None = None

    @property
    def reaches(self) -> bool | None:
        """Whether it reaches what it must; None: nothing is asked of it."""
        if self.ratio is None or self.goal is None:
            return None
        return self.goal.is_reached(self.ratio)


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was measured; the first line is this engine."""

    part: str
    about: str
    unit: str
    lines: tuple[Line, ...]
    ratio_kind: RatioKind = "times"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """All that a part found: rows of the table, or sentences; `data` is for JSON."""

    rows: tuple[Row, ...] = ()
    sentences: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Broken:
    """A part that came to no end, and why."""

    part: str
    reason: str


def spread_of(values: Sequence[float]) -> Spread:
    """Of at least one run."""
    return Spread(statistics.median(values), min(values), max(values))


def against(name: str, ours: Spread, theirs: Spread, threads: int, goal: Goal | None) -> Line:
    """A peer's line where more is better: this engine is so many times as fast."""
    return Line(name, theirs, threads, ours.median / theirs.median, goal)


def share_of(name: str, ours: Spread, whole: Spread, threads: int, goal: Goal | None) -> Line:
    """A line that is what the machine can do at best: its highest run counts."""
    return Line(name, whole, threads, ours.median / whole.highest, goal)


def judged(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    """The parts that reach what they must, and those that miss it."""
    verdicts = [(row.part, line.reaches) for row in rows for line in row.lines]
    reached = [part for part, reaches in verdicts if reaches is True]
    return reached, [part for part, reaches in verdicts if reaches is False]
