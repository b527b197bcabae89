"""A published rate → what ran, as a Program or on GPUs, and what it gives under its conditions."""

from lpu_engine.baseline.gpu_fit import rate_of
from lpu_engine.baseline.gpu_step import Constants
from lpu_engine.baseline.published import Published, Run
from lpu_engine.baseline.published_gpu import GpuRow
from lpu_engine.catalog import ProgramClock, load_catalog
from lpu_engine.clock import count_cycles
from lpu_engine.compiler.pipeline.program import Fitted
from lpu_engine.deployment import AnyProgram, Deployment, program_for
from lpu_engine.hardware.lpu import CLOCK_HZ
from lpu_engine.model.architecture import Architecture


def program_of_run(run: Run, fitted: Fitted | None = None) -> AnyProgram:
    """The verified Program of a published run, with what was fitted, or with other constants."""
    architecture = architecture_of(run.model_id)
    return program_for(Deployment(architecture, run.chips, window=run.window), fitted)


def decoded_cycles(program: AnyProgram, run: Run) -> int:
    """All decoded tokens behind the first one."""
    cycles = count_cycles(program, CLOCK_HZ, prompt_tokens=run.prompt_tokens, window=run.window)
    return cycles.until(run.decoded_tokens) - cycles.prompt


def tokens_per_s(program: AnyProgram, run: Run) -> float:
    """The rate that is to be compared with the published one."""
    return run.decoded_tokens * CLOCK_HZ / decoded_cycles(program, run)


def run_of(figure: Published) -> Run:
    """What ran; raises ValueError where the figure is no rate of decoded tokens."""
    if figure.run is None:
        raise ValueError(f"{figure.model} at {figure.value:g} {figure.unit} is no decoded rate.")
    return figure.run


def architecture_of(model_id: str) -> Architecture:
    """The shape of a model of the catalog."""
    clock = load_catalog().model(model_id).clock
    if not isinstance(clock, ProgramClock):
        raise ValueError(f"{model_id} has no program: its clock in the catalog needs a config.")
    return clock.deployment().architecture


def architecture_of_row(row: GpuRow) -> Architecture:
    """The shape of what ran on GPUs: its own, or that of a model of the catalog."""
    return row.architecture or architecture_of(row.model_id)


def gpu_tokens_per_s(row: GpuRow, constants: Constants | None = None) -> float:
    """What the model of GPUs says of a row, with what was fitted, or with other constants."""
    return rate_of(architecture_of_row(row), row, constants)
