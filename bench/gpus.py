"""How long the GPU model takes for one language model on every system that it knows."""

import time
from dataclasses import dataclass
from itertools import product
from statistics import median

from lpu_engine.baseline.gpu import BadSystem, GpuSystem
from lpu_engine.baseline.gpu_system import PRECISIONS
from lpu_engine.catalog import Model, load_catalog
from lpu_engine.hardware.gpu import GPUS, MOST_GPUS

MODEL = "llama2-70b-4096"
RUNS = 5


@dataclass(frozen=True, slots=True)
class Systems:
    """Every GPU, number and precision, for one user; those too small are refused, and count."""

    model: str
    systems: int
    seconds: float  # for all of them, the median of several runs


def gpu_systems() -> Systems:
    """All systems of one model."""
    model = load_catalog().model(MODEL)
    counts = range(1, MOST_GPUS + 1)
    systems = [GpuSystem(g.id, n, p) for g, n, p in product(GPUS, counts, PRECISIONS)]
    return Systems(MODEL, len(systems), median(_timed(model, systems) for _ in range(RUNS)))


def _timed(model: Model, systems: list[GpuSystem]) -> float:
    began_s = time.perf_counter()
    for system in systems:
        try:
            model.on_gpus(system)
        except BadSystem:
            continue
    return time.perf_counter() - began_s
