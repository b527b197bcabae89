"""Follow-ups: what a thing is, then a question in which "it" stands for it."""

import random

import pytest

from training.corpus import parse_entries
from training.followups import Subject, follow_up, subjects_of

CORPUS = """
Q: What is a cat?
Q: define the cat
A: A cat is a small animal.

Q: Where does the cat sleep?
Q: why does it purr
A: It sleeps in the sun.

Q: how many cats are there
A: Nobody has counted.

Q: What is HBM?
A: Memory beside the chip.

Q: is HBM dear
A: Dearer than most.

Q: what is the dog
A: Another animal.
"""


@pytest.fixture(scope="module")
def subjects() -> tuple[Subject, ...]:
    return subjects_of(parse_entries(CORPUS, "made.txt"))


def test_a_subject_is_what_is_defined_and_asked_about_in_another_entry(
    subjects: tuple[Subject, ...],
) -> None:
    told = {one.openings[0].questions[0]: one.followups for one in subjects}
    assert set(told) == {"What is a cat?", "What is HBM?"}
    assert [text for text, _ in told["What is a cat?"]] == ["Where does it sleep?"]
    assert [text for text, _ in told["What is HBM?"]] == ["is it dear"]


def test_a_follow_up_is_two_questions_with_the_answers_of_their_entries(
    subjects: tuple[Subject, ...],
) -> None:
    rng = random.Random(2)
    for _ in range(40):
        talk = follow_up(subjects, rng)
        assert [message["role"] for message in talk] == ["user", "assistant"] * 2
        answers = (talk[1]["content"], talk[3]["content"])
        assert answers in {
            ("A cat is a small animal.", "It sleeps in the sun."),
            ("Memory beside the chip.", "Dearer than most."),
        }
        assert " it " in f" {talk[2]['content'].lower()} "
