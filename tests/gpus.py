"""Shapes of the catalog, and shapes that are awkward to deal to GPUs."""

from dataclasses import replace
from itertools import product

from lpu_engine.baseline.gpu import PRECISIONS, GpuSystem
from lpu_engine.hardware.gpu import GPUS, MOST_GPUS
from lpu_engine.published_runs import architecture_of

LLAMA_7B = architecture_of("llama2-7b-2048")
LLAMA_70B = architecture_of("llama2-70b-4096")
MIXTRAL = architecture_of("mixtral-8x7b-32768")
ODD = replace(LLAMA_7B, heads=12, kv_heads=4, head_dim=64)
SLIDING = replace(LLAMA_7B, window=32_768, sliding_window=512, sliding_layers=tuple(range(24)))
SHAPES = {"7B": LLAMA_7B, "70B": LLAMA_70B, "experts": MIXTRAL, "odd": ODD, "sliding": SLIDING}

SYSTEMS = [
    GpuSystem(gpu.id, count, precision)
    for gpu, count, precision in product(GPUS, range(1, MOST_GPUS + 1), PRECISIONS)
    if precision != "fp8" or gpu.fp8_flops is not None
]
