"""The page in Chinese: an answer, an error, a race, and the choice of a language that lasts."""

import re

import pytest
from browser_harness import HandSocket, OpenHand, OpenPage, ask, last_answer, part, reach
from compare_harness import LOADS, HandRace, load_with, open_race
from playwright.sync_api import Page, expect

CHINESE = {"locale": "zh-CN"}
# Two English words that follow each other; what a test's own server says is English.
ENGLISH = re.compile(r"\b[a-z]{3,}(?:[ ,:;]+[a-z]{3,})+")
OF_THE_TEST = re.compile(
    r"a (?:verified program|price page|data sheet)|data sheets|Read once|Fitted: what a layer takes"
    r"|the engine's own time stamps|weights|kernels|chips, owned|H100, rented|There is room for"
    r"|this machine|The sky is blue|LPU chips|LLMPerf leaderboard[^\n]*",
    re.IGNORECASE,
)


def english_on(page: Page) -> list[str]:
    """What the page shows that is no Chinese."""
    shown = OF_THE_TEST.sub("", page.locator("body").inner_text())
    return ENGLISH.findall(shown)


def is_warm(page: Page) -> None:
    """The server behind the test's socket is said to be ready, whatever it still compiles."""
    ready = {"engine": {"state": "ready", "detail": "", "threads": 1}}
    page.route("**/healthz?model=*", lambda route: route.fulfill(json=ready))


@pytest.fixture
def reader(open_hand: OpenHand) -> HandSocket:
    return open_hand(is_warm, **CHINESE)


def test_english_is_what_a_page_speaks_unless_another_language_is_asked_for(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#language button")).to_have_text("简体中文")
    assert page.evaluate("globalThis.django") is None


def test_the_empty_page_is_chinese_before_the_first_enter(reader: HandSocket) -> None:
    page = reader.page
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.locator("h1")).to_have_text("感受 LPU 的回答速度")
    expect(page.locator("#preview")).to_contain_text("模拟")
    assert english_on(page) == []


def test_an_answer_and_its_figures_are_told_in_chinese(reader: HandSocket) -> None:
    page = reader.page
    ask(page, "什么是 LPU？")
    answer = reader.accept(reader.heard("generate"))
    expect(part(page, "status")).to_have_text("正在读取提示词")
    answer.write("LPU 是芯片。", count=5, clock_s=0.01, computed_s=0.004)
    answer.write("它很快。", count=5, clock_s=0.02, computed_s=0.008)
    answer.finish()
    reach(page, "finished")
    expect(part(page, "lpu-name")).to_have_text("Mixtral 8x7B 在 576 块 LPU 芯片上")
    expect(part(page, "lpu-progress")).to_have_text("10 个 token · 0.20 s")
    expect(part(page, "gpu-progress")).to_contain_text("时到达")
    assert english_on(page) == []
    for number in last_answer(page).locator("button.explained:visible").all():
        number.click()
        expect(page.locator("#explanation .title")).not_to_be_empty()
        assert english_on(page) == []
        page.keyboard.press("Escape")


def test_an_error_is_told_in_chinese(reader: HandSocket) -> None:
    page = reader.page
    ask(page, "你好")
    asked = reader.heard("generate")
    reader.accept(asked)
    reader.send(type="finished", id=asked["id"], reason="error", usage=None, measured=None)
    reach(page, "error")
    expect(part(page, "problem-text")).to_have_text("生成时出了问题。")
    expect(page.get_by_role("button", name="重试")).to_be_visible()


def test_what_the_server_refuses_is_told_in_chinese(open_page: OpenPage) -> None:
    page = open_page("/", **CHINESE)
    ask(page, "很长" * 4000)
    reach(page, "error")
    expect(part(page, "problem-text")).to_contain_text("消息太长")


def test_panels_and_sheets_are_chinese(reader: HandSocket) -> None:
    page = reader.page
    for button in ("#settings-button", "#chats-button", "#preview [popovertarget=gpu-system]"):
        page.click(button)
        assert english_on(page) == []
        page.keyboard.press("Escape")
    page.click("#keys-button")
    expect(page.locator("#keys dt").first).to_have_text("新对话")
    assert english_on(page) == []


def test_a_race_and_its_result_are_told_in_chinese(open_page: OpenPage) -> None:
    race: HandRace = open_race(open_page, **CHINESE)
    page = race.page
    assert english_on(page) == []
    race.go()
    race.run()
    expect(page.locator("#status-after")).to_have_text("每条赛道都按自己的时钟显示了同样的文字。")
    expect(race.part(0, "place")).to_have_text("第 2")
    expect(page.locator("#ratios")).to_contain_text("3.0 ×")
    load_with(race, LOADS)
    assert english_on(page) == []
    for number in page.locator("#result button.explained, .lane button.explained").all():
        number.click()
        told = page.locator("#explanation").inner_text()
        assert ENGLISH.findall(OF_THE_TEST.sub("", told)) == []
        page.keyboard.press("Escape")


def test_a_choice_lasts_and_keeps_the_chat_that_is_shown(open_hand: OpenHand) -> None:
    hand = open_hand(has_own_store=True)
    page = hand.page
    ask(page, "Why?")
    answer = hand.accept(hand.heard("generate"))
    answer.write("Because.")
    answer.finish()
    reach(page, "finished")
    page.click("#language button")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.locator(".turn .text")).to_have_text("Because.")
    page.goto("/models/")
    expect(page.locator("h1")).to_have_text("全部模型")
    page.click("#language button")
    expect(page.locator("h1")).to_have_text("All models")
