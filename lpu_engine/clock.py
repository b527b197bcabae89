"""A program's cycles → when each token of one answer is due, known before anything runs.

Nothing here walks tokens: a decoded token's cycles change only from one tile of positions to the
next, so a whole answer is a few runs of equal tokens.
"""

from dataclasses import dataclass
from typing import Protocol

from lpu_engine.hardware.lpu import LANES

TILE_POSITIONS = LANES  # attention goes by tiles of so many: all tokens within one cost the same
RATE_TOKENS = 128  # a rate is the mean of so many tokens after the first


class TimedProgram(Protocol):
    """What a clock asks of a compiled program: both counts in whole cycles."""

    def prompt_cycles(self, tokens: int) -> int:
        """From the start of a prompt of so many tokens to the first answer token's logits."""

    def token_cycles(self, position: int) -> int:
        """One decoded token at that position, from 0."""


@dataclass(frozen=True, slots=True)
class Cycles:
    """When the tokens of one answer are there, in cycles since acceptance.

    `steps` are (index, cycles): from the token of that index on, each takes so many cycles after
    the one before it. The first token, of index 0, is there after `prompt`.
    """

    clock_hz: int
    prompt: int
    steps: tuple[tuple[int, int], ...]

    def until(self, index: int) -> int:
        """Cycles from acceptance to token `index`, from 0."""
        ends = [*(min(first, index + 1) for first, _ in self.steps[1:]), index + 1]
        runs = zip(self.steps, ends, strict=True)
        return self.prompt + sum(each * max(0, end - first) for (first, each), end in runs)

    def seconds(self, index: int) -> float:
        """Seconds from acceptance to token `index`, from 0."""
        return self.until(index) / self.clock_hz

    @property
    def tokens_per_s(self) -> float:
        """The mean rate of the first 128 tokens after the first."""
        return RATE_TOKENS * self.clock_hz / (self.until(RATE_TOKENS) - self.prompt)


def due_s(
    cycles: Cycles | None,
    ttft_s: float | None,
    tokens_per_s: float | None,
    index: int,
    computed_s: float,
) -> float:
    """Seconds from the start to token `index`, from 0; with no clock at all, when it was there."""
    if cycles is not None:
        return cycles.seconds(index)
    if tokens_per_s is None:
        return computed_s
    return (ttft_s or 0.0) + index / tokens_per_s


def count_cycles(
    program: TimedProgram, clock_hz: int, *, prompt_tokens: int, window: int
) -> Cycles:
    """The cycles of an answer to a prompt of so many tokens, as far as the window goes."""
    if not 0 < prompt_tokens < window:
        raise ValueError(f"A prompt needs 1 to {window - 1:,} tokens here, not {prompt_tokens:,}.")
    tiles = range(TILE_POSITIONS, window, TILE_POSITIONS)
    starts = [prompt_tokens, *(position for position in tiles if position > prompt_tokens)]
    steps: list[tuple[int, int]] = []
    for position in starts:
        each = program.token_cycles(position)
        if not steps or steps[-1][1] != each:
            steps.append((position - prompt_tokens + 1, each))
    return Cycles(clock_hz, program.prompt_cycles(prompt_tokens), tuple(steps))
