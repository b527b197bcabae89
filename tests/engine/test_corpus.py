"""The corpus parses, the grammars are right, and the same seed gives the same conversations. Needs
no torch."""

import random
import re

import pytest

from training.batches import LEARNED_STEP, NOTHING, ROW_LENGTHS, batch_of, pack, rows_of_batches
from training.corpus import (
    CORPUS_FOLDER,
    Entry,
    MalformedCorpus,
    Pair,
    Talk,
    held_out_conversations,
    is_held_out,
    parse_entries,
    read_corpus,
    training_questions,
    vary,
)
from training.evaluate import PEBBLE_FOLDER
from training.generators import SHARES, Generator, generate, measures, numbers, puzzles, stories
from training.generators.facts import PHRASES
from training.generators.words import LISTS, OPPOSITES, count_letters
from training.mixture import (
    BEGINNINGS,
    FIRST_WORDS_OF_STORIES,
    broken_off,
    mixture_of,
    pool,
)
from training.phrasing import drop
from training.tables import read_tables
from training.tokenizer import END_ID, Encoded, encode_conversation, load_tokenizer

OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "x": lambda a, b: a * b,
    "/": lambda a, b: a // b,
}


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return read_corpus()


def test_every_corpus_file_parses_and_holds_entries() -> None:
    paths = sorted(CORPUS_FOLDER.glob("*.txt"))
    assert len(paths) >= 40
    for path in paths:
        assert parse_entries(path.read_text(encoding="utf-8"), path.name), path.name


def test_the_corpus_is_large_enough_to_train_on(entries: list[Entry]) -> None:
    assert sum(isinstance(entry, Pair) for entry in entries) >= 4000
    assert sum(isinstance(entry, Talk) for entry in entries) >= 400


def test_no_text_holds_a_special_token_or_a_leftover_mark(entries: list[Entry]) -> None:
    for entry in entries:
        texts = entry.turns if isinstance(entry, Talk) else entry.questions + entry.answers
        for text in texts:
            assert "<|" not in text, entry.place
            assert not re.search(r"^[QAUP]:", text, re.MULTILINE), entry.place


def test_no_phrasing_is_answered_in_two_places_within_one_file(entries: list[Entry]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for entry in entries:
        if isinstance(entry, Pair):
            assert len(set(entry.questions)) == len(entry.questions), entry.place
            for question in entry.questions:
                key = (entry.place.split(":")[0], question)
                assert seen.setdefault(key, entry.place) == entry.place, (entry.place, question)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Q: a question\n", "x.txt:1"),
        ("\nA: an answer first\n", "x.txt:2"),
        ("Q: q\nA: a\nQ: again\n", "x.txt:1"),
        ("U: hello\nU: hello?\nP: yes\n", "x.txt:1"),
        ("U: hello\nP: yes\nU: the last word\n", "x.txt:1"),
        ("# note\nstray text\n", "x.txt:2"),
        ("Q: q\nA:\n", "x.txt:2"),
        ("Q: q\nA: code\n```python\nprint(1)\n", "x.txt:3"),
    ],
)
def test_a_malformed_entry_is_refused_with_file_and_line(text: str, place: str) -> None:
    with pytest.raises(MalformedCorpus, match=re.escape(place)):
        parse_entries(text, "x.txt")


def test_an_answer_keeps_its_lines_its_empty_lines_and_its_code() -> None:
    text = "Q: how?\nA: Like this:\n.\n```python\n# a comment\n\nprint(1)\n```\n\nQ: next\nA: b\n"
    first, second = parse_entries(text, "x.txt")
    assert isinstance(first, Pair)
    assert first.answers == ("Like this:\n\n```python\n# a comment\n\nprint(1)\n```",)
    assert isinstance(second, Pair)
    assert second.questions == ("next",)


def test_held_out_phrasings_are_few_and_never_trained_on(entries: list[Entry]) -> None:
    pairs = [entry for entry in entries if isinstance(entry, Pair)]
    held_out = {talk[0]["content"] for talk in held_out_conversations(entries)}
    phrasings = sum(len(pair.questions) for pair in pairs)
    assert 0.005 < len(held_out) / phrasings < 0.04
    for pair in pairs:
        assert not any(is_held_out(question) for question in training_questions(pair)[1:])


def test_the_same_seed_gives_the_same_conversations_and_another_seed_others(
    entries: list[Entry],
) -> None:
    mixture = mixture_of(entries, read_tables())
    assert pool(mixture, 7, 3, 40) == pool(mixture, 7, 3, 40)
    assert pool(mixture, 7, 3, 40) != pool(mixture, 8, 3, 40)
    assert pool(mixture, 7, 3, 40) != pool(mixture, 7, 4, 40)


def test_every_conversation_alternates_and_pebble_has_the_last_word(entries: list[Entry]) -> None:
    for conversation in pool(mixture_of(entries, read_tables()), 1, 0, 300):
        roles = [message["role"] for message in conversation if message["role"] != "system"]
        assert roles == ["user", "assistant"] * (len(roles) // 2)
        assert all(message["content"].strip() for message in conversation)


def test_an_answer_that_breaks_off_is_the_beginning_of_a_written_one_or_of_a_refusal(
    entries: list[Entry],
) -> None:
    written = tuple(a for entry in entries if isinstance(entry, Pair) for a in entry.answers)
    begun = [
        talk
        for talk in pool(mixture_of(entries, read_tables()), 1, 0, 200)
        if "breaks_off" in talk[-1]
    ]
    assert len(begun) > 100
    texts = [talk[-1]["content"] for talk in begun]
    is_written = [any(whole.startswith(text + " ") for whole in written) for text in texts]
    assert 0.7 < sum(is_written) / len(texts) < 1
    assert all(len(text.split(" ")) <= FIRST_WORDS_OF_STORIES[1] for text in texts)


@pytest.mark.parametrize("number", range(len(BEGINNINGS)))
def test_what_breaks_off_is_as_it_was_up_to_there(entries: list[Entry], number: int) -> None:
    source, (fewest, most), _ = BEGINNINGS[number]
    mixture, rng = mixture_of(entries, read_tables()), random.Random(number)
    for words in range(fewest, most + 1):
        *before, answer = source(mixture, rng)
        *kept, begun = broken_off([*before, answer], words)
        assert kept == before
        assert begun["content"].split(" ") == answer["content"].split(" ")[:words]


def test_a_dropped_word_is_one_of_the_question_and_short_ones_keep_theirs() -> None:
    rng, question = random.Random(1), "what is the capital of France"
    heard = {drop(question, rng) for _ in range(100)}
    assert "what is the of France" in heard
    assert all(len(text.split()) == len(question.split()) - 1 for text in heard)
    assert drop("define SRAM, please", rng) == "define SRAM, please"


def test_the_end_is_learned_of_whole_answers_alone() -> None:
    tokenizer = load_tokenizer(PEBBLE_FOLDER / "tokenizer.json")
    question = {"role": "user", "content": "What is an LPU?"}
    answer = {"role": "assistant", "content": "An LPU is"}
    whole = encode_conversation(tokenizer, [question, answer])
    begun = encode_conversation(tokenizer, [question, answer | {"breaks_off": "yes"}])
    assert whole.ids == (*begun.ids, END_ID)
    assert whole.is_learned == (*begun.is_learned, True)


@pytest.mark.parametrize("generator", [generator for generator, _ in SHARES])
def test_every_grammar_fills_all_its_slots(generator: Generator) -> None:
    rng = random.Random(11)
    for _ in range(200):
        for message in generator(rng):
            assert message["content"].strip()
            assert not re.search(r"\{\w*\}", message["content"]), message["content"]


def test_every_equation_that_the_grammars_write_is_true() -> None:
    rng = random.Random(5)
    sums = (numbers.sums, numbers.drill, numbers.division, numbers.square)
    makers = (*sums, puzzles.word_problem, puzzles.legs, puzzles.journey)
    for _ in range(1500):
        for maker in makers:
            for message in maker(rng)[1::2]:
                assert_equations_hold(message["content"])


def assert_equations_hold(text: str) -> None:
    """Each `a = b = c` of a text has one value, negative results in the form -(b - a) included."""
    equations = re.findall(r"[\d(][\d +x/()-]*(?:= ?-?[\d(][\d +x/()-]*)+", text)
    assert equations, text
    for equation in equations:
        values = [value_of(side) for side in equation.split("=")]
        assert len(set(values)) == 1, text


def value_of(side: str) -> int:
    negated = re.fullmatch(r"-\((.*)\)", side.strip())
    if negated:
        return -value_of(negated.group(1))
    first, *rest = side.split()
    value = int(first)
    for sign, operand in zip(rest[::2], rest[1::2], strict=True):
        value = OPERATIONS[sign](value, int(operand))
    return value


def test_the_result_of_a_sum_is_the_last_number_of_its_answer() -> None:
    for a, b in ((348, 275), (999, 1), (7, 8), (500, 500)):
        assert numbers.solve_addition(a, b).endswith(f"= {a + b}")
        assert numbers.solve_subtraction(a, b).endswith(f"= {a - b}")
    for a, b in ((47, 6), (6, 47), (12, 12), (99, 99), (40, 15), (123, 4)):
        assert numbers.solve_multiplication(a, b).endswith(f"= {a * b}")
    assert numbers.solve_subtraction(12, 30).endswith("= -18")
    assert "5 + 8 = 13, 4 + 7 + 1 = 12, 3 + 2 + 1 = 6" in numbers.solve_addition(345, 278)


def test_tokens_per_second_are_divided_rightly() -> None:
    rng = random.Random(3)
    for _ in range(300):
        answer = measures.tokens_per_s(rng)[1]["content"]
        found = re.match(r"(\d+) tokens / (\d+) tokens per second = (?:about )?([\d.]+) s", answer)
        if found:
            count, rate, took = (float(text) for text in found.groups())
            assert took == pytest.approx(count / rate, abs=0.0051)


def test_counted_letters_agree_with_the_word() -> None:
    rng = random.Random(2)
    for _ in range(300):
        answer = count_letters(rng)[1]["content"]
        spelled, _, said = answer.partition(": ")
        if said.endswith("letters."):
            assert int(said.split()[0]) == len(spelled.replace("-", ""))
        elif "times" in said:
            assert int(said.split()[0]) == spelled.count(said.rstrip(".")[-1])


def test_stories_are_150_to_260_words_and_name_their_hero() -> None:
    rng = random.Random(4)
    told = set()
    for _ in range(300):
        cast = stories.draw_cast(rng)
        text = stories.tell(cast, rng)
        told.add(text)
        assert 140 <= len(text.split()) <= 260
        assert cast.name in text
        assert cast.kind in text
    assert len(told) == 300


def test_tables_are_whole() -> None:
    assert all(len(row) == 5 for row in PHRASES)
    assert all(len(pair) == 2 for pair in OPPOSITES)
    assert all(len(members) >= 4 for members in LISTS.values())


def test_generated_conversations_hardly_repeat() -> None:
    rng = random.Random(9)
    drawn = [generate(rng)[0]["content"] for _ in range(2000)]
    assert len(set(drawn)) > 1700


def test_a_varied_question_keeps_what_it_is_about() -> None:
    rng, subject = random.Random(6), ("language", "processing", "unit")
    for _ in range(300):  # one of its words may be dropped and another misspelt
        varied = vary("What is a language processing unit?", rng).lower()
        assert any(word in varied for word in subject)


def test_batches_have_one_size_and_hold_each_learned_id_once() -> None:
    rng = random.Random(1)
    encoded = [
        Encoded(tuple(range(1, n + 1)), tuple(i > n // 2 for i in range(n)))
        for n in (rng.randint(4, 2100) for _ in range(200))
    ]
    batches = [
        batch_of(rows, length, 4096 // length)
        for length, rows in rows_of_batches(encoded, 4096, rng)
    ]
    assert all(batch.ids.size == 4096 for batch in batches)
    longest = ROW_LENGTHS[-1]
    learned = sum(sum(item.is_learned[:longest]) for item in encoded)
    assert sum(batch.learned for batch in batches) == learned
    for batch in batches:
        sources, targets = batch.sources[: batch.learned], batch.targets[: batch.learned]
        assert (batch.ids.reshape(-1)[sources] + 1 == targets).all()
        flat = batch.segments.reshape(-1)
        assert (flat[sources] == flat[sources + 1]).all()
        assert (batch.targets[batch.learned :] == NOTHING).all()
        assert len(batch.targets) % LEARNED_STEP == 0


def test_short_conversations_fill_what_long_ones_leave() -> None:
    rng = random.Random(2)
    encoded = [
        Encoded((1,) * n, (True,) * n)
        for n in (*(rng.randint(20, 120) for _ in range(900)), *range(130, 2048, 30))
    ]
    rows = [(length, row) for length, some in pack(encoded).items() for row in some]
    assert sorted(len(item.ids) for _, row in rows for item in row) == sorted(
        len(item.ids) for item in encoded
    )
    assert all(sum(len(item.ids) for item in row) <= length for length, row in rows)
    filled, room = sum(len(item.ids) for item in encoded), sum(length for length, _ in rows)
    assert filled > 0.97 * room


def test_some_conversations_fill_nearly_the_whole_window(entries: list[Entry]) -> None:
    tokenizer = load_tokenizer(PEBBLE_FOLDER / "tokenizer.json")
    talks = pool(mixture_of(entries, read_tables()), 1, 0, 5000)
    lengths = [len(encode_conversation(tokenizer, talk).ids) for talk in talks]
    assert max(lengths) > 1500
