"""A model dealt to GPUs → what the fullest one has: weights, keys and values, a step's share.

Heads are dealt whole, a key head with the queries that ask it, so 8 of them fill 3 GPUs unevenly;
where there are more GPUs than key heads, these are copied. All else is cut alike, experts too.
"""

from dataclasses import dataclass

from lpu_engine.baseline.gpu_system import GpuSystem, Work
from lpu_engine.hardware.gpu import Gpu
from lpu_engine.model.architecture import Architecture

# Bytes of a weight; int4 has a scale and a zero of 16 bits for each 32, as in gpt-fast's rows.
WEIGHT_BYTES = {"bf16": 2.0, "fp8": 1.0, "int8": 1.0, "int4": 0.5 + 4 / 32}
HALF_BYTES = 2.0  # of a number that is no weight: embedding, keys, values, residual
# That weights, keys and values may take. vLLM takes as much by default, for what is computed in
# between too; here it is assumed to be all for weights, keys and values.
MEMORY_SHARE = 0.90


@dataclass(frozen=True, slots=True)
class Share:
    """A model, and the number of GPUs that it is dealt to. Weights are counted, not bytes."""

    architecture: Architecture
    count: int

    @property
    def kv_heads(self) -> int:
        """Of the fullest GPU."""
        return -(-self.architecture.kv_heads // self.count)

    @property
    def heads(self) -> int:
        """Of the fullest GPU: with each key head all that ask it, or a part of these."""
        a = self.architecture
        copies = max(1, self.count // a.kv_heads)
        return -(-(a.heads // a.kv_heads * self.kv_heads) // copies)

    @property
    def layer_weights(self) -> float:
        """That every token uses, of all layers, on the fullest GPU: experts are not among them."""
        a = self.architecture
        of_a_head = 2 * a.width * a.head_dim * a.layers
        attention = of_a_head * (a.heads + a.kv_heads)
        rest = a.active_parameters - self._head - a.active_experts * self._expert - attention
        return of_a_head * (self.heads + self.kv_heads) + rest / self.count

    @property
    def head_weights(self) -> float:
        """Of the logits."""
        return self._head / self.count

    @property
    def asked_weights(self) -> float:
        """Of the experts that one token asks."""
        return self.architecture.active_experts * self._expert / self.count

    def found_weights(self, rows: int) -> float:
        """Of the different experts that so many tokens ask, if each asks any alike."""
        a = self.architecture
        if not a.experts:
            return 0.0
        asked = a.experts * (1 - (1 - a.active_experts / a.experts) ** rows)
        return asked * self._expert / self.count

    @property
    def _expert(self) -> int:
        """Of one expert, in all layers."""
        a = self.architecture
        return 3 * a.width * a.feed_forward * a.layers if a.experts else 0

    @property
    def _head(self) -> int:
        return self.architecture.vocabulary * self.architecture.width

    def cache_bytes(self, tokens: int) -> float:
        """Keys and values of so many tokens, in 16 bits whatever the weights have."""
        a = self.architecture
        sliding = len(a.sliding_layers) if a.sliding_window else 0
        seen = (a.layers - sliding) * tokens + sliding * min(tokens, a.sliding_window or tokens)
        return 2 * HALF_BYTES * self.kv_heads * a.head_dim * seen

    def scored_pairs(self, prompt: int) -> float:
        """Positions of a prompt with those before each, in all layers."""
        a = self.architecture
        sliding = len(a.sliding_layers) if a.sliding_window else 0
        near = min(prompt, a.sliding_window or prompt)
        slid = near**2 / 2 + (prompt - near) * near
        return (a.layers - sliding) * prompt**2 / 2 + sliding * slid

    def weight_bytes(self, precision: str) -> float:
        """All of the fullest GPU; an embedding that is not also the head stays in 16 bits."""
        a = self.architecture
        experts = a.experts * self._expert / self.count
        quantized = self.layer_weights + self.head_weights + experts
        embedding = 0.0 if a.tied else self.head_weights
        return quantized * WEIGHT_BYTES[precision] + embedding * HALF_BYTES

    def held_bytes(self, system: GpuSystem, work: Work) -> float:
        """Weights, and the keys and values of all users at the end of their answers."""
        cache = system.users * self.cache_bytes(work.context)
        return self.weight_bytes(system.precision) + cache


def room_bytes(gpu: Gpu) -> float:
    """What weights, keys and values may take of a GPU's memory."""
    return MEMORY_SHARE * gpu.memory_bytes
