"""Chats that the browser keeps: reload, resume, search, rename, delete, two tabs, no storage."""

import time
from collections.abc import Callable
from typing import Literal

import pytest
from browser_harness import KEY, LLAMA, PATIENCE_S, HandSocket, OpenHand, OpenPage, ask, part, reach
from playwright.sync_api import Page, expect

PHONE = {"width": 390, "height": 844}
WRITTEN = """(text) => new Promise((resolve, reject) => {
    const opened = indexedDB.open("lpu-playground", 1);
    opened.onerror = () => reject(opened.error);
    opened.onsuccess = () => {
        const all = opened.result.transaction("messages").objectStore("messages").getAll();
        all.onsuccess = () => {
            opened.result.close();
            resolve(all.result.some((message) => message.text === text));
        };
    };
})"""
FORBID = """
    Object.defineProperty(window, "indexedDB", {value: {open() {
        throw new DOMException("no", "SecurityError");
    }}});
    window.BroadcastChannel = class {
        constructor() { throw new DOMException("no", "SecurityError"); }
    };
"""
FULL = """
    window.isFull = true;
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value) {
        if (window.isFull) throw new DOMException("full", "QuotaExceededError");
        return put.call(this, value);
    };
"""


def answered(hand: HandSocket, prompt: str, text: str, count: int = 1) -> None:
    """The count-th question of this page, and its whole answer."""
    ask(hand.page, prompt)
    answer = hand.accept(hand.heard("generate", count))
    answer.write(text, count=3)
    answer.finish()
    reach(hand.page, "finished")


def kept(page: Page, text: str) -> None:
    """Waits until a message's text is in the store."""
    give_up_at_s = time.monotonic() + PATIENCE_S
    while not page.evaluate(WRITTEN, text):
        assert time.monotonic() < give_up_at_s, f"{text!r} was not kept"


def begin(page: Page) -> None:
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".turn")).to_have_count(0)


def open_list(page: Page) -> None:
    page.get_by_role("button", name="Chats", exact=True).click()
    expect(page.locator("#chats")).to_be_visible()


def titles(page: Page, *wanted: str) -> None:
    expect(page.locator("#chats [data-part=title]")).to_have_text(list(wanted))


def act(page: Page, title: str, name: str) -> None:
    """Something of a chat's menu."""
    page.get_by_role("button", name=f"More: {title}").click()
    page.locator("#chat-menu").get_by_role("button", name=name, exact=True).click()


def again(hand: HandSocket) -> HandSocket:
    """The same address in another tab of the same browser."""
    other = HandSocket(hand.page.context.new_page())
    other.page.goto(hand.page.url)
    other.page.wait_for_selector("body[data-connection=open]")
    return other


def test_a_first_visit_is_as_calm_as_ever(keeper: HandSocket) -> None:
    expect(keeper.page.locator("#chats")).to_be_hidden()
    expect(keeper.page.locator("#trouble")).to_be_hidden()
    expect(keeper.page.locator("#prompt")).to_be_focused()
    assert "#" not in keeper.page.url


def test_a_chat_is_there_after_a_reload_and_goes_on(keeper: HandSocket) -> None:
    answered(keeper, "Why?", "Because.")
    kept(keeper.page, "Because.")
    keeper.page.reload()
    expect(keeper.page.locator(".question")).to_have_text("Why?")
    expect(part(keeper.page, "text")).to_have_text("Because.")
    expect(part(keeper.page, "signature")).to_have_text("Pebble")
    expect(part(keeper.page, "lpu-rate")).to_have_text("480")
    expect(part(keeper.page, "computed-rate")).to_have_text("2,430 tokens/s")
    ask(keeper.page, "And then?")
    asked = keeper.heard("generate", 2)["messages"]
    assert [message["content"] for message in asked] == ["Why?", "Because.", "And then?"]


def test_after_a_reload_in_mid_answer_text_is_there_at_once_and_the_stream_resumes(
    keeper: HandSocket,
) -> None:
    ask(keeper.page, "Why?")
    asked = keeper.heard("generate")
    keeper.accept(asked).write("Half an ", count=3)
    kept(keeper.page, "Half an ")
    keeper.page.reload()
    expect(part(keeper.page, "text")).to_have_text("Half an ")
    resumed = keeper.heard("resume")
    assert resumed == {"type": "resume", "id": asked["id"], "key": KEY, "count": 3, "rendered": 0}
    expect(keeper.page.get_by_role("button", name="Stop")).to_be_visible()
    answer = keeper.accept(asked)
    answer.write("answer", count=2)
    answer.finish()
    reach(keeper.page, "finished")
    expect(part(keeper.page, "text")).to_have_text("Half an answer")


def test_what_came_just_before_a_reload_is_there_too(keeper: HandSocket) -> None:
    ask(keeper.page, "Why?")
    answer = keeper.accept(keeper.heard("generate"))
    answer.write("Half", count=1)
    kept(keeper.page, "Half")
    answer.write(" an answer", count=2)
    expect(part(keeper.page, "text")).to_have_text("Half an answer")
    keeper.page.reload()
    expect(part(keeper.page, "text")).to_have_text("Half an answer")
    assert keeper.heard("resume")["count"] == 3


def test_a_real_answer_survives_a_reload_whole(open_page: OpenPage) -> None:
    page = open_page(has_own_store=True)
    page.select_option("#model", LLAMA)
    ask(page, "Tell me a long story")
    length = "() => document.querySelector('[data-part=text]')?.textContent.length"
    page.wait_for_function(f"{length} > 40")
    page.reload()
    page.wait_for_function(f"{length} > 0")
    reach(page, "finished")
    whole = part(page, "text").text_content()
    count = page.evaluate(
        """() => new Promise((resolve) => {
            const opened = indexedDB.open("lpu-playground", 1);
            opened.onsuccess = () => {
                const all = opened.result.transaction("messages").objectStore("messages").getAll();
                all.onsuccess = () => resolve(all.result.find(({role}) => role === "assistant"));
            };
        })"""
    )
    assert count["text"].strip() == whole.strip()  # a paragraph ends without the last line's end
    assert count["count"] == count["usage"]["completion_tokens"]
    assert count["key"] is None


def test_a_question_that_never_reached_the_server_can_be_asked_again(keeper: HandSocket) -> None:
    ask(keeper.page, "Anybody there?")
    keeper.heard("generate")
    kept(keeper.page, "Anybody there?")
    keeper.page.reload()
    expect(part(keeper.page, "problem-text")).to_contain_text("before the server had this")
    keeper.page.get_by_role("button", name="Try again").click()
    assert keeper.heard("generate", 2)["messages"][0]["content"] == "Anybody there?"
    expect(keeper.page.locator(".turn")).to_have_count(1)


def test_chats_are_listed_and_opened_and_the_way_back_leads_between_them(
    keeper: HandSocket,
) -> None:
    page = keeper.page
    answered(keeper, "First chat", "One.")
    begin(page)
    answered(keeper, "Second chat", "Two.", 2)
    open_list(page)
    titles(page, "Second chat", "First chat")
    page.get_by_role("link", name="First chat").click()
    expect(part(page, "text")).to_have_text("One.")
    expect(page.locator("#chats [aria-current=page]")).to_contain_text("First chat")
    page.go_back()
    expect(part(page, "text")).to_have_text("Two.")
    ask(page, "More")
    asked = keeper.heard("generate", 3)["messages"]
    assert [message["content"] for message in asked] == ["Second chat", "Two.", "More"]


def test_an_answer_goes_on_while_another_chat_is_open(keeper: HandSocket) -> None:
    page = keeper.page
    ask(page, "A long story")
    answer = keeper.accept(keeper.heard("generate"))
    answer.write("Once ", count=1)
    reach(page, "streaming")
    begin(page)
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    answer.write("upon a time", count=2)
    assert keeper.heard("ack", 2)["seq"] == 2
    answered(keeper, "Meanwhile", "Yes.", 2)
    open_list(page)
    page.get_by_role("link", name="A long story").click()
    expect(part(page, "text")).to_have_text("Once upon a time")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    answer.finish()
    reach(page, "finished")


@pytest.mark.parametrize("role", ["link", "button"])
def test_the_focus_stays_in_the_list_while_an_answer_is_written(
    keeper: HandSocket, role: Literal["link", "button"]
) -> None:
    page = keeper.page
    answered(keeper, "The first chat", "One.")
    begin(page)
    ask(page, "Another chat")
    answer = keeper.accept(keeper.heard("generate", 2))
    open_list(page)
    titles(page, "Another chat", "The first chat")
    focused = page.locator("#chats li", has_text="The first chat").get_by_role(role)
    focused.focus()
    answer.write("Once")
    kept(page, "Once")
    answer.finish()
    reach(page, "finished")
    expect(focused).to_be_focused()
    act(again(keeper).page, "Another chat", "Delete")
    titles(page, "The first chat")
    expect(focused).to_be_focused()


def test_search_finds_words_of_titles_and_of_answers(keeper: HandSocket) -> None:
    page = keeper.page
    answered(keeper, "About pebbles", "Round stones.")
    begin(page)
    answered(keeper, "About clouds", "Water drops.", 2)
    open_list(page)
    search = page.get_by_role("searchbox", name="Search in chats")
    search.fill("STONES")
    titles(page, "About pebbles")
    expect(page.locator("#chats [data-part=count]")).to_have_text("1 of 2 chats found.")
    search.fill("clouds")
    titles(page, "About clouds")
    search.fill("nowhere")
    expect(page.locator("#chats [data-part=none]")).to_have_text("No chat holds this.")
    search.fill("")
    titles(page, "About clouds", "About pebbles")


@pytest.mark.parametrize("how", ["isComposing", "keyCode 229"])
def test_a_chat_is_renamed_but_not_while_composing(keeper: HandSocket, how: str) -> None:
    page = keeper.page
    answered(keeper, "First chat", "One.")
    kept(page, "One.")
    open_list(page)
    act(page, "First chat", "Rename")
    field = page.get_by_role("textbox", name="Name of the chat")
    expect(field).to_be_focused()
    field.fill("にほん")
    field.evaluate(
        """(field, how) => field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter",
        bubbles: true, ...(how === "isComposing" ? {isComposing: true} : {keyCode: 229})}))""",
        how,
    )
    expect(field).to_be_visible()
    field.press("Enter")
    titles(page, "にほん")
    expect(page.get_by_role("button", name="More: にほん")).to_be_focused()
    page.reload()
    titles(page, "にほん")


def test_escape_keeps_the_old_name(keeper: HandSocket) -> None:
    answered(keeper, "First chat", "One.")
    open_list(keeper.page)
    act(keeper.page, "First chat", "Rename")
    field = keeper.page.get_by_role("textbox", name="Name of the chat")
    field.fill("Another")
    field.press("Escape")
    titles(keeper.page, "First chat")


def test_a_deleted_chat_is_gone_and_undo_brings_it_back(keeper: HandSocket) -> None:
    page = keeper.page
    answered(keeper, "First chat", "One.")
    kept(page, "One.")
    open_list(page)
    act(page, "First chat", "Delete")
    titles(page)
    expect(page.locator(".turn")).to_have_count(0)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.click()
    titles(page, "First chat")
    link = page.get_by_role("link", name="First chat")
    expect(link).to_be_focused()
    link.click()
    expect(part(page, "text")).to_have_text("One.")


def test_the_list_stays_open_as_it_was_left(keeper: HandSocket) -> None:
    open_list(keeper.page)
    keeper.page.reload()
    expect(keeper.page.locator("#chats")).to_be_visible()
    expect(keeper.page.locator("#prompt")).to_be_focused()
    keeper.page.get_by_role("button", name="Close the chats").click()
    expect(keeper.page.get_by_role("button", name="Chats", exact=True)).to_be_focused()
    keeper.page.reload()
    expect(keeper.page.locator("#chats")).to_be_hidden()


def test_on_a_phone_the_list_is_a_sheet_that_makes_room(open_hand: OpenHand) -> None:
    hand = open_hand(has_own_store=True, viewport=PHONE)
    answered(hand, "First chat", "One.")
    begin(hand.page)
    open_list(hand.page)
    box = hand.page.locator("#chats-sheet").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (PHONE["width"], PHONE["height"])
    assert hand.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    hand.page.get_by_role("link", name="First chat").click()
    expect(hand.page.locator("#chats")).to_be_hidden()
    expect(part(hand.page, "text")).to_have_text("One.")
    open_list(hand.page)
    hand.page.keyboard.press("Escape")
    expect(hand.page.locator("#chats")).to_be_hidden()
    expect(hand.page.get_by_role("button", name="Chats", exact=True)).to_be_focused()


def test_two_tabs_keep_what_both_wrote(keeper: HandSocket) -> None:
    answered(keeper, "First", "One.")
    kept(keeper.page, "One.")
    other = again(keeper)
    expect(part(other.page, "text")).to_have_text("One.")
    answered(keeper, "Here", "Mine.", 2)
    expect(part(other.page, "text")).to_have_text("Mine.")  # what the other tab added is shown
    answered(other, "There", "Yours.")
    expect(part(keeper.page, "text")).to_have_text("Yours.")
    keeper.page.reload()
    expect(keeper.page.locator(".question")).to_have_text(["First", "Here", "There"])


def test_a_second_tab_reads_on_and_the_first_follows(keeper: HandSocket) -> None:
    ask(keeper.page, "Why?")
    asked = keeper.heard("generate")
    keeper.accept(asked).write("Half an ", count=3)
    kept(keeper.page, "Half an ")
    other = again(keeper)
    assert other.heard("resume")["count"] == 3
    keeper.send(type="error", id=asked["id"], code="taken_over", message="Read elsewhere.")
    answer = other.accept(asked)
    answer.write("answer", count=2)
    answer.finish()
    reach(other.page, "finished")
    reach(keeper.page, "finished")
    expect(part(keeper.page, "text")).to_have_text("Half an answer")


def test_a_tab_that_followed_reads_on_when_the_other_is_closed(keeper: HandSocket) -> None:
    ask(keeper.page, "Why?")
    asked = keeper.heard("generate")
    keeper.accept(asked).write("Half an ", count=3)
    kept(keeper.page, "Half an ")
    other = again(keeper)
    other.heard("resume")
    keeper.send(type="error", id=asked["id"], code="taken_over", message="Read elsewhere.")
    keeper.page.wait_for_timeout(0)
    other.page.close()
    assert keeper.heard("resume")["key"] == KEY


def test_a_chat_deleted_in_another_tab_comes_back_whole_with_a_new_question(
    keeper: HandSocket,
) -> None:
    answered(keeper, "First", "One.")
    kept(keeper.page, "One.")
    other = again(keeper)
    open_list(other.page)
    act(other.page, "First", "Delete")
    expect(keeper.page.locator("#trouble")).to_contain_text("deleted in another tab")
    answered(keeper, "Second", "Two.", 2)
    kept(keeper.page, "One.")
    keeper.page.reload()
    expect(keeper.page.locator(".question")).to_have_text(["First", "Second"])


def test_an_address_of_a_chat_that_is_not_here_says_so(open_page: OpenPage) -> None:
    page = open_page("/#chat=nowhere", has_own_store=True)
    expect(page.locator("#trouble")).to_contain_text("This browser has no such chat")
    assert page.url.endswith("/")


def test_the_rest_of_the_address_stays(open_hand: OpenHand) -> None:
    hand = open_hand(has_own_store=True)
    hand.page.goto(f"/?model={LLAMA}&count=4")
    hand.page.wait_for_selector("body[data-connection=open]")
    ask(hand.page, "First")
    assert hand.heard("generate")["model"] == LLAMA
    assert f"/?model={LLAMA}&count=4#chat=" in hand.page.url


def forbidden(page: Page) -> None:
    page.add_init_script(FORBID)


def full(page: Page) -> None:
    page.add_init_script(FULL)


@pytest.mark.parametrize(
    ("prepare", "sentence"), [(forbidden, "keeps no history here"), (full, "storage is full")]
)
def test_without_room_the_chat_goes_on_in_memory_and_a_line_says_so(
    open_hand: OpenHand, prepare: Callable[[Page], None], sentence: str
) -> None:
    hand = open_hand(prepare, has_own_store=True)
    page = hand.page
    answered(hand, "First chat", "One.")
    expect(page.locator("#trouble")).to_contain_text(sentence)
    begin(page)
    answered(hand, "Second chat", "Two.", 2)
    open_list(page)
    titles(page, "Second chat", "First chat")
    page.get_by_role("link", name="First chat").click()
    expect(part(page, "text")).to_have_text("One.")
    page.get_by_role("searchbox").fill("two")
    titles(page, "Second chat")


def test_what_was_in_memory_is_kept_once_there_is_room(open_hand: OpenHand) -> None:
    hand = open_hand(full, has_own_store=True)
    answered(hand, "First", "One.")
    expect(hand.page.locator("#trouble")).to_be_visible()
    hand.page.evaluate("window.isFull = false")
    answered(hand, "Second", "Two.", 2)
    expect(hand.page.locator("#trouble")).to_be_hidden()
    kept(hand.page, "One.")
    kept(hand.page, "Two.")
