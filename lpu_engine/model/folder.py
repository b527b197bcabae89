"""The small files of a Hugging Face folder: a path → text or a JSON object, or one clear error."""

import json
from pathlib import Path
from typing import Any


class BadCheckpoint(ValueError):
    """Files of the folder are missing, broken, or do not fit its config.json."""


def read_text(path: Path) -> str:
    """The whole file, which must be UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise BadCheckpoint(f"{path} is not UTF-8: download it again.") from error


def read_json_object(path: Path) -> dict[str, Any]:
    """The whole file, which must hold one JSON object."""
    try:
        value = json.loads(read_text(path))
    except BadCheckpoint:
        raise
    except (ValueError, RecursionError) as error:
        raise BadCheckpoint(f"{path} is not JSON ({error}): download it again.") from error
    if not isinstance(value, dict):
        raise BadCheckpoint(f"{path} holds no JSON object: download it again.")
    return value


def unreadable(path: Path, error: OSError) -> BadCheckpoint:
    return BadCheckpoint(f"{path} cannot be read ({error.strerror or error}): check the folder.")
