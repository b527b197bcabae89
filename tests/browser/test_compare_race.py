"""The race before a hand-written socket: what goes out, what each lane shows, how it ends."""

import pytest
from browser_harness import KEY, LLAMA, MIXTRAL, Cable, HandSocket, OpenPage
from compare_harness import PROMPT, HandRace, address, open_race
from playwright.sync_api import expect


@pytest.fixture
def race(open_page: OpenPage) -> HandRace:
    return open_race(open_page)


def test_enter_asks_for_the_lanes_as_they_stand(race: HandRace) -> None:
    asked = race.go()
    assert asked["messages"] == [{"role": "user", "content": PROMPT}]
    assert asked["lanes"] == [
        {"machine": "lpu", "model": "llama2-70b-4096"},
        {
            "machine": "gpu",
            "model": "llama2-70b-4096",
            "gpu": "h100-sxm",
            "count": 8,
            "precision": "bf16",
            "users": 1,
        },
        {"machine": "service", "service": "replicate-llama2-70b"},
        {"machine": "here"},
    ]
    assert set(asked) == {"type", "id", "messages", "params", "lanes"}
    expect(race.page.locator("#prompt")).to_have_value(PROMPT)


def test_an_address_starts_nothing_by_itself(race: HandRace) -> None:
    expect(race.part(0, "speed")).to_be_visible()
    assert race.hand.received == []
    expect(race.page.locator("body")).to_have_attribute("data-race", "empty")


def test_words_are_computed_before_the_flag_and_that_is_said(race: HandRace) -> None:
    race.go()
    race.accept()
    expect(race.page.locator("#status")).to_have_text(
        "The words are being computed, once, by Pebble…"
    )
    race.drop_flag(count=4)
    expect(race.page.locator("#flag")).to_have_text("4 tokens in 0.15 s, measured here.")
    expect(race.page.locator("#announcer")).to_contain_text("4 tokens in 0.15 s, measured here.")
    expect(race.part(3, "rate")).to_have_text("900")


def test_every_lane_gets_its_own_text_whole_and_no_markup(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag(count=40)
    written = ["", "", "", ""]
    for step in range(10):
        for lane in range(4):
            text = f"<b>{lane}</b>\n  {step} "
            written[lane] += text
            race.write(lane, text, 1, 0.01 * step)
    for lane in range(4):
        expect(race.part(lane, "text")).to_have_text(written[lane])
        assert race.part(lane, "text").text_content() == written[lane]
        assert race.part(lane, "text").evaluate("text => text.childNodes.length") == 1


def test_no_lane_waits_for_another_nor_runs_ahead_of_its_frames(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag(count=4)
    race.write(0, "The sky is blue.", 4, 0.02)
    expect(race.part(0, "tokens")).to_have_text("4 of 4 tokens")
    expect(race.part(1, "tokens")).to_have_text("0 of 4 tokens")
    expect(race.part(1, "text")).to_be_empty()
    race.write(1, "The ", 1, 0.02)
    expect(race.part(1, "tokens")).to_have_text("1 of 4 tokens")


def test_the_live_rate_is_of_the_stamps_and_ends_at_the_account(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag(count=8)
    race.write(0, "a", 1, 0.01)
    expect(race.part(0, "live")).to_have_text("–")  # one token has no rate
    race.write(0, "b c d", 4, 0.03)  # the prompt takes 10 ms: 4 tokens in 20 ms
    expect(race.part(0, "live")).to_have_text("200")
    race.write(0, "e f g", 3, 0.05)
    race.finish_lane(0, total_s=0.05)
    expect(race.part(0, "live")).to_have_text("100")
    expect(race.part(0, "live-name")).to_have_text("output speed")


def test_frames_are_acknowledged_lane_by_lane_once_drawn(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag()
    race.write(2, "One ", 1, 0.1)
    race.write(0, "One ", 1, 0.1)
    expect(race.part(0, "text")).to_have_text("One")
    race.hand.heard("ack", 2)
    assert sorted(race.acks()) == [(0, 1), (2, 1)]
    race.write(0, "two", 1, 0.2)
    race.hand.heard("ack", 3)
    assert race.acks()[-1] == (0, 2)


def test_the_order_of_arrival_is_the_clocks(race: HandRace) -> None:
    race.go()
    race.run(totals_s=(0.2, 0.6, 3.0, 0.1))
    places = [race.part(lane, "place").text_content() for lane in range(4)]
    assert places == ["2nd", "3rd", "4th", "1st"]
    said = race.page.locator("#announcer").text_content() or ""
    assert said.startswith("The race is over: 1st Pebble on this machine, 103 tokens per second")
    assert said.count(".") == 1  # one sentence
    assert said.index("1st") < said.index("2nd") < said.index("3rd") < said.index("4th")
    for mark in ("simulated", "published", "measured"):
        assert mark in said


def test_the_lanes_cannot_be_changed_while_they_run(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag()
    expect(race.lane(0).locator("[data-field=machine]")).to_be_disabled()
    expect(race.page.locator("#add")).to_be_hidden()  # there are four
    race.page.press("#prompt", "Enter")
    race.page.keyboard.press("Escape")
    assert race.hand.heard("stop")["id"] == race.asked["id"]
    assert len([each for each in race.hand.received if each["type"] == "race"]) == 1


def test_stop_ends_every_lane_where_it_is(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag(count=90)
    race.write(0, "Half an answer", 45, 0.3)
    race.page.click("#go")
    assert race.hand.heard("stop")["id"] == race.asked["id"]
    for lane in range(4):
        race.finish_lane(lane, total_s=0.3, reason="stopped")
    race.finish("stopped")
    race.reach("ended")
    expect(race.part(0, "place")).to_have_text("stopped")
    expect(race.page.locator("#table tbody tr").first).to_contain_text("45 of 90 tokens")
    expect(race.page.locator("#go")).to_have_text("Race")


def test_a_lane_that_dies_leaves_the_others_running(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag()
    race.write(0, "The sky", 2, 0.1)
    race.error("internal", "Lane 1 broke on this machine; the others run on.")
    race.finish_lane(0, total_s=None, reason="error")
    expect(race.part(0, "problem")).to_have_text("Lane 1 broke on this machine; the others run on.")
    race.write(1, "The sky is blue.", 4, 0.2)
    expect(race.part(1, "text")).to_have_text("The sky is blue.")
    expect(race.page.locator("body")).to_have_attribute("data-race", "running")
    for lane in (1, 2, 3):
        race.counts[lane] = 4
        race.finish_lane(lane, total_s=0.2)
    race.finish()
    race.reach("ended")
    expect(race.part(0, "place")).to_have_text("broken")
    for name in ("time", "first", "live"):
        expect(race.part(0, name)).to_have_text("–")
    expect(race.page.locator("#table tbody tr").first).to_contain_text("2 of 4 tokens")
    expect(race.page.locator("#table")).not_to_contain_text("0.000")
    expect(race.page.locator("#status-after")).to_have_text(
        "Lane 1 broke; every other lane showed the same words at its own clock."
    )


def test_a_lane_stopped_before_its_first_token_has_no_time(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag(count=90)
    race.write(0, "Half an answer", 45, 0.3)
    race.page.click("#go")
    race.finish_lane(0, total_s=0.3, reason="stopped")
    for lane in (1, 2, 3):
        race.finish_lane(lane, total_s=None, reason="stopped")
    race.finish("stopped")
    race.reach("ended")
    expect(race.part(1, "time")).to_have_text("–")
    expect(race.part(1, "first")).to_have_text("–")
    assert "0.000" not in race.page.locator("#table").inner_text()
    expect(race.page.locator("#status-after")).to_have_text("Stopped.")


def test_a_stop_before_the_flag_is_said_as_that(race: HandRace) -> None:
    race.go()
    race.accept()
    race.page.click("#go")
    for lane in range(4):
        race.finish_lane(lane, total_s=None, reason="stopped")
    race.finish("stopped")
    race.reach("ended")
    expect(race.page.locator("#status-after")).to_have_text("Stopped before the flag.")
    expect(race.page.locator("#announcer")).to_have_text("Stopped before the flag.")
    expect(race.page.locator("#flag")).to_be_hidden()


def test_words_that_are_none_are_said_to_be(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag(count=0)
    for lane in range(4):
        race.finish_lane(lane, total_s=None)
    race.finish()
    race.reach("ended")
    expect(race.page.locator("#status-after")).to_have_text("Pebble wrote nothing.")
    expect(race.page.locator("#announcer")).to_have_text("Pebble wrote nothing.")


def test_words_that_break_off_are_told_in_the_servers_sentence(race: HandRace) -> None:
    race.go()
    race.accept()
    race.error("internal", "The kernels failed.")
    for lane in range(4):
        race.finish_lane(lane, total_s=None, reason="error")
    race.finish("error")
    race.reach("ended")
    expect(race.page.locator("#problem")).to_have_text("The kernels failed.")
    expect(race.page.locator("#status-after")).to_be_empty()
    expect(race.page.locator("#go")).to_have_text("Race")


def test_a_lane_without_a_first_tokens_time_takes_no_place(open_page: OpenPage) -> None:
    race = open_race(open_page, address(("service:openai-gpt-4", "here", f"lpu:{LLAMA}")))
    race.go()
    race.accept(ratios=())
    race.finish_race(totals_s=(0.1, 0.3, 0.2))
    places = [race.part(lane, "place").text_content() for lane in range(3)]
    assert places == ["arrived", "2nd", "1st"]
    expect(race.page.locator("#announcer")).to_contain_text("arrived GPT-4 at OpenAI")


def test_a_lane_that_had_died_runs_again_after_a_resume(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag()
    race.write(0, "The ", 1, 0.1)
    race.error("internal", "Lane 1 broke on this machine; the others run on.")
    race.finish_lane(0, total_s=None, reason="error")
    expect(race.part(0, "place")).to_have_text("broken")
    acks = len(race.acks())
    race.hand.hang_up()
    assert race.hand.heard("resume")["counts"] == [1, 0, 0, 0]
    race.accept()
    race.drop_flag(elapsed_s=1.0)
    race.write(0, "sky is blue.", 3, 0.2)
    expect(race.part(0, "text")).to_have_text("The sky is blue.")
    race.hand.heard("ack", acks + 1)
    assert race.acks()[-1] == (0, 1)
    expect(race.part(0, "problem")).to_be_hidden()
    race.finish_lane(0, total_s=0.2)
    expect(race.part(0, "place")).to_have_text("1st")


def test_a_double_click_starts_a_race_and_does_not_stop_it(race: HandRace) -> None:
    race.page.dblclick("#go")
    race.hear()
    race.page.locator("#prompt").focus()
    race.page.keyboard.press("Escape")  # a stop, and what came before it was heard by then
    race.hand.heard("stop")
    assert [each["type"] for each in race.hand.received] == ["race", "stop"]


def test_a_double_click_in_the_chat_asks_once_and_does_not_stop(open_page: OpenPage) -> None:
    hand = HandSocket(open_page(None))
    hand.page.goto("/")
    hand.page.wait_for_selector("body[data-connection=open]")
    hand.page.fill("#prompt", PROMPT)
    hand.page.evaluate(
        "for (const detail of [1, 2]) document.querySelector('#composer button[type=submit]')"
        ".dispatchEvent(new MouseEvent('click', {detail, bubbles: true, cancelable: true}))"
    )
    hand.heard("generate")
    hand.page.keyboard.press("Escape")
    hand.heard("stop")
    assert [each["type"] for each in hand.received] == ["generate", "stop"]


def test_a_replay_runs_the_same_words_and_says_so_everywhere(race: HandRace) -> None:
    race.go()
    race.run()
    race.page.click("#replay")
    expect(race.page.locator("#go")).to_be_focused()
    asked = race.hear(2)
    assert asked["words"] == KEY
    assert set(asked) == {"type", "id", "lanes", "words"}
    race.counts = []
    race.run()
    expect(race.page.locator("#replay-tag")).to_be_visible()
    expect(race.page.locator("#status")).to_contain_text("Replay")
    expect(race.page.locator("#table caption")).to_contain_text("Replay")
    expect(race.page.locator("#chart figcaption")).to_contain_text("replay")
    expect(race.page.locator("#announcer")).to_contain_text("The replay is over:")


def test_race_again_computes_anew(race: HandRace) -> None:
    race.go()
    race.run()
    race.page.click("#again")
    asked = race.hear(2)
    assert asked["messages"] == [{"role": "user", "content": PROMPT}]
    assert "words" not in asked


def test_words_that_are_no_longer_kept_can_be_raced_again(race: HandRace) -> None:
    race.go()
    race.run()
    race.page.click("#replay")
    race.hear(2)
    race.error("gone", "Unknown.")
    expect(race.page.locator("#problem")).to_contain_text("computed anew")
    expect(race.page.locator("#go")).to_have_text("Race")


def test_a_refused_replay_leaves_the_result_as_it_stands(race: HandRace) -> None:
    page = race.page
    race.go()
    race.run()
    table, text = page.locator("#table").inner_text(), race.part(0, "text").text_content()
    said = page.locator(".status").inner_text()
    page.click("#replay")
    race.hear(2)
    expect(page.locator("#result")).to_be_visible()
    race.error("busy", "Too many races are on. Wait a moment.")
    race.reach("ended")
    expect(page.locator("#problem")).to_have_text("Too many races are on. Wait a moment.")
    assert page.locator("#table").inner_text() == table
    assert race.part(0, "text").text_content() == text
    assert page.locator(".status").inner_text() == said
    expect(page.locator("body")).to_have_attribute("data-replay", "false")
    page.click("#replay")
    assert race.hear(3)["words"] == KEY
    race.counts = []
    race.run()
    expect(page.locator("#replay-tag")).to_be_visible()


def test_a_refused_race_leaves_the_result_as_it_stands(race: HandRace) -> None:
    race.go()
    race.run()
    race.page.click("#again")
    race.hear(2)
    race.error("bad_param", "lanes[1]: The H100 is sold out.")
    expect(race.part(1, "problem")).to_have_text("The H100 is sold out.")
    expect(race.page.locator("#result")).to_be_visible()
    expect(race.part(1, "text")).to_have_text("The sky is blue.")
    expect(race.page.locator("#go")).to_have_text("Mend lane 2")


def test_a_prompt_too_long_for_a_message_stays_and_is_never_sent(race: HandRace) -> None:
    question = "Why? " * 60_000
    race.page.fill("#prompt", question)
    race.page.click("#go")
    expect(race.page.locator("#problem")).to_contain_text("longer than a message may be")
    expect(race.page.locator("#prompt")).to_have_value(question)
    race.page.fill("#prompt", PROMPT)
    assert race.go()["messages"] == [{"role": "user", "content": PROMPT}]


def test_a_refusal_stands_at_the_lane_it_names(race: HandRace) -> None:
    asked = race.go()
    race.error("bad_param", "lanes[1]: The H100 is sold out.")
    expect(race.part(1, "problem")).to_have_text("The H100 is sold out.")
    expect(race.page.locator("#problem")).to_be_hidden()
    expect(race.page.locator("#go")).to_have_text("Mend lane 2")
    expect(race.page.locator("#announcer")).to_have_text("Lane 2: The H100 is sold out.")
    expect(race.page.locator("#prompt")).to_have_value(PROMPT)
    race.page.press("#prompt", "Enter")
    expect(race.lane(1).locator("[data-field=machine]")).to_be_focused()
    assert race.hand.received == [asked]
    race.lane(1).locator("[data-field=machine]").select_option("here")
    expect(race.page.locator("#go")).to_have_text("Race")


def test_any_other_refusal_stands_above_the_lanes(race: HandRace) -> None:
    race.go()
    race.error("busy", "Too many answers are being written. Wait a moment.")
    expect(race.page.locator("#problem")).to_have_text(
        "Too many answers are being written. Wait a moment."
    )
    expect(race.page.locator("#prompt")).to_have_value(PROMPT)
    race.go(2)


def test_a_broken_connection_resumes_each_lane_where_it_was(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag(count=4)
    race.write(0, "The sky is blue.", 4, 0.1)
    race.finish_lane(0, total_s=0.1)
    race.write(1, "The ", 1, 0.1)
    expect(race.part(1, "text")).to_have_text("The")
    race.hand.hang_up()
    resumed = race.hand.heard("resume")
    assert (resumed["key"], resumed["counts"]) == (KEY, [4, 1, 0, 0])
    race.accept()
    race.drop_flag(count=4, elapsed_s=1.0)
    race.finish_lane(0, total_s=0.1)
    race.write(1, "sky is blue.", 3, 0.3)
    race.finish_lane(1, total_s=0.3)
    expect(race.part(0, "text")).to_have_text("The sky is blue.")
    expect(race.part(1, "text")).to_have_text("The sky is blue.")
    expect(race.part(1, "place")).to_have_text("2nd")
    for lane in (0, 1):
        expect(race.lane(lane)).to_have_attribute("data-state", "there")
        expect(race.part(lane, "live")).to_have_attribute("aria-hidden", "false")


def test_a_race_that_nobody_heard_of_is_asked_for_again(race: HandRace) -> None:
    first = race.go()
    race.hand.hang_up()
    assert race.hear(2) == first


def test_a_race_that_is_read_elsewhere_keeps_what_came(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag()
    race.write(0, "The sky", 2, 0.1)
    race.error("taken_over", "Read elsewhere.")
    expect(race.page.locator("#problem")).to_contain_text("can no longer be had")
    expect(race.page.locator("#problem")).to_contain_text("read elsewhere")
    expect(race.page.locator("#status-after")).to_have_text("It is read elsewhere now.")
    expect(race.part(0, "place")).to_have_text("not arrived")
    expect(race.part(0, "text")).to_have_text("The sky")
    expect(race.page.locator("#go")).to_have_text("Race")


def test_a_hidden_tab_acknowledges_on_receipt(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag()
    race.page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true})")
    race.page.evaluate("window.requestAnimationFrame = () => 1")
    race.write(1, "The sky", 2, 0.1)
    race.hand.heard("ack")
    assert race.acks() == [(1, 1)]


def test_one_animation_frame_draws_all_lanes(race: HandRace) -> None:
    race.go()
    race.accept()
    race.drop_flag()
    race.page.evaluate(
        "window.held = []; window.requestAnimationFrame = (draw) => { held.push(draw); return 1; }"
    )
    for lane in range(4):
        race.write(lane, "The sky", 2, 0.1)
    race.finish_lane(3, total_s=0.1, reason="stopped")  # the last to come
    expect(race.part(3, "text")).to_have_text("The sky")
    race.page.evaluate("window.drawing = held.filter((draw) => draw?.name === 'drawAll')")
    assert race.page.evaluate("drawing.length") == 1
    race.page.evaluate("drawing[0]()")
    for lane in range(4):
        expect(race.part(lane, "text")).to_have_text("The sky")


def test_two_pages_do_not_disturb_each_other(open_page: OpenPage) -> None:
    one, other = open_race(open_page), open_race(open_page)
    one.go()
    one.accept()
    one.drop_flag()
    other.go()
    other.accept()
    one.write(0, "Mine", 2, 0.1)
    expect(one.part(0, "text")).to_have_text("Mine")
    expect(other.part(0, "text")).to_be_empty()
    assert one.asked["id"] != other.asked["id"]


def test_a_cut_cable_costs_no_lane_a_word(open_page: OpenPage, cable: Cable) -> None:
    page = open_page(cable.url + address((f"lpu:{MIXTRAL}", "service:groq-llama2-70b")))
    page.wait_for_selector("body[data-connection=open]")
    page.press("#prompt", "Enter")
    texts = page.locator(".lane [data-part=text]")
    expect(texts.nth(1)).not_to_be_empty()
    cable.cut()
    page.wait_for_selector("body[data-connection=lost]")
    cable.mend()
    page.wait_for_selector("body[data-race=ended]")
    whole = texts.all_inner_texts()
    assert whole[0] == whole[1] != ""
    expect(page.locator("#table tbody tr")).to_have_count(2)
    expect(page.locator("#table tbody")).not_to_contain_text("of")  # none is short of a token
