"""Many chats on one engine → how long a token of one waits because of the others.

A chat decodes; then come a long prompt, fifteen more chats, and a checkpoint that is far slower.
What counts is the longest time between two of its tokens after that, by the engine's own stamps.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise

from bench.asking import POLL_S, message_of
from bench.figures import Found
from bench.models import M6, M135
from lpu_engine import Engine, Generation, Message, Params, Request, load_catalog

USUAL, SLOW = "pebble", "llama2-7b-2048"  # ids of the catalog, so that each may have its words
PROMPT_TOKENS, ANSWER_TOKENS, CHATS = 1_800, 400, 16
MOST_MS = 50.0

Others = Callable[[Engine, int], list[Generation]]


@dataclass(frozen=True, slots=True)
class Wait:
    """The longest wait of a chat's tokens beside others: the median of some runs, and the worst."""

    beside: str
    median_ms: float
    worst_ms: float


@dataclass(frozen=True, slots=True)
class Shares:
    """Of chats that ran at once: the tokens/s of the slowest beside those of the fastest."""

    chats: int
    share: float


def fairness_found(rounds: int) -> Found:
    """All of it, on an engine with a fast and a slow checkpoint."""
    with _engine() as engine:
        waits = [_wait(engine, name, others, rounds) for name, others in BESIDE.items()]
        shares = _shares(engine)
    told = [
        f"the longest wait for a token beside {wait.beside}: {wait.median_ms:.1f} ms, at worst"
        f" {wait.worst_ms:.1f} ({'within' if wait.median_ms <= MOST_MS else 'MISSES'}"
        f" {MOST_MS:.0f})"
        for wait in waits
    ]
    share = f"{shares.share:.0%}"
    told.append(f"of {shares.chats} chats at once the slowest has {share} of the fastest's speed")
    data = {"waits": [asdict(wait) for wait in waits], "shares": asdict(shares)}
    return Found(sentences=tuple(told), data=data)


@contextmanager
def _engine() -> Iterator[Engine]:
    engine = Engine(load_catalog(), M6.folder(), folders={SLOW: M135.folder()})
    engine.start()
    try:
        message_of(M6.folder(), PROMPT_TOKENS, "Hello.")
        for model in (USUAL, SLOW):
            warm = engine.submit(_request(model, Message("user", "Hello"), 4, 0))
            _end(warm)
        yield engine
    finally:
        engine.close()


def _nobody(engine: Engine, turn: int) -> list[Generation]:
    return []


def _long_prompt(engine: Engine, turn: int, model: str = USUAL) -> list[Generation]:
    message = message_of(M6.folder(), PROMPT_TOKENS, f"Prompt {turn} of {time.monotonic_ns()}.")
    return [engine.submit(_request(model, message, 32, turn))]


def _slow_prompt(engine: Engine, turn: int) -> list[Generation]:
    return _long_prompt(engine, turn, SLOW)


def _many(engine: Engine, turn: int) -> list[Generation]:
    message = Message("user", f"Question {turn} of {time.monotonic_ns()}?")
    others = [_request(USUAL, message, ANSWER_TOKENS, n) for n in range(CHATS - 1)]
    return [*(engine.submit(other) for other in others), *_long_prompt(engine, turn)]


BESIDE: dict[str, Others] = {
    "nobody": _nobody,
    f"a prompt of {PROMPT_TOKENS:,} tokens": _long_prompt,
    f"{CHATS - 1} chats and such a prompt": _many,
    "such a prompt to a 135M model": _slow_prompt,
}


def _wait(engine: Engine, name: str, others: Others, rounds: int) -> Wait:
    longest = [_longest_ms(engine, others, turn) for turn in range(rounds)]
    return Wait(name, statistics.median(longest), max(longest))


def _longest_ms(engine: Engine, others: Others, turn: int) -> float:
    """Between two tokens, from the moment the others came."""
    chat = engine.submit(_request(USUAL, Message("user", "Tell me a story."), ANSWER_TOKENS, turn))
    while len(chat.tokens) < 8:
        time.sleep(POLL_S)
    begun = len(chat.tokens)
    beside = others(engine, turn)
    for generation in (chat, *beside):
        _end(generation)
    stamps = [token.computed_s for token in chat.tokens[begun - 1 :]]
    return 1e3 * max(b - a for a, b in pairwise(stamps))


def _shares(engine: Engine) -> Shares:
    message = Message("user", "Tell me another story.")
    chats = [engine.submit(_request(USUAL, message, ANSWER_TOKENS, n)) for n in range(CHATS)]
    rates = [_end(chat).measured().tokens_per_s or 0.0 for chat in chats]
    return Shares(CHATS, min(rates) / max(rates))


def _request(model: str, message: Message, tokens: int, seed: int) -> Request:
    return Request(model, (message,), Params(temperature=1.0, max_tokens=tokens, seed=seed))


def _end(generation: Generation) -> Generation:
    while generation.ending is None:
        time.sleep(POLL_S)
    if generation.ending.reason == "error":
        raise RuntimeError(generation.ending.detail)
    return generation
