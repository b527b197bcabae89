"""Proof of the inner slices: addresses follow what they should, and what is fetched was parked.

Within a block parcels tell that (verify_memory.py); here is what blocks leave for each other, and
what the host leaves for all.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.instructions import OUTSIDE, Block, Instructions, expand
from lpu_engine.compiler.legal import GIVES, MEMORY, Ints, fail, reach
from lpu_engine.compiler.memory import EAST_2, Buffer
from lpu_engine.compiler.pipeline.buffers import BY_HOST, MORE_16, Buffers
from lpu_engine.compiler.pipeline.pieces import Kind
from lpu_engine.compiler.pipeline.program import Instance, PipelineProgram
from lpu_engine.compiler.pipeline.verify_weights import ALIKE, MOVES
from lpu_engine.compiler.placement import INNER_SLICES, Word
from lpu_engine.hardware.lpu import FIRST_ALU, HALF_STREAMS, SLICE_VECTORS, SLICES, WORD, Opcode

Bools = NDArray[np.bool_]
Addresses = tuple[Ints, Ints, Ints, Ints]
HANDED_OVER = ("residual", "branch", "queries", "mixed", "normed", "expert_weights")
Touched = dict[int, tuple[Addresses, Addresses]]  # of a block: what it fetches, what it parks


def addresses_follow(program: PipelineProgram, block: Block) -> None:
    """In the inner slices addresses follow what their buffer says, and never leave a slice.

    In the outer ones stand weights and the cache, which are proven by piece.
    """
    rows = block.instructions
    inner = MEMORY[rows["opcode"]] & _is_inner(rows["unit"])
    in_cache = (rows["opcode"] == Opcode.READ) | (rows["opcode"] == Opcode.WRITE)
    wrong = (inner & ~in_cache) | (rows["cache"] != (in_cache & ~inner))
    if wrong.any():
        fail(rows, wrong.argmax(), "inner slices hold activations, outer ones weights and cache")
    wanted = _moves(program, block)
    for name in MOVES:
        moved = inner & (rows[name] != wanted.get(name, 0))
        if moved.any():
            fail(rows, moved.argmax(), f"its address does not follow {name} as it should")
    _, high = reach(rows)
    for name, most in _most(program).items():
        high = high + rows[name].astype(np.int64) * most
    beyond = inner & ((rows["address"] < 0) | (high >= SLICE_VECTORS))
    if beyond.any():
        row = int(beyond.argmax())
        fail(rows, row, f"its slice has addresses 0 to {SLICE_VECTORS - 1:,}, not {high[row]:,}")


def words_whole(rows: Instructions) -> None:
    """All slices of a word, four or two of 16 bits, park a vector or give one alike."""
    mine = np.flatnonzero((rows["opcode"] == Opcode.READ) | (rows["opcode"] == Opcode.WRITE))
    if not len(mine):
        return
    writes = rows["opcode"][mine] == Opcode.WRITE
    stream = np.where(writes, rows["a"][mine], rows["out"][mine])
    near = (np.diff(mine) == 1) & (np.diff(stream) == 1) & (np.diff(writes) == 0)
    goes_on = np.append(False, near & (stream[1:] % WORD != 0))
    first = np.maximum.accumulate(np.where(goes_on, 0, np.arange(len(mine))))
    length = np.bincount(first, minlength=len(mine))[first]
    given = GIVES[rows["opcode"][rows["a_from"][mine]]]
    wrong = (stream[first] % WORD != 0) | ((length != WORD) & (length != HALF_STREAMS))
    wrong |= writes & (given > 1) & (length != given)
    for name in ALIKE:
        values = rows[name][mine]
        wrong |= (values != values[first]).reshape(len(mine), -1).any(axis=1)
    if wrong.any():
        fail(rows, mine[wrong.argmax()], "the slices of its word do not all do the same")


def _is_inner(unit: NDArray[np.int16]) -> Bools:
    inner = (unit >= SLICES - INNER_SLICES) & (unit < SLICES + INNER_SLICES)
    return np.asarray(inner)


def _most(program: PipelineProgram) -> dict[str, int]:
    """The last layer of a stage, expert, row, and chip, each from 0."""
    layers = (
        sum(piece.kind == Kind.ATTENTION for piece in stage.pieces) for stage in program.stages
    )
    rows = program.prompt.rows
    return {
        "by_layer": max(layers) - 1,
        "by_tile": program.shard.asked(rows) - 1,
        "by_rows": rows - 1,
        "by_chip": program.shard.group - 1,
    }


def _moves(program: PipelineProgram, block: Block) -> dict[str, Ints]:
    """What is added to each row's address: by layer, expert, row of a prompt, chip."""
    rows, buffers = block.instructions, program.decode.buffers
    kind = block.name.split()[0]
    constants = (buffers.biases, buffers.gains)
    moves = {"by_layer": sum((_stride(rows, b) for b in constants), np.zeros(len(rows), np.int64))}
    if kind == "expert":
        moves["by_tile"] = _stride(rows, buffers.expert_weights)
    if kind == "head":
        moves["by_rows"] = _stride(rows, buffers.residual)
    if kind == "sum" and program.shard.group > 1:
        moves["by_chip"] = _by_chip(rows, buffers)
    return moves


def _by_chip(rows: Instructions, buffers: Buffers) -> Ints:
    """Where rows of a sum are as long as a share of a buffer, each chip takes its own.

    That is in the branches, their 16-bit copies on their way out, and what the sums are parked in.
    """
    length = rows["counts"][:, 2]
    follows = np.zeros(len(rows), np.bool_)
    for buffer in (buffers.residual, *buffers.branch.values()):
        follows |= _inside(rows, buffer) & (length < buffer.vectors)
    leaves = np.zeros(len(rows), np.bool_)
    leaves[rows["a_from"][rows["opcode"] == Opcode.SEND][:, None] + np.arange(HALF_STREAMS)] = True
    for word in MORE_16.values():
        follows |= leaves & _on(rows, word)
    widened = rows["opcode"][rows["a_from"]] == Opcode.WIDEN
    follows |= _on(rows, EAST_2) & (rows["opcode"] == Opcode.WRITE) & widened
    return np.asarray(np.where(follows, length, 0), np.int64)


def _stride(rows: Instructions, buffer: Buffer) -> Ints:
    """From row to row of a buffer, for instructions that address it."""
    return np.asarray(_inside(rows, buffer) * np.int64(buffer.vectors))


def _inside(rows: Instructions, buffer: Buffer) -> Bools:
    address = rows["address"]
    return _on(rows, buffer.word) & (address >= buffer.base) & (address < buffer.end)


def _on(rows: Instructions, word: Word) -> Bools:
    units = word.units()
    return np.asarray((rows["unit"] >= min(units)) & (rows["unit"] <= max(units)))


def buffers_parked(program: PipelineProgram, runs: Iterable[Sequence[Instance]]) -> None:
    """What blocks fetch was parked by the host or by a block before; the host's is left alone.

    A hop is the last block of one stage and the first of the next.
    """
    touched = {id(block): _touched(block.instructions) for block in program.blocks()}
    kept = _left_by_host(program, [name for name in BY_HOST if name not in ("residual", "branch")])
    for block in program.blocks():
        _handed_over_whole(block, program.decode.buffers, touched[id(block)][1])
        _, (row, unit, address, _) = touched[id(block)]
        lost = kept[unit, address]
        if lost.any():
            fail(block.instructions, row[lost.argmax()], "it parks over what the host has left")
    proven: set[tuple[tuple[int, int], ...]] = set()
    later = _left_by_host(program, [name for name in BY_HOST if name != "residual"])
    first = _left_by_host(program, BY_HOST)
    for instances in runs:
        stages = [list(group) for _, group in groupby(instances, key=lambda i: i.stage)]
        for number, stage in enumerate(stages):
            run = [*stage, *(stages[number + 1][:1] if number + 1 < len(stages) else [])]
            blocks = ((-1, -1),) * (number == 0) + tuple((id(i.block), i.tile) for i in run)
            if blocks not in proven:
                proven.add(blocks)
                _stage_parked(run, (later if number else first).copy(), number == 0, touched)


def _handed_over_whole(block: Block, buffers: Buffers, written: Addresses) -> None:
    """What a block parks for others fills the first vectors of the first rows, without a gap."""
    _, unit, address, _ = written
    rows = block.instructions
    low, high = reach(rows)
    for buffer in _named(buffers, HANDED_OVER):
        parks = _on(rows, buffer.word) & (rows["opcode"] == Opcode.WRITE)
        parks &= (low < buffer.end) & (high >= buffer.base)
        if not parks.any():
            continue
        filled = np.zeros(buffer.end - buffer.base, np.bool_)
        mine = (unit == rows["unit"][parks.argmax()]) & (address >= buffer.base)
        filled[address[mine & (address < buffer.end)] - buffer.base] = True
        table = filled.reshape(buffer.rows, buffer.vectors)
        whole = table[: table.any(axis=1).sum(), : table.any(axis=0).sum()]
        wrong = parks & ((low < buffer.base) | (high >= buffer.end) | (not whole.all()))
        if wrong.any():
            fail(rows, wrong.argmax(), "what it parks for other blocks is not whole")


def _named(buffers: Buffers, names: Iterable[str]) -> Iterator[Buffer]:
    """Buffers of some names that are not empty, one after the other."""
    for name in names:
        found = getattr(buffers, name)
        for buffer in found.values() if isinstance(found, dict) else (found,):
            if buffer.end > buffer.base:
                yield buffer


def _stage_parked(run: Sequence[Instance], parked: Bools, is_first: bool, touched: Touched) -> None:
    """The blocks of a stage in their order; the hop to it fetches on the stage before."""
    for index, instance in enumerate(run):
        (row, unit, address, by_tile), (_, slices, places, _) = touched[id(instance.block)]
        if index or is_first:
            missing = ~parked[unit, address + by_tile * instance.tile]
            if missing.any():
                rows = instance.block.instructions
                fail(rows, row[missing.argmax()], "nobody has parked what it fetches")
        parked[slices, places] = True


def _left_by_host(program: PipelineProgram, names: Iterable[str]) -> Bools:
    """[slices, addresses]: what the host leaves in some buffers."""
    parked = np.zeros((FIRST_ALU, SLICE_VECTORS), np.bool_)
    for buffer in _named(program.decode.buffers, names):
        for unit in buffer.word.units():
            parked[unit, buffer.base : buffer.end] = True
    return parked


def _touched(rows: Instructions) -> tuple[Addresses, Addresses]:
    """What a block fetches that it has not parked, and what it parks, in the inner slices."""
    inner, opcode = _is_inner(rows["unit"]), rows["opcode"]
    fetch = inner & (opcode == Opcode.READ) & (rows["parcel"] == OUTSIDE)
    return _addresses(rows, fetch), _addresses(rows, inner & (opcode == Opcode.WRITE))


def _addresses(rows: Instructions, chosen: Bools) -> Addresses:
    """Rows, units, addresses of all starts of some rows, and what a tile adds to them."""
    mine = np.flatnonzero(chosen)
    part = rows[mine]
    part["counts"] = np.where(part["steps"] == 0, 1, part["counts"])  # the same address again
    e = expand(part)
    by_tile = part["by_tile"][e.row].astype(np.int64)
    return mine[e.row], e.unit.astype(np.int64), e.address, by_tile
