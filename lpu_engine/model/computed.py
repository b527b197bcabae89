"""An architecture → whether the executor computes its words, and whether one chip's compiler may.

Both go by what is computed, not by the name of a class: a Mistral without a window is a Llama.
"""

from dataclasses import MISSING, fields

from lpu_engine.model.architecture import Architecture, UnsupportedArchitecture
from lpu_engine.model.config import Config
from lpu_engine.model.rope_scaling import what_rope_lacks


def is_computed(architecture: Architecture) -> bool:
    """Whether the executor gives the exact logits of this shape."""
    return _what_is_not_computed(architecture) is None


def is_plain(architecture: Architecture) -> bool:
    """Whether it is a Llama, to which nothing was added: one chip's compiler places no other."""
    added = [field for field in fields(Architecture) if field.default is not MISSING]
    return all(getattr(architecture, field.name) == field.default for field in added)


def refuse_what_is_not_computed(architecture: Architecture) -> None:
    """Raises UnsupportedArchitecture with the first thing that is missing."""
    missing = _what_is_not_computed(architecture)
    if missing is not None:
        raise UnsupportedArchitecture(missing)


def refuse_quantized(config: Config) -> None:
    """A checkpoint must hold floats; the shape is the same either way, so a clock does not mind."""
    if config.get("quantization_config") is not None:
        raise UnsupportedArchitecture(
            "A quantised checkpoint (quantization_config) is not supported: choose the float one."
        )


def _what_is_not_computed(a: Architecture) -> str | None:
    parts = {
        "experts": a.experts > 0,
    }
    for part, there in parts.items():
        if there:
            return (
                f"{a.name} with {part} is not supported:"
                " this engine computes words of models without."
            )
    lacks = what_rope_lacks(a.rope)
    if lacks is not None:
        return f'The rope scaling "{a.rope_scaling}" is not supported: {lacks}.'
    return None
