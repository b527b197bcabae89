"""The command `predict`: a shape → how fast its Program runs, from the cycles alone.

Nothing here runs a model, so nothing here loads numba.
"""

import json
from argparse import Namespace
from contextlib import suppress
from dataclasses import asdict, replace

from lpu_engine.catalog import PREVIEW_PROMPT_TOKENS, fitted_constants
from lpu_engine.clock import RATE_TOKENS
from lpu_engine.commands.arguments import CommandError
from lpu_engine.commands.chosen_program import (
    Shape,
    catalog_shape,
    chosen_shape,
    proven_program,
    with_window,
)
from lpu_engine.commands.forecast import Asked, Drafting, Forecast, forecast, told
from lpu_engine.commands.speculation import MOST_DRAFTED, Round, best_round, round_of
from lpu_engine.compiler.program import Program
from lpu_engine.deployment import AnyProgram, is_for_one_chip, watts
from lpu_engine.first_principles import first_principles
from lpu_engine.hardware.lpu import CLOCK_HZ


def predict_text(chosen: Namespace) -> str:
    """Runs `predict`: the text that it prints. Raises CommandError."""
    _check_options(chosen)
    shape = chosen_shape(chosen)
    draft = None if chosen.draft is None else _draft_shape(chosen.draft, shape)
    if chosen.prompt is not None:
        with_window(shape, "--prompt", chosen.prompt)
    at = _mean if chosen.context is None else _filling
    program, asked = at(shape, chosen.prompt, chosen.context)
    found = forecast(shape, program, asked)
    if draft is not None:
        found = _drafted(found, program, draft, asked, chosen)
    if chosen.json:
        return json.dumps(asdict(found), ensure_ascii=False, allow_nan=False) + "\n"
    return "\n".join(told(found)) + "\n"


def _check_options(chosen: Namespace) -> None:
    if chosen.draft is None:
        for option in ("acceptance", "draft_tokens"):
            if getattr(chosen, option) is not None:
                name = option.replace("_", "-")
                raise CommandError(f"--{name} needs a model that drafts: give --draft ID too.")
    elif chosen.acceptance is None:
        raise CommandError(
            "--draft needs the share of its drafts that is accepted, which no program can tell:"
            " give --acceptance, such as 0.7."
        )
    elif chosen.users not in (None, 1):
        raise CommandError("--draft is predicted for one user alone: leave out --users.")


def _mean(shape: Shape, prompt: int | None, _: None) -> tuple[AnyProgram, Asked]:
    """The tokens that follow a prompt, as the site's clock has them."""
    window = shape.tokens
    tokens = prompt or min(PREVIEW_PROMPT_TOKENS, window - 1)
    if not 0 < tokens < window:
        raise CommandError(
            f"A prompt of {max(tokens, 1):,} leaves no room for an answer in a window of"
            f" {window:,}: give a shorter --prompt, or a config with a larger window."
        )
    return proven_program(shape), Asked(tokens, users=shape.deployment.users)


def _filling(shape: Shape, prompt: int | None, context: int) -> tuple[AnyProgram, Asked]:
    """The token that fills a context; one chip keeps its whole window where that fits."""
    tokens = prompt or min(PREVIEW_PROMPT_TOKENS, context)
    short = with_window(shape, "--context", context)
    if tokens > context:
        raise CommandError(
            f"--prompt {tokens:,} is more than --context {context:,}: give at most {context:,}."
        )
    asked = Asked(tokens, context, shape.deployment.users)
    return _on_one_chip(shape, context) or proven_program(short), asked


def _on_one_chip(shape: Shape, context: int) -> Program | None:
    """The program of one chip with its whole window; None where that is not enough."""
    if not is_for_one_chip(shape.deployment) or context > shape.tokens:
        return None
    with suppress(CommandError):
        program = proven_program(shape)
        return program if isinstance(program, Program) else None
    return None


def _draft_shape(draft_id: str, target: Shape) -> Shape:
    """The model that drafts, on its own chips; it must have the same tokens."""
    draft = catalog_shape(draft_id)
    mine, others = draft.architecture.vocabulary, target.architecture.vocabulary
    if mine != others:
        raise CommandError(
            f"{draft.name} has {mine:,} tokens and {target.name} {others:,}: a draft must be of the"
            " same tokens, choose another --draft."
        )
    return draft


def _drafted(
    found: Forecast, program: AnyProgram, draft: Shape, asked: Asked, chosen: Namespace
) -> Forecast:
    """The same with a draft model."""
    window = program.window
    least = chosen.draft_tokens or 1
    if not _starts(asked, window, least):
        raise CommandError(
            f"A round of {least:,} drafted tokens does not fit behind the prompt: give fewer"
            " --draft-tokens, a shorter --prompt or a longer --context."
        )
    drafter = proven_program(_roomy(draft, asked, window, least))
    each = _round(program, drafter, asked, chosen)
    alone = round_of(
        first_principles(program),
        first_principles(drafter),
        each.acceptance,
        each.drafted,
        _starts(asked, window, each.drafted),
    )
    cycles = each.cycles_per_token
    return replace(
        found,
        tokens_per_s=each.tokens_per_s,
        first_principles_tokens_per_s=alone.tokens_per_s,
        fitted_share=1 - alone.cycles_per_token / cycles,
        cycles_per_token=cycles,
        joules_per_token=(watts(program) + watts(drafter)) * cycles / CLOCK_HZ,
        fitted=tuple(dict.fromkeys((*found.fitted, *fitted_constants(drafter)))),
        speculation=Drafting(
            draft.name,
            drafter.chips,
            each.drafted,
            each.acceptance,
            each.tokens,
            each.draft_cycles,
            each.check_cycles,
            found.tokens_per_s,
        ),
    )


def _round(target: AnyProgram, drafter: AnyProgram, asked: Asked, chosen: Namespace) -> Round:
    """That of --draft-tokens, else the fastest."""
    window, wanted = target.window, chosen.draft_tokens
    numbers = range(1, MOST_DRAFTED + 1) if wanted is None else (wanted,)
    starts = {n: _starts(asked, window, n) for n in numbers}
    return best_round(target, drafter, chosen.acceptance, {n: s for n, s in starts.items() if s})


def _starts(asked: Asked, window: int, drafted: int) -> range:
    """Positions where rounds begin: the last one ends within the window, or fills the context."""
    if asked.context is not None:
        return range(max(asked.context - 1 - drafted, 0), asked.context - drafted)
    return range(asked.prompt, min(asked.prompt + RATE_TOKENS, window - drafted))


def _roomy(draft: Shape, asked: Asked, window: int, drafted: int) -> Shape:
    """The draft with room for as long a context as it must follow."""
    most = max(drafted, MOST_DRAFTED)
    needed = asked.context or min(asked.prompt + RATE_TOKENS + most, window)
    if needed <= draft.tokens:
        return draft
    if needed > draft.architecture.window:
        raise CommandError(
            f"{draft.name} has a window of {draft.architecture.window:,} tokens, and {needed:,}"
            " are asked for: choose another --draft, or a shorter --context or --prompt."
        )
    return replace(draft, deployment=replace(draft.deployment, window=needed))
