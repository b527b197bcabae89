"""A tokenizer.json, parsed, as transformers understands it beside its tokenizer_config.json.

The file alone does not decide: what the config calls special is so, and the class LlamaTokenizer
puts its own handling of spaces in place of the file's.
"""

import json
from collections.abc import Mapping
from typing import Any

from lpu_engine.model.folder import BadCheckpoint

NAMED_TOKENS = (
    "bos_token",
    "eos_token",
    "unk_token",
    "sep_token",
    "pad_token",
    "cls_token",
    "mask_token",
)
TOKEN_LISTS = ("additional_special_tokens", "extra_special_tokens")
LLAMA_TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
FLAGS = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)

Json = Mapping[str, Any]


def named_tokens(config: Json) -> dict[str, str]:
    """{"bos_token": "<|begin|>", …}; old files write a token as an object with its content."""
    given = {name: _content(config.get(name)) for name in NAMED_TOKENS}
    named = {name: content for name, content in given.items() if content}
    return {**LLAMA_TOKENS, **named} if _is_llama_class(config) else named


def as_understood(description: Json, config: Json) -> dict[str, Any]:
    """The description with every special token told and with the spaces of its class."""
    model = description["model"]
    if model.get("type", "BPE") != "BPE":
        raise BadCheckpoint(f"its model is {model['type']}, and this engine reads BPE.")
    understood = {
        **description,
        "added_tokens": _added_tokens(description, config),
        "truncation": None,
        "padding": None,
    }
    is_byte_level = '"ByteLevel"' in json.dumps(description.get("pre_tokenizer"))
    if _is_llama_class(config) and not is_byte_level:
        understood |= _llama_spaces(config)
    return understood


def added_in_template(description: Json, written: str) -> dict[str, int]:
    """Some models (DeepSeek's) steer with tokens that are not called special."""
    return {
        token["content"]: token["id"]
        for token in description["added_tokens"]
        if not token["special"] and not token["content"].isspace() and token["content"] in written
    }


def _added_tokens(description: Json, config: Json) -> list[dict[str, Any]]:
    special = {*named_tokens(config).values(), *_listed_tokens(config)}
    vocabulary = description["model"]["vocab"]
    added = [
        {**token, "special": token["special"] or token["content"] in special}
        for token in description["added_tokens"]
    ]
    forgotten = special & vocabulary.keys() - {token["content"] for token in added}
    for name in forgotten:
        added.append({"id": vocabulary[name], "content": name, "special": True, **FLAGS})
    return sorted(added, key=lambda token: int(token["id"]))


def _is_llama_class(config: Json) -> bool:
    return config.get("tokenizer_class") in ("LlamaTokenizer", "LlamaTokenizerFast")


def _llama_spaces(config: Json) -> dict[str, Any]:
    """A space before the text, or with `legacy` before what follows a special token as well."""
    has_prefix = config.get("add_prefix_space") in (None, True)
    scheme = ("always" if config.get("legacy") else "first") if has_prefix else "never"
    metaspace = {"type": "Metaspace", "replacement": "▁", "split": False, "prepend_scheme": scheme}
    steps = [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
        {"type": "ByteFallback"},
        {"type": "Fuse"},
        *([{"type": "Strip", "content": " ", "start": 1, "stop": 0}] if has_prefix else []),
    ]
    decoder = {"type": "Sequence", "decoders": steps}
    return {"normalizer": None, "pre_tokenizer": metaspace, "decoder": decoder}


def _listed_tokens(config: Json) -> list[str]:
    lists = (config.get(key) for key in TOKEN_LISTS)
    contents = (_content(token) for given in lists if isinstance(given, list) for token in given)
    return [content for content in contents if content]


def _content(token: object) -> str | None:
    content = token.get("content") if isinstance(token, Mapping) else token
    return content if isinstance(content, str) else None
