"""The texts that the sources ask to be translated, and what a catalog in locale/ has for them."""

import ast
import gettext
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.template.loader import get_template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

PROJECT = Path(__file__).parent.parent
CATALOGS = PROJECT / "locale" / "zh_Hans" / "LC_MESSAGES"
ASKS = ("gettext", "gettext_noop", "ngettext", "_")
JS_STRING = r'"(?:[^"\\]|\\.)*"'
JS_CALL = re.compile(rf"\b(n?gettext)\(\s*({JS_STRING})(?:,\s*({JS_STRING}))?")
FIELD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")')

Text = tuple[str, str]  # a text, and its plural or ""


def texts_of_python() -> Iterator[Text]:
    for path in sorted((PROJECT / "playground").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                texts = [str(each.value) for each in node.args if isinstance(each, ast.Constant)]
                if node.func.id in ASKS and texts:
                    yield texts[0], texts[1] if node.func.id == "ngettext" else ""


def texts_of_templates() -> Iterator[Text]:
    for path in sorted((PROJECT / "templates").glob("*.html")):
        nodes = get_template(path.name).template.nodelist
        for node in nodes.get_nodes_by_type(TranslateNode):
            yield node.filter_expression.var.literal, ""
        for node in nodes.get_nodes_by_type(BlockTranslateNode):
            yield node.render_token_list(node.singular)[0], ""


def texts_of_scripts() -> Iterator[Text]:
    for path in sorted((PROJECT / "static" / "js").rglob("*.js")):
        for call, text, plural in JS_CALL.findall(path.read_text(encoding="utf-8")):
            yield json.loads(text), json.loads(plural) if call == "ngettext" else ""


def entries(domain: str) -> list[dict[str, str]]:
    """Each entry of a .po file: its fields by name, and its flags."""
    blocks = (CATALOGS / f"{domain}.po").read_text(encoding="utf-8").strip().split("\n\n")
    return [read for block in blocks if (read := entry(block))["msgid"]]


def entry(block: str) -> dict[str, str]:
    fields = {"flags": ""}
    name = ""
    for line in block.splitlines():
        if found := FIELD.fullmatch(line):
            name = found[1]
            fields[name] = ast.literal_eval(found[2])
        elif line.startswith('"'):
            fields[name] += ast.literal_eval(line)
        elif line.startswith("#,"):
            fields["flags"] += line
    return fields


def compiled(domain: str) -> dict[Any, str]:
    """What the .mo file has, as Python's own gettext reads it."""
    with (CATALOGS / f"{domain}.mo").open("rb") as file:
        catalog: dict[Any, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in catalog.items() if key}
