"""What stands on the page before the first Enter."""

from urllib.parse import urlsplit

import pytest
from browser_harness import MIXTRAL, HandSocket, OpenPage
from playwright.sync_api import Page, expect


def test_one_box_is_there_and_has_the_focus(page: Page) -> None:
    expect(page).to_have_title("LPU Playground")
    expect(page.locator("textarea")).to_have_count(1)
    expect(page.locator("#prompt")).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_picker_names_a_speed_and_the_words_their_own_name(page: Page) -> None:
    picker = page.get_by_label("At the speed of")
    expect(picker).to_have_value(MIXTRAL)
    assert set(picker.locator("option").all_inner_texts()) == {
        "Mixtral 8x7B 32K · 576 LPU chips",
        "Llama 2 70B 4K · 576 LPU chips",
        "Pebble · this machine",
    }
    expect(page.locator("#words")).to_contain_text("computed here")
    expect(page.locator("#words-size")).to_have_text("0.1M")


def test_both_rates_stand_under_the_box_with_their_marks(page: Page) -> None:
    preview = page.locator("#preview")
    expect(preview).to_contain_text("480 tokens/s published on 576 LPU chips")
    expect(preview).to_contain_text("204 tokens/s published on 8 × A100")
    expect(preview.locator("[data-part=machine-side]")).to_be_hidden()
    page.select_option("#model", "llama2-70b-4096")
    expect(preview).to_contain_text("255 tokens/s published")
    expect(preview).to_contain_text("62.5 tokens/s published")
    page.select_option("#model", "pebble")
    expect(preview).to_contain_text("as fast as it computes measured on this machine")
    expect(preview).to_contain_text("tokens/s simulated on one LPU chip")
    expect(preview).to_contain_text("no GPU figure yet")


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


@pytest.mark.parametrize("path", ["/", "/no-such-page"])
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
