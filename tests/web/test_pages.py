"""Pages, /healthz, headers and static files over HTTP; a missing checkpoint among them."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from web_harness import HandEngine, Served, get

from lpu_engine import GPUS, USUAL_GPUS, BadSystem, Engine, GpuSystem, load_catalog
from playground.texts import rate_text

Serve = Callable[..., Served]
HASHED_FILE = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg))"')


def data_of(page: str) -> dict[str, object]:
    """What the page's modules read."""
    found = re.search(r'<script id="playground-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: dict[str, object] = json.loads(found[1])
    return data


def lines_of(page: str) -> dict[str, dict[str, Any]]:
    """The picker's lines by model id, in its order."""
    models = data_of(page)["models"]
    assert isinstance(models, list)
    return {model["id"]: model for model in models}


def test_the_page_lists_the_models_and_picks_the_first(served: Served) -> None:
    status, _, page = get(served.url)
    assert status == 200
    assert list(lines_of(page)) == [model.id for model in served.site.catalog.models]
    for line in lines_of(page).values():
        assert f">{line['label']}</option>" in page
    data = data_of(page)
    assert data["default_model"] == "mixtral-8x7b-32768"
    assert data["words"] == {"name": "Hand", "parameters": 1, "state": "ready", "detail": ""}
    assert data["defaults"] == {
        "temperature": 0.3,
        "top_p": 0.9,
        "max_tokens": 1024,
        "seed": None,
        "stop": [],
    }


@pytest.mark.parametrize(
    ("query", "picked"),
    [
        ("?model=llama2-70b-4096", "llama2-70b-4096"),
        ("?model=no-such-model", "mixtral-8x7b-32768"),
        ("?model=", "mixtral-8x7b-32768"),
    ],
)
def test_the_address_may_pick_a_model(served: Served, query: str, picked: str) -> None:
    page = get(f"{served.url}/{query}")[2]
    assert data_of(page)["default_model"] == picked
    assert f'<option value="{picked}" selected>' in page


def test_each_option_says_name_speed_chips_and_context(served: Served) -> None:
    lines = lines_of(get(served.url)[2])
    prediction = served.site.clocks.known("mixtral-8x7b-32768")
    assert prediction is not None
    assert lines["mixtral-8x7b-32768"]["label"] == (
        f"Mixtral 8x7B · {rate_text(prediction.tokens_per_s)} tokens/s"
        f" · {prediction.chips} chips · 32K"
    )
    assert lines["pebble"]["label"] == "Pebble · this machine · 2K"


def test_each_speed_carries_its_mark_and_source(served: Served) -> None:
    lines = lines_of(get(served.url)[2])
    for model in served.site.catalog.models:
        line, prediction = lines[model.id], served.site.clocks.known(model.id)
        assert prediction is not None
        shown = (line["kind"], line["source"], line["tokens_per_s"], line["chips"])
        predicted = (prediction.kind, prediction.source, prediction.tokens_per_s)
        assert shown == (*predicted, prediction.chips)
        assert line["page"] == f"/models/{model.id}/"
    pebble = lines["pebble"]
    assert (pebble["kind"], pebble["chips"]) == ("simulated", 1)
    assert pebble["cycles"]["clock_hz"] == 900_000_000


def test_each_model_has_its_figure_on_the_usual_gpus_with_the_parts_of_a_step(
    served: Served,
) -> None:
    lines = lines_of(get(served.url)[2])
    for model in served.site.catalog.models:
        found, baseline = model.on_gpus(), lines[model.id]["baseline"]
        assert (baseline["kind"], baseline["source"]) == ("simulated", found.source)
        assert baseline["tokens_per_s"] == found.tokens_per_s
        assert (baseline["system"]["gpu"], baseline["system"]["users"]) == ("h100-sxm", 1)
        assert sum(part["seconds"] for part in baseline["parts"]) == pytest.approx(
            1 / found.tokens_per_s
        )
        assert lines[model.id]["refusal"] is None


def gpus_of(page: str) -> dict[str, Any]:
    gpus = data_of(page)["gpus"]
    assert isinstance(gpus, dict)
    return gpus


def test_the_page_offers_the_gpus_that_the_engine_knows(served: Served) -> None:
    page = get(served.url)[2]
    gpus = gpus_of(page)
    assert [gpu["id"] for gpu in gpus["gpus"]] == [gpu.id for gpu in GPUS]
    assert (gpus["system"], gpus["problem"]) == (None, "")
    assert gpus["usual"] == asdict(USUAL_GPUS)
    for gpu in GPUS:
        assert f'<option value="{gpu.id}">{gpu.name}</option>' in page


@pytest.mark.parametrize(
    ("query", "system"),
    [
        ("gpu=a100-sxm&count=4&precision=int8&users=16", GpuSystem("a100-sxm", 4, "int8", 16)),
        ("gpu=b200-sxm", GpuSystem("b200-sxm", 8, "bf16", 1)),
        ("count=4&gpu=&users=+2+", GpuSystem("h100-sxm", 4, "bf16", 2)),
    ],
)
def test_the_address_may_choose_other_gpus_for_all_models(
    served: Served, query: str, system: GpuSystem
) -> None:
    page = get(f"{served.url}/?{query}")[2]
    assert gpus_of(page)["system"] == asdict(system)
    for model_id, line in lines_of(page).items():
        model = served.site.catalog.model(model_id)
        if line["baseline"] is None:
            with pytest.raises(BadSystem) as refused:
                model.on_gpus(system)
            assert line["refusal"] == str(refused.value)
        else:
            assert line["baseline"]["tokens_per_s"] == model.on_gpus(system).tokens_per_s


def test_an_address_that_asks_for_the_usual_gpus_asks_for_nothing(served: Served) -> None:
    page = get(f"{served.url}/?gpu=h100-sxm&count=8&precision=bf16&users=1")[2]
    assert (gpus_of(page)["system"], gpus_of(page)["problem"]) == (None, "")


def test_a_model_that_the_chosen_gpus_cannot_hold_says_so_and_the_choice_stands(
    served: Served,
) -> None:
    page = get(f"{served.url}/?gpu=a100-sxm&count=1&model=llama2-70b-4096")[2]
    lines = lines_of(page)
    assert gpus_of(page)["system"]["gpu"] == "a100-sxm"
    assert lines["llama2-70b-4096"]["baseline"] is None
    assert "each GPU must hold" in lines["llama2-70b-4096"]["refusal"]
    assert lines["pebble"]["baseline"] is not None


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("gpu=h100", "no GPU 'h100'"),
        ("gpu=<script>", "no GPU '<script>'"),
        ("count=0", "“0” is no number of GPUs: give 1 to 8."),
        ("count=9", "“9” is no number of GPUs: give 1 to 8."),
        ("count=-1", "“-1” is no number of GPUs"),
        ("count=" + "9" * 5000, "is no number of GPUs"),
        ("count=٣", "“٣” is no number of GPUs"),
        ("users=many", "“many” is no number of users: give 1 to 512."),
        ("users=513", "“513” is no number of users"),
        ("users=1.5", "“1.5” is no number of users"),
        ("precision=fp4", "no precision 'fp4'"),
        ("gpu=a100-sxm&precision=fp8", "The A100 has no fp8"),
    ],
)
def test_nonsense_in_the_address_is_told_and_the_usual_gpus_stand(
    served: Served, query: str, says: str
) -> None:
    status, _, page = get(f"{served.url}/?{quote(query, safe='=&')}")
    assert status == 200
    assert says in gpus_of(page)["problem"]
    assert "are those of 8 × H100." in gpus_of(page)["problem"]
    assert gpus_of(page)["system"] is None
    assert lines_of(page) == lines_of(get(served.url)[2])


def test_a_published_speed_stands_beside_the_clock_where_there_is_one(served: Served) -> None:
    lines = lines_of(get(served.url)[2])
    for model in served.site.catalog.models:
        stated = model.published
        said = None if stated is None else (stated.tokens_per_s, stated.source)
        shown = lines[model.id]["published"]
        assert said == (None if shown is None else (shown["tokens_per_s"], shown["source"]))


def test_each_speed_says_what_paces_it_and_for_which_prompt_it_stands(served: Served) -> None:
    lines = lines_of(get(served.url)[2])
    for model_id, line in lines.items():
        assert line["paced_by"] == ("machine" if model_id == "pebble" else "clock")
        assert line["prompt_tokens"] == 128


def test_healthz_says_how_engine_and_words_are(served: Served) -> None:
    status, headers, body = get(served.url + "/healthz")
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert json.loads(body) == {
        "engine": {"state": "ready", "detail": "", "threads": 1},
        "words": {"name": "Hand", "parameters": 1},
        "version": "1.2.3",
    }


def test_a_missing_checkpoint_is_told_by_page_and_healthz(serve: Serve, tmp_path: Path) -> None:
    engine = Engine(load_catalog(), tmp_path / "no such words")
    engine.start()
    served = serve(engine)
    health = json.loads(get(served.url + "/healthz")[2])
    assert health["engine"]["state"] == "failed"
    assert "no such words" in health["engine"]["detail"]
    status, _, page = get(served.url)
    assert status == 200
    words = data_of(page)["words"]
    assert isinstance(words, dict)
    assert (words["state"], words["detail"]) == ("failed", health["engine"]["detail"])


@pytest.mark.parametrize("path", ["/", "/healthz", "/no-such-page", "/models/", "/models/pebble/"])
def test_every_answer_carries_a_strict_policy(served: Served, path: str) -> None:
    _, headers, _ = get(served.url + path)
    policy = dict(
        rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";")
    )
    own = (
        "script-src", "style-src", "img-src", "connect-src", "font-src", "manifest-src",
        "form-action",
    )  # fmt: skip
    none = ("default-src", "base-uri", "frame-ancestors")
    markup = {"require-trusted-types-for": "'script'", "trusted-types": "answer"}
    assert policy == dict.fromkeys(own, "'self'") | dict.fromkeys(none, "'none'") | markup
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Set-Cookie"] is None


def test_the_page_has_no_inline_script_or_style(served: Served) -> None:
    page = get(served.url)[2]
    scripts = re.findall(r"<script\b([^>]*)>", page)
    assert all("src=" in script or "application/json" in script for script in scripts)
    assert not re.search(r"<style\b|\sstyle=|\son\w+=", page)


def test_pages_are_not_cached_but_their_files_for_ever(served: Served) -> None:
    _, headers, page = get(served.url)
    assert headers["Cache-Control"] == "no-cache"
    files = HASHED_FILE.findall(page)
    assert files
    for file in files:
        status, headers, _ = get(served.url + file)
        assert status == 200
        assert headers["Cache-Control"] == "max-age=315360000, public, immutable"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_modules_import_each_other_by_their_hashed_names(served: Served) -> None:
    modules = [f for f in HASHED_FILE.findall(get(served.url)[2]) if f.endswith(".js")]
    imported = re.findall(r"""from ["']\./([^"']+)["']""", get(served.url + modules[0])[2])
    assert imported
    for name in imported:
        assert re.fullmatch(r"(history/)?[\w-]+\.[0-9a-f]{12}\.js", name)
        assert get(f"{served.url}/static/js/{name}")[0] == 200


def test_a_missing_file_is_404_and_none_outside_is_served(served: Served) -> None:
    for path in ("/static/no-such-file.css", "/static/../manage.py", "/static/%2e%2e/manage.py"):
        assert get(served.url + path)[0] == 404


def test_a_missing_page_is_told_kindly(served: Served) -> None:
    status, _, page = get(served.url + "/compare-not-yet/")
    assert status == 404
    assert "There is no such page" in page


def test_an_unknown_host_is_told_what_to_do(served: Served) -> None:
    status, _, page = get(served.url, Host="evil.example")
    assert status == 400
    assert "PLAYGROUND_HOSTS" in page


def test_a_fault_of_ours_is_told_without_details(served: Served, engine: HandEngine) -> None:
    del engine.state
    status, _, page = get(served.url)
    assert status == 500
    assert "Something broke on this machine" in page
    assert "AttributeError" not in page


@pytest.mark.parametrize("path", ["/", "/healthz"])
def test_pages_are_only_read(served: Served, path: str) -> None:
    assert get(served.url + path, method="POST")[0] == 405
    assert get(served.url + path, method="HEAD")[0] == 200
