"""What may be asked of GPUs: which, how many, how precise, for how many users, and what these do.

A system that there is not, or that a model does not fit, is refused in one sentence.
"""

from dataclasses import dataclass

from lpu_engine.hardware.gpu import GPUS, MOST_GPUS, Gpu

PRECISIONS = ("bf16", "fp8", "int8", "int4")
MOST_USERS = 512
PROMPT_TOKENS = ANSWER_TOKENS = 128
_GPU_OF = {gpu.id: gpu for gpu in GPUS}


class BadSystem(ValueError):
    """A system of GPUs that there is not, or that the model does not fit."""


@dataclass(frozen=True, slots=True)
class GpuSystem:
    """GPUs of one kind that share every layer of a model, and so many users at once."""

    gpu: str  # id of its data sheet
    count: int
    precision: str = "bf16"  # of the weights
    users: int = 1


@dataclass(frozen=True, slots=True)
class Work:
    """What each user does, over and over: a prompt, then an answer. In tokens."""

    prompt: int = PROMPT_TOKENS
    answer: int = ANSWER_TOKENS

    @property
    def context(self) -> int:
        """What a user's keys and values are of at the end of an answer."""
        return self.prompt + self.answer

    @property
    def middle(self) -> int:
        """The same halfway through the answer."""
        return self.prompt + self.answer // 2


def checked(system: GpuSystem) -> Gpu:
    """The data sheet of a system's GPU; raises BadSystem."""
    gpu = _GPU_OF.get(system.gpu)
    if gpu is None:
        raise BadSystem(f"There is no GPU {system.gpu!r} here; there are {', '.join(_GPU_OF)}.")
    if not 1 <= system.count <= MOST_GPUS:
        raise BadSystem(
            f"A model cannot be shared by {system.count:,} GPUs here: give 1 to {MOST_GPUS},"
            " of one server."
        )
    if system.precision not in PRECISIONS:
        known = ", ".join(PRECISIONS)
        raise BadSystem(f"There is no precision {system.precision!r} here; there are {known}.")
    if system.precision == "fp8" and gpu.fp8_flops is None:
        raise BadSystem(f"The {gpu.name} has no fp8: choose bf16, int8 or int4, or a newer GPU.")
    if not 1 <= system.users <= MOST_USERS:
        raise BadSystem(f"There is no forecast for {system.users:,} users: give 1 to {MOST_USERS}.")
    return gpu


def check_work(work: Work) -> None:
    """Raises BadSystem for prompts or answers without a token."""
    if work.prompt < 1 or work.answer < 1:
        raise BadSystem(
            f"A prompt of {work.prompt:,} and an answer of {work.answer:,} tokens are no work:"
            " give each at least 1."
        )


def system_name(system: GpuSystem) -> str:
    """`8 × H100`, `one H100 · int4`."""
    gpu = _GPU_OF.get(system.gpu)
    precision = "" if system.precision == "bf16" else f" · {system.precision}"
    return f"{gpus_told(system.count, gpu.name if gpu else system.gpu)}{precision}"


def gpus_told(count: int, name: str) -> str:
    """`8 × H100`, `one H100`."""
    return f"{'one' if count == 1 else f'{count} ×'} {name}"
