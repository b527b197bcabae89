"""The small models and conversations whose results transformers has written down in this folder."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from tests.checkpoints import (
    CHAT_TEMPLATE,
    CORPUS,
    SMALLEST_VOCABULARY,
    edit_json,
    write_checkpoint,
    write_family,
    write_json,
    write_tokenizer,
)

HERE = Path(__file__).parent
LOGITS = HERE / "logits.npz"
CHATS = HERE / "chats.json"

LOGIT_CASES: Mapping[str, dict[str, Any]] = {
    "tied": {"tied": True},
    "untied": {"tied": False},
    "one_kv_head": {"kv_heads": 1, "layers": 3},
    "a_kv_head_each": {"kv_heads": 4},
    "explicit_head_dim": {"head_dim": 24, "tied": False},
    "float16": {"dtype": "float16"},
    "bfloat16_in_shards": {"dtype": "bfloat16", "tied": False, "shards": 3},
    "rope_parameters": {
        "config": {
            "rope_theta": None,
            "rope_parameters": {"rope_type": "default", "rope_theta": 500_000.0},
        }
    },
}
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 10_000.0,
    "factor": 4.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
YARN = {
    "rope_type": "yarn",
    "rope_theta": 10_000.0,
    "factor": 4.0,
    "beta_fast": 8.0,
    "original_max_position_embeddings": 64,
}
FAMILY_CASES: Mapping[str, dict[str, Any]] = {
    "llama3_rope": {"family": "Llama", "rope_parameters": LLAMA3},
    "linear_rope": {"family": "Llama", "rope_scaling": {"type": "linear", "factor": 4.0}},
    "dynamic_rope": {"family": "Llama", "rope_scaling": {"type": "dynamic", "factor": 4.0}},
    "yarn_rope": {"family": "Qwen2", "rope_parameters": YARN},
    "yarn_rope_untruncated": {
        "family": "Llama",
        "rope_parameters": {**YARN, "truncate": False, "mscale": 2.0, "mscale_all_dim": 0.5},
    },
    "biases": {"family": "Qwen2"},
    "head_norms": {"family": "Qwen3", "head_dim": 24},
    "sliding_everywhere": {"family": "Mistral", "sliding_window": 33},
    "sliding_late": {
        "family": "Qwen2",
        "use_sliding_window": True,
        "sliding_window": 6,
        "max_window_layers": 1,
    },
    "sliding_as_told": {
        "family": "Qwen3",
        "num_hidden_layers": 3,
        "use_sliding_window": True,
        "sliding_window": 1,
        "layer_types": ["full_attention", "sliding_attention", "full_attention"],
    },
    "gelu": {"family": "Llama", "hidden_act": "gelu_pytorch_tanh"},
    "gemma": {"family": "Gemma", "hidden_act": "gelu_pytorch_tanh", "head_dim": 24},
    "gemma_untied": {"family": "Gemma", "hidden_act": "gelu", "tie_word_embeddings": False},
    "gemma2": {
        "family": "Gemma2",
        "num_hidden_layers": 3,
        "head_dim": 16,
        "sliding_window": 20,
        "query_pre_attn_scalar": 9,
        "attn_logit_softcapping": 3.0,
        "final_logit_softcapping": 8.0,
    },
    "gemma2_uncapped": {
        "family": "Gemma2",
        "attn_logit_softcapping": None,
        "final_logit_softcapping": None,
    },
    "mixtral": {
        "family": "Mixtral",
        "num_local_experts": 4,
        "num_experts_per_tok": 2,
        "sliding_window": 30,
    },
    "qwen3_moe": {
        "family": "Qwen3Moe",
        "num_experts": 7,
        "num_experts_per_tok": 3,
        "moe_intermediate_size": 44,
    },
    "qwen3_moe_normalized": {
        "family": "Qwen3Moe",
        "num_experts": 20,
        "num_experts_per_tok": 4,
        "moe_intermediate_size": 44,
        "norm_topk_prob": True,
        "tie_word_embeddings": False,
    },
}
CASES = (*LOGIT_CASES, *FAMILY_CASES)
EVERY = 6  # of the positions, so many apart are stored


def write_logit_case(name: str, folder: Path) -> Path:
    seed = CASES.index(name)
    if name in FAMILY_CASES:
        return write_family(folder, seed=seed, **FAMILY_CASES[name])
    return write_checkpoint(folder, vocabulary=SMALLEST_VOCABULARY, seed=seed, **LOGIT_CASES[name])


def logit_ids(name: str) -> list[int]:
    random = np.random.default_rng(1_000 + CASES.index(name))
    ids: list[int] = random.integers(0, SMALLEST_VOCABULARY, 43).tolist()
    return ids


def digest(*paths: Path) -> str:
    """Tells whether a golden result and a test speak of the same files."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


TEMPLATES = {
    "plain": CHAT_TEMPLATE,
    "in_many_lines": """{{- bos_token }}
{%- set seen = namespace(system=false) %}
{%- for message in messages %}
    {%- if message.role == 'system' %}
        {%- set seen.system = true %}
    {%- endif %}
    {{- '<|' ~ message.role ~ '|>\\n' }}{{ message.content | trim }}{{ eos_token }}
{%- endfor %}
    {% if not seen.system %}
    A line without a system message, {{ messages | length }} in all.
{% endif %}
{%- if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}
""",
    "as_json": """{{ bos_token }}{% for message in messages %}
{% if loop.index > 3 %}{% break %}{% endif %}
{% generation %}{{ message | tojson }}{% endgeneration %}
{% if tools is none and documents is none %} none{% endif %}
{% endfor %}<|assistant|>""",
    "without_a_system": """{%- for message in messages %}
{%- if message.role == 'system' %}{{ raise_exception('System role not supported.') }}{% endif %}
{{- '<|' + message.role + '|>' + message.content + '<|end|>' }}
{%- endfor %}<|assistant|>""",
}

CONVERSATIONS: Mapping[str, list[dict[str, str]]] = {
    "short": [{"role": "user", "content": "Why does the chip not wait?"}],
    "turns": [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "The model reads the prompt."},
        {"role": "user", "content": "And then?\n\nOne token\tafter another… "},
        {"role": "assistant", "content": " It ends.\n"},
        {"role": "user", "content": "Good"},
    ],
    "languages": [{"role": "user", "content": "你好，世界 – Grüße, κόσμε 😀👩‍👩‍👧 नमस्ते"}],
    "edges": [
        {"role": "user", "content": ""},
        {"role": "assistant", "content": "<|"},
        {"role": "user", "content": "|> a < b > c <|en d|> </s <0x41> ▁ \u00a0x "},
        {"role": "assistant", "content": "   "},
        {"role": "user", "content": ">if (a<b) { return a<<2 | b>>1; }<"},
    ],
}
TEXTS = [
    "The model reads the prompt, then it writes.",
    "你好，世界 😀👩‍👩‍👧 e\u0301 नमस्ते",
    "  two leading spaces, a tab\tand\n\nlines  ",
    "<0x41> <|en d|> ▁ \ufffd real replacement character \ufffd\ufffd",
    "",
]
WITH_A_SYSTEM = [{"role": "system", "content": " Be brief. "}, *CONVERSATIONS["turns"]]

TOKENIZERS: Mapping[str, Callable[[Path], None]] = {
    "byte_level": write_tokenizer,
    "metaspace": lambda folder: write_metaspace_tokenizer(folder),
    "metaspace_by_normalizer": lambda folder: write_metaspace_tokenizer(folder, by_normalizer=True),
    "llama_class": lambda folder: write_llama_class(folder, legacy=False),
    "llama_class_legacy": lambda folder: write_llama_class(folder, legacy=True),
}


def write_chat_case(tokenizer: str, template: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    TOKENIZERS[tokenizer](folder)
    edit_json(folder / "tokenizer_config.json", chat_template=TEMPLATES[template])
    return folder


def write_metaspace_tokenizer(folder: Path, *, by_normalizer: bool = False) -> None:
    """A sentencepiece-like BPE tokenizer with byte fallback, in the new form or Llama 2's."""
    control = ["<unk>", "<s>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    core = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    core.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=control + bytes_, show_progress=False
    )
    core.train_from_iterator(CORPUS, trainer)
    if by_normalizer:
        steps = [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
        core.normalizer = normalizers.Sequence(steps)
        core.pre_tokenizer = None
    core.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    path = folder / "tokenizer.json"
    core.save(str(path))
    # The trainer registers bytes as control tokens, which in real tokenizers they are not.
    edit_json(path, added_tokens=added_tokens(control))
    write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "eos_token": "<|end|>",
            "unk_token": "<unk>",
            "chat_template": CHAT_TEMPLATE,
        },
    )


def write_llama_class(folder: Path, *, legacy: bool) -> None:
    """Llama 2's: transformers follows the class, and not the normalizer of the file."""
    write_metaspace_tokenizer(folder, by_normalizer=True)
    config = folder / "tokenizer_config.json"
    edit_json(config, tokenizer_class="LlamaTokenizer", legacy=legacy)


def added_tokens(names: list[str]) -> list[dict[str, object]]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return [
        {"id": token_id, "content": name, **flags, "special": True}
        for token_id, name in enumerate(names)
    ]
