"""Packing: where every weight of a matrix lies, and that nothing else lies there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_checkpoint
from hypothesis import given
from hypothesis import strategies as st

from lpu_engine.compiler.graph import operations
from lpu_engine.model.arithmetic import Float32, quantize
from lpu_engine.model.checkpoint import Checkpoint, open_checkpoint
from lpu_engine.model.quantize import float_recipes, quantized, quantizer_of, recipes
from lpu_engine.runtime.weights import load_weights, pack, packed_size


@given(st.integers(1, 40), st.integers(1, 30), st.integers(0, 100))
def test_a_packed_weight_lies_at_its_group_quad_output_and_input(
    rows: int, columns: int, seed: int
) -> None:
    values = np.random.default_rng(seed).integers(-128, 128, (rows, columns)).astype(np.int8)
    packed = pack(values)
    assert packed.size == packed_size(rows, columns)
    row, column = np.divmod(np.arange(rows * columns), columns)
    found = packed[row // 16, column // 4, row % 16, column % 4].astype(int) - 128
    np.testing.assert_array_equal(found, values.reshape(-1))
    assert (packed.astype(int) == 128).sum() >= packed.size - values.size, "filled up with zeros"


@pytest.mark.parametrize("tied", [True, False])
def test_every_tensor_of_the_table_is_loaded_in_its_place(tied: bool, tmp_path: Path) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path, tied=tied, vocabulary=333, head_dim=10))
    weights = load_weights(checkpoint)
    named = {o.tensor for o in operations(checkpoint.architecture) if o.tensor}
    assert named == set(weights.places)
    tensors = quantized(checkpoint)
    for recipe in recipes(checkpoint.architecture):
        place, (values, scales) = weights.places[recipe.name], tensors.matrices[recipe.name]
        end = place.value_offset + packed_size(recipe.rows, recipe.columns)
        stored = weights.values[place.value_offset : end]
        np.testing.assert_array_equal(stored, pack(values).reshape(-1))
        floats = weights.floats[place.float_offset : place.float_offset + recipe.rows]
        np.testing.assert_array_equal(floats, scales)
    for row in float_recipes(checkpoint.architecture):
        start = weights.places[row.name].float_offset
        np.testing.assert_array_equal(
            weights.floats[start : start + row.count], tensors.floats[row.name]
        )


def test_the_gain_of_a_norm_is_shared_with_the_matrix_after_it(tmp_path: Path) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path))
    tensors = quantized(checkpoint)
    shared = tensors.floats["1.gates_gain"]
    gain = checkpoint.tensor("model.layers.1.post_attention_layernorm.weight")
    up = checkpoint.tensor("model.layers.1.mlp.up_proj.weight") * (gain / shared)
    values, scales = tensors.matrices["1.gates"]
    np.testing.assert_array_equal(values[96:], quantize(up)[0])
    np.testing.assert_array_equal(scales[96:], quantize(up)[1])
    np.testing.assert_allclose(shared**2 * np.maximum(channels(checkpoint), 1), abs(gain), 1e-5)


@pytest.mark.parametrize("tied", [True, False])
def test_columns_of_the_embedding_are_evened_out_and_the_head_is_told(
    tied: bool, tmp_path: Path
) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path, tied=tied))
    tensors, stored = quantized(checkpoint), checkpoint.tensor("model.embed_tokens.weight")
    columns, (values, scales) = tensors.floats["embedding_columns"], tensors.matrices["embedding"]
    np.testing.assert_allclose(columns**2, channels(checkpoint), 1e-5)
    step = scales[:, None] * columns
    assert (np.abs(values * step - stored) <= 0.501 * step).all()
    gain = checkpoint.tensor("model.norm.weight")
    if tied:
        np.testing.assert_array_equal(tensors.floats["norm"], gain * columns)
    else:
        head, (values, scales) = checkpoint.tensor("lm_head.weight"), tensors.matrices["head"]
        step = scales[:, None] * tensors.floats["norm"]
        assert (np.abs(values * step - head * gain) <= 0.501 * step).all()


def channels(checkpoint: Checkpoint) -> Float32:
    """How large each column of the embedding is, beside their mean."""
    squares = (checkpoint.tensor("model.embed_tokens.weight").astype(np.float64) ** 2).mean(axis=0)
    return np.asarray(np.sqrt(squares / squares.mean()), np.float32)


def test_a_gain_or_a_column_of_zeros_divides_nothing_by_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path))
    width = checkpoint.architecture.width
    monkeypatch.setattr(Checkpoint, "gain", lambda *_: np.zeros(width, np.float32))
    monkeypatch.setattr(Checkpoint, "slabs", lambda *_: iter([np.zeros((3, width), np.float32)]))
    quantizer = quantizer_of(checkpoint)
    divided = [r for r in recipes(checkpoint.architecture) if r.norm or r.name == "embedding"]
    for recipe in divided:
        values, scales = quantizer.matrix(replace(recipe, parts=recipe.parts[:1], rows=3))
        assert not values.any()
        assert not scales.any()
    for row in float_recipes(checkpoint.architecture):
        assert np.isfinite(quantizer.row(row)).all()


def test_a_large_matrix_is_quantised_and_packed_some_rows_after_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path, vocabulary=333, head_dim=10))
    whole = load_weights(checkpoint)
    monkeypatch.setattr("lpu_engine.model.checkpoint.NUMBERS_IN_A_SLAB", 200)
    monkeypatch.setattr("lpu_engine.runtime.weights.ROWS_AT_ONCE", 16)
    slabs = list(checkpoint.slabs("model.embed_tokens.weight"))
    assert [len(slab) for slab in slabs] == [3] * 111
    np.testing.assert_array_equal(
        np.concatenate(slabs), checkpoint.tensor("model.embed_tokens.weight")
    )
    again = load_weights(checkpoint)
    np.testing.assert_array_equal(again.values, whole.values)
    np.testing.assert_array_equal(again.floats, whole.floats)
