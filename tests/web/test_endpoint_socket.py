"""The lane of an endpoint on a real socket: told, replayed, resumed, refused; and never its key."""

import asyncio
import gc
import json
import logging
from collections.abc import Awaitable, Callable

import pytest
from django.conf import LazySettings
from endpoint_server import TEXTS, Asked, cut_off, serving, status, well
from test_socket_races import GROQ, PEBBLE, accepted, of_lane, start, text_of, to_the_end
from web_harness import Client, Served, eventually, write

from lpu_engine import Generation
from playground.consumers import ChatConsumer
from playground.endpoints.addresses import Allowed

Given = Callable[[], Awaitable[Generation]]
KEY = "sk-this-must-not-be-seen"
PACKAGES = ("playground", "openai", "httpx2", "httpcore2", "h11", "channels", "daphne", "autobahn")
COLLECTIONS = (dict, list, tuple)


def endpoint(url: str, **more: object) -> dict[str, object]:
    return {"machine": "endpoint", "url": url, "model": "their-model", "key": KEY} | more


def who_knows_the_key() -> list[str]:
    """Objects of the site and of its libraries that hold it, or hold a collection that does."""
    gc.collect()
    return [type(each).__qualname__ for each in gc.get_objects() if is_ours(each) and knows(each)]


def is_ours(thing: object) -> bool:
    return str(type(thing).__module__).partition(".")[0] in PACKAGES


def knows(thing: object) -> bool:
    held = gc.get_referents(thing)
    within = gc.get_referents(*(each for each in held if isinstance(each, COLLECTIONS)))
    return any(KEY.encode() in each for each in map(as_bytes, [*held, *within]))


def as_bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode("utf-8", "replace") if isinstance(value, str) else b""


async def wrote(given: Given, *texts: str) -> None:
    answer = await given()
    write(answer, *(texts or ("so ", "it ", "is")))
    answer.finish("stop")


async def test_it_shows_its_own_words_and_every_other_lane_the_races(
    client: Client, generation: Given
) -> None:
    async with serving(well()) as served:
        first = await accepted(client, PEBBLE, endpoint(served.url), GROQ)
        await wrote(generation)
        told = await to_the_end(client)
    lane = first["lanes"][1]
    assert (lane["machine"], lane["model"], lane["kind"]) == ("endpoint", "their-model", "measured")
    assert lane["name"] == served.url.removeprefix("http://")
    assert first["ratios"] == []
    assert [m["type"] for m in told[:2]] == ["asking", "flag"]
    assert told[0]["lane"] == 1
    shown = told[1]["endpoints"]
    assert [shown[0], shown[2]] == [None, None]
    assert (shown[1]["deltas"], shown[1]["tokens"], shown[1]["is_reported"]) == (6, 7, True)
    assert (shown[1]["prompt_tokens"], shown[1]["others_at_start"]) == (11, 0)
    assert [text_of(of_lane(told, lane)) for lane in (0, 2)] == ["so it is", "so it is"]
    assert text_of(of_lane(told, 1)) == "".join(TEXTS)
    assert of_lane(told, 1)[-1]["reason"] == "stop"
    assert served.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert served.asked[0].body["model"] == "their-model"
    assert served.asked[0].body["messages"] == [{"role": "user", "content": "Why?"}]


async def test_a_replay_asks_nobody_and_shows_what_was_kept(
    client: Client, generation: Given
) -> None:
    async with serving(well()) as served:
        first = await accepted(client, endpoint(served.url))
        await wrote(generation)
        told = await to_the_end(client)
        lanes = [PEBBLE, endpoint(served.url, key="")]
        await client.send(type="race", id="again", words=first["key"], lanes=lanes)
        second = await client.receive()
        replayed = await to_the_end(client, "again")
        assert second["is_replay"] is True
        assert len(served.asked) == 1
    assert replayed[0]["type"] == "flag"
    assert replayed[0]["endpoints"][1] == told[1]["endpoints"][0]
    assert text_of(of_lane(replayed, 1)) == "".join(TEXTS)


async def test_of_two_like_endpoints_each_lane_replays_its_own(
    client: Client, generation: Given
) -> None:
    texts = iter(("first", "second"))

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await well(next(texts))(asked, writer)

    async with serving(behave) as served:
        lanes = [endpoint(served.url), endpoint(served.url)]
        first = await accepted(client, *lanes)
        await wrote(generation)
        await to_the_end(client)
        await client.send(type="race", id="again", words=first["key"], lanes=lanes)
        assert (await client.receive())["type"] == "accepted"
        replayed = await to_the_end(client, "again")
    assert [text_of(of_lane(replayed, lane)) for lane in (0, 1)] == ["first", "second"]


@pytest.mark.parametrize("is_stopped", [False, True])
async def test_the_key_is_used_and_forgotten(
    served: Served, client: Client, generation: Given, is_stopped: bool
) -> None:
    is_asked, may_answer = asyncio.Event(), asyncio.Event()

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        is_asked.set()
        await may_answer.wait()
        await well()(asked, writer)

    async with serving(behave) as other:
        first = await accepted(client, endpoint(other.url))
        await wrote(generation)
        await is_asked.wait()
        assert who_knows_the_key() != []
        if is_stopped:
            await client.send(type="stop", id="r")
        else:
            may_answer.set()
        await to_the_end(client)
    kept = served.site.answers.find(first["key"])
    assert kept is not None
    await eventually(lambda: kept.asking is None)
    await eventually(lambda: who_knows_the_key() == [])


async def test_a_replay_of_an_endpoint_that_was_not_there_names_the_lane(
    client: Client, generation: Given
) -> None:
    async with serving(well()) as served:
        first = await accepted(client, endpoint(served.url))
        await wrote(generation)
        await to_the_end(client)
        other = endpoint(served.url, model="another")
        refused = await client.refused(type="race", id="z", words=first["key"], lanes=[other])
    assert (refused["code"], refused["message"][:10]) == ("bad_param", "lanes[0]: ")


async def test_who_resumes_gets_the_rest_of_its_own_words(
    served: Served, generation: Given
) -> None:
    async with serving(well()) as other, served.connect() as client:
        first = await accepted(client, endpoint(other.url), PEBBLE)
        await wrote(generation)
        await to_the_end(client)
    async with served.connect() as client:
        await client.send(type="resume", id="r", key=first["key"], counts=[2, 3])
        assert (await client.receive())["type"] == "accepted"
        told = await to_the_end(client)
    assert text_of(of_lane(told, 0)) == "".join(TEXTS[2:])
    assert len(other.asked) == 1


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"url": ""}, "lanes[0].url must be 1 to 2,048 characters."),
        ({"url": KEY}, "lanes[0]: The URL must begin with http:// or https://."),
        ({"url": f"http://{KEY}@127.0.0.1/"}, "lanes[0]: A URL with a name or password in it"),
        ({"url": f"http://127.0.0.1/?k={KEY}"}, "lanes[0]: The URL must end before the ?"),
        ({"url": 7}, "lanes[0].url must be a string."),
        ({"model": " "}, "lanes[0].model must be 1 to 200 characters."),
        ({"model": KEY * 20}, "lanes[0].model must be 1 to 200 characters."),
        ({"key": [KEY]}, "lanes[0].key must be a string."),
        ({"key": f"{KEY} "}, "lanes[0]: A key is up to 4,096 letters"),
        ({"key": f"{KEY}\n"}, "lanes[0]: A key is up to 4,096 letters"),
        ({"key": KEY + "\ud83d"}, "lanes[0].key holds half of a character"),
        ({"users": 1}, "lanes[0].users is not known here; known are machine, url, model, key."),
        ({"machine": KEY}, "lanes[0].machine must be one of lpu, gpu, service, here, endpoint."),
    ],
)
async def test_each_field_is_checked_and_none_is_repeated(
    client: Client, fields: dict[str, object], named: str
) -> None:
    await start(client, endpoint("http://127.0.0.1:1") | fields)
    refused = await client.receive()
    assert (refused["type"], refused["code"]) == ("error", "bad_param")
    assert refused["message"].startswith(named)
    assert KEY not in json.dumps(refused)


async def test_a_message_that_breaks_off_is_not_repeated(client: Client) -> None:
    await client.socket.send(json.dumps({"type": "race", "lanes": [endpoint("http://h")]})[:-4])
    refused = await client.receive()
    assert refused["code"] == "bad_json"
    assert KEY not in json.dumps(refused)


async def test_one_that_may_not_be_asked_fails_its_lane_and_says_who_can_allow_it(
    client: Client, generation: Given, settings: LazySettings
) -> None:
    settings.PLAYGROUND_ENDPOINTS = Allowed()
    async with serving(well()) as served:
        await accepted(client, PEBBLE, endpoint(served.url))
        await wrote(generation)
        told = await to_the_end(client)
        assert served.asked == []
    (error,) = (m for m in told if m["type"] == "error")
    assert error["message"].startswith("lanes[1]: No endpoints may be asked from this site")
    assert f"PLAYGROUND_ENDPOINTS={served.url}" in error["message"]
    assert [of_lane(told, lane)[-1]["reason"] for lane in (0, 1)] == ["stop", "error"]


async def test_a_visitor_from_elsewhere_reaches_nothing_on_this_machine(
    client: Client, generation: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ChatConsumer, "address", "10.0.0.7")
    async with serving(well()) as served:
        await accepted(client, endpoint(served.url))
        await wrote(generation)
        told = await to_the_end(client)
        assert served.asked == []
    (error,) = (m for m in told if m["type"] == "error")
    assert error["message"].startswith("lanes[0]: No endpoints may be asked from this site")


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP"])
async def test_who_came_by_a_proxy_does_not_sit_at_this_machine(
    served: Served, generation: Given, header: str
) -> None:
    async with serving(well()) as asked, served.connect(additional_headers={header: "x"}) as client:
        await accepted(client, endpoint(asked.url))
        await wrote(generation)
        (error,) = (m for m in await to_the_end(client) if m["type"] == "error")
        assert asked.asked == []
    assert error["message"].startswith("lanes[0]: No endpoints may be asked from this site")


async def test_the_key_is_told_to_nobody_and_logged_nowhere(
    client: Client, generation: Given, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for behave in (well(), status(401), cut_off):
            async with serving(behave) as served:
                first = await accepted(client, PEBBLE, endpoint(served.url))
                await wrote(generation)
                told = await to_the_end(client)
                assert KEY in served.asked[0].headers["authorization"]
            assert KEY not in json.dumps([first, *told])
    assert "authorization" not in caplog.text.lower()
    assert KEY not in caplog.text
