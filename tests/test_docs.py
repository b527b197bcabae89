"""The documents and the code agree: tree, commands, settings, messages, links, version."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from playground.checks import parse
from playground.messages import (
    Accepted,
    Finished,
    Flag,
    LaneFinished,
    LaneTokens,
    RaceAccepted,
    RaceFinished,
    Rendered,
    RenderedFinished,
    RenderedTokens,
    Tokens,
)
from playground.version import read_version

PROJECT = Path(__file__).parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted(path.name for path in PROJECT.glob("*.md"))
SHOWN_FOLDERS = ("lpu_engine", "playground", "bench", "training", "static", "templates")
TOLD_AS_FOLDERS = (
    "lpu_engine/models/",
    "training/corpus/",
    "training/held_out/",
    "training/tables/",
)
MEANT_FOR_PEOPLE = {".py", ".toml", ".js", ".css", ".html", ".svg"}
SENT = (
    ["Generate", "Ack", "Stop", "Resume"],
    ["Race", "Ack", "Resume", "Race"],
    ["Generate", "Resume", "Render"],
)
RECEIVED = (
    (Accepted, Tokens, Finished),
    (RaceAccepted, Flag, LaneTokens, LaneFinished, RaceFinished),
    (RenderedTokens, RenderedFinished, Rendered),
)


def section(title: str) -> str:
    """A section of the README, down to the next."""
    return README.split(f"## {title}", 1)[1].split("\n## ", 1)[0]


def blocks(text: str) -> list[str]:
    return re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)


def first_column(table: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)`", table, re.MULTILINE))


def tree_of_the_readme() -> list[str]:
    """Every path of the drawn tree: names stand left of two spaces, folders end in a slash."""
    paths: list[str] = []
    above: list[str] = []
    for line in blocks(section("The tree"))[0].splitlines():
        names, _, what = line.strip().partition("  ")
        depth = (len(line) - len(line.lstrip())) // 2
        prefix = "".join(above[:depth])
        paths.append(prefix + names)
        above = [*above[:depth], names] if names.endswith("/") else above
        if names == "templates/":  # so few that they stand in the folder's own line
            paths += [f"templates/{name}" for name in re.findall(r"\w+\.html", what)]
    return paths


def test_every_path_of_the_tree_exists() -> None:
    assert [path for path in tree_of_the_readme() if not (PROJECT / path).exists()] == []


def test_the_tree_names_every_file_of_the_project() -> None:
    named = tree_of_the_readme()
    files = [
        path.relative_to(PROJECT).as_posix()
        for folder in SHOWN_FOLDERS
        for path in sorted((PROJECT / folder).rglob("*"))
        if path.suffix in MEANT_FOR_PEOPLE
    ]
    own = [file for file in files if not file.startswith(TOLD_AS_FOLDERS)]
    unnamed = [f for f in own if f not in named and not f.endswith("/__init__.py")]
    assert unnamed == []


def test_the_tree_names_nothing_twice() -> None:
    named = tree_of_the_readme()
    assert sorted(set(named)) == sorted(named)


def test_the_commands_are_those_of_the_makefile() -> None:
    told = {command.removeprefix("make ") for command in first_column(section("Commands"))}
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    helped = set(re.findall(r"make (\w+)", makefile.split("help:\n")[1].split("\n\n")[0]))
    targets = set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
    assert told == helped
    assert told <= targets


def test_every_make_command_in_a_document_is_a_target() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
    text = "\n".join((PROJECT / name).read_text(encoding="utf-8") for name in DOCUMENTS)
    assert set(re.findall(r"`(?:[A-Z]+=\S+ )?make (\w+)", text)) <= targets


def test_the_settings_are_those_that_the_code_reads() -> None:
    read: set[str] = set()
    for folder in (*SHOWN_FOLDERS, "tests"):
        for path in (PROJECT / folder).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            read |= set(re.findall(r"environ\.get\(\s*\"([A-Z_]+)\"", source))
            read |= set(re.findall(r"\"([A-Z_]+)\" (?:not )?in os\.environ", source))
    read |= set(re.findall(r"\$\{([A-Z_]+):-", (PROJECT / "bin/venv").read_text(encoding="utf-8")))
    assert first_column(section("Settings")) == read


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_relative_link_leads_somewhere(document: str) -> None:
    text = (PROJECT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    inside = [link for link in links if "://" not in link]
    assert [link for link in inside if not (PROJECT / link).exists()] == []


@pytest.mark.parametrize("block", [0, 1, 2])
def test_the_socket_takes_the_messages_of_the_readme(block: int) -> None:
    lines = blocks(section("The socket"))[block].splitlines()
    sent = [parse(line[2:]) for line in lines if line.startswith("→ ")]
    assert [type(message).__name__ for message in sent] == SENT[block]


@pytest.mark.parametrize("block", [0, 1, 2])
def test_the_socket_sends_the_messages_of_the_readme(block: int) -> None:
    lines = blocks(section("The socket"))[block].splitlines()
    received = [json.loads(line[2:]) for line in lines if line.startswith("← ")]
    assert [message["type"] for message in received] == [kind.type for kind in RECEIVED[block]]
    for message, kind in zip(received, RECEIVED[block], strict=True):
        assert set(message) - {"type"} == {field.name for field in fields(kind)}


def test_the_version_is_the_newest_of_the_changelog() -> None:
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (\d+)\.(\d+)\.(\d+)", changelog, re.MULTILINE)
    numbers = [tuple(int(part) for part in version) for version in versions]
    assert numbers == sorted(numbers, reverse=True)
    assert read_version() == ".".join(versions[0])


def test_whom_the_project_belongs_to_is_said() -> None:
    assert "not affiliated with Groq, Meta, Mistral AI or NVIDIA" in " ".join(README.split())
