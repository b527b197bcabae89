"""NVIDIA's GPUs for data centres: each number of their data sheets, and what a sum over them takes.

Nothing here is fitted. Sources: NVIDIA's data sheets of A100 80 GB SXM, H100 SXM, H200 SXM and
B200 SXM, and of the DGX servers of eight (A100, H100, H200, B200). GB are taken as 10⁹ bytes.
"""

from dataclasses import dataclass

GB, GB_PER_S, TFLOPS = 1e9, 1e9, 1e12
MOST_GPUS = 8  # of one server, joined by NVLink


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU. Dense arithmetic, without sparsity; `fp8_flops` None: it has no fp8."""

    id: str
    name: str
    memory_bytes: float
    bandwidth: float  # of its memory, bytes/s
    bf16_flops: float
    fp8_flops: float | None
    link_bandwidth: float  # NVLink, bytes/s in each direction
    server_watts: float  # its eighth of what a server may draw at most: fans and host included
    usd_per_hour: tuple[float, float]  # on demand, 2026: from the cheapest to the dearest


GPUS = (
    Gpu(
        "a100-sxm",
        "A100",
        memory_bytes=80 * GB,
        bandwidth=2_039 * GB_PER_S,
        bf16_flops=312 * TFLOPS,
        fp8_flops=None,
        link_bandwidth=300 * GB_PER_S,
        server_watts=6_500 / 8,
        usd_per_hour=(0.80, 3.00),
    ),
    Gpu(
        "h100-sxm",
        "H100",
        memory_bytes=80 * GB,
        bandwidth=3_350 * GB_PER_S,
        bf16_flops=989 * TFLOPS,
        fp8_flops=1_979 * TFLOPS,
        link_bandwidth=450 * GB_PER_S,
        server_watts=10_200 / 8,
        usd_per_hour=(1.99, 5.00),
    ),
    Gpu(
        "h200-sxm",
        "H200",
        memory_bytes=141 * GB,
        bandwidth=4_800 * GB_PER_S,
        bf16_flops=989 * TFLOPS,
        fp8_flops=1_979 * TFLOPS,
        link_bandwidth=450 * GB_PER_S,
        server_watts=10_200 / 8,
        usd_per_hour=(2.50, 7.00),
    ),
    Gpu(
        "b200-sxm",
        "B200",
        memory_bytes=180 * GB,
        bandwidth=8_000 * GB_PER_S,
        bf16_flops=2_250 * TFLOPS,
        fp8_flops=4_500 * TFLOPS,
        link_bandwidth=900 * GB_PER_S,
        server_watts=14_300 / 8,
        usd_per_hour=(6.00, 6.00),  # "about 6", without a range
    ),
)

# A sum over all GPUs of a server, seconds: vLLM's own kernel on H100, for two sizes of what is
# summed. Assumption: other GPUs take as long; what is larger goes at NVLink's rate.
SMALL_SUM_BYTES, LARGE_SUM_BYTES = 32 * 1024, 256 * 1024
SUM_S = {  # GPUs: (small, large)
    2: (8.7e-6, 12.9e-6),
    4: (9.2e-6, 20.6e-6),
    8: (11.8e-6, 24.1e-6),
}


def sum_s(gpu: Gpu, count: int, size_bytes: float) -> float:
    """Seconds until `count` GPUs have the sum of vectors of so many bytes; 0 for one alone.

    A number of GPUs that nobody published takes as long as the next larger one that is.
    """
    if count == 1:
        return 0.0
    small, large = next(times for known, times in SUM_S.items() if count <= known)
    if size_bytes <= SMALL_SUM_BYTES:
        return small
    if size_bytes <= LARGE_SUM_BYTES:
        share = (size_bytes - SMALL_SUM_BYTES) / (LARGE_SUM_BYTES - SMALL_SUM_BYTES)
        return small + share * (large - small)
    return large + moved_s(gpu, count, size_bytes - LARGE_SUM_BYTES)


def moved_s(gpu: Gpu, count: int, size_bytes: float) -> float:
    """What a sum's bytes alone take on NVLink, out and back, where latencies are hidden."""
    return 2 * (count - 1) / count * size_bytes / gpu.link_bandwidth
