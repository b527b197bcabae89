"""A Program under a load → joules and dollars a token, with all that they assume."""

from dataclasses import dataclass

from lpu_engine.deployment import AnyProgram, watts

CHIP_USD = 20_000.0  # an LPU card, press, 2024
YEARS, SECONDS_PER_YEAR = 3, 365 * 24 * 3600  # assumption: paid off by then, always at work
USD_PER_KWH = 0.10  # assumption


@dataclass(frozen=True, slots=True)
class Cost:
    """What a token costs under a load: all chips are paid for, whoever uses them."""

    users: int
    joules_per_token: float
    usd_per_million_tokens: float
    about: str  # watts, price of a chip, years, electricity: what was assumed


def cost_of(program: AnyProgram, users: int, total_tokens_per_s: float) -> Cost:
    """With so many users, who get so many tokens/s all together."""
    power = watts(program)
    energy = power / 1e3 * USD_PER_KWH / 3600
    chips = program.chips * CHIP_USD / (YEARS * SECONDS_PER_YEAR)
    return Cost(
        users,
        joules_per_token=power / total_tokens_per_s,
        usd_per_million_tokens=(energy + chips) / total_tokens_per_s * 1e6,
        about=(
            f"{program.chips:,} {'chips' if program.chips > 1 else 'chip'} at {CHIP_USD:,.0f}"
            f" dollars (press, 2024) over {YEARS} years, {power / program.chips:,.0f} W each,"
            f" {USD_PER_KWH:.2f} dollars a kWh; years and electricity are assumptions of this"
            " project"
        ),
    )
