"""Text ↔ token ids, by the tokenizer.json and the chat template of a Hugging Face folder.

Control tokens (<|end|>, …) come from the template alone: typed by a person they are plain text.
"""

import codecs
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import tokenizers

from lpu_engine.model.chat_template import (
    ChatTemplate,
    Clock,
    Message,
    RefusedChat,
    open_template,
)
from lpu_engine.model.control_tokens import ControlTokens, alias_of, clean, control_tokens
from lpu_engine.model.folder import BadCheckpoint, read_json_object
from lpu_engine.model.token_bytes import TokenBytes, UnknownDecoder, token_bytes_from
from lpu_engine.model.tokenizer_json import added_in_template, as_understood, named_tokens

__all__ = ["Message", "RefusedChat", "TextStream", "Tokenizer", "open_tokenizer"]

PLAIN_ENGLISH = (
    "The first trains were slow, and people walked beside them to see what they were. A driver"
    " stood in the open air with one hand on the brake, and when it rained he was as wet as the"
    " fields. Ten years later the same journey took an hour instead of a day, and nobody looked up"
    " when a train went by. What had changed was not only the engine: someone had drawn a table"
    " that said where every train would be at every minute, and after that no train had to wait."
)


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """A conversation or a text as ids; TextStream is the way back."""

    end_ids: frozenset[int]
    chars_per_token: float  # of plain English: how long this tokenizer's tokens are
    _core: tokenizers.Tokenizer
    _template: ChatTemplate
    _control: ControlTokens
    _special_ids: frozenset[int]
    _shown_aliases: Mapping[int, str]
    _token_bytes: TokenBytes

    def chat(self, messages: Sequence[Message]) -> list[int]:
        """The ids up to where the assistant begins to write; raises RefusedChat."""
        marked = [Message(m.role, self._control.marked(m.content)) for m in messages]
        return _ids(self._core, self._control.aliased(self._template.render(marked)))

    def encode(self, text: str) -> list[int]:
        """The ids of plain text: nothing is put before it, and nothing in it is a control token."""
        return _ids(self._core, clean(text))

    def bytes_of(self, token_id: int, *, first: bool) -> bytes | None:
        """What a token adds to a text; None for one that is not text or does not exist."""
        if token_id in self._special_ids:
            return None
        name = self._shown_aliases.get(token_id) or self._core.id_to_token(token_id)
        return None if name is None else self._token_bytes.of(name, first=first)

    @property
    def stripped_start(self) -> tuple[str, int]:
        """The character that a text loses at its very start, and how many of it."""
        return self._token_bytes.stripped, self._token_bytes.stripped_count


class TextStream:
    """Ids → text, one at a time; bytes wait until they are a whole character.

    No token is decoded twice. Bytes that can never be a character become U+FFFD at once.
    """

    __slots__ = ("_decoder", "_is_first", "_stripped", "_to_strip", "_tokenizer")

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._is_first = True
        self._stripped, self._to_strip = tokenizer.stripped_start

    def push(self, token_id: int) -> str:
        """The characters that this token makes whole: often none, for a part of an emoji."""
        added = self._tokenizer.bytes_of(token_id, first=self._is_first)
        if added is None:
            return ""
        self._is_first = False
        return self._without_start(self._decoder.decode(added))

    def flush(self) -> str:
        """Ends the text: an unfinished character is dropped, and nothing else is ever held back."""
        self._decoder.reset()
        return ""

    def _without_start(self, text: str) -> str:
        while self._to_strip and text:
            if text[0] != self._stripped:
                self._to_strip = 0
            else:
                text = text[1:]
                self._to_strip -= 1
        return text


def open_tokenizer(folder: Path, now: Clock = datetime.now) -> Tokenizer:
    """Raises BadCheckpoint; `now` is the date that some chat templates write."""
    config = read_json_object(folder / "tokenizer_config.json")
    named = named_tokens(config)
    template = open_template(folder, config, named, now)
    path = folder / "tokenizer.json"
    parsed = read_json_object(path)
    try:
        description = as_understood(parsed, config)
        special = {t["content"]: t["id"] for t in description["added_tokens"] if t["special"]}
        others = added_in_template(description, template.written())
        control = control_tokens(special | others)
        core = tokenizers.Tokenizer.from_str(json.dumps(control.renamed(description)))
        token_bytes = token_bytes_from(description.get("decoder"))
    except (BadCheckpoint, UnknownDecoder) as error:
        raise BadCheckpoint(f"{path} cannot be used: {error}") from error
    except Exception as error:  # the library raises plain Exception
        raise BadCheckpoint(f"{path} is broken ({error!r}): download it again.") from error
    _check_ids(core, control, folder)
    return Tokenizer(
        end_ids=_end_ids(folder, core, control, named),
        chars_per_token=len(PLAIN_ENGLISH) / len(_ids(core, PLAIN_ENGLISH)),
        _core=core,
        _template=template,
        _control=control,
        _special_ids=frozenset(special.values()),
        _shown_aliases={token_id: name for name, token_id in others.items()},
        _token_bytes=token_bytes,
    )


def _check_ids(core: tokenizers.Tokenizer, control: ControlTokens, folder: Path) -> None:
    for name, token_id in control.ids.items():
        if core.token_to_id(alias_of(token_id)) != token_id:
            raise BadCheckpoint(
                f"{folder / 'tokenizer.json'} gives {name} the id {token_id}, which is not free:"
                " download it again."
            )
    rows = _optional(folder / "config.json").get("vocab_size")
    largest = max(core.get_vocab().values(), default=0)
    if isinstance(rows, int) and largest >= rows:
        raise BadCheckpoint(
            f"{folder / 'tokenizer.json'} has token ids up to {largest}, but the model's"
            f" vocab_size is {rows}: the two are not of one model."
        )


def _end_ids(
    folder: Path, core: tokenizers.Tokenizer, control: ControlTokens, named: Mapping[str, str]
) -> frozenset[int]:
    """Every id that any file of the folder calls the end."""
    ends: set[int] = set()
    for file in ("generation_config.json", "config.json"):
        given = _optional(folder / file).get("eos_token_id")
        for token_id in given if isinstance(given, list) else [given]:
            if isinstance(token_id, int):
                ends.add(token_id)
    name = named.get("eos_token", "")
    token_id = control.ids.get(name, core.token_to_id(name))
    return frozenset(ends if token_id is None else {*ends, token_id})


def _ids(core: tokenizers.Tokenizer, text: str) -> list[int]:
    ids: list[int] = core.encode(text, add_special_tokens=False).ids
    return ids


def _optional(path: Path) -> dict[str, Any]:
    return read_json_object(path) if path.exists() else {}
