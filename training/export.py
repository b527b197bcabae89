"""A trained model and its tokenizer to a folder in Hugging Face's format, each file replaced in one
step.

Others load the folder while training goes on, so every file is written beside its place and
renamed; weights go last.
"""

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from training.model import Pebble, Shape
from training.tokenizer import BEGIN_ID, END_ID, PAD_ID, TOKENIZER_CONFIG

PEBBLE_FOLDER = Path(__file__).resolve().parent.parent / "lpu_engine" / "models" / "pebble"


def config_of(shape: Shape) -> dict[str, object]:
    """The config.json that `transformers` and this project's engine read."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": shape.vocab_size,
        "hidden_size": shape.width,
        "intermediate_size": shape.ff_width,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.heads,
        "head_dim": shape.head_width,
        "max_position_embeddings": shape.window,
        "rope_theta": shape.rope_theta,
        "rope_parameters": {"rope_type": "default", "rope_theta": shape.rope_theta},
        "rms_norm_eps": shape.rms_eps,
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": True,
        "bos_token_id": BEGIN_ID,
        "eos_token_id": END_ID,
        "pad_token_id": PAD_ID,
        "torch_dtype": "bfloat16",
        "use_cache": True,
    }


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` make the file beside its place, then rename it: a reader sees the old one or the
    new one."""
    beside = path.with_name(f".{path.name}.new")
    write(beside)
    beside.chmod(0o644)
    os.replace(beside, path)


def export(model: Pebble, tokenizer_path: Path, folder: Path) -> None:
    """Write config, tokenizer and bfloat16 weights (about 19 MB) for `model` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: tensor.detach().to("cpu", torch.bfloat16).contiguous()
        for name, tensor in model.state_dict().items()
    }
    generation = {"bos_token_id": BEGIN_ID, "eos_token_id": END_ID, "pad_token_id": PAD_ID}
    documents = {
        "tokenizer.json": tokenizer_path.read_text(encoding="utf-8"),
        "tokenizer_config.json": json.dumps(TOKENIZER_CONFIG, indent=2) + "\n",
        "config.json": json.dumps(config_of(model.shape), indent=2) + "\n",
        "generation_config.json": json.dumps(generation, indent=2) + "\n",
    }
    for name, text in documents.items():
        replace_file(folder / name, partial(_write_text, text))
    replace_file(
        folder / "model.safetensors",
        lambda path: save_file(tensors, path, metadata={"format": "pt"}),
    )


def load_weights(folder: Path, model: Pebble) -> None:
    """Fill `model`, in its own precision, from what `export` wrote."""
    tensors = load_file(folder / "model.safetensors")
    model.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")
