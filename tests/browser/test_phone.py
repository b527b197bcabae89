"""A phone: its keyboard hides nothing, on its side there is room for words, and it may install."""

from browser_harness import HandSocket, OpenHand, OpenPage, ask, part, reach
from playwright.sync_api import Page, expect

PHONE = {"width": 390, "height": 844}
ON_ITS_SIDE = {"width": 844, "height": 390}
ABOVE_THE_KEYBOARD = 508  # CSS pixels of 844
LAID_OVER = """
    const seen = Object.assign(new EventTarget(), {height: 844, offsetTop: 0, scale: 1});
    Object.defineProperty(window, "visualViewport", {value: seen});
    window.keyboard = (more) => {
        Object.assign(seen, more);
        seen.dispatchEvent(new Event("resize"));
    };
"""


def a_phone(open_hand: OpenHand, *, lays_over: bool = False) -> HandSocket:
    """`lays_over`: its keyboard lies over the page instead of making it smaller."""
    script = LAID_OVER if lays_over else ""
    return open_hand(
        lambda page: page.add_init_script(script),
        viewport=PHONE,
        is_mobile=True,
        has_touch=True,
        has_own_store=True,
        reduced_motion="reduce",  # where the box glides to it is not yet
    )


def write_long(hand: HandSocket) -> None:
    """An answer that is far longer than the window, not yet at its end."""
    ask(hand.page, "A long one")
    answer = hand.accept(hand.heard("generate"))
    answer.write("A line of an answer.\n" * 100, count=500)
    reach(hand.page, "streaming")


def foot(page: Page, selector: str) -> float:
    """How far below the window's top the lower edge of an element is."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_a_keyboard_that_makes_the_page_smaller_leaves_the_box_in_sight(
    open_hand: OpenHand,
) -> None:
    hand = a_phone(open_hand)
    for stage in ("empty", "talking"):
        expect(hand.page.locator("body")).to_have_attribute("data-stage", stage)
        hand.page.tap("#prompt")
        hand.page.set_viewport_size({**PHONE, "height": ABOVE_THE_KEYBOARD})
        hand.page.fill("#prompt", "one\ntwo\n" * 20)
        for seen in ("#prompt", ".send"):
            expect(hand.page.locator(seen)).to_be_in_viewport(ratio=1)
        hand.page.fill("#prompt", "")
        hand.page.set_viewport_size(PHONE)
        if stage == "empty":
            write_long(hand)


def test_a_keyboard_that_lies_over_the_page_lifts_the_box(open_hand: OpenHand) -> None:
    hand = a_phone(open_hand, lays_over=True)
    write_long(hand)
    assert foot(hand.page, "#composer") == PHONE["height"]
    hand.page.evaluate("keyboard({height: 508})")
    assert foot(hand.page, "#composer") == ABOVE_THE_KEYBOARD
    hand.page.evaluate("keyboard({height: 508, offsetTop: 100})")  # as far as Safari moved by then
    assert foot(hand.page, "#composer") == ABOVE_THE_KEYBOARD + 100
    hand.page.evaluate("keyboard({height: 422, offsetTop: 0, scale: 2})")  # zoomed, no keyboard
    assert foot(hand.page, "#composer") == PHONE["height"]


def test_asking_again_brings_no_keyboard_up(open_hand: OpenHand) -> None:
    hand = a_phone(open_hand)
    ask(hand.page, "First")
    answer = hand.accept(hand.heard("generate"))
    answer.write("One.")
    answer.finish()
    reach(hand.page, "finished")
    hand.page.get_by_role("button", name="Regenerate", exact=True).tap()
    hand.heard("generate", 2)
    expect(hand.page.get_by_role("button", name="Stop")).to_be_focused()


def test_on_its_side_most_of_the_window_is_for_the_words(open_hand: OpenHand) -> None:
    hand = a_phone(open_hand)
    write_long(hand)
    hand.page.set_viewport_size(ON_ITS_SIDE)
    expect(part(hand.page, "lpu-rate")).not_to_be_in_viewport()  # they stand where the text ends
    box = hand.page.locator("#composer").bounding_box()
    assert box is not None
    assert box["y"] > ON_ITS_SIDE["height"] / 2


def test_the_browser_finds_nothing_that_would_keep_it_from_installing(open_page: OpenPage) -> None:
    page = open_page()
    protocol = page.context.new_cdp_session(page)
    manifest = protocol.send("Page.getAppManifest")
    assert manifest["url"].endswith("/manifest.webmanifest")
    assert manifest["errors"] == []
    found = protocol.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {error["errorId"] for error in found} <= {"in-incognito"}
