"""Tasks on words by grammar: spelling, counting letters and words, order, repetition, lists, opposites, unknown names."""

import random

from training.corpus import Conversation, exchange
from training.generators.vocabulary import (
    ANIMALS,
    CITIES,
    COLOURS,
    COUNTS,
    FOODS,
    HOBBIES,
    JOBS,
    NAMES,
    PETS,
    PLACES,
    THINGS,
    WORDS,
    article,
    enumerate_words,
)  # fmt: skip

SUBJECTS = ("the cat", "my sister", "a small robot", "the old baker", "our teacher", "the moon", "a red fox", "the captain",
            "an LPU", "the wind", "my neighbour", "a quiet owl", "the little train", "the queen")  # fmt: skip
VERBS = ("likes", "finds", "paints", "sees", "forgets", "carries", "sings about", "dreams of", "waits for", "draws", "hides",
         "opens", "loves", "remembers")  # fmt: skip
OBJECTS = ("the sea", "a blue door", "fresh bread", "seven stars", "the green hill", "an old map", "warm soup", "a song",
           "two pencils", "the first snow", "a paper boat", "the garden gate", "a yellow umbrella", "long letters")  # fmt: skip
LISTS = {
    "animals": ANIMALS,
    "fruits": tuple("apple banana pear cherry strawberry orange lemon grape melon peach plum mango kiwi".split()),
    "vegetables": tuple("carrot potato tomato onion cucumber pumpkin leek cabbage radish turnip".split()),
    "colours": COLOURS,
    "animals that can fly": tuple("owl bat bee eagle swan duck crow butterfly parrot robin goose".split()),
    "animals that live in the sea": tuple("whale dolphin octopus crab shark seal jellyfish starfish".split()),
    "animals that live in the forest": tuple("fox bear owl badger deer wolf squirrel hedgehog".split()),
    "farm animals": tuple("cow pig sheep goat hen horse donkey duck goose".split()),
    "pets": tuple("cat dog rabbit hamster parrot goldfish turtle".split()),
    "birds": tuple("owl eagle swan duck crow parrot robin goose flamingo sparrow".split()),
    "insects": tuple("bee ant butterfly ladybird beetle fly wasp cricket dragonfly".split()),
    "musical instruments": tuple("piano violin guitar drum flute trumpet harp cello".split()),
    "things in a kitchen": tuple("pan spoon kettle knife fridge oven cup plate bowl".split()),
    "things in a school bag": ("pencil", "book", "ruler", "notebook", "eraser", "lunch box"),
    "sports": ("football", "tennis", "swimming", "basketball", "running", "volleyball", "cycling", "judo", "rowing"),
    "jobs": JOBS,
    "hobbies": HOBBIES,
    "European cities": ("Berlin", "Paris", "Madrid", "Rome", "Vienna", "Oslo", "Lisbon", "Prague", "Warsaw", "Dublin"),
    "planets": ("Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune"),
    "programming languages": ("Python", "JavaScript", "C", "Rust", "Java", "Go", "Ruby", "Swift"),
    "oceans": ("the Pacific", "the Atlantic", "the Indian Ocean", "the Arctic Ocean"),
    "vehicles": tuple("car bus train bicycle boat tram lorry plane scooter".split()),
    "tools": tuple("hammer saw screwdriver spanner drill ladder".split()),
    "flowers": tuple("rose tulip daisy sunflower lily poppy violet".split()),
    "trees": tuple("oak birch pine beech maple willow ash".split()),
    "things that are cold": ("ice", "snow", "a winter morning", "ice cream", "a mountain lake"),
    "things that are yellow": ("a lemon", "a banana", "the Sun in a drawing", "a sunflower", "butter"),
}  # fmt: skip
BARE = {"colours", "sports", "jobs", "hobbies", "European cities", "planets", "programming languages", "oceans",
        "things that are cold", "things that are yellow"}  # fmt: skip
OPPOSITES = tuple(
    pair.split("-")
    for pair in """big-small hot-cold fast-slow light-dark up-down left-right old-young new-old happy-sad good-bad early-late
    long-short high-low open-closed full-empty loud-quiet hard-soft strong-weak rich-poor easy-difficult near-far wet-dry
    clean-dirty first-last day-night winter-summer begin-end inside-outside above-below buy-sell push-pull win-lose
    remember-forget love-hate true-false always-never everything-nothing thick-thin heavy-light deep-shallow wide-narrow
    sweet-sour brave-afraid rough-smooth sharp-blunt alive-dead asleep-awake noisy-silent question-answer give-take
    come-go laugh-cry rise-fall arrive-leave north-south east-west friend-enemy before-after more-less many-few""".split()
)
SYLLABLES = tuple(
    "bar zor vik tel mun gra lin dok pre sil tor wex fen ulm quo ras kip dal nev hos jum lep cra bin".split()
)


def phrase(rng: random.Random) -> str:
    return f"{rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(OBJECTS)}"


def invented_word(rng: random.Random) -> str:
    """A word that means nothing; the syllables give some ten thousand."""
    return "".join(rng.sample(SYLLABLES, rng.choice((2, 2, 3))))


def spelling(rng: random.Random) -> Conversation:
    word = rng.choice((rng.choice(WORDS), rng.choice(NAMES), rng.choice(CITIES)))
    word = word if rng.random() < 0.9 else invented_word(rng)
    question = rng.choice(("How do you spell {0}?", "Spell {0}", "spell the word {0}", "Can you spell {0} for me?",
                           "how do i spell '{0}'", "Spell \"{0}\" letter by letter"))  # fmt: skip
    answer = f"{'-'.join(word)}."
    return exchange(question.format(word), rng.choice((answer, answer, f"{word}: {answer}")))


def count_letters(rng: random.Random) -> Conversation:
    word = rng.choice((*WORDS, "strawberry", *NAMES, invented_word(rng)))
    spelled = "-".join(word.lower())
    if rng.random() < 0.5:
        question = rng.choice(("How many letters are in {0}?", "how many letters does the word {0} have",
                               "Count the letters of '{0}'", "how long is the word {0}?"))  # fmt: skip
        return exchange(question.format(word), f"{spelled}: {len(word)} letters.")
    letter = rng.choice(word.lower() if rng.random() < 0.9 else "aeiorst")
    times = word.lower().count(letter)
    question = rng.choice(("How many {l}'s are in {w}?", "How many times does {l} come in {w}?", "how many {l} in {w}",
                           "Count the letter {l} in '{w}'"))  # fmt: skip
    closing = {0: f"no {letter} in it", 1: f"one {letter}"}.get(times, f"{times} times {letter}")
    return exchange(question.format(l=letter, w=word), f"{spelled}: {closing}.")


def letter_at(rng: random.Random) -> Conversation:
    word = rng.choice(WORDS)
    place, i = rng.choice((("first", 0), ("last", len(word) - 1), ("second", 1), ("third", 2)))
    question = rng.choice(
        (
            "What is the {p} letter of {w}?",
            "which letter is {p} in {w}",
            "What letter does {w} {v} with?",
        )
    )
    if "{v}" in question:
        if place not in ("first", "last"):
            place, i = "first", 0
        question = question.replace("{v}", "start" if place == "first" else "end")
    return exchange(question.format(p=place, w=word), f"The {place} letter of {word} is {word[i]}.")


def count_words(rng: random.Random) -> Conversation:
    text = phrase(rng)
    words = text.split()
    question = rng.choice(
        ("How many words are in '{0}'?", "count the words: {0}", 'How many words does "{0}" have?')
    )
    counted = ", ".join(f"{word} ({i})" for i, word in enumerate(words, start=1))
    return exchange(question.format(text), f"{counted}: {len(words)} words.")


def echo(rng: random.Random) -> Conversation:
    text = rng.choice(
        (
            phrase(rng),
            rng.choice(WORDS),
            phrase(rng),
            invented_word(rng),
            f"{phrase(rng)} and {phrase(rng)}",
        )
    )
    if rng.random() < 0.35:
        word, times = text.split()[-1], rng.randint(2, 6)
        question = rng.choice(
            ("Say {w} {n} times", "Repeat the word {w} {n} times", "write '{w}' {n} times")
        )
        count = rng.choice((str(times), COUNTS[times]))
        return exchange(question.format(w=word, n=count), ", ".join([word] * times) + ".")
    question = rng.choice(("Repeat after me: {0}", "Say: {0}", "repeat: {0}", "Say '{0}'", "Echo this: {0}", "please say {0}",
                           "Repeat this sentence: {0}", "copy this: {0}"))  # fmt: skip
    return exchange(question.format(text), text[0].upper() + text[1:] + ".")


def copy(rng: random.Random) -> Conversation:
    """A row of unrelated words, names and numbers, word for word again: nothing but looking back
    helps, so a small model learns to copy names, too."""
    kinds = (WORDS, NAMES, CITIES)
    row = [
        str(rng.randint(0, 999))
        if rng.random() < 0.15
        else invented_word(rng)
        if rng.random() < 0.25
        else rng.choice(rng.choice(kinds))
        for _ in range(rng.choice((3, 5, 8, 12, 20, 30)))
    ]
    text = rng.choice((" ", ", ")).join(row)
    question = rng.choice(("Repeat these words: {0}", "Copy this list: {0}", "Say this again: {0}", "Repeat: {0}", "copy: {0}",
                           "write this once more: {0}"))  # fmt: skip
    return exchange(question.format(text), text)


def capitals_letters(rng: random.Random) -> Conversation:
    text = rng.choice((rng.choice(WORDS), phrase(rng)))
    if rng.random() < 0.6:
        question = rng.choice(("Write '{0}' in capital letters", "{0} in capitals", "Make this upper case: {0}",
                               "SHOUT this: {0}", "uppercase {0}"))  # fmt: skip
        return exchange(question.format(text), text.upper())
    question = rng.choice(("Write {0} in lower case", "lowercase {0}", "Make this lower case: {0}"))
    return exchange(question.format(text.upper()), text)


def backwards(rng: random.Random) -> Conversation:
    word = rng.choice([word for word in WORDS if len(word) <= 7])
    question = rng.choice(
        (
            "Write {0} backwards",
            "spell {0} backwards",
            "Reverse the word {0}",
            "what is {0} in reverse?",
        )
    )
    return exchange(
        question.format(word),
        f"{'-'.join(word)} backwards is {'-'.join(reversed(word))}: {word[::-1]}.",
    )


def sort_words(rng: random.Random) -> Conversation:
    words = rng.sample(rng.choice((ANIMALS, FOODS, THINGS, NAMES)), rng.randint(3, 4))
    question = rng.choice(
        ("Sort these words: {0}", "Put in alphabetical order: {0}", "order alphabetically: {0}")
    )
    return exchange(
        question.format(", ".join(words)),
        f"In alphabetical order: {enumerate_words(sorted(words))}.",
    )


def name_some(rng: random.Random) -> Conversation:
    """A list of things that belong together, as many as were asked for."""
    category = rng.choice(list(LISTS))
    members = LISTS[category]
    count = rng.randint(2, min(5, len(members)))
    chosen = rng.sample(members, count)
    listed = enumerate_words(chosen if category in BARE else [article(member) for member in chosen])
    asked = rng.choice((COUNTS[count], COUNTS[count], str(count)))
    question = rng.choice(("Name {n} {c}", "Tell me {n} {c}", "{n} {c}", "Give me {n} {c}.", "can you name {n} {c}?",
                           "List {n} {c}", "What are {n} {c}?", "Please list {n} {c}"))  # fmt: skip
    answer = f"{COUNTS[count].capitalize()} {category}: {listed}."
    if rng.random() < 0.25:
        answer = f"{COUNTS[count].capitalize()} {category}:\n" + "\n".join(
            f"- {member}" for member in chosen
        )
    return exchange(question.format(n=asked, c=category), answer)


def opposite(rng: random.Random) -> Conversation:
    word, other = rng.choice(OPPOSITES)
    word, other = (word, other) if rng.random() < 0.6 or word in ("old", "light") else (other, word)
    if (word == "light" and other == "heavy") or word == "old":
        word, other = other, word
    question = rng.choice(
        (
            "What is the opposite of {0}?",
            "opposite of {0}",
            "whats the opposite of '{0}'",
            "antonym of {0}?",
        )
    )
    return exchange(question.format(word), f"The opposite of {word} is {other}.")


def sentence_with(rng: random.Random) -> Conversation:
    """A sentence that holds a given word."""
    word = rng.choice((*ANIMALS, *THINGS[: THINGS.index("cloud")], *PETS))
    thing, place, name = rng.choice(OBJECTS), rng.choice(PLACES), rng.choice(NAMES)
    sentence = rng.choice(
        (f"{name} drew {article(word)} next to {thing}.", f"There was {article(word)} {place}, and nobody knew why.",
         f"Yesterday {name} dreamed of {article(word)} and {thing}.", f"{name} told us about {article(word)} seen {place}.",
         f"In the picture I can see {article(word)} beside {thing}.", f"Have you ever seen {article(word)} {place}?")
    )  # fmt: skip
    question = rng.choice(("Write a sentence with the word {0}", "Use {0} in a sentence", "make a sentence with '{0}'",
                           "Write one sentence about {1}"))  # fmt: skip
    return exchange(question.format(word, article(word)), sentence)


def unknown(rng: random.Random) -> Conversation:
    """A name or a word that was just invented: the honest answer is that Pebble does not know it."""
    word = invented_word(rng)
    person = (
        f"{rng.choice((word.capitalize(), rng.choice(NAMES)))} {invented_word(rng).capitalize()}"
    )
    place = invented_word(rng).capitalize() + rng.choice(("", "ia", "burg", "stan", "o"))
    subject, question = rng.choice(
        ((person, f"Who is {person}?"), (person, f"who was {person}"), (person, f"When was {person} born?"),
         (person, f"What did {person} invent?"), (person, f"Tell me about {person}"), (word, f"What is a {word}?"),
         (word, f"what does {word} mean"), (word, f"Explain {word} to me"), (place, f"What is the capital of {place}?"),
         (place, f"Where is {place}?"), (place, f"how many people live in {place}"), (person, f"Do you know {person}?"),
         (word, f"how do I use a {word}?"), (person, f"Which books did {person} write?"))
    )  # fmt: skip
    hint = rng.choice(("A larger model, or an encyclopedia, may help.", "I am a small model and know only a little.",
                       "If it is real, a bigger model may know it.", "Rather than guess, I say so.",
                       "Could you check the spelling, or ask a larger model?", "You could tell me about it."))  # fmt: skip
    opening = rng.choice((f"I don't know {subject}.", f"Sorry, I have never heard of {subject}.",
                          f"{subject} is not something that I know." if subject == word else f"I know nothing about {subject}.",
                          f"I'm afraid that I don't know {subject}."))  # fmt: skip
    return exchange(question, f"{opening[0].upper()}{opening[1:]} {hint}")


SCRIPTS = tuple(
    "".join(map(chr, range(first, last)))
    for first, last in (
        (0x0627, 0x064B), (0x05D0, 0x05EB), (0x0430, 0x0450), (0x0905, 0x093A), (0x0E01, 0x0E2F), (0x3042, 0x3094),
        (0x30A2, 0x30F4), (0xAC00, 0xD7A4), (0x03B1, 0x03CA), (0x1F600, 0x1F645), (0x1F400, 0x1F440), (0x2190, 0x2200),
    )
)  # fmt: skip
KEYS = (
    "asdfghjkl",
    "qwertyuiop",
    "zxcvbnm",
    "0123456789",
    "!?.,;:-_#*+",
    "abcdefghijklmnopqrstuvwxyz",
    "<>|/\\[]$%&",
)
NOT_READ = (
    "I can't read that. Could you ask it in English words?",
    "Sorry, I don't understand that. Please ask me in plain words.",
    "I don't know what that means. Type a short question, and I'll try.",
    "That is beyond me: I read English, and a little Chinese about chips.",
    "I can't make sense of that. What would you like to know?",
)


def unreadable(rng: random.Random) -> Conversation:
    """Keys pressed at random, one sign again and again, or a script that Pebble never learned."""
    signs = rng.choice((*SCRIPTS, *KEYS))
    if rng.random() < 0.3:
        first = rng.randrange(len(signs))
        signs = signs[first : first + rng.randint(1, 3)]
    length = rng.choice((rng.randint(3, 12), rng.randint(6, 40), rng.randint(20, 300)))
    typed = "".join(rng.choice(signs) for _ in range(length))
    if rng.random() < 0.3:
        typed = " ".join(typed[i : i + 5] for i in range(0, len(typed), 5))
    return exchange(typed, rng.choice(NOT_READ))
