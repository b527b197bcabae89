"""Order, window, resume, stop and disconnect, over a real socket, with answers written by hand."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import pytest
from autobahn.exception import Disconnected
from web_harness import Client, HandEngine, Served, eventually, write

from lpu_engine import Generation, GpuSystem, Prediction, Work
from playground.consumers import ChatConsumer
from playground.messages import Error

NextGeneration = Callable[[], Awaitable[Generation]]
HERE = "127.0.0.1"


def texts(messages: list[dict[str, Any]]) -> str:
    return "".join(m["text"] for m in messages if m["type"] == "tokens")


def clock_of(generation: Generation, count: int) -> dict[str, Any]:
    """The times of so many tokens, by the clock alone."""
    first_s, last_s = (generation.prediction.due_s(index, 0.0) for index in (0, count - 1))
    cycles = generation.prediction.cycles
    return {
        "prompt_time": generation.prediction.ttft_s,
        "completion_time": last_s - first_s,
        "total_time": last_s,
        "cycles": cycles
        and {
            "prompt": cycles.prompt,
            "completion": cycles.until(count - 1) - cycles.prompt,
        },
    }


async def frames_one_by_one(
    client: Client, generation: Generation, message_id: str, count: int
) -> None:
    """So many frames of a token each: the next is written when the last one came."""
    for number in range(1, count + 1):
        write(generation, f"{number} ")
        frame = await client.receive()
        assert (frame["id"], frame["text"]) == (message_id, f"{number} ")


def as_json(prediction: Prediction) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(json.dumps(asdict(prediction)))
    return table


async def test_the_first_message_says_whose_words_at_whose_speed(
    client: Client, engine: HandEngine
) -> None:
    accepted = await client.accepted("a", model="llama2-70b-4096")
    model = engine.catalog.model("llama2-70b-4096")
    prediction, stated, baseline = model.predict(3), model.published, model.on_gpus(work=Work(3))
    assert len(bytes.fromhex(accepted.pop("key"))) == 16
    assert accepted == {
        "type": "accepted",
        "id": "a",
        "model": "llama2-70b-4096",
        "words": {"name": "Hand", "chars_per_token": 4.0, "dropped_turns": 0},
        "prediction": as_json(prediction),
        "published": stated and {"tokens_per_s": stated.tokens_per_s, "source": stated.source},
        "baseline": {
            "kind": "simulated",
            "source": baseline.source,
            "name": "8 × H100",
            "ttft_s": baseline.ttft_s,
            "tokens_per_s": baseline.tokens_per_s,
            "system": {"gpu": "h100-sxm", "count": 8, "precision": "bf16", "users": 1},
            "parts": [asdict(part) for part in baseline.parts],
        },
    }


async def test_a_simulated_clock_is_told_whole_and_its_account_can_be_checked(
    client: Client, engine: HandEngine, generation: NextGeneration
) -> None:
    prediction = (await client.accepted("a"))["prediction"]
    expected = engine.catalog.model("pebble").predict(3)
    assert expected.cycles is not None
    assert prediction["kind"] == "simulated"
    assert prediction["cycles"] == {
        "clock_hz": 900_000_000,
        "prompt": expected.cycles.prompt,
        "steps": [list(step) for step in expected.cycles.steps],
    }
    written = await generation()
    write(written, *"abcde")
    written.finish("stop")
    usage = (await client.receive_all("a"))[-1]["usage"]
    assert usage["cycles"] == {
        "prompt": prediction["cycles"]["prompt"],
        "completion": 4 * prediction["cycles"]["steps"][0][1],
    }
    assert usage["total_time"] == sum(usage["cycles"].values()) / 900e6


async def test_a_frame_also_says_when_this_machine_had_its_last_token(
    client: Client, generation: NextGeneration
) -> None:
    await client.accepted("a", model="llama2-70b-4096")
    written = await generation()
    for index in range(3):
        written.append(index, "x", computed_s=0.01 * index)
    written.finish("stop")
    *frames, _ = await client.receive_all("a")
    counts = [sum(f["count"] for f in frames[: i + 1]) for i in range(len(frames))]
    assert [f["computed_s"] for f in frames] == [0.01 * (count - 1) for count in counts]


async def test_other_gpus_may_be_asked_for_and_are_counted_for_this_prompt(
    client: Client, engine: HandEngine
) -> None:
    query = {"gpu": "b200-sxm", "count": 4, "precision": "fp8", "users": 64}
    accepted = await client.accepted("a", model="mixtral-8x7b-32768", baseline=query)
    model, system = engine.catalog.model("mixtral-8x7b-32768"), GpuSystem("b200-sxm", 4, "fp8", 64)
    expected = model.on_gpus(system, Work(3))
    assert accepted["baseline"]["tokens_per_s"] == expected.tokens_per_s
    assert accepted["baseline"]["ttft_s"] == expected.ttft_s
    assert accepted["baseline"]["system"] == query


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"gpu": "a100-sxm", "count": 8, "precision": "fp8"}, "baseline: The A100 has no fp8"),
        ({"gpu": "h100-sxm", "count": 1, "precision": "bf16"}, "would do."),
    ],
)
async def test_gpus_that_cannot_run_the_model_are_refused_before_anything_is_computed(
    client: Client, engine: HandEngine, query: dict[str, Any], says: str
) -> None:
    await client.ask("a", model="llama2-70b-4096", baseline=query | {"users": 1})
    error = await client.receive()
    assert (error["type"], error["id"], error["code"]) == ("error", "a", "bad_param")
    assert says in error["message"]
    assert engine.given.empty()


async def test_tokens_are_numbered_and_finished_comes_once_and_last(
    client: Client, generation: NextGeneration
) -> None:
    await client.accepted("a", model="mixtral-8x7b-32768")
    written = await generation()
    await frames_one_by_one(client, written, "a", 3)
    write(written, "and ", "the ", "rest")
    written.finish("length")
    *frames, finished = await client.receive_all("a")
    assert [frame["seq"] for frame in frames] == list(range(4, 4 + len(frames)))
    assert sum(frame["count"] for frame in frames) == 3
    assert finished == {
        "type": "finished",
        "id": "a",
        "reason": "length",
        "usage": {
            "prompt_tokens": 3,
            "completion_tokens": 6,
            "queue_time": 0.0,
            **clock_of(written, 6),
        },
        "measured": {"ttft_s": 0.0, "tokens_per_s": None},
    }


async def test_an_answer_under_three_tokens_claims_no_rate(
    client: Client, generation: NextGeneration
) -> None:
    await client.accepted("a")
    written = await generation()
    write(written, "a", "b")
    written.finish("stop")
    finished = (await client.receive_all("a"))[-1]
    assert finished["measured"] == {"ttft_s": None, "tokens_per_s": None}


async def test_a_frame_says_the_clocks_time_not_the_machines(
    client: Client, generation: NextGeneration
) -> None:
    await client.accepted("a", model="mixtral-8x7b-32768")
    written = await generation()
    write(written, *"0123456789ab")
    written.finish("stop")
    *frames, finished = await client.receive_all("a")
    counts = [sum(f["count"] for f in frames[: i + 1]) for i in range(len(frames))]
    due_s = [written.prediction.due_s(count - 1, 0.0) for count in counts]
    assert [f["clock_s"] for f in frames] == due_s
    assert finished["usage"].items() >= clock_of(written, 12).items()


async def test_answers_interleave_on_one_socket(client: Client, generation: NextGeneration) -> None:
    await client.accepted("a")
    first = await generation()
    await client.accepted("b")
    second = await generation()
    for number in range(5):
        for message_id, written in (("a", first), ("b", second)):
            write(written, str(number))
            frame = await client.receive()
            assert (frame["id"], frame["text"], frame["seq"]) == (
                message_id,
                str(number),
                number + 1,
            )
    second.finish("stop")
    assert (await client.receive())["id"] == "b"
    first.finish("stop")
    assert (await client.receive())["id"] == "a"


async def test_who_never_acknowledges_gets_sixteen_frames_and_the_rest_in_one_when_he_does(
    client: Client, generation: NextGeneration
) -> None:
    await client.accepted("a")
    silent = await generation()
    await frames_one_by_one(client, silent, "a", 16)
    write(silent, "x", "y", "z")
    silent.finish("stop")
    # Another answer of twenty frames goes by, and nothing of the silent one is among them.
    await client.accepted("b")
    other = await generation()
    for number in range(1, 21):
        write(other, f"{number} ")
        frame = await client.receive()
        assert (frame["id"], frame["text"]) == ("b", f"{number} ")
        await client.send(type="ack", id="b", seq=frame["seq"])
    await client.send(type="ack", id="a", seq=16)
    frame, finished = await client.receive_all("a")
    assert (frame["id"], frame["seq"], frame["text"], frame["count"]) == ("a", 17, "xyz", 3)
    assert finished["id"] == "a"


async def test_acknowledgements_are_cumulative(client: Client, generation: NextGeneration) -> None:
    await client.accepted("a")
    written = await generation()
    await frames_one_by_one(client, written, "a", 16)
    await client.send(type="ack", id="a", seq=10)
    await client.send(type="ack", id="a", seq=3)  # late, and changes nothing
    await frames_one_by_one(client, written, "a", 10)
    write(written, "waits")
    await client.ask("a")  # answered in order: nothing came in between
    assert (await client.receive())["code"] == "duplicate_id"


async def test_each_answer_has_a_window_of_its_own(
    client: Client, generation: NextGeneration
) -> None:
    for message_id in ("a", "b"):
        await client.accepted(message_id)
        await frames_one_by_one(client, await generation(), message_id, 16)


async def test_stop_ends_the_log_at_what_was_let_out(
    client: Client, generation: NextGeneration
) -> None:
    await client.accepted("a")
    written = await generation()
    await frames_one_by_one(client, written, "a", 16)
    write(written, "never", "shown")
    await client.accepted("b")
    await frames_one_by_one(client, await generation(), "b", 3)  # "a" waits at its window by now
    await client.send(type="stop", id="a")
    finished = await client.receive()
    assert (finished["type"], finished["reason"]) == ("finished", "stopped")
    assert finished["usage"]["completion_tokens"] == 16
    assert len(written.tokens) == 16
    write(written, "too late")
    assert len(written.tokens) == 16


async def test_stop_before_the_engine_took_the_question(
    client: Client, engine: HandEngine, generation: NextGeneration
) -> None:
    engine.is_taking.clear()
    await client.ask("a")
    await client.send(type="stop", id="a")
    await client.refused(type="stop", id="")  # answered in order: the stop was heard
    engine.is_taking.set()
    assert [m["type"] for m in await client.receive_all("a")] == ["accepted", "finished"]
    ending = (await generation()).ending
    assert ending is not None
    assert ending.reason == "stopped"


async def test_a_stop_or_an_acknowledgement_that_crosses_finished_changes_nothing(
    client: Client, generation: NextGeneration
) -> None:
    await client.accepted("a")
    (await generation()).finish("stop")
    await client.receive_all("a")
    await client.send(type="stop", id="a")
    await client.send(type="ack", id="a", seq=1)
    await client.accepted("b")  # is the next message: there was no error


async def test_an_id_is_known_on_its_own_socket_only(
    served: Served, generation: NextGeneration
) -> None:
    async with served.connect() as mine, served.connect() as other:
        await mine.accepted("a")
        written = await generation()
        await other.send(type="stop", id="a")
        await other.accepted("a")  # not a duplicate; and the stop before it was heard
        write(written, "goes on")
        written.finish("stop")
        *frames, finished = await mine.receive_all("a")
        assert (texts(frames), finished["reason"]) == ("goes on", "stop")


async def test_a_disconnect_is_no_stop_and_resuming_continues_without_loss_or_doubling(
    served: Served, generation: NextGeneration
) -> None:
    async with served.connect() as client:
        accepted = await client.accepted("a", model="llama2-70b-4096")
        key = accepted["key"]
        written = await generation()
        write(written, "one ", "two ", "three ")
        frame = await client.receive()
    await eventually(lambda: served.site.answers.find(key).subscriber is None)  # type: ignore[union-attr]
    assert written.ending is None
    write(written, "four ", "five ")
    async with served.connect() as client:
        count = frame["count"]
        await client.send(type="resume", id="other-id", key=key, count=count)
        again = await client.receive()
        assert again == accepted | {"id": "other-id"}
        written.finish("stop")
        *frames, finished = await client.receive_all("other-id")
    assert [f["seq"] for f in frames] == list(range(1, len(frames) + 1))
    assert frame["text"] + texts(frames) == "one two three four five "
    assert count + sum(f["count"] for f in frames) == 5
    assert finished["usage"]["completion_tokens"] == 5


@pytest.mark.parametrize("count", [0, 2, 5])
async def test_an_ended_answer_is_resumed_after_any_count(
    served: Served, generation: NextGeneration, count: int
) -> None:
    async with served.connect() as client:
        key = (await client.accepted("a"))["key"]
        written = await generation()
        write(written, *"abcde")
        written.finish("length")
        await client.receive_all("a")
    async with served.connect() as client:
        await client.send(type="resume", id="a", key=key, count=count)
        _, *frames, finished = await client.receive_all("a")
        assert texts(frames) == "abcde"[count:]
        assert finished["reason"] == "length"


async def test_a_count_beyond_what_there_is_is_refused_while_the_answer_grows(
    client: Client, generation: NextGeneration
) -> None:
    key = (await client.accepted("a"))["key"]
    written = await generation()
    error = await client.refused(type="resume", id="b", key=key, count=1)
    assert (error["id"], error["code"]) == ("b", "bad_param")
    assert error["message"].startswith("count ")
    written.finish("stop")
    await client.receive_all("a")


async def test_a_resumed_answer_can_be_stopped_from_its_new_socket(
    served: Served, generation: NextGeneration
) -> None:
    async with served.connect() as client:
        key = (await client.accepted("a"))["key"]
        written = await generation()
    async with served.connect() as client:
        await client.send(type="resume", id="b", key=key, count=0)
        await client.receive()
        await client.send(type="stop", id="b")
        assert (await client.receive())["reason"] == "stopped"
        assert written.ending is not None


async def test_a_resumed_id_must_be_free_and_counts_among_the_eight(
    client: Client, generation: NextGeneration
) -> None:
    key = (await client.accepted("a"))["key"]
    error = await client.refused(type="resume", id="a", key=key, count=0)
    assert error["code"] == "duplicate_id"
    for index in range(7):
        await client.accepted(f"b{index}")
    error = await client.refused(type="resume", id="c", key=key, count=0)
    assert error["code"] == "busy"


async def test_who_left_before_he_got_a_key_left_no_answer_behind(
    served: Served, engine: HandEngine, generation: NextGeneration
) -> None:
    engine.is_taking.clear()
    async with served.connect() as client:
        await client.ask("a")
        await eventually(lambda: served.site.answers.open_count(HERE) == 1)
    async with served.connect() as client:  # a later socket: the first one's end was seen
        await client.refused(type="stop", id="")
    engine.is_taking.set()
    orphan = await generation()
    await eventually(lambda: served.site.answers.open_count(HERE) == 0)
    assert orphan.ending is not None


async def test_a_long_submission_does_not_stall_other_sockets(
    served: Served, engine: HandEngine
) -> None:
    engine.is_taking.clear()
    async with served.connect() as waiting, served.connect() as other:
        await waiting.ask("a")
        await other.refused(type="stop", id="")
        engine.is_taking.set()
        assert (await waiting.receive())["type"] == "accepted"


async def test_a_page_that_has_just_gone_breaks_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Daphne refuses a frame between a page's going and our hearing of it."""

    async def gone(message: str) -> None:
        raise Disconnected("Attempt to send on a closed protocol")

    consumer = ChatConsumer()
    monkeypatch.setattr(consumer, "send", gone)
    await consumer.tell(Error("a1", "internal", "Nobody hears this."))
