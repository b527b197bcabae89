"""A Llama checkpoint becomes a GGUF file with Q8_0 or F32 matrices: the same weights for llama.cpp.

GGUF wants queries and keys in interleaved rotary order, so their rows are permuted.
"""

import json
import zlib
from pathlib import Path
from typing import Literal

import gguf
import numpy as np
from numpy.typing import NDArray

from bench.cached import CACHE, made_once
from lpu_engine.model.architecture import Architecture
from lpu_engine.model.checkpoint import Checkpoint, open_checkpoint

Kind = Literal["Q8_0", "F32"]
FILE_TYPES = {
    "Q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
    "F32": gguf.LlamaFileType.ALL_F32,
}
LAYER_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def gguf_of(folder: Path, kind: Kind) -> Path:
    """The file for a folder, written once for the weights that it has now."""
    weights = (folder / "model.safetensors").stat()
    digest = zlib.crc32(f"{folder} {weights.st_size} {weights.st_mtime_ns}".encode())
    path = CACHE / f"{folder.name}-{digest:08x}-{kind}.gguf"
    return made_once(path, lambda unfinished: write_gguf(open_checkpoint(folder), unfinished, kind))


def speaking_gguf_of(folder: Path) -> Path:
    """The same as Q8_0 for a server, which needs words: Pebble's, or what is cut like them."""
    path = gguf_of(folder, "Q8_0")
    words = path.with_name(f"{path.stem}-words.gguf")
    return made_once(words, lambda to: write_gguf(open_checkpoint(folder), to, "Q8_0", folder))


def write_gguf(
    checkpoint: Checkpoint, path: Path, kind: Kind, tokenizer: Path | None = None
) -> None:
    """Write the file; without a tokenizer's folder its vocabulary only has the right size."""
    writer = gguf.GGUFWriter(path, "llama", use_temp_file=True)
    _add_shape(writer, checkpoint.architecture)
    if tokenizer is None:
        _add_vocabulary(writer, checkpoint.architecture.vocabulary)
    else:
        _add_words(writer, tokenizer)
    writer.add_file_type(FILE_TYPES[kind])
    _add_tensors(writer, checkpoint, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_shape(writer: gguf.GGUFWriter, a: Architecture) -> None:
    writer.add_context_length(a.window)
    writer.add_embedding_length(a.width)
    writer.add_block_count(a.layers)
    writer.add_feed_forward_length(a.feed_forward)
    writer.add_head_count(a.heads)
    writer.add_head_count_kv(a.kv_heads)
    writer.add_key_length(a.head_dim)
    writer.add_value_length(a.head_dim)
    writer.add_rope_dimension_count(a.head_dim)
    writer.add_rope_freq_base(a.rope_theta)
    writer.add_layer_norm_rms_eps(a.norm_epsilon)
    writer.add_vocab_size(a.vocabulary)


def _add_tensors(writer: gguf.GGUFWriter, checkpoint: Checkpoint, kind: Kind) -> None:
    a = checkpoint.architecture
    _add(writer, "token_embd.weight", checkpoint.tensor("model.embed_tokens.weight"), kind)
    _add(writer, "output_norm.weight", checkpoint.tensor("model.norm.weight"), kind)
    if not a.tied:
        _add(writer, "output.weight", checkpoint.tensor("lm_head.weight"), kind)
    for layer in range(a.layers):
        for ours, theirs in LAYER_NAMES.items():
            tensor = checkpoint.tensor(f"model.layers.{layer}.{ours}.weight")
            if theirs in ("attn_q", "attn_k"):
                tensor = _interleave(tensor, a.head_dim)
            _add(writer, f"blk.{layer}.{theirs}.weight", tensor, kind)


def _add_vocabulary(writer: gguf.GGUFWriter, size: int) -> None:
    writer.add_tokenizer_model("llama")
    writer.add_token_list([f"<{i}>" for i in range(size)])
    writer.add_token_scores([0.0] * size)
    writer.add_token_types([gguf.TokenType.NORMAL] * size)


def _add_words(writer: gguf.GGUFWriter, folder: Path) -> None:
    """Byte-level BPE that takes digits one by one: llama.cpp knows that cut as SmolLM's."""
    told = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    vocabulary: dict[str, int] = told["model"]["vocab"]
    special = {each["content"] for each in told["added_tokens"]}
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    kinds = gguf.TokenType
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([kinds.CONTROL if t in special else kinds.NORMAL for t in tokens])
    writer.add_token_merges([" ".join(pair) for pair in told["model"]["merges"]])
    writer.add_bos_token_id(vocabulary[config["bos_token"]])
    writer.add_eos_token_id(vocabulary[config["eos_token"]])
    writer.add_add_bos_token(False)
    writer.add_chat_template(config["chat_template"])


def _add(writer: gguf.GGUFWriter, name: str, tensor: NDArray[np.float32], kind: Kind) -> None:
    if tensor.ndim == 1 or kind == "F32":
        writer.add_tensor(name, tensor)
        return
    stored = gguf.GGMLQuantizationType[kind]
    writer.add_tensor(name, gguf.quants.quantize(tensor, stored), raw_dtype=stored)


def _interleave(tensor: NDArray[np.float32], head_dim: int) -> NDArray[np.float32]:
    """Rows of each head from (first half, second half) to pairs."""
    rows, columns = tensor.shape
    halves = tensor.reshape(rows // head_dim, 2, head_dim // 2, columns)
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(rows, columns)
