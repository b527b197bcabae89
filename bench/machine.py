"""This machine: its name, and how fast it reads memory and multiplies matrices at best."""

import platform
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch

from bench.workloads import MOST_THREADS, cores
from lpu_engine.model.arithmetic import Int8
from lpu_engine.runtime.jit import jit

THREADS = min(MOST_THREADS, cores())
READ_BYTES = 10**9
BLOCK = 160_000  # a divisor of those bytes; 32 bits hold its sum
WIDTH = 2_048  # of the matrices

Rate = Callable[[], float]  # of one run


def processor() -> str:
    """As the machine calls it."""
    names = Path("/proc/cpuinfo")
    lines = names.read_text().splitlines() if names.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def reading() -> Rate:
    """Bytes a second of an int8 sum over 1 GB, each thread its part."""
    blocks = np.ones((READ_BYTES // BLOCK, 4, BLOCK // 4), np.int8)
    parts = np.array_split(blocks, THREADS)

    def read() -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            deque(pool.map(total, parts))

    return partial(_rate, read, READ_BYTES)


def multiplying(precision: str) -> Rate:
    """Operations a second of a matrix product by torch; a multiplication and its sum are two."""
    left, right = (torch.ones(WIDTH, WIDTH, dtype=getattr(torch, precision)) for _ in "ab")

    def multiply() -> None:
        torch.set_num_threads(THREADS)
        torch.mm(left, right)

    return partial(_rate, multiply, 2 * WIDTH**3)


@jit
def total(blocks: Int8) -> np.int64:
    """The sum of blocks [N, 4, …], in 32 bits each: one place alone is not read as fast as four."""
    whole = np.int64(0)
    for n in range(blocks.shape[0]):
        first, second, third, fourth = blocks[n, 0], blocks[n, 1], blocks[n, 2], blocks[n, 3]
        part = np.int32(0)
        for i in range(first.shape[0]):
            here = np.int32(first[i]) + np.int32(second[i])
            there = np.int32(third[i]) + np.int32(fourth[i])
            part = np.int32(part + np.int32(here) + np.int32(there))
        whole += np.int64(part)
    return whole


def _rate(run: Callable[[], None], amount: float) -> float:
    began_s = time.perf_counter()
    run()
    return amount / (time.perf_counter() - began_s)
