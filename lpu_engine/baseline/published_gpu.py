"""What others measured on GPUs: rows to fit constants to, and rows to check the model by.

Every measured rate is end to end: tokens of an answer over all seconds, the first token's included.
gpt-fast's and TensorRT-LLM's programs divide so; Oracle's page defines it so (its rate times its
latency is 300).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from lpu_engine.baseline.gpu_system import GpuSystem, Work
from lpu_engine.model.architecture import Architecture

Rate = Literal["output speed", "end to end"]
TEST, ESTIMATED = "a test", "an estimate"


@dataclass(frozen=True, slots=True)
class GpuRow:
    """One published rate of each user, and what it was measured with."""

    model: str
    model_id: str  # of the catalog; of Hugging Face, where `architecture` is its shape
    system: GpuSystem
    work: Work
    rate: Rate
    tokens_per_s: float
    conditions: str
    source: str
    date: str
    architecture: Architecture | None = None  # None: the catalog's


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one table; the errors of those that nothing was fitted to are to stay below."""

    name: str
    rows: tuple[GpuRow, ...]
    kind: str = TEST  # of those rows
    mean_limit: float | None = None
    largest_limit: float | None = None


def _gpt_fast(
    model: str, model_id: str, date: str, rates: Mapping[str, Mapping[int, float]]
) -> tuple[GpuRow, ...]:
    """Rows of the README's tables: precision, then number of GPUs, then tokens/s."""
    return tuple(
        GpuRow(
            model,
            model_id,
            GpuSystem("a100-sxm", count, precision),
            Work(prompt=5, answer=200),
            "end to end",
            tokens_per_s,
            "A100-80GB at 330 W, batch 1, 5-token prompt, 200 new tokens",
            "gpt-fast (PyTorch team), README",
            date,
        )
        for precision, by_count in rates.items()
        for count, tokens_per_s in by_count.items()
    )


LLAMA_2_7B = _gpt_fast(
    "Llama 2 7B",
    "llama2-7b-2048",
    "December 2023",
    {
        "bf16": {1: 104.9, 2: 168.8, 4: 254.0, 8: 328.4},
        "int8": {1: 155.6},
        "int4": {1: 196.8},
    },
)
LLAMA_2_70B = _gpt_fast(
    "Llama 2 70B",
    "llama2-70b-4096",
    "December 2023",
    {
        "bf16": {2: 21.3, 4: 38.0, 8: 62.5},
        "int8": {1: 19.1, 8: 80.4},
        "int4": {1: 25.3, 8: 90.8},
    },
)
MIXTRAL_8X7B = _gpt_fast(
    "Mixtral 8x7B",
    "mixtral-8x7b-32768",
    "March 2024",
    {
        "bf16": {2: 78.8, 4: 118.2, 8: 203.7},
        "int8": {1: 56.0, 2: 99.9, 4: 149.5, 8: 218.5},
    },
)
_ORACLE = GpuRow(
    "Llama 3.3 70B",
    "llama-3.3-70b-versatile",
    GpuSystem("h100-sxm", 4),
    Work(prompt=480, answer=300),
    "end to end",
    0.0,
    "prompts of 480 ± 240, answers of 300 ± 150 tokens; one Large Generic unit of a dedicated AI"
    " cluster, whose GPUs are not named: 4 × H100 in bf16 is this project's assumption",
    "Oracle Cloud documentation, Generative AI, performance benchmarks of Llama 3.3 70B",
    "a page without a date",
)
UNDER_LOAD = tuple(
    replace(_ORACLE, system=replace(_ORACLE.system, users=users), tokens_per_s=tokens_per_s)
    for users, tokens_per_s in {
        1: 58.6, 8: 54.7, 32: 44.3, 64: 35.7, 128: 25.6, 256: 15.3
    }.items()
)  # fmt: skip
# GPT-J is no family of the catalog. Its feed-forward has two matrices of 4096 × 16384. Here it is
# gated and has three, 10,923 wide: as many weights, but for 4,096 of 134 million in a layer.
_GPT_J_SHAPE = Architecture(
    name="GPTJForCausalLM",
    width=4096,
    layers=28,
    heads=16,
    kv_heads=16,
    head_dim=256,
    feed_forward=10_923,
    vocabulary=50_400,
    window=2048,
    norm_epsilon=1e-5,
    rope_theta=10_000.0,
    tied=False,
)
_GPT_J_FP8 = GpuRow(
    "GPT-J 6B",
    "EleutherAI/gpt-j-6b",
    GpuSystem("h100-sxm", 1, "fp8"),
    Work(prompt=128, answer=128),
    "end to end",
    185.0,
    "batch 1, 128 tokens in; how many out was not published, 128 are this project's assumption; in"
    " fp16 on A100, which has as many bytes as bf16",
    "TensorRT-LLM 0.5.0, H100 beside A100 (NVIDIA)",
    "a page without a date",
    _GPT_J_SHAPE,
)
GPT_J = (_GPT_J_FP8, replace(_GPT_J_FP8, system=GpuSystem("a100-sxm", 1), tokens_per_s=111.0))
ESTIMATE = GpuRow(
    "Mixtral 8x7B",
    "mixtral-8x7b-32768",
    GpuSystem("h100-sxm", 8),
    Work(),
    "output speed",
    280.0,
    "about, for one user; no lengths published: 128 in, 128 out",
    "an analyst's estimate, nothing that was measured",
    "date not known",
)

GPU_FITTED_TO = LLAMA_2_7B  # four constants
GPU_EXPERTS_FITTED_TO = MIXTRAL_8X7B[:1]  # bf16 on two GPUs: one more
GROUPS = (
    Group("Llama 2 7B", LLAMA_2_7B),
    Group("Llama 2 70B", LLAMA_2_70B, mean_limit=0.10, largest_limit=0.20),
    Group("Mixtral 8x7B", MIXTRAL_8X7B, mean_limit=0.12, largest_limit=0.30),
    Group("Llama 3.3 70B under load", UNDER_LOAD, largest_limit=0.20),
    Group("GPT-J 6B, on another engine", GPT_J),
    Group("Mixtral 8x7B, estimated", (ESTIMATE,), kind=ESTIMATED),
)


def is_fitted_to(row: GpuRow) -> bool:
    """Whether a constant was fitted to it: then it is no test."""
    return row in GPU_FITTED_TO or row in GPU_EXPERTS_FITTED_TO
