"""The prompt box: Enter, Shift+Enter, input methods, stop; and nothing typed is lost."""

import pytest
from browser_harness import HandSocket, OpenHand, ask, reach
from playwright.sync_api import expect

COMPOSING = """([key, how]) => {
    const box = document.getElementById("prompt");
    const more = how === "isComposing" ? {isComposing: true} : {keyCode: 229};
    box.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, ...more}));
}"""


def test_enter_sends_and_empties_the_box(hand: HandSocket) -> None:
    ask(hand.page, "Why is an LPU so fast?")
    asked = hand.heard("generate")
    assert asked["messages"] == [{"role": "user", "content": "Why is an LPU so fast?"}]
    assert asked["model"] == "mixtral-8x7b-32768"
    expect(hand.page.locator("#prompt")).to_have_value("")
    expect(hand.page.locator(".question")).to_have_text("Why is an LPU so fast?")


def test_shift_enter_breaks_the_line_and_the_box_grows(hand: HandSocket) -> None:
    box = hand.page.locator("#prompt")
    one_line = box.bounding_box()
    box.press_sequentially("one")
    for line in ("two", "three"):
        box.press("Shift+Enter")
        box.press_sequentially(line)
    expect(box).to_have_value("one\ntwo\nthree")
    three_lines = box.bounding_box()
    assert one_line is not None
    assert three_lines is not None
    assert three_lines["height"] > 1.8 * one_line["height"]
    assert hand.received == []
    box.press("Enter")
    assert hand.heard("generate")["messages"][0]["content"] == "one\ntwo\nthree"


@pytest.mark.parametrize("how", ["isComposing", "keyCode 229"])
def test_enter_that_ends_a_composition_sends_nothing(hand: HandSocket, how: str) -> None:
    hand.page.fill("#prompt", "にほん")
    hand.page.evaluate(COMPOSING, ["Enter", how])
    expect(hand.page.locator("#prompt")).to_have_value("にほん")
    hand.page.press("#prompt", "Enter")
    hand.heard("generate")
    assert len(hand.received) == 1


def test_blanks_are_not_sent(hand: HandSocket) -> None:
    ask(hand.page, "  \n ")
    ask(hand.page, "Something")
    assert hand.heard("generate")["messages"][0]["content"] == "Something"
    assert len(hand.received) == 1


@pytest.mark.parametrize("way", ["button", "Escape"])
def test_stop_reaches_the_engine(hand: HandSocket, way: str) -> None:
    ask(hand.page, "A long story")
    answer = hand.accept(hand.heard("generate"))
    answer.write("Once")
    reach(hand.page, "streaming")
    if way == "button":
        hand.page.get_by_role("button", name="Stop").click()
    else:
        hand.page.keyboard.press("Escape")
    assert hand.heard("stop") == {"type": "stop", "id": answer.id}
    answer.finish("stopped")
    reach(hand.page, "stopped")
    expect(hand.page.locator(".answer [data-part=ending]")).to_have_text("Stopped.")
    expect(hand.page.get_by_role("button", name="Send")).to_be_visible()


@pytest.mark.parametrize("how", ["isComposing", "keyCode 229"])
def test_escape_that_gives_a_composition_up_stops_nothing(hand: HandSocket, how: str) -> None:
    ask(hand.page, "A long story")
    hand.accept(hand.heard("generate")).write("Once")
    reach(hand.page, "streaming")
    hand.page.evaluate(COMPOSING, ["Escape", how])
    hand.page.get_by_role("button", name="Stop").click()
    hand.heard("stop")
    assert [message["type"] for message in hand.received].count("stop") == 1


def test_what_is_typed_during_an_answer_stays_in_the_box(hand: HandSocket) -> None:
    ask(hand.page, "First")
    answer = hand.accept(hand.heard("generate"))
    answer.write("Yes.")
    ask(hand.page, "Second")
    expect(hand.page.locator("#prompt")).to_have_value("Second")
    answer.finish()
    reach(hand.page, "finished")
    expect(hand.page.locator("#prompt")).to_have_value("Second")
    hand.page.press("#prompt", "Enter")
    assert [message["content"] for message in hand.heard("generate", 2)["messages"]] == [
        "First",
        "Yes.",
        "Second",
    ]


def test_ids_need_no_secure_context(open_hand: OpenHand) -> None:
    """Over plain http on a LAN address crypto.randomUUID is undefined."""
    hand = open_hand(lambda page: page.add_init_script("delete Crypto.prototype.randomUUID"))
    assert hand.page.evaluate("crypto.randomUUID") is None
    ask(hand.page, "First")
    first = hand.heard("generate")["id"]
    hand.accept({"id": first}).finish()
    reach(hand.page, "finished")
    ask(hand.page, "Second")
    second = hand.heard("generate", 2)["id"]
    assert first != second
    assert len(first) == len(second) == 24
