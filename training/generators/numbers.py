"""Sums by grammar, with their working, and small word problems.

Every answer states the result last, computed here, never typed by hand.
"""

import random

from training.corpus import Conversation, exchange
from training.generators.vocabulary import ANIMALS, FOODS, NAMES

PLURALS = {"cherrys": "cherries", "strawberrys": "strawberries", "peachs": "peaches", "mangos": "mangoes",
           "potatos": "potatoes", "tomatos": "tomatoes"}  # fmt: skip
ASK_SUM = (
    "What is {0}?", "what's {0}", "{0}", "{0} =", "{0}=?", "How much is {0}?", "Calculate {0}", "compute {0}",
    "Can you work out {0}?", "whats {0}?", "Please add up: {0}", "{0}?", "what does {0} make", "solve {0}",
)  # fmt: skip


def number(rng: random.Random) -> int:
    """One to three digits, each length likely, whole tens now and then."""
    largest = rng.choice((9, 20, 99, 99, 999, 999))
    value = rng.randint(0 if largest == 9 else 1, largest)
    return value // 10 * 10 if largest > 20 and rng.random() < 0.1 else value


def by_places(value: int) -> list[int]:
    """428 is 400, 20 and 8; zeros are left out."""
    digits = str(value)
    parts = [int(digit) * 10 ** (len(digits) - 1 - i) for i, digit in enumerate(digits)]
    return [part for part in parts if part] or [0]


def solve_addition(a: int, b: int) -> str:
    """Small sums at once; with three digits hundreds, tens and ones first."""
    if max(a, b) < 100:
        return f"{a} + {b} = {a + b}"
    places = [(a // p % 10 + b // p % 10) * p for p in (100, 10, 1)]
    return f"{a} + {b} = {' + '.join(str(place) for place in places)} = {a + b}"


def solve_subtraction(a: int, b: int) -> str:
    """Small ones at once; else take away hundreds, then tens, then ones."""
    if max(a, b) < 100 or b < 10 or a < b:
        return f"{a} - {b} = {a - b}" if a >= b else f"{a} - {b} = -({b} - {a}) = {a - b}"
    steps, left = [], a
    for part in by_places(b)[:-1]:
        steps.append(f"{left} - {part} = {left - part}")
        left -= part
    last = by_places(b)[-1]
    return ", ".join([*steps, f"{left} - {last} = {left - last}"]) + f", so {a} - {b} = {a - b}"


def solve_multiplication(a: int, b: int) -> str:
    """The table by heart; larger factors split at their tens."""
    if max(a, b) <= 12 or min(a, b) <= 1 or (b % 10 == 0 and b <= 100):
        return f"{a} x {b} = {a * b}"
    factor, other = (a, b) if len(by_places(a)) > 1 else (b, a)
    products = [part * other for part in by_places(factor)]
    if len(products) == 1:
        return f"{a} x {b} = {a * b}"
    return f"{a} x {b} = {' + '.join(map(str, products))} = {a * b}"


def _operation(rng: random.Random) -> tuple[str, str]:
    """A sum as people type it, and its solution."""
    kind = rng.choice("++++---**")
    a, b = number(rng), number(rng)
    space = rng.choice((" ", " ", ""))
    if kind == "+":
        return (
            f"{a}{space}{rng.choice(('+', '+', '+', 'plus') if space else ('+',))}{space}{b}",
            solve_addition(a, b),
        )
    if kind == "-":
        a, b = (max(a, b), min(a, b)) if rng.random() < 0.93 else (a, b)
        sign = rng.choice(("-", "-", "minus")) if space else "-"
        return f"{a}{space}{sign}{space}{b}", solve_subtraction(a, b)
    a, b = rng.choice(
        ((rng.randint(1, 12), rng.randint(1, 12)), (rng.randint(2, 99), rng.randint(2, 12)))
    )
    a, b = (a, b) if rng.random() < 0.7 else (b, a)
    sign = rng.choice(("*", "x", "times", "×")) if space else rng.choice("*x")
    return f"{a}{space}{sign}{space}{b}", solve_multiplication(a, b)


def sums(rng: random.Random) -> Conversation:
    asked, solved = _operation(rng)
    answer = f"{solved}."
    if rng.random() < 0.05:
        answer = f"That is easy: {answer}"
    talk = exchange(rng.choice(ASK_SUM).format(asked), answer)
    if rng.random() < 0.12:
        asked, solved = _operation(rng)
        talk += exchange(
            rng.choice(("and {0}?", "And what is {0}?", "now {0}")).format(asked), f"{solved}."
        )
    return talk


def division(rng: random.Random) -> Conversation:
    b, result = rng.randint(2, 12), rng.randint(1, 20)
    a, sign = b * result, rng.choice(("/", "divided by", "÷", ":"))
    question = rng.choice(ASK_SUM[:4] + ASK_SUM[5:9]).format(f"{a} {sign} {b}")
    return exchange(question, f"{a} / {b} = {result}.")


def word_problem(rng: random.Random) -> Conversation:
    name, food = rng.choice(NAMES), rng.choice(FOODS[:16]) + "s"
    food = PLURALS.get(food, food)
    a, b = rng.randint(2, 60), rng.randint(2, 30)
    small, each = rng.randint(2, 12), rng.randint(2, 12)
    most, least = max(a, b) + 1, min(a, b)
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
