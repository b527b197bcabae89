"""Instructions as columns: one row each, repeated in nested loops, and a block of them.

A row is what a hardware queue would hold: an instruction with a count and an address step.
"""

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lpu_engine.hardware.lpu import SLICES, WORD

LEVELS = 3  # of an instruction's repetitions, outermost first
NO_STREAM = -1

# One row an instruction, repeated in up to three nested loops. `cycle` is when it takes its first
# operands. Streams: 0 to 31 flow east, 32 to 63 west; of a 32-bit operand the lowest byte's.
INSTRUCTION = np.dtype(
    [
        ("cycle", np.int32),
        ("unit", np.int16),
        ("opcode", np.int8),
        ("operation", np.int16),  # in layer 0
        ("counts", np.int32, LEVELS),
        ("intervals", np.int32, LEVELS),
        ("a", np.int16),
        ("b", np.int16),
        ("out", np.int16),
        ("value", np.float32),  # the constant in place of a stream that is missing
        ("address", np.int32),
        ("steps", np.int32, LEVELS),
        ("by_layer", np.int32),
        ("by_tile", np.int32),
        ("by_rows", np.int32),
        ("by_position", np.int32),
        ("by_expert", np.int32),
        ("by_chip", np.int32),
        ("cache", np.int8),  # 1 outward, -1 inward: the word of the cache follows the layer
        ("lane", np.int32),  # a map, a source lane, or a row of the accumulators
        ("lane_steps", np.int32, LEVELS),
        ("flags", np.int8),
        ("a_from", np.int32),  # the row that produces the operand
        ("b_from", np.int32),
        ("parcel", np.int32),  # the parked values that are read or written
    ]
)
WIDTHS = {name: int(np.prod(INSTRUCTION[name].shape)) for name in INSTRUCTION.names or ()}
Instructions = np.ndarray[tuple[int], np.dtype[np.void]]

ACCUMULATE, EMIT, CHAINED, RENEWED = 1, 2, 4, 8  # flags
PICKED = 16  # of a WRITE: it takes only the start `lane` of its operand's inner loop
SCATTERED = 64  # of a WRITE: it parks at one of 20 addresses, or, not meant, at the one behind them
PARTLY = 32  # of a READ: the starts whose bits are set in `lane` find what the host left
OUTSIDE = -1  # a parcel that other blocks, or the host, parked


@dataclass(frozen=True, slots=True)
class Block:
    """Instructions that start together, `cycles` long until all of them have ended."""

    name: str
    instructions: Instructions
    cycles: int


def from_numbers(numbers: "array[float]") -> Instructions:
    """Rows from the numbers of all columns, one row after the other."""
    table = np.frombuffer(numbers, np.float64).reshape(-1, sum(WIDTHS.values()))
    rows = np.zeros(len(table), INSTRUCTION)
    start = 0
    for name, width in WIDTHS.items():
        rows[name] = table[:, start : start + width].reshape(rows[name].shape)
        start += width
    return rows


@dataclass(frozen=True, slots=True)
class Elements:
    """Instructions with their repetitions written out, one entry each; arrays of one length."""

    row: NDArray[np.int32]
    cycle: NDArray[np.int64]
    unit: NDArray[np.int16]
    address: NDArray[np.int64]
    lane: NDArray[np.int64]


def expand(instructions: Instructions) -> Elements:
    """Every start of every instruction, for layer, tile, rows and position 0, row by row."""
    counts = instructions["counts"].astype(np.int64)
    sizes = counts.prod(axis=1)
    row = np.repeat(np.arange(len(instructions), dtype=np.int32), sizes)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    flat = np.arange(len(row), dtype=np.int64) - starts[row]
    inner = counts[row, 2]
    index = (flat // (inner * counts[row, 1]), flat // inner % counts[row, 1], flat % inner)

    def along(first: str, steps: str) -> NDArray[np.int64]:
        total = instructions[first][row].astype(np.int64)
        for level, i in enumerate(index):
            total += i * instructions[steps][row, level]
        return total

    return Elements(
        row,
        along("cycle", "intervals"),
        instructions["unit"][row],
        along("address", "steps"),
        along("lane", "lane_steps"),
    )


def shifted(instructions: Instructions, word: int) -> Instructions:
    """The same instructions with the cache `word` words further out: unit and cycle move along."""
    if not word:
        return instructions
    out = instructions.copy()
    slices = WORD * word
    cache = out["cache"]
    is_west = out["unit"] < SLICES
    out["unit"] += (np.where(is_west, -slices, slices) * (cache != 0)).astype(np.int16)
    out["cycle"] += slices * cache
    return out
