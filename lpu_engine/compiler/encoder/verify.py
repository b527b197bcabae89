"""Proof that an encoder's program is legal and whole: its block, its weights, its products."""

from collections import Counter

import numpy as np

from lpu_engine.compiler.encoder.compile import EncoderProgram
from lpu_engine.compiler.instructions import Instructions
from lpu_engine.compiler.legal import MEMORY, Illegal, fail, reach
from lpu_engine.compiler.verify import verify_block
from lpu_engine.hardware.lpu import (
    HALF_LANES,
    SLICE_VECTORS,
    Opcode,
    slice_unit,
)

Brought = Counter[tuple[int, int]]  # slice and address of a tile's first weights


def verify_encoder(program: EncoderProgram) -> None:
    """Raises Illegal with the first thing that is wrong."""
    verify_block(program.block)
    _within_the_slices(program.block.instructions)
    _weights_used_twice(program)
    found, wanted = products(program.block.instructions), planned_products(program)
    if found != wanted:
        raise Illegal(f"{found:,} products are made, not {wanted:,} as its shape wants.")


def products(rows: Instructions) -> int:
    """Products of all passes, padding counted."""
    passes = rows[rows["opcode"] == Opcode.PASS_HALF]
    return int(passes["counts"].prod(axis=1, dtype=np.int64).sum()) * HALF_LANES * HALF_LANES


def planned_products(program: EncoderProgram) -> int:
    """The same from the shape: matrices, values, scores, mixes, layer norms."""
    shape = program.shape
    narrow, wide = shape.vectors, shape.wide_vectors
    tiles = narrow * (2 * narrow + shape.pairs + 2 * wide)
    tiles += sum(len(shape.spans(v)) for v in range(narrow)) + shape.heads
    rows = tiles * shape.sequence + narrow * shape.width + 4 * shape.sequence
    turned = shape.layers - 1  # rows of factors that come to stand on the lanes
    return (shape.layers * rows + turned) * HALF_LANES * HALF_LANES


def useful_products(program: EncoderProgram) -> int:
    """Products of the model itself, without padding: matrices, scores and mixes."""
    shape = program.shape
    each = 4 * shape.width**2 + 2 * shape.width * shape.feed_forward
    return shape.layers * shape.sequence * (each + 2 * shape.sequence * shape.width)


def _within_the_slices(rows: Instructions) -> None:
    lowest, highest = reach(rows)
    wrong = MEMORY[rows["opcode"]] & ((lowest < 0) | (highest >= SLICE_VECTORS))
    if wrong.any():
        fail(rows, wrong.argmax(), f"its slice has {SLICE_VECTORS:,} addresses")


def _weights_used_twice(program: EncoderProgram) -> None:
    """Each tile comes in once for each half of the rows, and stands by itself."""
    rows = program.block.instructions
    installs = rows[rows["opcode"] == Opcode.INSTALL]
    first = rows[installs["a_from"]]
    banked = first["opcode"] == Opcode.READ_WIDE
    found: Brought = Counter(
        zip(first["unit"][banked].tolist(), first["address"][banked].tolist(), strict=True)
    )
    wanted = _planned(program)
    for tile in found | wanted:
        if found[tile] != wanted[tile]:
            raise Illegal(
                f"The tile at address {tile[1]:,} of slice {tile[0]} comes in"
                f" {found[tile]} times, not {wanted[tile]}."
            )


def _planned(program: EncoderProgram) -> Brought:
    out: Brought = Counter()
    placement = program.placement
    for layer in placement.layers:
        for tiles in (layer.keys_queries, layer.output, layer.up, layer.down):
            for bank in tiles.values():
                first, address = bank.place
                place = (slice_unit(bank.side, first), address)
                if place in out:
                    raise Illegal(f"Two tiles stand at address {address:,} of slice {place[0]}.")
                out[place] = 2
    for side, bank in placement.ones.items():
        first, address = bank.place
        out[slice_unit(side, first), address] = 4 * program.shape.layers
    return out
