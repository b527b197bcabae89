"""A model on a server of GPUs → tokens/s, first token, memory, energy, dollars. Simulated.

Rates are those of each user after the first token. What the data sheets do not tell was fitted to
published rows of one small model, and of one with experts; other published rows are tests.
"""

from dataclasses import dataclass

from lpu_engine.baseline.gpu_share import Share, room_bytes
from lpu_engine.baseline.gpu_step import FITTED_FILE, Constants, Machine, StepPart, load_constants
from lpu_engine.baseline.gpu_system import (
    ANSWER_TOKENS,
    MOST_USERS,
    PRECISIONS,
    PROMPT_TOKENS,
    BadSystem,
    GpuSystem,
    Work,
    check_work,
    checked,
    system_name,
)
from lpu_engine.baseline.gpu_told import cost_told, fitted_told, source_told, too_large
from lpu_engine.model.architecture import Architecture

__all__ = [
    "ANSWER_TOKENS",
    "FITTED_FILE",
    "MOST_USERS",
    "PRECISIONS",
    "PROMPT_TOKENS",
    "BadSystem",
    "Constants",
    "GpuForecast",
    "GpuSystem",
    "StepPart",
    "Work",
    "checked",
    "forecast",
    "load_constants",
    "system_name",
]


@dataclass(frozen=True, slots=True)
class GpuForecast:
    """A model on a system. Rates are after the first token, in the middle of an answer.

    Energy and price are those of the total rate: the time of the first token is not in them.
    """

    system: GpuSystem
    work: Work
    name: str  # "8 × H100"
    ttft_s: float  # of a prompt alone: no queue, no network
    tokens_per_s: float  # each user's
    total_tokens_per_s: float
    parts: tuple[StepPart, ...]  # of a step, in order; they add up to it
    gpu_bytes: float  # that the fullest GPU must hold
    room_bytes: float  # that it has for that
    watts: float
    joules_per_token: float
    usd_per_hour: float
    usd_per_million_tokens: float
    cost_about: str  # what the figures of energy and price assume
    source: str
    fitted: tuple[str, ...]  # the constants that it has, each with its size and what to

    @property
    def step_s(self) -> float:
        """One token of every user."""
        return sum(part.seconds for part in self.parts)

    @property
    def end_to_end_tokens_per_s(self) -> float:
        """Each user's, the time to the first token included."""
        return self.work.answer / (self.ttft_s + (self.work.answer - 1) * self.step_s)


def forecast(
    architecture: Architecture,
    system: GpuSystem,
    work: Work | None = None,
    constants: Constants | None = None,
) -> GpuForecast:
    """What a system does for each user; raises BadSystem, in a sentence that says what would do."""
    work, known = work or Work(), constants or load_constants()
    gpu = checked(system)
    check_work(work)
    share = Share(architecture, system.count)
    held, room = share.held_bytes(system, work), room_bytes(gpu)
    if held > room:
        raise BadSystem(too_large(architecture, system, work, gpu))
    machine = Machine(gpu, system, share, known)
    parts = tuple(machine.step(work))
    rate = 1 / sum(part.seconds for part in parts)
    total, watts = system.users * rate, system.count * gpu.server_watts
    hourly = system.count * sum(gpu.usd_per_hour) / 2
    return GpuForecast(
        system,
        work,
        system_name(system),
        ttft_s=machine.first_token_s(work.prompt),
        tokens_per_s=rate,
        total_tokens_per_s=total,
        parts=parts,
        gpu_bytes=held,
        room_bytes=room,
        watts=watts,
        joules_per_token=watts / total,
        usd_per_hour=hourly,
        usd_per_million_tokens=hourly / 3600 / total * 1e6,
        cost_about=cost_told(gpu, system),
        source=source_told(architecture, system, work, gpu),
        fitted=fitted_told(architecture, system, known),
    )
