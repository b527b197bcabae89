"""The lane of the reader's own endpoint: its fields, its key that goes nowhere else, its words."""

import json
import re
from typing import Any

import pytest
from browser_harness import LLAMA, HandSocket, OpenPage
from compare_harness import HandRace, address, endpoint_told, open_race
from playwright.sync_api import Page, Route, expect
from test_accessibility import PHONE, violations

URL = "http://localhost:11434/v1"
KEY = "sk-this-must-not-be-seen"
LANES = (f"lpu:{LLAMA}", "endpoint")
EVERYTHING_KEPT = """async () => {
  const records = [];
  for (const { name } of await indexedDB.databases()) {
    const opening = indexedDB.open(name);
    const base = await new Promise((done) => (opening.onsuccess = () => done(opening.result)));
    for (const store of base.objectStoreNames) {
      const reading = base.transaction(store).objectStore(store).getAll();
      records.push(await new Promise((done) => (reading.onsuccess = () => done(reading.result))));
    }
    base.close();
  }
  const fields = [...document.querySelectorAll("input, textarea")].map(({ value }) => value);
  return JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, records,
    document.cookie, history.state, document.documentElement.outerHTML, fields]);
}"""
NOT_SECURE = "Object.defineProperty(window, 'isSecureContext', { get: () => false });"


def fill(race: HandRace, key: str = KEY, lane: int = 1) -> None:
    for name, value in (("url", URL), ("name", "their-model"), ("key", key)):
        race.field(lane, name).fill(value)
        race.field(lane, name).blur()


@pytest.fixture
def race(open_page: OpenPage) -> HandRace:
    """A race of an LPU with an endpoint, whose fields are filled."""
    opened = open_race(open_page, address(LANES))
    fill(opened)
    return opened


def write(race: HandRace, told: dict[str, Any]) -> None:
    """A whole race: four tokens by the LPU, four deltas by the endpoint."""
    race.accept(ratios=())
    race.drop_flag(endpoints={1: told})
    race.write(0, "The sky is blue.", 4, 0.02)
    race.finish_lane(0, 0.02)
    race.write(1, "Rayleigh ", 2, 0.3)
    race.write(1, "scatters.", 2, 0.5)
    race.finish_lane(1, 0.5)
    race.finish()
    race.reach("ended")


def everything_kept(page: Page) -> str:
    """Address, storages and databases, cookies, every attribute and value of the page."""
    return str(page.evaluate(EVERYTHING_KEPT))


def test_a_lane_becomes_an_endpoint_and_says_what_it_wants(open_page: OpenPage) -> None:
    race = open_race(open_page, address(LANES[:1]))
    race.page.click("#add")
    expect(race.field(1, "url")).to_be_hidden()
    race.field(1, "machine").select_option("endpoint")
    expect(race.part(1, "problem")).to_have_text(
        "Give the URL of your endpoint and the name of its model."
        " This site may ask those on its own machine."
    )
    expect(race.page.locator("#go")).to_have_text("Mend lane 2")
    race.page.press("#prompt", "Enter")
    expect(race.field(1, "url")).to_be_focused()
    assert race.field(1, "key").get_attribute("type") == "password"
    assert race.field(1, "key").get_attribute("autocomplete") == "off"
    fill(race)
    expect(race.part(1, "problem")).to_be_hidden()
    expect(race.part(1, "who")).to_have_text("their-model at localhost:11434")
    expect(race.part(1, "rate")).to_have_text("as it answers")


@pytest.mark.parametrize(
    ("allowed", "told"),
    [
        (
            {"may_be_asked": True, "origins": ["http://gpu.lan:8000", "https://api.groq.com"]},
            "This site may ask http://gpu.lan:8000 and https://api.groq.com.",
        ),
        (
            {"may_be_asked": False, "origins": []},
            "No endpoints may be asked from this site: whoever runs it allows one with"
            " PLAYGROUND_ENDPOINTS=http://host:port.",
        ),
    ],
)
def test_it_says_which_may_be_asked_or_who_can_allow_one(
    open_page: OpenPage, allowed: dict[str, Any], told: str
) -> None:
    page = open_page(None)

    def fulfil(route: Route) -> None:
        answer = route.fetch()
        was = json.dumps({"may_be_asked": True, "origins": []})[1:-1]
        assert was in answer.text()
        route.fulfill(response=answer, body=answer.text().replace(was, json.dumps(allowed)[1:-1]))

    page.route("**/compare/?*", fulfil)
    page.goto(address(LANES))
    problem = page.locator(".lane").nth(1).locator("[data-part=problem]")
    expect(problem).to_contain_text(told)


def test_neither_url_nor_model_nor_key_stand_in_the_address(race: HandRace) -> None:
    race.page.wait_for_url("**lane=endpoint")
    assert "11434" not in race.page.url
    assert "their-model" not in race.page.url
    race.page.reload()
    expect(race.field(1, "machine")).to_have_value("endpoint")
    expect(race.field(1, "url")).to_have_value("")


def test_the_key_goes_out_once_with_its_race_and_stands_nowhere_in_the_page(
    race: HandRace,
) -> None:
    expect(race.field(1, "key")).to_have_value("")
    expect(race.part(1, "key-about")).to_contain_text("Kept in this page alone")
    asked = race.go()
    assert asked["lanes"][1] == {
        "machine": "endpoint",
        "url": URL,
        "model": "their-model",
        "key": KEY,
    }
    write(race, endpoint_told())
    assert KEY not in everything_kept(race.page)
    race.page.click("#again")
    assert race.hear(2)["lanes"][1]["key"] == KEY
    write(race, endpoint_told())
    race.page.click("#replay")
    assert "key" not in race.hear(3)["lanes"][1], "a replay asks nobody"
    assert json.dumps(race.hand.received).count(KEY) == 2


def test_a_key_can_be_forgotten_and_never_goes_to_another_endpoint(race: HandRace) -> None:
    race.field(1, "url").fill("http://localhost:11434/v1/chat/completions")
    race.field(1, "url").blur()
    expect(race.part(1, "forget")).to_be_visible()
    race.field(1, "url").fill("http://localhost:9999/v1")
    race.field(1, "url").blur()
    expect(race.part(1, "forget")).to_be_hidden()
    fill(race)
    race.part(1, "forget").click()
    expect(race.field(1, "key")).to_be_focused()
    assert "key" not in race.go()["lanes"][1]


def test_on_a_page_that_others_could_read_the_key_stays_closed(open_page: OpenPage) -> None:
    race = open_race(open_page, address(LANES))
    race.page.add_init_script(NOT_SECURE)
    race.page.reload()
    race.page.wait_for_selector("body[data-connection=open]")
    expect(race.field(1, "key")).to_be_disabled()
    expect(race.field(1, "key")).to_have_attribute("placeholder", "")
    expect(race.part(1, "key-about")).to_contain_text("neither https nor on this machine")
    race.field(1, "url").fill(URL)
    race.field(1, "name").fill("their-model")
    race.field(1, "name").blur()
    assert "key" not in race.go()["lanes"][1]


def test_it_shows_its_own_words_tokens_and_what_else_ran_here(race: HandRace) -> None:
    race.go()
    race.accept(ratios=())
    race.send("asking", lane=1)
    expect(race.page.locator("#status")).to_contain_text("Now localhost:11434 is asked")
    race.counts = []
    write(race, endpoint_told(deltas=4, tokens=8, others_at_start=1, others_at_most=3))
    expect(race.part(0, "text")).to_have_text("The sky is blue.")
    expect(race.part(1, "text")).to_have_text("Rayleigh scatters.")
    expect(race.part(1, "tokens")).to_have_text("8 of 8 tokens")
    expect(race.part(1, "place")).to_have_text("its own words")
    expect(race.part(0, "place")).to_have_text("1st")
    row = race.page.locator("#table tbody tr").nth(1)
    expect(row).to_contain_text("localhost:11434, an endpoint")
    expect(row).to_contain_text("1 other chat ran here when it was asked, later 3 at most")
    expect(row).to_contain_text("measured")
    expect(race.page.locator("#ratios")).to_contain_text(
        "their-model at localhost:11434 wrote words of its own, and counts its own tokens: no ratio"
    )


def test_a_count_that_nobody_reported_is_marked_in_page_and_file(race: HandRace) -> None:
    race.go()
    write(race, endpoint_told(is_reported=False, prompt_tokens=None))
    expect(race.part(1, "tokens")).to_have_text("~4 of ~4 tokens")
    expect(race.part(1, "live")).to_have_text("~101")
    race.part(1, "live-number").click()
    expect(race.page.locator("#explanation")).to_contain_text("each of its deltas is taken for one")
    with race.page.expect_download() as download:
        race.page.click("#csv")
    saved = download.value.path().read_text(encoding="utf-8")
    row = saved.splitlines()[2]
    assert re.search(r'"localhost:11434, an endpoint",their-model,,~4,0,0,101,measured,', row)
    assert KEY not in saved


def test_one_that_failed_says_why_in_its_lane_and_the_race_goes_on(race: HandRace) -> None:
    race.go()
    race.accept(ratios=())
    measured = {"ttft_s": None, "tokens_per_s": None}
    race.drop_flag(endpoints={1: endpoint_told(0, 0, is_reported=False, measured=measured)})
    race.error("endpoint", "lanes[1]: The endpoint answered 401: it wants a key, or another one.")
    race.finish_lane(1, None, "error")
    race.write(0, "The sky is blue.", 4, 0.02)
    race.finish_lane(0, 0.02)
    race.finish()
    race.reach("ended")
    expect(race.part(1, "problem")).to_have_text(
        "The endpoint answered 401: it wants a key, or another one."
    )
    expect(race.part(1, "place")).to_have_text("failed")
    expect(race.part(1, "rate")).to_have_text("no rate")
    expect(race.page.locator("#status-after")).to_have_text(
        "Lane 2 failed; every other lane showed its words at its own clock."
    )
    expect(race.part(0, "place")).to_have_text("1st")
    expect(race.page.locator("#result")).to_be_visible()
    expect(race.page.locator("#ratios")).not_to_contain_text("words of its own")


def test_one_that_broke_off_is_called_failed_in_the_table(race: HandRace) -> None:
    race.go()
    race.accept(ratios=())
    race.drop_flag(endpoints={1: endpoint_told(2, 2, is_reported=False)})
    race.write(1, "Rayleigh ", 2, 0.3)
    race.error("endpoint", "lanes[1]: The connection ended before the answer did.")
    race.finish_lane(1, None, "error")
    race.write(0, "The sky is blue.", 4, 0.02)
    race.finish_lane(0, 0.02)
    race.finish()
    race.reach("ended")
    expect(race.part(1, "tokens")).to_have_text("~2 of ~2 tokens")
    expect(race.page.locator("#table tbody th").nth(1)).to_have_text("2 failed")


def test_what_was_typed_just_before_the_race_does_not_break_it(open_page: OpenPage) -> None:
    """The same URL once more: the field tells that it was typed into, and not that it changed."""
    hand = HandSocket(open_page(None, has_own_clock=True))
    hand.page.clock.install(time=0)
    hand.page.goto(address(LANES))
    hand.page.wait_for_selector("body[data-connection=open]")
    race = HandRace(hand)
    fill(race)
    hand.page.clock.pause_at(3_600_000)
    race.field(1, "url").fill(URL)
    race.go()
    race.accept(ratios=())
    expect(race.part(1, "rate")).to_have_text("as it answers")
    hand.page.clock.run_for(500)
    race.drop_flag(endpoints={1: endpoint_told()})
    race.write(1, "Rayleigh scatters.", 4, 0.5)
    race.finish_lane(1, 0.5)
    hand.page.clock.run_for(500)
    expect(race.part(1, "text")).to_have_text("Rayleigh scatters.")


def test_of_two_that_failed_each_lane_says_its_own(open_page: OpenPage) -> None:
    """Though both are told before either has ended."""
    race = open_race(open_page, address((*LANES, "endpoint")))
    for lane in (1, 2):
        fill(race, lane=lane)
    race.go()
    race.accept(ratios=())
    race.drop_flag(endpoints={1: endpoint_told(0, 0), 2: endpoint_told(0, 0)})
    race.error("endpoint", "lanes[1]: It is dead.")
    race.error("endpoint", "lanes[2]: It is slow.")
    for lane in (1, 2):
        race.finish_lane(lane, None, "error")
    race.write(0, "The sky is blue.", 4, 0.02)
    race.finish_lane(0, 0.02)
    race.finish()
    race.reach("ended")
    expect(race.part(1, "problem")).to_have_text("It is dead.")
    expect(race.part(2, "problem")).to_have_text("It is slow.")
    expect(race.page.locator("#status-after")).to_contain_text("Lanes 2 and 3 failed; every other")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_there_are_no_barriers_in_its_fields_and_its_failure(
    open_page: OpenPage, scheme: str
) -> None:
    race = open_race(open_page, address(LANES), color_scheme=scheme, viewport=PHONE)
    fill(race)
    race.go()
    race.accept(ratios=())
    race.drop_flag(endpoints={1: endpoint_told()})
    race.error("endpoint", "lanes[1]: The connection ended before the answer did.")
    race.finish_lane(1, None, "error")
    race.write(0, "The sky is blue.", 4, 0.02)
    race.finish_lane(0, 0.02)
    race.finish()
    race.reach("ended")
    assert violations(race.page) == []
    assert race.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
