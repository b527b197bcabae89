"""One small checkpoint and one running engine for all tests of the engine: compiling takes time."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from checkpoints import write_checkpoint
from engines import running

from lpu_engine import Engine


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random words with a window of 1,024; its folder bears no model's name."""
    return write_checkpoint(tmp_path_factory.mktemp("words") / "tiny", window=1024)


@pytest.fixture(scope="session")
def engine(words: Path) -> Iterator[Engine]:
    with running(words) as engine:
        yield engine
