"""The race for everybody, in every state: keyboard, screen reader, phone, themes."""

from collections.abc import Callable

import pytest
from browser_harness import OpenPage
from compare_harness import LOADS, HandRace, load_with, open_race
from playwright.sync_api import expect
from test_accessibility import PHONE, violations_in_either_theme


@pytest.fixture
def race(open_page: OpenPage) -> HandRace:
    return open_race(open_page)


def test_the_keyboard_alone_suffices(race: HandRace) -> None:
    page = race.page
    expect(page.locator("#prompt")).to_be_focused()
    page.keyboard.press("Enter")
    race.hear()
    race.run()
    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "[document.activeElement.id, document.activeElement.dataset.part,"
            " document.activeElement.dataset.field]"
        )
        reached |= {name for name in found if name}
    wanted = {"go", "machine", "model", "users", "remove", "speed", "box", "replay", "again"}
    assert wanted | {"csv", "png", "table", "load-users", "load-model"} <= reached


def nothing(race: HandRace) -> None:
    """The page as it comes."""


def running(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag(count=400)
    for lane in range(4):
        race.write(lane, "The sky is blue. Donaudampfschifffahrtsgesellschaft. " * 20, 90, 0.3)
    expect(race.part(3, "tokens")).to_have_text("90 of 400 tokens")


def ended(race: HandRace) -> None:
    race.go()
    race.run()


def replayed(race: HandRace) -> None:
    ended(race)
    race.page.click("#replay")
    race.hear(2)
    race.counts = []
    race.run()


def refused(race: HandRace) -> None:
    race.go()
    race.error("bad_param", "lanes[1]: The H100 is sold out.")
    expect(race.part(1, "problem")).to_be_visible()


def loaded(race: HandRace) -> None:
    load_with(race, LOADS)
    expect(race.page.locator("#load-curves svg[role=img]")).to_have_count(2)
    race.page.click("#load-details summary")


def explained(race: HandRace) -> None:
    ended(race)
    race.page.locator("#table button.explained").nth(3).click()
    expect(race.page.locator("#explanation")).to_be_visible()


STATES = [nothing, running, ended, replayed, refused, loaded, explained]


States = Callable[[HandRace], None]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing_in_either_theme(open_page: OpenPage, state: States) -> None:
    race = open_race(open_page, color_scheme="light")
    state(race)
    assert violations_in_either_theme(race.page) == []


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_a_phone_never_scrolls_sideways(open_page: OpenPage, state: States) -> None:
    race = open_race(open_page, viewport=PHONE, is_mobile=True, has_touch=True)
    state(race)
    assert race.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_what_runs_is_hidden_from_the_screen_reader(race: HandRace) -> None:
    running(race)
    for name in ("tokens", "live", "first", "time"):
        expect(race.part(0, name)).to_have_attribute("aria-hidden", "true")
    expect(race.page.locator("[aria-live]")).to_have_count(1)
    race.finish_lane(0, total_s=0.3)
    expect(race.part(0, "live")).to_have_attribute("aria-hidden", "false")


def test_forced_colours_keep_the_bars(open_page: OpenPage) -> None:
    race = open_race(open_page, forced_colors="active")
    ended(race)
    bar = race.part(0, "bar")
    assert bar.evaluate("bar => getComputedStyle(bar).borderTopStyle") == "solid"
