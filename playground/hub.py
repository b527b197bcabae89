"""ORG/NAME → what the Hugging Face hub has of it, and its files on this disk; refusals in a line.

A file that was cut off goes on where it ended, in a later run too: snapshot_download of this
version forgets a part when its process ends, so files come by the library's http_get.
"""

import errno
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, ModelInfo, constants, hf_hub_url
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

PART = ".part"  # ends the name of a file that is not whole yet
FULL = (errno.ENOSPC, errno.EDQUOT)

constants.HF_HUB_DISABLE_TELEMETRY = True  # nothing is told to anybody but what is asked for
logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # not each retry: the end is told


class CannotPull(Exception):
    """Why a checkpoint cannot be had, and what to do, in one sentence."""


class Unreachable(CannotPull):
    """The hub did not answer, or may not be asked."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a model; its digest is a sha256, or git's sha1 where it is small."""

    name: str
    bytes: int
    digest: str

    def is_whole(self, path: Path) -> bool:
        """Whether that is this file, to the bit."""
        if not path.is_file() or path.stat().st_size != self.bytes:
            return False
        with path.open("rb") as file:
            if len(self.digest) == hashlib.sha256().digest_size * 2:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.digest
            blob = b"blob %d\0" % self.bytes + file.read()
        return hashlib.sha1(blob, usedforsecurity=False).hexdigest() == self.digest


@dataclass(frozen=True, slots=True)
class HubModel:
    """A model as it is at one commit."""

    id: str
    commit: str
    licence: str | None
    files: tuple[HubFile, ...]


def find(model_id: str, revision: str) -> HubModel:
    """What a revision is now; raises CannotPull."""
    with told(model_id, revision):
        info = HfApi().model_info(
            model_id,
            revision=revision,
            files_metadata=True,
            timeout=constants.HF_HUB_ETAG_TIMEOUT,
        )
        if info.sha is None:
            raise ValueError("no commit")
        return HubModel(model_id, info.sha, _licence(info), tuple(_files(info)))


def fetch(model: HubModel, file: HubFile, folder: Path) -> None:
    """Puts a file into the folder, whole or not at all; goes on with what an earlier run left."""
    path = folder / file.name
    if file.is_whole(path):
        return
    part = part_of(file, folder)
    with told(model.id, model.commit):
        path.unlink(missing_ok=True)
        _grow(model, file, part)
    if not file.is_whole(part):
        part.unlink()
        raise CannotPull(
            f"{file.name} of {model.id} came broken, so it was thrown away: run this again."
        )
    part.rename(path)


def _grow(model: HubModel, file: HubFile, part: Path) -> None:
    """A part that cannot grow to the file is not kept."""
    try:
        with part.open("ab") as out:
            http_get(
                hf_hub_url(model.id, file.name, revision=model.commit),
                out,
                resume_size=out.tell(),
                headers=build_hf_headers(),
                expected_size=file.bytes,
                displayed_filename=file.name,
            )
    except Exception as error:
        is_empty = part.exists() and not part.stat().st_size
        if is_empty or _is_of_another_size(error):
            part.unlink(missing_ok=True)
        raise


def _is_of_another_size(error: Exception) -> bool:
    """The library says so by an OSError without a number; the hub by refusing the range."""
    if isinstance(error, HfHubHTTPError):
        return error.response.status_code == httpx2.codes.REQUESTED_RANGE_NOT_SATISFIABLE
    return isinstance(error, OSError) and error.errno is None


def part_of(file: HubFile, folder: Path) -> Path:
    """Where a file grows; another version of it grows elsewhere."""
    return folder / f".{file.name}.{file.digest}{PART}"


@contextmanager
def told(model_id: str, revision: str) -> Iterator[None]:
    """Whatever hub, network and disk refuse becomes one sentence."""
    try:
        yield
    except GatedRepoError as error:
        raise CannotPull(
            f"{model_id} is gated: accept its licence at {constants.ENDPOINT}/{model_id}, then set"
            " HF_TOKEN to a token of that account and run this again."
        ) from error
    except RevisionNotFoundError as error:
        raise CannotPull(
            f"{model_id} has no revision {revision!r}: choose a branch, a tag or a commit of"
            f" {constants.ENDPOINT}/{model_id}."
        ) from error
    except RepositoryNotFoundError as error:
        raise CannotPull(
            f"There is no model {model_id} on {constants.ENDPOINT}, or it is private: check the"
            " name, or set HF_TOKEN to a token that may read it."
        ) from error
    except OfflineModeIsEnabled as error:
        raise Unreachable("HF_HUB_OFFLINE forbids to ask the hub: unset it to pull.") from error
    except HfHubHTTPError as error:
        raise CannotPull(_refusal(error.response.status_code)) from error
    except httpx2.TransportError as error:
        raise Unreachable(
            f"{constants.ENDPOINT} cannot be reached ({_short(error)}): check the network, then run"
            " this again; it goes on with what is here."
        ) from error
    except OSError as error:
        raise CannotPull(why_not_written(error)) from error
    except (ValueError, KeyError, TypeError, httpx2.InvalidURL) as error:
        raise CannotPull(
            f"{constants.ENDPOINT} does not answer as a hub does: check HF_ENDPOINT."
        ) from error


def why_not_written(error: OSError) -> str:
    """A disk's refusal in a sentence; so the library tells a file of another size too."""
    if error.errno in FULL:
        return "The disk is full: make room, then run this again; it goes on with what is here."
    if error.errno is None:
        return "A file came in another size than the hub says: run this again."
    return f"Cannot write {error.filename or 'to the disk'} ({error.strerror}): make it writable."


def _refusal(status: int) -> str:
    if status == httpx2.codes.UNAUTHORIZED:
        return f"{constants.ENDPOINT} does not know HF_TOKEN: set it to a valid token, or unset it."
    return f"{constants.ENDPOINT} refuses with status {status}: try again later."


def _short(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


def _files(info: ModelInfo) -> Iterator[HubFile]:
    for sibling in info.siblings or ():
        size, digest = sibling.size, sibling.lfs.sha256 if sibling.lfs else sibling.blob_id
        if size is None or digest is None:
            raise ValueError(f"no size or digest of {sibling.rfilename}")
        yield HubFile(sibling.rfilename, size, digest)


def _licence(info: ModelInfo) -> str | None:
    """As the model card's data has it: a short name, or the name of its own."""
    card = info.card_data
    if card is None:
        return None
    named = card.get("license")
    if named == "other":
        named = card.get("license_name") or named
    return named if isinstance(named, str) else None
