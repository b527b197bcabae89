"""A growing text is split into finished blocks: the same ones however it comes, none too early."""

import itertools
import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from playground import blocks
from playground.blocks import LIMIT, Block, Splitter, tidy, units
from playground.markdown import Document, rendered

INLINE = st.lists(
    st.sampled_from(
        ["word", "*em*", "**bold**", "`code`", "~~gone~~", "[link](https://a.b)", "[known]",
         "a_b_c", "<b>", "&amp;", "1 * 2", "ünï", "😀", "\\*", "![image](https://a.b/c)", "a | b",
         "#", "-"]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)  # fmt: skip
CODE = st.lists(
    st.sampled_from(["x = 1", "", "    deep", "# no heading", "- no item", "~~~", "> q"])
)


def indented(text: str, by: str) -> str:
    return "\n".join(by + line if line else line for line in text.split("\n"))


def fence(parts: tuple[str, str, list[str]]) -> str:
    mark, name, code = parts
    return "\n".join([mark + name, *code, mark])


def table(rows: list[list[str]]) -> str:
    width = len(rows[0])
    lines = [rows[0], ["---"] * width, *rows[1:]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def list_of(parts: tuple[str, list[str], str]) -> str:
    mark, items, between = parts
    return between.join(f"{mark} {indented(item, ' ' * 4).lstrip()}" for item in items)


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


LEAVES = st.one_of(
    INLINE,
    st.lists(INLINE, min_size=2, max_size=3).map("\n".join),
    st.tuples(st.integers(1, 6), INLINE).map(lambda parts: "#" * parts[0] + " " + parts[1]),
    st.tuples(INLINE, st.sampled_from(["===", "---", "-"])).map("\n".join),
    st.tuples(st.sampled_from(["```", "````"]), st.sampled_from(["", "python", "x y"]), CODE).map(
        fence
    ),
    st.lists(st.lists(st.sampled_from(["a", "*b*", "1"]), min_size=2, max_size=2), min_size=1).map(
        table
    ),
    st.sampled_from(["***", "---", "- - -", "    code\n\n    code", "[known]: https://k.n"]),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("\n\n".join).map(quoted),
        st.tuples(
            st.sampled_from(["-", "*", "1.", "7)"]),
            st.lists(inner, min_size=1, max_size=3),
            st.sampled_from(["\n", "\n\n"]),
        ).map(list_of),
    ),
    max_leaves=8,
)
TEXTS = st.lists(TREES, max_size=6).flatmap(
    lambda parts: st.lists(
        st.sampled_from(["\n", "\n\n", "\n\n\n"]), min_size=len(parts), max_size=len(parts)
    ).map(lambda ends: "".join(p + e for p, e in zip(parts, ends, strict=True)))
)
SOUP = st.lists(
    st.tuples(
        st.sampled_from(["", "", " ", "  ", "   ", "    ", "\t", "> ", ">", "- ", "  - ", "1. "]),
        st.sampled_from(
            ["", "a", "b", "-", "- a", "* a", "+", "1. a", "2. b", "3) c", "```", "~~~", "````",
             "#", "# h", "---", "===", "***", "| a | b |", "|---|---|", "> q", "[k]: https://k.n",
             "'title'", "\ta", "```python", "``` `", "\\", "&nbsp;", "<div>", "a\r"]
        ),
    ).map("".join),
    max_size=14,
).map("\n".join)  # fmt: skip
NAMED = "[k]: https://k.n\n\n"
DEFINED = "[known]: https://k.n\n\n"


def split(pieces: Sequence[str]) -> list[Block]:
    splitter = Splitter()
    return [block for piece in pieces for block in splitter.feed(piece)] + splitter.finish()


def html_of(text: str) -> str:
    document = Document()
    return "".join(each.html for each in document.feed(text) + document.finish())


def cut(text: str, places: list[float]) -> list[str]:
    ends = sorted({round(place * len(text)) for place in places} | {0, len(text)})
    return [text[a:b] for a, b in itertools.pairwise(ends)]


@settings(max_examples=150)
@given(TEXTS)
def test_blocks_one_by_one_are_the_whole_text_at_once(text: str) -> None:
    assert html_of(DEFINED + text) == rendered(DEFINED + text, {})


@settings(max_examples=400)
@example("-\n\n  foo\n---")
@example("- ```\n  code\nfoo\n  ```\nx\n\ny")
@example("-\n\n  ```\nfoo\n\nbar")
@example("1. a\n  - b\n\n- c")
@example("# h\n[k]: https://k.n\n'title'\na")
@given(SOUP)
def test_lines_in_any_order_too(text: str) -> None:
    assert html_of(NAMED + text) == rendered(tidy(NAMED + text), {})


@settings(max_examples=100)
@given(TEXTS, st.lists(st.floats(0, 1), max_size=12))
def test_the_pieces_in_which_a_text_comes_change_nothing(text: str, places: list[float]) -> None:
    assert split(cut(text, places)) == split([text])


@settings(max_examples=100)
@given(TEXTS | SOUP, st.floats(0, 1))
def test_what_a_beginning_has_finished_stays_finished(text: str, share: float) -> None:
    beginning = Splitter().feed(text[: round(share * len(text))])
    assert split([text])[: len(beginning)] == beginning


@given(TEXTS | SOUP)
def test_blocks_stand_for_every_character(text: str) -> None:
    assert sum(block.units for block in split([text])) == units(text)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("A paragraph.\n\n", "A paragraph.\n\n"),
        ("Text:\n```python\n", "Text:\n"),
        ("```\na\n\nb\n```\n", "```\na\n\nb\n```\n"),
        ("# Heading\n", "# Heading\n"),
        ("Heading\n---\n", "Heading\n---\n"),
        ("***\n", "***\n"),
        ("| a |\n|---|\n| 1 |\n\n", "| a |\n|---|\n| 1 |\n\n"),
        ("> a\n> > b\n\n", "> a\n> > b\n\n"),
        ("- a\n\n- b\n\nText", None),
        ("- a\n\n- b\n\nText\n", "- a\n\n- b\n\n"),
        ("1. a\n2. b\n```\n", "1. a\n2. b\n"),
        ("- a\n\n1. b\n", "- a\n\n"),
        ("Text:\n- a\n", "Text:\n"),
        ("A paragraph\n", None),
        ("```\na\n``\n", None),
        ("- a\n\n", None),
        ("- a\n  ```\n\n", None),
        ("    code\n\n", None),
    ],
)
def test_a_block_is_told_with_the_first_line_that_ends_it(text: str, first: str | None) -> None:
    told = [block.source for block in Splitter().feed(text)]
    assert told == ([] if first is None else [first])


def test_a_links_name_is_known_to_what_follows_its_definition() -> None:
    text = "[known]: https://k.n\n\nSee [known].\n\nAnd again [known].\n"
    assert html_of(text).count('href="https://k.n"') == 2


def test_a_fence_that_never_closes_goes_on_as_code() -> None:
    told = Document().feed("```python\n" + "# no heading\n" * 4000)
    assert len(told) == 4000 * 13 // LIMIT
    assert all(re.match(r"<pre[^>]*><code data-language=\"python\">", each.html) for each in told)
    assert not any("<h" in each.html for each in told)


def test_a_line_without_an_end_is_shown_as_it_is_in_pieces_of_the_limit() -> None:
    line = "*word* " * (10 * LIMIT // 7)
    told = split([line])
    assert [block.is_plain for block in told] == [True] * (len(line) // LIMIT) + [False]
    assert {len(block.source) for block in told[:-1]} == {LIMIT}
    assert "".join(block.source for block in told) == line


def test_after_a_block_that_was_too_long_markdown_goes_on() -> None:
    assert html_of("x " * LIMIT + "\n\n# Heading\n").endswith("<h4>Heading</h4>\n")


@pytest.mark.parametrize(
    "line",
    ["x\n", "- x\n", "\n", "> x\n", "- x\n\ny\n\n", "x\n# h\n", "+ x\n\n* x\n\n", "-\ta\nb\n"],
)
def test_the_parsers_work_grows_with_the_text_and_not_with_its_square(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def counting(lines: Sequence[str]) -> int:
        nonlocal asked
        asked += sum(map(len, lines))
        return finished_lines(lines)

    finished_lines = blocks.finished_lines
    monkeypatch.setattr(blocks, "finished_lines", counting)
    text = line * (100_000 // len(line))
    split([text])
    assert asked <= blocks.PARSED_PER_CHARACTER * len(text) + blocks.PARSED_AT_FIRST


def test_nothing_that_was_told_is_kept() -> None:
    splitter = Splitter()
    for _ in range(200):
        splitter.feed("x" * 10_000)
        held = len(splitter._partial) + sum(map(len, splitter._lines))
        assert held < LIMIT
