"""A card's numbers → figures: what the page prints, its mark, and what it says when it is asked.

Marks are the site's three, which static/js/explanations.js puts into words; any other text stands
as it is.
"""

import json
from dataclasses import dataclass

from lpu_engine import Card, Comparison, Cost, Load, Model, Part, Prediction, Price
from playground.texts import (
    count_text,
    digits_text,
    duration_text,
    error_text,
    rate_text,
    share_text,
    whole_text,
)

TWO_NUMBERS = "computed from two numbers: one simulated, one published."
NO_TEST = "It was fitted to this very figure, so it is no test."


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that explains itself."""

    text: str
    unit: str
    what: str  # after the number, in the title of its explanation
    mark: str
    lines: tuple[str, ...]

    @property
    def explanation(self) -> str:
        """JSON of {title, mark, lines}, for the page's module."""
        number = f"{self.text} {self.unit}".strip()
        title = f"{number}, {self.what}"
        return json.dumps({"title": title, "mark": self.mark, "lines": self.lines})


def token_s(card: Card) -> float:
    return sum(part.seconds for part in card.parts)


def fitted_share(card: Card) -> float:
    return sum(part.seconds for part in card.parts if part.is_fitted) / token_s(card)


def machines(chips: int | None) -> str:
    return "one LPU chip" if chips == 1 else f"{chips or 0:,} LPU chips"


def speed(card: Card) -> Figure:
    """The clock of a card, with what of it was fitted."""
    share = fitted_share(card)
    if not share:
        return clock_speed(card.model, card.prediction, "Nothing in it is fitted.")
    fitted = f"{share_text(share)} of a token’s time is fitted, the rest first principles."
    return clock_speed(card.model, card.prediction, fitted)


def clock_speed(model: Model, prediction: Prediction, *more: str) -> Figure:
    if prediction.kind == "measured":
        source = f"Source: {prediction.source}."
        return Figure("as measured", "", "on this machine", prediction.kind, (source,))
    lines = (
        f"How fast {model.name} on {machines(prediction.chips)} gives one user the tokens of an "
        "answer: the mean of the 128 tokens after the first, for a prompt of 128.",
        *more,
        f"Source: {prediction.source}.",
    )
    text = rate_text(prediction.tokens_per_s)
    return Figure(text, "tokens/s", "one user", prediction.kind, lines)


def stated_speed(stated: Prediction) -> Figure:
    return Figure(
        rate_text(stated.tokens_per_s),
        "tokens/s",
        "published",
        stated.kind,
        ("What others measured or stated for this model on LPUs.", f"Source: {stated.source}."),
    )


def first_token(card: Card) -> Figure:
    return Figure(
        duration_text(card.prediction.ttft_s),
        "",
        "to the first token",
        card.prediction.kind,
        (
            "From the whole prompt of 128 tokens to the first token of the answer: the machine’s "
            "time, without network and queue.",
            f"Source: {card.prediction.source}.",
        ),
    )


def token_time(card: Card) -> Figure:
    return Figure(
        digits_text(token_s(card) * 1e6),
        "µs",
        "a token",
        card.prediction.kind,
        (
            "The time of the one token that follows a prompt of 128: the sum of its parts.",
            "Cycles of the program ÷ 900 MHz.",
        ),
    )


def chips(card: Card) -> Figure:
    lines = (
        f"{count_text(card.stages, 'stage')} in turn, of {count_text(card.group, 'chip')} each.",
        "Each stage keeps its share of the weights in SRAM; chips of a group share every layer.",
    )
    what = "the program’s machine"
    return Figure(f"{card.chips:,}", "chips", what, card.prediction.kind, lines)


def stages(card: Card) -> Figure:
    lines = (
        "A token passes through the stages in turn: other users’ tokens are in the others.",
        f"The {count_text(card.group, 'chip')} of a group compute each of its layers together.",
    )
    text = f"{card.stages:,} × {card.group}"
    return Figure(text, "", "stages × chips of a group", card.prediction.kind, lines)


def context(card: Card) -> Figure:
    lines = (
        f"Keys and values of so many tokens of {users_text(card)} have room in SRAM.",
        f"The model’s window is {card.model.window:,} tokens.",
    )
    mark = "from the model’s public config, or as asked for."
    return Figure(f"{card.context:,}", "tokens", "the context", mark, lines)


def users_text(card: Card) -> str:
    return "each user" if card.users is None else f"each of {count_text(card.users, 'user')}"


def part_time(card: Card, part: Part) -> Figure:
    return Figure(
        digits_text(part.seconds * 1e6), "µs", part.name, part_mark(card, part), (part.about,)
    )


def part_share(card: Card, part: Part) -> Figure:
    lines = (part.about, f"Its microseconds ÷ the token’s {digits_text(token_s(card) * 1e6)}.")
    text = share_text(part.seconds / token_s(card))
    return Figure(text, "", f"{part.name}’s share of a token", part_mark(card, part), lines)


def part_mark(card: Card, part: Part) -> str:
    if part.is_fitted:
        return "simulated, and fitted: its length was chosen to meet a published speed."
    return card.prediction.kind


def user_speed(card: Card, load: Load) -> Figure:
    lines = (
        "What each of them gets while all of them generate all the time.",
        f"Source: {card.prediction.source}.",
    )
    what = f"each of {count_text(load.users, 'user')}"
    return Figure(rate_text(load.tokens_per_s), "tokens/s", what, card.prediction.kind, lines)


def total_speed(card: Card, load: Load) -> Figure:
    lines = (f"{load.users:,} × {rate_text(load.tokens_per_s)} tokens/s, from all the chips.",)
    what = f"{count_text(load.users, 'user')} together"
    return Figure(rate_text(load.total_tokens_per_s), "tokens/s", what, card.prediction.kind, lines)


def energy(card: Card, cost: Cost) -> Figure:
    lines = (f"Energy of {machines(card.chips)} ÷ tokens.", cost.about)
    what = f"with {count_text(cost.users, 'user')}"
    return Figure(
        digits_text(cost.joules_per_token), "J per token", what, card.prediction.kind, lines
    )


def dollars(card: Card, cost: Cost) -> Figure:
    lines = ("What the machine and its electricity cost, per million tokens.", cost.about)
    what = f"with {count_text(cost.users, 'user')}"
    text = f"${money_text(cost.usd_per_million_tokens)}"
    return Figure(text, "per million tokens", what, card.prediction.kind, lines)


def price(usd: float, what: str, stated: Price) -> Figure:
    lines = ("What a seller asks, which need not be what it costs.", f"Source: {stated.source}.")
    return Figure(f"${money_text(usd)}", "per million tokens", what, "published", lines)


def money_text(usd: float) -> str:
    if usd >= 1000:
        return whole_text(usd)
    return f"{usd:,.2f}" if usd >= 0.1 else f"{usd:.2g}"


def compared(row: Comparison) -> tuple[Figure, Figure, Figure]:
    """Published, first principles, with what was fitted."""
    source = f"Source: {row.source}."
    program = "From this model’s program, under the conditions of the published figure."
    bare = (
        program,
        "All that was fitted is left out.",
        off(row.first_principles_tokens_per_s, row),
    )
    whole = (program, "With what was fitted, as the clock runs here.")
    no_test = (NO_TEST,) if row.is_fitted_to else ()
    return (
        figure(row.published_tokens_per_s, "published", "published", (row.conditions, source)),
        figure(row.first_principles_tokens_per_s, "first principles", "simulated", bare),
        figure(row.predicted_tokens_per_s, "predicted", "simulated", (*whole, *no_test)),
    )


def figure(tokens_per_s: float, what: str, mark: str, lines: tuple[str, ...]) -> Figure:
    return Figure(rate_text(tokens_per_s), "tokens/s", what, mark, lines)


def off(tokens_per_s: float, row: Comparison) -> str:
    return f"Off by {error_text(tokens_per_s, row.published_tokens_per_s)}."


def error(row: Comparison) -> Figure:
    predicted, true = row.predicted_tokens_per_s, row.published_tokens_per_s
    lines = (
        f"{rate_text(predicted)} ÷ {rate_text(true)} − 1.",
        *((NO_TEST,) if row.is_fitted_to else ("This figure was not used for fitting.",)),
    )
    return Figure(error_text(predicted, true), "", "the error", TWO_NUMBERS, lines)
