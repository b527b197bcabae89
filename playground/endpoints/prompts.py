"""A seed, a number and a length → a prompt of real sentences that no other one begins like.

The sentences stand in sentences.txt and are this project's own. Since each prompt begins with a
number of its own, an endpoint finds none of it in the keys and values that it keeps.
"""

from functools import cache
from itertools import chain, repeat
from pathlib import Path
from random import Random

from tokenizers import Tokenizer

SENTENCES = Path(__file__).with_name("sentences.txt")
WISH = "\n\nGo on with this text, at length."


class Prompts:
    """Counts with a tokenizer, the project's own: an endpoint's model may count otherwise."""

    def __init__(self, tokenizer_json: Path, seed: int) -> None:
        self._tokenizer = Tokenizer.from_file(str(tokenizer_json))
        self._seed = seed

    def count(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def of(self, index: int, tokens: int) -> str:
        """At most so many tokens, to within the last word."""
        dice = Random(f"{self._seed} {index}")
        text = f"{dice.randrange(10**8):08d}."
        room = tokens - self.count(text) - self.count(WISH)
        words = _words(dice)
        while (room := room - self.count(word := next(words))) >= 0:
            text += word
        return text + WISH


def _words(dice: Random) -> chain[str]:
    """All sentences, shuffled anew each time they are through; a blank begins each word."""
    return chain.from_iterable(_shuffled(dice) for _ in repeat(None))


def _shuffled(dice: Random) -> list[str]:
    sentences = list(_sentences())
    dice.shuffle(sentences)
    return [f" {word}" for sentence in sentences for word in sentence.split()]


@cache
def _sentences() -> tuple[str, ...]:
    return tuple(SENTENCES.read_text(encoding="utf-8").splitlines())
