"""A lane whose words an endpoint writes: asked before the flag, shown at its own times, alone hurt.

The endpoints are real servers on loopback; the race over what they wrote has a clock of its own.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from endpoint_server import MISBEHAVING, TEXTS, Behave, cut_off, serving, silent, well
from test_races import Raced, a_lane, a_log, moments, race
from world import a_generation

from lpu_engine import Message, Params, Request
from playground.answers import Answers
from playground.endpoints import asking
from playground.endpoints.addresses import ANYWHERE, Allowed
from playground.endpoints.asking import BROKE, WROTE_NOTHING, Question, begin_asking, fill
from playground.endpoints.client import Limits, Piece, Usage
from playground.endpoints.log import EndpointLog
from playground.messages import (
    Asking,
    EndpointEntry,
    Error,
    Flag,
    LaneFinished,
    RaceAccepted,
    RaceFinished,
    ShownEndpoint,
)
from playground.races import RaceStream, endpoint_lane

LIMITS = Limits(body_bytes=20_000)
SHORT = {"slow": Limits(first_byte_s=0.2), "never ending": Limits(total_s=0.4)}
REQUEST = Request("m", (Message("user", "Hi"),), Params(max_tokens=9, temperature=0.5))


@contextmanager
def unwatched(log: EndpointLog) -> Iterator[None]:
    yield


def written(behave: Behave, allowed: Allowed = ANYWHERE, limits: Limits = LIMITS) -> EndpointLog:
    """What a server on loopback wrote, by the real clock."""

    async def ask() -> EndpointLog:
        async with serving(behave) as served:
            log = EndpointLog(served.url, REQUEST)
            await fill(Question(log, "k"), allowed, unwatched, limits)
            return log

    return asyncio.run(ask())


def written_by_the_dead() -> EndpointLog:
    """What comes of a port where nobody listens any more."""

    async def ask() -> EndpointLog:
        async with serving(well()) as served:
            log = EndpointLog(served.url, REQUEST)
        await fill(Question(log, "k"), ANYWHERE, unwatched)
        return log

    return asyncio.run(ask())


def failed(name: str) -> EndpointLog:
    """The log of an endpoint that fails in one of the ways of TOLD."""
    if name == "dead":
        return written_by_the_dead()
    if name == "not allowed":
        return written(well(), Allowed())
    return written(MISBEHAVING[name], limits=SHORT.get(name, LIMITS))


def a_stamped_log(*at_s: float, counted: int | None = None) -> EndpointLog:
    log = EndpointLog("http://localhost:1/v1", REQUEST)
    for i, each in enumerate(at_s):
        log.append(Piece(f"<{i}>", each))
    log.append(Piece("", at_s[-1], None if counted is None else Usage(5, counted), "stop"))
    log.finish("stop")
    return log


def run(*lanes: object, log: EndpointLog | None = None) -> Raced:
    """A race over 40 words; None among the lanes is the endpoint with its log."""
    logs = {} if log is None else {lanes.index(None): log}
    lane = endpoint_lane(EndpointEntry("http://localhost:1/v1", "m"))
    all_lanes = tuple(lane if each is None else each for each in lanes)
    words, answers = a_log(40), Answers(lambda: 0.0)
    kept = answers.add_race("here", words, all_lanes, (), is_replay=False, logs=logs)  # type: ignore[arg-type]
    raced, is_finished = race(words, *all_lanes, answer=kept)  # type: ignore[arg-type]
    assert is_finished
    return raced


TOLD = {
    "dead": "The endpoint cannot be reached: does it run,",
    "not allowed": "whoever runs this site allows it with PLAYGROUND_ENDPOINTS=http://127.0.0.1:",
    "slow": "No byte of an answer came within 0.2 s.",
    "401": "The endpoint answered 401: it wants a key, or another one.",
    "404": "The endpoint answered 404: there is no such model",
    "429": "The endpoint answered 429: it has too much to do",
    "500": "The endpoint answered 500: something broke there.",
    "hanging up": "The connection ended before the answer did.",
    "cut off": "The connection ended before the answer did.",
    "garbage": "is no stream of chat completions.",
    "never ending": "The answer did not end within 0.4 s.",
    "redirect": "The endpoint answered 302, which points elsewhere",
    "too large": "The answer is larger than 20,000 bytes.",
    "empty": WROTE_NOTHING,
}


def releases(raced: Raced, lane: int) -> list[tuple[float, str, int]]:
    """When each text of a lane left, in seconds since the flag."""
    return [(at_s, frame.text, frame.count) for at_s, frame in moments(raced, lane)]


@pytest.mark.parametrize("name", TOLD)
def test_one_that_fails_fails_alone_and_the_others_stand_to_the_microsecond(name: str) -> None:
    whole = a_lane(255.0, 0.01), a_lane(7.0, 0.3)
    alone = run(*whole)
    raced = run(whole[0], None, whole[1], log=failed(name))
    for lane, before in ((0, 0), (2, 1)):
        assert releases(raced, lane) == releases(alone, before) != []
        assert raced.finished(lane)[1].clock == alone.finished(before)[1].clock
    assert raced.finished(1)[1].reason == "error"
    assert raced.finished(1)[1].clock.total_s is None
    (error,) = (m for _, m in raced.told if isinstance(m, Error))
    assert (error.code, error.message[:10]) == ("endpoint", "lanes[1]: ")
    assert TOLD[name] in error.message
    last = raced.told[-1][1]
    assert isinstance(last, RaceFinished)
    assert last.reason == "stop"


def test_no_way_to_fail_is_left_out() -> None:
    assert set(TOLD) == {"dead", "not allowed", *MISBEHAVING}


def test_a_fault_of_ours_ends_its_log_alone_and_says_nothing_of_what_it_held(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("this holds sk-secret")

    monkeypatch.setattr(asking, "Endpoint", breaks)
    with caplog.at_level(logging.DEBUG):
        raced = run(None, a_lane(100.0), log=written(well()))
    (error,) = (m for _, m in raced.told if isinstance(m, Error))
    assert BROKE in error.message
    assert [raced.finished(lane)[1].reason for lane in (0, 1)] == ["error", "stop"]
    assert "RuntimeError at test_endpoint_races.py" in caplog.text
    assert "sk-secret" not in caplog.text + error.message


def test_what_came_before_it_was_cut_off_is_shown_and_has_no_account() -> None:
    raced = run(None, log=written(cut_off))
    assert raced.text(0) == "Hello"
    end = raced.finished(0)[1]
    assert (end.reason, end.count, end.clock.total_s) == ("error", 2, None)


def test_its_own_words_are_let_out_at_their_measured_times() -> None:
    stamps = (0.2, 0.31, 0.355, 0.9)
    raced = run(a_lane(100.0), None, log=a_stamped_log(*stamps, counted=7))
    left_s = [at_s for at_s, _ in moments(raced, 1)]
    assert left_s == pytest.approx(stamps, abs=1e-6)
    assert raced.text(1) == "<0><1><2><3>"
    assert raced.text(0) == "".join(f"<{i}>" for i in range(40)), "the race's words, as ever"
    clock = raced.finished(1)[1].clock
    assert (clock.ttft_s, clock.total_s) == (0.2, 0.9)
    assert clock.tokens_per_s == pytest.approx(6 / 0.7), "the 7 tokens of its usage"
    assert clock.end_to_end_tokens_per_s == pytest.approx(7 / 0.9)


def test_the_flag_says_how_many_tokens_it_wrote_and_whether_it_told() -> None:
    for counted, tokens, is_reported, prompt in ((7, 7, True, 5), (None, 3, False, None)):
        raced = run(None, a_lane(100.0), log=a_stamped_log(0.1, 0.2, 0.5, counted=counted))
        (flag,) = (m for _, m in raced.told if isinstance(m, Flag))
        shown, none = flag.endpoints
        assert none is None
        assert isinstance(shown, ShownEndpoint)
        assert (shown.deltas, shown.tokens, shown.is_reported) == (3, tokens, is_reported)
        assert (shown.prompt_tokens, shown.measured.ttft_s) == (prompt, 0.1)
        assert shown.measured.tokens_per_s == pytest.approx((tokens - 1) / 0.4)


def test_endpoints_are_asked_in_turn_once_the_words_are_there() -> None:
    async def raced() -> None:
        words, answers = a_generation(), Answers(lambda: 0.0)
        words_at_request: list[bool] = []
        order: list[str] = []

        def noting(name: str) -> Behave:
            async def behave(asked: object, writer: asyncio.StreamWriter) -> None:
                words_at_request.append(words.ending is not None)
                order.append(f"{name} asked")
                await well()(asked, writer)  # type: ignore[arg-type]
                order.append(f"{name} told")

            return behave

        async with serving(noting("one")) as one, serving(noting("two")) as two:
            logs = [EndpointLog(served.url, REQUEST) for served in (one, two)]
            questions = [Question(log, "") for log in logs]
            task = begin_asking(words, questions, ANYWHERE, answers.watching)
            await asyncio.sleep(0.1)
            assert order == []
            words.append(0, "x", 0.0)
            words.finish("stop")
            await task
        assert order == ["one asked", "one told", "two asked", "two told"]
        assert words_at_request == [True, True]
        assert ["".join(t.text for t in log.tokens) for log in logs] == ["".join(TEXTS)] * 2

    asyncio.run(raced())


@pytest.mark.parametrize("reason", ["error", "stopped"])
def test_no_endpoint_is_asked_where_the_words_failed(reason: str) -> None:
    async def raced() -> None:
        words = a_generation()
        words.finish(reason)  # type: ignore[arg-type]
        async with serving(well()) as served:
            log = EndpointLog(served.url, REQUEST)
            await begin_asking(words, [Question(log, "")], ANYWHERE, unwatched)
        assert served.asked == []
        assert log.ending is not None
        assert log.ending.reason == "stopped"

    asyncio.run(raced())


def test_a_stop_while_it_is_asked_ends_the_race_before_its_flag() -> None:
    async def raced() -> None:
        words, answers, told = a_log(3), Answers(), []

        async def tell(message: object) -> None:
            told.append(message)
            if isinstance(message, Asking):
                stream.stop()

        async with serving(silent) as served:
            log = EndpointLog(served.url, REQUEST)
            lane = endpoint_lane(EndpointEntry(served.url, "m"))
            kept = answers.add_race("here", words, (lane,), (), is_replay=False, logs={0: log})
            kept.asking = begin_asking(words, [Question(log, "")], ANYWHERE, answers.watching)
            stream = RaceStream("r", tell, answers)
            await stream.follow(kept, [0])
            told += stream.last(kept)
        kinds = [type(message) for message in told]
        assert kinds == [RaceAccepted, Asking, LaneFinished, RaceFinished]
        assert told[-1].reason == "stopped"
        assert len(words.tokens) == 3, "they may be another race's too"
        assert log.ending is not None

    asyncio.run(raced())


def test_a_stop_before_it_could_begin_ends_its_log() -> None:
    async def raced() -> None:
        log = EndpointLog("http://127.0.0.1:1", REQUEST)
        task = begin_asking(a_log(1), [Question(log, "")], ANYWHERE, unwatched)
        task.cancel()
        await asyncio.wait([task])
        await asyncio.sleep(0)
        assert log.ending is not None

    asyncio.run(raced())


def test_other_answers_that_are_computed_meanwhile_are_counted() -> None:
    answers = Answers(lambda: 0.0)
    log, ended = EndpointLog("http://127.0.0.1:1", REQUEST), a_log(3)
    answers.add_race("here", ended, (a_lane(1.0),), (), is_replay=False)
    before = a_generation()
    answers.add("here", before, None)
    with answers.watching(log):
        assert (log.open_at_start, log.open_at_most) == (1, 1)
        answers.add("here", a_generation(), None)
        before.finish("stop")
        answers.add("here", a_generation(), None)
    answers.add("here", a_generation(), None)
    assert (log.open_at_start, log.open_at_most) == (1, 2)


def test_a_log_counts_in_the_limits_of_what_is_kept() -> None:
    answers, log = Answers(lambda: 0.0), a_stamped_log(0.1)
    kept = answers.add_race("here", a_log(1), (), (), is_replay=False, logs={0: log})
    assert kept.size_bytes == kept.generation.size_bytes + log.size_bytes
    assert log.size_bytes > 0
    assert not kept.is_open
    kept.logs = {0: EndpointLog("http://127.0.0.1:1", REQUEST)}
    assert kept.is_open, "one that is being asked is not forgotten"


def test_no_key_is_printed_with_its_entry_its_question_or_its_lane() -> None:
    entry = EndpointEntry("http://localhost:1", "m", "sk-secret")
    question = Question(EndpointLog(entry.url, REQUEST), entry.key)
    assert "sk-secret" not in repr(entry) + repr(question) + repr(endpoint_lane(entry))
