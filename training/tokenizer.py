"""Texts to Pebble's byte-level BPE of exactly 4,096 entries, and conversations to ids with a mark
on what is learned.

Digits are tokens of their own (a sum is then a task on digits), and the special tokens are the ids
0 to 5.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from training.corpus import Conversation

SPECIAL_TOKENS = ("<|pad|>", "<|begin|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
PAD_ID, BEGIN_ID, END_ID, SYSTEM_ID, USER_ID, ASSISTANT_ID = range(6)
ROLE_IDS = {"system": SYSTEM_ID, "user": USER_ID, "assistant": ASSISTANT_ID}
VOCAB_SIZE = 4096
# A word with its space, one digit, a run of punctuation, a run of blanks.
WORDS = r"'(?:s|t|re|ve|m|ll|d)| ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + (message['content'] | trim) + '<|end|>' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "bos_token": "<|begin|>",
    "eos_token": "<|end|>",
    "pad_token": "<|pad|>",
    "model_max_length": 2048,
    "clean_up_tokenization_spaces": False,
    "chat_template": CHAT_TEMPLATE,
}


class CorpusTooSmall(Exception):
    """The texts hold too few different words for 4,096 entries; add corpus files or generated
    text."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A conversation as ids; `is_learned[i]` says that id i is the assistant's and counts in the
    loss."""

    ids: tuple[int, ...]
    is_learned: tuple[bool, ...]


def train_tokenizer(texts: Iterable[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB_SIZE,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    if tokenizer.get_vocab_size() != VOCAB_SIZE:
        found = tokenizer.get_vocab_size()
        raise CorpusTooSmall(f"the tokenizer found {found} entries of {VOCAB_SIZE}; add more text")
    return tokenizer


def load_tokenizer(path: Path) -> Tokenizer:
    return Tokenizer.from_file(str(path))


def encode_conversation(tokenizer: Tokenizer, conversation: Conversation) -> Encoded:
    """`<|begin|>`, then `<|role|>content<|end|>` for each message, as the chat template writes
    it; no `<|end|>` behind a message that breaks off."""
    ids, is_learned = [BEGIN_ID], [False]
    for message in conversation:
        content = tokenizer.encode(message["content"].strip(), add_special_tokens=False).ids
        is_answer = message["role"] == "assistant"
        if "breaks_off" not in message:
            content.append(END_ID)
        ids += [ROLE_IDS[message["role"]], *content]
        is_learned += [False] + [is_answer] * len(content)
    return Encoded(tuple(ids), tuple(is_learned))


def encode_prompt(tokenizer: Tokenizer, conversation: Conversation) -> list[int]:
    """The ids from which the assistant's next answer is generated."""
    return [*encode_conversation(tokenizer, conversation).ids, ASSISTANT_ID]
