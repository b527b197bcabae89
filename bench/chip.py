"""How long the chip's tools take: a program compiled and proven, predicted from, and simulated.

`python -m bench.chip` alone times a compilation in a fresh process, and says whether numba came in.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from lpu_engine.compiler.compile import compile_program
from lpu_engine.model.architecture import LLAMA, Architecture, read_architecture
from lpu_engine.model.quantize import Tensors, float_recipes, recipes
from lpu_engine.simulator.host import Session

PEBBLE = Path(__file__).resolve().parents[1] / "lpu_engine" / "models" / "pebble"
COMPILATIONS, PREDICTIONS = 9, 500
TWO_LAYERS = Architecture(LLAMA, 320, 2, 5, 5, 64, 640, 512, 640, 1e-5, 1e4, True)


@dataclass(frozen=True, slots=True)
class Chip:
    """Seconds, each the median of several but the first compilation's and the simulation's."""

    first_compile_s: float  # with its proof, in a fresh process
    compile_s: float
    imports_numba: bool
    predict_s: float  # at another context
    simulated_token_s: float  # of a model of two layers, 320 wide
    simulated_cycles: int


def chip() -> Chip:
    """Time all of it."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.chip"], check=True, capture_output=True, text=True
    )
    compiled = json.loads(told.stdout)
    token_s, cycles = _simulated()
    return Chip(
        **compiled,
        predict_s=_predicted(),
        simulated_token_s=token_s,
        simulated_cycles=cycles,
    )


def _compiled() -> dict[str, object]:
    architecture, times = read_architecture(PEBBLE), []
    for _ in range(COMPILATIONS):
        began_s = time.perf_counter()
        compile_program(architecture)
        times.append(time.perf_counter() - began_s)
    return {
        "first_compile_s": times[0],
        "compile_s": median(times),
        "imports_numba": "numba" in sys.modules,
    }


def _predicted() -> float:
    program, times = compile_program(read_architecture(PEBBLE)), []
    for position in range(PREDICTIONS):
        began_s = time.perf_counter()
        program.prompt_cycles(position + 1)
        program.token_cycles(position + 1)
        times.append(time.perf_counter() - began_s)
    return median(times)


def _simulated() -> tuple[float, int]:
    session = Session(compile_program(TWO_LAYERS), _random(TWO_LAYERS))
    began_s = time.perf_counter()
    _, cycles = session.token(7, 0)
    return time.perf_counter() - began_s, cycles


def _random(architecture: Architecture) -> Tensors:
    rng, matrices = np.random.default_rng(0), {}
    for recipe in recipes(architecture):
        values = rng.integers(-127, 128, (recipe.rows, recipe.columns)).astype(np.int8)
        matrices[recipe.name] = values, np.full(recipe.rows, 1e-3, np.float32)
    floats = {row.name: np.ones(row.count, np.float32) for row in float_recipes(architecture)}
    return Tensors(matrices, floats)


if __name__ == "__main__":
    print(json.dumps(_compiled()))
