"""The held-out prompts parse, stand nowhere in what Pebble is trained on, and are judged rightly.
Needs no torch."""

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from training.corpus import Entry, Pair, Talk, read_corpus
from training.generators import generate, limits, numbers
from training.generators.limit_kinds import KINDS
from training.tables import read_tables
from training.trials import (
    FORMS,
    HELD_OUT_FOLDER,
    SUMS,
    MalformedTrial,
    Trial,
    has_repeated_sentence,
    is_chinese,
    is_haiku,
    is_python,
    is_refusal,
    is_right,
    plain,
    read_trials,
    sum_trials,
)

LEAST_BY_KIND = {
    "facts": 130, "definitions": 70, "refusals": 60, "self": 35, "talks": 35, "smalltalk": 25,
    "chinese": 25, "python": 25, "translations": 20, "stories": 20, "haiku": 8,
}  # fmt: skip
DRAWN = 20_000
ANY_SUM = re.compile(r"(\d+) ?([-+x]) ?(\d+)")
Sum = tuple[str, int, int]


@pytest.fixture(scope="module")
def trials() -> list[Trial]:
    return read_trials()


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return read_corpus()


def bare(text: str) -> str:
    """A question as letters and digits only, so that "what's" is "whats"."""
    return plain(text).replace(" ", "")


def operands(text: str) -> Sum:
    found = ANY_SUM.search(text)
    assert found, text
    smaller, larger = sorted((int(found[1]), int(found[3])))
    return found[2], smaller, larger


def test_every_kind_has_its_number_of_trials(trials: list[Trial]) -> None:
    counts = Counter(trial.kind for trial in trials)
    assert {kind for kind, least in LEAST_BY_KIND.items() if counts[kind] < least} == set()
    assert counts["sums"] == SUMS
    assert len(trials) - SUMS >= 300


def test_no_prompt_is_asked_twice(trials: list[Trial]) -> None:
    counts = Counter(
        tuple(bare(turn) for turn in trial.asked) for trial in trials if trial.kind != "sums"
    )
    assert [asked for asked, times in counts.items() if times > 1] == []


def test_no_single_prompt_stands_in_corpus_tables_or_grammars(
    trials: list[Trial], entries: list[Entry]
) -> None:
    trained = {bare(text) for entry in entries for text in asked_in(entry)}
    for table in read_tables():
        for entry in table.entries:
            trained |= {bare(q.format(**row)) for q in entry.questions for row in table.rows}
    rng = random.Random(21)
    trained |= {bare(generate(rng)[0]["content"]) for _ in range(DRAWN)}
    single = [trial.asked[0] for trial in trials if trial.kind != "sums" and len(trial.asked) == 1]
    assert [prompt for prompt in single if bare(prompt) in trained] == []


def asked_in(entry: Entry) -> tuple[str, ...]:
    return entry.turns[::2] if isinstance(entry, Talk) else entry.questions


def test_no_talk_goes_as_one_of_the_corpus(trials: list[Trial], entries: list[Entry]) -> None:
    talks = [tuple(map(bare, entry.turns[::2])) for entry in entries if isinstance(entry, Talk)]
    trained = {turns[i:j] for turns in talks for j in range(len(turns) + 1) for i in range(j)}
    longer = [trial.asked for trial in trials if len(trial.asked) > 1]
    assert longer
    assert [asked for asked in longer if tuple(map(bare, asked)) in trained] == []


def test_held_out_sums_are_never_drawn_by_the_grammar() -> None:
    held_out = {operands(trial.asked[0]) for trial in sum_trials(SUMS)}
    rng = random.Random(22)
    talks = (numbers.sums(rng) for _ in range(DRAWN))
    drawn = {operands(message["content"]) for talk in talks for message in talk[1::2]}
    assert len(drawn) > DRAWN / 2
    assert held_out & drawn == set()


def test_the_result_of_a_held_out_sum_is_right() -> None:
    for trial in sum_trials(SUMS):
        sign, smaller, larger = operands(trial.asked[0])
        result = larger + smaller if sign == "+" else larger - smaller
        assert is_right(trial, f"So it is = {result}.")
        assert not is_right(trial, f"So it is = {result}0.")
        assert not is_right(trial, f"So it is = {result + 1}.")


def test_a_plain_refusal_meets_every_trial_of_refusals_and_a_guess_none(
    trials: list[Trial],
) -> None:
    refusals = [trial for trial in trials if trial.kind == "refusals"]
    for trial in refusals:
        assert is_right(trial, "I don't know that, I'm sorry."), trial
        assert not is_right(trial, "It is 42, as everybody knows."), trial


def test_every_answer_of_the_limits_is_a_refusal() -> None:
    rng = random.Random(23)
    for kind in KINDS.values():
        for answer in kind.answers:
            drawn = limits.Drawn(rng).filled(answer)
            assert is_refusal(drawn), drawn
    for _ in range(DRAWN // 4):
        question, answer = (message["content"] for message in limits.limit(rng))
        assert is_refusal(answer), answer
        assert not re.search("[{}|]", question + answer)


def test_no_trial_with_a_fact_is_met_by_repeating_its_question(trials: list[Trial]) -> None:
    """A greeting may be answered by the same greeting."""
    others = [trial for trial in trials if trial.kind not in ("chinese", "smalltalk")]
    assert [trial.asked for trial in others if is_right(trial, trial.asked[-1])] == []


def test_the_answers_of_the_corpus_to_its_own_refusals_are_mostly_judged_refusals(
    entries: list[Entry],
) -> None:
    answers = [
        answer
        for entry in entries
        if isinstance(entry, Pair) and entry.place.startswith(("cannot", "limit"))
        for answer in entry.answers
    ]
    assert sum(map(is_refusal, answers)) > 0.8 * len(answers)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("I don't know that.", True),
        ("I do not really know.", True),
        ("I can't see the weather: I have no window.", True),
        ("Sorry, I cannot open links.", True),
        ("I won't help with that.", True),
        ("That is beyond me.", True),
        ("我不知道，我看不到外面的天气。", True),
        ("The capital of France is Paris.", False),
        ("Yes, it will rain tomorrow at three.", False),
        ("Penguins cannot fly, but they swim well.", False),
        ("She was born in 1834 and painted the sea.", False),
        ("", False),
    ],
)
def test_a_refusal_is_told_from_an_answer(answer: str, verdict: bool) -> None:
    assert is_refusal(answer) is verdict


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("你好！我是 Pebble。", True),
        ("LPU 是语言处理器，权重放在 SRAM 里。", True),
        ("Hello! I am Pebble.", False),
        ("In Chinese one says 你好 for hello.", False),
    ],
)
def test_chinese_may_hold_a_few_latin_words(answer: str, verdict: bool) -> None:
    assert is_chinese(answer) is verdict


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ('Here it is:\n```python\nprint("hi")\n```\nDone.', True),
        ("```\nfor i in range(3):\n    print(i)\n```", True),
        ("```python\nfor i in range(3)\n    print(i)\n```", False),
        ("```python\n# nothing but a remark\n```", False),
        ('print("hi")', False),
        ("```python\nprint(1)", False),
    ],
)
def test_python_stands_in_a_fence_and_parses(answer: str, verdict: bool) -> None:
    assert is_python(answer) is verdict


def test_a_haiku_has_three_lines() -> None:
    assert is_haiku("The old dog, asleep,\nruns with all four of his feet\nafter one grey cat.\n")
    assert not is_haiku("The old dog, asleep, runs with all four of his feet.")
    assert not is_haiku("a\nb\nc\nd")


def test_a_repeated_sentence_is_found_and_a_short_word_may_come_twice() -> None:
    assert has_repeated_sentence("The tide comes in. It is late. the tide  comes in!")
    assert not has_repeated_sentence("No. The tide comes in. No. The tide goes out.")


def test_an_answer_needs_all_that_it_must_hold_and_nothing_that_it_must_not() -> None:
    trial = Trial("facts", ("which two?",), ("red", r"\bblue\b"), ("green",))
    assert is_right(trial, "RED and Blue")
    assert not is_right(trial, "red and bluebell")
    assert not is_right(trial, "red, blue and green")
    assert not is_right(Trial("refusals", ("?",)), "  ")


def test_a_story_of_one_line_is_no_story(trials: list[Trial]) -> None:
    stories = [trial for trial in trials if trial.kind == "stories"]
    for trial in stories:
        hero = " and ".join(trial.has)
        assert not is_right(trial, f"There was\n{hero}."), trial
        assert is_right(trial, f"There was {hero}.\n\n" + "They walked on and on. " * 10), trial


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ('{ask = "hello", holds = "hi"}', "give ask"),
        ('{has = "hi"}', "give ask"),
        ('{ask = "hello", has = "("}', "trial 1"),
        ('{ask = "hello"}', "nothing to judge by"),
    ],
)
def test_a_malformed_trial_is_refused_by_file_and_number(
    given: str, complaint: str, tmp_path: Path
) -> None:
    (tmp_path / "facts.toml").write_text(f"trials = [\n    {given},\n]\n", encoding="utf-8")
    with pytest.raises(MalformedTrial, match=re.escape(complaint)) as raised:
        read_trials(tmp_path)
    assert "facts.toml" in str(raised.value)


def test_every_file_of_trials_is_of_a_known_kind() -> None:
    kinds = {path.stem for path in HELD_OUT_FOLDER.glob("*.toml")}
    assert set(FORMS) <= kinds
    assert kinds <= set(LEAST_BY_KIND)
