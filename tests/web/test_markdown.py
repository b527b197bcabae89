"""What of Markdown reaches the page, and what does not."""

import re

import pytest

from playground import highlighting
from playground.highlighting import highlighted
from playground.markdown import Document, rendered

ALLOWED = re.compile(
    r"</?(?:p|br|hr|h[456]|ul|ol|li|blockquote|pre|code|em|strong|s|a|span|div|table|thead|tbody|tr|th|td)"
    r"(?: (?:class|href|target|rel|tabindex|start|data-language)=\"[^\"<>]*\")*>"
)
EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](//evil.example/)",
    "[x](/healthz)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "![x](data:image/png;base64,AAAA)",
    '[x](https://a.b "\\" onmouseover=alert(1)")',
    '```"><script>alert(1)</script>\ncode\n```',
    "```python\n</code></pre><script>alert(1)</script>\n```",
    "<div style='position:fixed;inset:0'>",
    "<svg><style><img src=x onerror=alert(1)>",
    "a\0<b\0>",
    "[x]: javascript:alert(1)\n\n[x]",
    "| <i onclick=alert(1)> |\n|---|\n| <iframe src=x> |",
]


def html_of(text: str) -> str:
    document = Document()
    return "".join(each.html for each in document.feed(text) + document.finish())


@pytest.mark.parametrize("text", EVIL)
def test_nothing_gets_through_that_is_not_meant_to(text: str) -> None:
    html = html_of(text)
    assert "<" not in ALLOWED.sub("", html)
    for link in re.findall(r'href="([^"]*)"', html):
        assert link.startswith(("http://", "https://", "mailto:"))
    assert "src=" not in re.sub(r"&lt;.*?&gt;", "", html)


def test_a_link_opens_elsewhere_and_tells_nothing_of_this_page() -> None:
    assert rendered("[x](https://a.b)", {}) == (
        '<p><a href="https://a.b" target="_blank" rel="noopener noreferrer nofollow">x</a></p>\n'
    )


@pytest.mark.parametrize("link", ["http://a.b", "https://a.b", "mailto:a@b.c"])
def test_three_kinds_of_links_are_links(link: str) -> None:
    assert f'href="{link}"' in rendered(f"[x]({link})", {})


def test_of_an_image_its_words_stay() -> None:
    html = rendered("![a *small* cat](https://a.b/c.png)", {})
    assert html == '<p><span class="image">a small cat</span></p>\n'


@pytest.mark.parametrize(("level", "tag"), [(1, "h4"), (2, "h5"), (3, "h6"), (6, "h6")])
def test_headings_stand_under_those_of_the_page(level: int, tag: str) -> None:
    assert rendered("#" * level + " Title", {}) == f"<{tag}>Title</{tag}>\n"


def test_the_end_of_a_line_is_one() -> None:
    assert rendered("a\nb", {}) == "<p>a<br>\nb</p>\n"


def test_a_table_can_be_scrolled_with_the_keyboard_and_has_classes_for_its_sides() -> None:
    html = rendered("| a | b |\n|--:|:-:|\n| 1 | 2 |", {})
    assert html.startswith('<div class="table" tabindex="0">')
    assert '<td class="right">1</td>\n<td class="center">2</td>' in html


def test_code_says_its_language_and_has_classes_and_no_styles() -> None:
    html = rendered("```python\ndef f(): return 'a'  # why\n```", {})
    assert html.startswith('<pre tabindex="0"><code data-language="python">')
    assert '<span class="code-keyword">def</span> <span class="code-name">f</span>' in html
    assert "<span class=\"code-string\">'a'</span>" in html
    assert '<span class="code-comment"># why</span>' in html
    assert "style" not in html


@pytest.mark.parametrize("language", sorted(highlighting.NAMES))
def test_every_language_keeps_every_character(language: str) -> None:
    code = (
        "\n\n\tdef <f>(a) { return \"x\" && 'y'; } // c\n# é 😀\n\n<b a='1'>&amp;\n$x = `1.5`\n\n"
    )
    text = re.sub(r"</?span[^>]*>", "", highlighted(code, language))
    assert text == code.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def test_a_language_that_is_not_known_has_no_colours() -> None:
    assert highlighted("def f(): pass", "klingon") == "def f(): pass"


def test_long_code_has_no_colours() -> None:
    code = "x = 1\n" * (highlighting.LIMIT // 6 + 1)
    assert highlighted(code, "python") == code


def test_code_that_takes_too_long_goes_on_without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(100_000))
    monkeypatch.setattr("playground.highlighting.time.thread_time", lambda: next(ticks) * 0.001)
    code = "x = 'a'\n" * 100
    html = highlighted(code, "python")
    coloured, _, rest = html.rpartition("</span>")
    assert 0 < coloured.count("<span") < 100
    assert re.sub(r"</?span[^>]*>", "", html) == code
    assert len(rest) > 400


def test_code_shows_characters_that_turn_others_round() -> None:
    html = rendered("`a\u202eb`\n\n```\nc\u2066d\n```", {})
    assert 'a<span class="unseen">U+202E</span>b' in html
    assert 'c<span class="unseen">U+2066</span>d' in html


def test_a_table_that_would_be_huge_is_shown_as_it_was_written() -> None:
    text = "|a" * 500 + "|\n" + "|-" * 500 + "|\n" + "|\n" * 500
    html = html_of(text)
    assert html.startswith('<p class="plain">|a|a')
    assert len(html) < 2 * len(text)
