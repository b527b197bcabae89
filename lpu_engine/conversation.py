"""A conversation becomes a prompt that fits the window of the words' model.

What no longer fits loses its oldest turns, never the system prompt; only a last message that is
too long on its own is refused.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lpu_engine.model.tokenizer import Message, RefusedChat, Tokenizer

SMALLEST_ANSWER = 64  # tokens kept free for the answer, whatever was asked for


class PromptTooLong(ValueError):
    """The last message alone is longer than a window."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Token ids, and how many old messages were left out for them to fit."""

    ids: tuple[int, ...]
    dropped_turns: int


def fit(
    messages: Sequence[Message], tokenizer: Tokenizer, *, window: int, answer_tokens: int
) -> Prompt:
    """The ids of as many of the newest messages as fit beside the answer; `window` in tokens."""
    most = window - min(SMALLEST_ANSWER, window // 4)  # where the last message is left alone
    room = min(most, window - min(answer_tokens, window // 4))
    system = [m for m in messages[:1] if m.role == "system"]
    turns = messages[len(system) :]

    @cache
    def ids_from(start: int) -> tuple[int, ...]:
        return tuple(tokenizer.chat([*system, *turns[start:]]))

    starts = _starts(turns, tokenizer, room)
    start = starts[0]
    if len(ids_from(start)) > room:  # by halves: a conversation may have thousands of turns
        found = bisect_left(starts, True, 1, key=lambda s: len(ids_from(s)) <= room)
        start = starts[min(found, len(starts) - 1)]
    ids = ids_from(start)
    if len(ids) > most:
        raise PromptTooLong(
            f"The message is too long: {len(ids):,} tokens, and {most:,} fit beside an "
            f"answer. Shorten it, or send it in parts."
        )
    if not ids:
        raise RefusedChat("The chat template of this model writes nothing for this conversation.")
    return Prompt(ids, start)


def _starts(turns: Sequence[Message], tokenizer: Tokenizer, room: int) -> list[int]:
    """Where the prompt may begin: with everything, a user's message, or the last one alone."""
    last = max(0, len(turns) - 1)
    oldest = _oldest_that_may_fit(turns, tokenizer, room)
    users = [i for i in range(max(oldest, 1), last) if turns[i].role == "user"]
    return [*([0] if oldest == 0 < last else []), *users, last]


def _oldest_that_may_fit(turns: Sequence[Message], tokenizer: Tokenizer, room: int) -> int:
    """By the contents alone, each counted once: what is older need not be tried."""
    total = 0
    for index in range(len(turns) - 1, -1, -1):
        total += len(tokenizer.encode(turns[index].content))
        if total > room:
            return index + 1
    return 0
