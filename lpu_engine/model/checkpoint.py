"""A Hugging Face folder → named float32 arrays, one at a time.

Opening reads headers only: every name, shape and dtype is checked before a weight is touched, and
all that is wrong is told in one error. Matrices are [out, in], as the files have them.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from lpu_engine.model.architecture import Architecture, architecture_from_config
from lpu_engine.model.computed import refuse_quantized, refuse_what_is_not_computed
from lpu_engine.model.config import read_config
from lpu_engine.model.folder import BadCheckpoint, read_json_object, unreadable
from lpu_engine.model.tensor_names import EMBEDDING, HEAD, LAST_NORM, layer_names

__all__ = [
    "BadCheckpoint",
    "Checkpoint",
    "computed_architecture",
    "expected_tensors",
    "open_checkpoint",
]

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
# Files of old versions of transformers carry these frequencies, which follow from rope_theta.
IGNORED = ".rotary_emb.inv_freq"
# bfloat16 is the upper half of a float32, and numpy has no name for it.
STORED_DTYPES = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}
NAMES_IN_AN_ERROR = 5
NUMBERS_IN_A_SLAB = 2**22


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """Where a tensor's bytes lie."""

    path: Path
    offset_bytes: int
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    folder: Path
    architecture: Architecture
    _index: Mapping[str, StoredTensor]

    @property
    def names(self) -> tuple[str, ...]:
        """Of every tensor that is stored."""
        return tuple(self._index)

    def tensor(self, name: str) -> NDArray[np.float32]:
        """Reads one tensor from disk; float16 and bfloat16 widen to float32 without loss."""
        stored = self._index[name]
        return _read(stored, 0, math.prod(stored.shape)).reshape(stored.shape)

    def slabs(self, name: str) -> Iterator[NDArray[np.float32]]:
        """The same, some rows after others: a large tensor is never in memory as a whole."""
        stored = self._index[name]
        columns = math.prod(stored.shape[1:])
        step = max(1, NUMBERS_IN_A_SLAB // columns)
        for first in range(0, stored.shape[0], step):
            rows = min(step, stored.shape[0] - first)
            slab = _read(stored, first * columns, rows * columns)
            yield slab.reshape(rows, *stored.shape[1:])

    def gain(self, name: str) -> NDArray[np.float32]:
        """What a norm multiplies by: some families store it less 1."""
        stored = self.tensor(name)
        return stored + np.float32(1) if self.architecture.gain_offset else stored


def open_checkpoint(folder: Path) -> Checkpoint:
    """Raises BadCheckpoint with all that is missing, extra, misshapen or of a wrong dtype."""
    architecture = computed_architecture(folder)
    index = _stored_in_all(_weight_files(folder))
    expected = expected_tensors(architecture)
    if HEAD in index:
        expected[HEAD] = (architecture.vocabulary, architecture.width)
    _check_against(expected, index, folder)
    checkpoint = Checkpoint(folder, architecture, index)
    if architecture.tied and HEAD in index:
        _check_that_tied(checkpoint)
    return checkpoint


def expected_tensors(architecture: Architecture) -> dict[str, tuple[int, ...]]:
    """Every tensor of a checkpoint of this architecture, with its shape, in order of use."""
    a = architecture
    shapes: dict[str, tuple[int, ...]] = {EMBEDDING: (a.vocabulary, a.width)}
    for layer in range(a.layers):
        shapes |= _layer_tensors(a, layer)
    shapes[LAST_NORM] = (a.width,)
    if not a.tied:
        shapes[HEAD] = (a.vocabulary, a.width)
    return shapes


def _layer_tensors(a: Architecture, layer: int) -> dict[str, tuple[int, ...]]:
    names = layer_names(a, layer)
    query_rows, key_rows = a.heads * a.head_dim, a.kv_heads * a.head_dim
    rows = (query_rows, key_rows, key_rows)
    shapes: dict[str, tuple[int, ...]] = {names.attention_norm: (a.width,)}
    shapes |= {name: (n, a.width) for name, n in zip(names.projections, rows, strict=True)}
    shapes |= dict(zip(names.biases, ((n,) for n in rows), strict=False))
    shapes |= dict.fromkeys(names.head_norms, (a.head_dim,))
    shapes[names.output] = (a.width, query_rows)
    shapes |= dict.fromkeys(names.other_norms, (a.width,))
    if a.experts:
        shapes[names.router] = (a.experts, a.width)
    for gated in names.feed_forwards:
        shapes |= dict.fromkeys((gated.gate, gated.up), (a.feed_forward, a.width))
        shapes[gated.down] = (a.width, a.feed_forward)
    return shapes


def computed_architecture(folder: Path) -> Architecture:
    """From config.json alone. More shapes are described than computed; only the latter have words.

    Raises BadConfig, UnsupportedArchitecture.
    """
    config = read_config(folder)
    architecture = architecture_from_config(config)
    refuse_what_is_not_computed(architecture)
    refuse_quantized(config)
    return architecture


def _weight_files(folder: Path) -> list[Path]:
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    path = folder / INDEX
    if not path.is_file():
        raise BadCheckpoint(
            f"{folder} has neither {WEIGHTS} nor {INDEX}: download the safetensors weights."
        )
    names = sorted(set(_weight_map(path).values()))
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise BadCheckpoint(f"{folder} lacks {_listed(missing)}: download what {INDEX} names.")
    return [folder / name for name in names]


def _weight_map(path: Path) -> dict[str, str]:
    weight_map = read_json_object(path).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise BadCheckpoint(f'{path} has no "weight_map" of tensors to files: download it again.')
    for file in weight_map.values():
        if not isinstance(file, str) or Path(file).name != file:
            raise BadCheckpoint(f"{path} should name files of its own folder, not {file!r}.")
    return weight_map


def _stored_in_all(paths: list[Path]) -> dict[str, StoredTensor]:
    index: dict[str, StoredTensor] = {}
    for path in paths:
        stored = _stored_in(path)
        twice = sorted(index.keys() & stored.keys())
        if twice:
            raise BadCheckpoint(
                f"{path.parent} holds {_listed(twice)} in two files, {index[twice[0]].path.name}"
                f" and {path.name}: download it again."
            )
        index |= stored
    return index


def _stored_in(path: Path) -> dict[str, StoredTensor]:
    """The library proves the header; as it cannot give numpy bfloat16, offsets are read too."""
    try:
        with safe_open(str(path), framework="numpy"), path.open("rb") as file:
            header_bytes = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(header_bytes))
    except OSError as error:
        raise unreadable(path, error) from error
    except (SafetensorError, ValueError) as error:
        raise BadCheckpoint(
            f"{path} is broken or incomplete ({error}): download it again."
        ) from error
    start_bytes = 8 + header_bytes
    return {
        name: StoredTensor(
            path, start_bytes + entry["data_offsets"][0], tuple(entry["shape"]), entry["dtype"]
        )
        for name, entry in header.items()
        if name != "__metadata__" and not name.endswith(IGNORED)
    }


def _read(stored: StoredTensor, first: int, count: int) -> NDArray[np.float32]:
    """So many numbers of a tensor, from the first on."""
    dtype = np.dtype(STORED_DTYPES[stored.dtype])
    offset_bytes = stored.offset_bytes + first * dtype.itemsize
    try:
        raw = np.fromfile(stored.path, dtype, count, offset=offset_bytes)
    except OSError as error:
        raise unreadable(stored.path, error) from error
    if raw.size != count:
        raise BadCheckpoint(f"{stored.path} was cut short while in use: download it again.")
    if stored.dtype == "BF16":
        raw = (raw.astype(np.uint32) << 16).view(np.float32)
    return raw.astype(np.float32, copy=False)


def _check_against(
    expected: Mapping[str, tuple[int, ...]], index: Mapping[str, StoredTensor], folder: Path
) -> None:
    both = [name for name in expected if name in index]
    faults = {
        "missing": [name for name in expected if name not in index],
        "not of this architecture": [name for name in index if name not in expected],
        "of another shape than config.json says": [
            f"{name} {list(index[name].shape)} instead of {list(expected[name])}"
            for name in both
            if index[name].shape != expected[name]
        ],
        "not float32, float16 or bfloat16": [
            f"{name} {index[name].dtype}" for name in both if index[name].dtype not in STORED_DTYPES
        ],
    }
    told = [f"{_listed(names)} ({fault})" for fault, names in faults.items() if names]
    if told:
        raise BadCheckpoint(f"The weights in {folder} do not fit: {'; '.join(told)}.")


def _check_that_tied(checkpoint: Checkpoint) -> None:
    """transformers would not tie a head that is stored and differs: so it must not pass here."""
    both = zip(checkpoint.slabs(EMBEDDING), checkpoint.slabs(HEAD), strict=True)
    if not all(np.array_equal(embedding, head) for embedding, head in both):
        raise BadCheckpoint(
            f"{checkpoint.folder / 'config.json'} says that {HEAD} is tied to {EMBEDDING}, but the"
            ' stored ones differ: set "tie_word_embeddings" to false.'
        )


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:NAMES_IN_AN_ERROR])
    rest = len(names) - NAMES_IN_AN_ERROR
    return f"{shown} and {rest} more" if rest > 0 else shown
