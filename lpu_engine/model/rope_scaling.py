"""Frequencies of the default rotary embedding → those of a scaled one, as transformers has them.

Only what is the same for sequences of any length is computed: positions that are in the cache stay
as they were turned. "dynamic" changes nothing within the context that config.json states.
"""

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lpu_engine.model.rope import DEFAULT, ORIGINAL, Parameter, Rope

Floats = TypeVar("Floats", NDArray[np.float32], NDArray[np.float64])

# Of each scaling: the parameters that must be there, and those that may be.
NEEDED: dict[str, tuple[str, ...]] = {
    DEFAULT: (),
    "dynamic": (),
    "linear": ("factor",),
    "llama3": ("factor", "low_freq_factor", "high_freq_factor", ORIGINAL),
    "yarn": ("factor", ORIGINAL),
}
OPTIONAL = {"yarn": ("attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim")}


def what_rope_lacks(rope: Rope) -> str | None:
    """Why these turns cannot be computed, as the second half of a sentence; None: they can."""
    if rope.scaling not in NEEDED:
        return f"choose a model with one of {', '.join(NEEDED)}"
    given = dict(rope.parameters)
    optional = [name for name in OPTIONAL.get(rope.scaling, ()) if name in given]
    for name in (*NEEDED[rope.scaling], *optional):
        if not _is_positive(given.get(name)):
            return f"its {name} in config.json should be a number above 0"
    if rope.scaling == "llama3" and not _number(rope, "high_freq_factor") > _number(
        rope, "low_freq_factor"
    ):
        return "its high_freq_factor in config.json should be more than its low_freq_factor"
    if rope.scaling == "yarn" and rope.theta <= 1:
        return "its rope_theta in config.json should be more than 1"
    return None


def scaled(rope: Rope, frequencies: Floats) -> tuple[Floats, float]:
    """Frequencies [head_dim / 2] as scaled, and the factor of every cosine and sine."""
    if rope.scaling == "linear":
        return frequencies / _number(rope, "factor"), 1.0
    if rope.scaling == "llama3":
        return _llama3(rope, frequencies), 1.0
    if rope.scaling == "yarn":
        return _yarn(rope, frequencies), _yarn_factor(rope)
    return frequencies, 1.0


def _llama3(rope: Rope, frequencies: Floats) -> Floats:
    """Long waves are stretched, short ones are not, and those in between by degrees."""
    low, high = _number(rope, "low_freq_factor"), _number(rope, "high_freq_factor")
    turns = _number(rope, ORIGINAL) / (2 * math.pi / frequencies)  # in the original context
    kept = np.clip((turns - low) / (high - low), 0, 1)
    mixed: Floats = (1 - kept) * frequencies / _number(rope, "factor") + kept * frequencies
    return mixed


def _yarn(rope: Rope, frequencies: Floats) -> Floats:
    """Likewise; by degrees between the places in a head that make so many turns."""
    head_dim = 2 * len(frequencies)

    def place(turns: float) -> float:
        length = _number(rope, ORIGINAL) / (turns * 2 * math.pi)
        return head_dim * math.log(length) / (2 * math.log(rope.theta))

    low, high = place(_number(rope, "beta_fast", 32.0)), place(_number(rope, "beta_slow", 1.0))
    if dict(rope.parameters).get("truncate", True):
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, head_dim - 1)
    if low == high:
        high += 0.001
    places = np.arange(len(frequencies), dtype=frequencies.dtype)
    stretched = np.clip((places - low) / (high - low), 0, 1)
    factor = _number(rope, "factor")
    mixed: Floats = frequencies / factor * stretched + frequencies * (1 - stretched)
    return mixed


def _yarn_factor(rope: Rope) -> float:
    given, factor = dict(rope.parameters), _number(rope, "factor")
    if "attention_factor" in given:
        return _number(rope, "attention_factor")
    if "mscale" in given and "mscale_all_dim" in given:
        above, below = _number(rope, "mscale"), _number(rope, "mscale_all_dim")
        return _magnitude(factor, above) / _magnitude(factor, below)
    return _magnitude(factor, 1.0)


def _magnitude(factor: float, scale: float) -> float:
    return 1.0 if factor <= 1 else 0.1 * scale * math.log(factor) + 1.0


def _number(rope: Rope, name: str, default: float | None = None) -> float:
    value = dict(rope.parameters).get(name, default)
    if isinstance(value, (int, float)):
        return float(value)
    raise ValueError(
        f"{name} of the rope scaling {rope.scaling} is no number: correct config.json."
    )


def _is_positive(value: Parameter | None) -> bool:
    return isinstance(value, float) and value > 0
