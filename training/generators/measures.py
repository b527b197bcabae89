"""Numbers compared, sorted, counted and converted by grammar; tokens per second among them."""

import random

from training.corpus import Conversation, exchange
from training.generators.numbers import number
from training.generators.vocabulary import enumerate_words

TOKENS_PER_S = (
    10,
    20,
    25,
    40,
    50,
    100,
    200,
    204,
    240,
    250,
    255,
    300,
    400,
    480,
    500,
    600,
    750,
    1000,
)
TOKEN_COUNTS = (
    10,
    20,
    50,
    60,
    100,
    120,
    150,
    200,
    240,
    250,
    300,
    400,
    480,
    500,
    600,
    750,
    800,
    1000,
    1500,
    2000,
)
UNITS = (
    ("kilometres", "metres", 1000), ("metres", "centimetres", 100), ("centimetres", "millimetres", 10),
    ("kilograms", "grams", 1000), ("litres", "millilitres", 1000), ("tonnes", "kilograms", 1000),
    ("hours", "minutes", 60), ("minutes", "seconds", 60), ("days", "hours", 24), ("weeks", "days", 7),
    ("years", "months", 12), ("seconds", "milliseconds", 1000), ("kilobytes", "bytes", 1000),
    ("megabytes", "kilobytes", 1000), ("gigabytes", "megabytes", 1000), ("terabytes", "gigabytes", 1000),
    ("bytes", "bits", 8), ("euros", "cents", 100), ("feet", "inches", 12), ("dozens", "pieces", 12),
    ("centuries", "years", 100), ("decades", "years", 10),
)  # fmt: skip


def units(rng: random.Random) -> Conversation:
    large, small, factor = rng.choice(UNITS)
    count = rng.choice((rng.randint(1, 12), rng.randint(1, 12), rng.randint(13, 99)))
    if rng.random() < 0.6:
        many = (
            large
            if count != 1
            else {"feet": "foot", "centuries": "century"}.get(large, large.rstrip("s"))
        )
        question = rng.choice(
            (
                "How many {s} are in {n} {l}?",
                "{n} {l} in {s}",
                "Convert {n} {l} to {s}",
                "how many {s} is {n} {l}",
            )
        ).format(n=count, l=many, s=small)
        verb = "is" if count == 1 else "are"
        return exchange(question, f"{count} {many} {verb} {count * factor} {small}.")
    question = rng.choice(("How many {l} are {n} {s}?", "Convert {n} {s} to {l}", "{n} {s} in {l}"))
    return exchange(question.format(n=count * factor, l=large, s=small),
                    f"{count * factor} {small} make {count} {large}." if count > 1
                    else f"{factor} {small} make one of {large}.")  # fmt: skip


def temperature(rng: random.Random) -> Conversation:
    celsius = 5 * rng.randint(-8, 40)
    fahrenheit = celsius * 9 // 5 + 32
    if rng.random() < 0.5:
        question = rng.choice(
            (
                "What is {0} degrees Celsius in Fahrenheit?",
                "{0} C in F",
                "convert {0} celsius to fahrenheit",
            )
        )
        return exchange(
            question.format(celsius),
            f"{celsius} degrees Celsius are {fahrenheit} degrees Fahrenheit.",
        )
    question = rng.choice(
        (
            "What is {0} degrees Fahrenheit in Celsius?",
            "{0} F in C",
            "convert {0} fahrenheit to celsius",
        )
    )
    return exchange(
        question.format(fahrenheit),
        f"{fahrenheit} degrees Fahrenheit are {celsius} degrees Celsius.",
    )


def comparison(rng: random.Random) -> Conversation:
    a, b = number(rng), number(rng)
    if a == b:
        return exchange(f"Which is bigger, {a} or {b}?", f"Neither: both are {a}.")
    is_larger = rng.random() < 0.6
    word = (
        rng.choice(("bigger", "larger", "greater"))
        if is_larger
        else rng.choice(("smaller", "less"))
    )
    result, other = (max(a, b), min(a, b)) if is_larger else (min(a, b), max(a, b))
    if rng.random() < 0.3:
        truth = "Yes" if result == a else "No"
        return exchange(f"Is {a} {word} than {b}?", f"{truth}, {result} is {word} than {other}.")
    question = rng.choice(
        ("Which is {w}, {a} or {b}?", "which number is {w}: {a} or {b}", "what is {w}, {a} or {b}?")
    )
    return exchange(question.format(w=word, a=a, b=b), f"{result} is {word} than {other}.")


def sort_numbers(rng: random.Random) -> Conversation:
    values = rng.sample(range(1, rng.choice((20, 100))), rng.randint(3, 5))
    listed = ", ".join(map(str, values))
    if rng.random() < 0.4:
        pick, word = rng.choice(((max, "largest"), (min, "smallest"), (max, "biggest")))
        return exchange(
            f"What is the {word} of {listed}?", f"The {word} of them is {pick(values)}."
        )
    question = rng.choice(
        ("Sort these numbers: {0}", "put {0} in order", "Sort {0} from small to large")
    )
    return exchange(question.format(listed), f"In order: {', '.join(map(str, sorted(values)))}.")


def parity(rng: random.Random) -> Conversation:
    value = number(rng)
    word = "even" if value % 2 == 0 else "odd"
    question = rng.choice(("Is {0} even or odd?", "is {0} odd or even", "Is {0} an even number?"))
    answer = f"{value} is {word}, because it ends in {value % 10}."
    if "an even" in question:
        answer = f"{'Yes' if value % 2 == 0 else 'No'}, {answer}"
    return exchange(question.format(value), answer)


def prime(rng: random.Random) -> Conversation:
    """Whether a number up to 100 is prime, and what divides it if not."""
    value = rng.randint(2, 100)
    question = rng.choice(
        ("Is {0} a prime number?", "is {0} prime", "is {0} a prime?", "{0} prime or not")
    )
    factor = next((i for i in range(2, value) if value % i == 0), 0)
    if factor:
        answer = f"No, {value} is not prime: {value} = {factor} x {value // factor}."
    else:
        answer = f"Yes, {value} is prime: only 1 and {value} divide it."
    return exchange(question.format(value), answer)


def decimals(rng: random.Random) -> Conversation:
    """Which decimal is larger: the places after the point are compared one by one, 9.9 is 9.90."""
    whole = rng.randint(0, 12)
    a, b = rng.sample(
        [f"{whole}.{i}" for i in range(1, 10)] + [f"{whole}.{i}" for i in range(11, 100) if i % 10],
        2,
    )
    places = max(len(a), len(b))
    if float(a) == float(b):
        return decimals(rng)
    larger, smaller = (a, b) if float(a) > float(b) else (b, a)
    question = rng.choice(("Which is bigger, {a} or {b}?", "what is larger: {a} or {b}", "is {a} bigger than {b}?",
                           "{a} or {b}, which is greater"))  # fmt: skip
    full = f"{larger.ljust(places, '0')} and {smaller.ljust(places, '0')}"
    return exchange(
        question.format(a=a, b=b),
        f"Written alike they are {full}, so {larger} is bigger than {smaller}.",
    )


def counting(rng: random.Random) -> Conversation:
    start, length = rng.choice((1, 1, 1, rng.randint(1, 30))), rng.randint(4, 15)
    if rng.random() < 0.25:
        step = rng.choice((2, 3, 4, 5, 7, 10))
        row = [step * i for i in range(1, 11)]
        question = rng.choice(
            (
                "Count in steps of {0}",
                "What are the first ten multiples of {0}?",
                "the {0} times table",
            )
        )
        return exchange(question.format(step), f"{enumerate_words([str(i) for i in row])}.")
    row = list(range(start, start + length))
    if rng.random() < 0.3:
        question = rng.choice(("Count down from {b} to {a}", "count backwards from {b} to {a}"))
        return exchange(
            question.format(a=row[0], b=row[-1]), ", ".join(map(str, reversed(row))) + "."
        )
    question = rng.choice(
        ("Count from {a} to {b}", "count to {b} from {a}", "Can you count from {a} to {b}?")
    )
    if start == 1:
        question = rng.choice((question, "Count to {b}", "can you count to {b}?"))
    return exchange(question.format(a=row[0], b=row[-1]), ", ".join(map(str, row)) + ".")


def tokens_per_s(rng: random.Random) -> Conversation:
    count, rate = rng.choice(TOKEN_COUNTS), rng.choice(TOKENS_PER_S)
    if rng.random() < 0.35:
        seconds = rng.choice((2, 3, 4, 5, 10, 60))
        question = rng.choice(("How many tokens are {s} seconds at {r} tokens per second?",
                               "At {r} tokens/s, how many tokens come in {s} seconds?",
                               "how many tokens in {s} s at {r} tokens/s"))  # fmt: skip
        return exchange(question.format(s=seconds, r=rate),
                        f"{rate} tokens a second for {seconds} seconds are {rate * seconds} tokens.")  # fmt: skip
    question = rng.choice(("How long do {n} tokens take at {r} tokens/s?", "how long for {n} tokens at {r} tokens per second",
                           "At {r} tokens per second, how long does an answer of {n} tokens take?",
                           "{n} tokens at {r} tokens/s, how many seconds?"))  # fmt: skip
    is_exact = count * 1000 % rate == 0
    took = f"{count / rate:.{3 if is_exact else 2}f}".rstrip("0").rstrip(".")
    about = "" if is_exact else "about "
    unit = "second" if took == "1" else "seconds"
    return exchange(
        question.format(n=count, r=rate),
        f"{count} tokens / {rate} tokens per second = {about}{took} {unit}.",
    )
