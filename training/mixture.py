"""Entries, tables and grammars to the endless stream of conversations that Pebble is trained on,
the same for the same seed.

The stream comes in pools: pool i depends on seed and i alone, so training resumes at any pool
without replaying.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.corpus import Conversation, Entry, Pair, Talk, draw, weight_of
from training.followups import Subject, follow_up, subjects_of
from training.generators import Generator, generate, limits, stories
from training.generators.memory import remembered
from training.tables import Table, ask
from training.trials import plain, read_trials

# How many unrelated units make one conversation: so follow-ups work and a second question is not
# the first again; now and then nearly the whole window.
UNITS_JOINED = ((1, 68), (2, 16), (3, 9), (5, 5), (8, 2), (12, 0.7), (30, 0.3))
# Of all conversations, those that break off behind the first words of an answer: which answer a
# question asks for is decided there, and is harder to learn than how the answer goes on.
BROKEN_OFF = 0.6
FIRST_WORDS = (2, 7)
FIRST_WORDS_OF_STORIES = (6, 16)
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
    """Entries, subjects and tables, how often an entry is drawn, and what is never asked."""

    entries: Sequence[Entry]
    weights: Sequence[float]
    subjects: Sequence[Subject]
    tables: Sequence[Table]
    trials: frozenset[str]


Source = Callable[[Mixture, random.Random], Conversation]


def mixture_of(entries: Sequence[Entry], tables: Sequence[Table]) -> Mixture:
    weights = [weight_of(entry) for entry in entries]
    trials = frozenset(plain(trial.asked[-1]) for trial in read_trials())
    return Mixture(entries, weights, subjects_of(entries), tables, trials)


def is_trial(mixture: Mixture, talk: Conversation) -> bool:
    """Whether a question of it is asked, in these words, of the finished model."""
    return any(plain(message["content"]) in mixture.trials for message in talk[::2])


def unit(mixture: Mixture, rng: random.Random) -> Conversation:
    """One question with its answer, or one small talk, from any source, and no trial."""
    sources, shares = zip(*UNITS, strict=True)
    while True:
        talk: Conversation = rng.choices(sources, shares)[0](mixture, rng)
        if not is_trial(mixture, talk):
            return talk


def written(mixture: Mixture, rng: random.Random) -> Conversation:
    """One hand-written entry: a question and its answer, or a talk."""
    return draw(rng.choices(mixture.entries, mixture.weights)[0], rng)


def written_pair(mixture: Mixture, rng: random.Random) -> Conversation:
    """One hand-written question and answer, no talk (which might say another name)."""
    while True:
        entry = rng.choices(mixture.entries, mixture.weights)[0]
        if isinstance(entry, Pair):
            return draw(entry, rng)


def written_talk(mixture: Mixture, rng: random.Random) -> Conversation:
    """One hand-written talk, or its first turns."""
    while True:
        entry = rng.choice(mixture.entries)
        if isinstance(entry, Talk):
            talk = draw(entry, rng)
            return talk[: 2 * rng.randint(1, len(talk) // 2)]


def on_one_thing(mixture: Mixture, rng: random.Random) -> Conversation:
    """What a thing is, and another question about it."""
    return follow_up(mixture.subjects, rng)


def tabled(mixture: Mixture, rng: random.Random) -> Conversation:
    """One fact of a table; large tables come more often."""
    return ask(rng.choices(mixture.tables, [table.facts for table in mixture.tables])[0], rng)


def told(mixture: Mixture, rng: random.Random) -> Conversation:
    """Something told, and asked for again, perhaps behind other questions."""
    between: Conversation = []
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        between += written_pair(mixture, rng)
    return remembered(rng, between)


def by_grammar(generator: Generator) -> Source:
    return lambda mixture, rng: generator(rng)


# How often a unit comes from each source.
UNITS: tuple[tuple[Source, float], ...] = (
    (written, 28),
    (on_one_thing, 5),
    (tabled, 50),
    (by_grammar(generate), 13),
    (told, 4),
)
# And a beginning, with its fewest and most words: of a story until its hero is named.
BEGINNINGS: tuple[tuple[Source, tuple[int, int], float], ...] = (
    (written_pair, FIRST_WORDS, 70),
    (by_grammar(limits.limit), FIRST_WORDS, 14),
    (on_one_thing, FIRST_WORDS, 7),
    (written_talk, FIRST_WORDS, 5),
    (by_grammar(stories.story), FIRST_WORDS_OF_STORIES, 4),
)


def beginning(mixture: Mixture, rng: random.Random) -> Conversation:
    """A question, or a talk up to one, and the first words of its answer."""
    shares = [share for _, _, share in BEGINNINGS]
    while True:
        source, first_words, _ = rng.choices(BEGINNINGS, shares)[0]
        talk, words = source(mixture, rng), rng.randint(*first_words)
        if len(talk[-1]["content"].split(" ")) > words and not is_trial(mixture, talk):
            return broken_off(talk, words)


def broken_off(talk: Conversation, words: int) -> Conversation:
    """The talk with only the first words of its last answer."""
    *before, answer = talk
    begun = " ".join(answer["content"].split(" ")[:words])
    return [*before, answer | {"content": begun, "breaks_off": "yes"}]


def conversation(mixture: Mixture, rng: random.Random) -> Conversation:
    """One to thirty units in a row, now and then under a system prompt, or a beginning."""
    if rng.random() < BROKEN_OFF:
        return beginning(mixture, rng)
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
    for table in mixture.tables:
        texts += [cell for row in table.rows for cell in row.values()]
    rng = random.Random(f"{seed}:tokenizer")
    for _ in range(generated):
        texts += [message["content"] for message in generate(rng)]
    return texts
