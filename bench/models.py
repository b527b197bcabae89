"""The models that are timed: four shapes with random weights, one layer alone, and Pebble.

A shape's folder is written when it is first asked for, and kept.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.cached import CACHE, PROJECT, made_once
from bench.random_weights import write_random_checkpoint

SHIPPED = PROJECT / "lpu_engine" / "models" / "pebble"
WINDOW = 2048


@dataclass(frozen=True, slots=True)
class Shape:
    """A Llama whose head is its embedding, as its size needs it."""

    width: int
    layers: int
    heads: int
    kv_heads: int
    feed_forward: int
    vocabulary: int

    def config(self) -> dict[str, object]:
        """Its config.json."""
        return {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "hidden_size": self.width,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "intermediate_size": self.feed_forward,
            "vocab_size": self.vocabulary,
            "max_position_embeddings": WINDOW,
            "rms_norm_eps": 1e-5,
            "rope_theta": 10_000.0,
            "hidden_act": "silu",
            "tie_word_embeddings": True,
            "torch_dtype": "bfloat16",
        }


@dataclass(frozen=True, slots=True)
class Model:
    """`goals`: how many times llama.cpp Q8_0's speed a contest must reach, by its name."""

    name: str
    shape: Shape | None  # None: the model that ships
    decoded_tokens: int  # of a stream in one run: fewer of a slower model
    goals: Mapping[str, float] = field(default_factory=dict)

    def folder(self) -> Path:
        """In Hugging Face's format."""
        if self.shape is None:
            return SHIPPED
        config = self.shape.config()
        digest = zlib.crc32(json.dumps(config).encode())
        path = CACHE / f"{self.name}-{digest:08x}"
        return made_once(path, lambda unfinished: write_random_checkpoint(unfinished, config))


PEBBLE = Model("pebble", None, 128)
ONE_LAYER = Model("one-layer", Shape(64, 1, 2, 2, 96, 4_096), 128)
M6 = Model(
    "6M",
    Shape(256, 6, 8, 8, 704, 4_096),
    128,
    {"decode-1": 1.3, "decode-16": 2.0, "prefill": 1.2},
)
M15 = Model("15M", Shape(288, 6, 6, 6, 768, 32_000), 128, {"decode-1": 1.6})
M135 = Model(
    "135M",
    Shape(576, 30, 9, 3, 1_536, 49_152),
    64,
    {"decode-1": 1.25, "decode-16": 1.3, "prefill": 1.0},
)
M500 = Model("500M", Shape(896, 24, 14, 2, 4_864, 151_936), 32, {"decode-1": 1.2})
RANDOM = (M6, M15, M135, M500)
