"""Short poems and haiku about a thing that was asked for, from rhymed frames into which any noun fits."""

import random

from training.corpus import Conversation, exchange
from training.generators.vocabulary import ANIMALS, THINGS, article

FRAMES: tuple[tuple[str, ...], ...] = (
    ("I saw {a} at break of day,", "it did not run, it did not stay;", "it looked at me, I looked at it,", "and both of us were glad a bit."),
    ("Oh {t}, oh {t}, so plain, so bright,", "you keep me company tonight;", "the world is large, the hour is late,", "but next to you I like to wait."),
    ("There is {a} I think about", "when all the other lights are out;", "it has no crown, it has no throne,", "but in my thoughts it shines alone."),
    ("A morning song, a cup of tea,", "{a} and a place to be,", "some quiet rain, an open door:", "who in the world could ask for more?"),
    ("If I could be {a} for an hour,", "I would not wish for wealth or power;", "I'd see the world with other eyes", "and keep the best as my surprise."),
    ("The wind went out to look for you,", "dear {t}, the whole night through;", "it asked the hills, it asked the sea,", "and found you sitting here with me."),
    ("Small is the {t}, and wide the land,", "some things are hard to understand;", "but what is small can still be dear,", "and I am happy you are here."),
)  # fmt: skip
# Things that stand without an article fit these frames only.
OPEN_FRAMES = FRAMES[1:6:2]
OPEN_THINGS = ("rain", "snow", "love", "winter", "summer", "autumn", "spring", "music", "coffee", "tea", "friendship", "time",
               "silence", "sleep", "light", "home", "happiness", "fog", "thunder", "silicon", "electricity")  # fmt: skip
HAIKU_FIRST = (
    "Early light returns",
    "The evening is still",
    "Rain upon the roof",
    "Snow without a sound",
    "Wind across the grass",
    "A long summer day",
)
HAIKU_LAST = (
    "nobody in sight",
    "then the night begins",
    "a leaf lets go now",
    "the day holds its breath",
    "and the hours drift on",
    "one more star comes out",
)
ONE_SYLLABLE = frozenset(
    """fox bear owl mouse deer wolf seal whale crab frog snail bee ant duck goose swan crow cat dog horse cow pig sheep goat hen
    mole bat snake moose shark chair lamp book door train boat kite clock key map drum stone shell leaf tree cloud moon star sun
    king queen knight chip song game dream bridge""".split()
)
RHYMED_ASK = ("Write a poem about {a}", "poem about {a}", "Can you write a short poem about {a}?", "write me a poem about {a} please",
              "Make a rhyme about {a}.", "I want a poem about {a}")  # fmt: skip
HAIKU_ASK = (
    "Write a haiku about {a}",
    "haiku about {a}",
    "Can you write a haiku about {a}?",
    "a haiku with {a} please",
)


def rhyme(rng: random.Random) -> Conversation:
    noun = rng.choice((*ANIMALS, *THINGS[: THINGS.index("cloud")]))
    named, frames = article(noun), FRAMES
    if rng.random() < 0.3:
        named = noun = rng.choice(OPEN_THINGS)
        frames = OPEN_FRAMES
    chosen = rng.sample(frames, rng.choice((1, 1, 2)))
    verses = ["\n".join(frame).format(t=noun, a=named) for frame in chosen]
    text = "\n\n".join(_sentence_case(verse) for verse in verses)
    return exchange(rng.choice(RHYMED_ASK).format(a=named), text)


def haiku(rng: random.Random) -> Conversation:
    """Five, seven and five syllables: with article, a noun of one syllable fills the middle line up to seven."""
    noun = rng.choice(sorted(ONE_SYLLABLE))
    middle = rng.choice(
        (
            "there, beside the path, {a}",
            "and beneath the tree, {a}",
            "in the garden sits {a}",
            "near the water waits {a}",
        )
    )
    text = (
        f"{rng.choice(HAIKU_FIRST)},\n{middle.format(a=article(noun))},\n{rng.choice(HAIKU_LAST)}."
    )
    return exchange(rng.choice(HAIKU_ASK).format(a=article(noun)), text)


def _sentence_case(verse: str) -> str:
    return "\n".join(line[0].upper() + line[1:] for line in verse.split("\n"))
