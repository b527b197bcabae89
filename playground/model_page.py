"""A card → all that model.html prints, in the order of the page; a model → its row of the list."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lpu_engine import Card, Comparison, Cost, Load, Model, Part, Prediction
from playground import figures
from playground.drawing import Curve, Segment, curve, in_order, stack, tint_of
from playground.figures import Figure
from playground.sentences import translated
from playground.texts import rate_text, share_text, users_text, window_text


@dataclass(frozen=True, slots=True)
class PartRow:
    """A row under the bar."""

    name: str
    about: str
    tint: str
    time: Figure
    share: Figure
    is_fitted: bool


@dataclass(frozen=True, slots=True)
class LoadRow:
    """So many users at once."""

    users: int
    each: Figure
    total: Figure


@dataclass(frozen=True, slots=True)
class Drawing:
    """A curve over users, and the words that say the same."""

    id: str
    title: str
    about: str
    curve: Curve
    first: str  # value at one user
    last: str  # value at the most


@dataclass(frozen=True, slots=True)
class CostColumn:
    """What a token costs under one load."""

    title: str
    about: str
    energy: Figure
    dollars: Figure


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """A published figure beside the program's two."""

    conditions: str
    source: str
    published: Figure
    first_principles: Figure
    predicted: Figure
    error: Figure
    is_fitted_to: bool


@dataclass(frozen=True, slots=True)
class ModelPage:
    """The page of one model under one deployment."""

    id: str
    name: str
    speed: Figure
    published: Figure | None
    token: Figure
    facts: tuple[tuple[str, Figure], ...]
    segments: tuple[Segment, ...]
    parts: tuple[PartRow, ...]
    fitted_share: str
    loads: tuple[LoadRow, ...]
    drawings: tuple[Drawing, ...]
    most_users: str
    costs: tuple[CostColumn, ...]
    prices: tuple[tuple[str, Figure], ...]
    price_source: str
    comparisons: tuple[ComparisonRow, ...]
    fitted: tuple[str, ...]
    shape: tuple[tuple[str, str], ...]
    is_of_catalog: bool
    typed: Mapping[str, str]
    standing: Mapping[str, int]  # what an empty field of the form stands for


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A line of the list of all models."""

    id: str
    name: str
    speed: Figure | None  # None: still being compiled
    published: Figure | None
    chips: str
    context: str


def model_page(card: Card, typed: Mapping[str, str], *, is_of_catalog: bool) -> ModelPage:
    """Everything but what was wrong with the query."""
    share = figures.fitted_share(card)
    published = card.model.published
    return ModelPage(
        id=card.model.id,
        name=card.model.name,
        speed=figures.speed(card),
        published=None if published is None else figures.stated_speed(published),
        token=figures.token_time(card),
        facts=facts(card),
        segments=tuple(stack(card.parts)),
        parts=tuple(part_row(card, part, i) for i, part in enumerate(in_order(card.parts))),
        fitted_share=share_text(share) if share else "",
        loads=tuple(load_row(card, load) for load in card.loads),
        drawings=drawings(card.loads),
        most_users=users_text(card.loads[-1].users),
        costs=tuple(cost_column(card, cost) for cost in card.costs),
        prices=prices(card),
        price_source="" if card.price is None else translated(card.price.source),
        comparisons=tuple(comparison_row(row) for row in card.comparisons),
        fitted=tuple(map(translated, card.fitted)),
        shape=tuple((translated(name), translated(value)) for name, value in card.shape),
        is_of_catalog=is_of_catalog,
        typed=typed,
        standing=standing(card),
    )


def facts(card: Card) -> tuple[tuple[str, Figure], ...]:
    return (
        (_("LPU chip") if card.chips == 1 else _("LPU chips"), figures.chips(card)),
        (_("stages × chips of a group"), figures.stages(card)),
        (_("context"), figures.context(card)),
        (_("to the first token of a prompt of 128"), figures.first_token(card)),
    )


def part_row(card: Card, part: Part, index: int) -> PartRow:
    return PartRow(
        name=translated(part.name),
        about=translated(part.about),
        tint=tint_of(part, index),
        time=figures.part_time(card, part),
        share=figures.part_share(card, part),
        is_fitted=part.is_fitted,
    )


def load_row(card: Card, load: Load) -> LoadRow:
    return LoadRow(load.users, figures.user_speed(card, load), figures.total_speed(card, load))


def drawings(loads: tuple[Load, ...]) -> tuple[Drawing, ...]:
    """None where there is only one load: a single point is no curve."""
    if len(loads) < 2:
        return ()
    each = [load.tokens_per_s for load in loads]
    total = [load.total_tokens_per_s for load in loads]
    return (
        drawing("each", _("Each user"), loads, each),
        drawing("all", _("All together"), loads, total),
    )


def drawing(name: str, title: str, loads: tuple[Load, ...], values: list[float]) -> Drawing:
    first, last = rate_text(values[0]), rate_text(values[-1])
    most = users_text(loads[-1].users)
    about = _("%(title)s: %(first)s tokens per second with one user, %(last)s with %(users)s.")
    return Drawing(
        id=name,
        title=title,
        about=about % {"title": title, "first": first, "last": last, "users": most},
        curve=curve([load.users for load in loads], values),
        first=first,
        last=last,
    )


def cost_column(card: Card, cost: Cost) -> CostColumn:
    is_full = cost.users == card.loads[-1].users
    users = _("One user") if cost.users == 1 else users_text(cost.users)
    full = _("A full pipeline, %(users)s") % {"users": users}
    return CostColumn(
        title=full if is_full and cost.users > 1 else users,
        about=translated(cost.about),
        energy=figures.energy(card, cost),
        dollars=figures.dollars(card, cost),
    )


def prices(card: Card) -> tuple[tuple[str, Figure], ...]:
    stated = card.price
    if stated is None:
        return ()
    return (
        (_("tokens of the answer"), figures.price(stated.output_usd, _("of the answer"), stated)),
        (_("tokens of the prompt"), figures.price(stated.input_usd, _("of the prompt"), stated)),
    )


def comparison_row(row: Comparison) -> ComparisonRow:
    published, first_principles, predicted = figures.compared(row)
    return ComparisonRow(
        conditions=translated(row.conditions),
        source=translated(row.source),
        published=published,
        first_principles=first_principles,
        predicted=predicted,
        error=figures.error(row),
        is_fitted_to=row.is_fitted_to,
    )


def standing(card: Card) -> dict[str, int]:
    return {"chips": card.chips, "context": card.context, "users": card.users or 1}


def model_row(model: Model, prediction: Prediction | None) -> ModelRow:
    stated = model.published
    return ModelRow(
        id=model.id,
        name=model.name,
        speed=None if prediction is None else figures.clock_speed(model, prediction),
        published=None if stated is None else figures.stated_speed(stated),
        chips="" if prediction is None or prediction.chips is None else f"{prediction.chips:,}",
        context=window_text(model.window),
    )
