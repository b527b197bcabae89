"""Parameters and system prompt: what is typed counts, what is wrong is told at its field."""

from typing import Any

import pytest
from browser_harness import HandSocket, OpenPage, ask, part
from playwright.sync_api import Page, expect
from test_history import answered, begin, kept, open_list

USUAL = {"temperature": 0.3, "top_p": 0.9, "max_tokens": 1024, "stop": []}


def open_panel(page: Page) -> None:
    page.get_by_role("button", name="Parameters").click()
    expect(page.locator("#settings")).to_be_visible()


def close_panel(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator("#settings")).to_be_hidden()


def put(page: Page, field: str, text: str) -> None:
    page.fill(f"#settings-{field}", text)
    page.locator(f"#settings-{field}").dispatch_event("change")


def params(hand: HandSocket, count: int = 1) -> Any:
    return hand.heard("generate", count)["params"]


def test_without_settings_the_usual_parameters_are_asked_for(keeper: HandSocket) -> None:
    ask(keeper.page, "First")
    assert params(keeper) == USUAL
    assert keeper.heard("generate")["messages"] == [{"role": "user", "content": "First"}]


def test_what_is_set_goes_with_every_question_and_the_system_prompt_first(
    keeper: HandSocket,
) -> None:
    page = keeper.page
    open_panel(page)
    put(page, "system", "Answer like a pirate.")
    put(page, "temperature", "1,5")
    put(page, "top_p", "0.5")
    put(page, "max_tokens", "64")
    put(page, "seed", "7")
    put(page, "stop", "END\n\\n\\n")
    close_panel(page)
    expect(page.get_by_role("button", name="Parameters, 6 set")).to_be_focused()
    answered(keeper, "First", "Arr.")
    wanted = {
        "temperature": 1.5,
        "top_p": 0.5,
        "max_tokens": 64,
        "seed": 7,
        "stop": ["END", "\n\n"],
    }
    assert params(keeper) == wanted
    assert keeper.heard("generate")["messages"][0] == {
        "role": "system",
        "content": "Answer like a pirate.",
    }
    kept(page, "Arr.")
    page.reload()
    ask(page, "Second")
    assert params(keeper, 2) == wanted
    said = [message["role"] for message in keeper.heard("generate", 2)["messages"]]
    assert said == ["system", "user", "assistant", "user"]


def test_settings_belong_to_their_chat(keeper: HandSocket) -> None:
    page = keeper.page
    open_panel(page)
    put(page, "temperature", "0")
    close_panel(page)
    answered(keeper, "First", "One.")
    begin(page)
    answered(keeper, "Second", "Two.", 2)
    assert params(keeper, 2) == USUAL
    open_list(page)
    page.get_by_role("link", name="First").click()
    expect(part(page, "text")).to_have_text("One.")
    ask(page, "Third")
    assert params(keeper, 3) == USUAL | {"temperature": 0}


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("temperature", "3", "Temperature is a number from 0 to 2."),
        ("temperature", "hot", "Temperature is a number from 0 to 2."),
        ("top_p", "0", "Top-p is a number above 0 and up to 1."),
        ("max_tokens", "8193", "The most tokens are a whole number from 1 to 8,192."),
        ("max_tokens", "1.5", "The most tokens are a whole number from 1 to 8,192."),
        ("seed", "-1", "A seed is a whole number from 0 to 9,007,199,254,740,991."),
        ("seed", "9007199254740993", "A seed is a whole number from 0 to 9,007,199,254,740,991."),
        ("stop", "a\nb\nc\nd\ne", "At most 4 lines, each of up to 64 characters."),
        ("stop", "x" * 65, "At most 4 lines, each of up to 64 characters."),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_does_not_count(
    keeper: HandSocket, field: str, text: str, sentence: str
) -> None:
    page = keeper.page
    open_panel(page)
    put(page, field, text)
    place = page.locator(f"#settings-{field}")
    expect(place).to_have_attribute("aria-invalid", "true")
    expect(place).to_have_accessible_description(sentence)
    expect(page.locator("#announcer")).to_have_text(sentence)
    close_panel(page)
    ask(page, "First")
    assert params(keeper) == USUAL


def test_reset_brings_the_usual_back(keeper: HandSocket) -> None:
    page = keeper.page
    open_panel(page)
    put(page, "temperature", "1")
    put(page, "temperature", "9")
    page.get_by_role("button", name="Reset all").click()
    expect(page.locator("#settings-temperature")).to_have_value("")
    expect(page.locator("#settings-temperature")).to_have_attribute("aria-invalid", "false")
    close_panel(page)
    ask(page, "First")
    assert params(keeper) == USUAL


def test_a_fixed_seed_reproduces_the_answer(open_page: OpenPage) -> None:
    """Through the real socket, from the real engine."""
    page = open_page(has_own_store=True)
    open_panel(page)
    put(page, "temperature", "2")
    put(page, "top_p", "1")
    put(page, "max_tokens", "40")
    put(page, "seed", "7")
    close_panel(page)
    ask(page, "Tell me a story")
    texts = [ended(page)]
    regenerate(page, 2)
    texts.append(ended(page))
    open_panel(page)
    put(page, "seed", "8")
    close_panel(page)
    regenerate(page, 3)
    texts.append(ended(page))
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def ended(page: Page) -> str:
    page.wait_for_selector("#composer[data-busy=false]")
    return part(page, "text").text_content() or ""


def regenerate(page: Page, number: int) -> None:
    page.get_by_role("button", name="Regenerate", exact=True).click()
    expect(page.get_by_role("group", name=f"Answer {number} of {number}")).to_be_attached()
