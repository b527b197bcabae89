"""An answer's Markdown in a real browser: drawn block by block, copied, read aloud; harmless."""

from typing import Any

import pytest
from browser_harness import TALK, HandSocket, OpenHand, OpenPage, Writing, ask, part, reach
from playwright.sync_api import Page, expect

from playground.markdown import Document

PHONE = {"width": 390, "height": 844}
CLIPBOARD = """
    window.copied = [];
    Object.defineProperty(navigator, "clipboard", {
        value: {writeText: async (text) => { window.copied.push(text); }},
    });
"""
NO_CLIPBOARD = 'Object.defineProperty(navigator, "clipboard", {value: undefined});'
EVIL = (
    "<script>window.evil = 1</script>\n\n"
    '<img src="/static/x" onerror="window.evil = 2">\n\n'
    "[a](javascript:window.evil=3) [b](data:text/html,x) [c](//evil.example) [d](/healthz)\n\n"
    "![e](https://evil.example/pixel.png)\n\n"
    "<style>body { display: none }</style>\n\n"
    "<div style='position:fixed;inset:0'>\n\n"
    '```"><script>window.evil = 4</script>\n</code></pre><script>window.evil = 5</script>\n```\n'
)
LIKE_A_WINDOW = "a\u202e\u2067 right to left"


def begin(hand: HandSocket, number: int = 1) -> Writing:
    ask(hand.page, "Write something")
    return Writing(hand.accept(hand.heard("generate", number)))


def write_all(hand: HandSocket, *pieces: str, number: int = 1) -> None:
    writing = begin(hand, number)
    for piece in pieces:
        writing.write(piece, count=5, clock_s=0.05, computed_s=0.01)
    writing.finish()
    reach(hand.page, "finished")


def test_every_kind_of_block_is_drawn(hand: HandSocket) -> None:
    write_all(hand, *TALK)
    text = part(hand.page, "text")
    expect(text.locator("h4")).to_have_text("The title")
    expect(text.locator("em")).to_have_text("emphasis")
    expect(text.locator("ol > li")).to_have_count(2)
    expect(text.locator(".table td.right")).to_have_text("1")
    expect(text.locator("blockquote")).to_have_text("quoted")
    expect(text.locator("pre .code-keyword").first).to_have_text("def")
    expect(text.locator(".code .head")).to_have_text("python")
    expect(text.locator("p > s")).to_have_text("end")
    expect(text.locator(".open")).to_have_count(0)


def test_the_page_asks_for_html_and_says_on_resuming_what_it_has(hand: HandSocket) -> None:
    writing = begin(hand)
    assert hand.heard("generate")["render"] is True
    writing.write("One.\n\nTwo", count=3)
    expect(part(hand.page, "text").locator("p")).to_have_text("One.")
    hand.hang_up()
    resumed = hand.heard("resume")
    assert (resumed["count"], resumed["rendered"]) == (3, 6)


def test_finished_blocks_are_never_touched_again_and_the_open_one_is_text(hand: HandSocket) -> None:
    page, writing = hand.page, begin(hand)
    writing.write("First *block*.\n\nSecond *bl")
    expect(part(page, "text").locator(".open")).to_have_text("Second *bl")
    page.evaluate(
        "window.first = document.querySelector('[data-part=text] p');"
        "getSelection().selectAllChildren(window.first)"
    )
    writing.write("ock*.\n\nThird")
    expect(part(page, "text").locator("p em")).to_have_count(2)
    expect(part(page, "text").locator(".open")).to_have_text("Third")
    writing.finish()
    reach(page, "finished")
    assert page.evaluate("window.first === document.querySelector('[data-part=text] p')")
    assert page.evaluate("getSelection().toString()") == "First block."


def test_open_code_already_looks_like_code(hand: HandSocket) -> None:
    writing = begin(hand)
    writing.write("```python\nx = 1\n")
    opened = part(hand.page, "text").locator(".open.code")
    expect(opened).to_contain_text("x = 1")
    assert "monospace" in opened.evaluate("open => getComputedStyle(open).fontFamily")


@pytest.mark.parametrize("script", [CLIPBOARD, NO_CLIPBOARD])
def test_an_answer_is_copied_as_markdown(open_hand: OpenHand, script: str) -> None:
    hand = open_hand(lambda page: page.add_init_script(script))
    hand.page.evaluate(
        "addEventListener('copy', () => { window.byHand = String(getSelection()); })"
    )
    write_all(hand, *TALK)
    button = hand.page.get_by_role("button", name="Copy this answer as Markdown")
    button.focus()
    hand.page.keyboard.press("Enter")
    expect(hand.page.locator("#announcer")).to_have_text("Copied.")
    expect(button).to_be_focused()
    if script == CLIPBOARD:
        assert hand.page.evaluate("window.copied") == ["".join(TALK)]
    else:
        assert hand.page.evaluate("window.byHand") == "".join(TALK)


def test_code_is_copied_alone(open_hand: OpenHand) -> None:
    hand = open_hand(lambda page: page.add_init_script(CLIPBOARD))
    write_all(hand, *TALK)
    hand.page.get_by_role("button", name="Copy this code").click()
    expect(hand.page.locator("#announcer")).to_have_text("Copied.")
    assert hand.page.evaluate("window.copied") == ['def add(a, b):\n    return a + b  # "sum"\n']


def test_an_answer_is_read_aloud_without_the_signs_of_markdown(hand: HandSocket) -> None:
    write_all(hand, *TALK)
    heard = hand.page.locator("#announcer")
    expect(heard).to_contain_text("Some emphasis and a link.")
    expect(heard).to_contain_text("The end end.")
    expect(heard).not_to_contain_text("**")


def test_hostile_text_does_nothing(hand: HandSocket) -> None:
    asked: list[str] = []
    hand.page.on("request", lambda request: asked.append(request.url))
    write_all(hand, EVIL)
    text = part(hand.page, "text")
    expect(text.locator(".image")).to_have_text("e")
    expect(text).to_contain_text("<script>window.evil = 1</script>")
    assert hand.page.evaluate("window.evil") is None
    assert (
        text.evaluate("text => text.querySelectorAll('script,img,style,iframe,[style]').length")
        == 0
    )
    assert text.locator("a").count() == 0
    own = ("/healthz?model=", "/static/favicon.")  # what the page asks for by itself
    assert [url for url in asked if not any(each in url for each in own)] == []
    expect(hand.page.locator("#prompt")).to_be_visible()


def test_a_link_opens_elsewhere_without_a_word_about_this_page(hand: HandSocket) -> None:
    write_all(hand, *TALK)
    link = part(hand.page, "text").get_by_role("link", name="link")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


def test_what_turns_letters_round_ends_with_its_block(hand: HandSocket) -> None:
    """The letters of the next block, and the page's own, stand from left to right."""
    write_all(hand, f"{LIKE_A_WINDOW}\n\nabc\n\n`{LIKE_A_WINDOW}`\n")
    first_is_left = """element => {
        const range = document.createRange();
        const at = (i) => (range.setStart(element.firstChild, i),
            range.setEnd(element.firstChild, i + 1), range.getBoundingClientRect().left);
        return at(0) < at(2);
    }"""
    assert part(hand.page, "text").locator("p").nth(1).evaluate(first_is_left)
    assert part(hand.page, "signature").evaluate(first_is_left)
    expect(part(hand.page, "text").locator("code .unseen").first).to_have_text("U+202E")


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE, "is_mobile": True, "has_touch": True}])
def test_wide_tables_and_long_lines_scroll_inside_of_the_answer(
    open_hand: OpenHand, options: dict[str, Any]
) -> None:
    hand = open_hand(**options)
    row = "| " + "a wide cell | " * 40 + "\n"
    write_all(hand, row, "|---" * 40 + "|\n", row * 3, f"\n```\n{'x' * 2000}\n```\n")
    assert hand.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for inside in (".table", "pre"):
        box = part(hand.page, "text").locator(inside)
        assert box.evaluate("box => box.scrollWidth > box.clientWidth")
        box.focus()
        hand.page.keyboard.press("ArrowRight")
        hand.page.wait_for_function("box => box.scrollLeft > 0", arg=box.element_handle())


def test_ten_megabytes_without_an_end_of_a_line_leave_the_page_alive(hand: HandSocket) -> None:
    page, writing = hand.page, begin(hand)
    for number in range(40):
        writing.write("0123456789abcdef" * 16_384, count=50)
        hand.heard("ack", number // 16 + 1)
    writing.finish()
    reach(page, "finished")
    assert part(page, "text").evaluate("text => text.textContent.replace(/\\s/g, '').length") == (
        40 * 16 * 16_384
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("#prompt")).to_be_editable()


def figures_of(page: Page) -> str:
    part(page, "figures").click()
    return page.locator("#explanation").inner_text()


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("stop", "came to their own end"),
        ("length", "the most tokens that were asked for"),
        ("stopped", "you stopped it"),
    ],
)
def test_all_figures_of_an_answer_are_one_tap_away_each_with_its_mark(
    hand: HandSocket, reason: str, why: str
) -> None:
    answer = begin(hand)
    answer.write("One ", count=1, clock_s=0.01, computed_s=0.004)
    answer.write("two ", count=95, clock_s=0.2, computed_s=0.04)
    answer.finish(reason=reason, total_s=0.2)
    reach(hand.page, "stopped" if reason == "stopped" else "finished")
    told = figures_of(hand.page)
    for line in (
        "Prompt: 7 tokens. Answer: 96 tokens. Counted as Pebble counts them.",
        "Mixtral 8x7B on 576 LPU chips, simulated: first token after 10.0 ms, "
        "then 480 tokens/s, end to end 0.20 s.",
        "The same on 8 × H100, simulated: first token after 25.0 ms, "
        "then 200 tokens/s, end to end 0.50 s.",
        "The words of Pebble on this machine, measured: first token after 4.00 ms, "
        "then 2,430 tokens/s, end to end 40.0 ms.",
        "This browser, frames and network included, shown: first token after",
        why,
    ):
        assert line in told


def test_the_figures_tell_how_fast_the_prompt_was_read_by_a_clock_that_counts_it(
    hand: HandSocket,
) -> None:
    answer = begin(hand)
    answer.write("One", clock_s=0.01)
    answer.finish(prompt_s=0.01)
    reach(hand.page, "finished")
    told = "It reads the prompt at 700 tokens/s, simulated: 7 tokens in 10.0 ms."
    assert told in figures_of(hand.page)


def test_an_answer_whose_rest_is_lost_is_rendered_as_far_as_it_came(hand: HandSocket) -> None:
    writing = begin(hand)
    writing.write("Half an *ans*")
    expect(part(hand.page, "text")).to_have_text("Half an *ans*")
    hand.hang_up()
    hand.send(type="error", id=hand.heard("resume")["id"], code="gone", message="Gone.")
    asked = hand.heard("render")
    assert asked["text"] == "Half an *ans*"
    html = Document()
    html.feed(asked["text"])
    hand.send(type="rendered", id=asked["id"], html=html.finish()[0].html, rendered=13)
    expect(part(hand.page, "text").locator("em")).to_have_text("ans")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0009994, "0.999 ms"),
        (0.0009996, "1.00 ms"),
        (0.009994, "9.99 ms"),
        (0.009996, "10.0 ms"),
        (0.09994, "99.9 ms"),
        (0.09996, "0.10 s"),
    ],
)
def test_a_time_has_three_digits_however_it_is_rounded(
    open_page: OpenPage, seconds: float, text: str
) -> None:
    page = open_page("/healthz", bypass_csp=True)
    told = page.evaluate(
        "(s) => import('/static/js/format.js').then((format) => format.durationText(s))", seconds
    )
    assert told == text


def test_who_comes_for_the_first_time_can_ask_what_this_is(hand: HandSocket) -> None:
    hand.page.get_by_role("button", name="What am I looking at?").click()
    about = hand.page.locator("#about")
    expect(about.locator("p")).to_have_count(3)
    for word in ("simulated", "published", "measured", "The words are written by"):
        expect(about).to_contain_text(word)
    hand.page.keyboard.press("Escape")
    expect(about).to_be_hidden()
