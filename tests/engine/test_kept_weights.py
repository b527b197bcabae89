"""Quantised weights are kept: made once, the same to the bit, made again where anything changed."""

import os
from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_checkpoint

from lpu_engine.model.checkpoint import open_checkpoint
from lpu_engine.runtime.kept_weights import KEY, VALUES, kept_weights, key_of
from lpu_engine.runtime.weights import Weights, load_weights


def made_again(*_: object) -> Weights:
    raise AssertionError("these weights were kept")


def same(one: Weights, other: Weights) -> bool:
    arrays = ((one.values, other.values), (one.floats, other.floats))
    return all(np.array_equal(a, b) for a, b in arrays) and one.places == other.places


def test_they_are_made_once_and_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, kept = open_checkpoint(write_checkpoint(tmp_path, tied=False)), tmp_path / "kept"
    made = kept_weights(checkpoint, kept)
    assert same(made, load_weights(checkpoint))
    monkeypatch.setattr("lpu_engine.runtime.kept_weights.load_weights", made_again)
    again = kept_weights(checkpoint, kept)
    assert same(again, made)
    assert again.values.flags.writeable, "a kernel compiled for one fits the other"


def change_a_weight(folder: Path) -> None:
    write_checkpoint(folder, seed=1)


def touch_the_weights(folder: Path) -> None:
    os.utime(folder / "model.safetensors", (1, 1))


def change_the_config(folder: Path) -> None:
    config = folder / "config.json"
    config.write_text(config.read_text().replace("10000.0", "20000.0"))


@pytest.mark.parametrize("change", [change_a_weight, touch_the_weights, change_the_config])
def test_another_checkpoint_is_quantised_anew(change: object, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept_weights(open_checkpoint(write_checkpoint(tmp_path)), kept)
    before = key_of(open_checkpoint(tmp_path))
    assert callable(change)
    change(tmp_path)
    checkpoint = open_checkpoint(tmp_path)
    assert key_of(checkpoint) != before
    assert same(kept_weights(checkpoint, kept), load_weights(checkpoint))
    assert (kept / KEY).read_text() == key_of(checkpoint)


@pytest.mark.parametrize("end", [0, 40, 3000])
def test_a_file_that_was_cut_short_is_made_anew(end: int, tmp_path: Path) -> None:
    checkpoint, kept = open_checkpoint(write_checkpoint(tmp_path)), tmp_path / "kept"
    made = kept_weights(checkpoint, kept)
    whole = (kept / VALUES).read_bytes()
    (kept / VALUES).write_bytes(whole[:end])
    assert same(kept_weights(checkpoint, kept), made)
    assert (kept / VALUES).read_bytes() == whole


def test_a_folder_that_cannot_be_written_is_done_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path))
    assert same(kept_weights(checkpoint, tmp_path / "no" / "kept"), load_weights(checkpoint))
    assert "cannot be kept" in caplog.text
