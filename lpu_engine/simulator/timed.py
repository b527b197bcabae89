"""The chip, cycle by cycle: queues go in, and the cycle of the last effect comes out.

The definition of the instruction set. A value flows one place a cycle and nothing waits: an
operand that is not there on its cycle is an error, never a stall. Start cycles and the total are
found here, from the queues alone; arithmetic is that of model/arithmetic.py.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lpu_engine.compiler.instructions import ACCUMULATE, EMIT
from lpu_engine.hardware.lpu import (
    DRAIN_CYCLES,
    FIRST_ALU,
    FIRST_INSTALL,
    FIRST_PASS,
    INSTALL_CYCLES,
    INSTALL_STREAMS,
    LANES,
    PLACES,
    PLANES,
    SLICE_VECTORS,
    STREAMS,
    UNIT_NAMES,
    WORD,
    Opcode,
    latency,
)
from lpu_engine.model import arithmetic
from lpu_engine.model.arithmetic import Float32
from lpu_engine.simulator.queues import Instruction, Queue

Bytes = NDArray[np.uint8]


class Fault(RuntimeError):
    """What a real chip would compute wrongly: names cycle, unit and reason."""


class Chip:
    """Memory, streams and planes; `maps` are PERMUTE's, which the program brings along."""

    def __init__(self, maps: NDArray[np.int16]) -> None:
        self.memory = np.zeros((FIRST_ALU, SLICE_VECTORS, LANES), np.uint8)
        self._maps = maps
        self._waiting = np.zeros((PLANES, LANES, LANES), np.uint8)
        self._arrived = [0] * PLANES  # rows of 16 outputs
        self._weights = np.zeros((PLANES, LANES, LANES), np.float32)
        self._sums: list[dict[int, NDArray[np.int32]]] = [{} for _ in range(PLANES)]

    def run(self, queues: Sequence[Queue]) -> int:
        """Run queues to their end; the cycles it took. Raises Fault."""
        with np.errstate(all="ignore"):  # lanes of padding may overflow: nobody reads them
            return self._run(queues)

    def _run(self, queues: Sequence[Queue]) -> int:
        self._streams: dict[tuple[int, int], Bytes] = {}
        self._emerging: dict[int, list[tuple[tuple[int, int], Bytes]]] = defaultdict(list)
        due: dict[int, list[int]] = defaultdict(list)
        at = [0] * len(queues)
        for unit, queue in enumerate(queues):
            if queue.waits:
                due[queue.waits[0]].append(unit)
        cycle = last = 0
        while due:
            for key, value in self._emerging.pop(cycle, ()):
                self._streams[key] = value
            for unit in due.pop(cycle, ()):
                queue, i = queues[unit], at[unit]
                instruction = queue.instructions[i]
                self._cycle, self._unit = cycle, unit
                self._start(instruction, queue.addresses[i], queue.lanes[i])
                last = max(last, cycle + latency(instruction.opcode))
                at[unit] = i + 1
                if i + 1 < len(queue.waits):
                    due[cycle + 1 + queue.waits[i + 1]].append(unit)
            cycle += 1
        return last + DRAIN_CYCLES

    def _start(self, i: Instruction, address: int, lane: int) -> None:
        match i.opcode:
            case Opcode.READ:
                self._emit(i, [self.memory[self._unit, address].copy()])
            case Opcode.WRITE:
                self.memory[self._unit, address] = self._take(i.a)
            case Opcode.PERMUTE:
                lanes = self._maps[lane]
                self._emit(i, [self._take(i.a + byte)[lanes] for byte in range(WORD)])
            case Opcode.INSERT:
                self._emit(i, self._inserted(i, address % LANES, lane))
            case Opcode.INSTALL:
                self._install(i)
            case Opcode.PASS:
                self._pass(i, lane)
            case opcode if Opcode.COPY <= opcode <= Opcode.FLOAT:
                self._emit(i, self._calculate(i))
            case opcode:
                raise self._fault(f"the simulator does not know {opcode.name}")

    def _calculate(self, i: Instruction) -> list[Bytes]:
        """One result of the vector unit, lane by lane."""
        if i.opcode == Opcode.FLOAT:
            return split(self._word(i.a).view(np.int32).astype(np.float32))
        a = self._word(i.a) if i.a >= 0 else np.full(LANES, i.value, np.float32)
        if i.opcode == Opcode.ROUND:
            return [np.rint(a).astype(np.int8).view(np.uint8)]
        if i.opcode in (Opcode.COPY, Opcode.EXP, Opcode.RECIPROCAL_ROOT):
            return split(_unary(i.opcode, a))
        b = self._word(i.b) if i.b >= 0 else np.full(LANES, i.value, np.float32)
        return split(_binary(i.opcode, a, b))

    def _inserted(self, i: Instruction, target: int, source: int) -> list[Bytes]:
        out = []
        for byte in range(WORD):
            vector = self._take(i.a + byte).copy()
            vector[target] = self._take(i.b + byte)[source]
            out.append(vector)
        return out

    def _install(self, i: Instruction) -> None:
        plane = self._unit - FIRST_INSTALL
        row = self._arrived[plane]
        if row == INSTALL_CYCLES:
            raise self._fault("new weights arrive before the plane has taken the last ones")
        for stream in range(INSTALL_STREAMS):
            self._waiting[plane, row * INSTALL_STREAMS + stream] = self._take(i.a + stream)
        self._arrived[plane] = row + 1

    def _pass(self, i: Instruction, row: int) -> None:
        plane = self._unit - FIRST_PASS
        if row == 0:  # a pass begins: the weights that wait are taken
            if self._arrived[plane] != INSTALL_CYCLES:
                raise self._fault("a pass begins before its weights are there")
            self._weights[plane] = self._waiting[plane].view(np.int8)
            self._arrived[plane] = 0
        x = self._take(i.a).view(np.int8).astype(np.float32)
        sums = (self._weights[plane] @ x).astype(np.int32)  # exact: 320 * 127 * 127 < 2^24
        if i.flags & ACCUMULATE:
            sums = sums + self._sums[plane][row]
        self._sums[plane][row] = sums
        if i.flags & EMIT:
            self._emit(i, split(sums.view(np.float32)))

    def _take(self, stream: int) -> Bytes:
        """The vector that passes the unit on a stream in this cycle."""
        value = self._streams.get(self._key(stream, self._cycle))
        if value is None:
            raise self._fault(f"nothing is on stream {stream_name(stream)}")
        return value

    def _word(self, stream: int) -> Float32:
        parts = np.array([self._take(stream + byte) for byte in range(WORD)])
        return np.ascontiguousarray(parts.T).view(np.float32)[:, 0]

    def _emit(self, i: Instruction, vectors: list[Bytes]) -> None:
        when = self._cycle + latency(i.opcode)
        for byte, vector in enumerate(vectors):
            self._emerging[when].append((self._key(i.out + byte, when), vector))

    def _key(self, stream: int, cycle: int) -> tuple[int, int]:
        """A stream and what stays the same while a value flows along it."""
        place = PLACES[self._unit]
        return stream, cycle - place if stream < STREAMS else cycle + place

    def _fault(self, reason: str) -> Fault:
        return Fault(f"Cycle {self._cycle:,}, {UNIT_NAMES[self._unit]}: {reason}.")


def split(word: Float32) -> list[Bytes]:
    """320 values of 32 bits as four vectors of bytes, lowest first."""
    return list(np.ascontiguousarray(word.view(np.uint8).reshape(LANES, WORD).T))


def joined(parts: Bytes) -> Float32:
    """Four vectors of bytes [4, ..., 320] as values [..., 320]."""
    return np.ascontiguousarray(np.moveaxis(parts, 0, -1)).view(np.float32)[..., 0]


def stream_name(stream: int) -> str:
    """As in listings: E5, W12."""
    return f"{'EW'[stream // STREAMS]}{stream % STREAMS}"


def _unary(opcode: Opcode, a: Float32) -> Float32:
    if opcode == Opcode.EXP:
        return arithmetic.exp(a)
    if opcode == Opcode.RECIPROCAL_ROOT:
        return np.asarray(arithmetic.ONE / np.sqrt(a), np.float32)
    return a


def _binary(opcode: Opcode, a: Float32, b: Float32) -> Float32:
    match opcode:
        case Opcode.ADD:
            return a + b
        case Opcode.SUBTRACT:
            return a - b
        case Opcode.MULTIPLY:
            return a * b
        case Opcode.DIVIDE:
            return a / b
        case Opcode.MAXIMUM:
            return np.maximum(a, b)
        case Opcode.LARGEST:
            return np.maximum(np.abs(a), np.abs(b))
        case _:
            raise Fault(f"{opcode.name} does not join two operands.")
