"""A seed → a small random checkpoint of any family in Hugging Face's format, for tests in need.

The weights mean nothing, but they are scaled so that logits spread over several units: an error in
a kernel shows.
"""

import functools
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import TensorSpec, serialize_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from lpu_engine.model.architecture import Architecture, read_architecture
from lpu_engine.model.checkpoint import expected_tensors

END = "<|end|>"
CONTROL_TOKENS = ("<|begin|>", END, "<|system|>", "<|user|>", "<|assistant|>")
SMALLEST_VOCABULARY = 256 + len(CONTROL_TOKENS)
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
CORPUS = (
    "The model reads the prompt, then it writes one token after another.",
    "A chip that keeps its weights close to the arithmetic does not wait for memory.",
    "Every instruction has a unit and a cycle before anything runs.",
)

MODEL_TYPES = {
    "Llama": "llama",
    "Mistral": "mistral",
    "Mixtral": "mixtral",
    "Qwen2": "qwen2",
    "Qwen3": "qwen3",
    "Qwen3Moe": "qwen3_moe",
    "Gemma": "gemma",
    "Gemma2": "gemma2",
}

Array = NDArray[Any]


def write_checkpoint(
    folder: Path,
    *,
    width: int = 64,
    layers: int = 2,
    heads: int = 4,
    kv_heads: int = 2,
    head_dim: int | None = None,
    feed_forward: int = 96,
    vocabulary: int = 320,
    window: int = 256,
    tied: bool = True,
    dtype: str = "float32",
    seed: int = 0,
    shards: int = 1,
    config: Mapping[str, object] | None = None,
) -> Path:
    """Writes a whole folder and returns it; `config` adds to config.json or overrides it."""
    folder.mkdir(parents=True, exist_ok=True)
    shape: dict[str, object] = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": kv_heads,
        "intermediate_size": feed_forward,
        "vocab_size": vocabulary,
        "max_position_embeddings": window,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "hidden_act": "silu",
        "tie_word_embeddings": tied,
        "torch_dtype": dtype,
        "bos_token_id": 0,
        "eos_token_id": 1,
    }
    if head_dim is not None:
        shape["head_dim"] = head_dim
    write_json(folder / "config.json", {**shape, **(config or {})})
    tensors = random_tensors(
        width=width,
        layers=layers,
        query_rows=heads * (head_dim or width // heads),
        key_rows=kv_heads * (head_dim or width // heads),
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        tied=tied,
        seed=seed,
    )
    write_weights(folder, tensors, dtype=dtype, shards=shards)
    write_tokenizer(folder, vocabulary=min(vocabulary, 320))
    return folder


def write_family(folder: Path, family: str, *, seed: int = 0, **config: object) -> Path:
    """A whole folder of any family, of the sizes above; `config` adds to config.json.

    transformers judges in the golden logits whether the tensors have its names.
    """
    named = {"architectures": [f"{family}ForCausalLM"], "model_type": MODEL_TYPES[family]}
    write_checkpoint(folder, vocabulary=SMALLEST_VOCABULARY, config={**named, **config})
    write_weights(folder, family_tensors(read_architecture(folder), seed))
    return folder


def family_tensors(a: Architecture, seed: int) -> dict[str, Array]:
    """Every tensor of an architecture, float32, matrices as [out, in]."""
    random = np.random.default_rng(seed)
    tensors: dict[str, Array] = {}
    for name, shape in expected_tensors(a).items():
        numbers = random.standard_normal(shape)
        if name.endswith("norm.weight"):
            numbers = 0.3 * numbers + (not a.gain_offset)
        elif len(shape) > 1:
            numbers *= (4 if shape[0] == a.vocabulary else 1) / math.sqrt(shape[1])
        tensors[name] = numbers.astype(np.float32)
    return tensors


def random_tensors(
    *,
    width: int,
    layers: int,
    query_rows: int,
    key_rows: int,
    feed_forward: int,
    vocabulary: int,
    tied: bool,
    seed: int,
) -> dict[str, Array]:
    """Every tensor of a LlamaForCausalLM, float32, matrices as [out, in]."""
    random = np.random.default_rng(seed)

    def matrix(rows: int, columns: int) -> Array:
        return (random.standard_normal((rows, columns)) / math.sqrt(columns)).astype(np.float32)

    def gain() -> Array:
        return (1 + 0.1 * random.standard_normal(width)).astype(np.float32)

    tensors = {"model.embed_tokens.weight": matrix(vocabulary, width) * np.float32(4)}
    for layer in range(layers):
        prefix = f"model.layers.{layer}."
        tensors[prefix + "input_layernorm.weight"] = gain()
        tensors[prefix + "self_attn.q_proj.weight"] = matrix(query_rows, width)
        tensors[prefix + "self_attn.k_proj.weight"] = matrix(key_rows, width)
        tensors[prefix + "self_attn.v_proj.weight"] = matrix(key_rows, width)
        tensors[prefix + "self_attn.o_proj.weight"] = matrix(width, query_rows)
        tensors[prefix + "post_attention_layernorm.weight"] = gain()
        tensors[prefix + "mlp.gate_proj.weight"] = matrix(feed_forward, width)
        tensors[prefix + "mlp.up_proj.weight"] = matrix(feed_forward, width)
        tensors[prefix + "mlp.down_proj.weight"] = matrix(width, feed_forward)
    tensors["model.norm.weight"] = gain()
    if not tied:
        tensors["lm_head.weight"] = matrix(vocabulary, width) * np.float32(4)
    return tensors


def write_weights(
    folder: Path, tensors: Mapping[str, Array], *, dtype: str = "float32", shards: int = 1
) -> None:
    """One model.safetensors, or `shards` files with their index."""
    if shards == 1:
        write_tensors(folder / "model.safetensors", tensors, dtype)
        return
    names = list(tensors)
    weight_map: dict[str, str] = {}
    for shard in range(shards):
        file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        part = names[shard::shards]
        write_tensors(folder / file, {name: tensors[name] for name in part}, dtype)
        weight_map |= dict.fromkeys(part, file)
    index = {"metadata": {}, "weight_map": weight_map}
    write_json(folder / "model.safetensors.index.json", index)


def write_tensors(path: Path, tensors: Mapping[str, Array], dtype: str = "float32") -> None:
    """One safetensors file; `dtype` is float32, float16, bfloat16, or another of numpy's."""
    stored = {name: as_stored(tensor, dtype) for name, tensor in tensors.items()}
    specs = {
        name: TensorSpec(
            dtype=dtype, shape=array.shape, data_ptr=array.ctypes.data, data_len=array.nbytes
        )
        for name, array in stored.items()
    }
    serialize_file(specs, str(path), metadata={"format": "pt"})


def as_stored(tensor: Array, dtype: str) -> Array:
    """The tensor in `dtype`; bfloat16 as the upper halves of float32, rounded to even."""
    if dtype != "bfloat16":
        return np.ascontiguousarray(tensor.astype(dtype))
    bits = np.ascontiguousarray(tensor.astype(np.float32)).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def write_tokenizer(folder: Path, *, vocabulary: int = 320) -> None:
    """A byte-level BPE tokenizer trained on three sentences, with a chat template."""
    (folder / "tokenizer.json").write_text(trained_tokenizer(vocabulary), encoding="utf-8")
    write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": CONTROL_TOKENS[0],
            "eos_token": END,
            "chat_template": CHAT_TEMPLATE,
        },
    )


@functools.cache
def trained_tokenizer(vocabulary: int) -> str:
    """The content of tokenizer.json."""
    if vocabulary < SMALLEST_VOCABULARY:
        raise ValueError(f"a byte-level vocabulary needs {SMALLEST_VOCABULARY} entries or more")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(CONTROL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    content: str = tokenizer.to_str(pretty=True)
    return content


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def edit_json(path: Path, **changes: object) -> None:
    """Sets keys of a JSON file; a key set to None is removed."""
    value = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    write_json(path, {key: item for key, item in value.items() if item is not None})
