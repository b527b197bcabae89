"""Every text of the sources stands translated in locale/, with its places, and compiled."""

import re

import pytest
from translations import (
    Text,
    compiled,
    entries,
    texts_of_python,
    texts_of_scripts,
    texts_of_templates,
)

PLACE = re.compile(r"%\(\w+\)s")
ATTRIBUTE = re.compile(r'(?:id|data-part|href|class)="[^"]*"')
DOMAINS = ("django", "djangojs")


def asked(domain: str) -> set[Text]:
    if domain == "djangojs":
        return set(texts_of_scripts())
    return {*texts_of_python(), *texts_of_templates()}


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_text_of_the_sources_is_translated_and_no_other(domain: str) -> None:
    known = {(each["msgid"], each.get("msgid_plural", "")) for each in entries(domain)}
    assert asked(domain) - known == set()
    assert known - asked(domain) == set()


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_translation_is_empty_or_a_guess(domain: str) -> None:
    for each in entries(domain):
        assert each.get("msgstr") or each.get("msgstr[0]"), each
        assert "fuzzy" not in each["flags"], each


@pytest.mark.parametrize("domain", DOMAINS)
def test_places_and_elements_agree_on_both_sides(domain: str) -> None:
    for each in entries(domain):
        told = each.get("msgstr") or each["msgstr[0]"]
        english = each.get("msgid_plural") or each["msgid"]
        assert set(PLACE.findall(told)) == set(PLACE.findall(english)), told
        for attribute in ATTRIBUTE.findall(told):
            assert attribute in english, told
        for part in re.findall(r'(?:id|data-part)="[^"]*"', english):
            assert part in told, english


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_compiled_catalog_is_that_of_the_text(domain: str) -> None:
    expected = {}
    for each in entries(domain):
        if "msgid_plural" in each:
            expected[each["msgid"], 0] = each["msgstr[0]"]
        else:
            context = f"{each['msgctxt']}\x04" if "msgctxt" in each else ""
            expected[context + each["msgid"]] = each["msgstr"]
    assert compiled(domain) == expected
