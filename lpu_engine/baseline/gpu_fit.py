"""Rows of one small model, and one of a model with experts → what data sheets do not tell.

An answer's time is linear in the inverse of a share of bandwidth, in a layer's time and in an
expert's bytes, so the model itself tells the coefficients: it is asked twice for each. Four rows in
bf16 have two unknowns, found by least squares of relative errors; every other one has one.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from lpu_engine.baseline.gpu import forecast
from lpu_engine.baseline.gpu_step import Constants
from lpu_engine.baseline.published_gpu import (
    GPU_EXPERTS_FITTED_TO,
    GPU_FITTED_TO,
    GpuRow,
    Rate,
)
from lpu_engine.model.architecture import Architecture

Share = Literal["bf16_share", "int8_share", "int4_share"]

# At full bandwidth, with no time besides: where all probes start.
IDEAL = Constants(bf16_share=1.0, int8_share=1.0, int4_share=1.0, layer_us=0.0, expert_bytes=0.0)
DIGITS = 4  # of a constant as it is stored
_PRECISIONS = ("bf16", "int8", "int4")


def fit_gpu(
    dense: Architecture,
    experts: Architecture,
    rows: Sequence[GpuRow] = GPU_FITTED_TO,
    expert_rows: Sequence[GpuRow] = GPU_EXPERTS_FITTED_TO,
) -> Constants:
    """All constants, from the rows of a dense model and one row of a model with experts."""
    of = {name: [row for row in rows if row.system.precision == name] for name in _PRECISIONS}
    known = _bf16(dense, of["bf16"])
    (int8,), (int4,), (expert,) = of["int8"], of["int4"], expert_rows
    known = replace(known, int8_share=_share(dense, int8, known, "int8_share"))
    known = replace(known, int4_share=_share(dense, int4, known, "int4_share"))
    return replace(known, expert_bytes=_expert_bytes(experts, expert, known))


def rate_of(architecture: Architecture, row: GpuRow, constants: Constants | None = None) -> float:
    """What the model says of a row, as the rate that was published."""
    found = forecast(architecture, row.system, row.work, constants)
    rates: dict[Rate, float] = {
        "output speed": found.tokens_per_s,
        "end to end": found.end_to_end_tokens_per_s,
    }
    return rates[row.rate]


def _bf16(architecture: Architecture, rows: Sequence[GpuRow]) -> Constants:
    """Both unknowns of the rows in bf16."""
    equations, wanted = [], []
    for row in rows:
        ideal = _seconds(architecture, row, IDEAL)
        read = _seconds(architecture, row, replace(IDEAL, bf16_share=0.5)) - ideal
        layer = _seconds(architecture, row, replace(IDEAL, layer_us=1.0)) - ideal
        equations.append([read * row.tokens_per_s, layer * row.tokens_per_s])
        wanted.append(1 - (ideal - read) * row.tokens_per_s)
    (inverse, layer_us), *_ = np.linalg.lstsq(np.array(equations), np.array(wanted), rcond=None)
    return replace(IDEAL, bf16_share=_rounded(1 / inverse), layer_us=_rounded(layer_us))


def _share(architecture: Architecture, row: GpuRow, known: Constants, share: Share) -> float:
    """Of bandwidth, with which one row takes as long as was published."""
    whole = _seconds(architecture, row, replace(known, **{share: 1.0}))
    read = _seconds(architecture, row, replace(known, **{share: 0.5})) - whole
    return _rounded(read / (1 / row.tokens_per_s - (whole - read)))


def _expert_bytes(architecture: Architecture, row: GpuRow, known: Constants) -> float:
    without = _seconds(architecture, row, replace(known, expert_bytes=0.0))
    one = _seconds(architecture, row, replace(known, expert_bytes=1.0)) - without
    return _rounded((1 / row.tokens_per_s - without) / one)


def _seconds(architecture: Architecture, row: GpuRow, constants: Constants) -> float:
    """Of a token, as the published rate has it."""
    return 1 / rate_of(architecture, row, constants)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
