"""A client's wish → an answer or a race that is kept, or BadMessage with the reason.

What takes time runs in threads: a socket hears `stop` meanwhile.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings

from lpu_engine import (
    PREVIEW_PROMPT_TOKENS,
    BadSystem,
    Busy,
    Entry,
    Generation,
    GpuForecast,
    GpuSystem,
    Lane,
    Model,
    NoWords,
    PromptTooLong,
    RefusedChat,
    Request,
    UnknownModel,
    Work,
    ratios_of,
    smallest_window,
)
from playground.answers import Answer, TooMany
from playground.endpoints.addresses import Allowed
from playground.endpoints.asking import Question, begin_asking
from playground.endpoints.log import EndpointLog
from playground.messages import (
    BadMessage,
    Code,
    EndpointEntry,
    Generate,
    Race,
    RaceEntry,
    Resume,
)
from playground.races import lanes_for
from playground.site import Site

REFUSALS: tuple[tuple[type[Exception], Code], ...] = (
    (Busy, "busy"),
    (TooMany, "busy"),
    (UnknownModel, "unknown_model"),
    (PromptTooLong, "too_long"),
    (RefusedChat, "bad_message"),
    (NoWords, "no_words"),
)

HasLeft = Callable[[], bool]


async def new_answer(
    site: Site, address: str, message: Generate, has_left: HasLeft
) -> Answer | None:
    """None where the client left before it was given the key: nobody could ever read it."""
    system = message.baseline
    with _refusals(), site.answers.place(address):
        if system is not None:
            _on_gpus(site.catalog.model(message.request.model), system, PREVIEW_PROMPT_TOKENS)
        generation = await _submitted(site, message.request, has_left)
        if generation is None:
            return None
        with _stopping(generation):
            baseline = _baseline(generation, system)
        return site.answers.add(address, generation, baseline)


async def new_race(site: Site, address: str, message: Race, has_left: HasLeft) -> Answer | None:
    """As an answer; what must be compiled is compiled before the words are asked for."""
    entries, catalog = message.entries, site.catalog
    with _refusals(), site.answers.place(address):
        await asyncio.to_thread(lanes_for, entries, catalog, PREVIEW_PROMPT_TOKENS)
        if has_left():
            return None
        model = smallest_window(_of_catalog(entries), catalog)
        if message.words is not None:
            generation = _words_of(site, message.words, model)
        else:
            request = Request(model.id, message.messages, message.params)
            written = await _submitted(site, request, has_left)
            if written is None:
                return None
            generation = written
        is_replay = message.words is not None
        with _stopping(None if is_replay else generation):
            lanes = await asyncio.to_thread(lanes_for, entries, catalog, len(generation.prompt))
        if has_left():
            if not is_replay:
                generation.stop(0)
            return None
        return _kept_race(site, address, message, generation, lanes)


def _kept_race(
    site: Site, address: str, message: Race, generation: Generation, lanes: tuple[Lane, ...]
) -> Answer:
    """The race, with a log for each endpoint; in a new one they begin to be asked."""
    asked = {i: each for i, each in enumerate(message.entries) if isinstance(each, EndpointEntry)}
    is_replay = message.words is not None
    if message.words is None:
        logs = {i: _new_log(entry, message) for i, entry in asked.items()}
    else:
        logs = {i: _old_log(site, message.words, i, entry) for i, entry in asked.items()}
    answer = site.answers.add_race(
        address, generation, lanes, ratios_of(lanes), is_replay=is_replay, logs=logs
    )
    if asked and not is_replay:
        questions = [Question(logs[i], entry.key) for i, entry in asked.items()]
        allowed: Allowed = settings.PLAYGROUND_ENDPOINTS
        answer.asking = begin_asking(
            generation, questions, allowed.to_visitor(address), site.answers.watching
        )
        answer.asking.add_done_callback(answer.forget_asking)
    return answer


def earlier(site: Site, message: Resume) -> tuple[Answer, list[int]]:
    """The answer of a key, and how many tokens its reader has; of a race, in each lane."""
    answer = site.answers.find(message.key)
    if answer is None:
        raise BadMessage("gone", "This answer is not kept any more: ask again.")
    if message.is_race != bool(answer.lanes):
        name = "counts" if answer.lanes else "count"
        raise BadMessage("bad_param", f"This key is resumed with {name}.")
    if answer.lanes and len(message.counts) != len(answer.lanes):
        wanted = f"counts must be a list of a number for each lane, {len(answer.lanes)} in all."
        raise BadMessage("bad_param", wanted)
    return answer, [_start(answer.log_of(lane), n) for lane, n in enumerate(message.counts)]


def _start(log: Generation | EndpointLog, count: int) -> int:
    """Where a reader goes on who has `count` of a log."""
    length = len(log.tokens)
    if count > length and log.ending is None:
        raise BadMessage("bad_param", f"count must be {length} or less: there are no more yet.")
    return min(count, length)


@contextmanager
def _refusals() -> Iterator[None]:
    """What the engine or the limits refuse becomes a message to the client."""
    try:
        yield
    except tuple(kind for kind, _ in REFUSALS) as refused:
        code = next(code for kind, code in REFUSALS if isinstance(refused, kind))
        raise BadMessage(code, str(refused)) from refused


@contextmanager
def _stopping(generation: Generation | None) -> Iterator[None]:
    """Words that nobody will read are not computed to their end."""
    try:
        yield
    except BadMessage:
        if generation is not None:
            generation.stop(0)
        raise


async def _submitted(site: Site, request: Request, has_left: HasLeft) -> Generation | None:
    generation = await asyncio.to_thread(site.engine.submit, request)
    if not has_left():
        return generation
    generation.stop(0)
    return None


def _words_of(site: Site, key: str, smallest: Model) -> Generation:
    """The words of an earlier race; `smallest` is the model of its lanes that has least room."""
    race = site.answers.find(key)
    if race is None or not race.lanes:
        raise BadMessage("gone", "The words of this race are not kept any more: race again.")
    if race.generation.ending is None:
        raise BadMessage("busy", "The words of this race are still being computed: wait.")
    length = len(race.generation.prompt) + len(race.generation.tokens)
    if length > smallest.window:
        raise BadMessage(
            "too_long",
            f"These words are {length:,} tokens, and {smallest.name} has a window of"
            f" {smallest.window:,}: race again.",
        )
    return race.generation


def _of_catalog(entries: Sequence[RaceEntry]) -> list[Entry]:
    return [entry for entry in entries if not isinstance(entry, EndpointEntry)]


def _new_log(entry: EndpointEntry, message: Race) -> EndpointLog:
    return EndpointLog(entry.url, Request(entry.model, message.messages, message.params))


def _old_log(site: Site, key: str, lane: int, entry: EndpointEntry) -> EndpointLog:
    """What that endpoint wrote in the race whose words run again."""
    race = site.answers.find(key)
    logs = race.logs.items() if race is not None else ()
    for _, log in sorted(logs, key=lambda item: item[0] != lane):  # first what stood in this lane
        if (log.url, log.request.model) == (entry.url, entry.model):
            return log
    told = f"lanes[{lane}]: That endpoint was not in the race that is run again: race anew."
    raise BadMessage("bad_param", told)


def _on_gpus(model: Model, system: GpuSystem | None, prompt_tokens: int) -> GpuForecast:
    try:
        return model.on_gpus(system, Work(prompt_tokens))
    except BadSystem as error:
        raise BadMessage("bad_param", f"baseline: {error}") from None


def _baseline(generation: Generation, system: GpuSystem | None) -> GpuForecast | None:
    """What stands beside an answer; none where nobody asked and the usual GPUs cannot hold it."""
    try:
        return _on_gpus(generation.model, system, len(generation.prompt))
    except BadMessage:
        if system is None:
            return None
        raise
