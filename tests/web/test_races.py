"""A race under a clock of its own: every lane keeps to its clock, whatever the others do."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import World, a_generation

from lpu_engine import Cycles, Generation, Lane, LpuEntry, ServiceEntry, Token, load_catalog
from playground.answers import Answer, Answers
from playground.messages import (
    BadMessage,
    Error,
    Flag,
    LaneClock,
    LaneFinished,
    LaneTokens,
    Outgoing,
    RaceAccepted,
    RaceFinished,
)
from playground.pacing import FRAME_S, Reader
from playground.races import RaceStream, account, due_by, lanes_for

US = 1e-6
EXACT = 1e-9  # far below a microsecond: what float arithmetic may be off
NO_LANE = Lane("gpu", "m", "M", "8 × G", 1, "simulated", "a test", ttft_s=0.0, tokens_per_s=1.0)
HERE = replace(NO_LANE, machine="here", kind="measured", ttft_s=None, tokens_per_s=None)


@dataclass(frozen=True, slots=True)
class DyingLane(Lane):
    """A lane whose clock breaks at a token."""

    dies_at: int = 0

    def due_s(self, index: int, computed_s: float) -> float:
        if index >= self.dies_at:
            raise RuntimeError("this lane breaks")
        return Lane.due_s(self, index, computed_s)


def a_lane(tokens_per_s: float, ttft_s: float | None = 0.1) -> Lane:
    return replace(NO_LANE, ttft_s=ttft_s, tokens_per_s=tokens_per_s)


def of_log(lane: Lane, log: Generation) -> LaneClock:
    return account(lane, log.tokens, len(log.tokens))


def a_log(count: int, gap_s: float = 0.0005) -> Generation:
    """An answer that was computed in no time of the world, with stamps as if it had taken some."""
    generation = a_generation()
    for index in range(count):
        generation.append(index, f"<{index}>", computed_s=(index + 1) * gap_s)
    generation.finish("stop")
    return generation


@dataclass
class Raced:
    """What a race told, and when."""

    told: list[tuple[float, Outgoing]] = field(default_factory=list)

    def frames(self, lane: int) -> list[tuple[float, LaneTokens]]:
        return [(at, m) for at, m in self.told if isinstance(m, LaneTokens) and m.lane == lane]

    def text(self, lane: int) -> str:
        return "".join(message.text for _, message in self.frames(lane))

    def finished(self, lane: int) -> tuple[float, LaneFinished]:
        (found,) = (
            (at, m) for at, m in self.told if isinstance(m, LaneFinished) and m.lane == lane
        )
        return found

    @property
    def flag_at_s(self) -> float:
        (at_s,) = (at for at, m in self.told if isinstance(m, Flag))
        return at_s


def race(
    generation: Generation,
    *lanes: Lane,
    world: World | None = None,
    acknowledges: Callable[[int], bool] = lambda lane: True,
    meanwhile: Callable[[World, RaceStream], None] = lambda world, stream: None,
    starts: tuple[int, ...] | None = None,
    answer: Answer | None = None,
) -> tuple[Raced, bool]:
    """Runs a race to its end; whether it came to one."""
    world, raced, answers = world or World(), Raced(), Answers(lambda: 0.0)
    kept = answer or answers.add_race("here", generation, lanes, (), is_replay=False)

    async def tell(message: Outgoing) -> None:
        raced.told.append((world.now(), message))
        if isinstance(message, LaneTokens) and acknowledges(message.lane):
            stream.acknowledge(message.seq, message.lane)

    stream = RaceStream("r", tell, answers, now=world.now, sleep=world.sleep)

    async def run() -> None:
        await stream.follow(kept, starts or (0,) * len(lanes))
        for message in stream.last(kept):
            await tell(message)

    meanwhile(world, stream)

    async def all_of_it() -> bool:
        return await world.run(run())

    return raced, asyncio.run(all_of_it())


slow_rates = st.floats(1, 39)  # further apart than a frame
rates = st.floats(1, 3000)
first_tokens = st.one_of(st.none(), st.floats(0, 2))


@settings(max_examples=60)
@given(lanes=st.lists(st.builds(a_lane, rates, first_tokens), min_size=1, max_size=4))
def test_the_release_of_every_token_of_every_lane_is_its_clock_to_the_microsecond(
    lanes: list[Lane],
) -> None:
    generation, flag_at_s = a_log(60), 1234.5
    for lane in lanes:
        for index, token in enumerate(generation.tokens):
            due_s = flag_at_s + (lane.ttft_s or 0.0) + index / (lane.tokens_per_s or 0.0)
            reader = Reader(generation, start=index, due=due_by(lane), began_at_s=flag_at_s)
            assert reader.take(due_s - US) == ("", [])
            assert token in reader.take(due_s + EXACT)[1]


@settings(max_examples=40)
@given(lanes=st.lists(st.builds(a_lane, slow_rates, first_tokens), min_size=1, max_size=4))
def test_lanes_slower_than_frames_send_each_token_at_its_moment(lanes: list[Lane]) -> None:
    raced, is_finished = race(a_log(12), *lanes)
    assert is_finished
    for number, lane in enumerate(lanes):
        left_s = [at_s - raced.flag_at_s for at_s, _ in raced.frames(number)]
        assert left_s == pytest.approx([lane.due_s(index, 0.0) for index in range(12)], abs=US)


@settings(max_examples=40)
@given(lanes=st.lists(st.builds(a_lane, rates, first_tokens), min_size=1, max_size=4))
def test_no_token_leaves_early_and_none_waits_for_more_than_a_frame(lanes: list[Lane]) -> None:
    raced, is_finished = race(a_log(50), *lanes)
    assert is_finished
    for number, lane in enumerate(lanes):
        indices = itertools.count()
        for at_s, frame in raced.frames(number):
            for _ in range(frame.count):
                due_s = raced.flag_at_s + lane.due_s(next(indices), 0.0)
                assert due_s - EXACT <= at_s <= due_s + FRAME_S + EXACT
        assert raced.text(number) == "".join(f"<{index}>" for index in range(50))


def test_all_lanes_stand_on_one_flag_which_falls_when_the_words_are_there() -> None:
    world, generation = World(), a_generation()
    for index in range(40):
        at_s = 1000.0 + index / 100
        world.at(at_s, lambda i=index: generation.append(i, "x", i / 100))  # type: ignore[misc]
    world.at(1000.4, lambda: generation.finish("length"))
    raced, _ = race(generation, a_lane(200.0, 0.0), a_lane(20.0, 0.0), HERE, world=world)
    kinds = [type(message) for _, message in raced.told]
    assert kinds[:2] == [RaceAccepted, Flag]
    assert raced.told[0][0] == 1000.0  # accepted at once, before anything was computed
    assert 1000.4 <= raced.flag_at_s <= 1000.4 + FRAME_S + EXACT
    flag = next(m for _, m in raced.told if isinstance(m, Flag))
    assert (flag.count, flag.computed_s, flag.elapsed_s) == (40, 0.39, 0.0)
    assert kinds[-1] is RaceFinished
    ends = [raced.finished(lane) for lane in range(3)]
    assert [end.reason for _, end in ends] == ["length"] * 3
    assert ends[2][1].clock.total_s == 0.39  # this machine, by its own stamps
    assert ends[1][0] - raced.flag_at_s == pytest.approx(39 / 20, abs=US)


def moments(raced: Raced, lane: int) -> list[tuple[float, LaneTokens]]:
    return [(round(at_s - raced.flag_at_s, 9), frame) for at_s, frame in raced.frames(lane)]


@pytest.mark.parametrize("dies_at", [0, 1, 17, 39])
def test_a_lane_that_dies_changes_nothing_in_the_others(dies_at: int) -> None:
    whole = [a_lane(255.0, 0.01), a_lane(86.0, 0.02), a_lane(7.0, 0.3)]
    alone, _ = race(a_log(40), *whole)
    dying = DyingLane(**{f: getattr(whole[1], f) for f in Lane.__slots__}, dies_at=dies_at)
    raced, is_finished = race(a_log(40), whole[0], dying, whole[2])
    assert is_finished
    for lane in (0, 2):
        assert moments(raced, lane) == moments(alone, lane)
        assert raced.finished(lane)[1] == alone.finished(lane)[1]
    assert raced.finished(1)[1].reason == "error"
    assert raced.finished(1)[1].clock.total_s is None
    (error,) = (m for _, m in raced.told if isinstance(m, Error))
    assert error.message == "Lane 2 broke on this machine; the others run on."


def test_a_lane_that_nobody_acknowledges_holds_up_no_other() -> None:
    lanes = [a_lane(30.0, 0.0), a_lane(25.0, 0.0)]
    alone, _ = race(a_log(60), *lanes)
    raced, is_finished = race(a_log(60), *lanes, acknowledges=lambda lane: lane == 1)
    assert not is_finished
    assert len(raced.frames(0)) == 16
    assert moments(raced, 1) == moments(alone, 1)


def test_a_stop_ends_every_lane_where_it_is() -> None:
    def stop(world: World, stream: RaceStream) -> None:
        world.at(1001.01, stream.stop)

    lanes = [a_lane(1000.0, 0.0), a_lane(20.0, 0.0), a_lane(1.0, 5.0)]
    raced, is_finished = race(a_log(100), *lanes, meanwhile=stop)
    assert is_finished
    ends = [raced.finished(lane)[1] for lane in range(3)]
    assert [end.reason for end in ends] == ["stop", "stopped", "stopped"]
    assert [end.count for end in ends] == [100, 21, 0]
    assert raced.told[-1][0] == 1001.01
    last = raced.told[-1][1]
    assert isinstance(last, RaceFinished)
    assert last.reason == "stopped"


def test_a_stop_before_the_flag_ends_the_words_too() -> None:
    world, generation = World(), a_generation()
    for index in range(100):
        at_s = 1000.0 + index
        world.at(at_s, lambda i=index: generation.append(i, "x", i))  # type: ignore[misc]

    def stop(world: World, stream: RaceStream) -> None:
        world.at(1002.5, stream.stop)

    raced, is_finished = race(generation, a_lane(100.0), world=world, meanwhile=stop)
    assert is_finished
    assert generation.ending is not None
    assert generation.ending.reason == "stopped"
    assert generation.tokens == []
    assert [type(message) for _, message in raced.told] == [
        RaceAccepted,
        LaneFinished,
        RaceFinished,
    ]
    assert raced.finished(0)[1].reason == "stopped"


def test_a_stopped_replay_leaves_the_words_of_the_earlier_race_whole() -> None:
    def stop(world: World, stream: RaceStream) -> None:
        stream.stop()  # before it was accepted, let alone its flag

    generation = a_log(30)
    raced, is_finished = race(generation, a_lane(10.0), meanwhile=stop)
    assert is_finished
    assert raced.finished(0)[1].reason == "stopped"
    assert len(generation.tokens) == 30
    assert generation.ending is not None
    assert generation.ending.reason == "stop"


def test_words_that_failed_are_not_raced_even_where_some_are_there() -> None:
    generation = a_generation()
    for index in range(7):
        generation.append(index, "x", 0.0)
    generation.finish("error", detail="no more paper")
    raced, is_finished = race(generation, a_lane(100.0), HERE)
    assert is_finished
    assert not any(isinstance(message, Flag | LaneTokens) for _, message in raced.told)
    assert [raced.finished(lane)[1].reason for lane in (0, 1)] == ["error", "error"]
    assert raced.finished(0)[1].clock.total_s is None


def test_who_resumes_gets_the_rest_of_each_lane_by_the_same_flag() -> None:
    generation, lanes = a_log(40), (a_lane(100.0, 0.0), a_lane(20.0, 0.0))
    answers = Answers(lambda: 0.0)
    kept = answers.add_race("here", generation, lanes, (), is_replay=False)
    kept.flag_at_s = 1000.0
    raced, _ = race(generation, *lanes, world=World(1001.0), starts=(35, 7), answer=kept)
    assert raced.text(0) == "".join(f"<{index}>" for index in range(35, 40))
    assert raced.text(1) == "".join(f"<{index}>" for index in range(7, 40))
    flag = next(m for _, m in raced.told if isinstance(m, Flag))
    assert flag.elapsed_s == 1.0
    assert raced.finished(1)[0] == pytest.approx(1000.0 + 39 / 20, abs=US)
    assert raced.finished(1)[1].clock.total_s == pytest.approx(39 / 20)


def test_an_account_has_both_rates_of_a_lanes_own_clock() -> None:
    found = of_log(a_lane(100.0, 0.5), a_log(51))
    assert found.ttft_s == 0.5
    assert found.total_s == pytest.approx(1.0)
    assert found.tokens_per_s == pytest.approx(100.0)
    assert found.end_to_end_tokens_per_s == pytest.approx(51.0)


def test_an_account_of_cycles_is_exact() -> None:
    cycles = Cycles(900_000_000, 9_000_000, ((1, 900_000),))
    found = of_log(replace(NO_LANE, machine="lpu", cycles=cycles), a_log(101))
    assert (found.ttft_s, found.total_s) == (0.01, 0.11)
    assert found.tokens_per_s == pytest.approx(1000.0)


def test_where_no_first_token_was_published_no_end_to_end_rate_is_made_up() -> None:
    lane = replace(a_lane(20.0, None), machine="service", kind="published")
    found = of_log(lane, a_log(41))
    assert (found.ttft_s, found.end_to_end_tokens_per_s) == (None, None)
    assert found.tokens_per_s == pytest.approx(20.0)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_one_or_two_tokens_have_no_rate(count: int) -> None:
    found = of_log(a_lane(100.0), a_log(count))
    assert (found.tokens_per_s, found.end_to_end_tokens_per_s) == (None, None)


def test_a_refused_lane_is_named() -> None:
    catalog = load_catalog()
    with pytest.raises(BadMessage, match=r"^lanes\[1\]: There is no service 'x' here; there are "):
        lanes_for([ServiceEntry("openai-gpt-4"), ServiceEntry("x")], catalog, 10)
    with pytest.raises(BadMessage, match=r"^lanes\[0\]: There is no model 'y'; there are "):
        lanes_for([LpuEntry("y")], catalog, 10)


def test_every_frame_of_a_lane_is_numbered_from_one() -> None:
    raced, _ = race(a_log(80), a_lane(300.0), a_lane(90.0))
    numbers = defaultdict(list)
    for _, message in raced.told:
        if isinstance(message, LaneTokens):
            numbers[message.lane].append(message.seq)
    for seen in numbers.values():
        assert seen == list(range(1, len(seen) + 1))


def test_the_clock_of_a_frame_is_that_of_its_last_token() -> None:
    lane, generation = a_lane(123.0, 0.2), a_log(50)
    raced, _ = race(generation, lane, HERE)
    count = 0
    for _, frame in raced.frames(0):
        count += frame.count
        assert frame.clock_s == lane.due_s(count - 1, 0.0)
    last: Token = generation.tokens[-1]
    assert raced.frames(1)[-1][1].clock_s == last.computed_s
