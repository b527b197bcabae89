"""Keys: what they do, and what they leave to fields, browsers and input methods."""

from typing import Any

import pytest
from browser_harness import HandSocket, OpenHand, ask
from playwright.sync_api import Page, expect
from test_history import answered

KEYDOWN = """(more) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", {key: "o", code: "KeyO", bubbles: true, cancelable: true,
    ...more}))"""
MAC = "Object.defineProperty(navigator, 'platform', {get: () => 'MacIntel'})"


def focused(page: Page, selector: str) -> None:
    expect(page.locator(selector)).to_be_focused()


def test_a_new_chat_begins(keeper: HandSocket) -> None:
    answered(keeper, "First", "One.")
    keeper.page.keyboard.press("Control+Alt+o")
    expect(keeper.page.locator(".turn")).to_have_count(0)
    focused(keeper.page, "#prompt")
    assert "#" not in keeper.page.url


def test_focus_goes_to_the_models_and_back_to_the_box(keeper: HandSocket) -> None:
    keeper.page.keyboard.press("Control+Alt+m")
    focused(keeper.page, "#model")
    keeper.page.keyboard.press("Control+Alt+i")
    focused(keeper.page, "#prompt")


def test_the_chats_open_and_close(keeper: HandSocket) -> None:
    keeper.page.keyboard.press("Control+Alt+h")
    expect(keeper.page.locator("#chats")).to_be_visible()
    keeper.page.keyboard.press("Control+Alt+h")
    expect(keeper.page.locator("#chats")).to_be_hidden()


@pytest.mark.parametrize("has_clipboard", [True, False])
def test_the_last_answer_is_copied(open_hand: OpenHand, has_clipboard: bool) -> None:
    def prepare(page: Page) -> None:
        if not has_clipboard:  # as over plain http on a LAN
            page.add_init_script(
                "Object.defineProperty(navigator, 'clipboard', {value: undefined})"
            )

    permissions = ["clipboard-read", "clipboard-write"]
    hand = open_hand(prepare, has_own_store=True, permissions=permissions)
    answered(hand, "First", "One\ntwo.")
    hand.page.focus("#prompt")
    hand.page.keyboard.press("Control+Alt+c")
    expect(hand.page.locator("#toast")).to_have_text("Copied the last answer.")
    focused(hand.page, "#prompt")
    hand.page.keyboard.press("Control+v")
    expect(hand.page.locator("#prompt")).to_have_value("One\ntwo.")


def test_without_an_answer_there_is_nothing_to_copy(keeper: HandSocket) -> None:
    keeper.page.keyboard.press("Control+Alt+c")
    expect(keeper.page.locator("#toast")).to_have_text("There is no answer to copy yet.")


def test_a_question_mark_opens_the_sheet_but_not_in_a_field(keeper: HandSocket) -> None:
    sheet = keeper.page.get_by_role("dialog", name="Keys")
    keeper.page.keyboard.press("?")
    expect(keeper.page.locator("#prompt")).to_have_value("?")
    expect(sheet).to_be_hidden()
    keeper.page.focus("#chats-button")
    keeper.page.keyboard.press("?")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("New chat")
    keeper.page.keyboard.press("Control+Alt+h")  # under a sheet nothing moves
    expect(keeper.page.locator("#chats")).to_be_hidden()
    keeper.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    focused(keeper.page, "#chats-button")


def test_the_sheet_opens_from_the_foot_too_and_escape_there_stops_nothing(
    keeper: HandSocket,
) -> None:
    ask(keeper.page, "A long story")
    keeper.accept(keeper.heard("generate")).write("Once")
    button = keeper.page.get_by_role("button", name="Keys", exact=True)
    button.focus()
    button.press("Enter")
    keeper.page.keyboard.press("Escape")
    expect(keeper.page.get_by_role("dialog", name="Keys")).to_be_hidden()
    assert [m for m in keeper.received if m["type"] == "stop"] == []


@pytest.mark.parametrize(
    "event",
    [
        {"ctrlKey": True, "altKey": True, "isComposing": True},
        {"ctrlKey": True, "altKey": True, "keyCode": 229},
        {"ctrlKey": True, "altKey": True, "modifierAltGraph": True},
        {"ctrlKey": True, "altKey": True, "metaKey": True},
        {"ctrlKey": True, "altKey": True, "shiftKey": True},
        {"ctrlKey": True, "shiftKey": True},
        {"ctrlKey": True},
        {"altKey": True},
        {},
    ],
)
def test_other_keys_are_left_alone(keeper: HandSocket, event: dict[str, Any]) -> None:
    keeper.page.focus("#prompt")
    assert keeper.page.evaluate(KEYDOWN, event) is True  # nobody has prevented it


def test_a_key_without_a_latin_letter_counts_by_its_place(keeper: HandSocket) -> None:
    event = {"ctrlKey": True, "altKey": True, "key": "щ"}
    assert keeper.page.evaluate(KEYDOWN, event) is False


def test_on_a_mac_voice_over_keeps_its_keys(open_hand: OpenHand) -> None:
    hand = open_hand(lambda page: page.add_init_script(MAC), has_own_store=True)
    assert hand.page.evaluate(KEYDOWN, {"ctrlKey": True, "altKey": True}) is True
    assert hand.page.evaluate(KEYDOWN, {"ctrlKey": True, "shiftKey": True}) is False
    expect(hand.page.locator("#keys dd").first).to_have_text("⌃ ⇧ O")
