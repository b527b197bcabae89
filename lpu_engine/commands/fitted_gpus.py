"""What `fit` finds for GPUs, and what then is left of the difference from the rows it looked at."""

from collections.abc import Iterator
from dataclasses import dataclass

from lpu_engine.baseline.gpu_fit import fit_gpu
from lpu_engine.baseline.gpu_step import Constants
from lpu_engine.baseline.gpu_system import system_name
from lpu_engine.baseline.published_gpu import GPU_EXPERTS_FITTED_TO, GPU_FITTED_TO, GpuRow
from lpu_engine.published_runs import architecture_of, gpu_tokens_per_s


@dataclass(frozen=True, slots=True)
class FittedRow:
    """A published row, with what was fitted."""

    model: str
    system: str
    conditions: str
    source: str
    published_tokens_per_s: float
    predicted_tokens_per_s: float
    error: float  # predicted / published - 1


@dataclass(frozen=True, slots=True)
class FittedGpus:
    """The constants of all GPUs, and the rows that they are from."""

    constants: Constants
    rows: tuple[FittedRow, ...]


def fitted_gpus() -> FittedGpus:
    """From gpt-fast's rows of one dense model, and one row with experts."""
    (dense,) = {row.model_id for row in GPU_FITTED_TO}
    (experts,) = {row.model_id for row in GPU_EXPERTS_FITTED_TO}
    constants = fit_gpu(architecture_of(dense), architecture_of(experts))
    rows = (*GPU_FITTED_TO, *GPU_EXPERTS_FITTED_TO)
    return FittedGpus(constants, tuple(_row(row, constants) for row in rows))


def _row(row: GpuRow, constants: Constants) -> FittedRow:
    predicted = gpu_tokens_per_s(row, constants)
    return FittedRow(
        row.model,
        system_name(row.system),
        row.conditions,
        f"{row.source}, {row.date}",
        row.tokens_per_s,
        predicted,
        predicted / row.tokens_per_s - 1,
    )


def told_gpus(fitted: FittedGpus) -> Iterator[str]:
    """Each constant, then each row."""
    c = fitted.constants
    yield f"bf16_share = {c.bf16_share:.4f} of the data sheet's bandwidth, of any GPU"
    yield f"layer_us = {c.layer_us:.2f} µs of each layer besides"
    yield "  both from the rows in bf16 of Llama 2 7B, by least squares of relative errors"
    yield f"int8_share = {c.int8_share:.4f}, int4_share = {c.int4_share:.4f}, from a row each"
    yield f"expert_bytes = {c.expert_bytes:.3f} that a weight of an asked expert costs besides"
    yield "  from one row of Mixtral 8x7B"
    for row in fitted.rows:
        rates = f"{row.published_tokens_per_s:>7.1f} published, {row.predicted_tokens_per_s:.1f}"
        name = f"{row.model} on {row.system}"
        yield f"  {name:<34} {rates} fitted tokens/s, {row.error:+z.2%}"
    for told in dict.fromkeys(f"{row.source}; {row.conditions}" for row in fitted.rows):
        yield f"  {told}"
