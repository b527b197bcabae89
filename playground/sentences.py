"""Sentences of the engine, of endpoints and of the socket → the reader's language, at the border.

They are written in English by code that knows no Django. Each stands here once more, with %(name)s
for what differs; what stands nowhere here stays English.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext

from playground.sentences_known import PARTS, SENTENCES

LONGEST = 2000  # characters that are compared; nothing of ours is longer
KEPT_COUNT = 4096
FIELDS = frozenset(
    ("about", "cost_about", "detail", "error", "limit", "message", "name", "refusal", "source")
)
PLACE = re.compile(r"%\((\w+)\)s")
NUMBERS = frozenset(  # places in which nothing else stands
    ("asked", "count", "experts", "groq", "heads", "highest", "layers", "other", "size", "width")
)


def in_readers_language(table: Any) -> Any:
    """JSON of ours with its sentences translated; the rest is as it was."""
    return table if get_language() == settings.LANGUAGE_CODE else _translated_table(table)


def translated(sentence: str) -> str:
    """One sentence of ours; what is in its places is translated too."""
    language = get_language()
    if language == settings.LANGUAGE_CODE or len(sentence) > LONGEST:
        return sentence
    return _translated(sentence, language)


def _translated_table(table: Any) -> Any:
    match table:
        case dict():
            return {
                key: translated(value)
                if key in FIELDS and isinstance(value, str)
                else _translated_table(value)
                for key, value in table.items()
            }
        case list() | tuple():
            return [_translated_table(each) for each in table]
    return table


@lru_cache(KEPT_COUNT)
def _translated(sentence: str, language: str, is_part: bool = False) -> str:
    """`language` is the active one: it is here for the cache."""
    if sentence in _EXACT:
        return str(gettext(sentence))
    for template, found in _matches(sentence, is_part):
        filled = {name: _translated(text, language, True) for name, text in found.items()}
        return str(gettext(template) % filled)
    return sentence


def _matches(sentence: str, is_part: bool) -> Iterator[tuple[str, dict[str, str]]]:
    for template, pattern in (*_PATTERNS, *(_PARTS if is_part else ())):
        if found := pattern.fullmatch(sentence):
            yield template, found.groupdict()


def _pattern(template: str) -> re.Pattern[str]:
    texts = PLACE.split(template)
    names = [f"(?P<{name}>{'[-0-9.,]+' if name in NUMBERS else '.+?'})" for name in texts[1::2]]
    return re.compile("".join(_alternating([re.escape(text) for text in texts[::2]], names)))


def _alternating(texts: list[str], names: list[str]) -> Iterator[str]:
    for text, name in zip(texts, [*names, ""], strict=True):
        yield text
        yield name


_EXACT = frozenset(text for text in (*SENTENCES, *PARTS) if not PLACE.search(text))
_PATTERNS = tuple((text, _pattern(text)) for text in SENTENCES if text not in _EXACT)
_PARTS = tuple((text, _pattern(text)) for text in PARTS if text not in _EXACT)
