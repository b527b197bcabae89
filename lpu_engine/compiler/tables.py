"""Blocks and facts of a Program → the head of its listing: tables, and lines not too wide."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lpu_engine.compiler.instructions import Block
from lpu_engine.compiler.notation import WIDTH

NAME_WIDTH, NARROW = 30, 28  # of the column of blocks; names up to NARROW leave it as it is


@dataclass(frozen=True, slots=True)
class Run:
    """The blocks that run, in order: of a token at a position, or of a chunk."""

    name: str
    blocks: Sequence[Block]


def block_table(title: str, runs: Sequence[Run], drain_cycles: int) -> Iterator[str]:
    """Blocks with their lengths, and how often and how long they run; names are all different."""
    blocks = {block.name: block for run in runs for block in run.blocks}
    times = [Counter(block.name for block in run.blocks) for run in runs]
    width = NAME_WIDTH + max(0, max(map(len, blocks)) - NARROW)
    yield _row(width, title, "cycles", "instructions", [(run.name, "cycles") for run in runs])
    for name, block in blocks.items():
        cells = [(f"{n[name]:,} ×", f"{n[name] * block.cycles:,}") for n in times]
        yield _row(width, f"  {name}", f"{block.cycles:,}", f"{len(block.instructions):,}", cells)
    drain = [("", str(drain_cycles))] * len(runs)
    yield _row(width, "  to the last superlane", "", "", drain)
    ran = [sum(block.cycles for block in run.blocks) + drain_cycles for run in runs]
    yield _row(width, "  in all", "", "", [("", f"{cycles:,}") for cycles in ran])


def wrapped(name: str, facts: Iterable[str]) -> str:
    """Facts beside their name, no line wider than a terminal."""
    text = f"  {name:<9}"
    for fact in facts:
        width = len(text.rpartition("\n")[2]) + len(fact) + 2
        text += f" {fact};" if width <= WIDTH else f"\n{'':<11} {fact};"
    return text.removesuffix(";")


def counted(number: int, what: str) -> str:
    """1 chip, 2 chips."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def _row(
    width: int, name: str, cycles: str, instructions: str, cells: Iterable[tuple[str, str]]
) -> str:
    runs = "".join(f"{count:>17} {total:>11}" for count, total in cells)
    return f"{name:<{width}} {cycles:>7} {instructions:>13}{runs}"
