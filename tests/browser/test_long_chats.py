"""Chats of many long answers: text at once, Markdown where the reader is, and what fits is sent."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from browser_harness import PATIENCE_S, HandSocket, OpenPage, ask, part, reach
from playwright.sync_api import Page, expect
from test_chat_files import ANSWER, QUESTION, file_of, load, said
from test_history import open_list

from playground.markdown import Document
from playground.messages import MESSAGE_LIMIT_BYTES
from playground.renders import WAITING_LIMIT

TURNS = 200
PIECE = 16 * 1024
AT_ONCE = 4  # texts that a page lets wait for their Markdown
LONG = "## A part\n\nSome **text** of an answer, and `more` of it.\n\n- one\n- two\n\n" * 60


def chat_of(turns: int, text: Callable[[int], str]) -> str:
    """A file of one chat, with these answers."""
    messages: list[dict[str, Any]] = []
    for n in range(turns):
        before = f"a{n - 1}" if n else None
        question = {"id": f"q{n}", "parent": before, "at_ms": 2 * n, "text": f"Question {n}"}
        answer = {"id": f"a{n}", "parent": f"q{n}", "at_ms": 2 * n + 1, "text": text(n)}
        messages += [QUESTION | question, ANSWER | answer]
    return file_of(*messages)


def open_chat(page: Page, file: str, tmp_path: Path) -> None:
    """Imports the chat, and shows it."""
    path = tmp_path / "chat.json"
    path.write_text(file)
    open_list(page)
    load(page, path)
    said(page, "1 chat imported.")
    page.locator("#chats li a").click()
    expect(page.locator(".turn").last).to_be_attached()


def renders(hand: HandSocket) -> list[dict[str, Any]]:
    return [message for message in hand.received if message["type"] == "render"]


def wait(hand: HandSocket, is_so: Callable[[], bool], meanwhile: Callable[[], None]) -> None:
    give_up_at_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < give_up_at_s, "it never came to that"
        meanwhile()
        hand.page.evaluate("0")  # lets messages in


class Renderer:
    """The server's side of it: one text after another."""

    def __init__(self, hand: HandSocket) -> None:
        self._hand = hand
        self._answered = 0

    def answer_all(self) -> None:
        for message in renders(self._hand)[self._answered :]:
            self._answered += 1
            document = Document()
            blocks = [*document.feed(message["text"]), *document.finish()]
            html = "".join(block.html for block in blocks)
            told = {"html": html, "rendered": sum(block.units for block in blocks)}
            self._hand.send(type="rendered", id=message["id"], **told)


def is_markdown(page: Page, number: int) -> bool:
    return page.locator(".turn").nth(number).locator("h5").count() > 0


def test_only_what_is_near_the_window_is_rendered_and_typing_waits_for_nothing(
    keeper: HandSocket, tmp_path: Path
) -> None:
    page, renderer = keeper.page, Renderer(keeper)
    open_chat(page, chat_of(TURNS, lambda n: f"{LONG}{n}"), tmp_path)
    expect(page.locator(".turn")).to_have_count(TURNS)
    first, last = page.locator(".turn").first, page.locator(".turn").last
    assert first.locator("[data-part=text]").text_content() == f"{LONG}0"
    expect(last.locator(".question")).to_be_in_viewport()
    page.locator("#prompt").press_sequentially("Still here")
    expect(page.locator("#prompt")).to_have_value("Still here")
    keeper.heard("render")
    assert len(renders(keeper)) <= AT_ONCE
    wait(keeper, lambda: is_markdown(page, TURNS - 1), renderer.answer_all)
    page.evaluate("scrollTo(0, 0)")
    wait(keeper, lambda: is_markdown(page, 0), renderer.answer_all)
    assert len(renders(keeper)) < 20
    assert len({message["id"] for message in renders(keeper)}) == len(renders(keeper))
    assert not is_markdown(page, TURNS // 2)


def test_the_real_server_renders_a_long_chat_from_its_end_to_its_beginning(
    open_page: OpenPage, tmp_path: Path
) -> None:
    assert TURNS > WAITING_LIMIT  # all at once it would refuse some of them
    page = open_page(has_own_store=True)
    open_chat(page, chat_of(TURNS, lambda n: f"{LONG}{n}"), tmp_path)
    for number in (TURNS - 1, TURNS // 2, 0):
        turn = page.locator(".turn").nth(number)
        turn.scroll_into_view_if_needed()
        expect(turn.locator("h5").first).to_be_attached()


def test_a_text_that_cannot_be_rendered_stays_text_and_holds_nobody_up(
    keeper: HandSocket, tmp_path: Path
) -> None:
    open_chat(keeper.page, chat_of(2 * AT_ONCE, lambda n: f"*{n}*"), tmp_path)
    refused: list[str] = []

    def refuse() -> None:
        for message in renders(keeper)[len(refused) :]:
            refused.append(message["id"])
            keeper.send(type="error", id=message["id"], code="internal", message="Broken.")

    for number in reversed(range(2 * AT_ONCE)):
        keeper.page.locator(".turn").nth(number).scroll_into_view_if_needed()
        wait(keeper, lambda number=number: f"a{number}" in refused, refuse)  # type: ignore[misc]
    ask(keeper.page, "More")
    answer = keeper.accept(keeper.heard("generate"))
    answer.write("Yes.", html="<p>Yes.</p>", rendered=4)
    answer.finish(html="", rendered=4)
    reach(keeper.page, "finished")
    assert len(set(refused)) == len(renders(keeper)) == 2 * AT_ONCE
    expect(keeper.page.locator(".turn [data-part=text]").first).to_have_text("*0*")


def test_a_text_longer_than_a_message_is_shown_and_never_sent(
    keeper: HandSocket, tmp_path: Path
) -> None:
    long = "x" * MESSAGE_LIMIT_BYTES
    open_chat(keeper.page, chat_of(2, lambda n: "*short*" if n else long), tmp_path)
    assert keeper.heard("render")["text"] == "*short*"
    first = keeper.page.locator(".turn [data-part=text]").first
    assert first.text_content() == long
    Renderer(keeper).answer_all()
    expect(part(keeper.page, "text").locator("em")).to_have_text("short")
    assert len(renders(keeper)) == 1


def test_of_a_chat_longer_than_a_message_the_newest_part_is_sent_and_the_page_says_so(
    keeper: HandSocket, tmp_path: Path
) -> None:
    page = keeper.page
    open_chat(page, chat_of(60, lambda n: f"{n} " + "ä" * 5000), tmp_path)
    ask(page, "And now?")
    asked = keeper.heard("generate")
    size = len(json.dumps(asked, ensure_ascii=False, separators=(",", ":")).encode())
    assert MESSAGE_LIMIT_BYTES - 11_000 < size <= MESSAGE_LIMIT_BYTES
    said_before = [message["content"] for message in asked["messages"]]
    assert said_before[-3:-1] == ["Question 59", "59 " + "ä" * 5000]
    assert [message["role"] for message in asked["messages"]][:2] == ["user", "assistant"]
    keeper.accept(asked, dropped_turns=3)
    left_out = 2 * 60 + 1 - len(said_before)
    expect(part(page, "dropped")).to_contain_text(f"{left_out + 3} older messages")


def test_a_question_longer_than_a_message_stays_in_the_box_and_breaks_no_connection(
    keeper: HandSocket,
) -> None:
    ask(keeper.page, "x" * MESSAGE_LIMIT_BYTES)
    reach(keeper.page, "error")
    expect(part(keeper.page, "problem-text")).to_contain_text("longer than a message may be")
    assert keeper.page.locator("#prompt").evaluate("box => box.value.length") == MESSAGE_LIMIT_BYTES
    assert keeper.received == []
    assert len(keeper.routes) == 1


def test_a_text_of_megabytes_without_a_line_is_drawn_in_pieces(
    keeper: HandSocket, tmp_path: Path
) -> None:
    huge = "\U0001f600" + "0123456789abcdef" * 2**17
    open_chat(keeper.page, chat_of(1, lambda n: huge), tmp_path)
    text = part(keeper.page, "text")
    assert text.evaluate("text => text.textContent") == huge
    lengths = text.evaluate("text => [...text.children].map((each) => each.textContent.length)")
    assert max(lengths) == PIECE
    assert len(lengths) == -(-(len(huge) + 1) // PIECE)
    expect(keeper.page.locator("#prompt")).to_be_editable()
