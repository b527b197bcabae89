"""Measurements whose every number is known beforehand."""

from collections.abc import Sequence
from dataclasses import replace

from playground.endpoints.measurement import Conditions, Measurement
from playground.endpoints.records import Heard, Reason, Record, record
from playground.endpoints.summary import summary

CONDITIONS = Conditions(
    date="2026-11-22 23:40 UTC",
    url="http://127.0.0.1:8331/v1",
    model="some-model",
    program="0.6.0",
    requests=4,
    warm_up=1,
    concurrency=2,
    rate_per_s=None,
    prompt_tokens="550 ± 150",
    output_tokens="150",
    temperature=0.0,
    seed=0,
    timeout_s=120.0,
)
REFUSED = Reason("status 429", "The endpoint answered 429.")


def words(text: str) -> int:
    """A tokenizer: a token a word."""
    return len(text.split())


def heard(
    index: int,
    times: Sequence[float],
    *,
    tokens: int | None = None,
    sent_s: float = 0.0,
    late_s: float = 0.0,
    failure: Reason | None = None,
) -> Heard:
    """A word at each time; `tokens` as the endpoint reports them."""
    pieces = tuple((at_s, "word ") for at_s in times)
    ended_s = times[-1] if times else 1.0
    prompt = None if tokens is None else 500
    return Heard(index, sent_s, late_s, ended_s, pieces, prompt, tokens, failure)


def records(*each: Heard) -> list[Record]:
    return [record(one, words) for one in each]


def four(slower: float = 1.0) -> list[Record]:
    """Three answers of 5 tokens, first after 0.1, 0.2 and 0.3 s, then 0.1 s apart; one refused."""
    answered = [
        heard(i, [slower * (0.1 * (i + 1) + 0.1 * n) for n in range(5)], tokens=5, sent_s=float(i))
        for i in range(3)
    ]
    return records(*answered, heard(3, [], sent_s=3.0, failure=REFUSED))


def measurement(
    slower: float = 1.0, *, is_cut_short: bool = False, **changed: object
) -> Measurement:
    conditions = replace(CONDITIONS, **changed)  # type: ignore[arg-type]
    return Measurement(conditions, is_cut_short, summary(four(slower)))
