"""config.json → how wide a feed-forward is, how many experts share the work, how many a token asks.

Every layer has experts or none has: what mixes both is refused by name.
"""

from dataclasses import dataclass

from lpu_engine.model.config import BadConfig, Config, UnsupportedArchitecture, count, flag, shown
from lpu_engine.model.families import Family

# Two names of one number: transformers 5 reads either, and writes the first for both families.
EXPERT_KEYS = ("num_local_experts", "num_experts")


@dataclass(frozen=True, slots=True)
class FeedForward:
    """`width` is one expert's where there are experts; 0 experts: dense."""

    width: int
    experts: int = 0
    active_experts: int = 0
    normalizes: bool = False


def read_feed_forward(config: Config, family: Family) -> FeedForward:
    if not family.experts:
        return FeedForward(count(config, "intermediate_size"))
    _refuse_dense_layers(config)
    experts = _experts(config, family)
    active = count(config, "num_experts_per_tok", family.active_experts)
    if active > experts:
        raise BadConfig(
            f"num_experts_per_tok {active} is more than the {experts} experts: correct one of them."
        )
    if family.expert_width is None:
        width = count(config, "intermediate_size")
    else:
        width = count(config, "moe_intermediate_size", family.expert_width)
    normalizes = family.normalizes_experts or flag(config, "norm_topk_prob")
    return FeedForward(width, experts, active, normalizes)


def _experts(config: Config, family: Family) -> int:
    told = {count(config, key) for key in EXPERT_KEYS if config.get(key) is not None}
    if len(told) > 1:
        raise BadConfig(
            f"{' and '.join(EXPERT_KEYS)} in config.json contradict each other: remove one."
        )
    return told.pop() if told else family.experts


def _refuse_dense_layers(config: Config) -> None:
    if count(config, "decoder_sparse_step", 1) != 1:
        raise UnsupportedArchitecture(
            "A decoder_sparse_step other than 1 is not supported:"
            " choose a model with experts in every layer."
        )
    dense = config.get("mlp_only_layers")
    if dense is not None and not isinstance(dense, list):
        raise BadConfig(f"mlp_only_layers in config.json should be a list, not {shown(dense)}.")
    if dense:
        raise UnsupportedArchitecture(
            "mlp_only_layers are not supported: choose a model with experts in every layer."
        )
