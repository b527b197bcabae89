"""Sums by grammar, with their working as on paper.

Every answer states the result last, computed here, never typed by hand.
"""

import random

from training.corpus import Conversation, exchange, is_held_out

ASK_SUM = (
    "What is {0}?", "what's {0}", "{0}", "{0}", "{0} =", "{0}=?", "How much is {0}?", "Calculate {0}", "compute {0}",
    "Can you work out {0}?", "whats {0}?", "{0}?", "what does {0} make", "solve {0}", "what is {0}", "what does {0} equal?",
    "how much is {0}", "do the sum {0}", "answer this: {0}", "can you calculate {0}?", "quick, {0}", "tell me {0}",
)  # fmt: skip
SPOKEN = {
    "+": ("add {a} and {b}", "What is the sum of {a} and {b}?", "add {b} to {a}", "sum of {a} and {b}"),
    "-": ("subtract {b} from {a}", "take {b} away from {a}", "What is {a} take away {b}?",
          "What is the difference between {a} and {b}?", "What is {a} less {b}?"),
    "x": ("multiply {a} by {b}", "What is the product of {a} and {b}?", "multiply {a} and {b}"),
}  # fmt: skip
SIGNS = {
    "+": ("+", "+", "+", "+", "plus", "and"),
    "-": ("-", "-", "-", "minus"),
    "x": ("*", "x", "x", "times", "×"),
}
LARGEST_TABLE = 12


def number(rng: random.Random) -> int:
    """One to three digits, three the likeliest, now and then four; whole tens now and then."""
    digits = rng.choices((1, 2, 3, 4), (4, 8, 10, 1))[0]
    value = rng.randint(0 if digits == 1 else 10 ** (digits - 1), 10**digits - 1)
    return value // 10 * 10 if digits > 1 and rng.random() < 0.1 else value


def column(value: int, place: int) -> int:
    """The digit of `value` at 10 ** place."""
    return value // int(10**place) % 10


def add_columns(a: int, b: int) -> str:
    """345 and 278 as on paper, ones first, the carry last: 5 + 8 = 13, 4 + 7 + 1 = 12, 3 + 2 + 1 = 6."""
    steps, carry = [], 0
    for place in range(len(str(max(a, b)))):
        x, y = column(a, place), column(b, place)
        total = x + y + carry
        steps.append(f"{x} + {y}{' + 1' if carry else ''} = {total}")
        carry = total // 10
    return ", ".join(steps)


def subtract_columns(a: int, b: int) -> str:
    """423 less 178 as on paper, ones first, ten borrowed where needed and given back as - 1:
    13 - 8 = 5, 12 - 1 - 7 = 4, 4 - 1 - 1 = 2."""
    steps, borrowed = [], 0
    for place in range(len(str(a))):
        x, y = column(a, place), column(b, place)
        is_short = x - borrowed < y
        top = x + 10 * is_short
        steps.append(f"{top}{' - 1' if borrowed else ''} - {y} = {top - borrowed - y}")
        borrowed = int(is_short)
    return ", ".join(steps)


def multiply_columns(a: int, digit: int) -> str:
    """37 times 6 as on paper, ones first, the carry last: 7 x 6 = 42, 3 x 6 + 4 = 22."""
    steps, carry = [], 0
    for place in range(len(str(a))):
        x = column(a, place)
        total = x * digit + carry
        steps.append(f"{x} x {digit}{f' + {carry}' if carry else ''} = {total}")
        carry = total // 10
    return ", ".join(steps)


def solve_addition(a: int, b: int) -> str:
    """Single digits by heart, all else column by column."""
    if max(a, b) < 10:
        return f"{a} + {b} = {a + b}"
    return f"{a} + {b}: {add_columns(a, b)}. So {a} + {b} = {a + b}"


def solve_subtraction(a: int, b: int) -> str:
    if max(a, b) < 10:
        return f"{a} - {b} = {a - b}"
    if a < b:
        return f"{a} - {b}: {b} is larger, so {b} - {a}: {subtract_columns(b, a)}. So {a} - {b} = {a - b}"
    return f"{a} - {b}: {subtract_columns(a, b)}. So {a} - {b} = {a - b}"


def solve_multiplication(a: int, b: int) -> str:
    """The table by heart; a factor of one digit column by column, one of two digits as two such."""
    if max(a, b) <= LARGEST_TABLE or min(a, b) <= 1:
        return f"{a} x {b} = {a * b}"
    large, small = max(a, b), min(a, b)
    if small < 10:
        return f"{a} x {b}: {multiply_columns(large, small)}. So {a} x {b} = {a * b}"
    ones, tens = small % 10, small // 10
    parts = (large * ones, large * tens * 10)
    return (
        f"{a} x {b}: {multiply_columns(large, ones)}: {parts[0]}. {multiply_columns(large, tens)}: {parts[1]}. "
        f"{add_columns(*parts)}. So {a} x {b} = {a * b}"
    )


SOLVE = {"+": solve_addition, "-": solve_subtraction, "x": solve_multiplication}


def _operands(sign: str, rng: random.Random) -> tuple[int, int]:
    if sign == "x":
        limits = rng.choices(((12, 12), (99, 9), (999, 9), (99, 99)), (8, 6, 2, 3))[0]
        pair = (rng.randint(1, limits[0]), rng.randint(1, limits[1]))
        return pair if rng.random() < 0.7 else (pair[1], pair[0])
    a, b = number(rng), number(rng)
    return (max(a, b), min(a, b)) if sign == "-" and rng.random() < 0.93 else (a, b)


def is_held_out_sum(sign: str, a: int, b: int) -> bool:
    """Whether these operands are never trained on together; what is known by heart is never so."""
    return max(a, b) > LARGEST_TABLE and is_held_out(f"{min(a, b)} {sign} {max(a, b)}")


def held_out_sum(rng: random.Random) -> tuple[str, int]:
    """A sum or difference of two or three digits as people type it, and its result."""
    while True:
        sign, digits = rng.choice("+-"), rng.choice((2, 3, 3))
        b, a = sorted(rng.randint(10 ** (digits - 1), 10**digits - 1) for _ in range(2))
        if is_held_out_sum(sign, a, b):
            space = rng.choice((" ", " ", ""))
            question = rng.choice(ASK_SUM).format(f"{a}{space}{sign}{space}{b}")
            return question, a + b if sign == "+" else a - b


def _asked(rng: random.Random) -> tuple[str, str]:
    """A sum as people type it, and its solution."""
    sign = rng.choice("++++---xx")
    a, b = _operands(sign, rng)
    while is_held_out_sum(sign, a, b):
        a, b = _operands(sign, rng)
    solved = SOLVE[sign](a, b)
    if rng.random() < 0.12:
        return rng.choice(SPOKEN[sign]).format(a=a, b=b), solved
    typed = rng.choice(SIGNS[sign])
    space = " " if typed.isalpha() and typed != "x" else rng.choice((" ", " ", ""))
    return rng.choice(ASK_SUM).format(f"{a}{space}{typed}{space}{b}"), solved


def sums(rng: random.Random) -> Conversation:
    """One sum, sometimes a second after it."""
    talk = exchange(*_ended(_asked(rng)))
    if rng.random() < 0.12:
        asked, solved = _ended(_asked(rng))
        talk += exchange(rng.choice(("and {0}", "{0}", "now {0}")).format(asked), solved)
    return talk


def _ended(asked_solved: tuple[str, str]) -> tuple[str, str]:
    return asked_solved[0], f"{asked_solved[1]}."


def drill(rng: random.Random) -> Conversation:
    """Several small sums at once: what every column comes down to."""
    asked = [_small_sum(rng) for _ in range(rng.choice((3, 4, 6, 8)))]
    question = rng.choice(("{0}", "Work these out: {0}", "solve {0}", "What are {0}?"))
    told = ", ".join(f"{text} = {result}" for text, result in asked)
    return exchange(question.format(", ".join(text for text, _ in asked)), f"{told}.")


def _small_sum(rng: random.Random) -> tuple[str, int]:
    """One step of a column: two digits and a carry, or a borrowed ten."""
    a, b, carry = rng.randint(0, 9), rng.randint(0, 9), rng.randint(0, 1)
    sign = rng.choice("++--x")
    if sign == "+":
        return f"{a} + {b}{' + 1' * carry}", a + b + carry
    if sign == "-":
        top = b + carry + rng.randint(0, 9)
        return f"{top}{' - 1' * carry} - {b}", top - carry - b
    carried = rng.randint(1, 8)
    return f"{a} x {b}{f' + {carried}' * carry}", a * b + carried * carry


def division(rng: random.Random) -> Conversation:
    b = rng.randint(2, 12)
    result = rng.choice((rng.randint(1, 12), rng.randint(1, 25), 10 * rng.randint(1, 12)))
    a, sign = b * result, rng.choice(("/", "/", "divided by", "÷", ":"))
    space = " " if sign == "divided by" else rng.choice((" ", " ", ""))
    question = rng.choice(ASK_SUM).format(f"{a}{space}{sign}{space}{b}")
    return exchange(question, f"{a} / {b} = {result}, because {b} x {result} = {a}.")


def percentage(rng: random.Random) -> Conversation:
    percent, whole = rng.choice((1, 5, 10, 20, 25, 50, 75, 100)), 20 * rng.randint(1, 25)
    part = f"{percent * whole / 100:.2f}".rstrip("0").rstrip(".")
    question = rng.choice(("What is {p}% of {w}?", "{p}% of {w}", "{p} percent of {w}", "how much is {p} percent of {w}?",
                           "calculate {p}% of {w}", "whats {p}% of {w}"))  # fmt: skip
    return exchange(question.format(p=percent, w=whole), f"{percent}% of {whole} is {part}.")


def square(rng: random.Random) -> Conversation:
    """Squares, and roots of squares."""
    a = rng.randint(1, 20)
    if rng.random() < 0.5:
        question = rng.choice(
            ("What is {0} squared?", "{0} squared", "{0}^2", "square of {0}", "what is {0}**2")
        )
        return exchange(question.format(a), f"{a} squared is {a} x {a} = {a * a}.")
    question = rng.choice(
        (
            "What is the square root of {0}?",
            "square root of {0}",
            "sqrt({0})",
            "sqrt {0}",
            "root of {0}",
        )
    )
    return exchange(
        question.format(a * a), f"The square root of {a * a} is {a}, because {a} x {a} = {a * a}."
    )


def half_or_double(rng: random.Random) -> Conversation:
    a = rng.choice((rng.randint(1, 50), 10 * rng.randint(1, 50)))
    if rng.random() < 0.5:
        question = rng.choice(
            ("What is half of {0}?", "half of {0}", "whats half of {0}", "{0} divided in half")
        )
        return exchange(question.format(2 * a), f"Half of {2 * a} is {a}.")
    question = rng.choice(
        ("What is double {0}?", "double {0}", "twice {0}", "What is two times {0}?")
    )
    return exchange(question.format(a), f"Double {a} is {2 * a}.")
