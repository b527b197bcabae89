"""Packing: where every weight of a matrix lies, and that nothing else lies there."""

from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_checkpoint
from hypothesis import given
from hypothesis import strategies as st

from lpu_engine.compiler.graph import operations
from lpu_engine.model.arithmetic import quantize
from lpu_engine.model.checkpoint import open_checkpoint
from lpu_engine.model.quantize import quantize_matrix, recipes
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
    for recipe in recipes(checkpoint.architecture):
        place, (values, scales) = weights.places[recipe.name], quantize_matrix(checkpoint, recipe)
        end = place.value_offset + packed_size(recipe.rows, recipe.columns)
        stored = weights.values[place.value_offset : end]
        np.testing.assert_array_equal(stored, pack(values).reshape(-1))
        floats = weights.floats[place.float_offset : place.float_offset + recipe.rows]
        np.testing.assert_array_equal(floats, scales)
    gain = weights.floats[weights.places["norm"].float_offset :]
    np.testing.assert_array_equal(gain, checkpoint.tensor("model.norm.weight"))


def test_the_gain_of_a_norm_is_folded_into_the_matrix_after_it(tmp_path: Path) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path))
    recipe = next(r for r in recipes(checkpoint.architecture) if r.name == "1.gates")
    gain = checkpoint.tensor("model.layers.1.post_attention_layernorm.weight")
    up = checkpoint.tensor("model.layers.1.mlp.up_proj.weight") * gain
    values, scales = quantize_matrix(checkpoint, recipe)
    np.testing.assert_array_equal(values[96:], quantize(up)[0])
    np.testing.assert_array_equal(scales[96:], quantize(up)[1])


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
