"""From the chat to a model's page and back: links, explanations, options, the listing."""

import re

import pytest
from browser_harness import (
    LLAMA,
    MIXTRAL,
    PEBBLE,
    HandSocket,
    OpenHand,
    OpenPage,
    ask,
    counted,
    part,
)
from playwright.sync_api import Page, Route, expect

CARD = f"/models/{MIXTRAL}/"


def test_the_chat_leads_to_the_reasons_and_these_back_to_the_speed(page: Page) -> None:
    page.select_option("#model", LLAMA)
    page.locator("#preview").get_by_role("link", name="why?").click()
    expect(page).to_have_url(re.compile(f"/models/{LLAMA}/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Llama 2 70B")
    page.get_by_role("link", name="Ask at this speed").click()
    expect(page.locator("#model")).to_have_value(LLAMA)


def test_an_answers_reasons_open_beside_the_conversation(hand: HandSocket) -> None:
    ask(hand.page, "Why so fast?")
    hand.accept(hand.heard("generate"))
    why = part(hand.page, "why")
    expect(why).to_have_attribute("href", CARD)
    expect(why).to_have_attribute("target", "_blank")


def test_the_list_leads_to_each_model(open_page: OpenPage) -> None:
    page = open_page("/models/")
    page.get_by_role("link", name="Pebble").click()
    expect(page).to_have_url(re.compile(f"/models/{PEBBLE}/$"))


@pytest.mark.parametrize("way", ["hover", "focus", "click"])
def test_the_numbers_of_the_page_explain_themselves(open_page: OpenPage, way: str) -> None:
    page = open_page(CARD)
    explanation = page.locator("#explanation")
    numbers = page.locator("main [data-explanation]:visible").all()
    assert len(numbers) > 15
    for number in (numbers[0], numbers[-1]):
        if way == "focus":
            page.keyboard.press("Tab")
            number.focus()
        else:
            number.hover() if way == "hover" else number.click()
        expect(number).to_have_attribute("aria-expanded", "true")
        expect(explanation.locator(".title")).not_to_be_empty()
        expect(explanation.locator("p")).not_to_have_count(2)
        page.keyboard.press("Escape")
        expect(explanation).to_be_hidden()


def test_the_hero_says_what_its_mark_means(open_page: OpenPage) -> None:
    page = open_page(CARD)
    page.locator(".large button").click()
    expect(page.locator("#explanation")).to_contain_text(
        "simulated: computed by this project; LPUs from verified programs"
    )


def test_a_bad_option_is_told_beside_the_form_and_can_be_mended(open_page: OpenPage) -> None:
    page = open_page(CARD)
    page.get_by_label("Chips").fill("many")
    page.get_by_role("button", name="Compile for these").click()
    expect(page.get_by_role("alert")).to_contain_text("“many” is no whole number for chips")
    expect(page.get_by_label("Chips")).to_have_value("many")
    page.get_by_label("Chips").fill("")
    page.get_by_role("button", name="Compile for these").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".large")).to_contain_text("tokens/s")


def test_the_listing_is_downloaded(open_page: OpenPage) -> None:
    page = open_page(f"/models/{PEBBLE}/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Its listing").click()
    assert download.value.suggested_filename == "pebble.txt"
    assert download.value.path().stat().st_size > 1000


def test_the_page_is_whole_without_its_module(open_page: OpenPage) -> None:
    page = open_page(CARD, java_script_enabled=False)
    expect(page.locator(".large")).to_contain_text("tokens/s simulated")
    expect(page.locator("table.parts tbody tr")).not_to_have_count(0)


def not_compiled(page: Page, lacking: str) -> None:
    """The page as it comes while that model's program is still being compiled."""

    def without(route: Route) -> None:
        body = route.fetch().text()
        before, line = body.split(f'{{"id": "{lacking}"', 1)
        line = re.sub(r'"kind": "\w+"', '"kind": null', line, count=1)
        before = before.replace(f'<option value="{lacking}"', f'<option value="{lacking}" disabled')
        route.fulfill(body=before + f'{{"id": "{lacking}"' + line, content_type="text/html")

    page.route(re.compile(r"/$"), without)


def test_a_speed_that_was_still_being_compiled_is_filled_in(open_hand: OpenHand, site: str) -> None:
    hand = open_hand(lambda page: not_compiled(page, PEBBLE), has_own_clock=True)
    option = hand.page.locator(f'option[value="{PEBBLE}"]')
    expect(option).to_be_enabled()
    expect(option).to_have_text(counted(site, PEBBLE)["label"])
    hand.page.select_option("#model", PEBBLE)
    expect(hand.page.locator("#preview")).to_contain_text("on one LPU chip")


def test_a_speed_that_cannot_be_had_stays_out_of_reach(open_hand: OpenHand) -> None:
    def prepare(page: Page) -> None:
        not_compiled(page, PEBBLE)
        page.route("**/clock.json", lambda route: route.fulfill(status=500))

    hand = open_hand(prepare, has_own_clock=True)
    option = hand.page.locator(f'option[value="{PEBBLE}"]')
    expect(option).to_have_text("Pebble · no clock can be had now")
    expect(option).to_be_disabled()


def test_the_picked_speed_says_that_it_is_being_compiled(open_hand: OpenHand) -> None:
    def prepare(page: Page) -> None:
        not_compiled(page, MIXTRAL)
        page.route("**/clock.json", lambda route: None)  # never answered

    hand = open_hand(prepare, has_own_clock=True)
    expect(hand.page.locator("#preview")).to_contain_text("its program is being compiled")
    expect(hand.page.locator("#preview [data-part=lpu-side]")).to_be_hidden()
