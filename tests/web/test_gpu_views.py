"""/gpu.json and /compare/load.json: figures of the engine, and one sentence for what cannot be."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from web_harness import PATIENCE_S, HandEngine, Served, get

from lpu_engine import BadSystem, Catalog, GpuSystem, UnderLoad, Work, load_catalog, under_load
from playground.loads import KEPT_COUNT, Loads

MIXTRAL, LLAMA, PEBBLE = "mixtral-8x7b-32768", "llama2-70b-4096", "pebble"
SYSTEM = {"gpu": "a100-sxm", "count": "4", "precision": "int8", "users": "16"}
LOAD = {"model": PEBBLE, "gpu": "h100-sxm", "count": "8", "precision": "bf16", "context": "256"}
HUGE = "9" * 5000


def asked(served: Served, path: str, query: dict[str, str]) -> tuple[int, Any]:
    status, headers, body = get(f"{served.url}{path}?{urlencode(query)}")
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "no-store"
    return status, json.loads(body)


def without(query: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in query.items() if key != name}


def as_json(value: object) -> Any:
    return json.loads(json.dumps(value))


def test_a_figure_is_the_engines_for_a_prompt_of_128(served: Served) -> None:
    status, told = asked(served, "/gpu.json", {"model": MIXTRAL, **SYSTEM})
    system = GpuSystem("a100-sxm", 4, "int8", 16)
    found = load_catalog().model(MIXTRAL).on_gpus(system, Work(128))
    assert status == 200
    assert (told["kind"], told["source"], told["name"]) == ("simulated", found.source, found.name)
    assert (told["ttft_s"], told["tokens_per_s"]) == (found.ttft_s, found.tokens_per_s)
    assert told["system"] == asdict(system)
    assert told["parts"] == [asdict(part) for part in found.parts]


@pytest.mark.parametrize("model_id", [MIXTRAL, "llama-3.1-405b"])
def test_without_a_system_it_is_the_usual_one_of_that_model(served: Served, model_id: str) -> None:
    status, told = asked(served, "/gpu.json", {"model": model_id})
    assert status == 200
    assert told["system"] == asdict(load_catalog().model(model_id).on_gpus().system)


@pytest.mark.parametrize("name", sorted(SYSTEM))
def test_half_a_system_is_not_guessed(served: Served, name: str) -> None:
    status, told = asked(served, "/gpu.json", {"model": MIXTRAL, **without(SYSTEM, name)})
    assert (status, told) == (400, {"error": f"The query must say {name}."})
    assert asked(served, "/gpu.json", {"model": MIXTRAL, **SYSTEM, name: " "})[0] == 400


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("gpu", "h100", "no GPU 'h100'"),
        ("gpu", HUGE, "no GPU"),
        ("count", "0", "“0” is no number of GPUs: give 1 to 8."),
        ("count", "9", "“9” is no number of GPUs"),
        ("count", "4.0", "“4.0” is no number of GPUs"),
        ("count", "1e0", "“1e0” is no number of GPUs"),
        ("count", HUGE, "is no number of GPUs"),
        ("precision", "fp8", "The A100 has no fp8"),
        ("precision", "fp32", "no precision 'fp32'"),
        ("users", "-1", "“-1” is no number of users"),
        ("users", "513", "“513” is no number of users: give 1 to 512."),
        ("users", HUGE, "is no number of users"),
    ],
)
def test_a_system_that_there_is_not_is_refused_in_one_sentence(
    served: Served, field: str, value: str, says: str
) -> None:
    status, told = asked(served, "/gpu.json", {"model": MIXTRAL, **SYSTEM, field: value})
    assert status == 400
    assert says in told["error"]
    assert len(told["error"]) < 200


def test_a_model_that_does_not_fit_is_refused_with_the_gpus_that_would_do(served: Served) -> None:
    system = {"gpu": "a100-sxm", "count": "1", "precision": "bf16", "users": "1"}
    status, told = asked(served, "/gpu.json", {"model": LLAMA, **system})
    assert status == 400
    with pytest.raises(BadSystem) as refused:
        load_catalog().model(LLAMA).on_gpus(GpuSystem("a100-sxm", 1))
    assert told["error"] == str(refused.value)
    assert "would do" in told["error"]


@pytest.mark.parametrize("path", ["/gpu.json", "/compare/load.json"])
@pytest.mark.parametrize("model_id", ["", "gpt-4", "<b>", HUGE])
def test_a_model_that_there_is_not_is_404(served: Served, path: str, model_id: str) -> None:
    status, told = asked(served, path, LOAD | {"model": model_id})
    assert status == 404
    assert "no model of this id" in told["error"]


@pytest.mark.parametrize("path", ["/gpu.json", "/compare/load.json"])
def test_figures_are_only_read(served: Served, path: str) -> None:
    assert get(served.url + path, method="POST")[0] == 405


def test_both_machines_under_load_are_the_engines(served: Served) -> None:
    status, told = asked(served, "/compare/load.json", LOAD)
    system = GpuSystem("h100-sxm", 8)
    assert status == 200
    assert told == as_json(asdict(under_load(load_catalog(), PEBBLE, system, 256)))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("gpu", "", "The query must say gpu."),
        ("context", "", "The query must say context."),
        ("context", "many", "“many” cannot be had as context: give a number of tokens"),
        ("context", "256.0", "“256.0” cannot be had as context"),
        ("context", "-256", "“-256” cannot be had as context"),
        ("context", HUGE, "cannot be had as context"),
        ("context", "0", "give 2 to"),
        ("context", "1", "give 2 to"),
        ("context", "2049", "give 2 to 2,048"),
        ("context", "999999999", "give 2 to 2,048"),
        ("count", "9", "“9” is no number of GPUs"),
        ("precision", "fp16", "no precision 'fp16'"),
    ],
)
def test_a_load_that_cannot_be_is_refused_in_one_sentence(
    served: Served, field: str, value: str, says: str
) -> None:
    status, told = asked(served, "/compare/load.json", LOAD | {field: value})
    assert status == 400
    assert says in told["error"]


@pytest.mark.parametrize("name", ["gpu", "count", "precision", "context"])
def test_a_load_needs_all_of_its_fields(served: Served, name: str) -> None:
    status, told = asked(served, "/compare/load.json", without(LOAD, name))
    assert (status, told) == (400, {"error": f"The query must say {name}."})


class Maker:
    """Counts how often it is asked, and how often at once."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, GpuSystem, int]] = []
        self.at_once: list[int] = []
        self.running = 0
        self.may_end = threading.Event()
        self.may_end.set()

    def __call__(self, catalog: Catalog, model: str, system: GpuSystem, context: int) -> UnderLoad:
        self.running += 1
        self.at_once.append(self.running)
        self.asked.append((model, system, context))
        assert self.may_end.wait(PATIENCE_S)
        found = under_load(catalog, PEBBLE, system, 256)
        self.running -= 1
        return found


def test_what_was_made_is_kept_whatever_the_users(
    serve: Callable[..., Served], engine: HandEngine
) -> None:
    make = Maker()
    served = serve(engine, loads=Loads(engine.catalog, make))
    for users in ("1", "64", "many"):
        assert asked(served, "/compare/load.json", LOAD | {"users": users})[0] == 200
    assert make.asked == [(PEBBLE, GpuSystem("h100-sxm", 8), 256)]


def test_those_asked_for_last_are_kept(serve: Callable[..., Served], engine: HandEngine) -> None:
    make = Maker()
    served = serve(engine, loads=Loads(engine.catalog, make))
    contexts = [str(200 + i) for i in range(KEPT_COUNT + 1)]
    for context in (*contexts, contexts[-1], contexts[0]):
        asked(served, "/compare/load.json", LOAD | {"context": context})
    assert len(make.asked) == KEPT_COUNT + 2


def test_loads_are_made_one_at_a_time_and_the_site_answers_meanwhile(
    serve: Callable[..., Served], engine: HandEngine
) -> None:
    make = Maker()
    make.may_end.clear()
    served = serve(engine, loads=Loads(engine.catalog, make))
    urls = [
        f"{served.url}/compare/load.json?{urlencode(LOAD | {'context': str(context)})}"
        for context in (100, 200, 300)
    ]
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(get, url) for url in urls]
        assert get(f"{served.url}/gpu.json?model={quote(PEBBLE)}")[0] == 200
        make.may_end.set()
        assert [each.result()[0] for each in waiting] == [200, 200, 200]
    assert make.at_once == [1, 1, 1]
