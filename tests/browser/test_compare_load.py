"""Both machines under load: the slider, the curves, the words that say the same."""

import pytest
from browser_harness import MIXTRAL, OpenPage
from compare_harness import LOADS, HandRace, address, load_with, open_race
from playwright.sync_api import expect

from lpu_engine import LOAD_USERS


@pytest.fixture
def race(open_page: OpenPage) -> HandRace:
    return open_race(open_page)


def test_the_slider_moves_by_keys_and_says_what_it_stands_at(race: HandRace) -> None:
    load_with(race, LOADS)
    slider = race.page.locator("#load-users")
    points = race.page.locator("#load-curves .point")
    expect(points).to_have_count(4)
    expect(points.nth(0)).to_contain_text("576 LPU chips: 250 tokens/s each")
    slider.focus()
    race.page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "2 users")
    expect(points.nth(2)).to_contain_text("500 tokens/s")
    race.page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "512 users")
    expect(points.nth(0)).to_contain_text("no room for 512 users. There is room for 5 users.")
    expect(points.nth(1)).to_contain_text("8 × H100: 80 tokens/s each")


def test_a_curve_ends_where_its_room_does(race: HandRace) -> None:
    load_with(race, LOADS)
    expect(race.page.locator("#load-curves svg[role=img]")).to_have_count(2)
    lines = race.page.locator("#load-curves .line")
    points = [line.get_attribute("points") or "" for line in lines.all()]
    assert [len(text.split()) for text in points] == [4, len(LOAD_USERS)] * 2
    expect(race.page.locator("#load-curves line.end")).to_have_count(2)
    race.page.click("#load-details summary")
    expect(race.page.locator("#load-table tbody tr").last).to_contain_text("–")


def test_what_cannot_be_loaded_is_one_sentence(race: HandRace) -> None:
    load_with(race, {"error": "It does not fit."}, status=400)
    expect(race.page.locator("#load-problem")).to_have_text("It does not fit.")
    expect(race.page.locator("#load-curves svg")).to_have_count(0)
    expect(race.page.locator("#go")).to_have_text("Race")


def test_the_load_follows_the_lanes_until_others_are_chosen(race: HandRace) -> None:
    page = race.page
    race.field(0, "model").select_option(MIXTRAL)
    race.field(1, "count").select_option("4")
    expect(page.locator("#load-model")).to_have_value(MIXTRAL)
    expect(page.locator("#load-count")).to_have_value("4")
    page.select_option("#load-count", "2")
    race.field(1, "count").select_option("8")
    expect(page.locator("#load-count")).to_have_value("2")


def test_both_machines_are_loaded_by_the_real_server(open_page: OpenPage) -> None:
    page = open_page(address())
    page.locator("#load-title").scroll_into_view_if_needed()
    expect(page.locator("#load-curves svg[role=img]")).to_have_count(2)
    expect(page.locator("#load-curves .point b").first).not_to_be_empty()


def test_without_gpus_among_the_lanes_the_usual_ones_are_loaded(open_page: OpenPage) -> None:
    race = open_race(open_page, address((f"lpu:{MIXTRAL}", "endpoint")))
    for name, usual in (
        ("model", MIXTRAL),
        ("count", "8"),
        ("gpu", "h100-sxm"),
        ("precision", "bf16"),
    ):
        expect(race.page.locator(f"#load-{name}")).to_have_value(usual)
