"""A Hugging Face config.json → the shape of a transformer.

A key that is absent means LlamaConfig's default, as in transformers; what would change the result
and is not built is refused by name, never ignored.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LLAMA = "LlamaForCausalLM"
DEFAULT_ROPE_THETA = 10_000.0
DEFAULT_NORM_EPSILON = 1e-6
# Far above every model; a broken file must not make us count to a billion layers or tokens.
LARGEST_COUNT, LARGEST_LAYERS, LARGEST_NUMBER = 2**24, 10_000, 1e30


class UnsupportedArchitecture(ValueError):
    """The config.json is sound, but describes a model that this engine does not compute."""


class BadConfig(ValueError):
    """The config.json is missing, broken or contradicts itself."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """The shape of a decoder; `name` is the class that config.json names under "architectures"."""

    name: str
    width: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    feed_forward: int
    vocabulary: int
    window: int
    norm_epsilon: float
    rope_theta: float
    tied: bool

    @property
    def parameters(self) -> int:
        """How many numbers the checkpoint holds; a tied embedding counts once."""
        attention = 2 * self.width * self.head_dim * (self.heads + self.kv_heads)
        layer = attention + 3 * self.width * self.feed_forward + 2 * self.width
        embeddings = self.vocabulary * self.width * (1 if self.tied else 2)
        return embeddings + self.layers * layer + self.width


def read_architecture(path: Path) -> Architecture:
    """The architecture that a config.json describes, or the one in a folder."""
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
    return architecture_from_config(config)


def architecture_from_config(config: Mapping[str, object]) -> Architecture:
    """Raises UnsupportedArchitecture for what is not built, BadConfig for what cannot be true."""
    _refuse_what_is_not_built(config)
    width = _count(config, "hidden_size")
    heads = _count(config, "num_attention_heads")
    architecture = Architecture(
        name=LLAMA,
        width=width,
        layers=_count(config, "num_hidden_layers"),
        heads=heads,
        kv_heads=_count(config, "num_key_value_heads", heads),
        head_dim=_count(config, "head_dim", width // heads),
        feed_forward=_count(config, "intermediate_size"),
        vocabulary=_count(config, "vocab_size"),
        window=_count(config, "max_position_embeddings"),
        norm_epsilon=_positive(config, "rms_norm_eps", DEFAULT_NORM_EPSILON),
        rope_theta=_rope_theta(config),
        tied=_flag(config, "tie_word_embeddings"),
    )
    _check_sizes(architecture, explicit_head_dim=config.get("head_dim") is not None)
    return architecture


def _refuse_what_is_not_built(config: Mapping[str, object]) -> None:
    names = config.get("architectures")
    if not isinstance(names, list) or not names:
        raise BadConfig('config.json names no "architectures": it should say ["LlamaForCausalLM"].')
    if names != [LLAMA]:
        listed = ", ".join(map(str, names))
        raise UnsupportedArchitecture(f"{listed} is not supported: this engine computes {LLAMA}.")
    for key in ("attention_bias", "mlp_bias"):
        if _flag(config, key):
            raise UnsupportedArchitecture(
                f"{key} is not supported: this engine has no biases, choose a model without."
            )
    activation = config.get("hidden_act", "silu")
    if activation != "silu":
        raise UnsupportedArchitecture(
            f'The activation "{activation}" is not supported: this engine computes silu.'
        )
    if config.get("quantization_config") is not None:
        raise UnsupportedArchitecture(
            "A quantised checkpoint (quantization_config) is not supported: choose the float one."
        )


def _rope_theta(config: Mapping[str, object]) -> float:
    """From the dict `rope_parameters` of transformers 5, or the `rope_theta` of earlier ones."""
    parameters: dict[str, object] = {}
    for key in ("rope_scaling", "rope_parameters"):
        given = config.get(key)
        if given is None:
            continue
        if not isinstance(given, Mapping):
            raise BadConfig(f"{key} in config.json should be an object, not {given!r}.")
        _refuse_rope_scaling(given)
        parameters |= {name: value for name, value in given.items() if value is not None}
    outside = _positive(config, "rope_theta", DEFAULT_ROPE_THETA)
    return _positive(parameters, "rope_theta", outside)


def _refuse_rope_scaling(parameters: Mapping[str, object]) -> None:
    if any(isinstance(value, Mapping) for value in parameters.values()):
        raise UnsupportedArchitecture(
            "A rotary embedding for each type of layer is not supported: only one for all layers."
        )
    kind = parameters.get("rope_type", parameters.get("type", "default"))
    if kind != "default":
        raise UnsupportedArchitecture(
            f'The rope scaling "{kind}" is not supported: this engine computes the default rotary.'
        )
    if parameters.get("partial_rotary_factor") not in (None, 1, 1.0):
        raise UnsupportedArchitecture(
            "partial_rotary_factor is not supported: this engine rotates the whole head."
        )


def _check_sizes(architecture: Architecture, *, explicit_head_dim: bool) -> None:
    a = architecture
    if a.layers > LARGEST_LAYERS:
        raise BadConfig(f"num_hidden_layers {a.layers} cannot be true: correct it.")
    if not explicit_head_dim and a.width % a.heads:
        raise BadConfig(
            f"hidden_size {a.width} is not a multiple of num_attention_heads {a.heads}"
            " and config.json gives no head_dim: correct one of them."
        )
    if a.heads % a.kv_heads:
        raise BadConfig(
            f"num_attention_heads {a.heads} is not a multiple of num_key_value_heads {a.kv_heads}:"
            " correct one of them."
        )
    if a.head_dim % 2:
        raise BadConfig(f"head_dim {a.head_dim} is odd: rotary embedding needs an even one.")


def _count(config: Mapping[str, object], key: str, default: int | None = None) -> int:
    value = config.get(key)
    if value is None and default is not None:
        value = default
    if value is None:
        raise BadConfig(f"config.json has no {key}: it should be a whole number above 0.")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= LARGEST_COUNT:
        raise BadConfig(f"{key} in config.json should be a whole number above 0, not {value!r}.")
    return value


def _positive(config: Mapping[str, object], key: str, default: float) -> float:
    value = config.get(key)
    if value is None:
        return default
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not 0 < value < LARGEST_NUMBER
    ):
        raise BadConfig(f"{key} in config.json should be a number above 0, not {value!r}.")
    return float(value)


def _flag(config: Mapping[str, object], key: str) -> bool:
    value = config.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise BadConfig(f"{key} in config.json should be true or false, not {value!r}.")
    return value
