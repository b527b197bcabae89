"""This machine: its name, and how fast it reads memory and multiplies matrices at best."""

import platform
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch

from bench.figures import Spread, spread_of
from bench.workloads import MOST_THREADS, cores
from lpu_engine.model.arithmetic import Int8
from lpu_engine.runtime.jit import jit

THREADS = min(MOST_THREADS, cores())
READ_BYTES = 10**9
BLOCK = 2**16  # whose sum 32 bits hold
RUNS = 5
WIDTH = 2_048  # of the matrices


def processor() -> str:
    """As the machine calls it."""
    names = Path("/proc/cpuinfo")
    lines = names.read_text().splitlines() if names.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def bytes_read_per_s() -> Spread:
    """An int8 sum over 1 GB, each thread its part."""
    parts = np.array_split(np.ones(READ_BYTES, np.int8), THREADS)
    total(parts[0][:BLOCK])  # compiles
    with ThreadPoolExecutor(THREADS) as pool:
        return _rates(lambda: sum(pool.map(total, parts)), READ_BYTES)


def operations_per_s(precision: str) -> Spread:
    """A product of two square matrices by torch; a multiplication and its sum are two."""
    torch.set_num_threads(THREADS)
    left, right = (torch.ones(WIDTH, WIDTH, dtype=getattr(torch, precision)) for _ in "ab")
    return _rates(lambda: left @ right, 2 * WIDTH**3)


@jit
def total(values: Int8) -> np.int64:
    """The sum, block by block in 32 bits, so that reading is what takes the time."""
    whole = np.int64(0)
    for start in range(0, values.shape[0], BLOCK):
        block, part = values[start : start + BLOCK], np.int32(0)
        for i in range(block.shape[0]):
            part = np.int32(part + np.int32(block[i]))
        whole += np.int64(part)
    return whole


def _rates(run: Callable[[], object], amount: float) -> Spread:
    run()
    rates = []
    for _ in range(RUNS):
        began_s = time.perf_counter()
        run()
        rates.append(amount / (time.perf_counter() - began_s))
    return spread_of(rates)
