"""One answer: a request becomes an append-only log of tokens, each with two stamps.

The engine's thread writes; any thread reads at any position, and only `stop` ends it early.
All times are seconds since acceptance.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from lpu_engine.catalog import Model
from lpu_engine.model.tokenizer import Message

Reason = Literal["stop", "length", "stopped", "error"]

LOG_BYTES_PER_TOKEN = 256  # a Token, its text and its floats, as CPython holds them


@dataclass(frozen=True, slots=True)
class Params:
    """How the next token is chosen and when to end. Temperature 0 takes the likeliest token."""

    temperature: float = 0.3
    top_p: float = 0.9
    max_tokens: int = 1024
    seed: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks: the picked model's id, the whole conversation, the parameters."""

    model: str
    messages: tuple[Message, ...]
    params: Params = field(default_factory=Params)


@dataclass(frozen=True, slots=True)
class Words:
    """Who writes the words, and how long one of their tokens is."""

    name: str
    chars_per_token: float
    dropped_turns: int


@dataclass(frozen=True, slots=True)
class Token:
    """One entry of the log. `text` is what it completes: whole characters, perhaps none."""

    id: int
    text: str
    clock_s: float
    computed_s: float

    @property
    def release_s(self) -> float:
        """The later of the two stamps: no text leaves before it."""
        return max(self.clock_s, self.computed_s)


@dataclass(frozen=True, slots=True)
class UsedCycles:
    """The clock's account in cycles: to the first token, and from it to the last."""

    prompt: int
    completion: int


@dataclass(frozen=True, slots=True)
class Usage:
    """The clock's account. None: the clock does not say."""

    prompt_tokens: int
    completion_tokens: int
    queue_time: float
    prompt_time: float | None
    completion_time: float
    total_time: float
    cycles: UsedCycles | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """This machine's account, from the engine's stamps. The rate is (N - 1) / (last - first)."""

    ttft_s: float | None
    tokens_per_s: float | None


@dataclass(frozen=True, slots=True)
class Ending:
    """Why an answer ended; `tail` is text held back until then (the start of a stop string)."""

    reason: Reason
    tail: str = ""
    detail: str = ""


class Generation:
    """One answer under way or ended. `tokens` only grows, until `stop` cuts it once."""

    def __init__(
        self,
        request: Request,
        *,
        model: Model,
        words: Words,
        prompt: Sequence[int],
        accepted_at_s: float,
    ) -> None:
        self.request = request
        self.model = model
        self.words = words
        self.prompt = tuple(prompt)
        self.accepted_at_s = accepted_at_s
        self.prediction = model.predict(len(self.prompt))  # of request and catalog alone
        self.tokens: list[Token] = []
        self.ending: Ending | None = None
        self._lock = threading.Lock()

    @property
    def size_bytes(self) -> int:
        """About how much memory the log holds."""
        return LOG_BYTES_PER_TOKEN * (len(self.tokens) + 1) + 4 * len(self.prompt)

    def append(self, token_id: int, text: str, computed_s: float) -> None:
        """Add a token, stamped by clock and machine. After the end it is left out."""
        with self._lock:
            if self.ending is None:
                clock_s = self.prediction.due_s(len(self.tokens), computed_s)
                self.tokens.append(Token(token_id, text, clock_s, computed_s))

    def finish(self, reason: Reason, tail: str = "", detail: str = "") -> None:
        """End the answer; the first end stands."""
        with self._lock:
            if self.ending is None:
                self.ending = Ending(reason, tail, detail)

    def stop(self, count: int) -> None:
        """End the answer at the first `count` tokens: what was let out to the reader."""
        with self._lock:
            if self.ending is None or count < len(self.tokens):
                del self.tokens[count:]
                self.ending = Ending("stopped")

    def usage(self) -> Usage:
        """The clock's account of what stands in the log."""
        first_s = self.tokens[0].clock_s if self.tokens else 0.0
        last_s = self.tokens[-1].clock_s if self.tokens else 0.0
        published_s = self.prediction.ttft_s
        by_machine = self.prediction.tokens_per_s is None
        return Usage(
            prompt_tokens=len(self.prompt),
            completion_tokens=len(self.tokens),
            queue_time=0.0,
            prompt_time=first_s if by_machine else published_s,
            completion_time=last_s - first_s,
            total_time=last_s,
            cycles=self._used_cycles(first_s, last_s),
        )

    def _used_cycles(self, first_s: float, last_s: float) -> UsedCycles | None:
        """Read back from the stamps in the log, so that it can differ from what was predicted."""
        cycles = self.prediction.cycles
        if cycles is None:
            return None
        first, last = round(first_s * cycles.clock_hz), round(last_s * cycles.clock_hz)
        return UsedCycles(first, last - first)

    def measured(self) -> Measured:
        """This machine's account; an answer under 3 tokens has no rate and no claim."""
        if len(self.tokens) < 3:
            return Measured(None, None)
        first_s, last_s = self.tokens[0].computed_s, self.tokens[-1].computed_s
        rate = (len(self.tokens) - 1) / (last_s - first_s) if last_s > first_s else None
        return Measured(first_s, rate)
