"""Every code of the contract, provoked over a real socket; and that the socket lives on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest
import websockets
from web_harness import Client, HandEngine, Served, eventually, write

from lpu_engine import Busy, Generation, NoWords, PromptTooLong, RefusedChat

NextGeneration = Callable[[], Awaitable[Generation]]


async def still_answers(client: Client, generation: NextGeneration) -> bool:
    """Whether a question gets its answer on this socket."""
    await client.accepted("after")
    (await generation()).finish("stop")
    return (await client.receive_all("after"))[-1]["id"] == "after"


async def refused_text(client: Client, text: str | bytes) -> dict[str, str]:
    await client.socket.send(text)
    return await client.receive()


async def test_bad_json(client: Client, generation: NextGeneration) -> None:
    error = await refused_text(client, "{")
    assert error == {
        "type": "error",
        "code": "bad_json",
        "message": "A message must be JSON, and this is not.",
    }
    assert await still_answers(client, generation)


@pytest.mark.parametrize("text", ["[]", "{}", b'{"type": "stop", "id": "a"}'])
async def test_bad_message(client: Client, generation: NextGeneration, text: str | bytes) -> None:
    assert (await refused_text(client, text))["code"] == "bad_message"
    assert await still_answers(client, generation)


async def test_an_acknowledgement_of_what_never_left_is_a_bad_message(
    client: Client, generation: NextGeneration
) -> None:
    await client.accepted("a")
    error = await client.refused(type="ack", id="a", seq=1)
    assert (error["id"], error["code"]) == ("a", "bad_message")
    (await generation()).finish("stop")
    assert [m["type"] for m in await client.receive_all("a")] == ["finished"]


async def test_unknown_type(client: Client, generation: NextGeneration) -> None:
    error = await client.refused(type="begin", id="a")
    assert (error["id"], error["code"]) == ("a", "unknown_type")
    assert await still_answers(client, generation)


async def test_unknown_model(client: Client, generation: NextGeneration) -> None:
    await client.ask("a", model="gpt-2")
    error = await client.receive()
    assert (error["id"], error["code"]) == ("a", "unknown_model")
    assert "mixtral-8x7b-32768" in error["message"]
    assert await still_answers(client, generation)


async def test_empty_prompt(client: Client, generation: NextGeneration) -> None:
    await client.ask("a", messages=[{"role": "user", "content": " \n"}])
    error = await client.receive()
    assert (error["id"], error["code"]) == ("a", "empty_prompt")
    assert await still_answers(client, generation)


async def test_too_long(client: Client, generation: NextGeneration) -> None:
    await client.ask("a", messages=[{"role": "user", "content": "x" * 300 * 1024}])
    error = await client.receive()
    assert (error["id"], error["code"]) == ("a", "too_long")
    assert await still_answers(client, generation)


async def test_bad_param(client: Client, generation: NextGeneration) -> None:
    await client.ask("a", params={"temperature": 3})
    error = await client.receive()
    assert (error["id"], error["code"]) == ("a", "bad_param")
    assert error["message"].startswith("params.temperature ")
    assert await still_answers(client, generation)


async def test_duplicate_id_and_the_first_goes_on(
    client: Client, generation: NextGeneration
) -> None:
    await client.accepted("a")
    await client.ask("a")
    error = await client.receive()
    assert (error["id"], error["code"]) == ("a", "duplicate_id")
    first = await generation()
    write(first, "still here")
    first.finish("stop")
    assert [m.get("text") for m in await client.receive_all("a")] == ["still here", None]
    assert await still_answers(client, generation)


async def test_an_id_is_taken_from_the_moment_it_is_asked_for(
    client: Client, engine: HandEngine
) -> None:
    engine.is_taking.clear()
    await client.ask("a")
    await client.ask("a")
    assert (await client.receive())["code"] == "duplicate_id"
    engine.is_taking.set()
    assert (await client.receive())["type"] == "accepted"


async def test_an_id_may_be_used_again_when_it_is_finished(
    client: Client, generation: NextGeneration
) -> None:
    for _ in range(3):
        await client.accepted("a")
        (await generation()).finish("stop")
        await client.receive_all("a")


async def test_busy_on_a_socket_with_eight_open(client: Client, generation: NextGeneration) -> None:
    opened = []
    for index in range(8):
        await client.accepted(f"a{index}")
        opened.append(await generation())
    await client.ask("a8")
    error = await client.receive()
    assert (error["id"], error["code"]) == ("a8", "busy")
    opened[0].finish("stop")
    await client.receive_all("a0")
    assert await still_answers(client, generation)


async def test_busy_for_an_address_with_sixteen_open(
    served: Served, generation: NextGeneration
) -> None:
    async with served.connect() as first, served.connect() as second, served.connect() as third:
        for index in range(8):
            await first.accepted(f"a{index}")
            await second.accepted(f"a{index}")
        await third.ask("b")
        assert (await third.receive())["code"] == "busy"
        (await generation()).finish("stop")
        await first.receive_all("a0")
        await third.accepted("b")


async def test_leaving_and_coming_back_makes_no_room_for_a_seventeenth(
    served: Served, generation: NextGeneration
) -> None:
    for _ in range(2):
        async with served.connect() as client:
            for index in range(8):
                await client.accepted(f"a{index}")
    async with served.connect() as client:
        await client.ask("a")
        assert (await client.receive())["code"] == "busy"


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (Busy("Many answers are waiting."), "busy"),
        (PromptTooLong("The message is too long."), "too_long"),
        (RefusedChat("Roles must alternate."), "bad_message"),
        (NoWords("There is no checkpoint."), "no_words"),
    ],
)
async def test_what_the_engine_refuses_is_said_in_its_words(
    client: Client, engine: HandEngine, generation: NextGeneration, failure: Exception, code: str
) -> None:
    engine.failure = failure
    await client.ask("a")
    error = await client.receive()
    assert error == {"type": "error", "id": "a", "code": code, "message": str(failure)}
    engine.failure = None
    assert await still_answers(client, generation)


async def test_gone(client: Client, generation: NextGeneration) -> None:
    error = await client.refused(type="resume", id="a", key="0" * 32, count=0)
    assert (error["id"], error["code"]) == ("a", "gone")
    assert await still_answers(client, generation)


async def test_gone_ten_minutes_after_the_end(
    serve: Callable[..., Served], engine: HandEngine, generation: NextGeneration
) -> None:
    ahead_s = [0.0]
    start_s = asyncio.get_running_loop().time()
    served = serve(engine, now=lambda: start_s + ahead_s[0])
    async with served.connect() as client:
        key = (await client.accepted("a"))["key"]
        (await generation()).finish("stop")
        await client.receive_all("a")
        await client.send(type="resume", id="b", key=key, count=0)
        assert [m["type"] for m in await client.receive_all("b")] == ["accepted", "finished"]
        ahead_s[0] = 600.1
        error = await client.refused(type="resume", id="c", key=key, count=0)
        assert error["code"] == "gone"


async def test_taken_over(served: Served, generation: NextGeneration) -> None:
    async with served.connect() as older, served.connect() as newer:
        key = (await older.accepted("a"))["key"]
        await newer.send(type="resume", id="b", key=key, count=0)
        error = await older.receive()
        assert (error["id"], error["code"]) == ("a", "taken_over")
        assert (await newer.receive())["type"] == "accepted"
        taken = await generation()
        write(taken, "for the newer one")
        taken.finish("stop")
        assert (await newer.receive_all("b"))[0]["text"] == "for the newer one"
        assert await still_answers(older, generation)  # which got nothing more of it


async def test_foreign_origin(served: Served) -> None:
    async with served.connect(origin="http://evil.example") as client:
        error = await client.receive()
        assert (error["type"], error["code"]) == ("error", "foreign_origin")
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await client.receive()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403


async def test_a_name_that_is_rebound_to_this_machine_is_foreign(served: Served) -> None:
    uri = f"ws://rebound.example:{served.port}/ws/chat/"
    origin = f"http://rebound.example:{served.port}"
    async with websockets.connect(
        uri, host="127.0.0.1", port=served.port, origin=websockets.Origin(origin)
    ) as socket:
        assert (await Client(socket).receive())["code"] == "foreign_origin"


async def test_a_page_of_this_site_is_let_in(served: Served, generation: NextGeneration) -> None:
    async with served.connect(origin=served.url) as client:
        assert await still_answers(client, generation)


async def test_there_is_one_socket_and_no_other(served: Served) -> None:
    with pytest.raises(websockets.InvalidStatus, match="403"):
        await websockets.connect(f"ws://127.0.0.1:{served.port}/ws/other/")


async def test_internal_where_the_engine_breaks(
    client: Client,
    engine: HandEngine,
    generation: NextGeneration,
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine.failure = RuntimeError("My diary, line one")
    with caplog.at_level(logging.ERROR):
        await client.ask("a")
        error = await client.receive()
    assert (error["id"], error["code"]) == ("a", "internal")
    assert "diary" not in error["message"] + caplog.text
    assert "RuntimeError at web_harness.py" in caplog.text
    engine.failure = None
    assert await still_answers(client, generation)


async def test_internal_where_an_answer_breaks_on_its_way_and_then_it_is_finished(
    client: Client, generation: NextGeneration
) -> None:
    await client.accepted("a")
    broken = await generation()
    write(broken, None)  # type: ignore[arg-type]
    error, finished = await client.receive_all("a")
    assert (error["id"], error["code"]) == ("a", "internal")
    assert finished["reason"] == "error"
    assert await still_answers(client, generation)


async def test_an_answer_that_the_engine_ends_with_an_error_says_why(
    client: Client, generation: NextGeneration
) -> None:
    await client.accepted("a")
    (await generation()).finish("error", detail="The kernels broke. Restart the server.")
    error, finished = await client.receive_all("a")
    assert (error["code"], error["message"]) == (
        "internal",
        "The kernels broke. Restart the server.",
    )
    assert finished["reason"] == "error"


async def test_no_words_where_they_are_lost_under_way(
    client: Client, engine: HandEngine, generation: NextGeneration
) -> None:
    await client.accepted("a")
    engine.fail("The checkpoint is gone.")
    (await generation()).finish("error", detail="The checkpoint is gone.")
    error, _ = await client.receive_all("a")
    assert (error["code"], error["message"]) == ("no_words", "The checkpoint is gone.")


async def test_nothing_of_an_answer_is_logged(
    served: Served, generation: NextGeneration, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        async with served.connect() as client:
            content = {"role": "user", "content": "My diary"}
            key = (await client.accepted("a", messages=[content]))["key"]
            (await generation()).finish("stop")
            await client.receive_all("a")
            await client.refused(type="resume", id="b", key=key[::-1], count=0)
        await eventually(lambda: served.site.answers.open_count("127.0.0.1") == 0)
    assert "diary" not in caplog.text
    assert key not in caplog.text
    assert key[::-1] not in caplog.text
