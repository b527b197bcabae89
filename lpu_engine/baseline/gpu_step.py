"""A model dealt to GPUs → the parts of a step's time, and of a first token's.

A step reads weights once for all users, keys and values once for each; matrices of many users may
take longer to compute than to read. Prompts are computed between steps, as servers without chunked
prompts do, so many together that only their arithmetic and their bytes on NVLink count.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lpu_engine.baseline.gpu_share import HALF_BYTES, WEIGHT_BYTES, Share
from lpu_engine.baseline.gpu_system import GpuSystem, Work
from lpu_engine.hardware import gpu as hardware
from lpu_engine.hardware.gpu import Gpu, moved_s, sum_s

FITTED_FILE = Path(hardware.__file__).with_name("fitted_gpu.toml")
# What matrices of many rows reach of the data sheet's arithmetic: 38 to 43 % were published for
# the training of Llama 3 405B in bf16 on H100 ("The Llama 3 Herd of Models", 2024). Assumption:
# prompts reach as much, and in fp8 as much of the data sheet's fp8.
ARITHMETIC_SHARE = 0.40
SUMS_PER_LAYER = 2  # after attention and after the feed-forward


@dataclass(frozen=True, slots=True)
class Constants:
    """What was fitted, on A100s; assumption: other GPUs have the same.

    `fp8` has no row to fit to and takes the share of int8: by GPT-J's row, a test, it may be up to
    40 % too fast. `layer_us` is what a layer takes besides reading, whatever it weighs.
    `expert_bytes` is what each weight of an asked expert costs besides its own, whatever it has:
    picked by an index, weights come slower. Servers with a kernel for many users' experts may do
    better than that.
    """

    bf16_share: float
    int8_share: float
    int4_share: float
    layer_us: float
    expert_bytes: float

    def bandwidth_share(self, precision: str) -> float:
        """Of the data sheet's, for weights of a precision."""
        shares = {"bf16": self.bf16_share, "int4": self.int4_share}
        return shares.get(precision, self.int8_share)


@dataclass(frozen=True, slots=True)
class StepPart:
    """A share of one step's time."""

    name: str
    about: str
    seconds: float


@cache
def load_constants(path: Path = FITTED_FILE) -> Constants:
    """The fitted constants, as `fit` wrote them."""
    return Constants(**tomllib.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Machine:
    """A model dealt to GPUs: how long each kind of work takes there, in seconds."""

    gpu: Gpu
    system: GpuSystem
    share: Share
    constants: Constants

    def step(self, work: Work) -> Iterator[StepPart]:
        """One token of every user, in the middle of their answers."""
        users = self.system.users
        yield StepPart(
            "weights",
            "Read once from memory for all users, or computed with, whichever takes longer.",
            max(self.reading_s(users), self.computing_s(users, logits=users)),
        )
        if self.share.architecture.experts:
            yield StepPart(
                "experts found",
                "Fitted: weights that are picked by an index come slower than others.",
                self.finding_s(users),
            )
        yield StepPart(
            "keys and values",
            f"Those of {work.middle:,} tokens of each user are read.",
            users * self.cache_s(work.middle),
        )
        yield StepPart(
            "kernels",
            "Fitted: what a layer takes besides, whatever it weighs.",
            self.kernels_s,
        )
        yield from self._shared_parts(work)

    def _shared_parts(self, work: Work) -> Iterator[StepPart]:
        """What there is only with several GPUs, or with several users."""
        users = self.system.users
        if self.system.count > 1:
            yield StepPart(
                "sums over NVLink",
                "Twice a layer all GPUs add up their parts: a published latency.",
                self.sums_s(users),
            )
        if users > 1:
            yield StepPart(
                "prompts of the others",
                f"For each token of an answer, {work.prompt / work.answer:.2g} of a prompt.",
                (users - 1) / work.answer * self.among_others_s(work.prompt),
            )

    def first_token_s(self, prompt: int) -> float:
        """A whole prompt, alone on the system, up to the first token of the answer."""
        arithmetic = self.computing_s(prompt, logits=1) + self.scoring_s(prompt)
        matrices = max(self.reading_s(prompt), arithmetic)
        return matrices + self.finding_s(prompt) + self.kernels_s + self.sums_s(prompt)

    def among_others_s(self, prompt: int) -> float:
        """A whole prompt, computed together with so many that reading and latencies vanish."""
        arithmetic = self.computing_s(prompt, logits=1) + self.scoring_s(prompt)
        size = self._residual_bytes(prompt)
        return arithmetic + self._sums * moved_s(self.gpu, self.system.count, size)

    def reading_s(self, rows: int) -> float:
        """Weights that so many tokens use, once."""
        weights = self.share.layer_weights + self.share.head_weights
        weights += self.share.found_weights(rows)
        precision = self.system.precision
        share = self.constants.bandwidth_share(precision)
        return weights * WEIGHT_BYTES[precision] / (self.gpu.bandwidth * share)

    def computing_s(self, rows: int, *, logits: int) -> float:
        """Matrices of so many tokens: a product and a sum for each weight that one uses."""
        each = self.share.layer_weights + self.share.asked_weights
        operations = 2 * (rows * each + logits * self.share.head_weights)
        return operations / (self.flops * ARITHMETIC_SHARE)

    def scoring_s(self, prompt: int) -> float:
        """Attention of a prompt to itself: scores, and the mix of values."""
        width = self.share.heads * self.share.architecture.head_dim
        operations = 4 * width * self.share.scored_pairs(prompt)
        return operations / (self.gpu.bf16_flops * ARITHMETIC_SHARE)

    def finding_s(self, rows: int) -> float:
        """What experts' weights take besides their own bytes; 0 without experts."""
        return self.share.found_weights(rows) * self.constants.expert_bytes / self.gpu.bandwidth

    def cache_s(self, tokens: int) -> float:
        """Keys and values of one user, read once."""
        share = self.constants.bandwidth_share("bf16")
        return self.share.cache_bytes(tokens) / (self.gpu.bandwidth * share)

    @property
    def kernels_s(self) -> float:
        return self.share.architecture.layers * self.constants.layer_us * 1e-6

    def sums_s(self, rows: int) -> float:
        """All sums of a step over the residual of so many tokens."""
        return self._sums * sum_s(self.gpu, self.system.count, self._residual_bytes(rows))

    @property
    def flops(self) -> float:
        """Of the arithmetic that the weights' precision allows; int8 and int4 are widened first."""
        if self.system.precision == "fp8" and self.gpu.fp8_flops is not None:
            return self.gpu.fp8_flops
        return self.gpu.bf16_flops

    @property
    def _sums(self) -> int:
        return SUMS_PER_LAYER * self.share.architecture.layers

    def _residual_bytes(self, rows: int) -> float:
        return rows * self.share.architecture.width * HALF_BYTES
