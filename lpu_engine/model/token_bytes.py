"""A token's name → its bytes, as the `decoder` of a tokenizer.json says.

Every decoder of a byte-level or sentencepiece tokenizer works token by token; only the space at the
very start is special.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass, replace


class UnknownDecoder(ValueError):
    """The tokenizer.json describes a decoder that this engine does not know."""


@dataclass(frozen=True, slots=True)
class TokenBytes:
    """How a token's name stands for bytes, as the `decoder` of a tokenizer.json says."""

    byte_level: bool = False  # each character of the name is one byte, in GPT-2's table
    byte_fallback: bool = False  # a name like <0xE4> is that byte
    replacements: tuple[tuple[str, str], ...] = ()  # "▁" → " "
    stripped: str = ""  # this character is removed at the very start of the text …
    stripped_count: int = 0  # … so many times
    bare_first: str = ""  # this character is removed from the first token

    def of(self, name: str, *, first: bool) -> bytes:
        """The bytes of one token; `first` if no token with text came before."""
        if self.byte_level:
            known = all(character in BYTE_OF for character in name)
            return bytes(BYTE_OF[character] for character in name) if known else name.encode()
        if self.byte_fallback and _is_byte_name(name):
            return bytes([int(name[3:5], 16)])
        if first and self.bare_first:
            name = name.replace(self.bare_first, "")
        for old, new in self.replacements:
            name = name.replace(old, new)
        return name.encode()


def token_bytes_from(decoder: object) -> TokenBytes:
    """Reads the `decoder` of a tokenizer.json."""
    if not isinstance(decoder, Mapping):
        raise UnknownDecoder("It has no decoder.")
    steps = decoder["decoders"] if decoder.get("type") == "Sequence" else [decoder]
    rule = TokenBytes()
    fused = False
    for step in steps:
        kind = step["type"]
        if kind == "Fuse":
            fused = True
        elif kind == "Strip" and fused and step["stop"] == 0:
            rule = replace(rule, stripped=step["content"], stripped_count=step["start"])
        elif fused:
            raise UnknownDecoder(f"Its decoder has {kind} in an unknown place.")
        else:
            rule = _with_step(rule, kind, step)
    return rule


def _with_step(rule: TokenBytes, kind: str, step: Mapping[str, object]) -> TokenBytes:
    match kind, step:
        case "ByteLevel", _:
            return replace(rule, byte_level=True)
        case "ByteFallback", _:
            return replace(rule, byte_fallback=True)
        case "Replace", {"pattern": {"String": str(old)}, "content": str(new)}:
            return replace(rule, replacements=(*rule.replacements, (old, new)))
        case "Metaspace", {"replacement": str(mark)}:
            bare = "" if step.get("prepend_scheme") == "never" else mark
            marks = (*rule.replacements, (mark, " "))
            return replace(rule, replacements=marks, bare_first=bare)
        case _:
            raise UnknownDecoder(f"Its decoder {kind} is unknown.")


def _is_byte_name(name: str) -> bool:
    is_framed = len(name) == 6 and name.startswith("<0x") and name.endswith(">")
    return is_framed and all(digit in string.hexdigits for digit in name[3:5])


def _byte_of() -> dict[str, int]:
    """GPT-2's table: printable bytes stand for themselves, the others for U+0100 and on."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = (byte for byte in range(256) if byte not in printable)
    shifted = {chr(0x100 + place): byte for place, byte in enumerate(others)}
    return {chr(byte): byte for byte in sorted(printable)} | shifted


BYTE_OF = _byte_of()
