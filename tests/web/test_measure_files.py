"""A measurement's file: read back as it was written, refused in a sentence where it is another."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from measurements import four, heard, measurement, records

from playground.endpoints.comparison import comparison, differences, ratio
from playground.endpoints.measurement import Measurement, NotAMeasurement, as_json, from_json
from playground.endpoints.report import report
from playground.endpoints.summary import FIGURES, summary

TEXT = as_json(measurement(), four())


def test_a_file_is_read_back_as_it_was_written() -> None:
    read = from_json(TEXT, "a.json")
    assert read.conditions == measurement().conditions
    assert read.summary.failures == measurement().summary.failures
    assert as_json(read, four()) == TEXT


def test_a_file_holds_the_definitions_the_mark_and_every_request_but_no_words() -> None:
    told = json.loads(TEXT)
    assert (told["schema"], told["version"]) == ("lpu-playground/measurement", 1)
    assert told["mark"] == "measured"
    for figure in FIGURES:
        assert told["definitions"][figure.name] == figure.definition
    assert [each["first_s"] for each in told["requests"]] == [0.1, 0.2, 0.3, None]
    assert told["requests"][3]["failure"]["kind"] == "status 429"
    assert "word" not in TEXT


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "a.json is not JSON: give a file that --json wrote."),
        ("[" * 100_000, "a.json is not JSON: give a file that --json wrote."),
        ("NaN", "a.json is not JSON: give a file that --json wrote."),
        ("[]", "a.json is no measurement: give a file that --json wrote."),
        ('{"schema": "other"}', "a.json is no measurement: give a file that --json wrote."),
    ],
)
def test_what_is_no_measurement_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(NotAMeasurement) as refused:
        from_json(text, "a.json")
    assert str(refused.value) == sentence


@pytest.mark.parametrize("version", [0, 2, "1", None, {"a": 1}])
def test_a_file_of_another_version_is_refused(version: object) -> None:
    told = json.loads(TEXT) | {"version": version}
    with pytest.raises(NotAMeasurement, match="this program compares version 1: measure again"):
        from_json(json.dumps(told), "a.json")


def _without(part: str, name: str) -> Callable[[dict[str, Any]], object]:
    return lambda told: told[part].pop(name)


def _with(part: str, name: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda told: told[part].update({name: value})


@pytest.mark.parametrize(
    "damage",
    [
        _without("conditions", "model"),
        _without("figures", "ttft_s"),
        _without("totals", "seconds"),
        _with("conditions", "concurrency", "five"),
        _with("conditions", "concurrency", True),
        _with("figures", "ttft_s", {"p50": "fast"}),
        _with("figures", "ttft_s", 3),
        _with("totals", "counted_by", "somebody"),
        _with("totals", "seconds", -1.0),
        _with("totals", "output_tokens", 10**400),
        _with("conditions", "model", "\x1b[31mred"),
        lambda told: told.update(failures=3),
        lambda told: told.update(figures=None),
    ],
)
def test_a_damaged_file_is_refused(damage: Callable[[dict[str, Any]], object]) -> None:
    told = json.loads(TEXT)
    damage(told)
    with pytest.raises(NotAMeasurement, match=r"a\.json is damaged"):
        from_json(json.dumps(told), "a.json")


def test_equal_conditions_are_compared_with_ratios() -> None:
    told = comparison(measurement(), measurement(slower=2.0, url="https://other.example/v1"))
    assert "B : A" in told
    lines = {line.split("  ")[0]: line.split() for line in told.splitlines()}
    assert lines["Time to first token, ms"][-5:] == ["p50", "200", "400", "2.00", "x"]
    assert lines["Output speed (decode), tokens/s"][-5:] == ["p50", "10.0", "5.00", "0.50", "x"]
    assert "https://other.example/v1" in told
    assert told.count(" requests, 2 at once, after ") == 2
    assert lines["requests that failed"][-3:] == ["1", "1", "–"]
    assert max(map(len, told.splitlines())) <= 100


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"model": "other"}, "model: some-model and other"),
        ({"concurrency": 3}, "concurrency: 2 and 3"),
        ({"rate_per_s": 1.5}, "rate: none and 1.5"),
        ({"prompt_tokens": "100"}, "prompt tokens: 550 ± 150 and 100"),
        ({"is_cut_short": True}, "B was cut short"),
    ],
)
def test_other_conditions_are_named_and_no_ratio_is_drawn(
    changed: dict[str, Any], named: str
) -> None:
    other = measurement(**changed)
    assert differences(measurement(), other) == [named]
    told = comparison(measurement(), other)
    assert f"No ratio: the conditions differ in {named}." in told
    assert " x" not in told
    assert "B : A" not in told


def test_of_two_ways_of_counting_each_is_told_and_marked() -> None:
    ours = summary(records(heard(0, [0.5, 1.0, 1.5, 2.0])))
    told = comparison(Measurement(measurement().conditions, False, ours), measurement())
    joined = " ".join(told.split())
    assert "tokens counted by: tokenizer and usage" in joined
    assert "tokens/s in all ~2.00 3.75" in joined
    assert "~: N is counted with this project's tokenizer" in joined
    assert "N is the usage that the endpoint reports." in joined


@pytest.mark.parametrize("changed", [{"url": "http://b/v1"}, {"date": "today"}, {"program": "9"}])
def test_where_and_when_may_differ(changed: dict[str, Any]) -> None:
    assert differences(measurement(), measurement(**changed)) == []


def test_there_is_no_ratio_to_nothing() -> None:
    assert ratio(None, 1.0) is ratio(1.0, None) is ratio(0.0, 1.0) is None
    assert ratio(2.0, 3.0) == 1.5


def test_the_report_prints_figures_definitions_conditions_and_failures() -> None:
    told = report(measurement(is_cut_short=True))
    joined = " ".join(told.split())
    assert "some-model at http://127.0.0.1:8331/v1" in joined
    assert "Cut short: what was under way is left out." in joined
    assert "Time to first token, ms 200 280 298 300 Inter-token" in joined
    assert "3 of 4 requests answered in 4.00 s: 0.75 requests/s, 3.75 output tokens/s" in joined
    assert "Failed: 1 × status 429: The endpoint answered 429." in joined
    for figure in FIGURES:
        assert figure.definition in joined
    assert "N is the usage that the endpoint reports." in joined
    assert max(map(len, told.splitlines())) <= 100


def test_what_our_tokenizer_counted_carries_a_tilde() -> None:
    each = records(heard(0, [0.5, 1.0, 1.5, 2.0]))
    told = report(Measurement(measurement().conditions, False, summary(each)))
    assert "~2.00" in told
    assert "~: N is counted with this project's tokenizer" in told
    assert "Tokens in the mean: ~4.00 of an answer." in told
