"""/compare/ over HTTP: the address is the set-up, and what makes no sense in it is told."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

import pytest
from web_harness import HandEngine, Served, get

from lpu_engine import (
    GPUS,
    LOAD_USERS,
    PRECISIONS,
    SERVICES,
    USUAL_GPUS,
    BadSystem,
    GpuEntry,
    GpuSystem,
    HereEntry,
    LpuEntry,
    ServiceEntry,
    lane_of,
    load_catalog,
)
from playground.clocks import Clocks
from playground.compare_query import (
    PROMPT_LIMIT,
    USUAL_ENTRIES,
    USUAL_PROMPT,
    read_set_up,
)

Serve = Callable[..., Served]
LLAMA, MIXTRAL = "llama2-70b-4096", "mixtral-8x7b-32768"
CATALOG = load_catalog()
LANES = [
    (f"lpu:{LLAMA}", LpuEntry(LLAMA)),
    (f"gpu:{MIXTRAL}:h200-sxm:4:fp8:16", GpuEntry(MIXTRAL, GpuSystem("h200-sxm", 4, "fp8", 16))),
    ("service:replicate-llama2-70b", ServiceEntry("replicate-llama2-70b")),
    ("here", HereEntry()),
]


def page_of(served: Served, query: str = "") -> tuple[int, str]:
    status, _, page = get(f"{served.url}/compare/{query}")
    return status, page


def query(lanes: list[str], prompt: str | None = "Why?") -> str:
    asked = [] if prompt is None else [("prompt", prompt)]
    return "?" + urlencode([*asked, *(("lane", lane) for lane in lanes)])


def data_of(page: str) -> dict[str, Any]:
    """What the page's modules read."""
    found = re.search(r'<script id="playground-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def lanes_shown(page: str) -> list[dict[str, str]]:
    """What is picked in the selects of each lane, as the page comes from the server."""
    listed = page[page.index('id="lanes"') : page.index('id="add"')]
    found = []
    for lane in listed.split("<li ")[1:]:
        selects = re.findall(r'<select data-field="(\w+)".*?</select>', lane, re.DOTALL)
        texts = re.findall(r"<select data-field=.*?</select>", lane, re.DOTALL)
        picked = [re.search(r"<option([^>]*) selected>([^<]*)", text) for text in texts]
        found.append({name: one[2] for name, one in zip(selects, picked, strict=True) if one})
    return found


def problems(*lanes: str, **more: list[str]) -> tuple[str, ...]:
    return read_set_up({"lane": list(lanes), **more}, CATALOG).problems


def test_without_a_query_the_same_model_races_on_three_machines(served: Served) -> None:
    status, page = page_of(served)
    assert status == 200
    data = data_of(page)
    assert (data["prompt"], data["problems"]) == (USUAL_PROMPT, [])
    assert [lane["machine"] for lane in data["lanes"]] == ["lpu", "gpu", "service"]
    models = {lane_of(entry, CATALOG, 128).model_id for entry in USUAL_ENTRIES}
    assert models == {LLAMA}
    assert len(lanes_shown(page)) == len(USUAL_ENTRIES)
    assert USUAL_PROMPT in page


def test_an_address_is_read_as_it_was_written(served: Served) -> None:
    status, page = page_of(served, query([text for text, _ in LANES], "Why, and how?"))
    assert status == 200
    data = data_of(page)
    assert (data["prompt"], data["problems"]) == ("Why, and how?", [])
    assert read_set_up({"lane": [text for text, _ in LANES]}, CATALOG).entries == tuple(
        entry for _, entry in LANES
    )


def test_the_first_paint_has_each_lane_as_it_was_asked_for(served: Served) -> None:
    page = page_of(served, query([text for text, _ in LANES]))[1]
    lpu, gpu, service, here = lanes_shown(page)
    assert (lpu["machine"], lpu["model"]) == ("LPU, simulated", "Llama 2 70B")
    assert (gpu["machine"], gpu["model"]) == ("GPUs, simulated", "Mixtral 8x7B")
    assert (gpu["count"], gpu["gpu"], gpu["precision"]) == ("4 ×", "H200", "fp8")
    assert (service["machine"], service["service"]) == (
        "A service, published",
        "Replicate · Llama 2 70B",
    )
    assert here["machine"] == "This machine, measured"


def test_the_selects_offer_all_that_there_is(served: Served) -> None:
    data = data_of(page_of(served)[1])
    assert [model["id"] for model in data["models"]] == [model.id for model in CATALOG.models]
    assert [service["id"] for service in data["services"]] == [each.id for each in SERVICES]
    assert [gpu["id"] for gpu in data["gpus"]] == [gpu.id for gpu in GPUS]
    assert tuple(data["precisions"]) == PRECISIONS
    assert tuple(data["load_users"]) == LOAD_USERS


def test_each_service_comes_as_the_lane_that_it_is(served: Served) -> None:
    data = data_of(page_of(served)[1])
    for service in data["services"]:
        lane = lane_of(ServiceEntry(service["id"]), CATALOG, 128)
        assert service["lane"] == json.loads(json.dumps(asdict(lane)))
        assert service["lane"]["kind"] == "published"
        assert service["lane"]["source"]


def test_gpus_come_with_their_figures_or_with_why_they_cannot_be(served: Served) -> None:
    lanes = [f"gpu:{LLAMA}:h100-sxm:8:bf16:1", f"gpu:{LLAMA}:a100-sxm:8:fp8:1", "here"]
    lanes.append(f"gpu:{LLAMA}:h100-sxm:1:bf16:1")
    status, page = page_of(served, query(lanes))
    can, no_fp8, none, too_large = data_of(page)["forecasts"]
    assert status == 200  # such lanes are said to be impossible in the lane, not in the address
    assert can["tokens_per_s"] == CATALOG.model(LLAMA).on_gpus(USUAL_GPUS).tokens_per_s
    assert "fp8" in no_fp8["error"]
    assert none is None
    with pytest.raises(BadSystem) as refused:
        CATALOG.model(LLAMA).on_gpus(GpuSystem("h100-sxm", 1))
    assert too_large["error"] == str(refused.value)


def test_a_program_that_is_still_being_compiled_is_asked_for_later(
    serve: Serve, engine: HandEngine
) -> None:
    served = serve(engine, clocks=Clocks(engine.catalog))  # never started
    status, page = page_of(served)
    assert status == 200
    assert {model["kind"] for model in data_of(page)["models"]} == {None}


@pytest.mark.parametrize(
    ("lane", "said"),
    [
        ("lpu:no-such-model", "no-such-model"),
        ("gpu:no-such-model:h100-sxm:8:bf16:1", "no-such-model"),
        ("service:nobody", "nobody"),
        ("tpu", "tpu"),
        ("", "lpu:MODEL"),
        ("here:and:there", "here:and:there"),
        ("lpu", "lpu:MODEL"),
        (f"lpu:{LLAMA}:8", "lpu:MODEL"),
    ],
)
def test_a_lane_that_names_nothing_is_left_out_and_told(lane: str, said: str) -> None:
    set_up = read_set_up({"lane": [lane, "here"]}, CATALOG)
    assert set_up.entries == (HereEntry(),)
    assert len(set_up.problems) == 1
    assert set_up.problems[0].startswith("Lane 1 ")
    assert said in set_up.problems[0]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("h100-sxm:9:bf16:1", "9"),
        ("h100-sxm:0:bf16:1", "0"),
        ("h100-sxm:-1:bf16:1", "-1"),
        ("h100-sxm:many:bf16:1", "many"),
        ("h100-sxm:8:bf16:513", "513"),
        ("h100-sxm:8:bf16:1e2", "1e2"),
        ("h100-sxm:8:fp64:1", "fp64"),
        ("voodoo:8:bf16:1", "voodoo"),
    ],
)
def test_a_field_that_makes_no_sense_stands_at_its_usual_value(fields: str, said: str) -> None:
    set_up = read_set_up({"lane": [f"gpu:{LLAMA}:{fields}"]}, CATALOG)
    assert set_up.entries == (GpuEntry(LLAMA, USUAL_GPUS),)
    assert len(set_up.problems) == 1
    assert f"“{said}”" in set_up.problems[0]


def test_fields_that_are_not_given_are_the_usual_ones() -> None:
    set_up = read_set_up({"lane": [f"gpu:{LLAMA}", f"gpu:{LLAMA}::2"]}, CATALOG)
    assert set_up.problems == ()
    assert set_up.entries == (
        GpuEntry(LLAMA, USUAL_GPUS),
        GpuEntry(LLAMA, GpuSystem(USUAL_GPUS.gpu, 2, USUAL_GPUS.precision, USUAL_GPUS.users)),
    )


def test_every_problem_has_its_sentence() -> None:
    assert len(problems("here", "here", "here", "here", "here")) == 1
    assert len(problems("tpu", "here", "lpu:x", colour=["red"])) == 3
    assert len(problems(f"gpu:{LLAMA}:voodoo:9:fp64:0")) == 4
    assert len(problems(f"gpu:{LLAMA}:h100-sxm:8:bf16:1:more")) == 1
    assert len(problems("here", prompt=[""])) == 1
    assert len(problems("here", prompt=["one", "two"])) == 1
    assert len(problems("here", prompt=["x" * (PROMPT_LIMIT + 1)])) == 1
    assert problems() == ()


def test_five_lanes_become_the_first_four() -> None:
    set_up = read_set_up({"lane": ["here", "here", f"lpu:{LLAMA}", "here", "tpu"]}, CATALOG)
    assert len(set_up.entries) == 4
    assert len(set_up.problems) == 1


def test_where_no_lane_is_left_the_usual_ones_stand() -> None:
    set_up = read_set_up({"lane": ["tpu"]}, CATALOG)
    assert set_up.entries == USUAL_ENTRIES
    assert len(set_up.problems) == 2


def test_nonsense_is_told_above_a_page_that_can_be_used(served: Served) -> None:
    status, page = page_of(served, query(["tpu", f"lpu:{MIXTRAL}"]))
    assert status == 400
    (problem,) = data_of(page)["problems"]
    assert html.escape(problem) in page
    assert [lane["model"] for lane in data_of(page)["lanes"]] == [MIXTRAL]
    assert 'id="go"' in page


def test_nothing_of_an_address_becomes_markup(served: Served) -> None:
    evil = "<script>alert(1)</script>"
    page = page_of(served, query([evil, f"gpu:{LLAMA}:{evil}", f"lpu:{evil}"], evil) + f"&{evil}=1")
    assert page[0] == 400
    assert evil not in page[1]
    assert html.escape(evil) in page[1]
    assert data_of(page[1])["prompt"] == evil


def test_a_prompt_begins_with_the_lines_it_was_given(served: Served) -> None:
    page = page_of(served, query(["here"], "one\n\ntwo"))[1]
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found is not None
    assert found[1] == "one\n\ntwo"


def test_what_a_race_sends_are_parameters_that_the_socket_knows(served: Served) -> None:
    params = data_of(page_of(served)[1])["params"]
    assert set(params) <= {"temperature", "top_p", "max_tokens", "seed", "stop"}
    assert None not in params.values()


def test_the_page_is_only_read_and_not_cached(served: Served) -> None:
    assert get(f"{served.url}/compare/", method="POST")[0] == 405
    status, headers, _ = get(f"{served.url}/compare/", method="HEAD")
    assert (status, headers["Cache-Control"]) == (200, "no-cache")
    assert get(f"{served.url}/compare/nothing-here/")[0] == 404


def test_the_page_has_no_inline_script_or_style(served: Served) -> None:
    _, headers, page = get(f"{served.url}/compare/")
    scripts = re.findall(r"<script\b([^>]*)>", page)
    assert all("src=" in script or "application/json" in script for script in scripts)
    assert not re.search(r"<style\b|\sstyle=|\son\w+=", page)
    assert "script-src 'self'" in headers["Content-Security-Policy"]


def test_every_page_leads_to_the_race(served: Served) -> None:
    for path in ("/", "/models/", "/compare/"):
        assert 'href="/compare/"' in get(served.url + path)[2]
