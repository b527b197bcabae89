"""What is to race → lanes: each with a clock of its own, known before anything runs.

A lane's clock is a function of its entry and of the prompt's length alone; only the lane of this
machine has none, for its clock is the engine's own stamps.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from lpu_engine.baseline.gpu import ANSWER_TOKENS, GpuForecast, GpuSystem, StepPart, Work
from lpu_engine.baseline.services import GROQ, Service, service_of
from lpu_engine.catalog import MACHINE_CLOCK, Catalog, Kind, Model, ProgramClock
from lpu_engine.clock import Cycles, due_s
from lpu_engine.costs import Cost, cost_of
from lpu_engine.deployment import chips_name

Machine = Literal["lpu", "gpu", "service", "here", "endpoint"]
Rate = Literal["output speed", "end to end"]


@dataclass(frozen=True, slots=True)
class LpuEntry:
    """A model of the catalog at the speed of its program."""

    model: str


@dataclass(frozen=True, slots=True)
class GpuEntry:
    """A model of the catalog on GPUs."""

    model: str
    system: GpuSystem


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service at the speed that others measured."""

    service: str


@dataclass(frozen=True, slots=True)
class HereEntry:
    """This machine, as fast as it computes."""


Entry = LpuEntry | GpuEntry | ServiceEntry | HereEntry


@dataclass(frozen=True, slots=True)
class Lane:
    """Who runs in a lane, and its clock. None: not published, or not known before the end.

    `tokens_per_s` is output speed, after the first token, of each of `users`.
    """

    machine: Machine
    model_id: str | None  # of the catalog; None: another model
    model: str
    name: str  # of the machine: "576 LPU chips", "8 × H100", "Groq", "this machine"
    users: int | None
    kind: Kind
    source: str
    ttft_s: float | None
    tokens_per_s: float | None
    end_to_end_tokens_per_s: float | None = None  # as it was published
    cycles: Cycles | None = None
    parts: tuple[StepPart, ...] = ()  # of a GPU's step
    joules_per_token: float | None = None
    usd_per_million_tokens: float | None = None
    cost_about: str = ""  # what the two figures before assume
    is_groq: bool = False  # the published row that published hosts are compared with

    def due_s(self, index: int, computed_s: float) -> float:
        """Seconds from the flag to token `index`, from 0; here: when it was computed."""
        return due_s(self.cycles, self.ttft_s, self.tokens_per_s, index, computed_s)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times the rate of lane `of` is that of lane `to`: one kind of rate, model, users."""

    of: int | None  # lanes from 0; None: Groq's own row of the list that `to` stands on
    to: int
    rate: Rate
    value: float
    about: str  # which two numbers
    value_high: float | None = None  # where a range of rates was published


def ratios_of(lanes: Sequence[Lane]) -> tuple[Ratio, ...]:
    """All that may be compared: an LPU with GPUs, and a published host with the published Groq."""
    return (*_simulated_ratios(lanes), *_published_ratios(lanes))


def smallest_window(entries: Sequence[Entry], catalog: Catalog) -> Model:
    """The model whose window all words must fit; the picked one where no lane names any."""
    ids = [entry.model for entry in entries if isinstance(entry, LpuEntry | GpuEntry)]
    models = [catalog.model(each) for each in ids] or [catalog.model(catalog.picked)]
    return min(models, key=lambda model: model.window)


def lane_of(entry: Entry, catalog: Catalog, prompt_tokens: int) -> Lane:
    """The lane of an entry for a prompt; raises UnknownModel, BadSystem, UnknownService."""
    match entry:
        case LpuEntry():
            return _lpu_lane(catalog.model(entry.model), prompt_tokens)
        case GpuEntry():
            model = catalog.model(entry.model)
            work = Work(prompt_tokens, ANSWER_TOKENS)
            return _gpu_lane(model, model.on_gpus(entry.system, work))
        case ServiceEntry():
            return _service_lane(service_of(entry.service))
        case HereEntry():
            return HERE


HERE = Lane(
    "here",
    model_id=None,
    model="the model that writes the words",
    name="this machine",
    users=None,
    kind="measured",
    source=MACHINE_CLOCK.source,
    ttft_s=None,
    tokens_per_s=None,
)


def _lpu_lane(model: Model, prompt_tokens: int) -> Lane:
    prediction = model.predict(prompt_tokens)
    cost = _lpu_cost(model, prediction.tokens_per_s)
    chips = "this machine" if prediction.chips is None else chips_name(prediction.chips)
    return Lane(
        "lpu",
        model.id,
        model.name,
        chips,
        users=1,
        kind=prediction.kind,
        source=prediction.source,
        ttft_s=prediction.ttft_s,
        tokens_per_s=prediction.tokens_per_s,
        cycles=prediction.cycles,
        joules_per_token=None if cost is None else cost.joules_per_token,
        usd_per_million_tokens=None if cost is None else cost.usd_per_million_tokens,
        cost_about="" if cost is None else cost.about,
    )


def _lpu_cost(model: Model, tokens_per_s: float | None) -> Cost | None:
    if tokens_per_s is None or not isinstance(model.clock, ProgramClock):
        return None
    return cost_of(model.clock.program(), 1, tokens_per_s)


def _gpu_lane(model: Model, found: GpuForecast) -> Lane:
    return Lane(
        "gpu",
        model.id,
        model.name,
        found.name,
        users=found.system.users,
        kind="simulated",
        source=found.source,
        ttft_s=found.ttft_s,
        tokens_per_s=found.tokens_per_s,
        parts=found.parts,
        joules_per_token=found.joules_per_token,
        usd_per_million_tokens=found.usd_per_million_tokens,
        cost_about=found.cost_about,
    )


def _service_lane(service: Service) -> Lane:
    return Lane(
        "service",
        service.model_id,
        service.model,
        service.name,
        users=service.users,
        kind="published",
        source=f"{service.source}, {service.date}: {service.conditions}",
        ttft_s=service.ttft_s,
        tokens_per_s=service.output_tokens_per_s,
        end_to_end_tokens_per_s=service.end_to_end_tokens_per_s,
        is_groq=service is GROQ,
    )


def _simulated_ratios(lanes: Sequence[Lane]) -> Iterator[Ratio]:
    for (i, lpu), (j, gpu) in product(enumerate(lanes), enumerate(lanes)):
        is_pair = (lpu.machine, gpu.machine) == ("lpu", "gpu")
        is_like = (lpu.model_id, lpu.users) == (gpu.model_id, gpu.users)
        if is_pair and is_like and lpu.tokens_per_s and gpu.tokens_per_s:
            yield Ratio(
                i,
                j,
                "output speed",
                lpu.tokens_per_s / gpu.tokens_per_s,
                f"{lpu.tokens_per_s:,.1f} ÷ {gpu.tokens_per_s:,.1f} tokens/s, both simulated:"
                f" {lpu.model} on {lpu.name} and on {gpu.name}, one user on each side",
            )


def _published_ratios(lanes: Sequence[Lane]) -> Iterator[Ratio]:
    groq = next((i for i, lane in enumerate(lanes) if lane.is_groq), None)
    for j, lane in enumerate(lanes):
        if lane.machine != "service" or lane.model_id != GROQ.model_id or lane.is_groq:
            continue
        if lane.tokens_per_s:
            about = _published_about(GROQ.output_tokens_per_s, lane.tokens_per_s)
            value = GROQ.output_tokens_per_s / lane.tokens_per_s
            if highest := GROQ.highest_output_tokens_per_s:
                about = f"{about}; {highest:g} ÷ {lane.tokens_per_s:g} by the highest published"
                yield Ratio(groq, j, "output speed", value, about, highest / lane.tokens_per_s)
            else:
                yield Ratio(groq, j, "output speed", value, about)
        if lane.end_to_end_tokens_per_s and GROQ.end_to_end_tokens_per_s:
            about = _published_about(GROQ.end_to_end_tokens_per_s, lane.end_to_end_tokens_per_s)
            value = GROQ.end_to_end_tokens_per_s / lane.end_to_end_tokens_per_s
            yield Ratio(groq, j, "end to end", value, about)


def _published_about(groq: float, other: float) -> str:
    return f"{groq:g} ÷ {other:g} tokens/s, both from one list: {GROQ.model}, {GROQ.conditions}"
