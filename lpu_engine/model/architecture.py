"""A Hugging Face config.json → the shape of a decoder of one of the published families.

A key that is absent means the default of the family's class, as in transformers; what would change
a result is a field here or refused by name, never ignored. What is described need not be computed
yet: that is another question, for `computed.py`.
"""

import math
from dataclasses import dataclass
from pathlib import Path

from lpu_engine.model.config import (
    BadConfig,
    Config,
    UnsupportedArchitecture,
    count,
    flag,
    optional_positive,
    positive,
    read_config,
)
from lpu_engine.model.experts import read_feed_forward
from lpu_engine.model.families import LLAMA, SILU, Family, activation_of, family_of
from lpu_engine.model.rope import DEFAULT as DEFAULT_ROPE
from lpu_engine.model.rope import Parameter, Rope, read_rope
from lpu_engine.model.sliding import read_sliding

__all__ = [
    "LLAMA",
    "Architecture",
    "BadConfig",
    "UnsupportedArchitecture",
    "architecture_from_config",
    "read_architecture",
]

LARGEST_LAYERS = 10_000


@dataclass(frozen=True, slots=True)
class Architecture:
    """The shape of a decoder; `name` is the class that config.json names under "architectures"."""

    name: str
    width: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    feed_forward: int  # of one expert, where there are experts
    vocabulary: int
    window: int  # the context, in tokens
    norm_epsilon: float
    rope_theta: float
    tied: bool
    biases: bool = False  # of queries, keys and values
    head_norms: bool = False  # an RMS norm of each query and key head, one gain for all heads
    branch_norms: bool = False  # norms after attention and feed-forward, before the residual sum
    gain_offset: bool = False  # a norm multiplies by 1 + its stored gain
    embedding_scale: bool = False  # embedded rows are multiplied by √width
    activation: str = SILU  # or "gelu", in its tanh form
    experts: int = 0  # in every layer; 0: dense
    active_experts: int = 0  # those that a token asks
    normalized_experts: bool = False  # the weights of a token's experts are made to sum to 1
    sliding_window: int | None = None  # positions that a sliding layer sees, its own included
    sliding_layers: tuple[int, ...] = ()  # counted from 0; the others see the whole context
    score_scale: float | None = None  # what scores are multiplied by; None: head_dim ** -0.5
    score_cap: float | None = None  # scores, before the mask, become cap · tanh(score / cap)
    logit_cap: float | None = None  # logits likewise
    rope_scaling: str = DEFAULT_ROPE  # how the turns of positions are scaled
    rope_parameters: tuple[tuple[str, Parameter], ...] = ()  # of that scaling, sorted by name

    @property
    def rope(self) -> Rope:
        """How queries and keys are turned by their position."""
        return Rope(self.rope_theta, self.rope_scaling, self.rope_parameters)

    @property
    def score_factor(self) -> float:
        """What products of queries and keys are multiplied by."""
        return 1 / math.sqrt(self.head_dim) if self.score_scale is None else self.score_scale

    @property
    def parameters(self) -> int:
        """How many numbers the checkpoint holds; a tied embedding counts once."""
        embeddings = self.vocabulary * self.width * (1 if self.tied else 2)
        return embeddings + self.layers * self._layer_parameters(self.experts or 1) + self.width

    @property
    def active_parameters(self) -> int:
        """How many a token uses: the head too, but not the embedding, of which it takes a row."""
        head = self.vocabulary * self.width
        return head + self.layers * self._layer_parameters(self.active_experts or 1) + self.width

    def _layer_parameters(self, experts: int) -> int:
        """Of one layer with so many experts; a dense one counts as one, without a router."""
        attention = 2 * self.width * self.head_dim * (self.heads + self.kv_heads)
        biases = self.head_dim * (self.heads + 2 * self.kv_heads) if self.biases else 0
        norms = self.width * (4 if self.branch_norms else 2)
        head_norms = 2 * self.head_dim if self.head_norms else 0
        router = self.experts * self.width
        return (
            attention
            + biases
            + norms
            + head_norms
            + router
            + experts * 3 * self.width * self.feed_forward
        )

    def positions_seen(self, layer: int, context: int) -> int:
        """How many of `context` positions, the newest included, attention of a layer looks at."""
        if self.sliding_window is None or layer not in self.sliding_layers:
            return context
        return min(context, self.sliding_window)


def read_architecture(path: Path) -> Architecture:
    """The architecture that a config.json describes, or the one in a folder."""
    return architecture_from_config(read_config(path))


def architecture_from_config(config: Config) -> Architecture:
    """Raises UnsupportedArchitecture for what is not built, BadConfig for what cannot be true."""
    family = family_of(config)
    layers = count(config, "num_hidden_layers", most=LARGEST_LAYERS)
    window = count(config, "max_position_embeddings")
    heads, kv_heads, head_dim = _heads(config, family)
    feed_forward = read_feed_forward(config, family)
    sliding_window, sliding_layers = read_sliding(config, family, layers=layers, context=window)
    rope = read_rope(config, family.rope_theta)
    score_scale, score_cap, logit_cap = _caps(config, family, head_dim)
    return Architecture(
        name=family.name,
        width=count(config, "hidden_size"),
        layers=layers,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        feed_forward=feed_forward.width,
        vocabulary=count(config, "vocab_size"),
        window=window,
        norm_epsilon=positive(config, "rms_norm_eps", family.norm_epsilon),
        rope_theta=rope.theta,
        tied=flag(config, "tie_word_embeddings", family.tied),
        biases=family.biases,
        head_norms=family.head_norms,
        branch_norms=family.branch_norms,
        gain_offset=family.gain_offset,
        embedding_scale=family.embedding_scale,
        activation=activation_of(config, family),
        experts=feed_forward.experts,
        active_experts=feed_forward.active_experts,
        normalized_experts=feed_forward.normalizes,
        sliding_window=sliding_window,
        sliding_layers=sliding_layers,
        score_scale=score_scale,
        score_cap=score_cap,
        logit_cap=logit_cap,
        rope_scaling=rope.scaling,
        rope_parameters=rope.parameters,
    )


def _heads(config: Config, family: Family) -> tuple[int, int, int]:
    """Heads, those of keys and values, and the length of one; null ones are as many as heads."""
    width = count(config, "hidden_size")
    heads = count(config, "num_attention_heads")
    told = "num_key_value_heads" in config or family.kv_heads is None
    kv_heads = count(config, "num_key_value_heads", heads if told else family.kv_heads)
    if config.get("head_dim") is None and family.head_dim is None and width % heads:
        raise BadConfig(
            f"hidden_size {width} is not a multiple of num_attention_heads {heads}"
            " and config.json gives no head_dim: correct one of them."
        )
    head_dim = count(config, "head_dim", family.head_dim or width // heads)
    if heads % kv_heads:
        raise BadConfig(
            f"num_attention_heads {heads} is not a multiple of num_key_value_heads {kv_heads}:"
            " correct one of them."
        )
    if head_dim % 2:
        raise BadConfig(f"head_dim {head_dim} is odd: rotary embedding needs an even one.")
    return heads, kv_heads, head_dim


def _caps(
    config: Config, family: Family, head_dim: int
) -> tuple[float | None, float | None, float | None]:
    """The scale of scores where it is not the usual one, their cap, and that of logits."""
    if family.score_scalar is None:
        return None, None, None
    scalar = positive(config, "query_pre_attn_scalar", family.score_scalar)
    return (
        None if scalar == head_dim else scalar**-0.5,
        optional_positive(config, "attn_logit_softcapping", family.score_cap),
        optional_positive(config, "final_logit_softcapping", family.logit_cap),
    )
