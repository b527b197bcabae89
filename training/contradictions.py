"""A text to what in it contradicts the engine's figures, or arithmetic: a sentence for each.

A number belongs to the subject behind it ("3.35 TB/s on an H100"), else to the one named last
before it, else to the first after it. A number without a subject is not judged.
"""

import math
import re
from collections.abc import Iterator, Sequence

from training.figures import FIGURES, WORDS, Figure

# "It" is about what the sentence before was about.
SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?!It |Its )|(?<=[。！？；])|\n")
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
NUMBER = rf"(?<![\w.,-])(\d[\d,]*(?:\.\d+)?|{'|'.join(WORDS)})"
VALUES = {re.compile(value.replace("#", NUMBER)): figures for value, figures in FIGURES.items()}
BEHIND = r" (?:for|of|on|from|per|at|by)(?: an?| one| the| eight)?(?: single)? (?:{})"
NEXT_CLAUSE = re.compile(r" (?:and|but|while|against) ")

PLAIN = r"-?\d[\d,]*(?:\.\d+)?"
SIDE = rf"{PLAIN}(?: ?[-+*/x×÷] ?{PLAIN})*"
EQUATION = re.compile(
    rf"(?<![.^(*/+×÷-] )(?<![\w.^(*/+-]){SIDE}(?: ?= ?{SIDE})+(?![\w^(]| ?[-+*/x^(])"
)
OPERATIONS = {
    "plus": "+", "minus": "-", "times": "*", "divided by": "/", "percent of": "% of",
    "per cent of": "% of", "% of": "% of",
}  # fmt: skip
IS = r",? (?:is|are|has|have|makes?|gives?|equals?) (about |roughly |some |nearly |almost |only )?"
SPOKEN = re.compile(rf"(?<![\w.,])({PLAIN}) ?({'|'.join(OPERATIONS)}) ({PLAIN}){IS}({PLAIN})")
# The units of one kind, each in the first one of them.
UNITS = (
    "metre 1, millimetre 1e-3, centimetre 1e-2, kilometre 1e3, mile 1609.344",
    "inch 1, foot 12, yard 36, centimetre 0.3937008, metre 39.37008",
    "second 1, minute 60, hour 3600, day 86400, week 604800, year 31557600, century 3155760000",
    "gram 1, kilogram 1e3, tonne 1e6, pound 453.59237, ounce 28.349523",
    "byte 1, kilobyte 1e3, megabyte 1e6, gigabyte 1e9, terabyte 1e12, mebibyte 1048576",
    "millilitre 1, centilitre 10, litre 1e3",
)
PLURALS = {"foot": "feet", "inch": "inches", "century": "centuries"}


def _sizes(units: str) -> dict[str, float]:
    sizes = {name: float(size) for name, size in (unit.split() for unit in units.split(","))}
    return sizes | {PLURALS.get(name, f"{name}s"): size for name, size in sizes.items()}


def _conversion(names: str) -> re.Pattern[str]:
    told = rf"\b(an?|one|{PLAIN}) ({names}){IS}({PLAIN}) ({names})\b"
    return re.compile(f"(?<!of )(?<!times ){told}", re.IGNORECASE)


KINDS = tuple((sizes, _conversion("|".join(sizes))) for sizes in map(_sizes, UNITS))
FAHRENHEIT = re.compile(rf"({PLAIN}) degrees Celsius{IS}({PLAIN}) degrees Fahrenheit")
ROUGHLY = {True: 0.06, False: 0.011}  # how far off a number may be that is told as "about"


def contradictions(text: str) -> Iterator[str]:
    """What is wrong in it, each in one line; code is left out."""
    for sentence in SENTENCE_END.split(CODE.sub(" ", text)):
        yield from _wrong_figures(sentence)
        yield from _wrong_sums(sentence)
        yield from _wrong_units(sentence)


def _wrong_figures(sentence: str) -> Iterator[str]:
    for value, figures in VALUES.items():
        for found in value.finditer(sentence):
            figure = _owner(sentence, found, figures)
            if figure and not figure.allows(found[1]) and not re.search(figure.unless, sentence):
                yield f"{found[0]!r}: {figure.truth}"


def _owner(sentence: str, found: re.Match[str], figures: Sequence[Figure]) -> Figure | None:
    """Whose the number is."""
    behind, before, after = sentence[found.end() :], [], []
    for rank, figure in enumerate(figures):
        if re.match(BEHIND.format(figure.subject), behind):
            return figure
        for subject in re.finditer(figure.subject, sentence):
            if subject.end() <= found.end(1):
                before.append((-subject.end(), rank))
            elif not NEXT_CLAUSE.search(sentence[found.end() : subject.start()]):
                after.append((subject.start(), rank))
    nearest = min(before or after, default=None)
    return figures[nearest[1]] if nearest else None


def _wrong_sums(sentence: str) -> Iterator[str]:
    for equation in EQUATION.findall(sentence):
        sides = [_computed(side) for side in equation.split("=")]
        if not all(math.isclose(sides[0], side, rel_tol=0.002) for side in sides):
            yield f"{equation!r}: {' is not '.join(f'{side:g}' for side in sides)}"
    for left, operation, right, about, told in SPOKEN.findall(sentence):
        expression = (
            f"{left}*{right}/100"
            if "%" in OPERATIONS[operation]
            else f"{left}{OPERATIONS[operation]}{right}"
        )
        yield from _wrong_result(_computed(expression), told, about, f"{left} {operation} {right}")


def _computed(side: str) -> float:
    """A sum of products, without brackets; what is divided by nothing is no number."""
    side = side.replace(",", "").replace(" ", "").translate(str.maketrans("x×÷", "**/"))
    total = 0.0
    for term in re.findall(r"[-+]?[^-+]+", side):
        first, *factors = re.split(r"([*/])", term)
        product = float(first)
        for sign, factor in zip(factors[::2], factors[1::2], strict=True):
            number = float(factor)
            product = product * number if sign == "*" else product / number if number else math.nan
        total += product
    return total


def _wrong_result(right: float, told: str, about: str, what: str) -> Iterator[str]:
    number, places = float(told.replace(",", "")), len(told.partition(".")[2])
    if not (
        round(right, places) == number or math.isclose(right, number, rel_tol=ROUGHLY[bool(about)])
    ):
        yield f"{what} is {right:g}, not {told}"


def _wrong_units(sentence: str) -> Iterator[str]:
    for sizes, told_as in KINDS:
        for count, unit, about, told, other in told_as.findall(sentence):
            number = _computed(count) if count[0].isdigit() or count[0] == "-" else 1.0
            right = number * sizes[unit.lower()] / sizes[other.lower()]
            yield from _wrong_result(right, told, about, f"{count} {unit} in {other}")
    for celsius, about, told in FAHRENHEIT.findall(sentence):
        yield from _wrong_result(_computed(celsius) * 1.8 + 32, told, about, f"{celsius} °C in °F")
