"""An architecture and a group of chips → what each chip of the group holds, in whole vectors.

Every chip has its share of the heads, of the feed-forward's middle and of the vocabulary, and all
of the residual. What does not fill vectors of 320, or heads that do not divide, is padding.
"""

from dataclasses import dataclass

from lpu_engine.hardware.lpu import LANES, Side
from lpu_engine.model.architecture import Architecture

COPIES = (5, 4, 2)  # how often a vector can be cut into whole superlanes, and a tile's addresses


@dataclass(frozen=True, slots=True)
class Shard:
    """Sizes in vectors of 320, of one chip; chips of a group are alike."""

    architecture: Architecture
    group: int
    slots: int  # heads side by side in a vector
    copies: int  # of one key head in a vector, each for positions of its own; else one
    key_vectors: int
    members: int  # query vectors of each key vector
    width: int
    feed_forward: int  # of each expert, where there are any
    vocabulary: int

    @property
    def query_vectors(self) -> int:
        """Vectors of all queries of a row."""
        return self.key_vectors * self.members

    @property
    def scored(self) -> int:
        """Rows of scores for each row, key vector and copy: a query head each."""
        return self.members * self.slots

    @property
    def span(self) -> int:
        """Positions that one tile of keys holds."""
        return LANES * self.copies

    def share(self, side: Side) -> int:
        """Vectors of a side's part of the residual that one chip sums up for all."""
        return -(-on_side(self.width, side) // self.group)

    def padded(self, side: Side) -> int:
        """Vectors of a side's part of the residual, in whole shares."""
        return self.share(side) * self.group

    @property
    def residual(self) -> int:
        """Vectors of a row of the residual, east then west, in whole shares."""
        return sum(self.padded(side) for side in Side)

    @property
    def active_experts(self) -> int:
        """How often a token's feed-forward runs."""
        return max(self.architecture.active_experts, 1)

    @property
    def experts(self) -> int:
        """Feed-forwards of a layer."""
        return max(self.architecture.experts, 1)

    def asked(self, rows: int) -> int:
        """Feed-forwards of a layer that so many rows may ask, each its own experts."""
        return min(self.experts, rows * self.active_experts)


def on_side(outputs: int, side: Side) -> int:
    """How many of some outputs a side has; the odd one is east."""
    return (outputs + 1) // 2 if side == Side.EAST else outputs // 2


def shard(architecture: Architecture, group: int) -> Shard:
    """A chip's share where `group` chips hold each layer together."""
    a = architecture
    heads = a.heads // a.kv_heads
    if a.kv_heads >= group:
        keys = -(-a.kv_heads // group)
    else:  # some chips have the same keys, and share their queries
        keys, heads = 1, -(-heads // (group // a.kv_heads))
    per_vector = LANES // a.head_dim
    fitting = (n for n in COPIES if n <= min(per_vector, heads))
    copies = next(fitting, 1) if keys == 1 else 1
    slots = min(per_vector, keys * copies)
    return Shard(
        a,
        group,
        slots,
        copies,
        key_vectors=-(-keys * copies // slots),
        members=-(-heads // copies),
        width=-(-a.width // LANES),
        feed_forward=_vectors(a.feed_forward, group),
        vocabulary=_vectors(a.vocabulary, group),
    )


def _vectors(count: int, group: int) -> int:
    return -(-count // (group * LANES))
