"""A layer of an architecture → what its checkpoint calls each tensor.

The tensors of a family that it shares with no other are named here and nowhere else.
"""

from dataclasses import dataclass

from lpu_engine.model.architecture import Architecture
from lpu_engine.model.families import MIXTRAL

EMBEDDING, HEAD = "model.embed_tokens.weight", "lm_head.weight"
LAST_NORM = "model.norm.weight"


@dataclass(frozen=True, slots=True)
class FeedForwardNames:
    """The three matrices of a gated feed-forward."""

    gate: str
    up: str
    down: str


@dataclass(frozen=True, slots=True)
class LayerNames:
    """All tensors of one layer; what the architecture lacks is empty."""

    attention_norm: str
    projections: tuple[str, str, str]  # of queries, keys, values
    biases: tuple[str, ...]  # likewise
    head_norms: tuple[str, ...]  # of queries, keys
    output: str
    attention_branch_norm: str
    feed_forward_norm: str
    feed_forward_branch_norm: str
    router: str
    feed_forwards: tuple[FeedForwardNames, ...]  # one, or one of each expert

    @property
    def other_norms(self) -> tuple[str, ...]:
        """Those after attention, in order."""
        norms = self.attention_branch_norm, self.feed_forward_norm, self.feed_forward_branch_norm
        return tuple(norm for norm in norms if norm)


def layer_names(a: Architecture, layer: int) -> LayerNames:
    """The names in one layer, counted from 0."""
    prefix = f"model.layers.{layer}."
    attention = prefix + "self_attn."
    query, key, value = (f"{attention}{part}_proj" for part in "qkv")
    after_attention = prefix + "post_attention_layernorm.weight"
    before, after = (f"{prefix}{place}_feedforward_layernorm.weight" for place in ("pre", "post"))
    return LayerNames(
        attention_norm=prefix + "input_layernorm.weight",
        projections=(f"{query}.weight", f"{key}.weight", f"{value}.weight"),
        biases=tuple(f"{part}.bias" for part in (query, key, value) if a.biases),
        head_norms=tuple(f"{attention}{part}_norm.weight" for part in "qk" if a.head_norms),
        output=attention + "o_proj.weight",
        attention_branch_norm=after_attention if a.branch_norms else "",
        feed_forward_norm=before if a.branch_norms else after_attention,
        feed_forward_branch_norm=after if a.branch_norms else "",
        router=f"{prefix}{_home(a)}.gate.weight" if a.experts else "",
        feed_forwards=_feed_forwards(a, prefix + _home(a)),
    )


def _home(a: Architecture) -> str:
    return "block_sparse_moe" if a.name == MIXTRAL else "mlp"


def _feed_forwards(a: Architecture, prefix: str) -> tuple[FeedForwardNames, ...]:
    homes = [f"{prefix}.experts.{expert}" for expert in range(a.experts)] or [prefix]
    parts = ("w1", "w3", "w2") if a.name == MIXTRAL else ("gate_proj", "up_proj", "down_proj")
    return tuple(FeedForwardNames(*(f"{home}.{part}.weight" for part in parts)) for home in homes)
