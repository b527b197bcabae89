"""The command `predict`: a shape → how fast its Program runs, from the cycles alone.

Nothing here runs a model, so nothing here loads numba.
"""

import json
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from lpu_engine.catalog import PREVIEW_PROMPT_TOKENS
from lpu_engine.chosen_program import Shape, chosen_shape, proven_program, with_window
from lpu_engine.clock import RATE_TOKENS, count_cycles
from lpu_engine.command_line import CommandError
from lpu_engine.compiler.program import Program
from lpu_engine.hardware.lpu import ACTIVE_WATTS, CLOCK_HZ


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is known of a model's speed on its chips; `cycles_per_token` may be a mean."""

    model: str
    chips: int
    window: int  # of the program, in tokens
    prompt_tokens: int
    context: int | None  # the token whose cycles are told fills it; None: the mean after the prompt
    tokens_per_s: float
    ttft_s: float
    prompt_cycles: int
    cycles_per_token: int | float
    joules_per_token: float
    fitted: tuple[str, ...] = ()  # from first principles


def predict_text(chosen: Namespace) -> str:
    """Runs `predict`: the text that it prints. Raises CommandError."""
    shape = chosen_shape(chosen)
    if chosen.prompt is not None:
        with_window(shape, "--prompt", chosen.prompt)
    forecast = (
        predict_mean(shape, chosen.prompt)
        if chosen.context is None
        else predict_at(shape, chosen.context, chosen.prompt)
    )
    if chosen.json:
        return json.dumps(asdict(forecast), ensure_ascii=False, allow_nan=False) + "\n"
    return "\n".join(_told(forecast)) + "\n"


def predict_mean(shape: Shape, prompt: int | None) -> Forecast:
    """The mean of the tokens that follow a prompt, as the site's clock has it."""
    window = shape.architecture.window
    tokens = prompt or min(PREVIEW_PROMPT_TOKENS, window - 1)
    if not 0 < tokens < window:
        raise CommandError(
            f"A prompt of {max(tokens, 1):,} leaves no room for an answer in a window of"
            f" {window:,}: give a shorter --prompt, or a config with a larger window."
        )
    program = proven_program(shape)
    cycles = count_cycles(program, CLOCK_HZ, prompt_tokens=tokens, window=window)
    each = (cycles.until(RATE_TOKENS) - cycles.prompt) / RATE_TOKENS
    return _forecast(shape.name, program, tokens, None, each)


def predict_at(shape: Shape, context: int, prompt: int | None) -> Forecast:
    """The token that fills a context; compiled for it alone where the whole window does not fit."""
    tokens = prompt or min(PREVIEW_PROMPT_TOKENS, context)
    short = with_window(shape, "--context", context)
    if tokens > context:
        short = with_window(shape, "--prompt", tokens)
    try:
        program = proven_program(shape)
    except CommandError:
        program = proven_program(short)
    return _forecast(shape.name, program, tokens, context, program.token_cycles(context - 1))


def _forecast(
    name: str, program: Program, prompt: int, context: int | None, each: float
) -> Forecast:
    cycles = program.prompt_cycles(prompt)
    return Forecast(
        model=name,
        chips=program.chips,
        window=program.architecture.window,
        prompt_tokens=prompt,
        context=context,
        tokens_per_s=CLOCK_HZ / each,
        ttft_s=cycles / CLOCK_HZ,
        prompt_cycles=cycles,
        cycles_per_token=int(each) if float(each).is_integer() else each,
        joules_per_token=ACTIVE_WATTS * program.chips * each / CLOCK_HZ,
    )


def _told(forecast: Forecast) -> Iterator[str]:
    f = forecast
    chips = f"{f.chips:,} LPU chip{'s' * (f.chips != 1)}, compiled for a window of {f.window:,}"
    cycles = (
        f"{f.cycles_per_token:,.10g} cycles a token, the mean of {RATE_TOKENS} after the prompt"
    )
    if f.context is not None:
        cycles = (
            f"{f.cycles_per_token:,} cycles for the token that fills a context of {f.context:,}"
        )
    first = f"to the first token of a prompt of {f.prompt_tokens:,}, {f.prompt_cycles:,} cycles"
    rows = (
        (f"{f.tokens_per_s:,.1f}", "tokens/s", cycles),
        (f"{f.ttft_s * 1e3:,.3f}", "ms", first),
        (f"{f.joules_per_token * 1e3:,.3f}", "mJ a token", f"at {ACTIVE_WATTS:g} W, chips alone"),
    )
    yield f"{f.model} on {chips}: simulated from first principles, nothing is fitted"
    yield from (f"  {figure:>10} {unit:<11} {how}" for figure, unit, how in rows)
