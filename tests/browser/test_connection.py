"""A lost connection, a socket that slept, a log that is gone: the page says so and goes on."""

import html
import re

from browser_harness import (
    LLAMA,
    SOCKET,
    Cable,
    HandSocket,
    OpenHand,
    OpenPage,
    Writing,
    ask,
    part,
    reach,
)
from playwright.sync_api import Page, expect

from playground.markdown import Document

PHONE = {"width": 390, "height": 844}
HIDE = """(isHidden) => {
    Object.defineProperty(document, "hidden", {value: isHidden, configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""
WHOLE_LOG = """({key}) => new Promise((resolve) => {
    const socket = new WebSocket(`ws://${location.host}/ws/chat/`);
    let text = "";
    socket.onopen = () => socket.send(JSON.stringify({type: "resume", id: "all", key, count: 0}));
    socket.onmessage = ({data}) => {
        const message = JSON.parse(data);
        if (message.type === "tokens") {
            text += message.text;
            socket.send(JSON.stringify({type: "ack", id: "all", seq: message.seq}));
        }
        if (message.type === "finished") resolve(text);
    };
})"""
KEEP_KEYS = """
    window.keys = [];
    Object.defineProperty(navigator, "clipboard", {
        value: {writeText: async (text) => { window.copied = text; }},
    });
    const Real = WebSocket;
    window.WebSocket = class extends Real {
        constructor(url) {
            super(url);
            this.addEventListener("message", ({data}) => {
                const message = JSON.parse(data);
                if (message.key) window.keys.push(message.key);
            });
        }
    };
"""


def connection(page: Page, state: str) -> None:
    expect(page.locator("body")).to_have_attribute("data-connection", state)


def test_a_cut_answer_resumes_without_a_doubled_or_lost_character(
    open_page: OpenPage, cable: Cable
) -> None:
    page = open_page(None)
    page.add_init_script(KEEP_KEYS)
    page.goto(cable.url)
    page.select_option("#model", LLAMA)
    ask(page, "Tell me a long story")
    for _ in range(2):
        page.wait_for_function(
            "was => document.querySelector('[data-part=text]').textContent.length > was + 20",
            arg=len(part(page, "text").inner_text()),
        )
        cable.cut()
        connection(page, "lost")
        expect(page.locator("#connection")).to_contain_text("reconnects by itself")
        cable.mend()
        connection(page, "open")
        expect(page.locator("#connection")).to_be_hidden()
    reach(page, "finished")
    keys = page.evaluate("window.keys")
    assert len(keys) >= 3
    assert len(set(keys)) == 1
    same_as_the_log(page)


def same_as_the_log(page: Page) -> None:
    """What is shown and what is copied is all that the server has, each word once."""
    shown = part(page, "text").evaluate("text => text.textContent")
    page.get_by_role("button", name="Copy this answer as Markdown").click()
    whole = page.evaluate(WHOLE_LOG, {"key": page.evaluate("window.keys")[-1]})
    assert page.evaluate("window.copied") == whole
    document = Document()
    blocks = document.feed(whole) + document.finish()
    drawn = html.unescape(re.sub("<[^>]*>", "", "".join(block.html for block in blocks)))
    assert "".join(shown.split()) == "".join(drawn.split())


def test_it_resumes_by_key_and_count(hand: HandSocket) -> None:
    ask(hand.page, "First")
    asked = hand.heard("generate")
    answer = hand.accept(asked)
    answer.write("Half an ", count=3)
    expect(part(hand.page, "text")).to_have_text("Half an ")
    hand.hang_up()
    resumed = hand.heard("resume")
    assert resumed == {
        "type": "resume",
        "id": asked["id"],
        "key": "0123456789abcdef" * 2,
        "count": 3,
        "rendered": 0,
    }
    answer = hand.accept(asked)
    answer.write("answer", count=2)
    answer.finish()
    reach(hand.page, "finished")
    expect(part(hand.page, "text")).to_have_text("Half an answer")


def test_a_log_that_is_gone_is_said_to_be_and_what_came_stays(hand: HandSocket) -> None:
    ask(hand.page, "First")
    hand.accept(hand.heard("generate")).write("Half an ")
    expect(part(hand.page, "text")).to_have_text("Half an ")
    hand.hang_up()
    resumed = hand.heard("resume")
    hand.send(type="error", id=resumed["id"], code="gone", message="Gone.")
    reach(hand.page, "lost")
    expect(part(hand.page, "text")).to_have_text("Half an ")
    expect(part(hand.page, "problem-text")).to_contain_text("What came is kept.")
    hand.page.get_by_role("button", name="Try again").click()
    hand.heard("generate", 2)


def test_a_prompt_typed_without_a_connection_is_sent_later(hand: HandSocket) -> None:
    hand.page.route_web_socket(SOCKET, lambda route: route.close())
    hand.hang_up()
    connection(hand.page, "lost")
    ask(hand.page, "Is it on?")
    reach(hand.page, "waiting")
    hand.page.route_web_socket(SOCKET, hand.opened)
    assert hand.heard("generate")["messages"][0]["content"] == "Is it on?"


def test_a_prompt_that_was_never_accepted_is_sent_again(hand: HandSocket) -> None:
    ask(hand.page, "Anybody there?")
    first = hand.heard("generate")
    hand.hang_up()
    assert hand.heard("generate", 2) == first


def test_a_half_open_socket_is_given_up_after_a_while(open_hand: OpenHand) -> None:
    hand = open_hand(lambda page: page.clock.install(time=0), has_own_clock=True)
    ask(hand.page, "Anybody there?")
    first = hand.heard("generate")
    hand.page.clock.run_for(5_100)
    assert hand.heard("generate", 2) == first
    assert len(hand.routes) == 2


def test_online_opens_a_fresh_socket_and_resumes(hand: HandSocket) -> None:
    ask(hand.page, "First")
    hand.accept(hand.heard("generate")).write("Half")
    expect(part(hand.page, "text")).to_have_text("Half")
    hand.page.evaluate("window.dispatchEvent(new Event('online'))")
    hand.heard("resume")
    assert len(hand.routes) == 2
    connection(hand.page, "open")


def test_a_page_that_slept_does_not_trust_its_socket(open_hand: OpenHand) -> None:
    hand = open_hand(lambda page: page.clock.install(time=0), has_own_clock=True)
    ask(hand.page, "First")
    hand.accept(hand.heard("generate")).write("Half")
    reach(hand.page, "streaming")
    hand.page.evaluate(HIDE, True)
    hand.page.clock.fast_forward(60_000)
    hand.page.evaluate(HIDE, False)
    hand.heard("resume")


def test_a_page_that_was_frozen_in_mid_answer_has_every_word_once(open_page: OpenPage) -> None:
    """As a phone does with a page in the background; meanwhile the server goes on."""
    page, other = open_page(None), open_page(has_own_store=True)
    page.add_init_script(KEEP_KEYS)
    page.goto("/")
    for each in (page, other):
        each.select_option("#model", LLAMA)
    ask(page, "Tell me a long story")
    page.wait_for_function(
        "() => document.querySelector('[data-part=text]')?.textContent.length > 20"
    )
    protocol = page.context.new_cdp_session(page)
    protocol.send("Page.setWebLifecycleState", {"state": "frozen"})
    ask(other, "Tell me a long story")
    reach(other, "finished")  # so long it was away
    protocol.send("Page.setWebLifecycleState", {"state": "active"})
    page.bring_to_front()
    reach(page, "finished")
    same_as_the_log(page)


def slow_down(page: Page) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})


def test_a_slow_phone_takes_what_is_typed_and_shows_every_word(open_page: OpenPage) -> None:
    page = open_page(None, viewport=PHONE, is_mobile=True, has_touch=True)
    page.add_init_script(KEEP_KEYS)
    page.goto("/")
    slow_down(page)
    page.select_option("#model", LLAMA)
    ask(page, "Tell me a long story")
    reach(page, "streaming")
    page.locator("#prompt").press_sequentially("Another")
    expect(page.locator("#prompt")).to_have_value("Another")
    reach(page, "finished")
    same_as_the_log(page)


def test_a_slow_phone_stops_in_a_flood_of_words(open_hand: OpenHand) -> None:
    hand = open_hand(viewport=PHONE, is_mobile=True, has_touch=True)
    slow_down(hand.page)
    ask(hand.page, "Tell me a long story")
    writing = Writing(hand.accept(hand.heard("generate")))
    for number in range(60):
        writing.write(f"## Part {number}\n\nSome *words*, and a `word`.\n\n" * 5, count=50)
    hand.page.get_by_role("button", name="Stop").tap()
    hand.heard("stop")
    writing.finish(reason="stopped")
    reach(hand.page, "stopped")
    expect(part(hand.page, "text").locator("h5")).to_have_count(300)


def test_a_hidden_tab_acknowledges_on_receipt(hand: HandSocket) -> None:
    hand.page.evaluate("window.requestAnimationFrame = () => 0")  # as in a hidden tab
    hand.page.evaluate(HIDE, True)
    ask(hand.page, "First")
    answer = hand.accept(hand.heard("generate"))
    for seq in range(1, 31):
        answer.write("x")
        assert hand.heard("ack", seq)["seq"] == seq
    answer.finish()
    reach(hand.page, "finished")
    assert part(hand.page, "text").evaluate("text => text.textContent") == "x" * 30


def test_a_seen_tab_acknowledges_what_it_drew(open_hand: OpenHand) -> None:
    hand = open_hand(lambda page: page.clock.install(time=0), has_own_clock=True)
    hand.page.clock.pause_at(60_000)
    ask(hand.page, "First")
    answer = hand.accept(hand.heard("generate"))
    for _ in range(5):
        answer.write("x")
    reach(hand.page, "streaming")
    hand.page.evaluate("0")
    assert [message["type"] for message in hand.received] == ["generate"]
    hand.page.clock.run_for(40)
    assert hand.heard("ack") == {"type": "ack", "id": answer.id, "seq": 5}


def test_a_page_of_a_foreign_address_is_told_and_does_not_knock_again(hand: HandSocket) -> None:
    hand.hang_up(code=4403)
    connection(hand.page, "refused")
    expect(hand.page.locator("#connection")).to_contain_text("refuses this page’s address")
    assert len(hand.routes) == 1
