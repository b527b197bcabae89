"""Code and the name of its language → HTML with a class for each kind of word, and no style.

Only languages whose patterns are quick whatever they are given; what takes too long all the same
goes on without colours.
"""

import time
from functools import cache
from html import escape
from itertools import groupby
from typing import Any

from pygments.lexers import find_lexer_class
from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String

LIMIT = 8 * 1024  # characters; longer code has no colours
LIMIT_S = 0.05  # of the processor
NAMES = {  # as written behind a fence → as Pygments calls it
    "bash": "Bash",
    "c": "C",
    "c++": "C++",
    "cpp": "C++",
    "cs": "C#",
    "csharp": "C#",
    "css": "CSS",
    "diff": "Diff",
    "dockerfile": "Docker",
    "go": "Go",
    "html": "HTML",
    "java": "Java",
    "javascript": "JavaScript",
    "js": "JavaScript",
    "json": "JSON",
    "kotlin": "Kotlin",
    "php": "PHP",
    "py": "Python",
    "python": "Python",
    "python3": "Python",
    "rb": "Ruby",
    "rs": "Rust",
    "ruby": "Ruby",
    "rust": "Rust",
    "sh": "Bash",
    "shell": "Bash",
    "sql": "SQL",
    "toml": "TOML",
    "ts": "TypeScript",
    "typescript": "TypeScript",
    "xml": "XML",
    "yaml": "YAML",
    "yml": "YAML",
    "zsh": "Bash",
}
CLASSES = {
    Comment: "code-comment",
    Keyword: "code-keyword",
    Operator.Word: "code-keyword",
    String: "code-string",
    Number: "code-number",
    Name.Attribute: "code-name",
    Name.Class: "code-name",
    Name.Decorator: "code-name",
    Name.Function: "code-name",
    Name.Tag: "code-name",
    Generic.Deleted: "code-removed",
    Generic.Inserted: "code-added",
}


def highlighted(code: str, language: str) -> str:
    """Spans, with all text escaped; of a language that is not known, only that."""
    lexer = _lexer(NAMES.get(language.lower(), ""))
    if lexer is None or len(code) > LIMIT:
        return escape(code, quote=False)
    return "".join(_span(kind, text) for kind, text in _words(lexer, code))


def _words(lexer: Any, code: str) -> list[tuple[str, str]]:
    """Kinds and texts, until the time is over; neighbours of one kind are one."""
    until_s = time.thread_time() + LIMIT_S
    found: list[tuple[str, str]] = []
    read = 0
    for start, token, text in lexer.get_tokens_unprocessed(code):
        if time.thread_time() > until_s:
            break
        found.append((_class_of(token), text))
        read = start + len(text)
    found.append(("", code[read:]))
    kinds = groupby(found, key=lambda word: word[0])
    return [(kind, "".join(text for _, text in words)) for kind, words in kinds]


@cache
def _class_of(token: Any) -> str:
    return next((name for kind, name in CLASSES.items() if token in kind), "")


def _span(kind: str, text: str) -> str:
    quoted = escape(text, quote=False)
    return f'<span class="{kind}">{quoted}</span>' if kind and text.strip() else quoted


@cache
def _lexer(name: str) -> Any:
    found = find_lexer_class(name)
    return found and found(stripnl=False, ensurenl=False)
