"""The GPUs beside the LPU are the reader's to change: for all models, in the address, in words."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from browser_harness import LLAMA, MIXTRAL, HandSocket, OpenHand, OpenPage, ask, part, reach
from playwright.sync_api import Locator, Page, expect

from lpu_engine import GpuSystem, load_catalog
from playground.texts import rate_text

PHONE = {"width": 390, "height": 844}
FIELDS = ("gpu", "count", "precision", "users")
FOUR = GpuSystem("h200-sxm", 4, "fp8", 1)


def figure(model: str, system: GpuSystem | None = None) -> str:
    return rate_text(load_catalog().model(model).on_gpus(system).tokens_per_s)


def change(page: Page) -> Locator:
    """Opens the popover under the box."""
    page.locator("#preview").get_by_role("button", name="change the GPUs").click()
    popover = page.locator("#gpu-system")
    expect(popover).to_be_visible()
    return popover


def choose(page: Page, system: GpuSystem) -> None:
    popover = change(page)
    popover.get_by_label("GPU", exact=True).select_option(system.gpu)
    popover.get_by_label("How many").select_option(str(system.count))
    popover.get_by_label("Weights in").select_option(system.precision)
    popover.get_by_label("Users at once").fill(str(system.users))
    popover.get_by_label("Users at once").press("Enter")


def gpu_side(page: Page) -> Locator:
    return page.locator("#preview [data-part=gpu-side]")


def query_of(page: Page) -> dict[str, str]:
    query = parse_qs(urlsplit(page.url).query)
    return {name: query[name][0] for name in FIELDS if name in query}


def test_a_choice_changes_the_preview_at_once_and_stands_in_the_address(page: Page) -> None:
    choose(page, FOUR)
    expect(gpu_side(page)).to_have_text(
        f"{figure(MIXTRAL, FOUR)} tokens/s simulated on 4 × H200 · fp8"
    )
    expect(page.locator("#gpu-system .sentence")).to_contain_text(figure(MIXTRAL, FOUR))
    assert query_of(page) == {"gpu": "h200-sxm", "count": "4", "precision": "fp8", "users": "1"}
    page.reload()
    expect(gpu_side(page)).to_contain_text("on 4 × H200 · fp8")
    expect(change(page).get_by_label("GPU", exact=True)).to_have_value("h200-sxm")


def test_a_choice_holds_for_the_next_model_and_goes_back_to_the_usual_one(page: Page) -> None:
    choose(page, FOUR)
    expect(gpu_side(page)).to_contain_text("4 × H200")
    page.keyboard.press("Escape")
    page.select_option("#model", LLAMA)
    expect(gpu_side(page)).to_contain_text(f"{figure(LLAMA, FOUR)} tokens/s")
    change(page).get_by_role("button", name="Back to 8 × H100").click()
    expect(gpu_side(page)).to_have_text(f"{figure(LLAMA)} tokens/s simulated on 8 × H100")
    assert query_of(page) == {}
    expect(page.locator("#gpu-system").get_by_label("How many")).to_have_value("8")


def test_the_rest_of_the_address_stays(open_page: OpenPage) -> None:
    page = open_page(f"/?model={LLAMA}")
    choose(page, FOUR)
    expect(gpu_side(page)).to_contain_text("4 × H200")
    assert f"model={LLAMA}" in page.url


def test_what_cannot_be_is_one_sentence_and_the_former_choice_stays(page: Page) -> None:
    popover = change(page)
    popover.get_by_label("GPU", exact=True).select_option("a100-sxm")
    expect(gpu_side(page)).to_contain_text("on 8 × A100")
    popover.get_by_label("Weights in").select_option("fp8")
    sentence = popover.locator(".sentence")
    expect(sentence).to_contain_text("The A100 has no fp8")
    expect(sentence).to_contain_text("It stays 8 × A100.")
    expect(page.locator("#announcer")).to_contain_text("The A100 has no fp8")
    expect(gpu_side(page)).to_contain_text("on 8 × A100")
    assert query_of(page)["precision"] == "bf16"
    page.keyboard.press("Escape")
    expect(change(page).get_by_label("Weights in")).to_have_value("bf16")


@pytest.mark.parametrize("users", ["0", "513", "1.5", ""])
def test_users_that_cannot_be_meant_are_told(page: Page, users: str) -> None:
    popover = change(page)
    popover.get_by_label("Users at once").fill(users)
    popover.get_by_label("Users at once").press("Tab")
    expect(popover.locator(".sentence")).to_contain_text("is no number of users: give 1 to 512.")
    assert query_of(page) == {}


def test_a_model_that_does_not_fit_the_choice_says_so_in_place_of_a_figure(
    open_page: OpenPage,
) -> None:
    page = open_page("/?gpu=a100-sxm&count=2")
    expect(gpu_side(page)).to_contain_text("on 2 × A100")
    page.select_option("#model", "llama-3.1-405b")
    expect(gpu_side(page)).to_be_hidden()
    unknown = page.locator("#preview [data-part=gpu-unknown]")
    expect(unknown).to_contain_text("each GPU must hold")
    page.select_option("#model", MIXTRAL)
    expect(gpu_side(page)).to_contain_text("on 2 × A100")
    expect(unknown).to_be_hidden()


def test_nonsense_in_the_address_is_told_in_the_notice(open_page: OpenPage) -> None:
    page = open_page("/?gpu=a100-sxm&precision=fp8")
    expect(page.locator("#notice")).to_contain_text("The A100 has no fp8")
    expect(gpu_side(page)).to_contain_text("on 8 × H100")


def answered(hand: HandSocket, count: int = 1) -> dict[str, Any]:
    asked = hand.heard("generate", count)
    answer = hand.accept(asked)
    answer.write("word " * 96, count=96, clock_s=95 / 480)
    answer.finish(total_s=95 / 480)
    reach(hand.page, "finished")
    return asked


def test_the_usual_gpus_are_not_asked_for_and_others_are(hand: HandSocket) -> None:
    ask(hand.page, "First")
    assert "baseline" not in answered(hand)
    button = hand.page.get_by_role("button", name="beside 8 × H100")
    button.click()
    hand.page.locator("#gpu-system").get_by_label("How many").select_option("4")
    expect(hand.page.get_by_role("button", name="beside 4 × H100")).to_be_visible()
    ask(hand.page, "Second")
    system = {"gpu": "h100-sxm", "count": 4, "precision": "bf16", "users": 1}
    assert answered(hand, 2)["baseline"] == system
    expect(part(hand.page, "gpu-name")).to_have_text("on 4 × H100")
    expect(part(hand.page, "ratio")).to_be_visible()


def test_of_many_users_each_has_a_rate_but_no_ratio(hand: HandSocket) -> None:
    choose(hand.page, GpuSystem("h100-sxm", 8, "bf16", 64))
    expect(gpu_side(hand.page)).to_contain_text("on 8 × H100, each of 64 users")
    hand.page.keyboard.press("Escape")
    ask(hand.page, "First")
    assert answered(hand)["baseline"]["users"] == 64
    expect(part(hand.page, "gpu-name")).to_have_text("on 8 × H100, each of 64 users")
    expect(part(hand.page, "ratio")).to_be_hidden()
    part(hand.page, "gpu-number").click()
    explanation = hand.page.locator("#explanation")
    expect(explanation).to_contain_text("gives each of 64 users the tokens")
    expect(explanation).to_contain_text("a token of all 64 users.")
    hand.page.wait_for_selector("[data-gpu=there]")
    expect(hand.page.locator("#announcer")).not_to_contain_text("the GPU’s.")


def test_a_prompt_is_not_risked_for_gpus_that_may_not_hold_its_model(
    open_hand: OpenHand,
) -> None:
    def holds_back(page: Page) -> None:
        """The server's word on the model that is picked last does not come."""
        page.route(lambda url: "llama-3.1-405b" in url and "gpu.json" in url, lambda route: None)

    hand = open_hand(holds_back)
    choose(hand.page, GpuSystem("a100-sxm", 2, "bf16", 1))
    expect(gpu_side(hand.page)).to_contain_text("2 × A100")
    hand.page.keyboard.press("Escape")
    hand.page.select_option("#model", "llama-3.1-405b")
    ask(hand.page, "First")
    assert "baseline" not in hand.heard("generate")


def test_an_answer_beside_gpus_that_cannot_hold_its_model_has_no_gpu_figure(
    hand: HandSocket,
) -> None:
    choose(hand.page, GpuSystem("a100-sxm", 2, "bf16", 1))
    expect(gpu_side(hand.page)).to_contain_text("2 × A100")
    hand.page.keyboard.press("Escape")
    hand.page.select_option("#model", "llama-3.1-405b")
    expect(hand.page.locator("#preview [data-part=gpu-unknown]")).to_contain_text("must hold")
    ask(hand.page, "First")
    asked = hand.heard("generate")
    assert "baseline" not in asked
    hand.accept(asked | {"model": MIXTRAL}).write("One.", count=3)
    reach(hand.page, "streaming")
    expect(part(hand.page, "gpu-name")).to_contain_text("each GPU must hold")
    for hidden in ("gpu-number", "gpu-bar", "ratio"):
        expect(part(hand.page, hidden)).to_be_hidden()


def test_a_figure_that_the_server_does_not_tell_changes_nothing(page: Page) -> None:
    page.route("**/gpu.json?*", lambda route: route.abort())
    popover = change(page)
    popover.get_by_label("How many").select_option("4")
    expect(popover.locator(".sentence")).to_contain_text("could not be asked")
    expect(gpu_side(page)).to_contain_text("on 8 × H100")
    page.unroute("**/gpu.json?*")
    popover.get_by_label("How many").select_option("2")
    popover.get_by_label("How many").select_option("4")
    expect(gpu_side(page)).to_contain_text("on 4 × H100")


def test_of_two_wishes_the_last_one_stands(page: Page) -> None:
    held: list[Any] = []
    page.route("**/gpu.json?*count=4*", lambda route: held.append(route))
    popover = change(page)
    popover.get_by_label("How many").select_option("4")
    popover.get_by_label("How many").select_option("2")
    expect(gpu_side(page)).to_contain_text("on 2 × H100")
    held[0].fulfill(body=json.dumps({"error": "Too late."}), status=400)
    page.evaluate("fetch('/healthz')")
    expect(popover.locator(".sentence")).not_to_contain_text("Too late.")
    expect(gpu_side(page)).to_contain_text("on 2 × H100")


def test_a_wish_that_is_still_asked_for_holds_for_the_model_that_is_picked_meanwhile(
    page: Page,
) -> None:
    held: list[Any] = []
    page.route(f"**/gpu.json?*count=4*{MIXTRAL}", lambda route: held.append(route))
    popover = change(page)
    with page.expect_request("**/gpu.json?*count=4*"):
        popover.get_by_label("How many").select_option("4")
    page.keyboard.press("Escape")
    page.select_option("#model", LLAMA)
    expect(gpu_side(page)).to_contain_text("on 8 × H100")
    held[0].continue_()
    four = GpuSystem("h100-sxm", 4)
    expect(gpu_side(page)).to_have_text(f"{figure(LLAMA, four)} tokens/s simulated on 4 × H100")


def test_the_keyboard_alone_changes_the_gpus(page: Page) -> None:
    opener = page.locator("#preview").get_by_role("button", name="change the GPUs")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#gpu-system")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    expect(gpu_side(page)).to_contain_text("on 7 × H100")
    page.keyboard.press("Escape")
    expect(page.locator("#gpu-system")).to_be_hidden()
    expect(opener).to_be_focused()


def test_escape_closes_the_popover_and_stops_no_answer(hand: HandSocket) -> None:
    ask(hand.page, "A long one")
    hand.accept(hand.heard("generate")).write("Once", count=3)
    reach(hand.page, "streaming")
    hand.page.click("#beside")
    hand.page.keyboard.press("Escape")
    expect(hand.page.locator("#gpu-system")).to_be_hidden()
    reach(hand.page, "streaming")
    hand.page.keyboard.press("Escape")
    hand.heard("stop")
    assert [message["type"] for message in hand.received].count("stop") == 1


@pytest.mark.parametrize("is_later", [False, True])
def test_the_popover_stays_within_a_phones_window(open_page: OpenPage, is_later: bool) -> None:
    page = open_page(viewport=PHONE, is_mobile=True, has_touch=True)
    if is_later:
        ask(page, "First")
        reach(page, "finished")
        page.click("#beside")
    else:
        change(page)
    page.evaluate("new Promise((done) => requestAnimationFrame(done))")
    box = page.locator("#gpu-system").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert box["y"] + box["height"] <= PHONE["height"]
