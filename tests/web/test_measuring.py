"""Requests sent in turns or as they are due, by a clock that the test moves: exact times."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest
from world import World

from playground.endpoints.client import Failure, Piece, Usage
from playground.endpoints.load import Length, Load, Planned
from playground.endpoints.measuring import Asker, measure
from playground.endpoints.records import Heard, Reason

EXACT = 1e-9


@dataclass
class Endpoint:
    """Answers after a second, then a word each half second; `now_under_way` is watched."""

    world: World
    words: int = 3
    usage: Usage | None = None
    breaks_after: int | None = None
    heard: list[Heard] = field(default_factory=list)
    sent: list[tuple[int, float]] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    async def stream(self, planned: Planned) -> AsyncGenerator[Piece, None]:
        sent_s = self.world.now()
        self.sent.append((planned.index, sent_s - 1000.0))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            for number in range(self.words):
                await self.world.sleep(1.0 if number == 0 else 0.5)
                if number == self.breaks_after:
                    raise Failure("status", "It answered 429.", 429)
                yield Piece("word ", self.world.now() - sent_s)
            yield Piece("", self.world.now() - sent_s, self.usage, "stop")
        finally:
            self.under_way -= 1

    async def measured(self, plans: list[Planned], *, at_once: int, rate: float | None) -> None:
        load = Load(len(plans), 0, at_once, rate, Length(50), Length(10))
        asker = Asker(self.stream, self.heard.append, self.world.now, self.world.sleep)
        assert await self.world.run(measure(load, plans, asker))


def plans_due(*due: float | None) -> list[Planned]:
    return [Planned(index, f"prompt {index}", 10, due_s) for index, due_s in enumerate(due)]


async def test_an_answer_is_heard_with_the_time_of_each_piece() -> None:
    endpoint = Endpoint(World(), usage=Usage(40, 3))
    await endpoint.measured(plans_due(None), at_once=1, rate=None)
    (heard,) = endpoint.heard
    assert heard == Heard(
        index=0,
        sent_s=0.0,
        late_s=0.0,
        ended_s=2.0,
        pieces=((1.0, "word "), (1.5, "word "), (2.0, "word ")),
        prompt_tokens=40,
        output_tokens=3,
        failure=None,
    )


async def test_in_turns_each_answer_starts_the_next_and_never_more_are_under_way() -> None:
    endpoint = Endpoint(World())
    await endpoint.measured(plans_due(*[None] * 5), at_once=2, rate=None)
    assert endpoint.sent == [(0, 0.0), (1, 0.0), (2, 2.0), (3, 2.0), (4, 4.0)]
    assert endpoint.most_under_way == 2
    assert [heard.late_s for heard in endpoint.heard] == [0.0] * 5


async def test_as_due_each_is_sent_at_its_moment_whether_others_are_answered_or_not() -> None:
    endpoint = Endpoint(World())
    await endpoint.measured(plans_due(0.0, 0.25, 0.5, 7.125), at_once=9, rate=1.0)
    assert endpoint.sent == [(0, 0.0), (1, 0.25), (2, 0.5), (3, 7.125)]
    assert endpoint.most_under_way == 3
    assert max(heard.late_s for heard in endpoint.heard) == 0.0


async def test_where_too_many_are_under_way_a_request_is_sent_late_and_that_is_told() -> None:
    endpoint = Endpoint(World())
    await endpoint.measured(plans_due(0.0, 0.25, 0.5, 2.125), at_once=1, rate=1.0)
    assert endpoint.sent == [(0, 0.0), (1, 2.0), (2, 4.0), (3, 6.0)]
    assert [heard.late_s for heard in endpoint.heard] == [0.0, 1.75, 3.5, 3.875]
    assert [heard.pieces[0][0] for heard in endpoint.heard] == [1.0] * 4, "counted from sending"


async def test_a_failure_is_heard_with_its_kind_and_the_others_go_on() -> None:
    world = World()
    broken = Endpoint(world, breaks_after=1)
    await broken.measured(plans_due(None, None), at_once=1, rate=None)
    assert [heard.failure for heard in broken.heard] == [
        Reason("status 429", "It answered 429.")
    ] * 2
    assert [heard.sent_s for heard in broken.heard] == [0.0, 1.5]
    assert broken.under_way == 0, "its stream is closed"


async def test_an_answer_without_a_word_is_a_failure() -> None:
    endpoint = Endpoint(World(), words=0, usage=Usage(40, 0))
    await endpoint.measured(plans_due(None), at_once=1, rate=None)
    assert endpoint.heard[0].failure == Reason("empty", "The endpoint's answer holds not one word.")


@pytest.mark.parametrize("rate", [None, 1.0])
async def test_each_is_told_as_it_ends_so_that_a_stop_loses_none(rate: float | None) -> None:
    world = World()
    endpoint = Endpoint(world)
    told: list[tuple[int, float]] = []

    def tell(heard: Heard) -> None:
        told.append((heard.index, world.now() - 1000.0))

    load = Load(2, 0, 1, rate, Length(50), Length(10))
    asker = Asker(endpoint.stream, tell, world.now, world.sleep)
    assert await world.run(measure(load, plans_due(0.0, 0.0), asker))
    assert told == [(0, 2.0), (1, 4.0)]
