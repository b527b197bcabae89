"""Races on a real socket: what is accepted, the flag, the lanes, and what is refused."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from web_harness import PATIENCE_S, Client, HandEngine, Served, eventually, write

from lpu_engine import (
    Engine,
    Generation,
    GpuEntry,
    GpuSystem,
    LpuEntry,
    ServiceEntry,
    lane_of,
    load_catalog,
    ratios_of,
)
from playground import asking
from playground.races import RaceStream, lanes_for

Given = Callable[[], Awaitable[Generation]]
PEBBLE = {"machine": "lpu", "model": "pebble"}
ON_GPUS = {
    "machine": "gpu",
    "model": "pebble",
    "gpu": "h100-sxm",
    "count": 8,
    "precision": "bf16",
    "users": 1,
}
GROQ = {"machine": "service", "service": "groq-llama2-70b"}
SLOW = {"machine": "service", "service": "replicate-llama2-70b"}
HERE = {"machine": "here"}


async def start(client: Client, *lanes: object, race_id: str = "r", **more: object) -> None:
    asked = {"messages": [{"role": "user", "content": "Why?"}], "lanes": list(lanes)}
    await client.send(**({"type": "race", "id": race_id} | asked | more))


async def accepted(client: Client, *lanes: object, **more: Any) -> dict[str, Any]:
    await start(client, *lanes, **more)
    message = await client.receive()
    assert message["type"] == "accepted", message
    return message


async def to_the_end(client: Client, race_id: str = "r") -> list[dict[str, Any]]:
    """All messages up to the last `finished`; every frame is acknowledged when it comes."""
    told = []
    while True:
        message = await client.receive()
        told.append(message)
        if message["type"] == "tokens":
            ack = {"lane": message["lane"], "seq": message["seq"]}
            await client.send(type="ack", id=race_id, **ack)
        if message["type"] == "finished" and "lane" not in message:
            return told


def of_lane(told: list[dict[str, Any]], lane: int) -> list[dict[str, Any]]:
    return [message for message in told if message.get("lane") == lane]


def text_of(messages: list[dict[str, Any]]) -> str:
    return "".join(message.get("text", "") for message in messages)


async def raced(
    client: Client, given: Given, *lanes: object, texts: tuple[str, ...] = ("so ", "it ", "is")
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A whole race over these texts: `accepted`, and all that followed."""
    first = await accepted(client, *lanes)
    answer = await given()
    write(answer, *texts)
    answer.finish("stop")
    return first, await to_the_end(client)


async def test_every_lane_is_predicted_before_anything_is_computed(
    client: Client, generation: Given
) -> None:
    message = await accepted(client, PEBBLE, ON_GPUS, GROQ, HERE)
    catalog, prompt = load_catalog(), len((await generation()).prompt)
    system = GpuSystem("h100-sxm", 8)
    entries = (LpuEntry("pebble"), GpuEntry("pebble", system), ServiceEntry("groq-llama2-70b"))
    lanes = [lane_of(entry, catalog, prompt) for entry in entries]
    told = message["lanes"]
    assert [lane["machine"] for lane in told] == ["lpu", "gpu", "service", "here"]
    for lane, expected in zip(told, lanes, strict=False):
        assert lane["tokens_per_s"] == expected.tokens_per_s
        assert lane["ttft_s"] == expected.ttft_s
        assert (lane["kind"], lane["source"]) == (expected.kind, expected.source)
    assert told[3]["tokens_per_s"] is None
    assert message["words"]["name"] == "Hand"
    assert message["is_replay"] is False
    (ratio,) = message["ratios"]
    assert ratio["value"] == ratios_of(lanes)[0].value


async def test_no_text_before_the_flag_and_then_all_of_it_in_every_lane(
    client: Client, generation: Given
) -> None:
    await accepted(client, PEBBLE, ON_GPUS, HERE)
    answer = await generation()
    write(answer, "so ")
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(client.socket.recv(), 0.2)
    began = time.perf_counter()
    write(answer, "it ", "is")
    answer.finish("stop")
    told = await to_the_end(client)
    assert told[0]["type"] == "flag"
    assert told[0]["count"] == 3
    assert 0 <= told[0]["elapsed_s"] <= time.perf_counter() - began
    for lane in range(3):
        messages = of_lane(told, lane)
        assert text_of(messages) == "so it is"
        assert [m["type"] for m in messages].count("finished") == 1
        assert messages[-1]["type"] == "finished"
        assert (messages[-1]["reason"], messages[-1]["count"]) == ("stop", 3)
        assert [m["seq"] for m in messages[:-1]] == list(range(1, len(messages)))
    last = told[-1]
    assert (last["reason"], last["completion_tokens"], last["prompt_tokens"]) == ("stop", 3, 3)


async def test_a_lane_ends_by_its_own_clock(client: Client, generation: Given) -> None:
    first, told = await raced(client, generation, PEBBLE, ON_GPUS)
    for lane, clock in enumerate(first["lanes"]):
        account = of_lane(told, lane)[-1]["clock"]
        assert account["ttft_s"] == pytest.approx(clock["ttft_s"])
        if clock["cycles"] is None:
            assert account["tokens_per_s"] == pytest.approx(clock["tokens_per_s"])
            assert account["total_s"] == pytest.approx(clock["ttft_s"] + 2 / clock["tokens_per_s"])
        assert account["end_to_end_tokens_per_s"] == pytest.approx(3 / account["total_s"])


async def test_a_replay_runs_the_same_words_in_other_lanes_and_computes_nothing(
    client: Client, generation: Given, engine: HandEngine
) -> None:
    first, told = await raced(client, generation, PEBBLE, HERE)
    again = {"type": "race", "id": "again", "words": first["key"], "lanes": [ON_GPUS]}
    await client.send(**again)
    second = await client.receive()
    assert second["is_replay"] is True
    assert second["key"] != first["key"]
    assert [lane["machine"] for lane in second["lanes"]] == ["gpu"]
    replayed = await to_the_end(client, "again")
    assert text_of(of_lane(replayed, 0)) == text_of(of_lane(told, 0))
    assert replayed[0]["measured"] == told[0]["measured"]
    assert engine.given.empty()


async def test_a_stop_ends_every_lane_where_it_is(client: Client, generation: Given) -> None:
    await accepted(client, PEBBLE, SLOW)
    answer = await generation()
    write(answer, *["x"] * 40)
    answer.finish("length")
    flag = await client.receive()
    assert flag["type"] == "flag"
    await client.send(type="stop", id="r")
    told = await to_the_end(client)
    slow = of_lane(told, 1)[-1]
    assert (slow["reason"], slow["count"]) == ("stopped", len(text_of(of_lane(told, 1))))
    assert slow["count"] < 40
    assert told[-1]["reason"] == "stopped"
    await accepted(client, PEBBLE)  # the id is free again


async def test_a_race_resumes_each_lane_where_its_reader_was(
    served: Served, generation: Given
) -> None:
    async with served.connect() as first:
        message = await accepted(first, PEBBLE, SLOW)
        answer = await generation()
        write(answer, *[f"<{i}>" for i in range(30)])
        answer.finish("stop")
        assert (await first.receive())["type"] == "flag"
        had = await first.receive()
        assert had["lane"] == 0
    async with served.connect() as second:
        counts = [had["count"], 0]
        resume = {"type": "resume", "id": "z", "key": message["key"], "counts": counts}
        await second.send(**resume)
        again = await second.receive()
        assert (again["type"], again["key"]) == ("accepted", message["key"])
        told = await to_the_end(second, "z")
    assert told[0]["type"] == "flag"
    assert told[0]["elapsed_s"] > 0
    assert had["text"] + text_of(of_lane(told, 0)) == "".join(f"<{i}>" for i in range(30))
    assert text_of(of_lane(told, 1)) == "".join(f"<{i}>" for i in range(30))


async def test_an_older_reader_of_a_race_gives_way(served: Served, generation: Given) -> None:
    async with served.connect() as first, served.connect() as second:
        message = await accepted(first, SLOW)
        resume = {"type": "resume", "id": "z", "key": message["key"], "counts": [0]}
        await second.send(**resume)
        error = await first.receive()
        assert (error["code"], error["id"]) == ("taken_over", "r")
        assert (await second.receive())["type"] == "accepted"
        answer = await generation()
        write(answer, "x")
        answer.finish("stop")
        assert text_of(await to_the_end(second, "z")) == "x"


async def test_who_leaves_while_a_replay_is_prepared_leaves_no_race_behind(
    served: Served, generation: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_preparing, may_go_on, has_left = (threading.Event() for _ in range(3))
    leave = RaceStream.leave

    def left(stream: RaceStream) -> None:
        leave(stream)
        has_left.set()

    def held_up(*given: Any) -> Any:
        is_preparing.set()
        assert may_go_on.wait(PATIENCE_S)
        return lanes_for(*given)

    async with served.connect() as first:
        message, _ = await raced(first, generation, PEBBLE)
        monkeypatch.setattr(asking, "lanes_for", held_up)
        monkeypatch.setattr(RaceStream, "leave", left)
        await first.send(type="race", id="again", words=message["key"], lanes=[SLOW])
        await asyncio.to_thread(is_preparing.wait, PATIENCE_S)
    await asyncio.to_thread(has_left.wait, PATIENCE_S)
    may_go_on.set()
    await eventually(lambda: served.site.answers.open_count("127.0.0.1") == 0)


async def test_races_and_answers_share_a_socket(client: Client, generation: Given) -> None:
    await accepted(client, PEBBLE, race_id="race")
    first = await generation()
    await client.ask("chat")
    assert (await client.receive())["id"] == "chat"
    second = await generation()
    for answer in (second, first):
        write(answer, "a", "b")
        answer.finish("stop")
    ended: set[str] = set()
    while len(ended) < 2:
        message = await client.receive()
        if message["type"] == "finished" and "lane" not in message:
            ended.add(message["id"])
    assert ended == {"race", "chat"}


GPU_8 = ON_GPUS


@pytest.mark.parametrize(
    ("lanes", "code", "says"),
    [
        ([], "bad_param", "lanes must be a list of 1 to 4."),
        ([HERE] * 5, "bad_param", "lanes must be a list of 1 to 4."),
        ({"machine": "here"}, "bad_param", "lanes must be a list."),
        ([7], "bad_param", "lanes[0] must be an object."),
        ([{"machine": "tpu"}], "bad_param", "lanes[0].machine must be one of lpu, gpu, service"),
        ([HERE, {"machine": "here", "x": 1}], "bad_param", "lanes[1].x is not known here"),
        ([{"machine": "lpu"}], "bad_param", "lanes[0].model must be a string."),
        ([{"machine": "lpu", "model": "x"}], "unknown_model", "lanes[0]: There is no model 'x'"),
        ([{"machine": "service", "service": "x"}], "bad_param", "lanes[0]: There is no service"),
        ([GPU_8 | {"gpu": "h100"}], "bad_param", "lanes[0].gpu must be one of a100-sxm, h100"),
        ([GPU_8 | {"count": 0}], "bad_param", "lanes[0].count must be a whole number from 1 to 8"),
        ([GPU_8 | {"count": 9}], "bad_param", "lanes[0].count must be a whole number from 1 to 8"),
        ([GPU_8 | {"count": True}], "bad_param", "lanes[0].count must be a whole number"),
        ([GPU_8 | {"users": 513}], "bad_param", "lanes[0].users must be a whole number from 1"),
        ([GPU_8 | {"precision": "fp4"}], "bad_param", "lanes[0].precision must be one of bf16"),
        (
            [HERE, GPU_8 | {"gpu": "a100-sxm", "precision": "fp8"}],
            "bad_param",
            "lanes[1]: The A100 has no fp8",
        ),
        (
            [GPU_8 | {"model": "llama-3.1-405b"}],
            "bad_param",
            "would do.",
        ),
    ],
)
async def test_lanes_that_cannot_be_are_refused_before_anything_is_computed(
    client: Client, engine: HandEngine, lanes: Any, code: str, says: str
) -> None:
    asked = {"messages": [{"role": "user", "content": "Why?"}], "lanes": lanes}
    error = await client.refused(type="race", id="r", **asked)
    assert (error["code"], error["id"]) == (code, "r")
    assert says in error["message"]
    assert engine.given.empty()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"messages": []}, "empty_prompt"),
        ({"messages": [{"role": "user", "content": "  "}]}, "empty_prompt"),
        ({"params": {"temperature": 9}}, "bad_param"),
        ({"words": "f" * 32}, "bad_param"),  # beside messages
        ({"model": "pebble"}, "bad_param"),
        ({"id": "no spaces"}, "bad_message"),
    ],
)
async def test_a_race_is_checked_as_a_prompt_is(
    client: Client, more: dict[str, Any], code: str
) -> None:
    await start(client, HERE, **more)
    error = await client.receive()
    assert (error["type"], error["code"]) == ("error", code)


async def test_what_cannot_be_replayed_or_resumed_is_said(
    client: Client, generation: Given
) -> None:
    replay = {"type": "race", "id": "r", "lanes": [HERE]}
    gone = await client.refused(**replay, words="0" * 32)
    assert (gone["code"], "race again" in gone["message"]) == ("gone", True)
    chat = await client.accepted("chat")
    assert (await client.refused(**replay, words=chat["key"]))["code"] == "gone"
    open_race = await accepted(client, HERE, race_id="open")
    early = await client.refused(**replay, words=open_race["key"])
    assert early["code"] == "busy"
    resume = {"type": "resume", "id": "z", "key": open_race["key"]}
    assert (await client.refused(**resume, count=0))["message"] == (
        "This key is resumed with counts."
    )
    wrong = await client.refused(**resume, counts=[0, 0])
    assert wrong["message"] == "counts must be a list of a number for each lane, 1 in all."
    other = await client.refused(type="resume", id="z", key=chat["key"], counts=[0])
    assert other["message"] == "This key is resumed with count."
    assert (await client.refused(**resume, counts=[5]))["code"] == "bad_param"


async def test_words_that_a_lanes_window_cannot_hold_are_not_replayed_in_it(
    client: Client, generation: Given, engine: HandEngine
) -> None:
    first = await accepted(client, HERE)
    answer = await generation()
    window = engine.catalog.model("llama2-7b-2048").window
    write(answer, *["x"] * window)
    answer.finish("stop")
    await to_the_end(client)
    lanes = [{"machine": "lpu", "model": "llama2-7b-2048"}]
    refused = await client.refused(type="race", id="again", words=first["key"], lanes=lanes)
    assert refused["code"] == "too_long"
    assert "a window of 2,048" in refused["message"]


async def test_an_acknowledgement_names_a_lane_that_there_is(
    client: Client, generation: Given
) -> None:
    await accepted(client, SLOW)
    for more in ({}, {"lane": 1}, {"lane": 4}, {"lane": -1}, {"lane": "0"}):
        error = await client.refused(type="ack", id="r", seq=0, **more)
        assert (error["code"], error["id"]) == ("bad_param", "r"), more
    never = await client.refused(type="ack", id="r", seq=9, lane=0)
    assert never["code"] == "bad_message"
    await client.accepted("chat")
    stray = await client.refused(type="ack", id="chat", seq=0, lane=0)
    assert stray["message"] == "lane is for races: this is an answer."


async def test_words_that_fail_end_every_lane_and_tell_why(
    client: Client, generation: Given, engine: HandEngine
) -> None:
    await accepted(client, PEBBLE, HERE)
    answer = await generation()
    engine.fail("The engine stopped: no more paper. Restart the server.")
    answer.finish("error", detail="The engine stopped: no more paper. Restart the server.")
    told = await to_the_end(client)
    assert [message["type"] for message in told] == ["error", *["finished"] * 3]
    assert [of_lane(told, lane)[-1]["reason"] for lane in (0, 1)] == ["error", "error"]
    error = told[0]
    assert (error["code"], "no more paper" in error["message"]) == ("no_words", True)
    assert told[-1]["reason"] == "error"


async def test_a_real_engine_races_real_words(
    serve: Callable[..., Served], tiny_engine: Engine
) -> None:
    served = serve(tiny_engine)
    async with served.connect() as client:
        params = {"max_tokens": 40, "seed": 3}
        await accepted(client, PEBBLE, ON_GPUS, GROQ, HERE, params=params)
        told = await to_the_end(client)
    flag = told[0]
    assert flag["type"] == "flag"
    texts = {text_of(of_lane(told, lane)) for lane in range(4)}
    assert len(texts) == 1
    counts = {of_lane(told, lane)[-1]["count"] for lane in range(4)}
    assert counts == {flag["count"]}
    here = of_lane(told, 3)[-1]["clock"]
    assert here["total_s"] == flag["computed_s"]
    assert here["tokens_per_s"] == pytest.approx(flag["measured"]["tokens_per_s"])
