"""Edited questions and answers that are asked for again: branches, all of them reachable."""

import time

import pytest
from browser_harness import LLAMA, MIXTRAL, PATIENCE_S, HandSocket, ask, part, reach
from playwright.sync_api import Page, expect

ENTER = """(field, how) => field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter",
    bubbles: true, ...(how === "isComposing" ? {isComposing: true} : {keyCode: 229})}))"""

SHOWN = """(text) => new Promise((resolve) => {
    const opened = indexedDB.open("lpu-playground", 1);
    opened.onsuccess = () => {
        const stores = opened.result.transaction(["chats", "messages"]);
        const all = (name) => stores.objectStore(name).getAll();
        const [chats, messages] = ["chats", "messages"].map(all);
        stores.oncomplete = () => {
            opened.result.close();
            const {id} = messages.result.find((message) => message.text === text);
            resolve(Object.values(chats.result[0].shown).includes(id));
        };
    };
})"""


def reply(hand: HandSocket, text: str, count: int) -> None:
    """A whole answer to the count-th prompt of this page."""
    answer = hand.accept(hand.heard("generate", count))
    answer.write(text, count=3)
    answer.finish()
    reach(hand.page, "finished")


def talk(hand: HandSocket) -> None:
    """Two turns."""
    ask(hand.page, "First")
    reply(hand, "One.", 1)
    ask(hand.page, "Second")
    reply(hand, "Two.", 2)


def asked(hand: HandSocket, count: int) -> list[str]:
    return [message["content"] for message in hand.heard("generate", count)["messages"]]


def shown_is_kept(page: Page, text: str) -> None:
    """Waits until the store knows that this question is the one shown."""
    give_up_at_s = time.monotonic() + PATIENCE_S
    while not page.evaluate(SHOWN, text):
        assert time.monotonic() < give_up_at_s, f"{text!r} was not kept as shown"


def questions(page: Page, *wanted: str) -> None:
    expect(page.locator(".question")).to_have_text(list(wanted))


def press(page: Page, name: str, turn: int = -1) -> None:
    page.locator(".turn").nth(turn).get_by_role("button", name=name, exact=True).click()


def edit(page: Page, turn: int, text: str) -> None:
    press(page, "Edit the question", turn)
    field = page.get_by_role("textbox", name="Question", exact=True)
    expect(field).to_be_focused()
    field.fill(text)
    field.press("Enter")


def test_a_regenerated_answer_stands_beside_the_old_one(keeper: HandSocket) -> None:
    talk(keeper)
    press(keeper.page, "Regenerate")
    assert asked(keeper, 3) == ["First", "One.", "Second"]
    reply(keeper, "Other two.", 3)
    branches = keeper.page.get_by_role("group", name="Answer 2 of 2")
    expect(branches).to_contain_text("2/2")
    branches.get_by_role("button", name="Former answer").click()
    expect(part(keeper.page, "text")).to_have_text("Two.")
    expect(part(keeper.page, "lpu-rate")).to_have_text("480")
    expect(keeper.page.locator("#announcer")).to_have_text("Answer 1 of 2.")
    expect(keeper.page.get_by_role("button", name="Former answer")).to_be_focused()
    ask(keeper.page, "Third")
    assert asked(keeper, 4) == ["First", "One.", "Second", "Two.", "Third"]


def test_an_answer_is_regenerated_with_another_model(keeper: HandSocket) -> None:
    talk(keeper)
    button = keeper.page.get_by_role("button", name="Regenerate with another model").last
    button.click()
    choice = keeper.page.locator("#another-model")
    choice.get_by_role("combobox").select_option(LLAMA)
    choice.get_by_role("button", name="Regenerate").click()
    assert keeper.heard("generate", 3)["model"] == LLAMA
    reply(keeper, "Llama's two.", 3)
    expect(part(keeper.page, "lpu-name")).to_contain_text("Llama 2 70B")
    press(keeper.page, "Former answer")
    expect(part(keeper.page, "lpu-name")).to_contain_text("Mixtral")
    expect(keeper.page.locator("#model")).to_have_value(MIXTRAL)


def test_an_edited_question_begins_a_branch_and_the_old_one_stays(keeper: HandSocket) -> None:
    talk(keeper)
    edit(keeper.page, 0, "First, edited")
    assert asked(keeper, 3) == ["First, edited"]
    questions(keeper.page, "First, edited")
    reply(keeper, "Edited one.", 3)
    press(keeper.page, "Former question", 0)
    questions(keeper.page, "First", "Second")
    expect(part(keeper.page, "text")).to_have_text("Two.")
    expect(keeper.page.get_by_role("button", name="Former question")).to_be_focused()
    keeper.page.keyboard.press("Enter")  # once more round
    questions(keeper.page, "First, edited")


def test_branches_survive_a_reload(keeper: HandSocket) -> None:
    talk(keeper)
    edit(keeper.page, 1, "Second, edited")
    reply(keeper, "Edited two.", 3)
    press(keeper.page, "Former question", 1)
    questions(keeper.page, "First", "Second")
    shown_is_kept(keeper.page, "Second")
    keeper.page.reload()
    questions(keeper.page, "First", "Second")
    press(keeper.page, "Next question", 1)
    questions(keeper.page, "First", "Second, edited")
    expect(part(keeper.page, "text")).to_have_text("Edited two.")


@pytest.mark.parametrize("how", ["isComposing", "keyCode 229"])
def test_enter_that_ends_a_composition_asks_nothing(keeper: HandSocket, how: str) -> None:
    talk(keeper)
    press(keeper.page, "Edit the question")
    field = keeper.page.get_by_role("textbox", name="Question", exact=True)
    field.fill("にほん")
    field.evaluate(ENTER, how)
    expect(field).to_be_visible()
    assert len([m for m in keeper.received if m["type"] == "generate"]) == 2
    field.press("Enter")
    assert asked(keeper, 3)[-1] == "にほん"


@pytest.mark.parametrize("way", ["Escape", "Cancel", "unchanged"])
def test_an_edit_that_is_given_up_changes_nothing(keeper: HandSocket, way: str) -> None:
    talk(keeper)
    press(keeper.page, "Edit the question")
    field = keeper.page.get_by_role("textbox", name="Question", exact=True)
    if way == "unchanged":
        field.press("Enter")
    else:
        field.fill("Another")
        if way == "Escape":
            field.press("Escape")
        else:
            keeper.page.get_by_role("button", name="Cancel").click()
    questions(keeper.page, "First", "Second")
    expect(keeper.page.get_by_role("button", name="Edit the question").last).to_be_focused()
    assert len([m for m in keeper.received if m["type"] == "generate"]) == 2


def test_nothing_leaves_a_hole_under_the_question_during_an_answer(keeper: HandSocket) -> None:
    ask(keeper.page, "Why?")
    keeper.accept(keeper.heard("generate")).write("Because")
    reach(keeper.page, "streaming")
    expect(keeper.page.get_by_role("button", name="Edit the question")).to_be_hidden()
    copy = keeper.page.get_by_role("button", name="Copy this question").bounding_box()
    question = keeper.page.locator(".question").bounding_box()
    assert copy
    assert question
    assert abs(copy["x"] - question["x"]) <= copy["width"] / 2


def test_the_name_of_the_choice_of_models_stands_free_of_it(keeper: HandSocket) -> None:
    talk(keeper)
    press(keeper.page, "Regenerate with another model")
    label = keeper.page.locator("#another-model label").bounding_box()
    choice = keeper.page.locator("#another-select").bounding_box()
    assert label
    assert choice
    assert label["y"] + label["height"] + 5 <= choice["y"]  # where the focus is shown


def test_nothing_is_edited_or_regenerated_during_an_answer(keeper: HandSocket) -> None:
    talk(keeper)
    ask(keeper.page, "Third")
    answer = keeper.accept(keeper.heard("generate", 3))
    answer.write("Half")
    for name in ("Edit the question", "Regenerate", "Regenerate with another model"):
        for button in keeper.page.get_by_role("button", name=name, exact=True).all():
            expect(button).to_be_disabled()
    answer.finish()
    reach(keeper.page, "finished")
    expect(keeper.page.get_by_role("button", name="Regenerate", exact=True).last).to_be_enabled()
