"""The whole way: a real Daphne, a real engine, computed words."""

import re
from pathlib import Path

import pytest
from browser_harness import (
    LLAMA,
    MIXTRAL,
    PEBBLE,
    OpenPage,
    ask,
    counted,
    part,
    reach,
    serving,
)
from playwright.sync_api import Page, expect

RATE = re.compile(r"^[\d,.]+$")
EQUAL = re.compile(
    r"^simulated [\d,]+ cycles predicted for these [\d,]+ tokens; the clock counted as many$"
)


def test_an_answer_streams_and_the_gpu_arrives_later(page: Page, site: str) -> None:
    line = counted(site, MIXTRAL)
    ask(page, "Why is an LPU so fast?")
    reach(page, "streaming")
    reach(page, "finished")
    page.wait_for_selector("[data-gpu=there]")
    expect(part(page, "rates")).to_be_visible()  # hidden where no token came; words may be blanks
    expect(part(page, "lpu-rate")).to_have_text(RATE)
    expect(part(page, "lpu-mark")).to_have_text(line["kind"])
    expect(part(page, "published-number")).to_be_visible(visible=line["published"] is not None)
    expect(part(page, "gpu-rate")).to_have_text(RATE)
    expect(part(page, "gpu-mark")).to_have_text("simulated")
    expect(part(page, "ratio")).to_have_text(re.compile(r"^\d\.\d × the GPU’s rate$"))
    expect(part(page, "lpu-name")).to_have_text("Mixtral 8x7B on 576 LPU chips")
    expect(part(page, "gpu-progress")).to_contain_text("there after")
    expect(part(page, "computed-number")).to_contain_text("measured")
    expect(part(page, "shown-number")).to_contain_text("shown here at")


def test_pebble_runs_at_this_machines_own_rate_beside_the_chips_clock(page: Page) -> None:
    page.select_option("#model", PEBBLE)
    ask(page, "How fast are you?")
    reach(page, "finished")
    expect(part(page, "machine-rate")).to_have_text(RATE)
    expect(part(page, "machine-number")).to_contain_text("measured")
    expect(part(page, "lpu-rate")).to_have_text(RATE)
    expect(part(page, "lpu-mark")).to_have_text("simulated")
    expect(part(page, "lpu-side")).to_contain_text("would have been here after")
    expect(part(page, "cycles-number")).to_have_text(EQUAL)
    expect(part(page, "gpu-name")).to_have_text("on 8 × H100")
    expect(part(page, "ratio")).to_contain_text("× the GPU’s rate")


def test_a_follow_up_is_answered_in_the_same_conversation(page: Page) -> None:
    ask(page, "First?")
    reach(page, "finished")
    ask(page, "Second?")
    reach(page, "finished")
    expect(page.locator(".turn")).to_have_count(2)


def test_a_stopped_answer_keeps_what_came(page: Page) -> None:
    page.select_option("#model", LLAMA)
    ask(page, "Tell me a long story")
    reach(page, "streaming")
    page.get_by_role("button", name="Stop").click()
    reach(page, "stopped")
    expect(part(page, "rates")).to_be_visible()  # hidden where no token came
    ask(page, "Go on")
    reach(page, "streaming")


def test_a_prompt_that_is_too_long_returns_to_the_box(page: Page) -> None:
    prompt = "word " * 60_000
    ask(page, prompt)
    reach(page, "error")
    expect(page.locator("#prompt")).to_have_value(prompt)
    expect(part(page, "problem")).to_be_visible()


def test_the_shipped_words_answer(open_page: OpenPage, project: Path, tmp_path: Path) -> None:
    words = project / "lpu_engine" / "models" / "pebble"
    if not (words / "model.safetensors").exists():
        pytest.skip("The shipped checkpoint is not in this checkout: make train writes it.")
    with serving(project, words, tmp_path) as url:
        page = open_page(url)
        ask(page, "Why is an LPU so fast?")
        reach(page, "finished")
        expect(part(page, "signature")).to_have_text("Pebble")
        assert len(part(page, "text").inner_text().split()) > 20
