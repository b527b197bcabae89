"""Small problems in words by grammar, each solved by a sum or two.

Every answer states the result last, computed here, never typed by hand.
"""

import random

from training.corpus import Conversation, exchange
from training.generators.numbers import (
    is_held_out_sum,
    solve_addition,
    solve_multiplication,
    solve_subtraction,
)
from training.generators.vocabulary import ANIMALS, FOODS, NAMES

PLURALS = {"cherrys": "cherries", "strawberrys": "strawberries", "peachs": "peaches", "mangos": "mangoes",
           "potatos": "potatoes", "tomatos": "tomatoes"}  # fmt: skip


def _trained_pair(rng: random.Random) -> tuple[int, int]:
    """Two numbers whose sum and difference are not held out."""
    while True:
        a, b = rng.randint(2, 60), rng.randint(2, 30)
        if not any(is_held_out_sum(sign, a, b) for sign in "+-"):
            return a, b


def word_problem(rng: random.Random) -> Conversation:
    name, food = rng.choice(NAMES), rng.choice(FOODS[:16]) + "s"
    food = PLURALS.get(food, food)
    a, b = _trained_pair(rng)
    small, each = rng.randint(2, 12), rng.randint(2, 12)
    most, least = max(a, b), min(a, b)
    question, solved, unit = rng.choice(
        (
            (f"{name} has {a} {food} and gets {b} more. How many {food} does {name} have now?", solve_addition(a, b), food),
            (f"{name} has {most} {food} and eats {least}. How many are left?", solve_subtraction(most, least), food),
            (f"If I have {most} {food} and give {least} to {name}, how many do I keep?", solve_subtraction(most, least), food),
            (f"{small} boxes hold {each} {food} each. How many {food} is that?", solve_multiplication(small, each), food),
            (f"A ticket costs {each} euros. What do {small} tickets cost?", solve_multiplication(small, each), "euros"),
            (f"{name} reads {each} pages a day. How many pages in {small} days?", solve_multiplication(small, each), "pages"),
            (f"{name} shares {small * each} {food} fairly among {small} friends. How many does each get?",
             f"{small * each} / {small} = {each}", food),
            (f"A train has {a} people. At the station {b} more get on. How many people are on the train?",
             solve_addition(a, b), "people"),
        )
    )  # fmt: skip
    closing = rng.choice(
        (
            f"So the answer is {solved.split('= ')[-1]} {unit}.",
            f"That makes {solved.split('= ')[-1]} {unit}.",
        )
    )
    return exchange(question, f"{solved}. {closing}")


def legs(rng: random.Random) -> Conversation:
    """How many legs some animals have together: a small sum hidden in a question."""
    feet = {
        "spider": 8,
        "ant": 6,
        "bee": 6,
        "duck": 2,
        "owl": 2,
        "cat": 4,
        "dog": 4,
        "horse": 4,
        "cow": 4,
        "hen": 2,
        "crow": 2,
    }
    animal = rng.choice([name for name in ANIMALS if name in feet])
    count = rng.randint(2, 9)
    total = count * feet[animal]
    return exchange(f"How many legs do {count} {animal}s have?",
                    f"One {animal} has {feet[animal]} legs, so {count} {animal}s have {count} x {feet[animal]} = {total} legs.")  # fmt: skip


def journey(rng: random.Random) -> Conversation:
    """Distance, speed or time, whichever is not given."""
    speed, hours = 10 * rng.randint(1, 15), rng.randint(2, 9)
    way = speed * hours
    who = rng.choice(("a car", "a train", "a bus", "a cyclist", "a plane", "a boat"))
    question, answer = rng.choice(
        (
            (f"How far does {who} go in {hours} hours at {speed} km/h?",
             f"{speed} km/h for {hours} hours is {speed} x {hours} = {way} kilometres."),
            (f"if {who} drives {speed} km per hour for {hours} hours how far is that",
             f"{speed} km/h for {hours} hours is {speed} x {hours} = {way} kilometres."),
            (f"How long does {who} take for {way} km at {speed} km/h?",
             f"{way} kilometres at {speed} km/h take {way} / {speed} = {hours} hours."),
            (f"{who} goes {way} km in {hours} hours. How fast is it?",
             f"{way} kilometres in {hours} hours are {way} / {hours} = {speed} km/h."),
        )
    )  # fmt: skip
    return exchange(question, answer)


def equation(rng: random.Random) -> Conversation:
    """x + a = b and a x = b, solved for x."""
    a, x = rng.randint(2, 12), rng.randint(1, 20)
    if rng.random() < 0.5:
        asked, working = f"x + {a} = {x + a}", f"x = {x + a} - {a}"
    else:
        asked, working = f"{a}x = {a * x}", f"x = {a * x} / {a}"
    question = rng.choice(
        ("Solve {0}", "solve for x: {0}", "What is x if {0}?", "{0}, find x", "if {0} what is x")
    )
    return exchange(question.format(asked), f"If {asked}, then {working}, so x = {x}.")


def tip(rng: random.Random) -> Conversation:
    percent, bill = rng.choice((10, 15, 20)), 20 * rng.randint(1, 10)
    part = percent * bill // 100
    question = rng.choice(("What is a {p}% tip on {b} dollars?", "{p} percent tip on ${b}", "how much is a {p}% tip on ${b}?",
                           "tip of {p}% for a bill of {b}"))  # fmt: skip
    answer = f"A {percent}% tip on {bill} is {part}, so {bill + part} in all."
    return exchange(question.format(p=percent, b=bill), answer)
