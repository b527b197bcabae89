"""A config.json → a folder with random weights in bfloat16, always the same, written as they come.

They mean nothing, but logits spread as a language model's do. The tokenizer is Pebble's, without an
end: an answer is as long as it was asked to be.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from bench.cached import PROJECT
from lpu_engine.model.architecture import architecture_from_config
from lpu_engine.model.checkpoint import expected_tensors
from lpu_engine.model.tensor_names import EMBEDDING

TOKENIZER = PROJECT / "lpu_engine" / "models" / "pebble"
SEED = 0
MOST_NUMBERS = 2**22  # that are in memory at once
LOGIT_SPREAD = 4.0

Tensor = tuple[str, tuple[int, ...]]


def write_random_checkpoint(folder: Path, config: Mapping[str, object]) -> None:
    """All files of a folder that both this engine and transformers open."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    tensors = list(expected_tensors(architecture_from_config(config)).items())
    rng = np.random.default_rng(SEED)
    with (folder / "model.safetensors").open("wb") as file:
        file.write(_header(tensors))
        for name, shape in tensors:
            _write_tensor(file, rng, name, shape)
    _write_tokenizer(folder)


def _header(tensors: list[Tensor]) -> bytes:
    """As safetensors has it: eight bytes of length, then JSON, filled up to a multiple of eight."""
    told: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in tensors:
        start, end = end, end + 2 * math.prod(shape)
        told[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(told).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def _write_tensor(
    file: BinaryIO, rng: np.random.Generator, name: str, shape: tuple[int, ...]
) -> None:
    if len(shape) == 1:
        file.write(_bfloat16(1 + 0.1 * rng.standard_normal(shape, np.float32)))
        return
    rows, columns = shape
    scale = np.float32((LOGIT_SPREAD if name == EMBEDDING else 1.0) / math.sqrt(columns))
    step = max(1, MOST_NUMBERS // columns)
    for row in range(0, rows, step):
        some = rng.standard_normal((min(step, rows - row), columns), np.float32)
        file.write(_bfloat16(scale * some))


def _bfloat16(values: NDArray[np.float32]) -> bytes:
    """The upper halves of float32, rounded to even."""
    bits = values.astype(np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes()


def _write_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_bytes((TOKENIZER / "tokenizer.json").read_bytes())
    config = json.loads((TOKENIZER / "tokenizer_config.json").read_text(encoding="utf-8"))
    del config["eos_token"]
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
