"""An architecture → whether the executor computes its words, and whether one chip's compiler may.

Both go by what is computed, not by the name of a class: a Mistral without a window is a Llama.
"""

from dataclasses import MISSING, fields

from lpu_engine.model.architecture import Architecture, UnsupportedArchitecture
from lpu_engine.model.config import Config
from lpu_engine.model.rope_scaling import what_rope_lacks


def is_computed(architecture: Architecture) -> bool:
    """Whether the executor gives the exact logits of this shape: all but some scaled rotaries."""
    return what_rope_lacks(architecture.rope) is None


def is_plain(architecture: Architecture) -> bool:
    """Whether it is a Llama, to which nothing was added: one chip's compiler places no other."""
    added = [field for field in fields(Architecture) if field.default is not MISSING]
    return all(getattr(architecture, field.name) == field.default for field in added)


def refuse_what_is_not_computed(architecture: Architecture) -> None:
    """Raises UnsupportedArchitecture with what is missing."""
    lacks = what_rope_lacks(architecture.rope)
    if lacks is not None:
        raise UnsupportedArchitecture(
            f'The rope scaling "{architecture.rope_scaling}" is not supported: {lacks}.'
        )


def refuse_quantized(config: Config) -> None:
    """A checkpoint must hold floats; the shape is the same either way, so a clock does not mind."""
    if config.get("quantization_config") is not None:
        raise UnsupportedArchitecture(
            "A quantised checkpoint (quantization_config) is not supported: choose the float one."
        )
