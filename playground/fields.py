"""A value of parsed JSON → a field's value, or BadMessage with a sentence that names the field.

`True` is no number here, though Python would say so, and text must be valid Unicode: JSON can
smuggle half a surrogate pair, which no tokenizer takes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from playground.messages import BadMessage, Code

Option = TypeVar("Option", bound=str)
NAME_LIMIT = 40  # of a field's name that is quoted back


def only(given: Mapping[str, Any], known: Sequence[str], path: str = "") -> None:
    """Refuses fields that are not known."""
    for name in given:
        if name not in known:
            there_are = ", ".join(known)
            raise BadMessage(
                "bad_param", f"{path}{name[:NAME_LIMIT]} is not known here; known are {there_are}."
            )


def mapping(value: object, path: str, code: Code) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadMessage(code, f"{path} must be an object.")
    return value


def items(value: object, path: str, code: Code) -> list[Any]:
    if not isinstance(value, list):
        raise BadMessage(code, f"{path} must be a list.")
    return value


def text(value: object, path: str, code: Code = "bad_message") -> str:
    if not isinstance(value, str):
        raise BadMessage(code, f"{path} must be a string.")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise BadMessage(code, f"{path} holds half of a character: a lone surrogate.") from None
    return value


def listed(value: object, path: str, options: Sequence[Option], code: Code) -> Option:
    for option in options:
        if option == value:
            return option
    raise BadMessage(code, f"{path} must be one of {', '.join(options)}.")


def is_true(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise BadMessage("bad_param", f"{path} must be true or false.")
    return value


def whole(value: object, path: str, low: int, high: int, code: Code = "bad_param") -> int:
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    raise BadMessage(code, f"{path} must be a whole number from {low} to {high}.")


def number(value: object, path: str, low: float, high: float, *, above: bool = False) -> float:
    """A number from `low` to `high`; `above`: `low` itself is refused."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        is_inside = low < value <= high if above else low <= value <= high
        if is_inside:
            return float(value)
    bounds = f"above {low} and up to {high}" if above else f"from {low} to {high}"
    raise BadMessage("bad_param", f"{path} must be a number {bounds}.")


def stop_strings(value: object, path: str, count: int, length: int) -> tuple[str, ...]:
    """One string or a list of them; null and an empty list are none."""
    given = [] if value is None else [value] if isinstance(value, str) else value
    strings = [text(each, path, "bad_param") for each in items(given, path, "bad_param")]
    if len(strings) > count or not all(1 <= len(each) <= length for each in strings):
        raise BadMessage(
            "bad_param",
            f"{path} must be a string or up to {count} of them, each of 1 to {length} characters.",
        )
    return tuple(strings)
