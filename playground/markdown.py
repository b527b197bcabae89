"""Markdown in pieces → sanitised HTML of its finished blocks: what a page may take as markup.

Three hands: the grammar without HTML, this renderer, and nh3, which lets nothing else through.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import nh3
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from playground.blocks import FENCE, Block, Grammar, Splitter
from playground.highlighting import CLASSES, highlighted

LANGUAGE = re.compile(r"[\w+#.-]{1,24}")
UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069]")  # characters that turn the order of others
CELLS_LIMIT = 10_000  # a table's rows are filled up to its width, however short they are
HEADINGS_DOWN = 3  # an answer stands under headings of the page
SIDES = {"text-align:right": "right", "text-align:center": "center", "text-align:left": "left"}

TAGS = {"p", "br", "hr", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"}
TAGS |= {"em", "strong", "s", "a", "span", "div", "table", "thead", "tbody", "tr", "th", "td"}

Tokens = Sequence[Token]

CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}, "code": {"data-language"}},
    tag_attribute_values={"pre": {"tabindex": {"0"}}, "div": {"tabindex": {"0"}}},
    allowed_classes={
        "span": set(CLASSES.values()) | {"image", "unseen"},
        "div": {"table"},
        "p": {"plain"},
        "th": set(SIDES.values()),
        "td": set(SIDES.values()),
    },
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


@dataclass(frozen=True, slots=True)
class Html:
    """Finished blocks, and how much of the text they are, as browsers count it."""

    html: str
    units: int


class Document:
    """One text. A link's name is known to the blocks behind its definition."""

    def __init__(self) -> None:
        self._splitter = Splitter()
        self._names: EnvType = {}

    def feed(self, text: str) -> list[Html]:
        """What this piece of text has finished."""
        return [self._rendered(block) for block in self._splitter.feed(text)]

    def finish(self) -> list[Html]:
        """The rest."""
        return [self._rendered(block) for block in self._splitter.finish()]

    def _rendered(self, block: Block) -> Html:
        if block.is_plain or _may_be_a_huge_table(block.source):
            return Html(CLEANER.clean(_plain(block.source)), block.units)
        return Html(rendered(block.source, self._names), block.units)


def rendered(source: str, names: EnvType) -> str:
    """Markdown by itself → HTML; `names` of links are read and added."""
    tokens = GRAMMAR.parse(source, names)
    for token in tokens:
        _fit(token)
    return str(CLEANER.clean(RENDERER.render(tokens, GRAMMAR.options, names)))


def _fit(token: Token) -> None:
    """Headings go under those of the page; where a cell's text stands is a class, not a style."""
    if token.type.startswith("heading"):
        token.tag = f"h{min(6, int(token.tag[1]) + HEADINGS_DOWN)}"
    side = SIDES.get(str(token.attrs.pop("style", "")))
    if side:
        token.attrs["class"] = side


class Renderer(RendererHTML):
    """What this page shows in another way: code, images, tables."""

    def fence(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        words = tokens[idx].info.split(maxsplit=1)
        return _code(tokens[idx].content, words[0] if words else "")

    def code_block(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return _code(tokens[idx].content, "")

    def code_inline(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<code>{_seen(escape(tokens[idx].content, quote=False))}</code>"

    def image(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        """Its words alone: nothing is loaded from elsewhere."""
        words = self.renderInlineAsText(tokens[idx].children, options, env)
        return f'<span class="image">{escape(words)}</span>'

    def table_open(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class="table" tabindex="0">\n<table>\n'

    def table_close(self, tokens: Tokens, idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</table>\n</div>\n"


def _code(content: str, language: str) -> str:
    name = language if LANGUAGE.fullmatch(language) else ""
    told = f' data-language="{escape(name)}"' if name else ""
    return f'<pre tabindex="0"><code{told}>{_seen(highlighted(content, name))}</code></pre>\n'


def _seen(html: str) -> str:
    """Code shows characters that would turn the order of others, instead of obeying them."""
    return UNSEEN.sub(lambda found: f'<span class="unseen">U+{ord(found[0]):04X}</span>', html)


def _plain(source: str) -> str:
    return f'<p class="plain">{escape(source, quote=False)}</p>\n'


def _may_be_a_huge_table(source: str) -> bool:
    if FENCE.match(source):
        return False
    lines = source.split("\n")
    return max(line.count("|") for line in lines) * len(lines) > CELLS_LIMIT


GRAMMAR = Grammar()
GRAMMAR.options["breaks"] = True  # in a chat the end of a line is one, as in a poem
RENDERER = Renderer()
