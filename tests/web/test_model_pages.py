"""A model's page, the list of all, the listing: what they say, and what they do with bad options.

The cards are written by hand; that the engine's own fill the same page is tested at the end.
"""

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from cards import COMPARISONS, LISTING, LOADS, PARTS, a_card, make_card, make_listing
from web_harness import HandEngine, Served, get

from lpu_engine import Card, Model
from playground.cards import Cards
from playground.deployment import Deployment
from playground.figures import fitted_share, token_s
from playground.model_page import model_page
from playground.texts import rate_text, share_text

MIXTRAL = "/models/mixtral-8x7b-32768/"
Serve = Callable[..., Served]


@pytest.fixture
def served(serve: Serve, engine: HandEngine) -> Served:
    return serve(engine, cards=Cards(make_card, make_listing))


def page_of(served: Served, path: str = MIXTRAL, status: int = 200) -> str:
    got, headers, page = get(served.url + path)
    assert got == status
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    return page


def text_of(page: str) -> str:
    """What a reader sees, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def explanations(page: str) -> Iterator[dict[str, Any]]:
    for told in re.findall(r'data-explanation="([^"]*)"', page):
        yield json.loads(html.unescape(told))


def test_the_page_says_speed_machine_and_context_with_the_published_speed_beside(
    served: Served,
) -> None:
    text = text_of(page_of(served))
    card = a_card()
    assert f"{rate_text(card.prediction.tokens_per_s)} tokens/s simulated" in text
    assert "≈ 480 tokens/s published" in text
    for fact in ("LPU chips 576", "stages × chips of a group 72 × 8", "context 32,768"):
        assert fact in text


def test_a_tokens_parts_add_up_and_what_was_fitted_is_called_so(served: Served) -> None:
    page = page_of(served)
    assert page.count('<span class="tag">fitted</span>') == sum(p.is_fitted for p in PARTS)
    fitted = share_text(fitted_share(a_card()))
    assert f"Grey is fitted: {fitted} of a token." in text_of(page)
    assert sum(part.seconds for part in PARTS) == pytest.approx(token_s(a_card()))
    for part in PARTS:
        assert part.about in page


def test_only_what_was_fitted_is_grey(served: Served) -> None:
    bar = page_of(served).split('class="stack"')[1].split("</svg>")[0]
    classes = re.findall(r'<rect class="([^"]+)"', bar)
    assert classes.count("fitted") == sum(part.is_fitted for part in PARTS)
    assert len(classes) == len(PARTS)


def test_every_load_stands_in_the_table_beside_the_curves(served: Served) -> None:
    page = page_of(served)
    assert page.count('class="curve"') == 2
    rows = page.split("<details>")[1].split("</details>")[0]
    for load in LOADS:
        assert f'<th scope="row">{load.users}</th>' in rows
        assert f"<b>{rate_text(load.total_tokens_per_s)}</b>" in rows


def test_a_program_for_one_user_has_no_curve(served: Served) -> None:
    page = page_of(served, "/models/pebble/")
    assert 'class="curve"' not in page
    text = text_of(page)
    assert "There is room for 1 user here, so nobody shares it." in text
    assert "Nothing here is fitted" in text
    assert "This project holds no published speed of this model on LPUs." in text


def test_energy_and_dollars_stand_for_one_user_and_for_a_full_pipeline(served: Served) -> None:
    text = text_of(page_of(served))
    assert "One user 404 J per token simulated $5,812 per million tokens simulated" in text
    full = "A full pipeline, 144 users 5.91 J per token simulated $0.59 per million tokens"
    assert full in text
    assert "$0.27 per million tokens published tokens of the answer" in text


def test_a_figure_used_for_fitting_is_called_no_test(served: Served) -> None:
    text = text_of(page_of(served))
    assert text.count("This figure was used for fitting: that it is met is no test.") == 1
    assert text.count("This figure was not used for fitting: it is a test.") == 1
    assert "published 480 first principles 1,921 with what was fitted 478 error −0.3 %" in text
    for row in COMPARISONS:
        assert row.conditions in text
        assert row.source in text


def test_every_number_explains_itself_with_mark_and_words(served: Served) -> None:
    told = list(explanations(page_of(served)))
    assert len(told) > 40
    for explanation in told:
        assert set(explanation) == {"title", "mark", "lines"}
        assert explanation["mark"]
        assert all(explanation["lines"])


def test_what_a_card_says_is_never_markup(served: Served) -> None:
    page = page_of(served)
    assert "<rotary>" not in page
    assert "&lt;rotary&gt;" in page
    assert "<of then>" not in page
    assert not re.search(r"<style\b|\sstyle=|\son\w+=", page)


@pytest.mark.parametrize("path", ["/models/no-such-model/", "/models/a/b/", "/models/%3Cb%3E/"])
def test_an_unknown_model_is_told_with_a_way_back(served: Served, path: str) -> None:
    page = page_of(served, path, status=404)
    text = text_of(page)
    assert "There is no such model" in text
    assert "The catalog has no model of this id" in text
    assert 'href="/models/"' in page
    assert 'href="/"' in page


def test_the_slash_at_the_end_may_be_left_out(served: Served) -> None:
    assert "Mixtral 8x7B" in page_of(served, MIXTRAL.rstrip("/"))


def test_a_deployment_is_asked_for_in_the_query_and_stays_in_the_form(served: Served) -> None:
    page = page_of(served, f"{MIXTRAL}?chips=64&context=4096&users=")
    text = text_of(page)
    assert "LPU chips 64" in text
    assert "context 4,096" in text
    assert "This is not the catalog’s deployment" in text
    assert "tokens/s published beside it" not in text
    assert re.search(r'name="chips"[^>]* value="64"', page)
    assert re.search(r'name="users"[^>]* value=""', page)


def test_an_empty_form_asks_for_the_catalogs_deployment(served: Served) -> None:
    page = page_of(served, f"{MIXTRAL}?chips=&context=&users=")
    assert "This is not the catalog’s deployment" not in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("chips=3", "<3> chips are too few: give 8 or more."),
        ("chips=-8", "<-8> chips are too few: give 8 or more."),
        ("chips=0", "<0> chips are too few: give 8 or more."),
        ("chips=many", "“many” is no whole number for chips: write one as in 576 chips."),
        ("chips=1.5", "“1.5” is no whole number for chips: write one as in 576 chips."),
        ("chips=٣", "“٣” is no whole number for chips: write one as in 576 chips."),
        ("users=1e3", "“1e3” is no whole number for users: write one as in 8 users."),
        (
            f"context={'9' * 30}",
            f"“{'9' * 20}…” is no whole number for context: "
            "write one as in 4096 tokens of context.",
        ),
        ("chip=8", "There is no option “chip” here; there are chips, context and users."),
        ("users=<b>", "“<b>” is no whole number for users: write one as in 8 users."),
    ],
)
def test_a_bad_option_is_told_in_a_sentence_and_the_page_stays(
    served: Served, query: str, sentence: str
) -> None:
    name, _, value = query.partition("=")
    path = f"{MIXTRAL}?{name}={quote(value)}"
    page = page_of(served, path, status=400)
    text = text_of(page)
    assert sentence in text
    assert "This page shows the catalog’s deployment." in text
    assert "LPU chips 576" in text
    assert "<b>”" not in page


def test_each_bad_option_has_a_sentence_of_its_own(served: Served) -> None:
    text = text_of(page_of(served, f"{MIXTRAL}?chips=a&context=b", status=400))
    assert "“a” is no whole number for chips" in text
    assert "“b” is no whole number for context" in text


def test_the_listing_is_a_text_to_keep(served: Served) -> None:
    status, headers, text = get(f"{served.url}{MIXTRAL}listing.txt")
    assert status == 200
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert headers["Content-Disposition"] == 'attachment; filename="mixtral-8x7b-32768.txt"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert text == f"mixtral-8x7b-32768\n{LISTING}"


def test_the_listing_of_an_unknown_model_is_told_kindly(served: Served) -> None:
    page = page_of(served, "/models/nobody/listing.txt", status=404)
    assert "There is no such model" in page


def test_the_list_names_every_model_with_its_speed_chips_and_context(served: Served) -> None:
    page = page_of(served, "/models/")
    for model in served.site.catalog.models:
        prediction = served.site.clocks.known(model.id)
        assert prediction is not None
        assert f'href="/models/{model.id}/"' in page
        assert f"<b>{rate_text(prediction.tokens_per_s)}</b>" in page
        assert f"<td>{prediction.chips:,}</td>" in page


@pytest.mark.parametrize("path", ["/models/", MIXTRAL, f"{MIXTRAL}listing.txt"])
def test_pages_of_models_are_only_read_and_never_stale(served: Served, path: str) -> None:
    assert get(served.url + path, method="POST")[0] == 405
    assert get(served.url + path)[1]["Cache-Control"] == "no-cache"


def test_a_card_is_made_once_for_each_deployment(serve: Serve, engine: HandEngine) -> None:
    made: list[object] = []

    def counted(model: Model, deployment: Deployment) -> Card:
        made.append(deployment)
        return make_card(model, deployment)

    served = serve(engine, cards=Cards(counted, make_listing))
    for _ in range(3):
        page_of(served)
        page_of(served, f"{MIXTRAL}?chips=64")
    assert len(made) == 2


def test_the_form_shows_what_stands_for_an_empty_field() -> None:
    page = model_page(a_card(), {}, is_of_catalog=True)
    assert page.standing == {"chips": 576, "context": 32768, "users": 1}


@pytest.mark.parametrize("model_id", ["pebble", "mixtral-8x7b-32768"])
def test_the_engines_own_card_fills_the_page(
    serve: Serve, engine: HandEngine, model_id: str
) -> None:
    served = serve(engine, cards=Cards())
    text = text_of(page_of(served, f"/models/{model_id}/"))
    prediction = served.site.catalog.model(model_id).predict(128)
    assert f"{rate_text(prediction.tokens_per_s)} tokens/s simulated" in text
    assert "J per token simulated" in text
    assert get(f"{served.url}/models/{model_id}/listing.txt")[0] == 200


@pytest.mark.parametrize(
    "query", ["chips=1", "chips=0", "chips=-8", "context=999999999", "context=0", "users=-1"]
)
def test_the_engine_says_why_a_deployment_cannot_be(
    serve: Serve, engine: HandEngine, query: str
) -> None:
    page = page_of(serve(engine, cards=Cards()), f"{MIXTRAL}?{query}", status=400)
    sentences = re.findall(r"<p>([^<]+)</p>", page.split('role="alert"')[1].split("</div>")[0])
    assert len(sentences) == 2
    assert sentences[0].endswith(".")
    assert sentences[1] == "This page shows the catalog’s deployment."
