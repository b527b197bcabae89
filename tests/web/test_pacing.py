"""Pacing under a clock of its own: what leaves when, to the microsecond."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import World, a_generation

from lpu_engine import Generation, Token
from playground.pacing import FRAME_S, Frame, NeverSent, Reader, Window, frames

US = 1e-6
EXACT = 1e-9  # far below a microsecond: what float arithmetic may be off


@dataclass
class Seen:
    """What left, and when; and when the window opened again after it was shut."""

    frames: list[tuple[float, Frame]] = field(default_factory=list)
    reopened_s: list[float] = field(default_factory=list)


def watch(
    world: World,
    generation: Generation,
    *,
    start: int = 0,
    ack_after_s: Callable[[int], float | None] = lambda seq: 0.0,
    due: Callable[[int, Token], float] | None = None,
) -> tuple[Seen, bool]:
    """Reads a log to its end; a frame is acknowledged so much later, or never (None)."""
    seen = Seen()

    async def read() -> None:
        window = Window()
        reader = Reader(generation, start=start, **({"due": due} if due else {}))
        acknowledged = 0

        def acknowledge(seq: int) -> None:
            nonlocal acknowledged
            was_shut = window.sent - acknowledged >= 16
            acknowledged = max(acknowledged, seq)
            window.acknowledge(seq)
            if was_shut and window.sent - acknowledged < 16:
                seen.reopened_s.append(world.now())

        async for frame in frames(reader, window, now=world.now, sleep=world.sleep):
            seen.frames.append((world.now(), frame))
            assert window.sent - acknowledged <= 16
            delay_s = ack_after_s(frame.seq)
            if delay_s is not None:
                world.at(world.now() + delay_s, lambda seq=frame.seq: acknowledge(seq))

    async def run() -> bool:
        return await world.run(read())

    return seen, asyncio.run(run())


def text_of(seen: Seen) -> str:
    return "".join(frame.text for _, frame in seen.frames)


def computing(world: World, generation: Generation, gaps_us: list[int]) -> list[float]:
    """Plans a token after each gap and then the end; the moments at which they are in the log."""
    written_s, at_s = [], 1000.0
    for index, gap_us in enumerate(gaps_us):
        at_s += gap_us * US
        written_s.append(at_s)
        computed_s = at_s - 1000.0
        world.at(at_s, lambda i=index, c=computed_s: generation.append(i, f"<{i}>", c))
    world.at(at_s, lambda: generation.finish("stop"))
    return written_s


gaps = st.lists(st.integers(0, 60_000), min_size=1, max_size=60)
rates = st.one_of(st.none(), st.floats(20, 2000))
delays = st.lists(st.integers(0, 900_000), min_size=1, max_size=8)


@settings(max_examples=150)
@given(gaps_us=gaps, rate=rates, delays_us=delays)
def test_text_leaves_on_time_whatever_machine_clock_and_browser_do(
    gaps_us: list[int], rate: float | None, delays_us: list[int]
) -> None:
    world, generation = World(), a_generation(rate)
    written_s = computing(world, generation, gaps_us)
    seen, is_finished = watch(
        world, generation, ack_after_s=lambda seq: delays_us[seq % len(delays_us)] * US
    )
    assert is_finished
    assert text_of(seen) == "".join(f"<{i}>" for i in range(len(gaps_us)))
    assert [frame.seq for _, frame in seen.frames] == list(range(1, len(seen.frames) + 1))
    left_s = [at for at, _ in seen.frames]
    assert all(b - a >= FRAME_S - EXACT for a, b in itertools.pairwise(left_s))
    log = iter(zip(generation.tokens, written_s, strict=True))
    for at_s, frame in seen.frames:
        for _ in range(frame.count):
            token, in_log_s = next(log)
            release_s = 1000.0 + token.release_s
            assert at_s >= release_s - EXACT, "text left before its clock's time"
            opened_s = max((r for r in seen.reopened_s if r <= at_s + EXACT), default=0.0)
            ready_s = max(release_s, in_log_s, opened_s)
            assert at_s <= ready_s + FRAME_S + EXACT, "text waited for more than a frame"
        assert frame.last is token


@settings(max_examples=60)
@given(gaps_us=gaps, rate=rates, share=st.floats(0, 1))
def test_a_resumed_reader_gets_all_after_its_count(
    gaps_us: list[int], rate: float | None, share: float
) -> None:
    world, generation = World(), a_generation(rate)
    computing(world, generation, gaps_us)
    start = round(share * len(gaps_us))
    seen, is_finished = watch(world, generation, start=start)
    assert is_finished
    assert text_of(seen) == "".join(f"<{i}>" for i in range(start, len(gaps_us)))
    assert sum(frame.count for _, frame in seen.frames) == len(gaps_us) - start


def test_text_that_is_long_due_is_there_at_once_in_one_frame() -> None:
    world, generation = World(now_s=1060.0), a_generation(100.0)
    for index in range(500):
        generation.append(index, "x", computed_s=0.01)
    generation.finish("stop")
    seen, _ = watch(world, generation)
    assert [(at, frame.count) for at, frame in seen.frames] == [(1060.0, 500)]


def test_without_acknowledgement_sixteen_frames_leave_and_no_more() -> None:
    world, generation = World(), a_generation()
    computing(world, generation, [25_000] * 40)
    seen, is_finished = watch(world, generation, ack_after_s=lambda seq: None)
    assert not is_finished
    assert [frame.seq for _, frame in seen.frames] == list(range(1, 17))


def test_what_waited_for_the_window_leaves_in_one_frame_when_it_opens() -> None:
    world, generation = World(), a_generation()
    computing(world, generation, [25_000] * 40)
    late = {16: 2.0}
    seen, _ = watch(world, generation, ack_after_s=lambda seq: late.get(seq, 2.0 + seq))
    sixteenth_s = seen.frames[15][0]
    at_s, frame = seen.frames[16]
    assert at_s == pytest.approx(sixteenth_s + 2.0, abs=US)
    assert frame.count == 40 - sum(earlier.count for _, earlier in seen.frames[:16])


def test_a_closed_window_waits_without_polling() -> None:
    world, generation = World(), a_generation()
    computing(world, generation, [25_000] * 40)
    watch(world, generation, ack_after_s=lambda seq: None)
    assert world.plans == []  # nobody sleeps: only an acknowledgement could go on


def test_a_reader_with_a_clock_of_its_own_lets_each_slow_token_out_at_its_moment() -> None:
    world, generation = World(), a_generation(1000.0)
    for index in range(20):
        generation.append(index, "x", computed_s=0.0)
    generation.finish("stop")
    seen, _ = watch(world, generation, due=lambda index, token: index / 10)
    left = [(at_s - 1000.0, frame.index) for at_s, frame in seen.frames]
    assert left == [(pytest.approx(index / 10, abs=EXACT), index) for index in range(20)]


def test_text_held_back_for_a_stop_string_comes_with_a_token_so_counts_resume_exactly() -> None:
    world, generation = World(), a_generation(stop=("<end>",))
    world.at(1000.1, lambda: generation.append(0, "all ", 0.1))
    world.at(1000.5, lambda: generation.append(1, "is well ", 0.5))
    world.at(1000.9, lambda: generation.finish("length", tail="<en"))
    seen, _ = watch(world, generation)
    assert [(frame.text, frame.count) for _, frame in seen.frames] == [
        ("all ", 1),
        ("is well <en", 1),
    ]
    again, _ = watch(World(now_s=1002.0), generation, start=1)
    assert text_of(again) == "is well <en"
    nothing, is_finished = watch(World(now_s=1002.0), generation, start=2)
    assert is_finished
    assert text_of(nothing) == ""


def test_a_stop_ends_the_reader_where_it_is_even_behind_a_closed_window() -> None:
    async def run() -> list[Frame]:
        world, generation, window = World(), a_generation(), Window()
        computing(world, generation, [25_000] * 400)
        reader = Reader(generation)
        seen: list[Frame] = []

        def stop() -> None:
            generation.stop(reader.position)
            window.wake()

        world.at(1005.0, stop)

        async def read() -> None:
            async for frame in frames(reader, window, now=world.now, sleep=world.sleep):
                seen.append(frame)

        assert await world.run(read())
        assert reader.position == len(generation.tokens) == sum(f.count for f in seen)
        return seen

    assert len(asyncio.run(run())) == 16


def test_an_acknowledgement_of_what_never_left_is_refused() -> None:
    window = Window()
    window.send()
    with pytest.raises(NeverSent, match="seq 2 has not been sent; the last was 1"):
        window.acknowledge(2)


def test_an_older_acknowledgement_changes_nothing() -> None:
    async def run() -> None:
        window = Window(size=2)
        window.send()
        window.send()
        window.acknowledge(2)
        window.acknowledge(1)
        window.send()
        await asyncio.wait_for(window.opened(), 30)

    asyncio.run(run())
