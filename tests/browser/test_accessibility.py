"""Keyboard, screen reader, phone, themes: the page is for everybody, in every state."""

from collections.abc import Callable

import pytest
from browser_harness import MIXTRAL, PEBBLE, HandSocket, OpenHand, OpenPage, ask, part, reach
from find_axe import NO_AXE, find_axe
from needs import lacking
from playwright.sync_api import Page, expect

PHONE = {"width": 390, "height": 844}
OTHER_PAGES = (
    "/no-such-page",
    "/models/",
    f"/models/{MIXTRAL}/",
    f"/models/{PEBBLE}/",
    f"/models/{MIXTRAL}/?chips=3&context=many",
)
LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 4
HEAR = """
    window.heard = [];
    addEventListener("DOMContentLoaded", () => {
        const region = document.getElementById("announcer");
        new MutationObserver(() => window.heard.push(region.textContent))
            .observe(region, {childList: true, characterData: true, subtree: true});
    });
"""


def violations(page: Page) -> list[str]:
    """What axe-core finds, as rule and element."""
    path = find_axe()
    if path is None:
        lacking(NO_AXE)
    page.evaluate(path.read_text())
    found = page.evaluate("axe.run()")["violations"]
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


def nothing(hand: HandSocket) -> None:
    """The page as it comes."""


def waiting(hand: HandSocket) -> None:
    ask(hand.page, "First")
    hand.accept(hand.heard("generate"))
    hand.page.wait_for_selector("[data-gpu]")


def streaming(hand: HandSocket) -> None:
    ask(hand.page, "First")
    hand.accept(hand.heard("generate"), dropped_turns=2).write("Half an answer", count=50)
    reach(hand.page, "streaming")


def finished(hand: HandSocket) -> None:
    ask(hand.page, "First")
    answer = hand.accept(hand.heard("generate"))
    answer.write("A whole answer. " * 40, count=160, clock_s=0.3)
    answer.finish("length", total_s=0.3)
    hand.page.wait_for_selector("[data-gpu=there]")


def simulated(hand: HandSocket) -> None:
    hand.page.select_option("#model", PEBBLE)
    ask(hand.page, "First")
    answer = hand.accept(hand.heard("generate"))
    answer.write("A whole answer. " * 250, count=1000, clock_s=0.04, computed_s=0.9)
    answer.finish("length", total_s=0.04, cycles={"prompt": 900_000, "completion": 43_712_100})
    hand.page.wait_for_selector("[data-gpu=there]")


def previewed(hand: HandSocket) -> None:
    hand.page.select_option("#model", PEBBLE)


def explained(hand: HandSocket) -> None:
    finished(hand)
    part(hand.page, "lpu-number").click()
    expect(hand.page.locator("#explanation")).to_be_visible()


def gpus(hand: HandSocket) -> None:
    """The popover that changes them, with a sentence on what cannot be."""
    hand.page.click("#preview [popovertarget=gpu-system]")
    hand.page.select_option("#gpu-system-gpu", "a100-sxm")
    hand.page.select_option("#gpu-system-precision", "fp8")
    expect(hand.page.locator("#gpu-system .sentence")).to_contain_text("no fp8")


def gpus_later(hand: HandSocket) -> None:
    finished(hand)
    hand.page.click("#beside")


def marks(hand: HandSocket) -> None:
    hand.page.click("[popovertarget=marks]")


def refused(hand: HandSocket) -> None:
    finished(hand)
    ask(hand.page, "Second")
    asked = hand.heard("generate", 2)
    hand.send(type="error", id=asked["id"], code="busy", message="Wait a moment.")
    reach(hand.page, "error")


def lost(hand: HandSocket) -> None:
    streaming(hand)
    hand.hang_up()
    resumed = hand.heard("resume")
    hand.send(type="error", id=resumed["id"], code="gone", message="Gone.")
    reach(hand.page, "lost")


def shut_out(hand: HandSocket) -> None:
    hand.hang_up(code=4403)
    expect(hand.page.locator("#connection")).to_be_visible()


STATES = [
    nothing, previewed, gpus, waiting, streaming, finished, gpus_later, simulated, explained, marks,
    refused, lost, shut_out,
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing_in_either_theme(
    open_hand: OpenHand, state: Callable[[HandSocket], None]
) -> None:
    hand = open_hand(color_scheme="light")
    state(hand)
    assert violations(hand.page) == []
    hand.page.emulate_media(color_scheme="dark")
    assert violations(hand.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", OTHER_PAGES)
def test_axe_finds_nothing_on_any_other_page(open_page: OpenPage, path: str, scheme: str) -> None:
    page = open_page(path, color_scheme=scheme)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert violations(page) == []


@pytest.mark.parametrize("path", OTHER_PAGES)
def test_no_other_page_scrolls_sideways_on_a_phone(open_page: OpenPage, path: str) -> None:
    page = open_page(path, viewport=PHONE, is_mobile=True, has_touch=True)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_a_phone_never_scrolls_sideways(
    open_hand: OpenHand, state: Callable[[HandSocket], None]
) -> None:
    hand = open_hand(viewport=PHONE, is_mobile=True, has_touch=True)
    state(hand)
    assert hand.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_long_words_break_on_a_phone(open_hand: OpenHand) -> None:
    hand = open_hand(viewport=PHONE, is_mobile=True, has_touch=True)
    ask(hand.page, LONG_WORD)
    answer = hand.accept(hand.heard("generate"))
    answer.write(LONG_WORD)
    answer.finish()
    reach(hand.page, "finished")
    assert hand.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_the_live_region_hears_that_an_answer_comes_and_then_all_of_it(open_hand: OpenHand) -> None:
    hand = open_hand(lambda page: page.add_init_script(HEAR))
    ask(hand.page, "First")
    answer = hand.accept(hand.heard("generate"))
    for _ in range(20):
        answer.write("word ", count=5, clock_s=0.2)
    answer.finish()
    hand.page.wait_for_selector("[data-gpu=there]")
    heard = hand.page.evaluate("window.heard")
    assert len(heard) == 2
    assert heard[0] == "An answer is coming."
    for said in (
        "Pebble answers:",
        "word " * 20,
        "480 tokens per second, simulated: Mixtral 8x7B on 576 LPU chips.",
        "About 500, published, for the same.",
        "200 tokens per second, simulated: the same model on 8 × H100.",
        "2,430 tokens per second, measured.",
    ):
        assert said in heard[1]


def test_the_live_region_hears_the_measured_rate_before_the_simulated_one(hand: HandSocket) -> None:
    simulated(hand)
    expect(hand.page.locator("#announcer")).to_contain_text(
        "2,430 tokens per second, measured: Pebble on this machine. "
        "25,953 tokens per second, simulated: Pebble on one LPU chip."
    )


def test_what_runs_is_hidden_from_the_screen_reader(hand: HandSocket) -> None:
    streaming(hand)
    running = ("machine-rate", "machine-progress", "lpu-rate", "lpu-progress", "gpu-progress")
    for name in (*running, "machine-bar", "lpu-bar", "gpu-bar"):
        expect(part(hand.page, name)).to_have_attribute("aria-hidden", "true")
    expect(hand.page.locator("[aria-live]")).to_have_count(1)


def test_the_keyboard_alone_suffices(hand: HandSocket) -> None:
    page = hand.page
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#words")).to_be_focused()
    expect(page.locator("#explanation")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#explanation")).to_be_hidden()
    expect(page.locator("#model")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#model")).not_to_have_value(MIXTRAL)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#model")).to_have_value(MIXTRAL)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("First")
    page.keyboard.press("Enter")
    answer = hand.accept(hand.heard("generate"))
    answer.write("Yes.", count=5, clock_s=0.01)
    answer.finish()
    page.wait_for_selector("[data-gpu=there]")
    expect(page.locator("#prompt")).to_be_focused()
    reached = set()
    for _ in range(14):
        page.keyboard.press("Shift+Tab")
        reached.add(page.evaluate("document.activeElement.dataset.part"))
    assert {"lpu-number", "ratio", "lpu-time", "gpu-number", "gpu-time"} <= reached


def test_focus_is_visible(page: Page) -> None:
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_reduced_motion_moves_nothing_at_the_start(open_hand: OpenHand) -> None:
    hand = open_hand(reduced_motion="reduce")
    ask(hand.page, "First")
    expect(hand.page.locator("body")).to_have_attribute("data-stage", "talking")
    assert hand.page.evaluate("document.getElementById('composer').getAnimations().length") == 0


def test_forced_colours_keep_the_bars(open_hand: OpenHand) -> None:
    hand = open_hand(forced_colors="active")
    finished(hand)
    bar = part(hand.page, "lpu-bar")
    assert bar.evaluate("bar => getComputedStyle(bar).borderTopStyle") == "solid"
