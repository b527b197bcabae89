"""An architecture → whether the executor computes its words, and whether one chip's compiler may.

Both go by what is computed, not by the name of a class: a Mistral without a window is a Llama.
"""

from lpu_engine.model.architecture import Architecture, UnsupportedArchitecture
from lpu_engine.model.config import Config
from lpu_engine.model.families import SILU
from lpu_engine.model.rope import DEFAULT
from lpu_engine.model.rope_scaling import what_rope_lacks


def is_computed(architecture: Architecture) -> bool:
    """Whether the executor gives the exact logits of this shape."""
    return _what_is_not_computed(architecture) is None


def is_plain(a: Architecture) -> bool:
    """Whether it is a Llama, to which nothing was added: one chip's compiler places no other."""
    is_scaled = a.rope_scaling != DEFAULT
    return is_computed(a) and not (a.biases or a.head_norms or is_scaled)


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
        "norms after its branches": a.branch_norms,
        "norms that add 1 to a gain": a.gain_offset,
        "scaled embeddings": a.embedding_scale,
        "a sliding window": a.sliding_window is not None,
        "a scale of scores of its own": a.score_scale is not None,
        "capped scores": a.score_cap is not None,
        "capped logits": a.logit_cap is not None,
    }
    for part, there in parts.items():
        if there:
            return (
                f"{a.name} with {part} is not supported:"
                " this engine computes words of models without."
            )
    if a.activation != SILU:
        return f'The activation "{a.activation}" is not supported: this engine computes silu.'
    lacks = what_rope_lacks(a.rope)
    if lacks is not None:
        return f'The rope scaling "{a.rope_scaling}" is not supported: {lacks}.'
    return None
