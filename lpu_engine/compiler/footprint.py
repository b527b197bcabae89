"""A finished Program → which buffer an address belongs to, and what the model takes of the SRAM."""

from dataclasses import dataclass, fields

from lpu_engine.compiler.legal import reach
from lpu_engine.compiler.memory import Buffers
from lpu_engine.compiler.placement import INNER_SLICES
from lpu_engine.compiler.program import Program
from lpu_engine.hardware.lpu import FIRST_ALU, LANES, SLICES, Opcode


@dataclass(frozen=True, slots=True)
class Region:
    """Addresses `base` to `end` (not counted) of four slices, which a buffer holds."""

    name: str
    units: tuple[int, ...]
    base: int
    end: int


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes of SRAM: a weight takes one, and so does a place that only pads a tile."""

    weights_bytes: int
    padding_bytes: int
    cache_bytes: int
    buffers_bytes: int  # activations and constants

    @property
    def total_bytes(self) -> int:
        """All of them."""
        return self.weights_bytes + self.padding_bytes + self.cache_bytes + self.buffers_bytes


def footprint(program: Program) -> Footprint:
    """What a Program takes of the chip's SRAM."""
    placement = program.placement
    return Footprint(
        placement.weights,
        placement.padding,
        placement.cache_bytes,
        sum(_ends(program).values()) * LANES,
    )


def regions(program: Program) -> tuple[Region, ...]:
    """The buffers that blocks and host share; a block's own stand above them."""
    named = ((field.name, getattr(program.buffers, field.name)) for field in fields(Buffers))
    return tuple(Region(name, b.word.units(), b.base, b.end) for name, b in named)


def is_inner(unit: int) -> bool:
    """Whether a slice stands next to the vector unit, where buffers are and weights never."""
    return SLICES - INNER_SLICES <= unit < SLICES + INNER_SLICES


def _ends(program: Program) -> dict[int, int]:
    """Addresses that each inner slice uses, from 0 on."""
    last_first = sorted(regions(program), key=lambda region: region.end)
    ends = {unit: region.end for region in last_first for unit in region.units}
    for phase in (program.decode, program.prompt):
        for block in phase.blocks.values():
            rows = block.instructions
            _, last = reach(rows)
            for row in range(len(rows)):
                unit = int(rows["unit"][row])
                if rows["opcode"][row] <= Opcode.WRITE and unit < FIRST_ALU and is_inner(unit):
                    ends[unit] = max(ends.get(unit, 0), int(last[row]) + 1)
    return ends
