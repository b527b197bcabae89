"""A config.json → its values, each checked, or one sentence that says what to correct.

A key that is null counts as absent, except where `optional_…` reads it: there null means "none".
"""

import json
import reprlib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeGuard

# Far above every model; a broken file must not make us count to a billion layers or tokens.
LARGEST_COUNT, LARGEST_NUMBER = 2**24, 1e30
LONGEST_SHOWN = 80

Config = Mapping[str, object]


class UnsupportedArchitecture(ValueError):
    """The config.json is sound, but describes a model that is not built here."""


class BadConfig(ValueError):
    """The config.json is missing, broken or contradicts itself."""


def read_config(path: Path) -> Config:
    """The object in a config.json, or in the one of a folder."""
    path = path / "config.json" if path.is_dir() else path
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadConfig(
            f"{path} cannot be read ({error.strerror}): give a config.json, or a folder with one."
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadConfig(
            f"{path} is not JSON ({error}): correct it or download it again."
        ) from error
    if not isinstance(config, dict):
        raise BadConfig(f"{path} holds no JSON object: correct it or download it again.")
    return config


def shown(value: object) -> str:
    """A value of a file as an error tells it: never long, whatever somebody wrote there."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = LONGEST_SHOWN
    return short.repr(value)


def count(
    config: Config,
    key: str,
    default: int | None = None,
    *,
    least: int = 1,
    most: int = LARGEST_COUNT,
) -> int:
    """A whole number; without a default the key must be there."""
    value = config.get(key)
    if value is None and default is not None:
        return default
    meant = f"a whole number from {least} to {most:,}"
    if value is None:
        raise BadConfig(f"config.json has no {key}: it should be {meant}.")
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadConfig(f"{key} in config.json should be {meant}, not {shown(value)}.")
    return value


def optional_count(config: Config, key: str, default: int | None) -> int | None:
    """A whole number above 0, or None where the key is null."""
    if key not in config:
        return default
    return None if config[key] is None else count(config, key)


def positive(config: Config, key: str, default: float) -> float:
    value = config.get(key)
    if value is None:
        return default
    if not is_number(value) or value <= 0:
        raise BadConfig(f"{key} in config.json should be a number above 0, not {shown(value)}.")
    return float(value)


def optional_positive(config: Config, key: str, default: float | None) -> float | None:
    """A number above 0, or None where the key is null."""
    if key not in config:
        return default
    return None if config[key] is None else positive(config, key, default or 1.0)


def flag(config: Config, key: str, default: bool = False) -> bool:
    value = config.get(key)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise BadConfig(f"{key} in config.json should be true or false, not {shown(value)}.")
    return value


def is_number(value: object) -> TypeGuard[int | float]:
    """A finite number that a model could mean; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return -LARGEST_NUMBER < value < LARGEST_NUMBER
