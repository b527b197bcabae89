"""A real composition, as for Chinese or Japanese, in every field where Enter does something."""

from browser_harness import HandSocket
from playwright.sync_api import Page, expect
from test_history import act, answered, kept, open_list

ENTER_OF_THE_METHOD = {
    "type": "rawKeyDown",
    "key": "Enter",
    "code": "Enter",
    "windowsVirtualKeyCode": 229,
}
HEAR = """addEventListener("keydown", ({key, isComposing}) => {
    if (key === "Enter") window.wasComposing = isComposing;
}, {capture: true})"""


def compose(page: Page, text: str) -> None:
    """Composes in the field that has the focus; the Enter that takes the text is the method's."""
    protocol = page.context.new_cdp_session(page)
    page.evaluate(HEAR)
    marked = {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
    protocol.send("Input.imeSetComposition", marked)
    protocol.send("Input.dispatchKeyEvent", ENTER_OF_THE_METHOD)
    assert page.evaluate("window.wasComposing") is True
    protocol.send("Input.insertText", {"text": text})


def test_the_enter_of_an_input_method_is_its_own_in_every_field(keeper: HandSocket) -> None:
    page = keeper.page
    compose(page, "你好")
    expect(page.locator("#prompt")).to_have_value("你好")
    assert keeper.received == []
    page.fill("#prompt", "")
    answered(keeper, "First", "One.")

    page.get_by_role("button", name="Edit the question").click()
    field = page.get_by_role("textbox", name="Question", exact=True)
    field.fill("")
    compose(page, "再见")
    expect(field).to_have_value("再见")
    assert len([m for m in keeper.received if m["type"] == "generate"]) == 1
    field.press("Escape")

    kept(page, "One.")
    open_list(page)
    act(page, "First", "Rename")
    name = page.get_by_role("textbox", name="Name of the chat")
    name.fill("")
    compose(page, "早安")
    expect(name).to_have_value("早安")
    name.press("Enter")
    expect(page.locator("#chats [data-part=title]")).to_have_text("早安")
