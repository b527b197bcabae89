"""A model → all that its page tells: why its clock is what it is, and what it costs.

Every figure comes from the model's verified program, or carries its own source.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lpu_engine.baseline.published import FITTED_TO, SPEEDS
from lpu_engine.catalog import (
    PREVIEW_PROMPT_TOKENS,
    Model,
    NoProgram,
    Prediction,
    Price,
    ProgramClock,
    fitted_constants,
    predicted,
)
from lpu_engine.compiler.listing import listing
from lpu_engine.compiler.pipeline.listing import pipeline_listing
from lpu_engine.compiler.pipeline.pieces import BadDeployment
from lpu_engine.compiler.pipeline.program import PipelineProgram
from lpu_engine.compiler.placement import DoesNotFit
from lpu_engine.costs import Cost, cost_of
from lpu_engine.deployment import AnyProgram, program_for, shared_cycles
from lpu_engine.first_principles import first_principles
from lpu_engine.hardware.lpu import CLOCK_HZ
from lpu_engine.loads import Load
from lpu_engine.model.architecture import Architecture
from lpu_engine.published_runs import program_of_run, tokens_per_s
from lpu_engine.token_parts import Part, parts_of

FEW_USERS = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A published speed of this model on LPUs, beside what its program says."""

    conditions: str
    published_tokens_per_s: float
    source: str
    first_principles_tokens_per_s: float
    predicted_tokens_per_s: float  # with what was fitted
    is_fitted_to: bool  # this very figure was used for fitting: it is no test


@dataclass(frozen=True, slots=True)
class Card:
    """Everything on the page of one model."""

    model: Model
    prediction: Prediction  # for a prompt of 128 tokens
    shape: tuple[tuple[str, str], ...]  # a name and its value, as text
    context: int  # tokens of each user that there is room for
    users: int | None  # that it was asked for; None: one
    chips: int
    group: int  # chips that share every layer
    stages: int
    parts: tuple[Part, ...]  # of the token after a prompt of 128
    loads: tuple[Load, ...]  # from one user to the most, rising
    costs: tuple[Cost, ...]  # for one user, and for a full pipeline
    price: Price | None
    comparisons: tuple[Comparison, ...]
    fitted: tuple[str, ...]  # the constants that were fitted, each with what to; empty: none


def model_card(
    model: Model, chips: int | None = None, context: int | None = None, users: int | None = None
) -> Card:
    """The card of a model on its own deployment, or on another that is asked for.

    Raises BadDeployment for what cannot be, NoProgram where none can.
    """
    program = _program(model, chips, context, users)
    prompt = min(PREVIEW_PROMPT_TOKENS, program.window - 1)
    prediction = predicted(program, prompt, program.window)
    loads = tuple(_loads(program, prompt))
    return Card(
        model=model,
        prediction=prediction,
        shape=tuple(_shape(program.architecture)),
        context=program.window,
        users=users,
        chips=program.chips,
        group=program.group,
        stages=program.stage_count,
        parts=parts_of(program, prompt),
        loads=loads,
        costs=tuple(
            cost_of(program, load.users, load.total_tokens_per_s)
            for load in dict.fromkeys((loads[0], loads[-1]))
        ),
        price=model.price,
        comparisons=tuple(_comparisons(model.id)),
        fitted=fitted_constants(program),
    )


def model_listing(model: Model) -> str:
    """The program of a model's own deployment as a text; raises NoProgram where there is none."""
    program = _program(model, None, None, None)
    return pipeline_listing(program) if isinstance(program, PipelineProgram) else listing(program)


def _program(model: Model, chips: int | None, context: int | None, users: int | None) -> AnyProgram:
    if not isinstance(model.clock, ProgramClock):
        raise NoProgram(f"{model.name} has no program: it runs as fast as this machine.")
    if model.is_pulled:
        model.clock.program()  # says why there is none
    own = model.clock.deployment()
    window = own.window if context is None else context
    if window is not None and window < 2:
        raise BadDeployment(
            f"A context of {window:,} tokens has no room for a prompt and an answer: give 2 or"
            " more."
        )
    asked = replace(
        own,
        chips=own.chips if chips is None and users is None else chips,
        window=window,
        users=1 if users is None else users,
    )
    try:
        return program_for(asked)
    except DoesNotFit as error:
        raise BadDeployment(str(error)) from None


def _loads(program: AnyProgram, position: int) -> Iterator[Load]:
    """One user, then twice as many each time, up to those whose keys and values have room."""
    most = program.most_users
    counts = {most, *(users for users in FEW_USERS if users < most)}
    doubled = 2 * FEW_USERS[-1]
    while doubled < most:
        counts.add(doubled)
        doubled *= 2
    for users in sorted(counts):
        each = CLOCK_HZ / shared_cycles(program, position, users)
        yield Load(users, each, users * each)


def _shape(a: Architecture) -> Iterator[tuple[str, str]]:
    yield "parameters", f"{a.parameters:,}"
    if a.experts:
        yield "of which one token uses", f"{a.active_parameters:,}"
    yield "layers", f"{a.layers:,}"
    yield "width", f"{a.width:,}"
    yield "query heads", f"{a.heads:,} of {a.head_dim}"
    yield "key and value heads", f"{a.kv_heads:,}"
    experts = f", {a.experts} experts of which a token asks {a.active_experts}" if a.experts else ""
    yield "feed-forward", f"{a.feed_forward:,}{experts}"
    yield "vocabulary", f"{a.vocabulary:,}"
    yield "context of the model", f"{a.window:,} tokens"
    if a.sliding_window is not None and a.sliding_layers:
        yield "sliding layers", f"{len(a.sliding_layers)}, each sees {a.sliding_window:,} tokens"


def _comparisons(model_id: str) -> Iterator[Comparison]:
    for figure in SPEEDS:
        if figure.run is not None and figure.run.model_id == model_id:
            program = program_of_run(figure.run)
            yield Comparison(
                figure.conditions,
                figure.value,
                f"{figure.source}, {figure.date}",
                tokens_per_s(first_principles(program), figure.run),
                tokens_per_s(program, figure.run),
                figure in FITTED_TO,
            )
