"""The models of the picker, read from catalog.toml: shape, window, clock, published speed, price.

A clock is about speed only: it never says who writes the words. One that is counted from a program
is a function of the prompt's length; its program is compiled when it is first asked for.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from lpu_engine.baseline.gpu import BadSystem, GpuForecast, GpuSystem, Work, forecast
from lpu_engine.clock import Cycles, count_cycles, due_s
from lpu_engine.compiler.pipeline.pieces import BadDeployment
from lpu_engine.compiler.pipeline.program import PipelineProgram
from lpu_engine.deployment import AnyProgram, Deployment, chips_name, program_for
from lpu_engine.hardware.lpu import CLOCK_HZ
from lpu_engine.model.architecture import Architecture, read_architecture

Kind = Literal["simulated", "published", "measured"]

CATALOG_FILE = Path(__file__).with_name("catalog.toml")
USUAL_GPUS = GpuSystem("h100-sxm", 8, "bf16", 1)  # what a model is compared with unless asked
PREVIEW_PROMPT_TOKENS = 128  # the prompt of a prediction that is shown before there is a request


class UnknownModel(ValueError):
    """No model of that id is in the catalog."""


class NoProgram(BadDeployment):
    """The shape of a pulled model cannot be compiled for LPU chips; the sentence says why."""


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
        return due_s(self.cycles, self.ttft_s, self.tokens_per_s, index, computed_s)


@dataclass(frozen=True, slots=True)
class ProgramClock:
    """A clock that is counted: from the program for the shape that a config.json describes."""

    config: Path
    chips: int | None  # None: the fewest that hold it
    window: int  # tokens of context that there is room for
    is_pulled: bool = False  # a stranger's shape, which need not have a program

    def deployment(self) -> Deployment:
        """What is compiled."""
        return Deployment(_architecture(self.config), self.chips, window=self.window)

    def program(self) -> AnyProgram:
        """The Program, compiled and proven when it is first asked for; raises NoProgram."""
        if not self.is_pulled:
            return program_for(self.deployment())
        found = _program_or_reason(self)
        if isinstance(found, str):
            raise NoProgram(found)
        return found

    def on_gpus(self, system: GpuSystem, work: Work | None = None) -> GpuForecast:
        """The same shape on GPUs; raises BadSystem."""
        return forecast(_architecture(self.config), system, work)


@dataclass(frozen=True, slots=True)
class Price:
    """A published price, in dollars per million tokens."""

    input_usd: float
    output_usd: float
    source: str


@dataclass(frozen=True, slots=True)
class Model:
    """One line of the picker. `window` is in tokens. A pulled model writes its own words."""

    id: str
    name: str
    window: int
    parameters: int
    clock: Prediction | ProgramClock
    published: Prediction | None = None  # a speed that others published, beside the clock
    price: Price | None = None

    @property
    def is_pulled(self) -> bool:
        """Whether its own checkpoint is on this machine beside the shipped one."""
        return isinstance(self.clock, ProgramClock) and self.clock.is_pulled

    def predict(self, prompt_tokens: int) -> Prediction:
        """When the tokens of an answer to a prompt of so many tokens are due."""
        if isinstance(self.clock, Prediction):
            return self.clock
        try:
            program = self.clock.program()
        except NoProgram as error:
            source = f"{MACHINE_CLOCK.source}; it has no program for LPU chips: {error}"
            return replace(MACHINE_CLOCK, source=source)
        return predicted(program, prompt_tokens, self.window)

    def on_gpus(self, system: GpuSystem | None = None, work: Work | None = None) -> GpuForecast:
        """The model on GPUs, eight H100 and one user unless others are asked for.

        Raises BadSystem. Eight that are too small for two bytes a weight take one.
        """
        if not isinstance(self.clock, ProgramClock):
            raise BadSystem(f"{self.name} has no shape in the catalog that GPUs could run.")
        if system is not None:
            return self.clock.on_gpus(system, work)
        try:
            return self.clock.on_gpus(USUAL_GPUS, work)
        except BadSystem:
            return self.clock.on_gpus(replace(USUAL_GPUS, precision="fp8"), work)


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
        clock=_clock(entry) if "clock" in entry else MACHINE_CLOCK,
        published=_published(entry["published"]) if "published" in entry else None,
        price=Price(**entry["price"]) if "price" in entry else None,
    )


def _clock(entry: Mapping[str, Any]) -> ProgramClock:
    clock = entry["clock"]
    config = CATALOG_FILE.parent / clock["config"]
    return ProgramClock(config, clock.get("chips"), entry["window"])


def _published(row: Mapping[str, Any]) -> Prediction:
    return Prediction(
        kind="published",
        source=row["source"],
        ttft_s=row.get("ttft_s"),
        tokens_per_s=row["tokens_per_s"],
        chips=row["chips"],
    )


def predicted(program: AnyProgram, prompt_tokens: int, window: int) -> Prediction:
    """When the tokens of an answer are due, as a program's cycles have it."""
    cycles = count_cycles(program, CLOCK_HZ, prompt_tokens=prompt_tokens, window=window)
    return Prediction(
        kind="simulated",
        source=source_of(program),
        ttft_s=cycles.seconds(0),
        tokens_per_s=cycles.tokens_per_s,
        chips=program.chips,
        cycles=cycles,
    )


def source_of(program: AnyProgram) -> str:
    """Where a simulated figure comes from, and what of it was fitted."""
    counted = (
        f"counted from a verified program for {chips_name(program.chips)} at 900 MHz, from the"
        " embedded token to its logits, without host, bus and sampling"
    )
    fitted = [told.split(":")[0] for told in fitted_constants(program)]
    if not fitted:
        return f"{counted}; first principles, nothing is fitted"
    return f"{counted}; fitted: {' and '.join(fitted)}"


def fitted_constants(program: AnyProgram) -> tuple[str, ...]:
    """The constants that were fitted, each with its size and what to; none: first principles."""
    if not isinstance(program, PipelineProgram):
        return ()
    out = []
    if program.fitted.synchronise and program.shard.group > 1:
        out.append(
            "the time of a synchronisation of a group, to Llama 2 70B's published 255 tokens/s:"
            f" {_size(program.fitted.synchronise)}"
        )
    if program.fitted.expert and program.architecture.experts and program.chips > 1:
        out.append(
            "the time of an active expert, to Mixtral's published 480 tokens/s:"
            f" {_size(program.fitted.expert)}"
        )
    return tuple(out)


def _size(cycles: int) -> str:
    return f"{cycles:,} cycles, {cycles / CLOCK_HZ * 1e6:,.1f} µs"


@lru_cache(maxsize=64)  # a reason too is found once: it may take seconds
def _program_or_reason(clock: ProgramClock) -> AnyProgram | str:
    try:
        return program_for(clock.deployment())
    except Exception as error:  # a stranger's shape can fail in any way, and the site goes on
        return str(error) or repr(error)


@cache  # a file does not change while it is used
def _architecture(config: Path) -> Architecture:
    return read_architecture(config)
