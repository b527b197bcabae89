"""Proof that a Program is legal: nothing early, late, twice at once, overwritten or beyond SRAM.

Each block is proven once for every word that its cache may stand in; then the instances, which run
one after the other, only have to stay within their addresses. Rows are compared as whole bursts,
and written out start by start only where two of them overlap.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.graph import Kind
from lpu_engine.compiler.instructions import (
    CHAINED,
    NO_STREAM,
    Block,
    Instructions,
    expand,
    shifted,
)
from lpu_engine.compiler.legal import (
    BINARY,
    GIVES,
    LATENCIES,
    MEMORY,
    TAKES,
    UNITS_OF,
    Illegal,
    Ints,
    fail,
    never_meet,
    overlapping,
    reach,
    silent,
    spans,
)
from lpu_engine.compiler.placement import weight_slices
from lpu_engine.compiler.program import Phase, Program
from lpu_engine.compiler.verify_memory import first_unparked, parked_before_read
from lpu_engine.compiler.verify_streams import streams_are_legal
from lpu_engine.hardware.lpu import (
    BANKS,
    CHAIN,
    FIRST_INSTALL,
    FIRST_PASS,
    INSTALL_CYCLES,
    INSTALL_STREAMS,
    LANES,
    PLANES,
    SLICE_VECTORS,
    STREAMS,
    UNIT_NAMES,
    UNITS,
    Opcode,
    latency,
)

MOVES = ("by_layer", "by_tile", "by_rows", "by_position", "cache")
APART = 2 * len(UNIT_NAMES)  # cycles between blocks: longer than any value flows


def verify(program: Program) -> None:
    """Raises Illegal with the first thing that is wrong."""
    _weights_placed_once(program)
    blocks = []
    for phase in (program.decode, program.prompt):
        _weights_used_once(program, phase)
        for block in phase.blocks.values():
            words = range(program.placement.cache_words if block.instructions["cache"].any() else 1)
            blocks += [_with_cache(block, word) for word in words]
            parked_before_read(block.instructions)
            for word in words[1:]:  # only the cache's cycles move against the others
                rows = shifted(block.instructions, word)
                parked_before_read(rows[rows["cache"] != 0])
    verify_blocks(blocks)
    _addresses_stay_within(program)
    unparked = first_unparked(program)
    if unparked is not None:
        instance, row = unparked
        fail(instance.block.instructions, row, "nobody has parked what it fetches")


def verify_blocks(blocks: Sequence[Block]) -> None:
    """Blocks but for memory, each by itself; in one go, and where that fails one by one."""
    try:
        _flows_are_legal(blocks)
    except Illegal:
        if len(blocks) > 1:
            for block in blocks:
                _flows_are_legal([block])
        raise


def verify_block(block: Block, word: int = 0) -> None:
    """One block, its cache standing `word` words out."""
    moved = _with_cache(block, word)
    verify_blocks([moved])
    parked_before_read(moved.instructions)


def _with_cache(block: Block, word: int) -> Block:
    return replace(block, instructions=shifted(block.instructions, word))


def _flows_are_legal(blocks: Sequence[Block]) -> None:
    """All but memory, for blocks that are laid one after the other in time."""
    parts, first, last, start, count = [], [], [], 0, 0
    for block in blocks:
        rows = block.instructions.copy()
        rows["cycle"] += start
        for name in ("a_from", "b_from"):
            rows[name] += count * (rows[name] >= 0)
        parts.append(rows)
        first.append(np.full(len(rows), start))
        last.append(np.full(len(rows), start + block.cycles))
        start, count = start + block.cycles + APART, count + len(rows)
    rows = np.concatenate(parts)
    _within_the_block(rows, np.concatenate(first), np.concatenate(last))
    _units_start_one_at_a_time(rows)
    streams_are_legal(rows)
    _weights_before_passes(rows)


def _within_the_block(rows: Instructions, first: Ints, last: Ints) -> None:
    """Every start lies in the block, every effect ends in it."""
    ends = rows["cycle"] + spans(rows) - 1 + LATENCIES[rows["opcode"]]
    for wrong, reason in (
        (rows["cycle"] < first, "it starts before its block"),
        (ends > last, "it ends after its block"),
        ((rows["unit"] < 0) | (rows["unit"] >= UNITS), "there is no such unit"),
        (_on_another_unit(rows), "its unit does other things"),
        (_lacks_operand(rows), "its operand is missing"),
    ):
        if wrong.any():
            fail(rows, wrong.argmax(), reason)


def _on_another_unit(rows: Instructions) -> NDArray[np.bool_]:
    low, high = UNITS_OF[rows["opcode"]].T
    return np.asarray((rows["unit"] < low) | (rows["unit"] >= high))


def _lacks_operand(rows: Instructions) -> NDArray[np.bool_]:
    """Streams that are needed, or that do not exist; constants stand in for one of two operands."""
    opcode, out_of_range = rows["opcode"], np.zeros(len(rows), np.bool_)
    for name, count in (("a", TAKES), ("b", TAKES), ("out", GIVES)):
        first = rows[name].astype(np.int64)
        last = first + np.maximum(count[opcode], 1) - 1
        given = first != NO_STREAM
        out_of_range |= given & (
            (first < 0) | (last >= 2 * STREAMS) | (first // STREAMS != last // STREAMS)
        )
    has_a, has_b, gives = (rows[name] >= 0 for name in ("a", "b", "out"))
    binary = BINARY[opcode]
    needs_a = (TAKES[opcode] > 0) & ~binary
    return np.asarray(
        out_of_range
        | (needs_a & ~has_a)
        | (binary & ~has_a & ~has_b)
        | ((opcode == Opcode.INSERT) & ~has_b)
        | (~binary & (opcode != Opcode.INSERT) & has_b)
        | (silent(rows) == gives)
    )


def _starts(rows: Instructions, row: int, banks: int) -> set[tuple[int, int]]:
    """Cycles, each with the bank that is addressed then."""
    e = expand(rows[row : row + 1])
    return set(zip(e.cycle.tolist(), (e.address % banks).tolist(), strict=True))


def _units_start_one_at_a_time(rows: Instructions) -> None:
    """Of each unit's queue one start a cycle; a slice may read a bank and write the other."""
    start = rows["cycle"].astype(np.int64)
    for one, other in overlapping(rows["unit"].astype(np.int64), start, start + spans(rows)):
        if other == one + 1 and rows["flags"][other] & CHAINED:
            continue  # they interleave, as _chains_follow proves
        if never_meet(rows, one, other, int(start[other] - start[one])):
            continue
        banks = BANKS if _use_both_ports(rows, one, other) else 1
        both = _starts(rows, one, banks) & _starts(rows, other, banks)
        if both:
            reason = "addresses the same bank" if banks > 1 else "starts another instruction"
            fail(rows, other, f"the unit {reason} in cycle {min(both)[0]:,}")


def _use_both_ports(rows: Instructions, one: int, other: int) -> bool:
    """A fetch and a parking in one slice, at addresses that are the same in every instance."""
    pair = rows[[one, other]]
    moves = any(pair[name].any() for name in MOVES)
    in_memory = bool(MEMORY[pair["opcode"]].all())
    return in_memory and not moves and np.count_nonzero(pair["opcode"] == Opcode.WRITE) == 1


def _weights_before_passes(rows: Instructions) -> None:
    """On each plane weights arrive whole, one pass takes them, and only then the next may come.

    A pass whose sums do not begin in the first row goes on with the weights that are at work.
    """
    for plane in range(PLANES):
        alone = (rows["opcode"] != Opcode.INSTALL_PAIR) & (rows["opcode"] != Opcode.PASS_PAIR)
        mine = np.flatnonzero(
            ((rows["unit"] == FIRST_INSTALL + plane) | (rows["unit"] == FIRST_PASS + plane)) & alone
        )
        mine = mine[np.argsort(rows["cycle"][mine], kind="stable")]
        ready, at_work = None, False
        for row in mine:
            cycle = int(rows["cycle"][row])
            if rows["opcode"][row] == Opcode.INSTALL:
                if ready is not None:
                    fail(rows, row, "weights arrive while others still wait")
                ready = cycle + INSTALL_CYCLES - 1 + latency(Opcode.INSTALL)
            elif rows["lane"][row] and rows["opcode"][row] == Opcode.PASS:
                if not at_work:
                    fail(rows, row, "no weights are at work in the plane")
            else:
                if ready is None or cycle < ready:
                    fail(rows, row, "its weights are not in the plane")
                ready, at_work = None, True
        if ready is not None:
            fail(rows, mine[-1], "its weights are never used")


def _weights_placed_once(program: Program) -> None:
    """Every tile has its own addresses, within its slices, and no tensor lacks one or has two."""
    placement = program.placement
    named = {o.tensor.rpartition(".")[2] for o in program.operations if o.kind == Kind.MATRIX}
    for name in named:
        tensor, tiles = placement.tensors[name], placement.of(name)
        pairs = [(tile.output, tile.input) for tile in tiles]
        wanted = [(i, j) for i in range(len(tensor.outputs)) for j in range(len(tensor.inputs))]
        for pair in wanted:
            if pairs.count(pair) != 1:
                plane = next((t.plane for t in tiles if (t.output, t.input) == pair), 0)
                raise Illegal(
                    f"Cycle 0, {UNIT_NAMES[FIRST_INSTALL + plane]}: tile {pair} of tensor {name}"
                    f" is placed {pairs.count(pair)} times."
                )
    for plane in range(PLANES):
        addresses = _sorted_addresses(program, plane)
        unit = UNIT_NAMES[weight_slices(plane)[0]]
        if len(addresses) and addresses[-1] + INSTALL_CYCLES > min(
            SLICE_VECTORS, placement.weight_rows
        ):
            raise Illegal(
                f"Cycle 0, {unit}: weights reach beyond address {placement.weight_rows:,}."
            )
        near = np.diff(addresses) < INSTALL_CYCLES
        if near.any():
            raise Illegal(
                f"Cycle 0, {unit}: two tiles stand at address {addresses[1:][near][0]:,}."
            )


def _sorted_addresses(program: Program, plane: int) -> Ints:
    placement = program.placement
    out = []
    for tile in placement.tiles:
        if tile.plane == plane:
            layers = np.arange(placement.copies(tile), dtype=np.int64)
            out.append(tile.address + tile.by_layer * layers)
    return np.sort(np.concatenate(out)) if out else np.zeros(0, np.int64)


def _weights_used_once(program: Program, phase: Phase) -> None:
    """Each operation brings in each of its tensor's tiles exactly once, whole and in order."""
    for block in phase.blocks.values():
        rows = block.instructions
        installs = np.flatnonzero(rows["opcode"] == Opcode.INSTALL)
        for operation in sorted(set(rows["operation"][installs].tolist())):
            mine = installs[rows["operation"][installs] == operation]
            found = sorted(_tile_brought_in(rows, row) for row in mine)
            name = program.operations[operation].tensor.rpartition(".")[2]
            wanted = sorted((tile.plane, tile.address) for tile in program.placement.of(name))
            if found != wanted:
                reason = f"operation {operation} does not bring in each tile of {name} once"
                fail(rows, mine[0], reason)


def _tile_brought_in(rows: Instructions, install: int) -> tuple[int, int]:
    """Plane and address of the tile that an INSTALL takes from 16 slices, all alike."""
    plane, first = int(rows["unit"][install]) - FIRST_INSTALL, int(rows["a_from"][install])
    reads = rows[max(first, 0) : max(first, 0) + INSTALL_STREAMS]
    if len(reads) != INSTALL_STREAMS:
        fail(rows, install, "its 16 slices do not give the rows of one tile")
    alike = all((reads[name] == reads[name][0]).all() for name in ("address", "steps", "by_layer"))
    in_order = tuple(reads["unit"].tolist()) == weight_slices(plane)
    if not (alike and in_order and reads["steps"][0].tolist() == [0, 0, 1]):
        fail(rows, install, "its 16 slices do not give the rows of one tile")
    return plane, int(reads["address"][0])


def _addresses_stay_within(program: Program) -> None:
    """Layers, tiles, rows and positions never move an address out of its region."""
    placement = program.placement
    top = (
        placement.weight_rows
        + placement.cache_layers
        * max(placement.key_rows, placement.value_rows)
        * placement.cache_tiles
    )
    if top > SLICE_VECTORS:
        raise Illegal(
            f"Cycle 0, memory E12: the cache reaches address {top:,} of {SLICE_VECTORS:,}."
        )
    for phase in (program.decode, program.prompt):
        for block in phase.blocks.values():
            rows = block.instructions
            highest = _highest(program, phase, rows)
            beyond = (
                (highest >= SLICE_VECTORS) | (rows["address"] < 0) | (rows["steps"] < 0).any(axis=1)
            )
            wrong = MEMORY[rows["opcode"]] & beyond
            if wrong.any():
                row = int(wrong.argmax())
                reason = (
                    f"its slice has addresses 0 to {SLICE_VECTORS - 1:,}, not {int(highest[row]):,}"
                )
                fail(rows, row, reason)


def _highest(program: Program, phase: Phase, rows: Instructions) -> Ints:
    """The highest address of each row in any layer, tile, group of rows and position."""
    placement = program.placement
    _, ends = reach(rows)
    layers = np.where(rows["cache"] != 0, placement.cache_layers, program.architecture.layers) - 1
    ends += rows["by_layer"].astype(np.int64) * layers
    ends += rows["by_tile"] * (placement.cache_tiles - 1)
    ends += rows["by_rows"] * (max(phase.rows // CHAIN, 1) - 1)
    ends += rows["by_position"] * (placement.cache_tiles * LANES - phase.rows)
    return np.asarray(ends)
