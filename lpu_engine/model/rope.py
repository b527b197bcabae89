"""config.json → the rotary embedding: its base, and how it is scaled for long contexts.

It stands in the dict `rope_parameters` of transformers 5, or in the `rope_theta` and `rope_scaling`
of earlier ones; where both are, the newer one counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lpu_engine.model.config import (
    BadConfig,
    Config,
    UnsupportedArchitecture,
    count,
    is_number,
    positive,
    shown,
)

DEFAULT = "default"
SCALINGS = (DEFAULT, "linear", "dynamic", "yarn", "longrope", "llama3")
ORIGINAL = "original_max_position_embeddings"
OF_ORIGINAL = ("llama3", "yarn", "longrope")  # scaled from a context that is told, or is the whole
NOT_PARAMETERS = {"type", "rope_type", "rope_theta", "partial_rotary_factor"}

Parameter = float | bool | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Rope:
    """`parameters` are the scaling's own, by their names in config.json, sorted by name."""

    theta: float
    scaling: str = DEFAULT
    parameters: tuple[tuple[str, Parameter], ...] = ()


def read_rope(config: Config, default_theta: float) -> Rope:
    given: dict[str, object] = {}
    kinds: set[str] = set()
    for key in ("rope_scaling", "rope_parameters"):
        told = _told(config, key)
        if "rope_type" in told or "type" in told:
            kinds.add(_scaling(told))
        given |= told
    if len(kinds) > 1:
        raise BadConfig(
            f"rope_scaling and rope_parameters in config.json contradict each other"
            f" ({' and '.join(sorted(kinds))}): remove one."
        )
    _refuse_partial(config.get("partial_rotary_factor"))
    _refuse_partial(given.get("partial_rotary_factor"))
    theta = positive(given, "rope_theta", positive(config, "rope_theta", default_theta))
    scaling = kinds.pop() if kinds else DEFAULT
    if scaling in OF_ORIGINAL:
        given[ORIGINAL] = config.get(ORIGINAL) or given.get(ORIGINAL) or _context(config)
    return Rope(theta, scaling, () if scaling == DEFAULT else _parameters(given))


def _context(config: Config) -> int:
    return count(config, "max_position_embeddings")


def _told(config: Config, key: str) -> dict[str, object]:
    told = config.get(key)
    if told is None:
        return {}
    if not isinstance(told, Mapping):
        raise BadConfig(f"{key} in config.json should be an object, not {shown(told)}.")
    if any(isinstance(value, Mapping) for value in told.values()):
        raise UnsupportedArchitecture(
            "A rotary embedding for each type of layer is not supported: only one for all layers."
        )
    return {name: value for name, value in told.items() if value is not None}


def _scaling(told: Config) -> str:
    kind = told.get("rope_type", told.get("type"))
    if not isinstance(kind, str) or kind not in SCALINGS:
        raise UnsupportedArchitecture(
            f"The rope scaling {shown(kind)} is not supported: choose one of {', '.join(SCALINGS)}."
        )
    return kind


def _refuse_partial(factor: object) -> None:
    if factor not in (None, 1, 1.0):
        raise UnsupportedArchitecture(
            "partial_rotary_factor is not supported: this engine rotates the whole head."
        )


def _parameters(given: Config) -> tuple[tuple[str, Parameter], ...]:
    names = sorted(name for name in given if name not in NOT_PARAMETERS)
    return tuple((name, _parameter(name, given[name])) for name in names)


def _parameter(name: str, value: object) -> Parameter:
    if isinstance(value, bool):
        return value
    if is_number(value):
        return float(value)
    if isinstance(value, list) and all(is_number(item) for item in value):
        return tuple(float(item) for item in value)
    raise BadConfig(
        f"{shown(name)} of the rope scaling in config.json should be a number or a list of numbers,"
        f" not {shown(value)}."
    )
