"""A shape and what it is asked to run on → its Program, compiled and proven once.

One chip where the exact one-chip compiler can place the model, else groups of chips in stages; two
threads that ask for the same program at once get one.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock

from lpu_engine.compiler.compile import program_of
from lpu_engine.compiler.pipeline.compile import compile_pipeline
from lpu_engine.compiler.pipeline.pieces import BadDeployment
from lpu_engine.compiler.pipeline.program import Fitted, PipelineProgram
from lpu_engine.compiler.pipeline.verify import verify_pipeline
from lpu_engine.compiler.placement import DoesNotFit
from lpu_engine.compiler.program import Program
from lpu_engine.fitted import load_fitted
from lpu_engine.hardware.lpu import ACTIVE_WATTS, NODE, SRAM_BYTES, SYSTEM_WATTS
from lpu_engine.model.architecture import Architecture
from lpu_engine.model.computed import is_plain

AnyProgram = Program | PipelineProgram

MIB = 2**20

_lock = Lock()


@dataclass(frozen=True, slots=True)
class Deployment:
    """A model on chips; None: the fewest chips, a node of 8 as group, the model's own window."""

    architecture: Architecture
    chips: int | None = None
    group: int | None = None
    window: int | None = None
    users: int = 1


def program_for(deployment: Deployment, fitted: Fitted | None = None) -> AnyProgram:
    """The Program, proven legal. Raises DoesNotFit, BadDeployment."""
    with _lock:
        return _program(deployment, load_fitted() if fitted is None else fitted)


@lru_cache(maxsize=64)
def _program(deployment: Deployment, fitted: Fitted) -> AnyProgram:
    if is_for_one_chip(deployment):
        try:
            return program_of(_with_window(deployment))
        except DoesNotFit:
            if deployment.chips == 1:
                raise
    elif deployment.chips == 1 and _may_be_one_chip(deployment):
        weights = _weights(deployment.architecture)
        raise DoesNotFit(
            f"1 chip is too few: the model's weights take {weights / MIB:,.0f} MiB, and a chip has"
            f" {SRAM_BYTES // MIB} MiB in all. Ask for no number of chips to get the fewest."
        )
    group = deployment.group or NODE
    if deployment.group is None and deployment.chips is not None and 0 < deployment.chips < NODE:
        raise BadDeployment(
            f"A group has {NODE} chips unless another is asked for: give a multiple of {NODE}"
            f" chips, or a group of {deployment.chips:,}."
        )
    program = compile_pipeline(
        deployment.architecture,
        fitted,
        chips=deployment.chips,
        group=group,
        window=deployment.window,
        users=deployment.users,
    )
    verify_pipeline(program)
    return program


def is_for_one_chip(deployment: Deployment) -> bool:
    """Whether the exact one-chip compiler may try: a plain Llama whose weights may fit."""
    return _may_be_one_chip(deployment) and _weights(deployment.architecture) <= SRAM_BYTES


def _may_be_one_chip(deployment: Deployment) -> bool:
    asked = deployment.chips in (None, 1) and deployment.group in (None, 1)
    return asked and deployment.users == 1 and is_plain(deployment.architecture)


def _weights(a: Architecture) -> int:
    """Bytes on chips: the host has the embedding, where the logits do not share it."""
    return a.parameters - a.vocabulary * a.width * (not a.tied)


def _with_window(deployment: Deployment) -> Architecture:
    """The shape with a window of as many tokens as were asked for. Raises BadDeployment."""
    a, window = deployment.architecture, deployment.window
    if window is None:
        return a
    if not 0 < window <= a.window:
        raise BadDeployment(
            f"A context of {window:,} tokens is not within the model's window: give 1 to"
            f" {a.window:,}."
        )
    return replace(a, window=window)


def shared_cycles(
    program: AnyProgram, position: int, users: int, *, prompt: int = 0, answer: int = 1
) -> int:
    """From one token of a user to the next, where so many share the chips at one position.

    That of one alone, until the slowest stage is never idle: every user's token passes it, and the
    prompts of the others, one for each of their answers. No prompt: all generate all the time.
    """
    busy = users * program.beat_cycles(position)
    if prompt:
        busy += (users - 1) * program.prompt_beat_cycles(prompt) // answer
    return max(program.token_cycles(position), busy)


def watts(program: AnyProgram) -> float:
    """Of all its chips: one card alone as it was measured, a system as it is provisioned."""
    return SYSTEM_WATTS * program.chips if program.chips > 1 else ACTIVE_WATTS


def chips_name(count: int) -> str:
    """`576 LPU chips`, `one LPU chip`."""
    return "one LPU chip" if count == 1 else f"{count:,} LPU chips"
