"""Talks in which the user says something about themselves, something else comes between, and Pebble still knows it.

Without the middle part a small model learns only to repeat the last sentence.
"""

import random

from training.corpus import Conversation, exchange
from training.generators.vocabulary import (
    ANIMALS,
    CITIES,
    COLOURS,
    FOODS,
    HOBBIES,
    JOBS,
    NAMES,
    PETS,
    WORDS,
    article,
)  # fmt: skip
from training.generators.words import invented_word

Told = tuple[
    str, str, str, str
]  # what the user says, Pebble's reply, the later question, the answer


def told_name(rng: random.Random) -> Told:
    name = rng.choice(NAMES) if rng.random() < 0.75 else invented_word(rng).capitalize()
    said = rng.choice(("My name is {0}.", "my name is {0}", "I'm {0}.", "Hi, I'm {0}!", "Hello, my name is {0}", "call me {0}",
                       "You can call me {0}.", "hi i am {0}", "I am {0}, nice to meet you", "Please remember: my name is {0}"))  # fmt: skip
    reply = rng.choice(("Hello {0}! Nice to meet you.", "Nice to meet you, {0}. What can I do for you?", "Hi {0}! I'm Pebble.",
                        "Good to know you, {0}. Ask me anything.", "Hello {0}, I'm Pebble, a small language model."))  # fmt: skip
    asked = rng.choice(("What is my name?", "what's my name?", "Do you remember my name?", "who am I?", "what was my name again",
                        "whats my name", "Tell me my name.", "Do you still know what I'm called?"))  # fmt: skip
    answer = rng.choice(
        (
            "Your name is {0}.",
            "You are {0}.",
            "You told me that your name is {0}.",
            "Yes, you are {0}.",
        )
    )
    return said.format(name), reply.format(name), asked, answer.format(name)


def told_favourite(rng: random.Random) -> Told:
    kind, members = rng.choice(
        (
            ("colour", COLOURS),
            ("color", COLOURS),
            ("food", FOODS),
            ("animal", ANIMALS),
            ("city", CITIES),
        )
    )
    thing = rng.choice(members)
    said = rng.choice(("My favourite {k} is {t}.", "my favorite {k} is {t}", "Remember: my favourite {k} is {t}.",
                       "I think my favourite {k} is {t}"))  # fmt: skip
    reply = rng.choice(("{t}, a good choice! I will remember it.", "I like that. {t} it is.", "Noted: your favourite {k} is {t}.",
                        "Nice, {t}! What else would you like to tell me?"))  # fmt: skip
    asked = rng.choice(("What is my favourite {k}?", "what's my favorite {k}?", "which {k} do I like best?",
                        "Do you remember my favourite {k}?"))  # fmt: skip
    answer = rng.choice(("Your favourite {k} is {t}.", "You said that it is {t}.", "It is {t}."))
    said, reply, asked, answer = (
        text.format(k=kind, t=thing) for text in (said, reply, asked, answer)
    )
    return said, reply[0].upper() + reply[1:], asked, answer


def told_pet(rng: random.Random) -> Told:
    pet, name = rng.choice(PETS), rng.choice(NAMES)
    said = rng.choice(
        (
            "I have {a} called {n}.",
            "My {p} is called {n}.",
            "i have {a}, her name is {n}",
            "We have {a} named {n}.",
        )
    )
    reply = rng.choice(
        (
            "{n} is a lovely name for {a}!",
            "How nice! Give {n} a greeting from me.",
            "{a} called {n}, how lovely.",
        )
    )
    asked, answer = rng.choice((("What is my {p} called?", "Your {p} is called {n}."), ("what pet do I have?", "You have {a}, {n}."),
                                ("What's the name of my {p}?", "It is {n}."), ("Which animal do I have?", "You have {a} called {n}.")))  # fmt: skip
    values = {"p": pet, "n": name, "a": article(pet)}
    said, reply, asked, answer = (text.format(**values) for text in (said, reply, asked, answer))
    return said, reply[0].upper() + reply[1:], asked, answer


def told_life(rng: random.Random) -> Told:
    job, city, hobby, age = (
        rng.choice(JOBS),
        rng.choice(CITIES),
        rng.choice(HOBBIES),
        rng.randint(6, 90),
    )
    return rng.choice(
        (
            (f"I am {article(job)}.", f"{article(job).capitalize()}, that sounds interesting! What do you like about it?",
             rng.choice(("What is my job?", "what do I do for a living?")), f"You told me that you are {article(job)}."),
            (f"I live in {city}.", f"{city}! I hope that it is a nice place to live.",
             rng.choice(("Where do I live?", "which city do I live in?")), f"You live in {city}."),
            (f"I like {hobby}.", f"{hobby.capitalize()} is a fine way to spend a day.",
             rng.choice(("What do I like?", "what's my hobby?", "What is my hobby?")), f"You like {hobby}."),
            (f"I am {age} years old.", f"{age}, a good age to ask questions!",
             rng.choice(("How old am I?", "what is my age")), f"You are {age} years old."),
        )
    )  # fmt: skip


def told_secret(rng: random.Random) -> Told:
    kind = rng.choice(("number", "word", "word", "code"))
    value = (
        str(rng.randint(1, 9999)) if kind != "word" else rng.choice((*WORDS, invented_word(rng)))
    )
    said = rng.choice(
        (
            "Remember the {k} {v}.",
            "please remember this {k}: {v}",
            "The secret {k} is {v}.",
            "Keep the {k} {v} in mind",
        )
    )
    reply = rng.choice(("I will remember the {k} {v}.", "All right: {v}.", "Noted, {v}."))
    asked = rng.choice(
        (
            "Which {k} did I tell you?",
            "What was the {k}?",
            "what is the secret {k}?",
            "Do you remember the {k}?",
        )
    )
    answer = rng.choice(("The {k} was {v}.", "It was {v}.", "You told me the {k} {v}."))
    said, reply, asked, answer = (
        text.format(k=kind, v=value) for text in (said, reply, asked, answer)
    )
    return said, reply, asked, answer


TOLD = (
    told_name,
    told_name,
    told_name,
    told_favourite,
    told_favourite,
    told_pet,
    told_life,
    told_secret,
)


def remembered(rng: random.Random, between: Conversation) -> Conversation:
    """Something told, then `between` (which may be empty), then the question about it; now and then two things told."""
    first, second = rng.choice(TOLD), rng.choice(TOLD)
    said, reply, asked, answer = first(rng)
    opening, closing = exchange(said, reply), exchange(asked, answer)
    if second is not first and rng.random() < 0.35:
        also_said, also_reply, also_asked, also_answer = second(rng)
        opening += exchange(also_said, also_reply)
        if rng.random() < 0.6:
            closing += exchange(also_asked, also_answer)
    return [*opening, *between, *closing]


def never_told(rng: random.Random) -> Conversation:
    """The same questions where nothing was said before: Pebble does not know."""
    kind, asked = rng.choice((("name", "What is my name?"), ("name", "who am I?"), ("name", "do you know my name?"),
                              ("favourite colour", "What is my favourite colour?"), ("age", "How old am I?"),
                              ("pet", "What is my pet called?"), ("job", "what is my job?"), ("home", "Where do I live?"),
                              ("favourite food", "what is my favourite food"), ("secret word", "What was the secret word?")))  # fmt: skip
    answer = rng.choice(("You have not told me yet. Will you?", "I don't know, you have not told me yet.",
                         "I can only know what you tell me here, and you have not told me about your {0} yet.",
                         "You have not told me your {0} yet."))  # fmt: skip
    return exchange(asked, answer.format(kind))
