"""What went wrong with an endpoint → a code, its HTTP status, one sentence of ours.

A foreign body is never repeated, and no sentence holds a key.
"""

from typing import Literal

FailureCode = Literal[
    "bad_url",
    "bad_key",
    "not_allowed",
    "unknown_host",
    "unreachable",
    "insecure",
    "slow",
    "never_ending",
    "too_large",
    "redirect",
    "status",
    "cut_off",
    "garbage",
    "refused",
]

OF_STATUS = {
    400: "it does not take this request",
    401: "it wants a key, or another one",
    403: "this key may not ask it",
    404: "there is no such model, or the URL is not the one of its API",
    422: "it does not take this request",
    429: "it has too much to do, or this key's allowance is used up",
}


class Failure(Exception):
    """An endpoint that cannot be asked, or whose answer is none. `status`: what HTTP said."""

    def __init__(self, code: FailureCode, sentence: str, status: int | None = None) -> None:
        super().__init__(sentence)
        self.code: FailureCode = code
        self.sentence = sentence
        self.status = status


def unreachable() -> Failure:
    told = "The endpoint cannot be reached: does it run, and is this its address?"
    return Failure("unreachable", told)


def insecure(*, has_certificate: bool) -> Failure:
    """No connection by https; `has_certificate`: it has one, and that does not hold."""
    if has_certificate:
        told = "The endpoint's certificate does not hold: is it for this name, and trusted here?"
    else:
        told = "No connection by https came about: the endpoint may know http:// alone."
    return Failure("insecure", told)


def of_status(status: int) -> Failure:
    """A refusal by HTTP; redirects too, which are not followed."""
    if 300 <= status < 400:
        sentence = f"The endpoint answered {status}, which points elsewhere: give that URL itself."
        return Failure("redirect", sentence, status)
    why = OF_STATUS.get(status, "something broke there" if status >= 500 else "it refused")
    return Failure("status", f"The endpoint answered {status}: {why}.", status)
