"""A real engine behind a real socket: tokens computed from small random weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from web_harness import Client, Served, eventually

from lpu_engine import Engine, load_catalog

Serve = Callable[[object], Served]
OPTIONS = {"temperature": 0.9, "seed": 11, "max_tokens": 40}


async def answer(client: Client, message_id: str, **more: object) -> tuple[str, dict[str, Any]]:
    """An answer's whole text, and its last message."""
    await client.accepted(message_id, **({"params": OPTIONS} | more))
    *frames, finished = await client.receive_all(message_id)
    assert sum(f["count"] for f in frames) == finished["usage"]["completion_tokens"]
    return "".join(f["text"] for f in frames), finished


async def test_the_same_question_and_seed_give_the_same_computed_text(
    serve: Serve, tiny_engine: Engine
) -> None:
    async with serve(tiny_engine).connect() as client:
        first, finished = await answer(client, "a")
        second, _ = await answer(client, "b", model="mixtral-8x7b-32768")
        other, _ = await answer(client, "c", params=OPTIONS | {"seed": 12})
        greedy, _ = await answer(client, "d", params={"temperature": 0, "max_tokens": 8})
    assert first == second != other
    assert greedy
    assert finished["measured"]["tokens_per_s"] > 0


async def test_a_resumed_answer_is_the_answer(serve: Serve, tiny_engine: Engine) -> None:
    served = serve(tiny_engine)
    async with served.connect() as client:
        whole, _ = await answer(client, "whole")
        key = (await client.accepted("a", params=OPTIONS))["key"]
        seen = await client.receive()
    async with served.connect() as client:
        count = seen.get("count", 0)
        await client.send(type="resume", id="b", key=key, count=count)
        _, *frames, finished = await client.receive_all("b")
    assert seen.get("text", "") + "".join(f["text"] for f in frames) == whole
    assert count + sum(f["count"] for f in frames) == finished["usage"]["completion_tokens"]


async def test_stop_reaches_the_engine(serve: Serve, tiny_engine: Engine) -> None:
    async with serve(tiny_engine).connect() as client:
        await client.accepted("a", model="llama2-70b-4096", params={"max_tokens": 150})
        await client.send(type="stop", id="a")
        finished = (await client.receive_all("a"))[-1]
    assert finished["reason"] == "stopped"


async def test_the_length_asked_for_is_kept(serve: Serve, tiny_engine: Engine) -> None:
    async with serve(tiny_engine).connect() as client:
        _, finished = await answer(client, "a", params=OPTIONS | {"max_tokens": 1})
    assert finished["usage"]["completion_tokens"] == 1


async def test_a_message_longer_than_the_window_is_too_long(
    serve: Serve, tiny_engine: Engine
) -> None:
    async with serve(tiny_engine).connect() as client:
        await client.ask("a", messages=[{"role": "user", "content": "why " * 500}])
        error = await client.receive()
    assert (error["id"], error["code"]) == ("a", "too_long")


async def test_without_a_checkpoint_a_question_is_refused_with_no_words(
    serve: Serve, tmp_path: Path
) -> None:
    engine = Engine(load_catalog(), tmp_path / "no such words")
    engine.start()
    async with serve(engine).connect() as client:
        await client.ask("a")
        error = await client.receive()
    assert (error["id"], error["code"]) == ("a", "no_words")
    assert error["message"] == engine.state.detail


async def test_a_question_asked_while_the_engine_warms_up_is_answered_when_it_is_ready(
    serve: Serve, tiny_checkpoint: Path
) -> None:
    engine = Engine(load_catalog(), tiny_checkpoint)
    served = serve(engine)
    try:
        async with served.connect() as client:
            assert engine.state.phase == "warming"
            await client.accepted("a", params=OPTIONS)
            engine.start()
            *frames, _ = await client.receive_all("a")
            assert sum(f["count"] for f in frames) > 0
        await eventually(lambda: engine.state.phase == "ready")
    finally:
        engine.close()
