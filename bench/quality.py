"""What int8 costs: logits here and of llama.cpp's Q8_0 → how far each is from float32, in KL.

On Pebble over held-out conversations, and on random weights with what makes rounding hard: logits
that spread by 3, and outliers, two channels ten times as large in all norms and in the residual.
"""

import json
import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from bench.cached import CACHE, made_once
from bench.figures import OURS, Found, Goal, Line, Row, spread_of
from bench.gguf_file import gguf_of
from bench.llama_cpp_peer import LlamaCpp
from bench.models import M6, SHIPPED
from bench.sides import Logits, Side, ThisEngine
from lpu_engine.model.architecture import architecture_from_config
from lpu_engine.model.checkpoint import expected_tensors, open_checkpoint
from lpu_engine.model.reference import logits
from lpu_engine.model.tensor_names import EMBEDDING, HEAD
from training.corpus import held_out_conversations, read_corpus
from training.tokenizer import encode_conversation, load_tokenizer

GOAL = Goal(2.0, is_most=True)
WINDOW = 256
TALKS, RANDOM_TEXTS, RANDOM_IDS = 16, 4, 120
LOGIT_SPREAD, OUTLIER = 3.0, 10.0
NORM_CHANNELS, RESIDUAL_CHANNELS = [5, 77], [33, 130]
UNIT = "10^-3 nats"

Text = list[int]


def quality_found() -> Found:
    """A row for each model."""
    random_folder = made_once(CACHE / "outliers", _write_outliers)
    return Found(
        (
            _row("Pebble, held-out conversations", SHIPPED, _talks()),
            _row("random weights with outliers", random_folder, _random_texts()),
        )
    )


def _row(about: str, folder: Path, texts: Sequence[Text]) -> Row:
    checkpoint = open_checkpoint(folder)
    exact = [logits(checkpoint, ids) for ids in texts]
    gguf = gguf_of(folder, "Q8_0")
    with (
        closing(ThisEngine(folder, sequences=1, window=WINDOW)) as ours,
        closing(LlamaCpp(gguf, sequences=1, window=WINDOW, extra_buffers=False)) as theirs,
    ):
        here, there = (_divergences(side, texts, exact) for side in (ours, theirs))
    ratio = float(np.mean(here) / np.mean(there))
    lines = (
        Line(OURS, spread_of(here)),
        Line("llama.cpp Q8_0", spread_of(there), None, ratio, GOAL),
    )
    return Row("quality", f"KL from float32: {about}", UNIT, lines)


def _divergences(side: Side, texts: Sequence[Text], exact: Sequence[Logits]) -> list[float]:
    """Of each text the mean over its positions, in thousandths of a nat."""
    return [1e3 * kl(true, _all_logits(side, ids)) for ids, true in zip(texts, exact, strict=True)]


def _all_logits(side: Side, ids: Text) -> Logits:
    side.clear()
    return np.stack([side.decode([i], n)[0].copy() for n, i in enumerate(ids)])


def kl(exact: Logits, other: Logits) -> float:
    """Mean over positions of the divergence of softmax(other) from softmax(exact), in nats."""
    true, told = _log_softmax(exact), _log_softmax(other)
    return float((np.exp(true) * (true - told)).sum(axis=1).mean())


def _log_softmax(values: Logits) -> NDArray[np.float64]:
    wide = values.astype(np.float64)
    wide -= wide.max(axis=1, keepdims=True)
    out: NDArray[np.float64] = wide - np.log(np.exp(wide).sum(axis=1, keepdims=True))
    return out


def _talks() -> list[Text]:
    talks = random.Random("quality").sample(held_out_conversations(read_corpus()), TALKS)
    tokenizer = load_tokenizer(SHIPPED / "tokenizer.json")
    return [list(encode_conversation(tokenizer, talk).ids[:WINDOW]) for talk in talks]


def _random_texts() -> list[Text]:
    rng = np.random.default_rng(1)
    texts: list[Text] = rng.integers(0, 4_096, (RANDOM_TEXTS, RANDOM_IDS)).tolist()
    return texts


def _write_outliers(folder: Path) -> None:
    assert M6.shape is not None
    config = {**replace(M6.shape, layers=4).config(), "tie_word_embeddings": False}
    config["torch_dtype"] = "float32"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    rng = np.random.default_rng(0)
    shapes = expected_tensors(architecture_from_config(config))
    save_file(
        {name: _tensor(name, shape, rng) for name, shape in shapes.items()},
        folder / "model.safetensors",
    )


def _tensor(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> Logits:
    """Spread so that every operation keeps the size of its input, but for the outliers."""
    if len(shape) == 1:
        gains = np.ones(shape, np.float32)
        gains[NORM_CHANNELS] *= OUTLIER
        return gains
    tensor = rng.standard_normal(shape, np.float32)
    if name == EMBEDDING:
        tensor[:, RESIDUAL_CHANNELS] *= OUTLIER
        return tensor
    tensor *= np.float32((LOGIT_SPREAD if name == HEAD else 1.0) / np.sqrt(shape[1]))
    if name.endswith(("o_proj.weight", "down_proj.weight")):
        tensor[RESIDUAL_CHANNELS] *= OUTLIER
    return tensor
