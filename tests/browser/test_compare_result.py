"""The end of a race: table, comparisons, and the files that the reader may keep."""

import csv
import io
import re
from pathlib import Path

import pytest
from browser_harness import LLAMA, MIXTRAL, OpenPage
from compare_harness import GROQS, PROMPT, HandRace, address, open_race
from playwright.sync_api import Page, expect

FORMULA = '=HYPERLINK("evil")'


DRAWN = """
    window.drawn = [];
    const own = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        window.drawn.push(text);
        return own.call(this, text, ...rest);
    };
    null;
"""


@pytest.fixture
def race(open_page: OpenPage) -> HandRace:
    return open_race(open_page)


def saved(page: Page, button: str) -> tuple[str, bytes]:
    """The name that a file is offered under, and what is in it."""
    with page.expect_download() as waiting:
        page.click(button)
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def rows_of(page: Page) -> list[dict[str, str]]:
    text = saved(page, "#csv")[1].decode("utf-8-sig")
    assert "\r\n" in text
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_number_explains_itself(race: HandRace) -> None:
    race.go()
    race.run()
    page = race.page
    race.part(1, "speed").click()
    explanation = page.locator("#explanation")
    expect(explanation).to_contain_text("simulated")
    expect(explanation).to_contain_text("12.5 ms weights. Read once.")
    expect(explanation).to_contain_text("a data sheet")
    for number in page.locator("#result button.explained, .lane button.explained").all():
        number.click()
        expect(explanation.locator(".title")).not_to_be_empty()
        expect(explanation.locator(".mark")).not_to_be_empty()
        page.keyboard.press("Escape")


def test_the_table_has_a_dash_for_what_nobody_knows(race: HandRace) -> None:
    race.go()
    race.run()
    rows = race.page.locator("#table tbody tr")
    service = [cell.inner_text() for cell in rows.nth(2).locator("td").all()]
    energy, dollars, mark = service[-3:]
    assert mark == "published"
    assert energy.split() == ["energy:", "–", "not", "known"]
    assert dollars.split() == ["dollars:", "–", "not", "known"]
    assert rows.nth(3).locator("td").nth(2).inner_text() == "–"  # this machine has no users
    for text in rows.all_inner_texts():
        assert not re.search("NaN|null|undefined", text)


def test_dollars_say_whose_the_machine_is(race: HandRace) -> None:
    race.go()
    race.run()
    dollars = [row.locator("td").nth(8) for row in race.page.locator("#table tbody tr").all()]
    shown = [cell.locator(".unit").all_inner_texts() for cell in dollars]
    assert shown == [["owned"], ["rented"], [], []]


def test_a_service_without_a_first_token_has_no_time_end_to_end(open_page: OpenPage) -> None:
    race = open_race(open_page, address(("service:openai-gpt-4", "here")))
    race.go()
    race.accept(ratios=())
    race.drop_flag()
    race.write(0, "The sky is blue.", 4, 0.2)
    race.finish_lane(0, total_s=0.2, has_first=False)
    race.write(1, "The sky is blue.", 4, 0.1)
    race.finish_lane(1, total_s=0.1)
    race.finish()
    race.reach("ended")
    (row, _) = rows_of(race.page)
    assert (row["ttft_s"], row["end_to_end_tokens_per_s"]) == ("", "")
    assert row["total_s"] == "0.2"
    assert "not published" in row["total_s_source"]
    expect(race.part(0, "time")).to_have_text("> 0.20 s")
    expect(race.page.locator("#ratios")).to_contain_text("GPT-4 is another model: no ratio.")


def test_only_the_servers_ratios_are_told(race: HandRace) -> None:
    race.go()
    race.run()
    told = [
        text.replace("\u00a0", " ") for text in race.page.locator("#ratios p").all_inner_texts()
    ]
    assert told[::2] == [
        "Llama 2 70B, one user, output speed: 576 LPU chips have 3.0 × the rate of 8 × H100"
        " (both simulated).",
        "Llama 2 70B, 5 requests at once, end to end: Groq’s published row is 18.6 × Replicate’s"
        " (both published: LLMPerf leaderboard (Anyscale), December 2023).",
        "Pebble on this machine is another model: no ratio.",
    ]
    assert told[1::2] == ["240.0 ÷ 80.0 tokens/s.", "186 ÷ 10 tokens/s."]


def test_the_csv_has_a_mark_and_a_source_beside_every_figure(open_page: OpenPage) -> None:
    race = open_race(open_page, address(prompt=f"{FORMULA}, why"))
    race.go()
    race.run()
    name, _ = saved(race.page, "#csv")
    assert name.startswith("race-")
    assert name.endswith(".csv")
    rows = rows_of(race.page)
    assert [row["lane"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["output_tokens_per_s"] for row in rows] == ["100", "101", "102", "103"]
    for row in rows:
        assert row["prompt"] == f"'{FORMULA}, why"
        assert (row["is_replay"], row["words"]) == ("race", "Pebble")
        figures = [name.removesuffix("_mark") for name in row if name.endswith("_mark")]
        assert len(figures) == 6
        for figure in figures:
            stated = (row[figure] != "", row[f"{figure}_mark"] != "", row[f"{figure}_source"] != "")
            assert stated in ((True, True, True), (False, False, False))
    assert [row["end_to_end_tokens_per_s"] for row in rows] == ["90", "91", "10", "93"]
    assert "not of this race’s" in rows[2]["end_to_end_tokens_per_s_source"]
    assert [row["total_s_mark"] for row in rows] == [
        "simulated",
        "simulated",
        "computed from published figures",
        "measured",
    ]
    assert [row["users"] for row in rows] == ["1", "1", "5 requests", ""]
    assert rows[0]["usd_per_million_tokens_source"].startswith("owned; ")
    assert rows[1]["usd_per_million_tokens_source"].startswith("rented; ")
    assert rows[0]["joules_per_token"] == "876.5"
    assert "576 chips, owned" in rows[0]["joules_per_token_source"]
    assert rows[2]["joules_per_token"] == ""


def test_the_csv_begins_with_the_mark_that_excel_reads_utf_8_by(race: HandRace) -> None:
    race.go()
    race.run()
    assert saved(race.page, "#csv")[1].startswith(b"\xef\xbb\xbfraced_at,")


def test_a_service_stands_with_its_published_rate_and_its_time_is_said_to_be_computed(
    race: HandRace,
) -> None:
    race.go()
    race.run()
    service = race.page.locator("#table tbody tr").nth(2)
    end_to_end, _, total = (service.locator("td").nth(i) for i in (4, 5, 6))
    assert end_to_end.inner_text().split() == ["end", "to", "end:", "10", ",", "published"]
    assert total.inner_text().startswith("computed ")
    end_to_end.locator("button").click()
    explanation = race.page.locator("#explanation")
    expect(explanation).to_contain_text("Published for answers of its own length")
    race.page.keyboard.press("Escape")
    total.locator("button").click()
    expect(explanation.locator(".mark")).to_contain_text("computed from published figures")


def test_what_is_not_in_a_figure_is_said_of_the_machine_that_it_is_of(race: HandRace) -> None:
    race.go()
    race.run()
    explanation = race.page.locator("#explanation")
    for lane, said in enumerate(
        ["No network", "No network", "published measurement", "acceptance"]
    ):
        race.part(lane, "first-number").click()
        expect(explanation).to_contain_text(said)
        race.page.keyboard.press("Escape")
    race.page.locator("#table tbody tr").nth(3).locator("button").nth(4).click()
    expect(explanation).to_contain_text("Not measured here.")


def test_a_ratio_of_a_published_range_is_a_range(race: HandRace) -> None:
    ratios = (
        {**GROQS, "rate": "output speed", "value": 21.25, "value_high": 22.25},
        {**GROQS, "value": 3.54, "value_high": 3.71},
        {**GROQS, "value": 18.6, "value_high": None},
    )
    race.go()
    race.accept(ratios)
    race.finish_race()
    told = race.page.locator("#ratios button").all_inner_texts()
    assert told == ["21 to 22\u00a0×", "3.5 to 3.7\u00a0×", "18.6\u00a0×"]


def test_a_ratio_names_a_precision_that_is_not_the_usual_one(open_page: OpenPage) -> None:
    race = open_race(open_page, address((f"lpu:{LLAMA}", f"gpu:{LLAMA}:h100-sxm:8:fp8:1")))
    race.go()
    race.run()
    expect(race.page.locator("#ratios")).to_contain_text(
        "the rate of 8 × H100 in fp8".replace(" × ", "\u00a0×\u00a0")
    )


def test_this_machine_beside_its_own_model_is_no_other_model(open_page: OpenPage) -> None:
    race = open_race(open_page, address((f"lpu:{LLAMA}", "here")))
    race.go()
    race.accept(ratios=(), words="Llama 2 70B")
    race.finish_race()
    expect(race.page.locator("#ratios")).to_contain_text(
        "This machine is measured, the others are simulated: no ratio."
    )
    expect(race.page.locator("#ratios")).not_to_contain_text("another model")


def test_files_of_a_replay_say_that_they_are(race: HandRace) -> None:
    race.go()
    race.run()
    race.page.click("#replay")
    race.hear(2)
    race.counts = []
    race.run()
    name, _ = saved(race.page, "#csv")
    assert name.endswith("-replay.csv")
    assert {row["is_replay"] for row in rows_of(race.page)} == {"replay"}
    assert saved(race.page, "#png")[0].endswith("-replay.png")


def test_the_picture_says_which_race_it_was_with_marks_and_sources(race: HandRace) -> None:
    race.page.evaluate(DRAWN)
    race.go()
    race.run()
    name, content = saved(race.page, "#png")
    assert name.endswith(".png")
    assert content.startswith(b"\x89PNG")
    drawn = " ".join(race.page.evaluate("window.drawn"))
    for said in (
        PROMPT,
        "UTC",
        "by Pebble",
        "100 tokens/s simulated",
        "102 tokens/s published",
        "103 tokens/s measured",
        "a verified program",
        "LLMPerf leaderboard",
        "576 chips, owned",
        "computed from published figures",
        "per million tokens, owned",
        "per million tokens, rented",
        "users: 5 requests",
        "3.0\u00a0×",
        "Not affiliated with Groq, Meta, Mistral AI or NVIDIA.",
    ):
        assert said in drawn
    assert "replay" not in drawn


def test_a_real_race_shows_the_same_words_in_every_lane(open_page: OpenPage) -> None:
    page = open_page(address((f"lpu:{MIXTRAL}", f"lpu:{LLAMA}", "here")))
    page.wait_for_selector("body[data-connection=open]")
    page.press("#prompt", "Enter")
    page.wait_for_selector("body[data-race=ended]")
    texts = page.locator(".lane [data-part=text]").all_inner_texts()
    assert texts[0] != ""
    assert set(texts) == {texts[0]}
    rows = rows_of(page)
    assert {row["tokens"] for row in rows} == {rows[0]["tokens"]}
    assert sorted(row["place"] for row in rows) == ["1st", "2nd", "3rd"]
    page.click("#replay")
    page.wait_for_selector("body[data-replay=true][data-race=ended]")
    again = rows_of(page)
    for row, once in zip(again, rows, strict=True):
        assert (row["total_s"], row["tokens"]) == (once["total_s"], once["tokens"])
        assert row["is_replay"] == "replay"
