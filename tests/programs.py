"""Small shapes, and small changes to their Programs, for tests of compiler and simulator."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lpu_engine.compiler.instructions import Block, Instructions
from lpu_engine.compiler.program import Phase, Program
from lpu_engine.hardware.lpu import Opcode
from lpu_engine.model.architecture import LLAMA, Architecture

PARTS = {Opcode.WRITE: 1, Opcode.PASS: 1, Opcode.INSTALL: 16}  # streams of an operand, else 4


def shape(
    *,
    width: int = 64,
    layers: int = 2,
    heads: int = 4,
    kv_heads: int = 2,
    head_dim: int | None = None,
    feed_forward: int = 96,
    vocabulary: int = 320,
    window: int = 256,
    tied: bool = True,
) -> Architecture:
    """An architecture with the defaults of `write_checkpoint`."""
    dim = head_dim or width // heads
    sizes = (width, layers, heads, kv_heads, dim, feed_forward, vocabulary, window)
    return Architecture(LLAMA, *sizes, norm_epsilon=1e-5, rope_theta=10_000.0, tied=tied)


def phases(program: Program) -> dict[str, Phase]:
    return {"decode": program.decode, "prompt": program.prompt}


def with_instructions(block: Block, rows: Instructions, more_cycles: int = 0) -> Block:
    return replace(block, instructions=rows, cycles=block.cycles + more_cycles)


def changed(block: Block, row: int, column: str, by: int) -> Block:
    """One number of one instruction is another; the block has room for what then ends later."""
    rows = block.instructions.copy()
    rows[column][row] += by
    return with_instructions(block, rows, more_cycles=abs(by))


def without(block: Block, gone: int) -> Block:
    """One instruction is left out; the others still name the same rows as their operands'."""
    rows = np.delete(block.instructions, gone)
    for name in ("a_from", "b_from"):
        giver = rows[name]
        rows[name] = np.where(giver == gone, -1, giver - (giver > gone))
    return with_instructions(block, rows)


def flow_of(rows: Instructions, row: int) -> set[int]:
    """The rows that are tied to one by streams: all that must move together."""
    ties: list[set[int]] = [set() for _ in rows]
    for taker in range(len(rows)):
        for giver in _givers(rows, taker):
            ties[taker].add(giver)
            ties[giver].add(taker)
    flow, waiting = {row}, [row]
    while waiting:
        for other in ties[waiting.pop()] - flow:
            flow.add(other)
            waiting.append(other)
    return flow


def moved(block: Block, flow: Sequence[int] | set[int], by: int) -> Block:
    """Instructions that start `by` cycles later, or earlier."""
    rows = block.instructions.copy()
    rows["cycle"][sorted(flow)] += by
    return with_instructions(block, rows, more_cycles=max(by, 0))


def with_block(program: Program, name: str, block: Block, phase: str = "decode") -> Program:
    old = phases(program)[phase]
    new = replace(old, blocks={**old.blocks, name: block})
    return replace(program, decode=new) if phase == "decode" else replace(program, prompt=new)


def _givers(rows: Instructions, taker: int) -> list[int]:
    """A word that is read comes from four rows, one for each slice."""
    out: list[int] = []
    parts = PARTS.get(Opcode(int(rows["opcode"][taker])), 4)
    for name in ("a_from", "b_from"):
        giver = int(rows[name][taker])
        if giver >= 0:
            out += range(giver, giver + (parts if rows["opcode"][giver] == Opcode.READ else 1))
    return out
