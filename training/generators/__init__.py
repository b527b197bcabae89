"""Conversations by grammar: the table of all generators with their shares, and one draw from it."""

import random
from collections.abc import Callable

from training.corpus import Conversation
from training.generators import (
    facts,
    limits,
    measures,
    memory,
    numbers,
    poems,
    puzzles,
    stories,
    words,
)

Generator = Callable[[random.Random], Conversation]

# A share says how often a kind is drawn beside the others; stories are long, so theirs is small.
SHARES: tuple[tuple[Generator, float], ...] = (
    (numbers.sums, 450), (numbers.drill, 90), (numbers.division, 20), (numbers.percentage, 12), (numbers.square, 12), (numbers.half_or_double, 30), (puzzles.word_problem, 35), (puzzles.journey, 12), (puzzles.equation, 12), (puzzles.tip, 8), (measures.units, 35), (measures.temperature, 8),
    (measures.comparison, 20), (measures.sort_numbers, 12), (measures.parity, 8), (measures.prime, 12), (measures.decimals, 12), (measures.counting, 12),
    (measures.tokens_per_s, 35), (puzzles.legs, 6),
    (words.spelling, 35), (words.count_letters, 40), (words.letter_at, 15), (words.count_words, 12), (words.echo, 25), (words.copy, 60),
    (words.capitals_letters, 12), (words.backwards, 15), (words.sort_words, 8), (words.name_some, 35), (words.opposite, 20),
    (words.sentence_with, 15), (words.unknown, 45), (words.unreadable, 120), (limits.limit, 260),
    (facts.calendar, 30), (facts.translation, 60),
    (memory.never_told, 10), (poems.rhyme, 15), (poems.haiku, 10), (stories.story, 50),
)  # fmt: skip


def generate(rng: random.Random) -> Conversation:
    """One conversation by grammar, the kind drawn by its share."""
    generators, shares = zip(*SHARES, strict=True)
    chosen: Generator = rng.choices(generators, shares)[0]
    return chosen(rng)
