"""What stands on the page before the first Enter."""

from urllib.parse import urlsplit

import pytest
from browser_harness import LLAMA, MIXTRAL, PEBBLE, HandSocket, OpenPage, counted
from playwright.sync_api import Page, expect

from lpu_engine import load_catalog
from playground.texts import rate_text


def test_one_box_is_there_and_has_the_focus(page: Page) -> None:
    expect(page).to_have_title("LPU Playground")
    expect(page.locator("textarea:visible")).to_have_count(1)
    expect(page.locator("#prompt")).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_picker_names_speeds_and_the_words_their_own_name(page: Page, site: str) -> None:
    picker = page.get_by_label("At the speed of")
    expect(picker).to_have_value(MIXTRAL)
    expect(picker.locator("option")).to_have_text(
        [counted(site, model.id)["label"] for model in load_catalog().models]
    )
    expect(picker.locator("option:disabled")).to_have_count(0)
    expect(page.locator("#words")).to_contain_text("computed here")
    expect(page.locator("#words-size")).to_have_text("0.1M")


def test_the_rates_stand_under_the_box_with_their_marks(page: Page, site: str) -> None:
    preview = page.locator("#preview")
    for model in (MIXTRAL, LLAMA):
        page.select_option("#model", model)
        line = counted(site, model)
        rate = rate_text(line["tokens_per_s"])
        lpu = f"{rate} tokens/s {line['kind']} on {line['chips']} LPU chips"
        expect(preview).to_contain_text(lpu)
        gpu = rate_text(load_catalog().model(model).on_gpus().tokens_per_s)
        expect(preview).to_contain_text(f"{gpu} tokens/s simulated on 8 × H100")
        stated = preview.locator("[data-part=published-side]")
        if line["published"] is None:
            expect(stated).to_be_hidden()
        else:
            rate = rate_text(line["published"]["tokens_per_s"])
            expect(stated).to_have_text(f"≈ {rate} tokens/s published")
        expect(preview.locator("[data-part=machine-side]")).to_be_hidden()
    page.select_option("#model", "pebble")
    expect(preview).to_contain_text("as fast as it computes measured on this machine")
    expect(preview).to_contain_text("tokens/s simulated on one LPU chip")
    gpu = rate_text(load_catalog().model(PEBBLE).on_gpus().tokens_per_s)
    expect(preview).to_contain_text(f"{gpu} tokens/s simulated on 8 × H100")


def test_four_examples_can_be_clicked(hand: HandSocket) -> None:
    examples = hand.page.locator("#examples button")
    expect(examples).to_have_count(4)
    first = examples.first.inner_text()
    examples.first.click()
    assert hand.heard("generate")["messages"] == [{"role": "user", "content": first}]


def test_the_marks_are_one_tap_away(page: Page) -> None:
    page.get_by_role("button", name="What do the marks mean?").click()
    marks = page.locator("#marks")
    expect(marks).to_be_visible()
    expect(marks.locator("dt")).to_have_text(["simulated", "published", "measured", "shown"])
    page.keyboard.press("Escape")
    expect(marks).to_be_hidden()


@pytest.mark.parametrize("path", ["/", "/no-such-page", "/models/", f"/models/{PEBBLE}/"])
def test_each_page_says_whose_it_is_not(open_page: OpenPage, path: str) -> None:
    page = open_page(path)
    foot = page.get_by_role("contentinfo")
    expect(foot).to_contain_text("Not affiliated with Groq, Meta, Mistral AI or NVIDIA")
    expect(foot).to_contain_text("simulated by this project unless marked otherwise")


def test_nothing_is_asked_of_any_other_host(open_page: OpenPage, site: str) -> None:
    asked: list[str] = []
    page = open_page(None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/", wait_until="networkidle")
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(site).netloc}


def test_without_javascript_the_page_says_what_it_needs(page: Page) -> None:
    said = page.evaluate("document.querySelector('noscript').textContent")
    assert "This page needs JavaScript" in said


def test_words_that_could_not_be_loaded_are_told_at_once(open_page: OpenPage) -> None:
    page = open_page(None)

    def broken(route: object) -> None:
        response = route.fetch()  # type: ignore[attr-defined]
        body = response.text().replace('"state": "ready"', '"state": "failed"')
        body = body.replace('"detail": ""', '"detail": "tokenizer.json is missing: download it."')
        route.fulfill(response=response, body=body)  # type: ignore[attr-defined]

    page.route("/", broken)
    page.goto("/")
    expect(page.locator("#notice")).to_have_text("tokenizer.json is missing: download it.")
    expect(page.locator("#words")).to_be_hidden()
