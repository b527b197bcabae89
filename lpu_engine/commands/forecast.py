"""A proven Program → what is known of its speed: a rate, a first token, energy, what is fitted.

Users who share a pipeline each have the rate of one alone, until its slowest stage is never idle.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lpu_engine.catalog import fitted_constants
from lpu_engine.clock import RATE_TOKENS, count_cycles
from lpu_engine.commands.chosen_program import Shape
from lpu_engine.deployment import AnyProgram, shared_cycles, watts
from lpu_engine.first_principles import first_principles
from lpu_engine.hardware.lpu import ACTIVE_WATTS, CLOCK_HZ, SYSTEM_WATTS


@dataclass(frozen=True, slots=True)
class Asked:
    """Which tokens a rate is of: the one that fills a context, or those that follow a prompt."""

    prompt: int
    context: int | None = None
    users: int = 1


@dataclass(frozen=True, slots=True)
class Drafting:
    """How a draft model makes tokens come sooner, if so many of its drafts are accepted."""

    draft: str
    draft_chips: int
    draft_tokens: int  # of a round
    acceptance: float  # given, not computed
    tokens_per_round: float
    draft_cycles: float
    check_cycles: float
    tokens_per_s_without: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is known of a model's speed on its chips; `cycles_per_token` may be a mean."""

    model: str
    chips: int
    group: int  # chips that share every layer
    stages: int
    window: int  # of the program, in tokens
    users: int  # who all generate at once
    most_users: int  # whose keys and values there is room for
    prompt_tokens: int
    context: int | None  # the token whose cycles are told fills it; None: the mean after the prompt
    tokens_per_s: float  # each user's
    first_principles_tokens_per_s: float
    fitted_share: float  # of a token's time
    ttft_s: float
    prompt_cycles: int
    cycles_per_token: int | float
    joules_per_token: float
    fitted: tuple[str, ...]
    speculation: Drafting | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """A program at work for several users at once, all at the same position."""

    program: AnyProgram
    users: int = 1

    def prompt_cycles(self, tokens: int) -> int:
        """Of one prompt, alone."""
        return self.program.prompt_cycles(tokens)

    def token_cycles(self, position: int) -> int:
        """From one token of a user to the next: not before the slowest stage had every user."""
        return shared_cycles(self.program, position, self.users)


def cycles_per_token(program: AnyProgram, asked: Asked) -> float:
    """What a token takes, as the site's clock has it; a mean where no context was given."""
    shared = Shared(program, asked.users)
    if asked.context is not None:
        return shared.token_cycles(asked.context - 1)
    cycles = count_cycles(shared, CLOCK_HZ, prompt_tokens=asked.prompt, window=program.window)
    return (cycles.until(RATE_TOKENS) - cycles.prompt) / RATE_TOKENS


def forecast(shape: Shape, program: AnyProgram, asked: Asked) -> Forecast:
    """The speed of a program."""
    prompt, each = program.prompt_cycles(asked.prompt), cycles_per_token(program, asked)
    first = cycles_per_token(first_principles(program), asked)
    return Forecast(
        model=shape.name,
        chips=program.chips,
        group=program.group,
        stages=program.stage_count,
        window=program.window,
        users=asked.users,
        most_users=program.most_users,
        prompt_tokens=asked.prompt,
        context=asked.context,
        tokens_per_s=CLOCK_HZ / each,
        first_principles_tokens_per_s=CLOCK_HZ / first,
        fitted_share=1 - first / each,
        ttft_s=prompt / CLOCK_HZ,
        prompt_cycles=prompt,
        cycles_per_token=int(each) if float(each).is_integer() else each,
        joules_per_token=watts(program) * each / CLOCK_HZ / asked.users,
        fitted=fitted_constants(program),
    )


def told(f: Forecast) -> Iterator[str]:
    """A few lines that a person can read."""
    how = "" if f.fitted else " from first principles, nothing is fitted"
    yield f"{f.model} on {_chips(f)}: simulated{how}"
    rows = (*_rates(f), *_other_figures(f))
    yield from (f"  {figure:>10} {unit:<11} {how}" for figure, unit, how in rows)
    yield from (f"  fitted: {line}" for line in f.fitted)


def _chips(f: Forecast) -> str:
    if f.stages == f.group == 1:
        return f"{f.chips:,} LPU chip, compiled for a window of {f.window:,}"
    stages = f"{f.stages:,} stage{'s' * (f.stages > 1)} of {f.group}"
    users = f"{f.most_users:,} user{'s' * (f.most_users > 1)}"
    return f"{f.chips:,} LPU chips, {stages}, with room for {users} of {f.window:,} tokens"


def _rates(f: Forecast) -> Iterator[tuple[str, str, str]]:
    which = f"a token, the mean of {RATE_TOKENS} after the prompt"
    if f.context is not None:
        which = f"for the token that fills a context of {f.context:,}"
    each = f" for each of {f.users:,} users at once" if f.users > 1 else ""
    s = f.speculation
    if s is None:
        how = f"{f.cycles_per_token:,.10g} cycles {which}{each}"
        yield f"{f.tokens_per_s:,.1f}", "tokens/s", how
    else:
        yield f"{f.tokens_per_s:,.1f}", "tokens/s", f"{f.cycles_per_token:,.0f} cycles {which}"
        yield "", "", f"if each draft is accepted with {s.acceptance:g}: given, not computed"
        yield f"{s.tokens_per_s_without:,.1f}", "tokens/s", "without the draft"
        cycles = s.draft_cycles + s.check_cycles
        how = f"a round of {cycles:,.0f} cycles: {s.draft_cycles:,.0f} for {_drafts(s)}"
        yield f"{s.tokens_per_round:.2f}", "tokens", how
    if f.fitted:
        how = f"from first principles alone: {f.fitted_share:.1%} of a token's time is fitted"
        yield f"{f.first_principles_tokens_per_s:,.1f}", "tokens/s", how


def _drafts(s: Drafting) -> str:
    chips = f"{s.draft_chips:,} chip{'s' * (s.draft_chips > 1)}"
    return f"{s.draft_tokens} draft{'s' * (s.draft_tokens > 1)} by {s.draft} on {chips}"


def _other_figures(f: Forecast) -> Iterator[tuple[str, str, str]]:
    first = f"to the first token of a prompt of {f.prompt_tokens:,}, {f.prompt_cycles:,} cycles"
    yield f"{f.ttft_s * 1e3:,.3f}", "ms", first
    if f.chips == 1:
        how = f"at {ACTIVE_WATTS:g} W, a card's average"
    else:
        who = f"{f.users:,} users share" if f.users > 1 else "one user pays for"
        how = f"at {SYSTEM_WATTS:g} W a chip, provisioned: {who} all chips"
    is_small = f.joules_per_token < 1
    figure = f.joules_per_token * (1e3 if is_small else 1)
    yield (
        f"{figure:,.3f}" if is_small else f"{figure:,.1f}",
        "mJ a token" if is_small else "J a token",
        how,
    )
