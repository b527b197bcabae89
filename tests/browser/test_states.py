"""What the page says in each state of an answer, and that there is always a way on."""

import re
from typing import Any

import pytest
from browser_harness import HandSocket, OpenHand, ask, part, reach
from playwright.sync_api import Page, expect


def healthz(page: Page, states: list[str]) -> None:
    """/healthz says these, one after another, and then the last again and again."""

    def answer(route: Any) -> None:
        state = states.pop(0) if len(states) > 1 else states[0]
        route.fulfill(json={"engine": {"state": state, "detail": "", "threads": 1}})

    page.route("**/healthz?model=*", answer)


def test_a_machine_that_warms_up_says_so_and_then_answers(open_hand: OpenHand) -> None:
    hand = open_hand(lambda page: healthz(page, ["warming"]))
    ask(hand.page, "Anybody there?")
    answer = hand.accept(hand.heard("generate"))
    reach(hand.page, "warming")
    expect(part(hand.page, "status")).to_have_text("Warming up this machine, only the first time")
    answer.write("Yes.")
    answer.finish()
    reach(hand.page, "finished")
    expect(part(hand.page, "text")).to_have_text("Yes.")
    expect(part(hand.page, "status")).to_have_text("")


def test_a_warm_machine_is_not_said_to_warm_up(open_hand: OpenHand) -> None:
    hand = open_hand(lambda page: healthz(page, ["warming", "ready"]))
    ask(hand.page, "Anybody there?")
    hand.accept(hand.heard("generate"))
    reach(hand.page, "warming")
    reach(hand.page, "waiting")


@pytest.mark.parametrize("code", ["busy", "too_long", "no_words", "unknown_model", "internal"])
def test_a_refused_prompt_returns_to_the_box_and_can_be_tried_again(
    hand: HandSocket, code: str
) -> None:
    page = hand.page
    ask(page, "My only copy")
    asked = hand.heard("generate")
    hand.send(type="error", id=asked["id"], code=code, message="One clear sentence.")
    reach(page, "error")
    expect(part(page, "problem-text")).to_have_text("One clear sentence.")
    expect(page.locator("#prompt")).to_have_value("My only copy")
    page.get_by_role("button", name="Try again").click()
    again = hand.heard("generate", 2)
    assert again["messages"] == asked["messages"]
    assert again["id"] != asked["id"]
    expect(page.locator("#prompt")).to_have_value("")
    hand.accept(again).finish()
    reach(page, "finished")
    expect(page.locator(".turn")).to_have_count(1)


def test_a_refusal_does_not_overwrite_what_was_typed_since(hand: HandSocket) -> None:
    ask(hand.page, "First")
    asked = hand.heard("generate")
    hand.page.fill("#prompt", "Second")
    hand.send(type="error", id=asked["id"], code="busy", message="Wait.")
    reach(hand.page, "error")
    expect(hand.page.locator("#prompt")).to_have_value("Second")
    expect(hand.page.locator(".question")).to_have_text("First")


def test_a_refused_question_makes_room_for_the_next(hand: HandSocket) -> None:
    ask(hand.page, "First")
    hand.send(type="error", id=hand.heard("generate")["id"], code="busy", message="Wait.")
    reach(hand.page, "error")
    ask(hand.page, "Second")
    assert len(hand.heard("generate", 2)["messages"]) == 1
    expect(hand.page.locator(".question")).to_have_text(["Second"])


def test_an_error_without_an_id_is_about_the_prompt_on_its_way(hand: HandSocket) -> None:
    ask(hand.page, "First")
    hand.heard("generate")
    hand.send(type="error", code="too_long", message="Shorten it.")
    reach(hand.page, "error")
    expect(hand.page.locator("#prompt")).to_have_value("First")


def test_an_engine_that_fails_midway_keeps_what_came(hand: HandSocket) -> None:
    ask(hand.page, "First")
    answer = hand.accept(hand.heard("generate"))
    answer.write("Half an ans")
    hand.send(type="error", id=answer.id, code="internal", message="A kernel broke.")
    answer.finish("error")
    reach(hand.page, "error")
    expect(part(hand.page, "text")).to_have_text("Half an ans")
    expect(part(hand.page, "problem-text")).to_have_text("A kernel broke.")
    hand.page.get_by_role("button", name="Try again").click()
    assert hand.heard("generate", 2)["messages"] == [{"role": "user", "content": "First"}]
    expect(part(hand.page, "text")).to_have_text("")


def test_an_answer_that_reached_its_limit_says_so(hand: HandSocket) -> None:
    ask(hand.page, "First")
    answer = hand.accept(hand.heard("generate"))
    answer.write("And so on")
    answer.finish("length")
    reach(hand.page, "finished")
    expect(part(hand.page, "ending")).to_have_text("Ended at the length limit.")


@pytest.mark.parametrize(
    ("dropped", "said"),
    [
        (1, "1 older message no longer fits the window of Pebble and was left out."),
        (3, "3 older messages no longer fit the window of Pebble and were left out."),
    ],
)
def test_turns_that_no_longer_fit_are_named(hand: HandSocket, dropped: int, said: str) -> None:
    ask(hand.page, "First")
    hand.accept(hand.heard("generate"), dropped_turns=dropped)
    expect(part(hand.page, "dropped")).to_have_text(said)


def test_a_follow_up_carries_the_whole_conversation(hand: HandSocket) -> None:
    for number, (question, said) in enumerate((("One?", "1."), ("Two?", "2.")), start=1):
        ask(hand.page, question)
        answer = hand.accept(hand.heard("generate", number))
        answer.write(said)
        answer.finish()
        reach(hand.page, "finished")
    ask(hand.page, "Three?")
    messages = hand.heard("generate", 3)["messages"]
    assert [message["content"] for message in messages] == ["One?", "1.", "Two?", "2.", "Three?"]
    assert [message["role"] for message in messages] == ["user", "assistant"] * 2 + ["user"]


def test_a_long_answer_stays_at_its_start(hand: HandSocket) -> None:
    page = hand.page
    for number in (1, 2):
        ask(page, f"Question {number}")
        answer = hand.accept(hand.heard("generate", number))
        for _ in range(10):
            answer.write("A line of an answer.\n" * 20, count=100)
        answer.finish()
        reach(page, "finished")
        question = page.locator(".question").last.bounding_box()
        assert question is not None
        assert 0 <= question["y"] < 200
        expect(part(page, "lpu-rate")).to_be_in_viewport()


def test_scrolling_is_the_readers(hand: HandSocket) -> None:
    page = hand.page
    ask(page, "A long one")
    answer = hand.accept(hand.heard("generate"))
    answer.write("A line of an answer.\n" * 100, count=500)
    reach(page, "streaming")
    page.mouse.move(400, 300)
    page.mouse.wheel(0, 300)
    page.wait_for_function("() => window.scrollY >= 300")  # as far as the wheel went
    was = page.evaluate("window.scrollY")
    answer.write("A line of an answer.\n" * 100, count=500)
    answer.finish()
    reach(page, "finished")
    assert page.evaluate("window.scrollY") == was


def test_text_that_nobody_rendered_is_no_markup(hand: HandSocket) -> None:
    ask(hand.page, "Break out")
    answer = hand.accept(hand.heard("generate"))
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>```python\nif a:\n    b()\n```"
    answer.write(evil)
    answer.finish()
    reach(hand.page, "finished")
    assert part(hand.page, "text").evaluate("text => text.textContent") == evil
    assert part(hand.page, "text").evaluate("text => text.querySelectorAll('*').length") == 1
    assert re.search(r"\n    b\(\)", part(hand.page, "text").inner_text())
