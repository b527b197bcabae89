"""The picker while programs are still being compiled: the page is there, and asks for the rest."""

import asyncio
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from cards import CLOCK
from web_harness import PATIENCE_S, HandEngine, Served, get

from lpu_engine import Model, Prediction, load_catalog
from playground.clocks import Clocks
from playground.picker import label, paced_by

Serve = Callable[..., Served]
MIXTRAL, LLAMA = "mixtral-8x7b-32768", "llama2-70b-4096"


def test_the_picked_models_clock_is_counted_first_and_then_the_small_ones() -> None:
    catalog = load_catalog()
    order: list[Model] = []

    def predict(model: Model) -> Prediction:
        order.append(model)
        return CLOCK

    Clocks(catalog, predict).count()
    assert order[0].id == catalog.picked
    sizes = [model.parameters for model in order[1:]]
    assert sizes == sorted(sizes)
    assert {model.id for model in order} == {model.id for model in catalog.models}


def test_a_page_does_not_wait_for_a_clock_and_hears_of_it_later(
    serve: Serve, engine: HandEngine
) -> None:
    may_go_on = threading.Event()

    def predict(model: Model) -> Prediction:
        assert model.id == MIXTRAL or may_go_on.wait(PATIENCE_S)
        return CLOCK

    clocks = Clocks(engine.catalog, predict)
    served = serve(engine, clocks=clocks)
    clocks.start()
    assert json.loads(get(f"{served.url}/models/{MIXTRAL}/clock.json")[2])["tokens_per_s"] == 478.4
    page = get(served.url)[2]
    assert '<option value="llama2-70b-4096" disabled>Llama 2 70B · compiling… · 4K</option>' in page
    assert "compiling…" in get(f"{served.url}/models/")[2]
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(get, f"{served.url}/models/{LLAMA}/clock.json")
        may_go_on.set()
        status, headers, body = asked.result(PATIENCE_S)
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    line = json.loads(body)
    assert line["label"] == "Llama 2 70B · 478 tokens/s · 576 chips · 4K"
    assert "disabled" not in get(served.url)[2].split('value="llama2-70b-4096"')[1].split(">")[0]


def test_a_clock_that_fails_leaves_the_others_alone(
    serve: Serve, engine: HandEngine, caplog: pytest.LogCaptureFixture
) -> None:
    def predict(model: Model) -> Prediction:
        if model.id == LLAMA:
            raise RuntimeError("no words of this in the log")
        return CLOCK

    clocks = Clocks(engine.catalog, predict)
    clocks.count()
    served = serve(engine, clocks=clocks)
    assert clocks.known(LLAMA) is None
    assert get(served.url)[0] == 200
    assert get(f"{served.url}/models/{LLAMA}/clock.json")[0] == 500
    assert get(f"{served.url}/models/pebble/clock.json")[0] == 200
    assert "The clock of llama2-70b-4096 failed: RuntimeError" in caplog.text


async def test_who_stops_waiting_does_not_stop_the_count() -> None:
    clocks = Clocks(load_catalog(), lambda model: CLOCK)
    waiting = asyncio.ensure_future(clocks.wait(LLAMA))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    clocks.count()
    assert await clocks.wait(LLAMA) == CLOCK
    assert clocks.known("pebble") == CLOCK


def test_the_clock_of_an_unknown_model_is_told_in_json(served: Served) -> None:
    status, headers, body = get(f"{served.url}/models/nobody/clock.json")
    assert (status, headers["Content-Type"]) == (404, "application/json")
    assert "no model of this id" in json.loads(body)["error"]


def test_a_clock_that_is_not_known_yet_promises_no_speed() -> None:
    model = load_catalog().model(MIXTRAL)
    assert label(model, None) == "Mixtral 8x7B · compiling… · 32K"
    assert paced_by(model, None) == "clock"
