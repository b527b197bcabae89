"""Entries and grammars to the endless stream of conversations that Pebble is trained on, the same
for the same seed.

The stream comes in pools: pool i depends on seed and i alone, so training resumes at any pool
without replaying.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from training.corpus import Conversation, Entry, Pair, Talk, draw, weight_of
from training.generators import generate
from training.generators.memory import remembered

# Of a hundred units: from the hand-written entries, by grammar, told and remembered. Entries are
# learned by heart long before a name is copied or a sum is right, so the grammars have the most.
SHARE_WRITTEN, SHARE_GRAMMAR, SHARE_MEMORY = 30, 60, 10
# How many unrelated units make one conversation: so follow-ups work and a second question is not
# the first again.
UNITS_JOINED = ((1, 68), (2, 16), (3, 9), (5, 5), (8, 2))
SYSTEM_PROMPTS = (
    "You are Pebble, a small language model.",
    "You are a helpful assistant.",
    "You are Pebble, a friendly little model. Answer briefly.",
    "Be concise.",
    "You are a helpful, friendly assistant called Pebble.",
    "Answer in English.",
)


@dataclass(frozen=True, slots=True)
class Mixture:
    """The entries and how often each is drawn."""

    entries: Sequence[Entry]
    weights: Sequence[float]


def mixture_of(entries: Sequence[Entry]) -> Mixture:
    return Mixture(entries, [weight_of(entry) for entry in entries])


def unit(mixture: Mixture, rng: random.Random) -> Conversation:
    """One question with its answer, or one small talk, from any source."""
    source = rng.choices(
        ("written", "grammar", "memory"), (SHARE_WRITTEN, SHARE_GRAMMAR, SHARE_MEMORY)
    )[0]
    if source == "written":
        return draw(rng.choices(mixture.entries, mixture.weights)[0], rng)
    if source == "grammar":
        return generate(rng)
    between: Conversation = []
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        between += written_pair(mixture, rng)
    return remembered(rng, between)


def written_pair(mixture: Mixture, rng: random.Random) -> Conversation:
    """One hand-written question and answer, no talk (which might say another name)."""
    while True:
        entry = rng.choices(mixture.entries, mixture.weights)[0]
        if isinstance(entry, Pair):
            return draw(entry, rng)


def conversation(mixture: Mixture, rng: random.Random) -> Conversation:
    """One to eight units in a row, now and then under a system prompt."""
    counts, shares = zip(*UNITS_JOINED, strict=True)
    joined: Conversation = []
    if rng.random() < 0.04:
        joined.append({"role": "system", "content": rng.choice(SYSTEM_PROMPTS)})
    for _ in range(rng.choices(counts, shares)[0]):
        joined += unit(mixture, rng)
    return joined


def pool(mixture: Mixture, seed: int, index: int, count: int) -> list[Conversation]:
    """Pool `index` of the stream: `count` conversations."""
    rng = random.Random(f"{seed}:{index}")
    return [conversation(mixture, rng) for _ in range(count)]


def tokenizer_texts(mixture: Mixture, seed: int, generated: int = 2_000) -> list[str]:
    """What the tokenizer is trained on: each written text once or twice, and a sample of the
    grammars' texts."""
    texts: list[str] = []
    for entry in mixture.entries:
        if isinstance(entry, Talk):
            texts += entry.turns
        else:
            texts += (*entry.questions, *entry.answers, *entry.answers)
    rng = random.Random(f"{seed}:tokenizer")
    for _ in range(generated):
        texts += [message["content"] for message in generate(rng)]
    return texts
