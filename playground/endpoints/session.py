"""What is wanted → a measurement: resolved, warmed up, asked, counted.

Ctrl-C keeps what is done.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lpu_engine import Message
from playground.endpoints import client
from playground.endpoints.addresses import ANYWHERE, resolve
from playground.endpoints.arguments import Wanted
from playground.endpoints.client import Ask, Endpoint, Limits, Piece, stream
from playground.endpoints.load import Load, Planned, planned, planned_warm_up
from playground.endpoints.measurement import Conditions, Measurement
from playground.endpoints.measuring import Asker, Told, measure
from playground.endpoints.prompts import Prompts
from playground.endpoints.records import Heard, Record, record
from playground.endpoints.summary import Summary, summary

TEMPERATURE = 0.0
MOST_BYTES = 64 * 2**20  # of one answer's body


class NotMeasured(Exception):
    """Why there is nothing to tell, in one sentence."""


@dataclass(frozen=True, slots=True)
class Found:
    """A measurement with each of its requests."""

    measurement: Measurement
    records: tuple[Record, ...]


def found(wanted: Wanted, prompts: Prompts, program: str, ended: Callable[[], None]) -> Found:
    """`ended` is called after each request; raises Failure, NotMeasured, KeyboardInterrupt."""
    load = wanted.load
    warm_up, plans = planned_warm_up(load, prompts.of), planned(load, prompts.of)
    resolved = asyncio.run(resolve(wanted.url, ANYWHERE))
    endpoint = Endpoint(resolved, wanted.model, wanted.key)
    client.load()
    _warm_up(load, warm_up, endpoint, wanted.timeout_s)
    conditions = _conditions(wanted, resolved.base_url, program)
    heard, is_cut_short = _heard(load, plans, endpoint, wanted.timeout_s, ended)
    records = tuple(record(each, prompts.count) for each in sorted(heard, key=_index))
    return Found(Measurement(conditions, is_cut_short, summary(records)), records)


def all_failed(summed: Summary) -> str:
    """The one sentence where no request was answered."""
    kinds = "; ".join(f"{each.count:,} × {each.kind}" for each in summed.failures)
    sentence = summed.failures[0].sentence
    return f"No request of {summed.totals.requests:,} was answered ({kinds}). {sentence}"


def _warm_up(load: Load, plans: Sequence[Planned], endpoint: Endpoint, timeout_s: float) -> None:
    """One after another; where all of them fail, the rest would too."""
    heard: list[Heard] = []
    one_by_one = Load(len(plans), 0, 1, None, load.prompt, load.output)
    asyncio.run(measure(one_by_one, plans, asker(endpoint, timeout_s, heard.append)))
    reasons = Counter(each.failure for each in heard)
    if heard and not reasons[None]:
        (reason, _), *_ = reasons.most_common(1)
        raise NotMeasured(f"Nothing was measured, the warm-up failed: {reason and reason.sentence}")


def _heard(
    load: Load,
    plans: Sequence[Planned],
    endpoint: Endpoint,
    timeout_s: float,
    ended: Callable[[], None],
) -> tuple[list[Heard], bool]:
    """What ended, and whether a Ctrl-C cut it short."""
    heard: list[Heard] = []

    def told(each: Heard) -> None:
        heard.append(each)
        ended()

    try:
        asyncio.run(measure(load, plans, asker(endpoint, timeout_s, told)))
    except KeyboardInterrupt:
        if not heard:
            raise
        return heard, True
    return heard, False


def asker(endpoint: Endpoint, timeout_s: float, told: Told) -> Asker:
    """Asks an endpoint by this machine's clock."""
    limits = Limits(first_byte_s=timeout_s, total_s=timeout_s, body_bytes=MOST_BYTES)

    def asked(planned: Planned) -> AsyncGenerator[Piece]:
        ask = Ask((Message("user", planned.prompt),), planned.most_tokens, TEMPERATURE)
        return stream(endpoint, ask, limits, time.perf_counter)

    return Asker(asked, told, time.perf_counter, asyncio.sleep)


def _conditions(wanted: Wanted, url: str, program: str) -> Conditions:
    load = wanted.load
    return Conditions(
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        url=url,
        model=wanted.model,
        program=program,
        requests=load.requests,
        warm_up=load.warm_up,
        concurrency=load.concurrency,
        rate_per_s=load.rate_per_s,
        prompt_tokens=str(load.prompt),
        output_tokens=str(load.output),
        temperature=TEMPERATURE,
        seed=load.seed,
        timeout_s=wanted.timeout_s,
    )


def _index(heard: Heard) -> int:
    return heard.index
