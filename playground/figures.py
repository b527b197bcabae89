"""A card's numbers → figures: what the page prints, its mark, and what it says when it is asked.

Marks are the site's three, which static/js/explanations.js puts into words; any other text stands
as it is.
"""

import json
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lpu_engine import Card, Comparison, Cost, Load, Model, Part, Prediction, Price
from playground.sentences import translated
from playground.texts import (
    chips_text,
    digits_text,
    duration_text,
    error_text,
    rate_text,
    share_text,
    stages_text,
    users_text,
    whole_text,
)

TWO_NUMBERS = gettext_noop("computed from two numbers: one simulated, one published.")
NO_TEST = gettext_noop("It was fitted to this very figure, so it is no test.")
MARKS = {
    "simulated": gettext_noop("simulated"),
    "published": gettext_noop("published"),
    "measured": gettext_noop("measured"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that explains itself."""

    text: str
    unit: str
    what: str  # after the number, in the title of its explanation
    mark: str
    lines: tuple[str, ...]

    @property
    def mark_text(self) -> str:
        return str(_(MARKS.get(self.mark, self.mark)))

    @property
    def explanation(self) -> str:
        """JSON of {title, mark, lines}, for the page's module."""
        number = f"{self.text} {self.unit}".strip()
        title = _("%(number)s, %(what)s") % {"number": number, "what": self.what}
        return json.dumps({"title": title, "mark": self.mark, "lines": self.lines})


def token_s(card: Card) -> float:
    return sum(part.seconds for part in card.parts)


def fitted_share(card: Card) -> float:
    return sum(part.seconds for part in card.parts if part.is_fitted) / token_s(card)


def machines(chips: int | None) -> str:
    return translated("one LPU chip" if chips == 1 else f"{chips or 0:,} LPU chips")


def source_line(source: str) -> str:
    return str(_("Source: %(source)s.") % {"source": translated(source)})


def speed(card: Card) -> Figure:
    """The clock of a card, with what of it was fitted."""
    share = fitted_share(card)
    if not share:
        return clock_speed(card.model, card.prediction, _("Nothing in it is fitted."))
    fitted = _("%(share)s of a token’s time is fitted, the rest first principles.")
    return clock_speed(card.model, card.prediction, fitted % {"share": share_text(share)})


def clock_speed(model: Model, prediction: Prediction, *more: str) -> Figure:
    if prediction.kind == "measured":
        lines: tuple[str, ...] = (source_line(prediction.source),)
        return Figure(_("as measured"), "", _("on this machine"), prediction.kind, lines)
    about = _(
        "How fast %(model)s on %(chips)s gives one user the tokens of an answer: the mean of the"
        " 128 tokens after the first, for a prompt of 128."
    )
    told = {"model": model.name, "chips": machines(prediction.chips)}
    lines = (about % told, *more, source_line(prediction.source))
    text = rate_text(prediction.tokens_per_s)
    return Figure(text, "tokens/s", _("one user"), prediction.kind, lines)


def stated_speed(stated: Prediction) -> Figure:
    lines = (
        _("What others measured or stated for this model on LPUs."),
        source_line(stated.source),
    )
    return Figure(rate_text(stated.tokens_per_s), "tokens/s", _("published"), stated.kind, lines)


def first_token(card: Card) -> Figure:
    about = _(
        "From the whole prompt of 128 tokens to the first token of the answer: the machine’s time,"
        " without network and queue."
    )
    lines = (about, source_line(card.prediction.source))
    text = duration_text(card.prediction.ttft_s)
    return Figure(text, "", _("to the first token"), card.prediction.kind, lines)


def token_time(card: Card) -> Figure:
    lines = (
        _("The time of the one token that follows a prompt of 128: the sum of its parts."),
        _("Cycles of the program ÷ 900 MHz."),
    )
    return Figure(digits_text(token_s(card) * 1e6), "µs", _("a token"), card.prediction.kind, lines)


def chips(card: Card) -> Figure:
    counts = {"stages": stages_text(card.stages), "chips": chips_text(card.group)}
    lines = (
        _("%(stages)s in turn, of %(chips)s each.") % counts,
        _("Each stage keeps its share of the weights in SRAM; chips of a group share every layer."),
    )
    what = _("the program’s machine")
    return Figure(f"{card.chips:,}", _("chips"), what, card.prediction.kind, lines)


def stages(card: Card) -> Figure:
    together = _("The %(chips)s of a group compute each of its layers together.")
    lines = (
        _("A token passes through the stages in turn: other users’ tokens are in the others."),
        together % {"chips": chips_text(card.group)},
    )
    text = f"{card.stages:,} × {card.group}"
    return Figure(text, "", _("stages × chips of a group"), card.prediction.kind, lines)


def context(card: Card) -> Figure:
    room = _("Keys and values of so many tokens of %(users)s have room in SRAM.")
    window = _("The model’s window is %(tokens)s tokens.")
    lines = (
        room % {"users": _("each user") if card.users is None else each_of(card.users)},
        window % {"tokens": f"{card.model.window:,}"},
    )
    mark = _("from the model’s public config, or as asked for.")
    return Figure(f"{card.context:,}", _("tokens"), _("the context"), mark, lines)


def each_of(users: int) -> str:
    return str(_("each of %(users)s") % {"users": users_text(users)})


def part_time(card: Card, part: Part) -> Figure:
    lines = (translated(part.about),)
    text = digits_text(part.seconds * 1e6)
    return Figure(text, "µs", translated(part.name), part_mark(card, part), lines)


def part_share(card: Card, part: Part) -> Figure:
    of_token = _("Its microseconds ÷ the token’s %(time)s.")
    lines = (translated(part.about), of_token % {"time": digits_text(token_s(card) * 1e6)})
    what = _("%(part)s’s share of a token") % {"part": translated(part.name)}
    text = share_text(part.seconds / token_s(card))
    return Figure(text, "", what, part_mark(card, part), lines)


def part_mark(card: Card, part: Part) -> str:
    if part.is_fitted:
        return str(_("simulated, and fitted: its length was chosen to meet a published speed."))
    return card.prediction.kind


def user_speed(card: Card, load: Load) -> Figure:
    lines = (
        _("What each of them gets while all of them generate all the time."),
        source_line(card.prediction.source),
    )
    text = rate_text(load.tokens_per_s)
    return Figure(text, "tokens/s", each_of(load.users), card.prediction.kind, lines)


def total_speed(card: Card, load: Load) -> Figure:
    product = _("%(users)s × %(rate)s tokens/s, from all the chips.")
    lines = (product % {"users": f"{load.users:,}", "rate": rate_text(load.tokens_per_s)},)
    what = _("%(users)s together") % {"users": users_text(load.users)}
    return Figure(rate_text(load.total_tokens_per_s), "tokens/s", what, card.prediction.kind, lines)


def energy(card: Card, cost: Cost) -> Figure:
    quotient = _("Energy of %(chips)s ÷ tokens.") % {"chips": machines(card.chips)}
    lines = (quotient, translated(cost.about))
    text = digits_text(cost.joules_per_token)
    return Figure(text, _("J per token"), with_users(cost.users), card.prediction.kind, lines)


def dollars(card: Card, cost: Cost) -> Figure:
    lines = (
        _("What the machine and its electricity cost, per million tokens."),
        translated(cost.about),
    )
    text = f"${money_text(cost.usd_per_million_tokens)}"
    unit = _("per million tokens")
    return Figure(text, unit, with_users(cost.users), card.prediction.kind, lines)


def with_users(count: int) -> str:
    return str(_("with %(users)s") % {"users": users_text(count)})


def price(usd: float, what: str, stated: Price) -> Figure:
    lines = (_("What a seller asks, which need not be what it costs."), source_line(stated.source))
    return Figure(f"${money_text(usd)}", _("per million tokens"), what, "published", lines)


def money_text(usd: float) -> str:
    if usd >= 1000:
        return whole_text(usd)
    return f"{usd:,.2f}" if usd >= 0.1 else f"{usd:.2g}"


def compared(row: Comparison) -> tuple[Figure, Figure, Figure]:
    """Published, first principles, with what was fitted."""
    program = _("From this model’s program, under the conditions of the published figure.")
    bare = (
        program,
        _("All that was fitted is left out."),
        off(row.first_principles_tokens_per_s, row),
    )
    whole = (program, _("With what was fitted, as the clock runs here."))
    no_test = (_(NO_TEST),) if row.is_fitted_to else ()
    stated = (translated(row.conditions), source_line(row.source))
    return (
        figure(row.published_tokens_per_s, _("published"), "published", stated),
        figure(row.first_principles_tokens_per_s, _("first principles"), "simulated", bare),
        figure(row.predicted_tokens_per_s, _("predicted"), "simulated", (*whole, *no_test)),
    )


def figure(tokens_per_s: float, what: str, mark: str, lines: tuple[str, ...]) -> Figure:
    return Figure(rate_text(tokens_per_s), "tokens/s", what, mark, lines)


def off(tokens_per_s: float, row: Comparison) -> str:
    error = error_text(tokens_per_s, row.published_tokens_per_s)
    return str(_("Off by %(error)s.") % {"error": error})


def error(row: Comparison) -> Figure:
    predicted, true = row.predicted_tokens_per_s, row.published_tokens_per_s
    test = _(NO_TEST) if row.is_fitted_to else _("This figure was not used for fitting.")
    lines = (f"{rate_text(predicted)} ÷ {rate_text(true)} − 1.", test)
    return Figure(error_text(predicted, true), "", _("the error"), _(TWO_NUMBERS), lines)
