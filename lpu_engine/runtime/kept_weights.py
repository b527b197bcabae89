"""Quantised weights in files beside their checkpoint: made once, read as they are from then on.

What they were made from stands in their key; where anything of it differs they are made again.
"""

import hashlib
import logging
import shutil
from pathlib import Path

import numpy as np

from lpu_engine.model import arithmetic, quantize
from lpu_engine.model.checkpoint import Checkpoint
from lpu_engine.runtime import weights
from lpu_engine.runtime.weights import Weights, load_weights, places_of

VALUES, FLOATS, KEY = "values.npy", "floats.npy", "key"
MADE_BY = (arithmetic, quantize, weights)  # the code that decides about their bytes

log = logging.getLogger(__name__)


def kept_weights(checkpoint: Checkpoint, folder: Path) -> Weights:
    """The same as load_weights. A folder that cannot be written is done without, and logged."""
    key, a = key_of(checkpoint), checkpoint.architecture
    try:
        if (folder / KEY).read_text(encoding="ascii") == key:
            values, floats = (np.load(folder / name) for name in (VALUES, FLOATS))
            return Weights(a, values, floats, places_of(a))
    except (OSError, ValueError, EOFError):
        log.debug("%s holds no whole weights", folder)
    made = load_weights(checkpoint)
    try:
        _keep(made, key, folder)
    except OSError as error:
        log.warning("The quantised weights cannot be kept in %s (%s).", folder, error.strerror)
    return made


def key_of(checkpoint: Checkpoint) -> str:
    """A digest of code, config and of each weight file's name, size and time of change."""
    digest = hashlib.sha256((checkpoint.folder / "config.json").read_bytes())
    for path in sorted(checkpoint.folder.glob("*.safetensors")):
        stat = path.stat()
        digest.update(f"{path.name} {stat.st_size} {stat.st_mtime_ns}".encode())
    for module in MADE_BY:
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()


def _keep(made: Weights, key: str, folder: Path) -> None:
    """The key comes last: without it nothing counts as kept."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    np.save(folder / VALUES, made.values)
    np.save(folder / FLOATS, made.floats)
    (folder / KEY).write_text(key, encoding="ascii")
