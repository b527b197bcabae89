"""The counters and bars: what they say, when they move, and that every number explains itself.

The page's clock stands still until the test moves it, so nothing here depends on the wall clock.
"""

import re
from itertools import pairwise

import pytest
from browser_harness import (
    CLOCK_HZ,
    LLAMA,
    MIXTRAL,
    PEBBLE,
    HandAnswer,
    HandSocket,
    OpenHand,
    ask,
    counted,
    part,
    reach,
)
from playwright.sync_api import Page, expect

WATCH_HERO = """() => {
    const hero = document.querySelector(".turn:last-child [data-part=machine-rate]");
    window.changes = [];
    new MutationObserver(() => window.changes.push([performance.now(), hero.textContent]))
        .observe(hero, {childList: true, characterData: true, subtree: true});
}"""
WATCH_TEXT = """() => {
    const text = document.querySelector(".turn:last-child [data-part=text]");
    window.node = text.firstChild;
    window.rebuilt = 0;
    window.appended = 0;
    new MutationObserver((changes) => {
        for (const change of changes) {
            if (change.type === "childList") window.rebuilt += 1;
            else if (change.target.data.startsWith(change.oldValue)) window.appended += 1;
            else window.rebuilt += 1;
        }
    }).observe(text, {childList: true, characterDataOldValue: true, subtree: true});
}"""


def stop_clock(page: Page) -> None:
    page.clock.install(time=0)


@pytest.fixture
def still(open_hand: OpenHand) -> HandSocket:
    """A page whose clock only the test moves."""
    hand = open_hand(stop_clock, has_own_clock=True)
    hand.page.clock.pause_at(3_600_000)
    return hand


def draw(page: Page) -> None:
    """Two animation frames, after what was sent has come."""
    page.evaluate("0")
    page.clock.run_for(40)


def accepted(hand: HandSocket, model: str | None = None) -> HandAnswer:
    if model:
        hand.page.select_option("#model", model)
    ask(hand.page, "How fast?")
    answer = hand.accept(hand.heard("generate"))
    hand.page.wait_for_selector("[data-gpu]")
    return answer


def fill_of(page: Page, bar: str) -> float:
    return float(part(page, bar).evaluate("bar => bar.style.getPropertyValue('--fill')"))


def test_the_gpus_bar_goes_on_alone_and_says_when_it_is_there(still: HandSocket) -> None:
    page = still.page
    answer = accepted(still)
    answer.write("word " * 96, count=96, clock_s=95 / 480)
    reach(page, "streaming")
    page.clock.run_for(198)
    answer.finish(total_s=95 / 480)
    reach(page, "finished")
    page.clock.run_for(100)
    expect(part(page, "gpu-side")).to_have_attribute("data-gpu", "running")
    reached = re.fullmatch(r"(\d+) of 96", part(page, "gpu-progress").inner_text())
    assert reached is not None
    assert 0 < int(reached[1]) < 96
    assert 0 < fill_of(page, "gpu-bar") < fill_of(page, "lpu-bar")
    page.clock.run_for(400)
    expect(part(page, "gpu-side")).to_have_attribute("data-gpu", "there")
    expect(part(page, "gpu-progress")).to_have_text("there after 0.50 s · 0.30 s later")
    expect(part(page, "lpu-progress")).to_have_text("96 tokens in 0.20 s")
    assert fill_of(page, "gpu-bar") == fill_of(page, "lpu-bar")


def test_a_short_answer_may_be_there_earlier_on_the_gpu(still: HandSocket) -> None:
    """Its time to the first token is the shorter one here."""
    answer = accepted(still, LLAMA)
    answer.write("word " * 5, count=5, clock_s=0.222 + 4 / 255)
    answer.finish(total_s=0.222 + 4 / 255)
    reach(still.page, "finished")
    still.page.clock.run_for(1000)
    expect(part(still.page, "gpu-progress")).to_have_text("there after 0.08 s · 0.16 s earlier")
    part(still.page, "gpu-time").click()
    explanation = still.page.locator("#explanation")
    expect(explanation).to_contain_text("Its first token comes after 25.0 ms")


def test_pebbles_rate_is_live_and_then_measured(still: HandSocket) -> None:
    answer = accepted(still, PEBBLE)
    hero = part(still.page, "machine-rate")
    expect(hero).to_have_text("–")
    answer.write("a", count=10, clock_s=0.0012, computed_s=0.010)
    answer.write("b", count=100, clock_s=0.0048, computed_s=0.060)
    reach(still.page, "streaming")
    draw(still.page)
    still.page.clock.run_for(200)
    expect(hero).to_have_text("2,000")
    expect(part(still.page, "machine-progress")).to_have_text("110 tokens in 0.06 s")
    answer.finish(total_s=PEBBLE_110_S, measured=2430.4, cycles=PEBBLE_110)
    reach(still.page, "finished")
    still.page.clock.run_for(200)
    expect(hero).to_have_text("2,430")
    expect(part(still.page, "machine-number")).to_contain_text("measured")
    expect(part(still.page, "machine-name")).to_have_text("Pebble on this machine")
    expect(part(still.page, "gpu-name")).to_have_text("on 8 × H100")
    expect(part(still.page, "ratio")).to_have_text("10 × the GPU’s rate")
    for hidden in ("computed-side", "late"):
        expect(part(still.page, hidden)).to_be_hidden()


def test_what_is_faster_than_this_machine_says_when_it_would_have_been_there(
    still: HandSocket,
) -> None:
    """110 tokens of the GPUs' clock: 25 ms to the first, and 109 at 2,500 a second."""
    page = still.page
    answer = accepted(still, PEBBLE)
    answer.write("word " * 55, count=55, clock_s=0.003, computed_s=0.06)
    reach(page, "streaming")
    page.clock.run_for(200)
    expect(part(page, "gpu-progress")).to_have_text("would have been here after 46.6 ms")
    assert fill_of(page, "gpu-bar") == 1
    assert fill_of(page, "machine-bar") < 1
    answer.write("word " * 55, count=55, clock_s=PEBBLE_110_S, computed_s=0.12)
    answer.finish(total_s=PEBBLE_110_S, cycles=PEBBLE_110)
    reach(page, "finished")
    page.clock.run_for(200)
    expect(part(page, "gpu-side")).to_have_attribute("data-gpu", "there")
    expect(part(page, "gpu-progress")).to_have_text("would have been here after 68.6 ms")


def test_gpus_slower_than_this_machine_go_on_alone(still: HandSocket) -> None:
    page = still.page
    answer = accepted(still, PEBBLE)
    answer.write("word " * 110, count=110, clock_s=PEBBLE_110_S, computed_s=0.05)
    answer.finish(total_s=PEBBLE_110_S, cycles=PEBBLE_110)
    reach(page, "finished")
    page.clock.run_for(200)
    expect(part(page, "gpu-progress")).to_have_text("there after 0.07 s · 0.06 s later")


# 110 tokens of Pebble's clock: the prompt, 59 tokens of 22,500 cycles and 50 of 45,090.
PEBBLE_110 = {"prompt": 900_000, "completion": 59 * 22_500 + 50 * 45_090}
PEBBLE_110_S = sum(PEBBLE_110.values()) / CLOCK_HZ


def pebbles_110_tokens(hand: HandSocket, cycles: dict[str, int]) -> None:
    answer = accepted(hand, PEBBLE)
    answer.write("word " * 110, count=110, clock_s=PEBBLE_110_S, computed_s=0.060)
    answer.finish(total_s=PEBBLE_110_S, cycles=cycles)
    reach(hand.page, "finished")
    hand.page.clock.run_for(200)


def test_the_second_line_says_where_the_lpus_clock_would_be(still: HandSocket) -> None:
    page = still.page
    pebbles_110_tokens(still, PEBBLE_110)
    expect(part(page, "lpu-rate")).to_have_text("25,953")
    expect(part(page, "lpu-mark")).to_have_text("simulated")
    expect(part(page, "lpu-name")).to_have_text("one LPU chip")
    expect(part(page, "lpu-progress")).to_have_text("would have been here after 4.98 ms")
    heights = [
        part(page, digits).evaluate("digits => parseFloat(getComputedStyle(digits).fontSize)")
        for digits in ("machine-rate", "lpu-rate")
    ]
    assert heights[0] > 2 * heights[1]


def test_the_lpus_colour_is_only_on_the_lpus_side(still: HandSocket) -> None:
    pebbles_110_tokens(still, PEBBLE_110)
    colour = "digits => getComputedStyle(digits).color"
    lpu = still.page.evaluate(
        "() => { const probe = document.createElement('p'); probe.style.color = 'var(--lpu)';"
        " document.body.append(probe); return getComputedStyle(probe).color; }"
    )
    assert part(still.page, "lpu-rate").evaluate(colour) == lpu
    assert part(still.page, "machine-rate").evaluate(colour) != lpu


def test_cycles_stand_there_before_the_first_token_and_equal_the_account_at_the_end(
    still: HandSocket,
) -> None:
    answer = accepted(still, PEBBLE)
    line = part(still.page, "cycles-number")
    expect(line).to_have_text(
        "simulated 900,000 cycles predicted to the first token, then 22,500 for the next"
    )
    answer.write("word " * 110, count=110, clock_s=PEBBLE_110_S, computed_s=0.060)
    answer.finish(total_s=PEBBLE_110_S, cycles=PEBBLE_110)
    reach(still.page, "finished")
    expect(line).to_have_text(
        "simulated 4,482,000 cycles predicted for these 110 tokens; the clock counted as many"
    )
    line.click()
    explanation = still.page.locator("#explanation")
    expect(explanation).to_contain_text("900,000 to the first token + 59 × 22,500 + 50 × 45,090")
    expect(explanation).to_contain_text("900,000 to the first token + 3,582,000.")


def test_an_account_that_differs_by_one_cycle_is_shown_beside_the_prediction(
    still: HandSocket,
) -> None:
    pebbles_110_tokens(still, PEBBLE_110 | {"prompt": 900_001})
    expect(part(still.page, "cycles-number")).to_have_text(
        "simulated 4,482,000 cycles predicted for these 110 tokens; the clock counted 4,482,001"
    )


def test_the_lpus_bar_runs_ahead_by_its_clock_and_the_machines_shows_what_came(
    still: HandSocket,
) -> None:
    page = still.page
    answer = accepted(still, PEBBLE)
    page.clock.run_for(40)
    assert (fill_of(page, "machine-bar"), fill_of(page, "lpu-bar")) == (0, 1)
    answer.write("word " * 25, count=25, clock_s=0.0016, computed_s=0.02)
    reach(page, "streaming")
    page.clock.run_for(40)
    assert fill_of(page, "machine-bar") == 0.25
    assert fill_of(page, "lpu-bar") == 1
    answer.finish(total_s=0.0016, cycles={"prompt": 900_000, "completion": 24 * 22_500})
    reach(page, "finished")
    page.clock.run_for(40)
    assert fill_of(page, "machine-bar") == fill_of(page, "lpu-bar") == 1


def test_a_published_clock_has_no_cycles_and_no_side_for_this_machine(still: HandSocket) -> None:
    answer = accepted(still, LLAMA)
    answer.write("word " * 96, count=96, clock_s=95 / 255, computed_s=0.04)
    answer.finish(total_s=95 / 255)
    reach(still.page, "finished")
    expect(part(still.page, "lpu-rate")).to_have_text("255")
    expect(part(still.page, "lpu-mark")).to_have_text("published")
    expect(part(still.page, "published-number")).to_be_hidden()
    expect(part(still.page, "computed-side")).to_be_visible()
    for hidden in ("machine-side", "cycles-side"):
        expect(part(still.page, hidden)).to_be_hidden()


def test_a_published_speed_stands_beside_the_simulated_clock_and_is_no_ratio(
    still: HandSocket,
) -> None:
    accepted(still, MIXTRAL)
    expect(part(still.page, "lpu-mark")).to_have_text("simulated")
    expect(part(still.page, "published-number")).to_have_text("≈ 500 tokens/s published")
    part(still.page, "ratio").click()
    expect(still.page.locator("#explanation")).to_contain_text("480 ÷ 200 tokens/s")


def test_the_hero_changes_at_most_ten_times_a_second(still: HandSocket) -> None:
    answer = accepted(still, PEBBLE)
    still.page.evaluate(WATCH_HERO)
    for frame in range(1, 41):
        answer.write("x", count=30 + frame % 7, computed_s=frame * 0.025)
        still.page.evaluate("0")
        still.page.clock.run_for(25)
    still.page.clock.run_for(200)
    changes = still.page.evaluate("window.changes")
    gaps_ms = [after[0] - before[0] for before, after in pairwise(changes)]
    assert len(changes) > 5
    assert min(gaps_ms) >= 100


def test_the_hero_keeps_its_width(still: HandSocket) -> None:
    answer = accepted(still, PEBBLE)
    hero = part(still.page, "machine-rate")
    widths = set()
    for count, computed_s in ((1, 0.0), (98, 1.0), (900, 1.5), (8000, 2.9)):
        answer.write("x", count=count, computed_s=computed_s)
        draw(still.page)
        still.page.clock.run_for(200)
        widths.add(hero.evaluate("digits => digits.getBoundingClientRect().width"))
    assert len(widths) == 1


def test_text_is_appended_to_one_node_and_never_rebuilt(still: HandSocket) -> None:
    answer = accepted(still)
    answer.write("<b>0</b> ", count=2, clock_s=0)
    draw(still.page)
    still.page.evaluate(WATCH_TEXT)
    for frame in range(1, 20):
        answer.write(f"<b>{frame}</b> ", count=2, clock_s=frame / 100)
        if frame % 4 == 3:
            draw(still.page)
    answer.finish()
    reach(still.page, "finished")
    assert part(still.page, "text").inner_text() == " ".join(f"<b>{n}</b>" for n in range(20)) + " "
    assert still.page.evaluate("window.rebuilt") == 0
    assert 0 < still.page.evaluate("window.appended") <= 20
    assert still.page.evaluate("window.node.isConnected")


def test_words_slower_than_the_clock_are_said_to_be(still: HandSocket) -> None:
    answer = accepted(still)
    late = part(still.page, "late")
    answer.write("soon", count=10, clock_s=9 / 480)
    reach(still.page, "streaming")
    draw(still.page)
    expect(late).to_be_hidden()
    still.page.clock.run_for(3000)
    answer.write(" late", count=10, clock_s=19 / 480)
    draw(still.page)
    expect(late).to_contain_text("The words come later than this clock says.")
    answer.finish(total_s=19 / 480, measured=6.7)
    reach(still.page, "finished")
    expect(late).to_contain_text("s later than this clock says")
    expect(late).to_contain_text("this machine computed them at 6.7 tokens/s")
    expect(part(still.page, "shown-rate")).to_have_text(re.compile(r"^\d\.?\d* tokens/s$"))


NUMBERS = {
    "lpu-number": ["simulated", "a verified program", "3.9 characters", "clock"],
    "published-number": ["≈ 500 tokens/s", "published", "a price page", "simulated clock"],
    "gpu-number": [
        *("simulated", "fitted constants", "8 × H100", "one user", "data sheets"),
        *("2.50 ms weights + 2.50 ms kernels = 5.00 ms a token", "Kernels – fitted: what a layer"),
    ],
    "ratio": ["480 ÷ 200", "both simulated", "one user on each side"],
    "lpu-time": ["96 tokens in 0.20 s", "Time to the first token: 10.0 ms"],
    "gpu-time": ["0.50 s", "25.0 ms", "data sheets"],
    "computed-number": ["measured", "95 tokens after the first"],
    "shown-number": ["shown", "this browser"],
}


PEBBLES_NUMBERS = {
    "machine-number": ["2,430 tokens/s, this machine", "measured", "It is no LPU"],
    "machine-time": ["110 tokens in 0.06 s", "measured"],
    "lpu-number": ["25,953 tokens/s, the LPU", "simulated", "900,000 cycles", "what you see"],
    "lpu-time": ["110 tokens in 4.98 ms", "simulated", "Time to the first token: 1.00 ms"],
    "cycles-number": ["4,482,000 cycles", "simulated", "1 ÷ 900 MHz", "a verified program"],
    "gpu-number": ["2,500 tokens/s, the GPUs", "8 × H100"],
    "shown-number": ["shown", "this browser"],
}


@pytest.mark.parametrize("way", ["hover", "focus", "click"])
def test_every_number_explains_itself(hand: HandSocket, way: str) -> None:
    page = hand.page
    ask(page, "How fast?")
    answer = hand.accept(hand.heard("generate"))
    answer.write("word " * 50, count=50, clock_s=49 / 480)
    reach(page, "streaming")
    expect(part(page, "text")).to_contain_text("word")
    hand.heard("ack")  # a frame later: two stamps make a rate
    answer.write("word " * 46, count=46, clock_s=95 / 480)
    answer.finish(total_s=95 / 480)
    page.wait_for_selector("[data-gpu=there]")
    explain(page, NUMBERS, way)


@pytest.mark.parametrize("way", ["hover", "focus", "click"])
def test_so_does_every_number_of_a_simulated_clock(hand: HandSocket, way: str) -> None:
    page = hand.page
    page.select_option("#model", PEBBLE)
    ask(page, "How fast?")
    answer = hand.accept(hand.heard("generate"))
    answer.write("word " * 50, count=50, clock_s=0.002, computed_s=0.03)
    reach(page, "streaming")
    expect(part(page, "text")).to_contain_text("word")
    hand.heard("ack")
    answer.write("word " * 60, count=60, clock_s=PEBBLE_110_S, computed_s=0.06)
    answer.finish(total_s=PEBBLE_110_S, cycles=PEBBLE_110)
    reach(page, "finished")
    explain(page, PEBBLES_NUMBERS, way)


def explain(page: Page, numbers: dict[str, list[str]], way: str) -> None:
    """Asks each number in that way, and compares what it says."""
    explanation = page.locator("#explanation")
    for name, said in numbers.items():
        number = part(page, name)
        if way == "focus":
            page.keyboard.press("Tab")
            number.focus()
        else:
            number.hover() if way == "hover" else number.click()
        expect(number).to_have_attribute("aria-expanded", "true")
        for words in said:
            expect(explanation).to_contain_text(words)
        page.keyboard.press("Escape")
        expect(explanation).to_be_hidden()


def test_before_the_first_prompt_the_rates_explain_themselves_too(
    hand: HandSocket, site: str
) -> None:
    line = counted(site, MIXTRAL)
    shown_before(hand.page, "#preview [data-explain=lpu]", line["source"])
    shown_before(hand.page, "#preview [data-explain=published]", line["published"]["source"])
    shown_before(hand.page, "#preview [data-explain=gpu]", line["baseline"]["source"])
    shown_before(hand.page, "#words", "computed here, none is stored")
    hand.page.select_option("#model", PEBBLE)
    shown_before(hand.page, "#preview [data-explain=machine]", "computed live on this machine")
    shown_before(hand.page, "#preview [data-explain=gpu]", "under 0.001 ms keys and values")
    clock = "Predicted for a prompt of 128 tokens:"
    shown_before(hand.page, "#preview [data-explain=lpu]", clock)


def shown_before(page: Page, selector: str, said: str) -> None:
    page.click(selector)
    expect(page.locator("#explanation")).to_contain_text(said)
    page.keyboard.press("Escape")
