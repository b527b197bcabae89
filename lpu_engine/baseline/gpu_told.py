"""A forecast of GPUs in sentences: what it rests on, what was fitted, what costs; or why not."""

from collections.abc import Iterator
from math import ceil, floor

from lpu_engine.baseline.gpu_share import Share, room_bytes
from lpu_engine.baseline.gpu_step import Constants
from lpu_engine.baseline.gpu_system import GpuSystem, Work, gpus_told, system_name
from lpu_engine.hardware.gpu import GB, GPUS, MOST_GPUS, Gpu
from lpu_engine.model.architecture import Architecture

FP8_TOO_FAST = 0.40  # at most: by the one published row in fp8, GPT-J's
FITTED_ON = "a100-sxm"
COMMON_COUNTS = (1, 2, 4, 8)  # that heads, and all else that is shared, can be divided by
SOME_USERS = 8  # with more, kernels that are made for many users' experts pay


def source_told(a: Architecture, system: GpuSystem, work: Work, gpu: Gpu) -> str:
    """Where the figures of a forecast come from, and what of it is weak, as one sentence."""
    experts = " and, for experts, to one of its Mixtral rows" if a.experts else ""
    others = "" if gpu.id == FITTED_ON else f", and taken for {gpu.name} alike"
    return (
        f"computed from the data sheet of {system_name(system)} for {_users(system.users)},"
        f" prompts of {work.prompt:,} and answers of {work.answer:,} tokens; fitted to gpt-fast's"
        f" Llama 2 7B rows{experts}, on A100{others}{''.join(_weak(a, system))}"
    )


def _weak(a: Architecture, system: GpuSystem) -> Iterator[str]:
    """What a reader should know of some systems alone."""
    if system.count not in COMMON_COUNTS:
        yield f"; common servers refuse most models on {system.count} GPUs"
    if a.experts and system.users > SOME_USERS:
        yield (
            "; what experts cost besides is that of one user's kernels, pessimistic for"
            f" {system.users:,} users"
        )


def fitted_told(a: Architecture, system: GpuSystem, known: Constants) -> tuple[str, ...]:
    """The constants that a forecast has, each with its size and what to."""
    four = "to gpt-fast's Llama 2 7B rows in bf16 on 1 to 8 × A100"
    share = "the share of the data sheet's bandwidth"
    out = [
        f"{share} in bf16, {four}: {known.bf16_share:.1%}",
        f"the time of a layer besides, whatever it weighs, {four}: {known.layer_us:.1f} µs",
    ]
    one = "to gpt-fast's Llama 2 7B row in {} on one A100: {:.1%}"
    if system.precision in ("int8", "int4"):
        value = known.bandwidth_share(system.precision)
        out.append(f"{share} in {system.precision}, {one.format(system.precision, value)}")
    if system.precision == "fp8":
        row = one.format("int8", known.int8_share)
        out.append(
            f"{share} in fp8, which has no row to fit to and takes that of int8, {row}; by"
            f" TensorRT-LLM's GPT-J row, fp8 may be up to {FP8_TOO_FAST:.0%} too fast"
        )
    if a.experts:
        out.append(
            "what a weight of an asked expert costs besides, to gpt-fast's Mixtral row in bf16 on"
            f" 2 × A100: {known.expert_bytes:.2f} bytes"
        )
    return tuple(out)


def cost_told(gpu: Gpu, system: GpuSystem) -> str:
    """What the figures of energy and price assume."""
    low, high = gpu.usd_per_hour
    middle = f"{(low + high) / 2:.2f}, between {low:.2f} and {high:.2f}"
    price = f"about {low:g}" if low == high else middle
    return (
        f"{system.count} {gpu.name} rented at {price} dollars an hour each (on demand, 2026),"
        f" {gpu.server_watts:,.0f} W each: its share of what a server of eight may draw"
    )


def too_large(a: Architecture, system: GpuSystem, work: Work, gpu: Gpu) -> str:
    """Why a model and its users do not fit, and what would do."""
    need = ceil(Share(a, system.count).held_bytes(system, work) / GB * 10) / 10
    room = floor(room_bytes(gpu) / GB * 10) / 10
    article = "a" if gpu.name.startswith("B") else "an"
    return (
        f"In {system.precision} with {_users(system.users)} of {work.context:,} tokens each GPU"
        f" must hold {need:,.1f} GB, and {article} {gpu.name} has {room:,.1f} for that:"
        f" {_what_would_do(a, system, work, gpu)}."
    )


def _what_would_do(a: Architecture, system: GpuSystem, work: Work, gpu: Gpu) -> str:
    """Other GPUs; fewer users of the same ones; or at least what to change."""
    others = " or ".join(_enough(a, system, work))
    fewer = _most_users(a, system, work, gpu)
    if others:
        return f"{others} would do" + (f", or here {_users(fewer)}" if fewer else "")
    least = "no server here would do"
    if fewer:
        return f"{least}, but here {_users(fewer)} would fit"
    asked = ["fewer users", "a shorter context"] if system.users > 1 else ["a shorter context"]
    asked += [] if system.precision == "int4" else ["fewer bits a weight"]
    return f"{least}; try {', '.join(asked[:-1])}{' or ' if asked[1:] else ''}{asked[-1]}"


def _enough(a: Architecture, system: GpuSystem, work: Work) -> Iterator[str]:
    """Of each kind of GPU the fewest that hold it."""
    for gpu in GPUS:
        if system.precision == "fp8" and gpu.fp8_flops is None:
            continue
        for count in range(1, MOST_GPUS + 1):
            if Share(a, count).held_bytes(system, work) <= room_bytes(gpu):
                yield gpus_told(count, gpu.name)
                break


def _most_users(a: Architecture, system: GpuSystem, work: Work, gpu: Gpu) -> int:
    """Whom the same GPUs would have room for; 0: not even one."""
    share = Share(a, system.count)
    left = room_bytes(gpu) - share.weight_bytes(system.precision)
    return max(0, floor(left / share.cache_bytes(work.context)))


def _users(count: int) -> str:
    return "one user" if count == 1 else f"{count:,} users"
