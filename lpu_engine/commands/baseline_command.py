"""The command `baseline`: a shape → what a server of GPUs does with it, from data sheets.

Nothing here compiles a program or runs a model, so nothing here loads numba.
"""

import json
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from textwrap import fill

from lpu_engine.baseline.gpu import (
    ANSWER_TOKENS,
    PROMPT_TOKENS,
    BadSystem,
    GpuForecast,
    GpuSystem,
    Work,
    forecast,
)
from lpu_engine.commands.arguments import CommandError
from lpu_engine.commands.chosen_program import Shape, check_size, named_shape
from lpu_engine.hardware.gpu import GB

WIDTH = 120  # of a terminal


def baseline_text(chosen: Namespace) -> str:
    """Runs `baseline`: the text that it prints. Raises CommandError."""
    shape = named_shape(chosen)
    check_size(shape)
    system = GpuSystem(chosen.gpu, chosen.count, chosen.precision, chosen.users)
    work = _work(shape.tokens, chosen.prompt, chosen.context)
    try:
        found = forecast(shape.architecture, system, work)
    except BadSystem as error:
        raise CommandError(str(error)) from None
    if chosen.json:
        told = account(shape, found)
        return json.dumps(told, ensure_ascii=False, allow_nan=False) + "\n"
    return "\n".join(_told(shape, found)) + "\n"


def _work(window: int, prompt: int | None, context: int | None) -> Work:
    """A prompt and an answer that fit the model's window."""
    if context is not None and context > window:
        raise CommandError(
            f"--context {context:,} is more than the model's window of {window:,} tokens:"
            f" give at most {window:,}."
        )
    end = context or window
    if end < 2:
        raise CommandError(
            "A context of 1 token has no room for a prompt and an answer: give at least 2."
        )
    tokens = prompt or min(PROMPT_TOKENS, end - 1)
    if tokens >= end:
        raise CommandError(
            f"--prompt {tokens:,} leaves no room for an answer in a context of {end:,} tokens:"
            f" give at most {end - 1:,}."
        )
    answer = min(ANSWER_TOKENS, end - tokens) if context is None else end - tokens
    return Work(tokens, answer)


def account(shape: Shape, found: GpuForecast) -> dict[str, object]:
    """All that is known, flat: what was asked, then what was found."""
    known = asdict(found)
    system, work = known.pop("system"), known.pop("work")
    return {
        "model": shape.name,
        "kind": "simulated",
        **system,
        "prompt_tokens": work["prompt"],
        "answer_tokens": work["answer"],
        "context": found.work.context,
        **known,
        "step_s": found.step_s,
        "end_to_end_tokens_per_s": found.end_to_end_tokens_per_s,
    }


def _told(shape: Shape, f: GpuForecast) -> Iterator[str]:
    """A few lines that a person can read."""
    users = "one user" if f.system.users == 1 else f"{f.system.users:,} users at once"
    yield f"{shape.name} in {f.system.precision} on {f.name.split(' · ')[0]}, {users}: simulated"
    rows = (*_rates(f), *_parts(f), *_other_figures(f))
    yield from (_row(*row) for row in rows)
    yield from (_wrapped(f"fitted: {line}") for line in f.fitted)


def _row(figure: str, unit: str, how: str) -> str:
    lead = f"  {figure:>10} {unit:<13} "
    return fill(
        how, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False
    )


def _wrapped(text: str) -> str:
    return fill(text, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _rates(f: GpuForecast) -> Iterator[tuple[str, str, str]]:
    work = f"in the middle of an answer of {f.work.answer:,} to a prompt of {f.work.prompt:,}"
    each = "for each user, " if f.system.users > 1 else ""
    yield f"{f.tokens_per_s:,.1f}", "tokens/s", f"{each}{work}"
    if f.system.users > 1:
        yield f"{f.total_tokens_per_s:,.1f}", "tokens/s", "for all of them together"
    first = f"to the first token of a prompt of {f.work.prompt:,} alone: no queue, no network"
    yield f"{f.ttft_s * 1e3:,.3f}", "ms", first


def _parts(f: GpuForecast) -> Iterator[tuple[str, str, str]]:
    every = "every user" if f.system.users > 1 else "the user"
    yield f"{f.step_s * 1e3:,.3f}", "ms", f"a step, one token of {every}:"
    for part in f.parts:
        how = f"{part.name}. {part.about}"
        yield f"{part.seconds * 1e3:,.3f}", f"ms  {part.seconds / f.step_s:>6.1%}", how


def _other_figures(f: GpuForecast) -> Iterator[tuple[str, str, str]]:
    of = f"on the fullest GPU, of {f.room_bytes / GB:,.1f} that weights, keys and values may take"
    yield f"{f.gpu_bytes / GB:,.1f}", "GB", of
    yield _small(f.joules_per_token), "J a token", f"at {f.watts:,.0f} W in all; {f.cost_about}"
    hourly = f"dollars a million tokens, at {f.usd_per_hour:,.2f} dollars an hour in all"
    yield _small(f.usd_per_million_tokens), "$", hourly


def _small(value: float) -> str:
    return f"{value:,.2f}" if value >= 1 else f"{value:.3g}"
