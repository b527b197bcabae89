"""A pulled model on the pages: in a group of its own, in its own words, with a clock or without."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_checkpoint
from web_harness import HandEngine, Served, get

from lpu_engine import (
    Engine,
    Model,
    Prediction,
    folders_of,
    load_catalog,
    pulled,
    with_pulled,
    write_record,
)
from playground.cards import Cards
from playground.clocks import Clocks
from playground.figures import clock_speed
from playground.picker import label, picker_entry

ID = "tiny/Talker"
PAGE = f"/models/{ID}/"
GROUP = re.compile(r'<optgroup label="Pulled: in their own words">(.*?)</optgroup>', re.DOTALL)
CLOCK = Prediction("simulated", "counted in a test", 0.001, 1048.0, 16)


@pytest.fixture
def engine(tmp_path: Path) -> HandEngine:
    """An engine whose catalog has a pulled model, as with_pulled makes it."""
    folder = write_checkpoint(tmp_path / ID, window=1024)
    write_record(folder, ID, revision="main", commit="c" * 40, licence="mit")
    engine = HandEngine()
    engine.catalog = with_pulled(engine.catalog, tmp_path)
    return engine


def predict(model: Model) -> Prediction:
    """Only the pulled model's clock is its own."""
    return model.predict(128) if model.is_pulled else CLOCK


@pytest.fixture
def served(serve: Callable[..., Served], engine: HandEngine) -> Served:
    clocks = Clocks(engine.catalog, predict)
    clocks.count()
    return serve(engine, clocks=clocks, cards=Cards())


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiler on any shape."""

    def program_for(deployment: object) -> None:
        raise IndexError("head 7 has <no> lane")

    monkeypatch.setattr("lpu_engine.catalog.program_for", program_for)


def line_of(page: str) -> dict[str, Any]:
    """The pulled model's, as the page's modules read it."""
    found = re.search(r'<script id="playground-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found is not None
    lines: list[dict[str, Any]] = json.loads(found[1])["models"]
    assert [line["id"] for line in lines if line["is_pulled"]] == [ID] == [lines[-1]["id"]]
    assert all(line["words"] is None for line in lines[:-1])
    return lines[-1]


def test_a_pulled_model_is_offered_in_a_group_of_its_own(served: Served) -> None:
    (group,) = GROUP.findall(get(served.url)[2])
    assert re.findall(r"<option.*?</option>", group) == [
        f'<option value="{ID}">Talker · 0.1M · this machine · 1K</option>'
    ]


def test_without_pulled_models_there_is_no_group(serve: Callable[..., Served]) -> None:
    assert "<optgroup" not in get(serve(HandEngine()).url)[2]


def test_it_signs_its_own_words_and_is_paced_by_this_machine(
    served: Served, engine: HandEngine
) -> None:
    line = line_of(get(served.url)[2])
    parameters = engine.catalog.model(ID).parameters
    assert line["words"] == {"name": "Talker", "parameters": parameters}
    assert (line["paced_by"], line["kind"], line["chips"]) == ("machine", "simulated", 1)
    assert (line["page"], line["clock"]) == (PAGE, f"{PAGE}clock.json")
    assert line["baseline"]["tokens_per_s"] == engine.catalog.model(ID).on_gpus().tokens_per_s


@pytest.mark.parametrize(("query", "writer"), [("", "Hand"), (f"?model={ID}", "Talker")])
def test_the_page_names_who_writes_for_the_picked_model(
    served: Served, query: str, writer: str
) -> None:
    page = get(f"{served.url}/{query}")[2]
    assert f'<span id="words-name">{writer}</span>' in page
    assert (f'<option value="{ID}" selected>' in page) == bool(query)


def test_on_many_chips_too_this_machine_paces_it(engine: HandEngine) -> None:
    model = engine.catalog.model(ID)
    assert picker_entry(model, CLOCK)["paced_by"] == "machine"
    assert label(model, CLOCK) == "Talker · 0.1M · this machine · 1K"
    assert label(model, None) == "Talker · 0.1M · compiling… · 1K"


def test_it_has_every_page_that_a_model_has(served: Served) -> None:
    for path in (
        PAGE, f"{PAGE}?chips=8&users=2", f"{PAGE}listing.txt", f"{PAGE}clock.json", "/models/",
        f"/compare/?lane=lpu:{ID}&lane=gpu:{ID}:h100-sxm:1:bf16:1", f"/gpu.json?model={ID}",
        f"/compare/load.json?model={ID}&gpu=h100-sxm&count=1&precision=bf16&context=256",
    ):  # fmt: skip
        assert (path, get(served.url + path)[0]) == (path, 200)


@pytest.mark.usefixtures("breaks")
def test_without_a_program_it_runs_as_fast_as_this_machine_and_the_pages_say_why(
    served: Served,
) -> None:
    line = line_of(get(served.url)[2])
    assert (line["kind"], line["tokens_per_s"], line["paced_by"]) == ("measured", None, "machine")
    assert line["source"].endswith("it has no program for LPU chips: head 7 has <no> lane")
    for path in (PAGE, f"{PAGE}?chips=8", f"{PAGE}listing.txt"):
        status, _, page = get(served.url + path)
        assert status == 404
        assert "Talker has no program for LPU chips" in page
        assert "head 7 has &lt;no&gt; lane" in page
    load = f"/compare/load.json?model={ID}&gpu=h100-sxm&count=1&precision=bf16&context=256"
    assert json.loads(get(served.url + load)[2]) == {"error": "head 7 has <no> lane"}


@pytest.mark.usefixtures("breaks")
def test_the_list_of_models_says_that_its_speed_is_measured(engine: HandEngine) -> None:
    model = engine.catalog.model(ID)
    figure = clock_speed(model, model.predict(128))
    assert (figure.text, figure.mark) == ("as measured", "measured")
    assert figure.lines[0].endswith("it has no program for LPU chips: head 7 has <no> lane.")


async def test_it_writes_its_own_words_and_the_others_do_not(
    serve: Callable[..., Served], engine: HandEngine, tmp_path: Path, tiny_checkpoint: Path
) -> None:
    catalog = with_pulled(load_catalog(), tmp_path)
    real = Engine(catalog, tiny_checkpoint, folders=folders_of(pulled(tmp_path)))
    real.start()
    try:
        async with serve(real).connect() as client:
            names = []
            for number, model in enumerate((ID, "pebble")):
                accepted = await client.accepted(f"q{number}", model=model)
                assert (await client.receive_all(f"q{number}"))[-1]["type"] == "finished"
                names.append((accepted["model"], accepted["words"]["name"]))
    finally:
        real.close()
    assert names == [(ID, "Talker"), ("pebble", "tiny")]


def test_healthz_tells_of_the_writer_of_a_model(
    serve: Callable[..., Served], engine: HandEngine, tmp_path: Path, tiny_checkpoint: Path
) -> None:
    catalog = with_pulled(load_catalog(), tmp_path)
    served = serve(Engine(catalog, tiny_checkpoint, folders=folders_of(pulled(tmp_path))))
    found = {
        query: json.loads(get(f"{served.url}/healthz{query}")[2])
        for query in ("", f"?model={ID}", "?model=mixtral-8x7b-32768", "?model=none")
    }
    told = {
        query: (told["words"]["name"], told["engine"]["state"]) for query, told in found.items()
    }
    assert told.pop(f"?model={ID}") == ("Talker", "waiting")
    assert set(told.values()) == {("tiny", "warming")}
