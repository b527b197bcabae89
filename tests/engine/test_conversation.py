"""What of a conversation stays when it outgrows the window, and that finding out stays cheap."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from checkpoints import edit_json, write_tokenizer
from hypothesis import given, settings
from hypothesis import strategies as st

from lpu_engine.conversation import SMALLEST_ANSWER, Prompt, PromptTooLong, fit
from lpu_engine.model.tokenizer import Message, RefusedChat, Tokenizer, open_tokenizer

WINDOW = 512
SYSTEM = Message("system", "Be brief.")


@dataclass
class Counting:
    """The tokenizer, and how much it was asked to do."""

    real: Tokenizer
    chats: int = 0
    messages_in_chats: int = 0
    encoded: list[str] = field(default_factory=list)

    def chat(self, messages: list[Message]) -> list[int]:
        self.chats += 1
        self.messages_in_chats += len(messages)
        return self.real.chat(messages)

    def encode(self, text: str) -> list[int]:
        self.encoded.append(text)
        return self.real.encode(text)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    folder = tmp_path_factory.mktemp("tokenizer")
    write_tokenizer(folder)
    return open_tokenizer(folder)


def talk(turns: int, length: int = 40, system: bool = False) -> list[Message]:
    """User and assistant in turns, the user first and last."""
    roles = [Message("user", "x" * length), Message("assistant", "y" * length)]
    spoken = [roles[n % 2] for n in range(2 * turns + 1)]
    return [SYSTEM, *spoken] if system else spoken


def fitted(tokenizer: Tokenizer | Counting, messages: list[Message], answer: int = 100) -> Prompt:
    return fit(messages, tokenizer, window=WINDOW, answer_tokens=answer)  # type: ignore[arg-type]


def test_a_conversation_that_fits_stays_whole(tokenizer: Tokenizer) -> None:
    messages = talk(2, system=True)
    assert fitted(tokenizer, messages) == Prompt(tuple(tokenizer.chat(messages)), 0)


def test_the_oldest_turns_are_dropped_and_the_rest_begins_with_a_user(
    tokenizer: Tokenizer,
) -> None:
    messages = talk(10)
    prompt = fitted(tokenizer, messages)
    assert prompt.dropped_turns > 0
    assert messages[prompt.dropped_turns].role == "user"
    assert prompt.ids == tuple(tokenizer.chat(messages[prompt.dropped_turns :]))


def test_no_more_is_dropped_than_must_be(tokenizer: Tokenizer) -> None:
    messages = talk(10)
    prompt = fitted(tokenizer, messages)
    room = WINDOW - 100
    assert len(prompt.ids) <= room
    assert len(tokenizer.chat(messages[prompt.dropped_turns - 2 :])) > room


@pytest.mark.parametrize("turns", [6, 60, 600])
def test_the_system_prompt_is_never_dropped(turns: int, tokenizer: Tokenizer) -> None:
    messages = talk(turns, system=True)
    prompt = fitted(tokenizer, messages)
    kept = [SYSTEM, *messages[1 + prompt.dropped_turns :]]
    assert prompt.ids == tuple(tokenizer.chat(kept))
    assert prompt.dropped_turns > 0


@pytest.mark.parametrize("answer", [1, 64, 100, 8192])
def test_an_answer_always_has_room(answer: int, tokenizer: Tokenizer) -> None:
    prompt = fitted(tokenizer, talk(50), answer)
    assert WINDOW - len(prompt.ids) >= max(SMALLEST_ANSWER, min(answer, WINDOW // 4))


def test_a_last_message_that_fits_the_window_is_answered_though_briefly(
    tokenizer: Tokenizer,
) -> None:
    length = WINDOW - SMALLEST_ANSWER - 4  # the template adds four
    for before in (0, 3):
        messages = [*talk(before)[:-1], Message("user", "x" * length)]
        prompt = fitted(tokenizer, messages, answer=8192)
        assert len(prompt.ids) == WINDOW - SMALLEST_ANSWER
        assert prompt.dropped_turns == len(messages) - 1


@pytest.mark.parametrize("before", [0, 1, 20])
def test_only_a_last_message_that_is_too_long_by_itself_is_refused(
    before: int, tokenizer: Tokenizer
) -> None:
    messages = [*talk(before)[:-1], Message("user", "x" * (WINDOW - SMALLEST_ANSWER - 3))]
    with pytest.raises(PromptTooLong, match=r"too long: 449 tokens, and 448 fit"):
        fitted(tokenizer, messages)


def test_a_long_message_that_is_not_the_last_is_dropped(tokenizer: Tokenizer) -> None:
    messages = [Message("user", "x" * 9999), Message("assistant", "y"), Message("user", "z")]
    assert fitted(tokenizer, messages).dropped_turns == 2


def test_a_system_prompt_that_leaves_no_room_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(PromptTooLong):
        fitted(tokenizer, [Message("system", "x" * 9999), Message("user", "Hello")])
    with pytest.raises(PromptTooLong):
        fitted(tokenizer, [Message("system", "x" * 9999)])


def test_a_conversation_of_nothing_but_a_system_prompt_is_let_through(
    tokenizer: Tokenizer,
) -> None:
    assert fitted(tokenizer, [SYSTEM]).ids == tuple(tokenizer.chat([SYSTEM]))


def test_a_template_that_writes_nothing_is_a_refusal_and_not_an_empty_prompt(
    tmp_path: Path,
) -> None:
    write_tokenizer(tmp_path)
    template = "{% if messages | length == 1 %}x{% endif %}"
    edit_json(tmp_path / "tokenizer_config.json", chat_template=template)
    with pytest.raises(RefusedChat, match="writes nothing"):
        fitted(open_tokenizer(tmp_path), talk(1))


HOSTILE = {
    "one huge message": [Message("user", "x" * 200_000)],
    "a huge message before a small one": [Message("user", "x" * 200_000), Message("user", "y")],
    "a huge message behind thousands": [*talk(3000, 1), Message("user", "x" * 100_000)],
    "thousands of empty messages": [*talk(3000, 0), Message("user", "Hello")],
    "thousands of one character": talk(3000, 1),
    "thousands of the assistant": [*[Message("assistant", "")] * 6000, Message("user", "Hi")],
    "nothing but system prompts": [Message("system", "")] * 6000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_sizes_ask_little_of_the_tokenizer(name: str, tokenizer: Tokenizer) -> None:
    counting, messages = Counting(tokenizer), HOSTILE[name]
    try:
        fitted(counting, messages)
    except PromptTooLong:
        assert "huge" in name
    assert counting.chats <= 16
    assert counting.messages_in_chats <= 3 * len(messages)
    assert len(counting.encoded) <= len(messages)


def test_what_is_surely_too_old_is_not_even_tokenized(tokenizer: Tokenizer) -> None:
    counting = Counting(tokenizer)
    prompt = fitted(counting, [*talk(30, 5000)[:-1], Message("user", "Hello")])
    assert prompt.dropped_turns == 60
    assert counting.encoded == ["Hello", "y" * 5000]
    assert counting.messages_in_chats == 1


@settings(max_examples=60)
@given(
    lengths=st.lists(st.integers(0, 300), min_size=1, max_size=30),
    roles=st.randoms(use_true_random=False),
    answer=st.integers(1, 1000),
)
def test_whatever_is_said_either_fits_or_is_refused_for_its_last_message(
    lengths: list[int], roles: object, answer: int, tokenizer: Tokenizer
) -> None:
    choose = roles.choice  # type: ignore[attr-defined]
    messages = [Message(choose(["user", "assistant"]), "x" * length) for length in lengths]
    prompt = fitted(tokenizer, messages, answer)
    kept = messages[prompt.dropped_turns :]
    assert prompt.ids == tuple(tokenizer.chat(kept))
    assert len(prompt.ids) <= WINDOW - SMALLEST_ANSWER
    assert kept[0].role == "user" or len(kept) in (1, len(messages))
