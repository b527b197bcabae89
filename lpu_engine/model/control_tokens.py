"""Control tokens (<|end|>, …) that only a chat template can write, never a person.

Inside, each has an alias of Unicode noncharacters, which no text holds; the tokenizer is loaded
with the aliases in place of the names. What a person typed is marked before the template runs, and
of what the template gave only the unmarked names become aliases.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

OPEN, CLOSE, ALIAS = "\ufdd0", "\ufdd1", "\ufdd2"
NONCHARACTERS = dict.fromkeys(map(ord, (OPEN, CLOSE, ALIAS)))


@dataclass(frozen=True, slots=True)
class ControlTokens:
    """The names and ids of the tokens that steer a model."""

    ids: Mapping[str, int]
    _names: re.Pattern[str]
    _in_a_template: re.Pattern[str]
    _beginnings: frozenset[str]
    _endings: frozenset[str]

    def marked(self, typed: str) -> str:
        """What a person typed, cleaned, with marks around and at the edge of control tokens."""
        text = self._names.sub(rf"{OPEN}\g<0>{CLOSE}", clean(typed))
        body = text.strip()  # templates strip messages
        if not body or not self.ids:
            return text
        before, after = text.split(body, 1)
        # A half name at an edge must not meet its other half in the template.
        if any(body[:length] in self._endings for length in range(1, self._longest(body))):
            body = CLOSE + body
        if any(body[-length:] in self._beginnings for length in range(1, self._longest(body))):
            body = body + CLOSE
        return before + body + after

    def aliased(self, rendered: str) -> str:
        """A template's output with its own control tokens as aliases, and without the marks."""

        def alias(match: re.Match[str]) -> str:
            name = match[1]
            return match[0] if name is None else alias_of(self.ids[name])

        text = self._in_a_template.sub(alias, rendered)
        return text.replace(OPEN, "").replace(CLOSE, "")

    def renamed(self, description: Mapping[str, Any]) -> dict[str, Any]:
        """A tokenizer.json, parsed, with aliases in place of the names."""
        names = {name: alias_of(token_id) for name, token_id in self.ids.items()}
        model = description["model"]
        renamed_model = {
            **model,
            "vocab": {names.get(name, name): index for name, index in model["vocab"].items()},
            "merges": [merge for merge in model["merges"] if not _touches(merge, names)],
            "unk_token": names.get(model.get("unk_token"), model.get("unk_token")),
        }
        added = [
            {**token, "content": names.get(token["content"], token["content"])}
            for token in description["added_tokens"]
        ]
        return {**description, "model": renamed_model, "added_tokens": added}

    def _longest(self, body: str) -> int:
        return min(len(body) + 1, max(map(len, self.ids)))


def control_tokens(ids: Mapping[str, int]) -> ControlTokens:
    """A name of one character is a character that people type, and stays one."""
    ids = {name: token_id for name, token_id in ids.items() if len(name) > 1}
    longest_first = sorted(ids, key=len, reverse=True)
    any_name = "|".join(map(re.escape, longest_first)) or "(?!)"
    return ControlTokens(
        ids,
        re.compile(any_name),
        re.compile(f"{OPEN}(?:{any_name}){CLOSE}|({any_name})"),
        frozenset(name[:length] for name in ids for length in range(1, len(name))),
        frozenset(name[-length:] for name in ids for length in range(1, len(name))),
    )


def alias_of(token_id: int) -> str:
    return f"{ALIAS}{token_id}{ALIAS}"


def clean(typed: str) -> str:
    """Valid Unicode: halves of characters become U+FFFD, and our noncharacters are taken out."""
    return (
        typed.encode("utf-16", "surrogatepass").decode("utf-16", "replace").translate(NONCHARACTERS)
    )


def _touches(merge: str | Iterable[str], names: Mapping[str, str]) -> bool:
    parts = merge.split(" ") if isinstance(merge, str) else list(merge)
    return any(part in names for part in (*parts, "".join(parts)))
