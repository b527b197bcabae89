"""One published figure beside what this project predicts, of an LPU or of GPUs."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """What a system does beside one figure; `fitted` names what `predicted` has, and its size."""

    machine: Literal["lpu", "gpu"]
    system: str  # "576 LPU chips", "8 × A100 · int8"
    model: str
    conditions: str
    published: float
    unit: str
    first_principles: float | None  # None: of GPUs, where nothing is computed without constants
    with_synchronise: float | None  # the first constant alone
    predicted: float  # with all of them
    error: float  # predicted / published - 1
    source: str
    date: str
    fitted: tuple[str, ...]
    is_fitted_to: bool  # this very figure: then it is no test
