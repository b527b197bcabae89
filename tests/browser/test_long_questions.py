"""A long question: its beginning is shown, so that the answer is in sight, or why there is none."""

import pytest
from browser_harness import HandSocket, OpenHand, ask, part, reach
from playwright.sync_api import expect

LINES = "\n".join(f"line {i}" for i in range(200))
LETTERS = "word " * 4000


@pytest.mark.parametrize("text", [LINES, LETTERS])
def test_the_answer_to_a_long_question_is_in_sight(hand: HandSocket, text: str) -> None:
    ask(hand.page, text)
    hand.accept(hand.heard("generate")).write("Once")
    expect(part(hand.page, "text")).to_be_in_viewport()
    expect(hand.page.locator(".question")).to_be_in_viewport()


@pytest.mark.parametrize("height", [900, 600])
def test_why_a_long_question_was_refused_is_in_sight(open_hand: OpenHand, height: int) -> None:
    hand = open_hand(viewport={"width": 390, "height": height})
    ask(hand.page, LINES)
    asked = hand.heard("generate")
    hand.send(type="error", id=asked["id"], code="too_long", message="It is too long.")
    reach(hand.page, "error")
    expect(hand.page.locator("#prompt")).to_have_value(LINES)
    problem = part(hand.page, "problem").bounding_box()
    box = hand.page.locator("#composer").bounding_box()
    assert problem
    assert box
    assert 0 <= problem["y"] < problem["y"] + problem["height"] <= box["y"]


def test_all_of_it_is_one_press_away_and_so_is_the_way_back(hand: HandSocket) -> None:
    ask(hand.page, LINES)
    hand.accept(hand.heard("generate")).finish()
    question = hand.page.locator(".question")
    folded = question.evaluate("(e) => e.offsetHeight")
    hand.page.get_by_role("button", name="Show all").click()
    assert question.evaluate("(e) => e.offsetHeight") > 4 * folded
    less = hand.page.get_by_role("button", name="Show less")
    less.press("Enter")
    assert question.evaluate("(e) => e.offsetHeight") == folded
    expect(hand.page.get_by_role("button", name="Show all")).to_be_focused()
    expect(hand.page.get_by_role("button", name="Show all")).to_be_in_viewport()


def test_a_question_of_a_few_lines_is_shown_whole(hand: HandSocket) -> None:
    ask(hand.page, "\n".join("abcdefghijkl"))
    hand.accept(hand.heard("generate")).finish()
    reach(hand.page, "finished")
    expect(hand.page.get_by_role("button", name="Show all")).to_be_hidden()
    assert hand.page.locator(".question").evaluate("(e) => e.scrollHeight <= e.offsetHeight")


def test_a_long_question_is_edited_whole(hand: HandSocket) -> None:
    ask(hand.page, LINES)
    hand.accept(hand.heard("generate")).finish()
    reach(hand.page, "finished")
    hand.page.get_by_role("button", name="Edit the question").click()
    expect(hand.page.get_by_role("textbox", name="Question", exact=True)).to_have_value(LINES)
    expect(hand.page.get_by_role("button", name="Show all")).to_be_hidden()
