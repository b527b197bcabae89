"""Proof of parked values: each is read after it was written, and before another takes its address.

Within a block every value is followed by its parcel; across blocks, those of a token and of a
chunk are walked in their order with a map of all addresses that hold something.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.instructions import OUTSIDE, PARTLY, RENEWED, Block, Instructions, expand
from lpu_engine.compiler.legal import MEMORY, Ints, fail, reach
from lpu_engine.compiler.placement import INNER_SLICES
from lpu_engine.compiler.program import Instance, Program
from lpu_engine.hardware.lpu import FIRST_ALU, SLICE_VECTORS, SLICES, UNITS, WRITE_CYCLES, Opcode

BY_HOST = (
    "residual",
    "cosine",
    "sine",
    "mask_add",
    "mask_times",
    "zero",
    "one",
    "lowest",
    "scales",
    "head_masks",
    "gains",
)


def first_unparked(program: Program) -> tuple[Instance, int] | None:
    """The first fetch from outside its block that finds nothing: the block, and its row."""
    phases = (program.decode, program.prompt)
    blocks = {id(block): _inner(block) for phase in phases for block in phase.blocks.values()}
    chunks = (program.chunk(0, rows, is_last=True) for rows in (1, program.prompt.rows))
    for steps in (program.token(0), *chunks):
        parked = _by_host(program)
        for instance in steps:
            if instance.layer == 0:
                row = blocks[id(instance.block)].walk(instance.rows, parked)
                if row is not None:
                    return instance, row
    return None


def _by_host(program: Program) -> NDArray[np.bool_]:
    """[slices, addresses]: what the host leaves; the outer slices hold weights and the cache."""
    parked = np.zeros((FIRST_ALU, SLICE_VECTORS), np.bool_)
    parked[: SLICES - INNER_SLICES] = parked[SLICES + INNER_SLICES :] = True
    for name in BY_HOST:
        buffer = getattr(program.buffers, name)
        for unit in buffer.word.units():
            parked[unit, buffer.base : buffer.end] = True
    return parked


@dataclass(frozen=True, slots=True)
class Inner:
    """A block's fetches from outside and its parking, in the inner slices; arrays of one length."""

    row: NDArray[np.int64]
    unit: NDArray[np.int64]
    address: NDArray[np.int64]
    by_rows: NDArray[np.int64]
    is_fetch: NDArray[np.bool_]

    def walk(self, rows: int, parked: NDArray[np.bool_]) -> int | None:
        """Check what is fetched, then mark what is parked; the first row that finds nothing."""
        address, fetch = self.address + self.by_rows * rows, self.is_fetch
        missing = ~parked[self.unit[fetch], address[fetch]]
        if missing.any():
            return int(self.row[fetch][missing.argmax()])
        parked[self.unit[~fetch], address[~fetch]] = True
        return None


def _inner(block: Block) -> Inner:
    rows = block.instructions
    unit, opcode = rows["unit"], rows["opcode"]
    inner = (unit >= SLICES - INNER_SLICES) & (unit < SLICES + INNER_SLICES)
    fetches = (opcode == Opcode.READ) & (rows["parcel"] == OUTSIDE)
    chosen = np.flatnonzero(inner & (fetches | (opcode == Opcode.WRITE)))
    rows = rows[chosen]
    rows["counts"] = np.where(rows["steps"] == 0, 1, rows["counts"])  # the same address again
    e = expand(rows)
    return Inner(
        chosen[e.row],
        e.unit.astype(np.int64),
        e.address,
        rows["by_rows"][e.row].astype(np.int64),
        fetches[chosen][e.row],
    )


def parked_before_read(rows: Instructions) -> None:
    """A parked value is read after it was written, and before another takes its address."""
    memory = np.flatnonzero(MEMORY[rows["opcode"]] & ~_renewals(rows))
    writes = rows["opcode"][memory] == Opcode.WRITE
    area = rows["unit"][memory] * 2 + (rows["cache"][memory] != 0)
    has_writes = np.zeros(2 * UNITS, np.bool_)
    has_writes[area[writes]] = True
    memory = memory[has_writes[area] | (rows["parcel"][memory] != OUTSIDE)]
    if not len(memory):
        return
    part = _ends_of_repeats(rows[memory])
    e = expand(part)
    beyond = (e.address < 0) | (e.address >= SLICE_VECTORS)
    if beyond.any():
        fail(rows, memory[e.row[beyond.argmax()]], f"a slice has {SLICE_VECTORS:,} addresses")
    is_write = part["opcode"][e.row] == Opcode.WRITE
    when = e.cycle + WRITE_CYCLES * is_write
    where = (e.unit.astype(np.int64) * SLICE_VECTORS + e.address) * 4 + _moving(part)[e.row]
    order = np.argsort((where << 32) + 2 * when + ~is_write)
    where, is_write, row = where[order], is_write[order], e.row[order]
    # The write that each entry sees: the last one before it at its address, or none.
    index = np.arange(len(order))
    seen = np.maximum.accumulate(np.where(is_write, index, -1))
    first = np.maximum.accumulate(np.where(np.diff(where, prepend=-1) != 0, index, 0))
    parcel = part["parcel"].astype(np.int64)
    found = np.where(seen >= first, parcel[row[np.maximum(seen, 0)]], OUTSIDE)
    expected = parcel[row]
    if (part["flags"] & PARTLY).any():
        place = e.address[order] - part["address"][row]
        place //= np.maximum(np.abs(part["steps"]).max(axis=1), 1)[row]
        bits = part["lane"][row] >> np.clip(place, 0, 31)
        by_host = ((part["flags"][row] & PARTLY) != 0) & (bits & 1 != 0)
        expected = np.where(by_host, OUTSIDE, expected)
    wrong = ~is_write & (found != expected)
    if wrong.any():
        at = int(wrong.argmax())
        early = found[at] == OUTSIDE
        reason = (
            "it reads before the value is parked"
            if early
            else "another value was parked at its address"
        )
        fail(rows, memory[row[at]], reason)


def _ends_of_repeats(rows: Instructions) -> Instructions:
    """Loops that stay at one address, cut down to their first and last turn."""
    out = rows.copy()
    still = (rows["steps"] == 0) & (rows["counts"] > 2)
    out["intervals"] = np.where(still, rows["intervals"] * (rows["counts"] - 1), rows["intervals"])
    out["counts"] = np.where(still, 2, rows["counts"])
    return out


def _renewals(rows: Instructions) -> NDArray[np.bool_]:
    """Rows that fetch, change and park the same addresses turn by turn, proven to take turns."""
    reads = np.flatnonzero((rows["opcode"] == Opcode.READ) & ((rows["flags"] & RENEWED) != 0))
    out = np.zeros(len(rows), np.bool_)
    for read in reads:
        near = (rows["unit"] == rows["unit"][read]) & (rows["opcode"] <= Opcode.WRITE)
        near &= rows["cache"] != 0
        mine = near & (rows["parcel"] == rows["parcel"][read])
        pair = np.flatnonzero(mine)
        if len(pair) != 2 or rows["opcode"][pair[1]] != Opcode.WRITE:
            fail(rows, int(read), "no row parks its value anew")
        low, high = reach(rows)
        meets = near & ~mine & (low <= high[read]) & (low[read] <= high)
        if meets.any():
            fail(rows, int(meets.argmax()), "another row renews the value at its address")
        old, new = rows[pair]
        alike = all(
            (old[k] == new[k]).all() for k in ("counts", "intervals", "address", "steps", "parcel")
        )
        wait = int(new["cycle"]) + WRITE_CYCLES - int(old["cycle"])
        counts, intervals, steps = old["counts"], old["intervals"], old["steps"]
        each_once = counts[1] == 1 and (counts[2] == 1 or steps[2] != 0) and steps[0] == 0
        in_turn = wait > 0 and (counts[0] == 1 or wait <= intervals[0])
        if not (alike and each_once and in_turn):
            fail(rows, int(read), "it does not take turns with the row that parks its value anew")
        out[pair] = True
    return out


def _moving(rows: Instructions) -> Ints:
    """Cache addresses and the others never meet: they are told apart by the sign of `cache`."""
    return np.where(rows["cache"] != 0, 1, 0)
