"""What was heard of each request → a record: its times, its gaps, its tokens, or why it failed."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

CountedBy = Literal["usage", "tokenizer"]
NO_RATE_UNDER = 3  # an answer of one or two tokens has no rate


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a request has no figures, in one sentence; equal kinds are counted together."""

    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Heard:
    """One request as it came; times in seconds since it was sent, but `sent_s`: since the start."""

    index: int
    sent_s: float
    late_s: float  # sent after it was due
    ended_s: float
    pieces: tuple[tuple[float, str], ...]  # each piece that holds text, and when it was here
    prompt_tokens: int | None  # as the endpoint reports them
    output_tokens: int | None
    failure: Reason | None


@dataclass(frozen=True, slots=True)
class Record:
    """The same with its tokens counted, without its words."""

    index: int
    sent_s: float
    late_s: float
    ended_s: float
    first_s: float | None
    last_s: float | None
    gaps_s: tuple[float, ...]
    prompt_tokens: int | None
    output_tokens: int
    counted_by: CountedBy
    failure: Reason | None

    @property
    def is_answered(self) -> bool:
        return self.failure is None

    @property
    def output_speed(self) -> float | None:
        """(N − 1) / (t_last − t_first), tokens/s; None: too short, or all in one piece."""
        if self.first_s is None or self.last_s is None or self.output_tokens < NO_RATE_UNDER:
            return None
        return _per_s(self.output_tokens - 1, self.last_s - self.first_s)

    @property
    def end_to_end(self) -> float | None:
        """N / (t_last − t_send), tokens/s."""
        if self.last_s is None or self.output_tokens < NO_RATE_UNDER:
            return None
        return _per_s(self.output_tokens, self.last_s)


def record(heard: Heard, count: Callable[[str], int]) -> Record:
    """The endpoint's own count where it reports one, else that of our tokenizer."""
    times = [at_s for at_s, _ in heard.pieces]
    reported = heard.output_tokens
    text = "".join(text for _, text in heard.pieces)
    return Record(
        index=heard.index,
        sent_s=heard.sent_s,
        late_s=heard.late_s,
        ended_s=heard.ended_s,
        first_s=times[0] if times else None,
        last_s=times[-1] if times else None,
        gaps_s=tuple(later - earlier for earlier, later in pairwise(times)),
        prompt_tokens=heard.prompt_tokens,
        output_tokens=count(text) if reported is None else reported,
        counted_by="tokenizer" if reported is None else "usage",
        failure=heard.failure,
    )


def _per_s(tokens: int, seconds: float) -> float | None:
    return tokens / seconds if seconds > 0 else None
