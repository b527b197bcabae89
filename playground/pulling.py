"""ORG/NAME → a checked checkpoint in its place, or nothing there; and back to nothing.

What is being pulled stands in .partial/ beside its place, on the same disk. The config comes first,
then what tokenizer and chat need, then the weights: what cannot be used is refused early.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from filelock import FileLock, Timeout

from lpu_engine import (
    Pulled,
    Unusable,
    check_config,
    check_tokenizer,
    check_weights,
    is_id,
    pulled_as,
    size_of,
    write_record,
)
from playground.hub import (
    CannotPull,
    HubFile,
    HubModel,
    Unreachable,
    fetch,
    find,
    part_of,
    why_not_written,
)
from playground.texts import bytes_text

MAIN = "main"
CONFIG = "config.json"
SMALL = (
    CONFIG,
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template*",
    "special_tokens_map.json",
    "added_tokens.json",
)
ONE_FILE, SHARDS, INDEX = "model.safetensors", "model-*.safetensors", "*.safetensors.index.json"
PICKLES = "pytorch_model*.bin"
NEEDED = (CONFIG, "tokenizer.json", "tokenizer_config.json")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pull came to. `note`: why the hub was not asked, where it was not."""

    checkpoint: Pulled
    is_new: bool
    note: str = ""


def pull(model_id: str, revision: str, models: Path) -> Outcome:
    """Raises CannotPull; whatever was there before stays until the new one is whole."""
    check_id(model_id)
    here = pulled_as(model_id, models)
    try:
        model = find(model_id, revision)
    except Unreachable as error:
        if here is None or revision not in (here.revision, here.commit):
            raise
        return Outcome(here, is_new=False, note=str(error))
    if here is not None and here.commit == model.commit:
        return Outcome(here, is_new=False)
    with _folder(model_id, models) as partial:
        _download(model, partial)
        _install(model, revision, partial, models)
    found = pulled_as(model_id, models)
    if found is None:
        raise CannotPull(f"{model_id} vanished while it was put in its place: run this again.")
    return Outcome(found, is_new=True)


def remove(model_id: str, models: Path) -> int:
    """Bytes freed, of a partial download too; 0 where nothing was there. Raises CannotPull."""
    check_id(model_id)
    folders = [models / model_id, _partial(model_id, models)]
    freed = sum(size_of(folder) for folder in folders)
    if freed:
        with _folder(model_id, models):
            for folder in folders:
                _discard(folder)
        with suppress(OSError):  # other models are there
            folders[0].parent.rmdir()
    return freed


def check_id(model_id: str) -> None:
    """Raises CannotPull for all but ORG/NAME."""
    if not is_id(model_id):
        raise CannotPull(
            f"{model_id!r} is no name of a model: give ORG/NAME, as in"
            " HuggingFaceTB/SmolLM2-135M-Instruct."
        )


def _download(model: HubModel, partial: Path) -> None:
    """All that is needed, each part checked as soon as it is there."""
    small, weights = _wanted(model)
    try:
        for file in small[:1]:
            fetch(model, file, partial)
        check_config(partial)
        _check_room((*small, *weights), partial)
        for file in small[1:]:
            fetch(model, file, partial)
        check_tokenizer(partial)
        for file in weights:
            fetch(model, file, partial)
        _clean(partial, {file.name for file in (*small, *weights)})
        check_weights(partial)
    except Unusable as error:
        _discard(partial)
        raise CannotPull(f"{model.id} cannot be used: {error}") from error


def _wanted(model: HubModel) -> tuple[list[HubFile], list[HubFile]]:
    """The small files, the config first, and those of the weights; raises CannotPull."""
    files = {file.name: file for file in model.files}
    missing = [name for name in NEEDED if name not in files]
    if missing:
        raise CannotPull(f"{model.id} has no {missing[0]}: choose a model of transformers.")
    small = [file for pattern in SMALL for file in _matching(model, pattern)]
    if ONE_FILE in files:
        return small, [files[ONE_FILE]]
    shards, index = _matching(model, SHARDS), _matching(model, INDEX)
    if shards and index:
        return [*small, *index], shards
    if _matching(model, PICKLES):
        raise CannotPull(
            f"{model.id} has its weights only as pickles (pytorch_model.bin), which could run"
            " anybody's code: choose a model with safetensors."
        )
    raise CannotPull(f"{model.id} has no {ONE_FILE}: choose a model with safetensors.")


def _matching(model: HubModel, pattern: str) -> list[HubFile]:
    """Files of the top folder: those of another are of another program."""
    return [file for file in model.files if _is_top(file.name) and fnmatchcase(file.name, pattern)]


def _is_top(name: str) -> bool:
    return Path(name).name == name and "\\" not in name


def _check_room(files: tuple[HubFile, ...], partial: Path) -> None:
    there = sum(_size(partial / file.name) + _size(part_of(file, partial)) for file in files)
    wanted = sum(file.bytes for file in files) - there
    free = shutil.disk_usage(partial).free
    if wanted > free:
        raise CannotPull(
            f"The disk has {bytes_text(free)} free, and {bytes_text(wanted)} are needed: make room,"
            " then run this again."
        )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


@contextmanager
def _folder(model_id: str, models: Path) -> Iterator[Path]:
    """The folder that it is pulled into, for one process at a time."""
    partial = _partial(model_id, models)
    try:
        partial.mkdir(parents=True, exist_ok=True)
        with FileLock(partial.with_name(f".{partial.name}.lock"), timeout=0):
            yield partial
    except Timeout as error:
        raise CannotPull(f"{model_id} is being pulled just now: wait for that.") from error
    except OSError as error:
        raise CannotPull(why_not_written(error)) from error


def _install(model: HubModel, revision: str, partial: Path, models: Path) -> None:
    """One rename puts it there; an older one steps aside just before."""
    write_record(partial, model.id, revision=revision, commit=model.commit, licence=model.licence)
    place = models / model.id
    place.parent.mkdir(parents=True, exist_ok=True)
    older = partial.with_name(f".older.{partial.name}")
    _discard(older)
    if place.exists():
        place.rename(older)
    partial.rename(place)
    _discard(older)


def _clean(partial: Path, wanted: set[str]) -> None:
    """Removes what an earlier pull of another commit left."""
    for path in partial.iterdir():
        if path.name not in wanted:
            path.unlink()


def _discard(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _partial(model_id: str, models: Path) -> Path:
    return models / ".partial" / model_id
