"""CHANGELOG.md → this project's version: its first `## X.Y.Z`, so that it stands in one place."""

import re
from pathlib import Path

CHANGELOG_FILE = Path(__file__).parent.parent / "CHANGELOG.md"
HEADING = re.compile(r"^## (\d+\.\d+\.\d+)", re.MULTILINE)


class NoVersion(ValueError):
    """The changelog names no version."""


def read_version(changelog: Path = CHANGELOG_FILE) -> str:
    """The newest version; raises NoVersion."""
    try:
        found = HEADING.search(changelog.read_text(encoding="utf-8"))
    except OSError as error:
        raise NoVersion(
            f"{changelog.name} cannot be read ({error.strerror}): restore it."
        ) from error
    if found is None:
        raise NoVersion(f"{changelog.name} names no version: begin a section with '## 1.2.3'.")
    return found[1]
