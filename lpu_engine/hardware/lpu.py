"""LPU v1 (the TSP of "Think Fast", ISCA 2020): its floor plan, units, streams and latencies.

West to east the units stand at places 0 to 92, one stream register each: matrix unit, switch unit,
44 memory slices, vector unit, 44 memory slices, switch unit, matrix unit. Where no figure is
public, an assumption says so: nothing here is fitted to a measured speed.
"""

import math
from enum import IntEnum

# ISCA 2020 unless another source is named.
CLOCK_HZ = 900_000_000
SUPERLANES, SUPERLANE = 20, 16
LANES = SUPERLANES * SUPERLANE  # bytes of a vector
STREAMS = 32  # in each direction, one vector a cycle each
WORD = 4  # streams of a 32-bit vector, or slices that park it
GROUPS = STREAMS // WORD
SLICES = 44  # memory slices of a hemisphere
SLICE_VECTORS = 8_192  # 2.5 MiB
# A slice's two banks: it reads from one and writes to the other in the same cycle. Assumption: the
# lowest bit of an address picks the bank, so that a burst over addresses in a row takes turns.
BANKS = 2
SRAM_BYTES = 2 * SLICES * SLICE_VECTORS * LANES  # 220 MiB
PLANES = 4  # of the matrix unit, two a hemisphere, 320 x 320 each
ALUS = 16  # of the vector unit, for each lane
INSTALL_STREAMS = 16  # of one plane
INSTALL_CYCLES = LANES // INSTALL_STREAMS  # 20: the published 18.43 TB/s of weights a chip
ACTIVE_WATTS = 185.0  # average of a card: SHIP, MLSys 2026

# Cycles from a unit's operands to its result (d_func). The paper has the rule, N + d_func +
# distance with N = 20, but no table: all of these are assumptions, round and cautious.
READ_CYCLES = 3
WRITE_CYCLES = 1
ALU_CYCLES = 4
CHAIN = ALU_CYCLES  # sums that one adder carries side by side
SLOW_ALU_CYCLES = 8  # exp, divide, reciprocal root
SWITCH_CYCLES = SUPERLANES + 4  # a lane may come from the last superlane
MULTIPLY_CYCLES = 2 * SUPERLANES  # sums over all superlanes, then out again
INSTALL_DONE_CYCLES = 1
DRAIN_CYCLES = SUPERLANES  # until the last superlane has what the first has: once a token
# Assumption: a plane sums up to 320 rows over several tiles before it lets them out.
ACCUMULATOR_ROWS = 320
# fp16 at a quarter of the int8 rate, 102,400 products a cycle: ISCA 2022. Assumption: so each plane
# is then 160 x 160. Assumption: weights take a byte in memory and are widened at its port.
HALF_LANES = LANES // 2
HALF_STREAMS = 2  # of a vector of 16-bit floats, or slices that park it
# Two planes of a hemisphere in tandem hold 320 x 320 weights of 16 bits (ISCA 2020), which come in
# on all 32 streams in 20 cycles. Assumption: a row of 16-bit floats then takes two cycles, which
# is the same published quarter of the int8 rate.
PAIR_CYCLES = 2

# Many chips: SHIP, MLSys 2026.
NODE = 8  # chips, each with a link to every other
OUTWARD_LINKS = 4
LINKS = NODE - 1 + OUTWARD_LINKS
LINK_BYTES_PER_S = 10.67e9  # each way
HOP_CYCLES = 270  # 300 ns from chip to chip
LINK_CYCLES = math.ceil(HALF_STREAMS * LANES * CLOCK_HZ / LINK_BYTES_PER_S)  # a 16-bit vector: 54
SYSTEM_WATTS = 388.0  # provisioned for each LPU of a system of many

# The floor plan.
WEST_MATRIX, WEST_SWITCH, VECTOR, EAST_SWITCH, EAST_MATRIX = 0, 1, 46, 91, 92


class Side(IntEnum):
    """A hemisphere, and the direction of the streams that flow toward its edge."""

    EAST = 0
    WEST = 1

    @property
    def other(self) -> "Side":
        """The opposite side."""
        return Side(1 - self)


class Opcode(IntEnum):
    """What an instruction does. Operands `a` and `b` are streams, or `b` (or `a`) a constant."""

    READ = 0  # memory: out = the vector at the address
    WRITE = 1  # memory: the vector at the address = a
    COPY = 2  # vector unit, 32-bit floats from here on: out = a
    ADD = 3
    SUBTRACT = 4
    MULTIPLY = 5
    DIVIDE = 6
    MAXIMUM = 7
    LARGEST = 8  # max(|a|, |b|)
    EXP = 9
    RECIPROCAL_ROOT = 10
    ROUND = 11  # out = a rounded to a signed byte, on one stream
    FLOAT = 12  # out = the integers of a as floats
    PERMUTE = 13  # switch unit: out lane i = a's lane map[i]
    INSERT = 14  # switch unit: out = a, but one lane is b's
    INSTALL = 15  # matrix unit: 16 streams into the plane's waiting weights
    PASS = 16  # matrix unit: the vector a times the plane's weights
    # 16-bit floats: 160 values, low bytes on one stream and high bytes on the next
    READ_WIDE = 17  # memory: out = the bytes at the address as 2 x 160 such floats, on 4 streams
    NARROW = 18  # vector unit: out = a, 32-bit floats, as 16-bit ones
    PASS_HALF = 19  # matrix unit: such a vector times the plane's weights, out in 32 bits
    # Two planes in tandem, 16-bit floats on all 320 lanes
    READ_DOUBLE = 20  # memory: out = the 320 bytes at the address as such floats, on 2 streams
    INSTALL_PAIR = 21  # matrix unit: 32 streams into the pair's waiting weights
    PASS_PAIR = 22  # matrix unit: the vector a times the pair's weights, out in 32 bits
    WIDEN = 23  # vector unit: out = a, 16-bit floats, as 32-bit ones
    SEND = 24  # link: the 16-bit vector a leaves the chip
    RECEIVE = 25  # link: out = the vector that came in
    # Fitted to published speeds, never derived: each start is one cycle in which chips wait
    SYNCHRONISE = 26
    CHOOSE_EXPERT = 27


_LATENCY = {
    Opcode.READ: READ_CYCLES,
    Opcode.WRITE: WRITE_CYCLES,
    Opcode.EXP: SLOW_ALU_CYCLES,
    Opcode.DIVIDE: SLOW_ALU_CYCLES,
    Opcode.RECIPROCAL_ROOT: SLOW_ALU_CYCLES,
    Opcode.PERMUTE: SWITCH_CYCLES,
    Opcode.INSERT: SWITCH_CYCLES,
    Opcode.INSTALL: INSTALL_DONE_CYCLES,
    Opcode.PASS: MULTIPLY_CYCLES,
    Opcode.READ_WIDE: READ_CYCLES,
    Opcode.PASS_HALF: MULTIPLY_CYCLES,
    Opcode.READ_DOUBLE: READ_CYCLES,
    Opcode.INSTALL_PAIR: INSTALL_DONE_CYCLES,
    Opcode.PASS_PAIR: MULTIPLY_CYCLES,
    Opcode.SEND: LINK_CYCLES,
    Opcode.RECEIVE: 1,
    Opcode.SYNCHRONISE: 1,
    Opcode.CHOOSE_EXPERT: 1,
}
LATENCY = tuple(_LATENCY.get(opcode, ALU_CYCLES) for opcode in Opcode)


def latency(opcode: Opcode) -> int:
    """Cycles from an instruction's operands to its result, at the unit's own place."""
    return LATENCY[opcode]


# Units, each with an instruction queue of its own that starts at most one instruction a cycle.
FIRST_ALU = 2 * SLICES
FIRST_SWITCH = FIRST_ALU + ALUS
FIRST_INSTALL = FIRST_SWITCH + 4
FIRST_PASS = FIRST_INSTALL + PLANES
FIRST_SEND = FIRST_PASS + PLANES
FIRST_RECEIVE = FIRST_SEND + LINKS
BARRIER = FIRST_RECEIVE + LINKS  # where a chip waits for its group
UNITS = BARRIER + 1


def slice_unit(side: Side, index: int) -> int:
    """The memory slice `index`, counted outward from the vector unit."""
    return SLICES + index if side == Side.EAST else SLICES - 1 - index


def switch_unit(side: Side, opcode: Opcode) -> int:
    """The switch unit's queue for PERMUTE or INSERT."""
    return FIRST_SWITCH + 2 * side + (opcode == Opcode.INSERT)


def plane_side(plane: int) -> Side:
    """Planes 0 and 1 are west, 2 and 3 east."""
    return Side.WEST if plane < PLANES // 2 else Side.EAST


def _place(unit: int) -> int:
    if unit < SLICES:
        return WEST_SWITCH + 1 + unit
    if unit < FIRST_ALU:
        return VECTOR + 1 + unit - SLICES
    if unit < FIRST_SWITCH:
        return VECTOR
    if unit < FIRST_INSTALL:
        return EAST_SWITCH if unit < FIRST_SWITCH + 2 else WEST_SWITCH
    if unit >= FIRST_SEND:  # assumption: all links are at the east edge
        return EAST_MATRIX
    plane = (unit - FIRST_INSTALL) % PLANES
    return WEST_MATRIX if plane_side(plane) == Side.WEST else EAST_MATRIX


def _name(unit: int) -> str:
    if unit < FIRST_ALU:
        side = "W" if unit < SLICES else "E"
        return f"memory {side}{SLICES - 1 - unit if unit < SLICES else unit - SLICES}"
    if unit < FIRST_SWITCH:
        return f"vector {unit - FIRST_ALU}"
    if unit < FIRST_INSTALL:
        hemisphere, kind = divmod(unit - FIRST_SWITCH, 2)
        return f"switch {'EW'[hemisphere]} {('permute', 'insert')[kind]}"
    if unit == BARRIER:
        return "barrier"
    if unit >= FIRST_SEND:
        kind, link = divmod(unit - FIRST_SEND, LINKS)
        return f"link {link} {('send', 'receive')[kind]}"
    kind, plane = divmod(unit - FIRST_INSTALL, PLANES)
    return f"matrix {plane} {('install', 'pass')[kind]}"


PLACES = tuple(_place(unit) for unit in range(UNITS))
UNIT_NAMES = tuple(_name(unit) for unit in range(UNITS))
