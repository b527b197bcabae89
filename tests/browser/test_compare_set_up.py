"""The race's set-up: selects, what to expect of a lane, and the address that holds it all."""

from urllib.parse import parse_qs, urlsplit

import pytest
from browser_harness import LLAMA, MIXTRAL, OpenPage
from compare_harness import SET_UP, HandRace, address, open_race
from playwright.sync_api import Page, expect


@pytest.fixture
def race(open_page: OpenPage) -> HandRace:
    return open_race(open_page)


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_the_address_follows_the_set_up_and_leads_back_to_it(race: HandRace) -> None:
    page = race.page
    page.locator(".lane [data-part=remove]").nth(2).click()
    race.field(1, "count").select_option("4")
    race.field(1, "users").fill("16")
    race.field(2, "machine").select_option("lpu")
    race.field(2, "model").select_option(MIXTRAL)
    page.fill("#prompt", "Why, & how? 100 %")
    page.locator("#prompt").blur()
    lanes = [SET_UP[0], f"gpu:{LLAMA}:h100-sxm:4:bf16:16", f"lpu:{MIXTRAL}"]
    page.wait_for_function("location.search.includes(':16')")
    assert query_of(page) == {"prompt": ["Why, & how? 100 %"], "lane": lanes}
    assert f"lane=lpu:{MIXTRAL}" in page.url  # readable
    page.reload()
    expect(page.locator(".lane")).to_have_count(3)
    expect(page.locator("#prompt")).to_have_value("Why, & how? 100 %")
    expect(race.field(1, "users")).to_have_value("16")
    expect(race.field(2, "model")).to_have_value(MIXTRAL)
    assert race.hand.received == []


def test_half_a_character_is_replaced_before_it_reaches_address_or_server(race: HandRace) -> None:
    race.page.evaluate("document.querySelector('#prompt').value = 'Why \\ud83d?'")
    asked = race.go()
    assert asked["messages"] == [{"role": "user", "content": "Why \ufffd?"}]
    assert query_of(race.page)["prompt"] == ["Why \ufffd?"]


def test_a_prompt_too_long_for_an_address_is_left_out_of_it(race: HandRace) -> None:
    race.page.fill("#prompt", "ü" * 1_400)  # six letters each, escaped
    race.page.locator("#prompt").blur()
    race.page.wait_for_function("!location.search.includes('prompt=')")
    assert query_of(race.page) == {"lane": list(SET_UP)}
    assert race.go()["messages"] == [{"role": "user", "content": "ü" * 1_400}]


def test_lanes_come_and_go_between_one_and_four(race: HandRace) -> None:
    page = race.page
    expect(page.locator("#add")).to_be_hidden()
    for left in (3, 2, 1):
        page.locator(".lane [data-part=remove]").first.click()
        expect(page.locator(".lane")).to_have_count(left)
    expect(page.locator(".lane [data-part=remove]")).to_be_hidden()
    page.click("#add")
    expect(page.locator(".lane")).to_have_count(2)
    expect(race.field(1, "machine")).to_be_focused()
    assert len(race.go()["lanes"]) == 2


def test_what_a_lane_would_be_is_shown_before_the_race(race: HandRace) -> None:
    marks = ["simulated", "simulated", "published", "measured"]
    for lane, mark in enumerate(marks):
        expect(race.part(lane, "mark")).to_have_text(mark)
    expect(race.part(0, "who")).to_have_text("Llama 2 70B on 576 LPU chips")
    expect(race.part(2, "who")).to_have_text("Llama 2 70B at Replicate, 5 requests at once")
    before = race.part(1, "rate").text_content()
    race.field(1, "gpu").select_option("b200-sxm")
    expect(race.part(1, "who")).to_have_text("Llama 2 70B on 8 × B200")
    expect(race.part(1, "rate")).not_to_have_text(before or "")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("precision", "fp8", "no fp8"), ("count", "1", "would do"), ("users", "0", "users")],
)
def test_a_system_that_cannot_be_is_said_in_its_lane_at_once(
    open_page: OpenPage, name: str, value: str, said: str
) -> None:
    race = open_race(open_page, address(("here", f"gpu:{LLAMA}:a100-sxm:8:bf16:1")))
    if name == "users":
        race.field(1, name).fill(value)
    else:
        race.field(1, name).select_option(value)
    expect(race.part(1, "problem")).to_contain_text(said)
    expect(race.page.locator("#go")).to_have_text("Mend lane 2")
    expect(race.page.locator("#announcer")).to_contain_text(said)
    race.page.click("#go")
    assert race.hand.received == []


def test_nonsense_in_the_address_is_told_and_the_rest_can_race(open_page: OpenPage) -> None:
    race = open_race(open_page, address(("tpu", "here")))
    expect(race.page.locator("#address-problems")).to_contain_text("tpu")
    assert race.go()["lanes"] == [{"machine": "here"}]


def test_only_groqs_own_row_has_the_lpus_colour_among_services(open_page: OpenPage) -> None:
    lanes = ("service:groq-llama2-70b", "service:together-llama2-70b", "service:openai-gpt-4")
    race = open_race(open_page, address(lanes))
    sides = [race.lane(lane).get_attribute("data-side") for lane in range(3)]
    assert sides == ["lpu", "other", "other"]
