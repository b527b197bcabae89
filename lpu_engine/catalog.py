"""The models of the picker, read from catalog.toml: shape, window, clock and GPU baselines.

A clock is about speed only: it never says who writes the words. One that is counted from a program
is a function of the prompt's length; its program is compiled when it is first asked for.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from lpu_engine.clock import Cycles, count_cycles
from lpu_engine.compiler.compile import program_of
from lpu_engine.compiler.program import Program
from lpu_engine.hardware.lpu import CLOCK_HZ
from lpu_engine.model.architecture import read_architecture

Kind = Literal["simulated", "published", "measured"]

CATALOG_FILE = Path(__file__).with_name("catalog.toml")
PREVIEW_PROMPT_TOKENS = 128  # the prompt of a prediction that is shown before there is a request


class UnknownModel(ValueError):
    """No model of that id is in the catalog."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """When tokens are due, known before anything ran. None: not published, or not known yet.

    `cycles` is the whole clock where a program was counted; the two figures are then read from it.
    """

    kind: Kind
    source: str
    ttft_s: float | None
    tokens_per_s: float | None
    chips: int | None
    cycles: Cycles | None = None

    def due_s(self, index: int, computed_s: float) -> float:
        """Seconds from acceptance to token `index`, from 0; without a rate, when it was there."""
        if self.cycles is not None:
            return self.cycles.seconds(index)
        if self.tokens_per_s is None:
            return computed_s
        return (self.ttft_s or 0.0) + index / self.tokens_per_s


@dataclass(frozen=True, slots=True)
class ProgramClock:
    """A clock that is counted: from the program for the shape that a config.json describes."""

    config: Path
    source: str


@dataclass(frozen=True, slots=True)
class BaselineQuery:
    """A GPU system to compare with."""

    gpu: str
    count: int
    precision: str
    users: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a GPU system does with the same model."""

    system: BaselineQuery
    kind: Kind
    source: str
    name: str
    ttft_s: float | None
    tokens_per_s: float


@dataclass(frozen=True, slots=True)
class Model:
    """One line of the picker. `window` is in tokens."""

    id: str
    name: str
    window: int
    parameters: int
    clock: Prediction | ProgramClock
    baselines: tuple[Baseline, ...]

    def predict(self, prompt_tokens: int) -> Prediction:
        """When the tokens of an answer to a prompt of so many tokens are due."""
        if isinstance(self.clock, Prediction):
            return self.clock
        return _counted(self.clock, prompt_tokens, self.window)

    def baseline(self, query: BaselineQuery | None = None) -> Baseline | None:
        """The first baseline, or the one of that system; None where no figure is known."""
        matching = (b for b in self.baselines if query is None or b.system == query)
        return next(matching, None)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All models, in the picker's order, and the id that is picked at the start."""

    models: tuple[Model, ...]
    picked: str

    def model(self, model_id: str) -> Model:
        """The model of that id; raises UnknownModel with the ids there are."""
        for model in self.models:
            if model.id == model_id:
                return model
        known = ", ".join(model.id for model in self.models)
        raise UnknownModel(f"There is no model {model_id!r}; there are {known}.")


MACHINE_CLOCK = Prediction(
    kind="measured",
    source="computed live on this machine's processor: the engine's own time stamps, before pacing",
    ttft_s=None,
    tokens_per_s=None,
    chips=None,
)


def load_catalog(path: Path = CATALOG_FILE) -> Catalog:
    """Read the catalog that ships with the engine."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Catalog(tuple(_model(entry) for entry in table["model"]), table["picked"])


def _model(entry: Mapping[str, Any]) -> Model:
    return Model(
        id=entry["id"],
        name=entry["name"],
        window=entry["window"],
        parameters=entry["parameters"],
        clock=_clock(entry["clock"]) if "clock" in entry else MACHINE_CLOCK,
        baselines=tuple(_baseline(row) for row in entry.get("baseline", ())),
    )


def _clock(clock: Mapping[str, Any]) -> Prediction | ProgramClock:
    if clock["kind"] == "simulated":
        return ProgramClock(CATALOG_FILE.parent / clock["config"], clock["source"])
    return Prediction(
        kind=clock["kind"],
        source=clock["source"],
        ttft_s=clock.get("ttft_s"),
        tokens_per_s=clock["tokens_per_s"],
        chips=clock["chips"],
    )


def _baseline(row: Mapping[str, Any]) -> Baseline:
    return Baseline(
        system=BaselineQuery(row["gpu"], row["count"], row["precision"], row["users"]),
        kind=row["kind"],
        source=row["source"],
        name=row["name"],
        ttft_s=row.get("ttft_s"),
        tokens_per_s=row["tokens_per_s"],
    )


def _counted(clock: ProgramClock, prompt_tokens: int, window: int) -> Prediction:
    program = _program(clock.config)
    cycles = count_cycles(program, CLOCK_HZ, prompt_tokens=prompt_tokens, window=window)
    return Prediction(
        kind="simulated",
        source=clock.source,
        ttft_s=cycles.seconds(0),
        tokens_per_s=cycles.tokens_per_s,
        chips=program.chips,
        cycles=cycles,
    )


@cache  # a shipped file does not change
def _program(config: Path) -> Program:
    return program_of(read_architecture(config.parent))
