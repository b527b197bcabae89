"""Pass 2: tensors and buffers become slices and addresses of one chip.

Inner slices hold activations and constants; outer slices hold weights from the bottom up, and the
key-value cache above them. A vector's lanes need not follow the tensor's order: heads stay whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lpu_engine.hardware.lpu import (
    INSTALL_CYCLES,
    INSTALL_STREAMS,
    LANES,
    PLANES,
    SLICE_VECTORS,
    SLICES,
    SRAM_BYTES,
    WORD,
    Side,
    plane_side,
    slice_unit,
)
from lpu_engine.model.architecture import Architecture

INNER_SLICES = 12  # next to the vector unit: three words a hemisphere
OUTER_WORDS = (SLICES - INNER_SLICES) // WORD
PADDING = -1  # a lane that holds no element

Map = NDArray[np.int64]  # [vectors, 320]: which element a lane holds, or PADDING


class DoesNotFit(ValueError):
    """The model does not fit on the chip; the sentence says how many chips it would need."""


@dataclass(frozen=True, slots=True)
class Word:
    """Neighbouring slices that park one vector at an address; `first` from inside.

    Four for 32-bit vectors, two for 16-bit ones.
    """

    side: Side
    first: int
    is_cache: bool = False
    width: int = WORD

    def units(self) -> tuple[int, ...]:
        """The slices, lowest byte first."""
        return tuple(slice_unit(self.side, self.first + byte) for byte in range(self.width))


@dataclass(frozen=True, slots=True)
class Heads:
    """How heads share vectors: `per_vector` key heads side by side, and vectors for all of them."""

    dim: int
    group: int  # query heads of a key head
    kv_heads: int
    per_vector: int

    @property
    def vectors(self) -> int:
        """Vectors of all key heads."""
        return -(-self.kv_heads // self.per_vector)

    @property
    def heads(self) -> int:
        """Query heads."""
        return self.kv_heads * self.group

    @property
    def padded(self) -> int:
        """Query heads when every vector is full."""
        return self.query_vectors * self.per_vector

    @property
    def rounds(self) -> int:
        """Runs of head_dim positions in a tile of 320; the last may be shorter."""
        return -(-LANES // self.dim)

    @property
    def query_vectors(self) -> int:
        """Vectors of all query heads."""
        return self.group * self.vectors

    def count(self, vector: int) -> int:
        """Key heads in a vector."""
        return min(self.per_vector, self.kv_heads - vector * self.per_vector)


@dataclass(frozen=True, slots=True)
class Tile:
    """320 x 320 weights of a tensor: outputs `output`, inputs `input`, at a plane's address.

    In layer n the address is `address + n * by_layer`.
    """

    tensor: str
    output: int
    input: int
    plane: int
    address: int
    by_layer: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """What the lanes of a matrix hold: elements of its rows and of its columns, by vector."""

    outputs: Map
    inputs: Map
    scales: int  # address of the first vector of scales, in layer 0
    is_head: bool


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a model stands on the chip. Tensors and tiles are named without their layer."""

    layers: int
    heads: Heads
    tensors: Mapping[str, Tensor]
    tiles: tuple[Tile, ...]
    scales_by_layer: int
    weight_rows: int  # addresses of the outer slices that weights take
    cache_layers: int  # layers whose cache shares a word
    cache_tiles: int
    key_rows: int  # addresses of a layer's keys for 320 positions
    value_rows: int

    @property
    def cache_words(self) -> int:
        """Words of a hemisphere that the cache takes."""
        return -(-self.layers // self.cache_layers)

    @property
    def weights(self) -> int:
        """Weights that are placed, padding left out."""
        return sum(self._weights_of(tile) for tile in self.tiles)

    @property
    def places(self) -> int:
        """Places for weights in all tiles."""
        return LANES * LANES * sum(self.copies(tile) for tile in self.tiles)

    @property
    def padding(self) -> int:
        """Places of the tiles that hold no weight."""
        return self.places - self.weights

    @property
    def cache_bytes(self) -> int:
        """Keys and values of the whole window, in whole vectors."""
        rows = (self.key_rows + self.value_rows) * self.cache_tiles * self.layers
        return rows * LANES * WORD

    def of(self, tensor: str) -> tuple[Tile, ...]:
        """The tiles of a tensor, inputs of one output together."""
        return tuple(tile for tile in self.tiles if tile.tensor == tensor)

    def copies(self, tile: Tile) -> int:
        """How often a tile stands on the chip, with other weights each time: once a layer."""
        return 1 if self.tensors[tile.tensor].is_head else self.layers

    def _weights_of(self, tile: Tile) -> int:
        tensor = self.tensors[tile.tensor]
        rows, columns = tensor.outputs[tile.output], tensor.inputs[tile.input]
        return int((rows != PADDING).sum() * (columns != PADDING).sum()) * self.copies(tile)


def place(architecture: Architecture, head: str) -> Placement:
    """One chip's placement; `head` names the tensor of the logits. Raises DoesNotFit."""
    a = architecture
    heads = Heads(
        a.head_dim, a.heads // a.kv_heads, a.kv_heads, min(LANES // a.head_dim, a.kv_heads)
    )
    maps = _maps(a, heads)
    shapes = {
        "heads": (maps["heads"], maps["width"]),
        "output": (maps["width"], maps["mixed"]),
        "gates": (maps["gates"], maps["width"]),
        "down": (maps["width"], maps["gated"]),
    }
    scales_by_layer = sum(len(outputs) for outputs, _ in shapes.values())
    tensors, scales = {}, 0
    for name, (outputs, inputs) in shapes.items():
        tensors[name] = Tensor(outputs, inputs, scales, is_head=False)
        scales += len(outputs)
    tensors[head] = Tensor(
        maps["vocabulary"], maps["width"], a.layers * scales_by_layer, is_head=True
    )
    tiles = tuple(_tiles(tensors, a.layers))
    weight_rows = (
        max(tile.address + tile.by_layer * (a.layers - 1) for tile in tiles) + INSTALL_CYCLES
    )
    cache_tiles = -(-a.window // LANES)
    key_rows, value_rows = heads.kv_heads * heads.dim, heads.vectors * LANES
    cache_layers = (SLICE_VECTORS - weight_rows) // (max(key_rows, value_rows) * cache_tiles)
    placement = Placement(
        a.layers,
        heads,
        tensors,
        tiles,
        scales_by_layer,
        weight_rows,
        max(cache_layers, 1),
        cache_tiles,
        key_rows,
        value_rows,
    )
    if cache_layers < 1 or placement.cache_words > OUTER_WORDS or weight_rows > SLICE_VECTORS:
        raise DoesNotFit(what_it_would_need(a, placement))
    return placement


def _maps(a: Architecture, heads: Heads) -> dict[str, Map]:
    queries = np.concatenate([_query_map(heads, g) for g in range(heads.group)])
    keys = _key_map(heads)
    first_key = heads.heads * heads.dim
    first_value = first_key + heads.kv_heads * heads.dim
    gates = straight(a.feed_forward)
    return {
        "width": straight(a.width),
        "vocabulary": straight(a.vocabulary),
        "gated": gates,
        "gates": np.concatenate([gates, _moved(gates, a.feed_forward)]),
        "mixed": queries,
        "heads": np.concatenate([queries, _moved(keys, first_key), _moved(keys, first_value)]),
    }


def straight(count: int) -> Map:
    """Elements in order, 320 a vector."""
    vectors = -(-count // LANES)
    lanes = np.arange(vectors * LANES, dtype=np.int64)
    return np.where(lanes < count, lanes, PADDING).reshape(vectors, LANES)


def _key_map(heads: Heads) -> Map:
    """Key heads in order, whole heads in a vector."""
    out = np.full((heads.vectors, LANES), PADDING, np.int64)
    for head in range(heads.kv_heads):
        vector, place_in = divmod(head, heads.per_vector)
        lanes = slice(place_in * heads.dim, (place_in + 1) * heads.dim)
        out[vector, lanes] = head * heads.dim + np.arange(heads.dim)
    return out


def _query_map(heads: Heads, member: int) -> Map:
    """The query heads that are `member` of their group, on the lanes of their key heads."""
    keys = _key_map(heads)
    head, element = keys // heads.dim, keys % heads.dim
    queries = (head * heads.group + member) * heads.dim + element
    return np.where(keys == PADDING, PADDING, queries)


def _moved(elements: Map, by: int) -> Map:
    return np.where(elements == PADDING, PADDING, elements + by)


def _tiles(tensors: Mapping[str, Tensor], layers: int) -> Iterator[Tile]:
    """Outputs are dealt to the planes in turn; the inputs of an output share its plane."""
    in_layer = [t for name, t in tensors.items() if not t.is_head]
    layer_rows, output = [0] * PLANES, 0
    for tensor in in_layer:
        for _ in tensor.outputs:
            layer_rows[output % PLANES] += INSTALL_CYCLES * len(tensor.inputs)
            output += 1
    free, plane = [0] * PLANES, 0
    for name, tensor in tensors.items():
        if tensor.is_head:
            free = [rows * layers for rows in layer_rows]
        for i in range(len(tensor.outputs)):
            for j in range(len(tensor.inputs)):
                by_layer = 0 if tensor.is_head else layer_rows[plane]
                yield Tile(name, i, j, plane, free[plane], by_layer)
                free[plane] += INSTALL_CYCLES
            plane = (plane + 1) % PLANES


def weight_slices(plane: int) -> tuple[int, ...]:
    """The 16 slices that hold a plane's tiles, one row of outputs each a cycle."""
    side = plane_side(plane)
    first = INNER_SLICES + INSTALL_STREAMS * (plane % 2)
    return tuple(slice_unit(side, first + i) for i in range(INSTALL_STREAMS))


def what_it_would_need(a: Architecture, placement: Placement) -> str:
    """One sentence: what a model takes that does not fit, and how many chips that is."""
    weights, cache = placement.places, placement.cache_bytes
    per_chip = SRAM_BYTES * (SLICES - INNER_SLICES) // SLICES
    chips = max(2, -(-(weights + cache) // per_chip), -(-placement.cache_words // OUTER_WORDS))
    mib = 2**20
    return (
        f"The model needs {weights / mib:,.0f} MiB for weights and {cache / mib:,.0f} MiB for keys"
        f" and values of {a.window:,} tokens, in whole vectors, and one chip has {per_chip // mib}"
        f" MiB for them: it would need {chips:,} chips. Take a smaller model or a shorter context."
    )
