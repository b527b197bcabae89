"""Keyboard, screen reader, phone, themes: the page is for everybody, in every state."""

from collections.abc import Callable

import pytest
from browser_harness import (
    MIXTRAL,
    PEBBLE,
    TALK,
    HandSocket,
    OpenHand,
    OpenPage,
    Writing,
    ask,
    part,
    reach,
)
from find_axe import NO_AXE, find_axe
from needs import lacking
from playwright.sync_api import Page, expect

PHONE = {"width": 390, "height": 844}
ZOOMED_TWICE = {"width": 640, "height": 360}  # a window of 1280 × 720, at 200 %
ZOOMED_FOUR_TIMES = {"width": 320, "height": 256}  # and one of 1280 × 1024, at 400 %
WINDOWS = (PHONE, ZOOMED_TWICE, ZOOMED_FOUR_TIMES)
OTHER_PAGES = (
    "/no-such-page",
    "/models/",
    f"/models/{MIXTRAL}/",
    f"/models/{PEBBLE}/",
    f"/models/{MIXTRAL}/?chips=3&context=many",
)
COLOURS = 'runOnly: {type: "rule", values: ["color-contrast", "link-in-text-block"]}'
LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 4
CUT_OFF = """() => {
    const isHidden = (each) => !each.checkVisibility({visibilityProperty: true})
        || each.closest(".hidden, .toast, [data-stage=talking] #title");
    const isOutside = ({left, right, width}) => width > 1 && (left < -1 || right > innerWidth + 1);
    const all = "h1, h2, p, dt, dd, a, button, label, input, textarea, select";
    return [...document.querySelectorAll(all)]
        .filter((each) => !isHidden(each) && !each.closest("pre, .table"))
        .filter((each) => isOutside(each.getBoundingClientRect()))
        .map((each) => each.outerHTML.slice(0, 120));
}"""
MOVING = """() => document.getAnimations()
    .filter((each) => each.effect.getComputedTiming().duration > 0).length"""
HEAR = """
    window.heard = [];
    addEventListener("DOMContentLoaded", () => {
        const region = document.getElementById("announcer");
        new MutationObserver(() => window.heard.push(region.textContent))
            .observe(region, {childList: true, characterData: true, subtree: true});
    });
"""


def resize(page: Page, window: dict[str, int]) -> None:
    """Another size, and the two frames in which the page hears of it and is drawn."""
    page.set_viewport_size(window)  # type: ignore[arg-type]
    page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")


def violations(page: Page, rules: str = "") -> list[str]:
    """What axe-core finds, as rule and element."""
    path = find_axe()
    if path is None:
        lacking(NO_AXE)
    if not page.evaluate("'axe' in window"):
        page.evaluate(path.read_text())
    run = f"axe.run({{resultTypes: ['violations'], {rules}}})"  # of the rest it selects nothing
    found = page.evaluate(run)["violations"]
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


def violations_in_either_theme(page: Page) -> list[str]:
    """All rules where it is light; in the dark the same elements stand there, in other colours."""
    in_light = violations(page)
    page.emulate_media(color_scheme="dark")
    return in_light + violations(page, COLOURS)


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


def written(hand: HandSocket) -> None:
    """Every kind of block, and the last one still open."""
    ask(hand.page, "First")
    writing = Writing(hand.accept(hand.heard("generate")))
    for piece in TALK:
        writing.write(piece, count=20)
    expect(part(hand.page, "text").locator("pre")).to_be_visible()


def figures(hand: HandSocket) -> None:
    finished(hand)
    part(hand.page, "figures").click()
    expect(hand.page.locator("#explanation")).to_be_visible()


def about(hand: HandSocket) -> None:
    hand.page.click("[popovertarget=about]")


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


def with_chats(hand: HandSocket) -> None:
    """The list at the side, with a menu open and branches beside it."""
    finished(hand)
    hand.page.get_by_role("button", name="Regenerate", exact=True).click()
    answer = hand.accept(hand.heard("generate", 2))
    answer.write("Another answer.", count=3)
    answer.finish()
    reach(hand.page, "finished")
    hand.page.click("#chats-button")
    hand.page.locator("#chats li button").first.click()


def renaming(hand: HandSocket) -> None:
    with_chats(hand)
    hand.page.get_by_role("button", name="Rename").click()


def chat_deleted(hand: HandSocket) -> None:
    with_chats(hand)
    hand.page.get_by_role("button", name="Delete").click()
    expect(hand.page.get_by_role("button", name="Undo")).to_be_visible()


def editing(hand: HandSocket) -> None:
    finished(hand)
    hand.page.get_by_role("button", name="Edit the question").click()


def other_model(hand: HandSocket) -> None:
    finished(hand)
    hand.page.get_by_role("button", name="with another model").click()


def parameters(hand: HandSocket) -> None:
    """The panel, with a sentence at a field."""
    hand.page.click("#settings-button")
    hand.page.fill("#settings-seed", "none")
    hand.page.locator("#settings-seed").dispatch_event("change")


def keys(hand: HandSocket) -> None:
    hand.page.click("#keys-button")


def shut_out(hand: HandSocket) -> None:
    hand.hang_up(code=4403)
    expect(hand.page.locator("#connection")).to_be_visible()


STATES = [
    nothing, previewed, gpus, waiting, streaming, finished, gpus_later, simulated, explained, marks,
    written, figures, about,
    refused, lost, shut_out, with_chats, renaming, chat_deleted, editing, other_model, parameters,
    keys,
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing_in_either_theme(
    open_hand: OpenHand, state: Callable[[HandSocket], None]
) -> None:
    hand = open_hand(color_scheme="light", has_own_store=True)
    state(hand)
    assert violations_in_either_theme(hand.page) == []


def test_axe_finds_colours_that_are_too_near_in_the_dark_alone(open_hand: OpenHand) -> None:
    hand = open_hand(color_scheme="light")
    hand.page.evaluate(
        "const line = document.createElement('p'); line.textContent = 'Hardly to be read';"
        "line.style.color = 'light-dark(#000, #222)'; document.getElementById('main').append(line)"
    )
    assert violations(hand.page) == []
    (found,) = violations_in_either_theme(hand.page)
    assert found.startswith("color-contrast: <p style")


@pytest.mark.parametrize("path", OTHER_PAGES)
def test_axe_finds_nothing_on_any_other_page(open_page: OpenPage, path: str) -> None:
    page = open_page(path, color_scheme="light")
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert violations_in_either_theme(page) == []


@pytest.mark.parametrize("path", OTHER_PAGES)
def test_no_other_page_scrolls_sideways_on_a_phone_or_zoomed(
    open_page: OpenPage, path: str
) -> None:
    page = open_page(path, viewport=PHONE, is_mobile=True, has_touch=True)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    for window in WINDOWS:
        resize(page, window)
        assert page.evaluate("document.documentElement.scrollWidth") == window["width"]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_a_phone_and_a_zoomed_window_never_scroll_sideways_and_cut_nothing_off(
    open_hand: OpenHand, state: Callable[[HandSocket], None]
) -> None:
    hand = open_hand(viewport=PHONE, is_mobile=True, has_touch=True, has_own_store=True)
    state(hand)
    for window in WINDOWS:
        resize(hand.page, window)
        assert hand.page.evaluate("document.documentElement.scrollWidth") == window["width"]
        assert hand.page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("window", [ZOOMED_TWICE, ZOOMED_FOUR_TIMES])
def test_in_a_zoomed_window_box_and_words_are_both_in_sight(
    open_hand: OpenHand, window: dict[str, int]
) -> None:
    hand = open_hand(viewport=window)
    ask(hand.page, "A long one")
    hand.accept(hand.heard("generate")).write("A line of an answer.\n" * 50, count=200)
    reach(hand.page, "streaming")
    expect(hand.page.locator("#prompt")).to_be_in_viewport(ratio=1)
    box = hand.page.locator("#composer").bounding_box()
    assert box is not None
    assert box["y"] >= 0.4 * window["height"]


@pytest.mark.parametrize("state", [with_chats, parameters])
def test_axe_finds_nothing_in_what_is_another_on_a_phone(
    open_hand: OpenHand, state: Callable[[HandSocket], None]
) -> None:
    """The list of chats is a sheet there."""
    hand = open_hand(viewport=PHONE, is_mobile=True, has_touch=True, has_own_store=True)
    state(hand)
    assert violations(hand.page) == []


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
        ("word " * 20).strip(),
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


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_reduced_motion_moves_nothing_at_the_start(open_hand: OpenHand, motion: str) -> None:
    hand = open_hand(reduced_motion=motion)
    hand.page.evaluate(
        f"addEventListener('keydown', () => setTimeout(() => (window.moving = ({MOVING})())))"
    )
    ask(hand.page, "First")
    expect(hand.page.locator("body")).to_have_attribute("data-stage", "talking")
    hand.page.wait_for_function("window.moving !== undefined")
    assert hand.page.evaluate("window.moving") == (0 if motion == "reduce" else 1)


def test_with_reduced_motion_the_bars_step_instead_of_running(open_hand: OpenHand) -> None:
    hand = open_hand(
        lambda page: page.clock.install(time=0), reduced_motion="reduce", has_own_clock=True
    )
    hand.page.clock.pause_at(60_000)
    ask(hand.page, "First")
    hand.accept(hand.heard("generate")).write("A whole answer. " * 40, count=400, clock_s=0.8)
    fill = "bar => bar.style.getPropertyValue('--fill')"
    reach(hand.page, "streaming")
    seen = []
    for _ in range(100):
        hand.page.clock.run_for(10)
        seen.append(part(hand.page, "gpu-bar").evaluate(fill))
    assert 2 <= len(set(seen)) <= 4  # in a second
    assert hand.page.evaluate(MOVING) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_keep_every_button_and_field_visible(
    open_hand: OpenHand, scheme: str
) -> None:
    """What a picture alone tells has the colour of text, and a field its edge."""
    hand = open_hand(forced_colors="active", color_scheme=scheme, has_own_store=True)
    with_chats(hand)
    drawn = hand.page.locator("button:visible svg:visible")
    assert drawn.count() >= 5
    for picture in drawn.all():
        line, behind = picture.evaluate(
            "svg => [getComputedStyle(svg).stroke,"
            " getComputedStyle(svg.closest('button')).backgroundColor]"
        )
        assert line != behind
    for field in (".box", "#chats-search"):
        style = "element => getComputedStyle(element).borderTopStyle"
        assert hand.page.locator(field).evaluate(style) == "solid"


def test_forced_colours_keep_the_bars(open_hand: OpenHand) -> None:
    hand = open_hand(forced_colors="active")
    finished(hand)
    bar = part(hand.page, "lpu-bar")
    assert bar.evaluate("bar => getComputedStyle(bar).borderTopStyle") == "solid"


def test_forced_colours_tell_what_is_set_from_what_is_not(open_hand: OpenHand) -> None:
    hand = open_hand(forced_colors="active")
    hand.page.click("#settings-button")
    looks = "(field) => [null, '::placeholder'].map((part) => getComputedStyle(field, part).color)"
    typed, usual = hand.page.locator("#settings-seed").evaluate(looks)
    assert typed != usual


def test_forced_colours_show_which_chat_is_open(open_hand: OpenHand) -> None:
    hand = open_hand(forced_colors="active", has_own_store=True)
    finished(hand)
    hand.page.click("#chats-button")
    row = hand.page.locator("#chats li")
    assert row.evaluate("row => getComputedStyle(row).outlineStyle") == "solid"
