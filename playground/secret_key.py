"""SECRET_KEY, or one generated once into a file that only its owner reads.

Nothing that is signed with it lasts (there are no sessions), so a lost file costs nothing.
"""

import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

KEY_BYTES = 48


class NoSecretKey(OSError):
    """The key can be neither read nor written."""


def secret_key(environ: Mapping[str, str], file: Path) -> str:
    """The key of the environment, else of `file`, which is written where it is missing."""
    try:
        return environ.get("SECRET_KEY") or _read(file) or _write(file)
    except OSError as error:
        raise NoSecretKey(
            f"The secret key cannot be kept in {file} ({error.strerror}): make the folder yours to "
            "write and leave room on the disk, or put a long random text into SECRET_KEY."
        ) from error


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return ""


def _write(file: Path) -> str:
    """Appears whole or not at all: written beside its place, as 0600, then moved there."""
    key = secrets.token_urlsafe(KEY_BYTES)
    handle, beside = tempfile.mkstemp(prefix=file.name, dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as opened:
            opened.write(key + "\n")
        Path(beside).replace(file)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise
    return key
