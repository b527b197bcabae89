"""How long models on many chips take to be compiled and proven, each in a fresh process.

`python -m bench.pipelines MODEL CHIPS` alone times one of them.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median

from bench.peak import peak_bytes
from lpu_engine.catalog import ProgramClock, load_catalog
from lpu_engine.compiler.pipeline.compile import compile_pipeline
from lpu_engine.compiler.pipeline.verify import verify_pipeline
from lpu_engine.fitted import load_fitted

LARGE = (("llama2-70b-4096", 576), ("llama-3.1-405b", 4_000))
RUNS = 5


@dataclass(frozen=True, slots=True)
class Compiled:
    """Seconds, the median of several fresh processes; memory is the highest of any."""

    model: str
    chips: int
    compile_s: float
    verify_s: float
    peak_bytes: int  # of the whole process, Python and numpy included

    @property
    def seconds(self) -> float:
        """Both together."""
        return self.compile_s + self.verify_s


def pipelines() -> tuple[Compiled, ...]:
    """Every large model of the list."""
    return tuple(_median([_fresh(model, chips) for _ in range(RUNS)]) for model, chips in LARGE)


def _fresh(model: str, chips: int) -> Compiled:
    command = [sys.executable, "-m", "bench.pipelines", model, str(chips)]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return Compiled(model, chips, **json.loads(told.stdout))


def _median(runs: list[Compiled]) -> Compiled:
    return Compiled(
        runs[0].model,
        runs[0].chips,
        median(run.compile_s for run in runs),
        median(run.verify_s for run in runs),
        max(run.peak_bytes for run in runs),
    )


def _timed(model: str, chips: int) -> dict[str, float]:
    clock = load_catalog().model(model).clock
    if not isinstance(clock, ProgramClock):
        raise ValueError(f"{model} has no program.")
    asked, fitted = clock.deployment(), load_fitted()
    began_s = time.perf_counter()
    program = compile_pipeline(asked.architecture, fitted, chips=chips, window=asked.window)
    compiled_s = time.perf_counter()
    verify_pipeline(program)
    return {
        "compile_s": compiled_s - began_s,
        "verify_s": time.perf_counter() - compiled_s,
        "peak_bytes": peak_bytes(),
    }


if __name__ == "__main__":
    print(json.dumps(_timed(sys.argv[1], int(sys.argv[2]))))
