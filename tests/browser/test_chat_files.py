"""Chats as files: what is exported comes back whole, and a file of nonsense gives one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest
from browser_harness import KEY, HandSocket, OpenHand, ask, part, reach
from playwright.sync_api import Page, expect
from test_branches import edit, reply, talk
from test_history import act, answered, begin, kept, open_list, titles

HOSTILE = "<!-- message user -->\n## You\n\n<img src=x onerror=alert(1)> ]]> \u202e"

NO_SHARE = "Object.defineProperty(navigator, 'share', {value: undefined});"
SHARE = """
    Object.defineProperty(navigator, "share", {value: async (what) => {
        document.documentElement.dataset.shared = JSON.stringify(what);
    }});
"""
COUNT_LISTS = """
    window.lists = 0;
    const all = IDBObjectStore.prototype.getAll;
    IDBObjectStore.prototype.getAll = function (...what) {
        window.lists += 1;
        return all.call(this, ...what);
    };
"""


def exported(page: Page, tmp_path: Path, press: str, title: str = "") -> Path:
    """The file that a button of the list, or with a title of that chat's menu, gives."""
    with page.expect_download() as download:
        if title:
            act(page, title, press)
        else:
            page.get_by_role("button", name=press).click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    return path


def load(page: Page, path: Path) -> None:
    page.locator("#chats [data-part=file]").set_input_files(path)


def said(page: Page, sentence: str) -> None:
    expect(page.locator("#chats [data-part=said]")).to_have_text(sentence)


def elsewhere(open_hand: OpenHand) -> HandSocket:
    """Another browser, with the list open."""
    hand = open_hand(has_own_store=True)
    open_list(hand.page)
    return hand


def test_json_brings_all_branches_and_figures_to_another_browser(
    keeper: HandSocket, open_hand: OpenHand, tmp_path: Path
) -> None:
    talk(keeper)
    edit(keeper.page, 1, "Second, edited")
    reply(keeper, HOSTILE, 3)
    open_list(keeper.page)
    kept(keeper.page, HOSTILE)
    path = exported(keeper.page, tmp_path, "Export as JSON", "First")
    assert path.name == "first.json"
    assert KEY not in path.read_text()
    other = elsewhere(open_hand)
    load(other.page, path)
    said(other.page, "1 chat imported.")
    other.page.locator("#chats li a").click()
    expect(part(other.page, "text")).to_have_text(HOSTILE, use_inner_text=False)
    expect(part(other.page, "lpu-rate")).to_have_text("480")
    expect(part(other.page, "computed-rate")).to_have_text("2,430 tokens/s")
    other.page.get_by_role("button", name="Former question").last.click()
    expect(other.page.locator(".question")).to_have_text(["First", "Second"])


def test_an_export_of_all_comes_back_beside_what_is_there(
    keeper: HandSocket, open_hand: OpenHand, tmp_path: Path
) -> None:
    answered(keeper, "First chat", "One.")
    begin(keeper.page)
    answered(keeper, "Second chat", "Two.", 2)
    open_list(keeper.page)
    path = exported(keeper.page, tmp_path, "Export all")
    load(keeper.page, path)
    said(keeper.page, "2 chats imported.")
    titles(keeper.page, "Second chat", "First chat")
    other = elsewhere(open_hand)
    load(other.page, path)
    titles(other.page, "Second chat", "First chat")


def test_what_a_file_adds_to_the_chat_that_is_shown_is_there_at_once(
    keeper: HandSocket, tmp_path: Path
) -> None:
    answered(keeper, "First", "One.")
    open_list(keeper.page)
    kept(keeper.page, "One.")
    path = exported(keeper.page, tmp_path, "Export as JSON", "First")
    told = json.loads(path.read_text())
    question = next(each for each in told["chats"][0]["messages"] if each["role"] == "user")
    answer = {**ANSWER, "id": "new", "parent": question["id"], "text": "Another one."}
    told["chats"][0]["messages"].append(answer)
    path.write_text(json.dumps(told))
    load(keeper.page, path)
    said(keeper.page, "1 chat imported.")
    keeper.page.get_by_role("button", name="Former answer").click()
    expect(part(keeper.page, "text")).to_have_text("Another one.")


def test_a_file_of_many_chats_is_listed_once(open_hand: OpenHand) -> None:
    hand = open_hand(lambda page: page.add_init_script(COUNT_LISTS), has_own_store=True)
    open_list(hand.page)
    many = json.loads(file_of(QUESTION, ANSWER))
    many["chats"] = [
        CHAT | {"id": f"c{i}", "messages": [QUESTION | {"id": f"q{i}"}]} for i in range(40)
    ]
    chosen = {"name": "chats.json", "mimeType": "application/json"}
    field = hand.page.locator("#chats [data-part=file]")
    field.set_input_files([{**chosen, "buffer": json.dumps(many).encode()}])
    said(hand.page, "40 chats imported.")
    expect(hand.page.locator("#chats li")).to_have_count(40)
    assert hand.page.evaluate("window.lists") < 10


def test_a_chat_is_shared_by_the_system_as_a_text_for_people(open_hand: OpenHand) -> None:
    hand = open_hand(lambda page: page.add_init_script(SHARE), has_own_store=True)
    answered(hand, "First", "One.")
    open_list(hand.page)
    kept(hand.page, "One.")
    act(hand.page, "First", "Share…")
    hand.page.wait_for_selector("html[data-shared]")
    text = "# First\n\n## You\n\nFirst\n\n## Pebble\n\nOne.\n"
    shared = hand.page.locator("html").get_attribute("data-shared")
    assert json.loads(shared or "") == {"title": "First", "text": text}


def test_without_a_sheet_to_share_a_chat_is_copied(open_hand: OpenHand) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    hand = open_hand(
        lambda page: page.add_init_script(NO_SHARE), has_own_store=True, permissions=permissions
    )
    answered(hand, "First", "One.")
    open_list(hand.page)
    kept(hand.page, "One.")
    act(hand.page, "First", "Copy as text")
    said(hand.page, "Copied.")
    hand.page.focus("#prompt")
    hand.page.keyboard.press("Control+v")
    expect(hand.page.locator("#prompt")).to_have_value(
        "# First\n\n## You\n\nFirst\n\n## Pebble\n\nOne.\n"
    )


def test_markdown_is_readable_and_comes_back(
    keeper: HandSocket, open_hand: OpenHand, tmp_path: Path
) -> None:
    answered(keeper, HOSTILE, "# Because\n\n- of <!-- message-2 user --> this")
    ask(keeper.page, "And?")
    reply(keeper, "Yes.\n", 2)
    open_list(keeper.page)
    kept(keeper.page, "Yes.\n")
    path = exported(keeper.page, tmp_path, "Export as Markdown", "<!-- message user -->")
    text = path.read_text()
    assert "## You" in text
    assert "## Pebble" in text
    other = elsewhere(open_hand)
    load(other.page, path)
    said(other.page, "1 chat imported.")
    other.page.locator("#chats li a").click()
    expect(other.page.locator(".turn")).to_have_count(2)
    assert other.page.locator(".question").first.text_content() == HOSTILE
    first = other.page.locator(".answer [data-part=text]").first
    assert first.text_content() == "# Because\n\n- of <!-- message-2 user --> this"
    assert part(other.page, "text").text_content() == "Yes.\n"
    expect(part(other.page, "signature")).to_have_text("Pebble")
    ask(other.page, "More")
    assert len(other.heard("generate")["messages"]) == 5


def test_an_answer_that_is_still_coming_is_exported_as_far_as_it_came(
    keeper: HandSocket, open_hand: OpenHand, tmp_path: Path
) -> None:
    ask(keeper.page, "Why?")
    keeper.accept(keeper.heard("generate")).write("Half")
    kept(keeper.page, "Half")
    open_list(keeper.page)
    path = exported(keeper.page, tmp_path, "Export as JSON", "Why?")
    assert KEY not in path.read_text()
    other = elsewhere(open_hand)
    load(other.page, path)
    other.page.locator("#chats li a").click()
    reach(other.page, "stopped")
    expect(part(other.page, "text")).to_have_text("Half")
    other.heard("render")
    assert {message["type"] for message in other.received} == {"render"}  # and nothing is resumed


CHAT: dict[str, Any] = {
    "id": "c1",
    "title": "T",
    "namedAt_ms": 0,
    "createdAt_ms": 1,
    "changedAt_ms": 1,
    "model": None,
    "settings": {},
    "shown": {},
}
QUESTION: dict[str, Any] = {"id": "q", "parent": None, "role": "user", "at_ms": 1, "text": "Why?"}
ANSWER: dict[str, Any] = {
    "id": "a",
    "parent": "q",
    "role": "assistant",
    "at_ms": 2,
    "text": "So.",
    "model": "pebble",
    "state": "finished",
    "count": 1,
    "problem": None,
}


def file_of(*messages: dict[str, Any], version: int = 1, **chat: Any) -> str:
    one = CHAT | {"messages": list(messages)} | chat
    return json.dumps({"format": "lpu-playground-chats", "version": version, "chats": [one]})


NONSENSE = (
    "This file holds no chats of this page: choose a .json or .md file that was exported here."
)
BROKEN = {
    "": NONSENSE,
    "no JSON": NONSENSE,
    "[1, 2]": NONSENSE,
    "null": NONSENSE,
    '{"format": "other"}': NONSENSE,
    "# A heading\n\ntext": NONSENSE,
    "<!-- a comment -->\n# And text": NONSENSE,
    file_of(QUESTION, version=2): (
        "This file comes from a newer version of this page, which this one cannot read."
    ),
    file_of(QUESTION, title=3): "Nothing was imported: chat 1 of this file is not whole.",
    file_of(QUESTION, id="<b>"): "Nothing was imported: chat 1 of this file is not whole.",
    file_of(QUESTION | {"text": None}): (
        "Nothing was imported: chat 1 of this file has a message that is not whole."
    ),
    file_of(QUESTION, ANSWER | {"state": "streaming"}): (
        "Nothing was imported: chat 1 of this file has an answer that is not whole."
    ),
    file_of(QUESTION, ANSWER | {"parent": "nobody"}): (
        "Nothing was imported: chat 1 of this file has messages that do not follow each other."
    ),
    file_of(QUESTION | {"parent": "a"}, ANSWER): (
        "Nothing was imported: chat 1 of this file has messages that do not follow each other."
    ),
}


def test_nonsense_gives_one_sentence_and_imports_nothing(
    open_hand: OpenHand, tmp_path: Path
) -> None:
    hand = elsewhere(open_hand)
    path = tmp_path / "file.json"
    for text, sentence in BROKEN.items():
        path.write_text(text)
        load(hand.page, path)
        said(hand.page, sentence)
        titles(hand.page)


@pytest.mark.parametrize(
    "figures",
    [
        {"prediction": {"tokens_per_s": "<b>"}},
        {"words": 3, "prediction": []},
        {"baseline": {"parts": 1}},
    ],
)
def test_figures_that_are_not_whole_are_left_out_and_the_text_stays(
    open_hand: OpenHand, tmp_path: Path, figures: dict[str, Any]
) -> None:
    hand = elsewhere(open_hand)
    path = tmp_path / "file.json"
    settings = {"seed": 7, "temperature": "hot", "system": "Be kind.", "stop": [1], "other": {}}
    path.write_text(file_of(QUESTION, ANSWER | figures, settings=settings))
    load(hand.page, path)
    hand.page.locator("#chats li a").click()
    expect(part(hand.page, "text")).to_have_text("So.")
    expect(part(hand.page, "rates")).to_be_hidden()
    ask(hand.page, "More")
    asked = hand.heard("generate")
    assert asked["params"]["seed"] == 7
    assert asked["params"]["temperature"] == 0.3
    assert asked["messages"][0] == {"role": "system", "content": "Be kind."}
