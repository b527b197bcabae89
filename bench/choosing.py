"""What a user names after --only → the parts that are meant, in the order in which they run."""

from collections.abc import Sequence


class NoSuchPart(ValueError):
    """A name that no part has; the sentence tells which there are."""


def chosen(wanted: Sequence[str], parts: Sequence[str]) -> list[str]:
    """The parts with a wanted name in theirs, whole words only: 6M, decode, 6M-decode-1.

    None wanted: all of them. Raises NoSuchPart.
    """
    for name in wanted:
        if not any(_means(name, part) for part in parts):
            raise NoSuchPart(f"There is no part {name!r}; there are {', '.join(parts)}.")
    return [part for part in parts if not wanted or any(_means(name, part) for name in wanted)]


def _means(name: str, part: str) -> bool:
    return f"-{name.lower()}-" in f"-{part.lower()}-"
