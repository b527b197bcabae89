"""A growing Markdown text → its finished blocks, each once, in whatever pieces the text comes.

Where a block ends is the parser's word: what stands before the last block of a text stays as it is,
whatever follows. Which blocks are told after which line depends on the text alone, so a reader who
comes back finds the same ones. A block that does not end is cut at a limit.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

LIMIT = 16 * 1024  # characters of a block that is open
PARSED_PER_CHARACTER = 4  # what the parser may be asked, so that its work grows with the text
PARSED_AT_FIRST = 4096

CLOSED_BY_A_BLANK = {"paragraph_open", "heading_open", "hr", "table_open", "blockquote_open"}
CLOSED_AT_ONCE = {"heading_open", "hr"}
LINK = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
FENCE = re.compile(r" {0,3}(?:(`{3,})[^`\n]*|(~{3,})[^\n]*)$", re.MULTILINE)
BULLET = re.compile(r" {0,3}(?:([-*+])|\d{1,9}([.)]))[ \t\n]")
MAY_INTERRUPT = re.compile(r" {0,3}(?:[#>*_+-]|`{3}|~{3}|\d{1,9}[.)])")
INSIDE_A_LIST = re.compile(r"  |\t| \t")


@dataclass(frozen=True, slots=True)
class Block:
    """One or more blocks that are rendered together, by themselves.

    `units` of the text (UTF-16, as browsers count) end here; `is_plain`: too long for Markdown.
    """

    source: str
    units: int
    is_plain: bool = False


class Grammar(MarkdownIt):
    """CommonMark with tables and strikethrough, without HTML, and with few kinds of links."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable(["table", "strikethrough"])

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return LINK.match(url) is not None


def tidy(text: str) -> str:
    """Line ends as the splitter counts them."""
    return text.replace("\r\n", "\n").replace("\r", " ")


class Splitter:
    """The open end of one text. Time and memory: of `LIMIT`, whatever comes."""

    def __init__(self) -> None:
        self._lines: list[str] = []  # of the open block, whole
        self._partial = ""  # its last line, as far as it came
        self._length = 0  # of both
        self._first = ""  # the open block's first line that is not blank
        self._fence = ""  # the same, where it was cut off and the fence goes on
        self._credit = PARSED_AT_FIRST

    def feed(self, text: str) -> list[Block]:
        """The blocks that are finished by this piece of text."""
        found: list[Block] = []
        at = 0
        while at < len(text):
            most = at + LIMIT - self._length
            end = text.find("\n", at, most) + 1 or min(most, len(text))
            found += self._take(text[at:end])
            at = end
        return found

    def finish(self) -> list[Block]:
        """What is left at the text's end."""
        left = self._cut(len(self._lines), self._partial)
        return [left] if left.units else []

    def _take(self, piece: str) -> list[Block]:
        """Up to a line's end, or the limit."""
        self._partial += piece
        self._length += len(piece)
        self._credit += PARSED_PER_CHARACTER * len(piece)
        found: list[Block] = []
        if piece.endswith("\n"):
            self._lines.append(self._partial)
            self._partial = ""
            if ended := self._ended_lines():
                found.append(self._cut(ended))
        if self._length >= LIMIT:
            found.append(self._cut_open_block())
        return found

    def _cut(self, count: int, partial: str = "") -> Block:
        """The first lines; with the partial one it is everything."""
        text = "".join(self._lines[:count]) + partial
        source, self._fence = self._fence + text, ""
        del self._lines[:count]
        self._length = sum(map(len, self._lines))
        self._first = next((line for line in self._lines if line.strip()), "")
        return Block(tidy(source), units(text))

    def _cut_open_block(self) -> Block:
        """A fence goes on as a fence; of anything else the text is shown as it is."""
        first = self._first
        cut = self._cut(len(self._lines), self._partial)
        self._partial = ""
        if FENCE.match(first):
            self._first = self._fence = first
            return cut
        return Block(cut.source, cut.units, is_plain=True)

    def _ended_lines(self) -> int:
        """How many of the open lines the newest of them has finished."""
        line, is_first = self._lines[-1], not self._first
        if is_first:
            self._first = line if line.strip() else ""
        fence = FENCE.match(self._first)
        if fence:
            return 0 if is_first or not _closes(line, fence) else len(self._lines)
        if self._credit < self._length or not self._may_end():
            return 0
        self._credit -= self._length
        return finished_lines(self._lines)

    def _may_end(self) -> bool:
        """Whether it is worth asking the parser; asking too rarely only tells a block later."""
        line, before = self._lines[-1], self._lines[-2] if len(self._lines) > 1 else ""
        bullet = BULLET.match(self._first)
        if not line.strip():
            return bool(before.strip()) and not bullet
        if bullet and (INSIDE_A_LIST.match(line) or _is_like(bullet, line)):
            return False
        if self._first.startswith(">") and line.startswith(">"):
            return False
        return not before.strip() or MAY_INTERRUPT.match(line) is not None


def _closes(line: str, fence: re.Match[str]) -> bool:
    mark = fence[1] or fence[2]
    return re.fullmatch(rf" {{0,3}}{mark[0]}{{{len(mark)},}}[ \t\r]*\n", line) is not None


def finished_lines(lines: Sequence[str]) -> int:
    """How many of these whole lines belong to blocks that no further line can change."""
    every = BLOCKS.parse(tidy("".join(lines)), {})
    tokens = [token for token in every if token.level == 0 and token.map]
    if not tokens or tokens[-1].map is None:
        return 0
    begin, end = tokens[-1].map
    return len(lines) if _is_closed(tokens[-1], end, lines) else begin


def _is_closed(last: Token, end: int, lines: Sequence[str]) -> bool:
    """Whether the last block is; behind it there may be a definition, which no token tells."""
    if not lines[-1].strip():
        return last.type in CLOSED_BY_A_BLANK
    return last.type in CLOSED_AT_ONCE and end == len(lines)


def _is_like(bullet: re.Match[str], line: str) -> bool:
    """Whether a line begins an item of the same list."""
    other = BULLET.match(line)
    return other is not None and other.groups() == bullet.groups()


def units(text: str) -> int:
    """The length of a text as browsers count it."""
    return len(text.encode("utf-16-le")) // 2


BLOCKS = Grammar()
BLOCKS.core.ruler.enableOnly(["normalize", "block"])  # what is written in blocks is left alone
