"""`python -m tests.golden`: what transformers computes for the cases → logits.npz and chats.json.

Run it where transformers is installed; the tests then need only the two files.
"""

import tempfile
from pathlib import Path

import numpy as np
import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.checkpoints import write_json
from tests.golden.cases import (
    CASES,
    CHATS,
    CONVERSATIONS,
    EVERY,
    LOGITS,
    TEMPLATES,
    TOKENIZERS,
    WITH_A_SYSTEM,
    digest,
    logit_ids,
    write_chat_case,
    write_logit_case,
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_logits(Path(folder) / "logits")
        write_chats(Path(folder) / "chats")


def write_logits(folder: Path) -> None:
    arrays: dict[str, np.ndarray] = {"transformers": np.array(transformers.__version__)}
    for name in CASES:
        case = write_logit_case(name, folder / name)
        model = AutoModelForCausalLM.from_pretrained(case, dtype=torch.float32)
        with torch.no_grad():
            logits = model(torch.tensor([logit_ids(name)])).logits[0].numpy()
        arrays[name] = logits[::EVERY]
        arrays[f"{name}.digest"] = np.array(digest(*sorted(case.glob("*.safetensors"))))
    np.savez_compressed(LOGITS, **arrays)


def write_chats(folder: Path) -> None:
    chats: dict[str, object] = {"transformers": transformers.__version__}
    for tokenizer in TOKENIZERS:
        for template in TEMPLATES:
            case = write_chat_case(tokenizer, template, folder / tokenizer / template)
            told = AutoTokenizer.from_pretrained(case)
            conversations = dict(CONVERSATIONS)
            if template != "without_a_system":
                conversations["system"] = WITH_A_SYSTEM
            for name, messages in conversations.items():
                ids = told.apply_chat_template(messages, add_generation_prompt=True)["input_ids"]
                chats[f"{tokenizer}/{template}/{name}"] = " ".join(map(str, ids))
        chats[f"{tokenizer}.digest"] = digest(case / "tokenizer.json")
    write_json(CHATS, chats)


if __name__ == "__main__":
    main()
