"""HTML over a real socket: for who asks, beside the text, and the same whoever comes back when."""

import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from web_harness import Client, Served, write

from lpu_engine import Generation
from playground.markdown import Document, rendered
from playground.rendering import RENDERER
from playground.renders import WAITING_LIMIT

NextGeneration = Callable[[], Awaitable[Generation]]
ANSWER = (
    "# Title\n\nSome *text* 😀.\n\n",
    "- one\n- two\n\n",
    "```python\nx = 1\n",
    "\ny = 2\n```\n",
    "The *end*",
)
WHOLE = rendered("".join(ANSWER), {})


def html_of(messages: list[dict[str, Any]]) -> str:
    return "".join(message.get("html", "") for message in messages)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


async def test_who_does_not_ask_gets_no_html(client: Client, generation: NextGeneration) -> None:
    await client.accepted("a")
    written = await generation()
    write(written, *ANSWER)
    written.finish("stop")
    *frames, finished = await client.receive_all("a")
    for message in (*frames, finished):
        assert not {"html", "rendered"} & set(message)


async def test_who_asks_gets_the_text_as_ever_and_every_block_once(
    client: Client, generation: NextGeneration
) -> None:
    await client.accepted("a", render=True)
    written = await generation()
    messages: list[dict[str, Any]] = []
    for piece in ANSWER:
        write(written, piece)
        messages.append(await client.receive())
    written.finish("stop")
    messages += await client.receive_all("a")
    assert "".join(m["text"] for m in messages[:-1]) == "".join(ANSWER)
    assert html_of(messages) == WHOLE
    assert messages[-1]["rendered"] == units("".join(ANSWER))
    told = [message["rendered"] for message in messages]
    assert told == sorted(told)


@pytest.mark.parametrize("count", range(len(ANSWER) + 1))
async def test_who_resumes_gets_the_html_behind_what_he_has(
    served: Served, generation: NextGeneration, count: int
) -> None:
    async with served.connect() as client:
        key = (await client.accepted("a"))["key"]
        written = await generation()
        write(written, *ANSWER)
        written.finish("stop")
        await client.receive_all("a")
    had = Document().feed("".join(ANSWER[:count]))
    known = sum(block.units for block in had)
    async with served.connect() as client:
        await client.send(type="resume", id="a", key=key, count=count, rendered=known)
        _, *messages = await client.receive_all("a")
    assert "".join(m["text"] for m in messages[:-1]) == "".join(ANSWER[count:])
    assert "".join(block.html for block in had) + html_of(messages) == WHOLE


async def test_who_comes_back_with_the_text_alone_gets_all_of_the_html(
    served: Served, generation: NextGeneration
) -> None:
    async with served.connect() as client:
        key = (await client.accepted("a"))["key"]
        written = await generation()
        write(written, *ANSWER[:3])
    async with served.connect() as client:
        await client.send(type="resume", id="a", key=key, count=3, rendered=0)
        await client.receive()
        write(written, *ANSWER[3:])
        written.finish("stop")
        assert html_of(await client.receive_all("a")) == WHOLE


async def test_a_stopped_answer_is_rendered_as_far_as_it_came(
    client: Client, generation: NextGeneration
) -> None:
    await client.accepted("a", render=True)
    write(await generation(), "Half an *answer*")
    frame = await client.receive()
    await client.send(type="stop", id="a")
    finished = await client.receive()
    assert (finished["type"], finished["reason"]) == ("finished", "stopped")
    assert html_of([frame, finished]) == "<p>Half an <em>answer</em></p>\n"


async def test_a_fault_in_rendering_costs_no_text(
    client: Client, generation: NextGeneration, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object) -> str:
        raise RuntimeError("broken")

    monkeypatch.setattr("playground.markdown.rendered", broken)
    await client.accepted("a", render=True)
    written = await generation()
    write(written, *ANSWER)
    written.finish("stop")
    *frames, finished = await client.receive_all("a")
    assert "".join(frame["text"] for frame in frames) == "".join(ANSWER)
    assert (finished["reason"], finished["html"], finished["rendered"]) == ("stop", "", 0)


async def test_text_never_waits_for_its_html(client: Client, generation: NextGeneration) -> None:
    is_free = threading.Event()
    RENDERER.submit(is_free.wait)
    await client.accepted("a", render=True)
    written = await generation()
    for piece in ANSWER:
        write(written, piece)
        frame = await client.receive()
        assert (frame["text"], frame["html"], frame["rendered"]) == (piece, "", 0)
    written.finish("stop")
    is_free.set()
    finished = await client.receive()
    assert (finished["type"], finished["html"]) == ("finished", WHOLE)


async def test_a_text_that_a_client_has_is_rendered_for_it(client: Client) -> None:
    await client.send(type="render", id="old", text="".join(ANSWER))
    assert await client.receive() == {
        "type": "rendered",
        "id": "old",
        "html": WHOLE,
        "rendered": units("".join(ANSWER)),
    }


async def test_texts_are_rendered_one_after_another_and_not_too_many_at_once(
    client: Client,
) -> None:
    for number in range(WAITING_LIMIT + 20):
        await client.send(type="render", id=f"r{number}", text="x\n\n" * 5000)
    told = [await client.receive() for _ in range(WAITING_LIMIT + 20)]
    made = [message["id"] for message in told if message["type"] == "rendered"]
    assert made == sorted(made, key=lambda name: int(name[1:]))
    assert len(made) >= WAITING_LIMIT
    assert {m["code"] for m in told if m["type"] == "error"} <= {"busy"}


@pytest.mark.parametrize(
    "message",
    [
        {"type": "generate", "render": "yes"},
        {"type": "resume", "key": "k", "count": 0, "rendered": -1},
        {"type": "resume", "key": "k", "counts": [0], "rendered": 0},
        {"type": "render", "text": 3},
        {"type": "render", "text": "a", "html": True},
    ],
)
async def test_wrong_fields_are_refused(client: Client, message: dict[str, Any]) -> None:
    question = {"model": "pebble", "messages": [{"role": "user", "content": "Why?"}]}
    more = question if message["type"] == "generate" else {}
    assert (await client.refused(id="a", **more, **message))["code"] in ("bad_param", "bad_message")
