"""The published families of decoders: which class of config.json computes what, and its defaults.

A default is what transformers' own config class of that family takes for an absent key; what a
class computes without any key saying so (the biases of Qwen2, the norms of Gemma) stands here too.
"""

from dataclasses import dataclass
from typing import Literal

from lpu_engine.model.config import BadConfig, Config, UnsupportedArchitecture, flag, shown

LLAMA = "LlamaForCausalLM"
GEMMA = "GemmaForCausalLM"
MIXTRAL = "MixtralForCausalLM"
SILU, GELU = "silu", "gelu"
# By their names in config.json; plain "gelu" would be the exact one, which no family here uses.
ACTIVATIONS = {"silu": SILU, "gelu_pytorch_tanh": GELU}

# Which layers slide: none, all, those from max_window_layers on, or the first of every two.
Sliding = Literal["none", "all", "late", "alternate"]


@dataclass(frozen=True, slots=True)
class Family:
    """What one class computes. `kv_heads` None: as many as heads; `head_dim` None: width / heads.

    `experts`, `active_experts` and `expert_width` are the defaults of a family that has experts,
    `score_scalar`, `score_cap` and `logit_cap` of one that caps what goes into a softmax.
    """

    name: str
    kv_heads: int | None = None
    head_dim: int | None = None
    norm_epsilon: float = 1e-6
    rope_theta: float = 10_000.0
    tied: bool = False
    biases: bool = False
    head_norms: bool = False
    branch_norms: bool = False
    gain_offset: bool = False
    embedding_scale: bool = False
    activation_key: str = "hidden_act"
    activation: str = "silu"
    sliding: Sliding = "none"
    sliding_window: int | None = None
    slides_only_if_told: bool = False
    experts: int = 0
    active_experts: int = 0
    expert_width: int | None = None
    normalizes_experts: bool = False
    score_scalar: float | None = None
    score_cap: float | None = None
    logit_cap: float | None = None


FAMILIES = (
    Family(LLAMA),
    Family("MistralForCausalLM", kv_heads=8, sliding="all", sliding_window=4096),
    Family(
        MIXTRAL,
        kv_heads=8,
        norm_epsilon=1e-5,
        rope_theta=1_000_000.0,
        sliding="all",
        experts=8,
        active_experts=2,
        normalizes_experts=True,
    ),
    Family(
        "Qwen2ForCausalLM",
        kv_heads=32,
        biases=True,
        sliding="late",
        sliding_window=4096,
        slides_only_if_told=True,
    ),
    Family(
        "Qwen3ForCausalLM",
        kv_heads=32,
        head_dim=128,
        head_norms=True,
        sliding="late",
        sliding_window=4096,
        slides_only_if_told=True,
    ),
    Family(
        "Qwen3MoeForCausalLM",
        kv_heads=4,
        head_norms=True,
        sliding="all",
        sliding_window=4096,
        slides_only_if_told=True,
        experts=128,
        active_experts=8,
        expert_width=768,
    ),
    Family(
        GEMMA,
        kv_heads=16,
        head_dim=256,
        tied=True,
        gain_offset=True,
        embedding_scale=True,
        activation="gelu_pytorch_tanh",
    ),
    Family(
        "Gemma2ForCausalLM",
        kv_heads=4,
        head_dim=256,
        tied=True,
        branch_norms=True,
        gain_offset=True,
        embedding_scale=True,
        activation_key="hidden_activation",
        activation="gelu_pytorch_tanh",
        sliding="alternate",
        sliding_window=4096,
        score_scalar=256.0,
        score_cap=50.0,
        logit_cap=30.0,
    ),
)
_BY_NAME = {family.name: family for family in FAMILIES}


def family_of(config: Config) -> Family:
    """The family of the class under "architectures"; any other is refused by name."""
    names = config.get("architectures")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names) or not names:
        raise BadConfig('config.json names no "architectures": it should say ["LlamaForCausalLM"].')
    listed = ", ".join(shown(name)[1:-1] for name in names[:3])
    family = _BY_NAME.get(names[0]) if len(names) == 1 else None
    if family is None:
        raise UnsupportedArchitecture(
            f"{listed} is not supported: choose one of {', '.join(_BY_NAME)}."
        )
    if config.get("text_config") is not None:
        raise UnsupportedArchitecture(
            f"{listed} with a text_config is not supported, as it wraps a model among others:"
            f" give the text model's own config.json, one of {', '.join(_BY_NAME)}."
        )
    _refuse_what_no_field_tells(config, family)
    return family


def activation_of(config: Config, family: Family) -> str:
    """Of the feed-forward. The first Gemma's "gelu" means its tanh form, as in transformers."""
    named = config.get(family.activation_key) or family.activation
    if family.name == GEMMA:
        if named == "gelu":
            named = "gelu_pytorch_tanh"
        if config.get("hidden_activation") not in (None, named):  # read by old versions alone
            named = config["hidden_activation"]
    if not isinstance(named, str) or named not in ACTIVATIONS:
        raise UnsupportedArchitecture(
            f"The activation {shown(named)} is not supported:"
            f" choose a model with {' or '.join(ACTIVATIONS)}."
        )
    return ACTIVATIONS[named]


def _refuse_what_no_field_tells(config: Config, family: Family) -> None:
    for key in ("attention_bias", "mlp_bias"):
        if flag(config, key) and not (family.biases and key == "attention_bias"):
            raise UnsupportedArchitecture(
                f"{key} is not supported: it biases output matrices too,"
                " and only queries, keys and values can have biases, so choose a model without."
            )
    if flag(config, "use_bidirectional_attention"):
        raise UnsupportedArchitecture(
            "use_bidirectional_attention is not supported: choose a model that looks back alone."
        )
