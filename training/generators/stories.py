"""Stories from parts, 150 to 250 words, with the hero, name and place that were asked for.

A plot is a row of beats and each beat a choice of sentences; hero, friend, place, thing and weather are drawn apart, so
that the number of different stories is far beyond what is ever trained on.
"""

import random
import re
from dataclasses import dataclass

from training.corpus import Conversation, exchange
from training.generators.plots import (
    AFTERWARDS,
    CLOSINGS,
    HABITS,
    MEETINGS,
    MORALS,
    OPENINGS,
    PLOTS,
    QUALITIES,
    SCENES,
    THINGS,
)  # fmt: skip
from training.generators.vocabulary import ANIMALS, GIRLS, NAMES, article
from training.generators.words import invented_word

PEOPLE = tuple(
    """robot dragon wizard witch pirate knight princess prince king queen astronaut sailor baker painter clockmaker gardener
    lighthouse-keeper inventor musician giant ghost mermaid fairy unicorn snowman scarecrow detective librarian girl boy
    fisherman shepherd tailor postman chip computer train cloud star teapot pencil snowflake kite""".replace(
        "-", " "
    ).split()
)
HEROES = tuple(
    dict.fromkeys(
        (
            *ANIMALS,
            *(word for word in PEOPLE if word not in ("lighthouse", "keeper")),
            "lighthouse keeper",
        )
    )
)
STORY_PLACES = (
    "a forest", "a small village by the sea", "a castle on a hill", "a big city", "a desert", "an old lighthouse", "the mountains",
    "a valley full of flowers", "a quiet library", "an island", "the moon", "a snowy village", "a house with a blue door",
    "a garden behind a high wall", "a harbour town", "a farm", "a cave", "a computer", "a data centre", "a treehouse", "a river bank",
    "a toy shop", "a railway station", "a space station", "a jungle", "a museum",
)  # fmt: skip
ASK = (
    "Tell me a story about {a} called {n}.", "Tell me a story about {a} named {n}", "Write a short story about {a} called {n}.",
    "tell me a story about {n} the {k}", "Write a story about {n}, {a}.", "a story about {a} called {n} please",
    "Can you tell me a story about {a} whose name is {n}?", "Please write a bedtime story about {n} the {k}.",
)  # fmt: skip
ASK_KIND = ("Tell me a story about {a}.", "story about {a}", "Write a short story about {a}", "tell me a bedtime story about {a}",
            "Can you write a story about {a}?", "i want a story about {a}", "write me a story with {a} in it")  # fmt: skip
ASK_PLACE = (" who lives in {p}", " in {p}", " that lives in {p}", " and make it happen in {p}")
ASK_FRIEND = ("Tell me a story about {a} and {b}.", "story about {a} and {b}", "Write a story about {a} called {n} and {b} called {m}.",
              "Tell me a story about {n} the {k} and {m} the {f}.")  # fmt: skip
ASK_ANY = ("Tell me a story.", "tell me a story", "Write a short story.", "Tell me a bedtime story", "story please", "make up a story",
           "can you tell me a story?", "I'd like to hear a story", "another story please", "Tell me a long story")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cast:
    """Who a story is about and where it happens."""

    kind: str
    name: str
    friend_kind: str
    friend_name: str
    place: str
    he: str


def draw_cast(rng: random.Random) -> Cast:
    kind, friend_kind = rng.sample(HEROES, 2)
    name, friend_name = rng.sample(NAMES, 2)
    if rng.random() < 0.15:
        name = invented_word(rng).capitalize()
    return Cast(kind, name, friend_kind, friend_name, rng.choice(STORY_PLACES), pronoun(name, rng))


def pronoun(name: str, rng: random.Random) -> str:
    """He or she, as most bearers of the name are called."""
    return rng.choice(("he", "she")) if name not in NAMES else "she" if name in GIRLS else "he"


def _slots(cast: Cast, rng: random.Random) -> dict[str, str]:
    """Every slot that a sentence may name; pronouns follow the hero and the friend."""
    his, him = ("his", "him") if cast.he == "he" else ("her", "her")
    friend_he = pronoun(cast.friend_name, rng)
    the_place = re.sub(r"^an? ", "the ", cast.place)
    thing, where_found = rng.choice(THINGS)
    preposition = (
        "on"
        if cast.place.split()[-1] in ("moon", "island", "farm", "bank")
        or "space station" in cast.place
        else "in"
    )
    return {
        "kind": cast.kind, "name": cast.name, "he": cast.he, "He": cast.he.capitalize(), "his": his, "His": his.capitalize(),
        "him": him, "friend": cast.friend_name, "friend_kind": cast.friend_kind, "a_friend": article(cast.friend_kind),
        "a_kind": article(cast.kind), "fhe": friend_he, "fhis": "his" if friend_he == "he" else "her", "fhim": "him" if friend_he == "he" else "her", "fHe": friend_he.capitalize(), "at": f"{preposition} {cast.place}",
        "At": f"{preposition.capitalize()} {cast.place}", "thing": thing, "a_thing": article(thing), "found": where_found,
        "there": f"{preposition} {the_place}", "quality": rng.choice(QUALITIES), "A_scene": rng.choice(SCENES),
    }  # fmt: skip


def tell(cast: Cast, rng: random.Random) -> str:
    """One story, in five paragraphs; the friend has always been met by the sixth beat."""
    slots = _slots(cast, rng)
    beats = [rng.choice(beat) for beat in rng.choice(PLOTS)]
    paragraphs = [
        f"{rng.choice(OPENINGS)} {beats[0]} {rng.choice(HABITS)}",
        f"{beats[1]} {beats[2]}",
        f"{beats[3]} {beats[4]}",
        f"{rng.choice(MEETINGS)} {beats[5]} {beats[6]}",
        f"{rng.choice(AFTERWARDS)} {rng.choice(CLOSINGS)}",
    ]
    if rng.random() < 0.35:
        paragraphs[-1] += f" {rng.choice(MORALS)}"
    return "\n\n".join(paragraph.format(**slots) for paragraph in paragraphs)


def ask_for(cast: Cast, rng: random.Random) -> str:
    """The request: sometimes with name, place or friend, sometimes none of them."""
    slots = {"a": article(cast.kind), "k": cast.kind, "n": cast.name, "p": cast.place, "b": article(cast.friend_kind),
             "f": cast.friend_kind, "m": cast.friend_name}  # fmt: skip
    style = rng.random()
    if style < 0.45:
        question = rng.choice(ASK)
    elif style < 0.62:
        question = rng.choice(ASK_KIND)
    elif style < 0.75:
        question = rng.choice(ASK_KIND[:5]).rstrip(".?") + rng.choice(ASK_PLACE)
    elif style < 0.9:
        question = rng.choice(ASK_FRIEND)
    else:
        question = rng.choice(ASK_ANY)
    question = question.format(**slots)
    return question.lower() if rng.random() < 0.05 else question


def story(rng: random.Random) -> Conversation:
    cast = draw_cast(rng)
    question, text = ask_for(cast, rng), tell(cast, rng)
    opening = rng.choice(("", "", "", "", "Here is a story.\n\n", "With pleasure.\n\n"))
    talk = exchange(question, opening + text)
    if rng.random() < 0.15:
        talk += rng.choice(
            (
                exchange(rng.choice(("What was the name of the {0}?", "what was the {0} called?")).format(cast.kind),
                         f"The {cast.kind} was called {cast.name}."),
                exchange("Who was the friend?", f"The friend was {cast.friend_name} the {cast.friend_kind}."),
                exchange(rng.choice(("Where did it happen?", "where was that?")), f"It happened {_slots(cast, rng)['there']}."),
                exchange(rng.choice(("another one", "Tell me another one.", "one more please")), tell(draw_cast(rng), rng)),
            )
        )  # fmt: skip
    return talk
