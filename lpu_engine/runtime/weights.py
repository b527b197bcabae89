"""A checkpoint's matrices, quantised and packed for the kernels into two flat arrays.

A packed matrix is [groups, quads, 16 outputs, 4 inputs], int8 plus 128, filled up with zeros.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lpu_engine.model.architecture import Architecture
from lpu_engine.model.arithmetic import Float32, Int8
from lpu_engine.model.checkpoint import Checkpoint
from lpu_engine.model.quantize import float_recipes, quantizer_of, recipes
from lpu_engine.runtime.dot import OUTPUTS, QUAD, WEIGHT_OFFSET

Packed = NDArray[np.uint8]
ROWS_AT_ONCE = 64 * OUTPUTS


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tensor begins in `values` and in `floats` (its scales, or a row of numbers)."""

    value_offset: int
    float_offset: int
    groups: int
    quads: int


@dataclass(frozen=True, slots=True)
class Weights:
    """All weights of a model; `places` has every tensor that the table of operations names."""

    architecture: Architecture
    values: Packed
    floats: Float32
    places: Mapping[str, Place]


def load_weights(checkpoint: Checkpoint) -> Weights:
    """Quantise and pack, reading one tensor at a time."""
    a, quantizer = checkpoint.architecture, quantizer_of(checkpoint)
    places = places_of(a)
    matrices, rows = tuple(recipes(a)), tuple(float_recipes(a))
    values = np.empty(sum(packed_size(r.rows, r.columns) for r in matrices), np.uint8)
    floats = np.empty(sum(r.rows for r in matrices) + sum(r.count for r in rows), np.float32)
    for recipe in matrices:
        place, size = places[recipe.name], packed_size(recipe.rows, recipe.columns)
        matrix, scales = quantizer.matrix(recipe)
        _pack_into(values[place.value_offset : place.value_offset + size], matrix)
        floats[place.float_offset : place.float_offset + recipe.rows] = scales
    for row in rows:
        start = places[row.name].float_offset
        floats[start : start + row.count] = quantizer.row(row)
    return Weights(a, values, floats, places)


def places_of(architecture: Architecture) -> dict[str, Place]:
    """Where every tensor begins: matrices one after the other, then the rows of numbers."""
    places, value_offset, float_offset = {}, 0, 0
    for recipe in recipes(architecture):
        groups, quads = groups_of(recipe.rows), quads_of(recipe.columns)
        places[recipe.name] = Place(value_offset, float_offset, groups, quads)
        value_offset += packed_size(recipe.rows, recipe.columns)
        float_offset += recipe.rows
    for row in float_recipes(architecture):
        places[row.name] = Place(value_offset, float_offset, 0, 0)
        float_offset += row.count
    return places


def _pack_into(packed: Packed, matrix: Int8) -> None:
    """Some rows after others, so that only one matrix stands there twice."""
    row_size = packed_size(OUTPUTS, matrix.shape[1]) // OUTPUTS
    for first in range(0, len(matrix), ROWS_AT_ONCE):
        some = pack(matrix[first : first + ROWS_AT_ONCE]).reshape(-1)
        packed[first * row_size : first * row_size + len(some)] = some


def groups_of(rows: int) -> int:
    """How many groups of outputs hold that many rows."""
    return -(-rows // OUTPUTS)


def quads_of(columns: int) -> int:
    """How many quads of inputs hold that many columns."""
    return -(-columns // QUAD)


def packed_size(rows: int, columns: int) -> int:
    """Bytes of a packed matrix."""
    return groups_of(rows) * quads_of(columns) * OUTPUTS * QUAD


def pack(values: Int8) -> Packed:
    """Rows [N, K] -> [groups, quads, 16, 4]."""
    rows, columns = values.shape
    groups, quads = groups_of(rows), quads_of(columns)
    full = np.zeros((groups * OUTPUTS, quads * QUAD), np.int8)
    full[:rows, :columns] = values
    tiles = full.view(np.uint8).reshape(groups, OUTPUTS, quads, QUAD).swapaxes(1, 2)
    packed: Packed = tiles ^ np.uint8(WEIGHT_OFFSET)  # two's complement: the same as adding 128
    return packed
