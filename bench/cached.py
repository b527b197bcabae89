"""What is made once and kept in `.bench/`: weights, and the same weights for peers."""

import shutil
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
CACHE = PROJECT / ".bench"


def made_once(path: Path, make: Callable[[Path], object]) -> Path:
    """The file or folder, made under another name first: it is there whole, or not at all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.unfinished")
        if unfinished.is_dir():
            shutil.rmtree(unfinished)
        unfinished.unlink(missing_ok=True)
        make(unfinished)
        unfinished.rename(path)
    return path
