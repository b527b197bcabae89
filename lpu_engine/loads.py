"""A model, a GPU system, a context → how both machines fare with more and more users at once.

The LPU's chips are those of the catalog; its program is compiled for the context asked for, since
shorter ones leave room for more users. Where the room ends, so does the curve.
"""

from dataclasses import dataclass, replace

from lpu_engine.baseline.gpu import BadSystem, GpuSystem, Work
from lpu_engine.catalog import Catalog, ProgramClock
from lpu_engine.compiler.pipeline.pieces import BadDeployment
from lpu_engine.compiler.placement import DoesNotFit
from lpu_engine.deployment import AnyProgram, chips_name, program_for, shared_cycles
from lpu_engine.hardware.lpu import CLOCK_HZ

LOAD_USERS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)


@dataclass(frozen=True, slots=True)
class Load:
    """So many users at once, each generating all the time; tokens/s of each and of all."""

    users: int
    tokens_per_s: float
    total_tokens_per_s: float


@dataclass(frozen=True, slots=True)
class Curve:
    """One machine under rising load, as far as its memory goes; `limit` says why it ends there."""

    name: str  # "576 LPU chips", "8 × H100"
    source: str
    loads: tuple[Load, ...]
    limit: str  # empty: it takes all of LOAD_USERS


@dataclass(frozen=True, slots=True)
class UnderLoad:
    """Both machines with the same model; a user's context is half a prompt, half an answer."""

    model_id: str
    model: str
    context: int  # tokens of each user
    lpu: Curve
    gpu: Curve


def under_load(catalog: Catalog, model_id: str, system: GpuSystem, context: int) -> UnderLoad:
    """Raises UnknownModel, BadDeployment, BadSystem; the users of `system` are not asked for."""
    model = catalog.model(model_id)
    if not isinstance(model.clock, ProgramClock):
        raise BadDeployment(f"{model.name} has no program: it runs as fast as this machine.")
    if not 2 <= context <= model.window:
        raise BadDeployment(
            f"A context of {context:,} tokens cannot be had: give 2 to {model.window:,}."
        )
    return UnderLoad(
        model.id,
        model.name,
        context,
        _lpu_curve(model.clock, context),
        _gpu_curve(model.clock, system, context),
    )


def _lpu_curve(clock: ProgramClock, context: int) -> Curve:
    chips = clock.program().chips
    try:
        program = program_for(replace(clock.deployment(), chips=chips, window=context))
    except DoesNotFit as error:
        raise BadDeployment(str(error)) from None
    most, work = program.most_users, _work(context)
    counts = sorted({*(users for users in LOAD_USERS if users <= most), min(most, LOAD_USERS[-1])})
    rates = [(users, CLOCK_HZ / _cycles(program, users, work)) for users in counts]
    name = chips_name(chips)
    limit = (
        f"The SRAM of {name} has room for the keys and values of {most:,}"
        f" user{'s' * (most > 1)} of {context:,} tokens."
    )
    return Curve(
        name,
        "the cycles of a program that is compiled for this context; users and the prompts of the"
        " others are in its stages in turn, and wait for nobody until the slowest stage is full; no"
        " published row of many users checks it",
        tuple(Load(users, rate, users * rate) for users, rate in rates),
        limit if most < LOAD_USERS[-1] else "",
    )


def _work(context: int) -> Work:
    return Work(context // 2, context - context // 2)


def _cycles(program: AnyProgram, users: int, work: Work) -> int:
    """From one token of a user to the next, in the middle of an answer."""
    return shared_cycles(program, work.middle, users, prompt=work.prompt, answer=work.answer)


def _gpu_curve(clock: ProgramClock, system: GpuSystem, context: int) -> Curve:
    """Raises BadSystem where not even one user fits."""
    work = _work(context)
    found = [clock.on_gpus(replace(system, users=LOAD_USERS[0]), work)]
    limit = ""
    for users in LOAD_USERS[1:]:
        try:
            found.append(clock.on_gpus(replace(system, users=users), work))
        except BadSystem as error:
            limit = str(error)
            break
    loads = tuple(Load(f.system.users, f.tokens_per_s, f.total_tokens_per_s) for f in found)
    return Curve(found[0].name, found[0].source, loads, limit)
