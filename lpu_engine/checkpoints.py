"""A folder of pulled checkpoints → those that are whole, and the models of the picker they are.

A checkpoint stands in ORG/NAME and has a pulled.json, which is written last. What has none, or
lacks a byte of its weights, is half-installed: nobody sees it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lpu_engine.catalog import Catalog, Model, ProgramClock
from lpu_engine.model.architecture import Architecture, BadConfig, UnsupportedArchitecture
from lpu_engine.model.checkpoint import BadCheckpoint, computed_architecture, open_checkpoint
from lpu_engine.model.folder import read_json_object
from lpu_engine.model.tokenizer import open_tokenizer

RECORD = "pulled.json"
WEIGHTS = "*.safetensors"
PART_OF_AN_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}")


class Unusable(ValueError):
    """This engine cannot compute the words of a checkpoint; one sentence says why."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """A checkpoint that is whole. `revision` is what was asked for, `commit` what that was."""

    id: str  # ORG/NAME
    folder: Path
    architecture: Architecture
    revision: str
    commit: str
    bytes: int
    licence: str | None  # None: its model card says none


def is_id(text: str) -> bool:
    """Whether it is ORG/NAME: no way out of a folder, no hidden one."""
    parts = text.split("/")
    return len(parts) == 2 and all(PART_OF_AN_ID.fullmatch(part) for part in parts)


def pulled(folder: Path) -> tuple[Pulled, ...]:
    """Every whole checkpoint, sorted by id."""
    ids = sorted(f"{place.parent.name}/{place.name}" for place in folder.glob("*/*"))
    found = (pulled_as(model_id, folder) for model_id in ids)
    return tuple(each for each in found if each is not None)


def pulled_as(model_id: str, folder: Path) -> Pulled | None:
    """The whole checkpoint of that id; None where there is none."""
    if not is_id(model_id):
        return None
    place = folder / model_id
    try:
        record = read_json_object(place / RECORD)
        architecture = computed_architecture(place)
    except (BadCheckpoint, BadConfig, UnsupportedArchitecture):
        return None
    revision, commit, licence = (record.get(key) for key in ("revision", "commit", "licence"))
    sizes = record.get("weights")
    is_record = record.get("id") == model_id and isinstance(sizes, dict) and sizes
    if not (is_record and isinstance(revision, str) and isinstance(commit, str)):
        return None
    if sizes != _weights(place):
        return None
    told = licence if isinstance(licence, str) else None
    return Pulled(model_id, place, architecture, revision, commit, size_of(place), told)


def write_record(
    folder: Path, model_id: str, *, revision: str, commit: str, licence: str | None
) -> None:
    """Marks a folder as whole; it is complete and checked."""
    record = {
        "id": model_id,
        "revision": revision,
        "commit": commit,
        "licence": licence,
        "bytes": size_of(folder),
        "weights": _weights(folder),
    }
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    (folder / RECORD).write_text(text, encoding="utf-8")


def with_pulled(catalog: Catalog, folder: Path) -> Catalog:
    """The catalog, and after its own models those that were pulled; it has ids of its own."""
    taken = {model.id for model in catalog.models}
    more = (_model(each) for each in pulled(folder) if each.id not in taken)
    return replace(catalog, models=(*catalog.models, *more))


def folders_of(found: Sequence[Pulled]) -> dict[str, Path]:
    """Where the words of each model are."""
    return {each.id: each.folder for each in found}


def check_config(folder: Path) -> Architecture:
    """Whether the words of such a shape are computed at all; raises Unusable."""
    with _unusable(folder):
        return computed_architecture(folder)


def check_tokenizer(folder: Path) -> None:
    """Whether this engine can chat with it, without its weights; raises Unusable."""
    with _unusable(folder):
        open_tokenizer(folder)


def check_weights(folder: Path) -> None:
    """Whether all tensors are there, fit the config and are finite; raises Unusable."""
    with _unusable(folder):
        checkpoint = open_checkpoint(folder)
        for name in checkpoint.names:
            if not np.isfinite(checkpoint.tensor(name)).all():
                raise BadCheckpoint(
                    f"{name} holds numbers that are not finite: choose another checkpoint."
                )


def size_of(folder: Path) -> int:
    """Bytes on disk, hidden files and folders too."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def _model(found: Pulled) -> Model:
    a = found.architecture
    clock = ProgramClock(found.folder / "config.json", None, a.window, is_pulled=True)
    name = found.id.split("/")[1]
    return Model(found.id, name, a.window, a.parameters, clock)


def _weights(folder: Path) -> Mapping[str, int]:
    return {path.name: path.stat().st_size for path in sorted(folder.glob(WEIGHTS))}


@contextmanager
def _unusable(folder: Path) -> Iterator[None]:
    """The reason, with files named as they are within the folder."""
    try:
        yield
    except (BadCheckpoint, BadConfig, UnsupportedArchitecture) as error:
        told = str(error).replace(f"{folder}/", "").replace(str(folder), folder.name)
        raise Unusable(told) from error
