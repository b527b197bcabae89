"""The models of the picker, read from catalog.toml: shape, window, clock and GPU baselines.

A clock is about speed only: it never says who writes the words.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["simulated", "published", "measured"]

CATALOG_FILE = Path(__file__).with_name("catalog.toml")


class UnknownModel(ValueError):
    """No model of that id is in the catalog."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """When tokens are due, known before anything ran. None: not published, or not known yet."""

    kind: Kind
    source: str
    ttft_s: float | None
    tokens_per_s: float | None
    chips: int | None

    def due_s(self, index: int, computed_s: float) -> float:
        """Seconds from acceptance to token `index`, from 0; without a rate, when it was there."""
        if self.tokens_per_s is None:
            return computed_s
        return (self.ttft_s or 0.0) + index / self.tokens_per_s


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
    prediction: Prediction
    baselines: tuple[Baseline, ...]

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
        prediction=_prediction(entry["clock"]) if "clock" in entry else MACHINE_CLOCK,
        baselines=tuple(_baseline(row) for row in entry.get("baseline", ())),
    )


def _prediction(clock: Mapping[str, Any]) -> Prediction:
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
