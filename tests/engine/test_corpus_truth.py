"""The corpus holds no contradiction that a program can find, and each rule of the check can fail.
Needs no torch."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from training import check
from training.check import Finding
from training.contradictions import contradictions
from training.corpus import Entry, Pair, parse_entries
from training.figures import FIGURES, LLAMA_RATE, SERVED
from training.tables import Table, read_tables

WRONG_FIGURES = re.split(
    r" \| |\n",
    """\
One LPU chip has 240 MiB of SRAM. | The SRAM of a chip is about 250 MB.
My weights take about 20 megabytes. | One LPU chip streams weights at 80 TB/s.
All 576 LPUs have 12,000 TB/s together. | An A100 reads its memory at 2.4 TB/s.
An H100 reads its HBM at 3.5 TB/s. | The bandwidth is 4.9 TB/s on an H200. | A B200 reads 9 TB/s.
An LPU chip streams 18.43 TB/s, an H100 reads 3.53 TB/s. | 576 chips hold about 144 GB.
An H100 has 96 GB of memory. | The H200 has 144 GB. | A B200 has 192 GB.
Llama 2 70B takes 148 GB in 16 bits. | One link carries 16 GB/s each way.
An LPU runs at 1,000 MHz. | An LPU has 360 lanes. | There are 16 superlanes.
Streams: there are 62 streams. | An LPU has 80 memory slices.
The matrix unit has five planes of weights. | The vector unit has 5,000 ALUs.
An LPU has 140 instruction queues. | A stream carries 300 bytes. | The LPU is made in 7 nm.
Each chip uses 12 ports. | One hop takes about 500 nanoseconds. | A hop costs 300 cycles.
Llama 2 70B was served on 500 LPU chips. | Mixtral ran on 64 chips. | Llama 2 70B 用了 500 块芯片。
A rack holds 80 LPU chips. | The network has at most 12,000 chips.
Llama 2 70B wrote 285 tokens per second. | About 520 tokens per second for Mixtral were published.
The LPU host had 0.322 seconds. | A token of Mixtral takes 3.08 milliseconds.
An LPU card takes 250 W on average. | An H100 takes 900 W. | 576 chips take 300 kilowatts.
With one user it is 475 joules per token. | I have about 12 million parameters.
Llama 2 70B has 80 billion parameters. | Mixtral has 56 billion parameters.
Llama 2 70B is 9,000 times as many. | Llama 2 70B has 70 layers. | I have 12 layers.
My vocabulary has 8,192 tokens. | My window holds 4,096 tokens.
Mixtral cost $0.24 per million tokens. | Llama 3 8B cost $0.10.
To rent an H100 costs $9.00 an hour. | A chip has 0.5 GB.
It is less than two H100 have, which is 180 GB. | On an H100 NVLink carries 600 GB/s.
Qwen3-235B takes 1,600 LPU chips. | Llama 2 7B wrote 120.5 tokens per second.
With Llama 3.3 70B one user got 68.5 tokens per second. | It was 66.5 on eight A100 GPUs.
A token of Llama 2 70B takes 4.92 milliseconds. | BERT-base has 340 million weights.
Mixtral has 80 layers. | Llama 2 70B cost $0.90 per million tokens. | Llama 3 70B cost $0.99.
An A100 rents for $9.00. | An H200 rents for $9.00. | A B200 rents for $9.00.""",
)


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    read, unreadable = check.read_files()
    assert not unreadable
    return read


def entry_of(text: str) -> Entry:
    (entry,) = parse_entries(text, "made_up.txt")
    return entry


def whys(findings: Iterator[Finding]) -> str:
    return " | ".join(finding.why for finding in findings)


def test_nothing_in_corpus_and_tables_contradicts(entries: list[Entry]) -> None:
    assert [str(finding) for finding in check.findings_in(entries, read_tables())] == []


def test_the_corpus_has_as_many_entries_as_it_is_to_have(entries: list[Entry]) -> None:
    assert list(check.too_few(check.counted(entries))) == []


def test_a_corpus_with_one_entry_too_few_is_found() -> None:
    counts = {name: least - (name == "talks") for name, least in check.LEAST.items()}
    assert whys(check.too_few(counts)) == "there are to be at least 400"


@pytest.mark.parametrize("wrong", WRONG_FIGURES)
def test_a_figure_that_the_engine_has_otherwise_is_found(wrong: str) -> None:
    assert list(contradictions(wrong)), wrong


def test_every_rule_about_figures_is_broken_by_one_of_these() -> None:
    found = " | ".join(why for wrong in WRONG_FIGURES for why in contradictions(wrong))
    rules = [rule for rules in FIGURES.values() for rule in rules]
    assert [rule.truth for rule in rules if rule.truth not in found] == []


@pytest.mark.parametrize(
    "right",
    [
        f"Llama 2 70B wrote {LLAMA_RATE:.0f} tokens per second on {SERVED} LPU chips.",
        "One LPU has 220 MiB of SRAM and streams at about 18 TB/s; an H100 reads 3.35 TB/s.",
        "It is 255 tokens per second for Llama 2 70B and about 480 tokens per second for Mixtral.",
        "The 80 TB/s of the LPU is a marketing figure that no paper derives.",
        "A box of 5 litres holds 12 small lanes of toys.",
    ],
)
def test_a_figure_that_the_engine_has_too_is_none(right: str) -> None:
    assert list(contradictions(right)) == []


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ("So 7 + 5 = 13.", "12 is not 13"),
        ("100 / 4 + 2 = 28", "27 is not 28"),
        ("7 times 8 is 54.", "is 56, not 54"),
        ("64 times 320 is 20,840 bytes.", "not 20,840"),
        ("10 percent of 200 is 25.", "is 20, not 25"),
        ("15% of 80 is 14.", "is 12, not 14"),
        ("A mile is about 1.8 kilometres.", "not 1.8"),
        ("One hour has 50 minutes.", "is 60, not 50"),
        ("An inch is 2.45 centimetres.", "not 2.45"),
        ("20 degrees Celsius are 72 degrees Fahrenheit.", "is 68, not 72"),
    ],
)
def test_a_sum_that_is_wrong_is_found(wrong: str, what: str) -> None:
    assert what in " | ".join(contradictions(wrong))


@pytest.mark.parametrize(
    "right",
    [
        "2 + 3 x 4 = 14, and 10 / 4 = 2.5.",
        "3x - 7 = 11, so x = 6.",
        "A mile is about 1.6 kilometres, and 64 streams of 320 bytes are 20,480 bytes.",
        "Ten percent: 10 percent of 200 is 20.",
        "`1 + 1 = 3` is code, and so is this:\n```python\nx = 1 + 1 == 3\n```",
    ],
)
def test_a_sum_that_is_right_is_none(right: str) -> None:
    assert list(contradictions(right)) == []


@pytest.mark.parametrize(
    ("find", "wrong", "why"),
    [
        (check.broken_code, "See:\n```python\nprint(1\n```", "does not parse"),
        (check.broken_code, "See:\n```json\n{'a': 1}\n```", "does not load"),
        (check.broken_code, "See: ```python", "never closed"),
        (check.odd_form, "word " * (check.MOST_WORDS + 1), "words, more than"),
        (check.odd_form, "The moon is far away. Look up. The moon is far away.", "twice"),
        (check.odd_form, "As an AI, I think so.", "As an AI"),
        (check.odd_signs, "It’s a “moon”…", "odd characters"),
        (check.odd_signs, "Well done \N{PARTY POPPER}", "odd characters"),
        (check.odd_signs, "我很好,谢谢。", "full-width"),
        (check.odd_signs, "我很好，谢谢", "full-width"),
    ],
)
def test_an_odd_form_is_found(find: Callable[[str], Iterator[str]], wrong: str, why: str) -> None:
    assert why in " | ".join(find(wrong))


def test_a_refrain_in_quotes_code_and_chinese_are_no_odd_forms() -> None:
    refrain = '"Are you there?" he asked. "I am here, over." She said: "Are you there?"'
    code = "Like this:\n```python\nprint('the same line')\nprint('the same line')\n```"
    for fine in (
        refrain,
        code,
        "我很好，谢谢。今天是 3.5 度。",
        "2² is 4, and 20 °C is warm: déjà vu.",
    ):
        for find in (check.broken_code, check.odd_form, check.odd_signs):
            assert list(find(fine)) == [], fine


def test_a_haiku_of_four_lines_is_found_and_an_explanation_is_none() -> None:
    poem = "A: one line\nanother line\na third line\nand a fourth"
    asked, explained = (
        entry_of(f"Q: haiku about rain\n{poem}"),
        entry_of(f"Q: what is a haiku\n{poem}"),
    )
    assert isinstance(asked, Pair)
    assert isinstance(explained, Pair)
    assert "three lines" in whys(check.wrong_haiku(asked))
    assert list(check.wrong_haiku(explained)) == []


def test_the_same_question_with_another_answer_is_found_whatever_its_case_and_signs() -> None:
    pair, other = (
        entry_of("Q: What's a token?\nA: A piece."),
        entry_of("Q: whats a  TOKEN\nA: A coin."),
    )
    assert crowded([pair, other]) == "is answered otherwise at made_up.txt:1"
    assert crowded([pair, entry_of("Q: what is C++\nA: a"), entry_of("Q: what is C\nA: b")]) == ""


def crowded(entries: Sequence[Entry], tables: Sequence[Table] = ()) -> str:
    numbered = [
        Pair(f"made_up.txt:{i}", entry.questions, entry.answers)
        for i, entry in enumerate(entries, start=1)
        if isinstance(entry, Pair)
    ]
    return whys(check.crowded(check.asked_of(numbered, tables)))


def test_a_question_that_a_table_asks_too_is_found_but_rows_may_share_one() -> None:
    wording = entry_of("Q: who painted {work}?\nQ: what did {artist} paint\nA: {artist}: {work}.")
    assert isinstance(wording, Pair)
    rows = ({"work": "Guernica", "artist": "Picasso"}, {"work": "The Dream", "artist": "Picasso"})
    table = Table("paintings", rows, (wording,))
    assert crowded([], [table]) == ""
    assert "made_up.txt:1" in crowded([entry_of("Q: Who painted Guernica\nA: Dali.")], [table])


def test_a_harmful_request_that_is_answered_is_found_and_does_not_count_as_refused() -> None:
    refused, obliging = (
        Pair(f"cannot_harmful.txt:{i}", ("How do I steal a car?",), (answer,))
        for i, answer in enumerate(("No, I won't help with that.", "Take a screwdriver."))
    )
    assert list(check.obliging(refused)) == []
    assert "without a no" in whys(check.obliging(obliging))
    assert check.counted([refused, obliging])["refusals"] == 1


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "open.txt").write_text("Q: how?\nA: so:\n```python\nprint(1)\n", encoding="utf-8")
    entries, findings = check.read_files(tmp_path)
    assert entries == []
    assert "never closed" in whys(iter(findings))


def test_findings_are_printed_one_a_line_and_end_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = entry_of("Q: how much sram?\nA: A chip has 240 MiB of SRAM.\nA: Half of it.")
    monkeypatch.setattr(check, "read_files", lambda: ([wrong], []))
    monkeypatch.setattr(check, "LEAST", {})
    with pytest.raises(SystemExit) as ended:
        check.main()
    assert ended.value.code == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("made_up.txt:1: A chip has 240 MiB")


def test_where_nothing_is_wrong_the_counts_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "read_files", lambda: ([entry_of("Q: a\nA: b")], []))
    monkeypatch.setattr(check, "LEAST", {})
    check.main()
    assert capsys.readouterr().out.startswith("1 pairs, 0 talks, 0 refusals")
