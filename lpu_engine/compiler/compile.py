"""An architecture becomes a Program, pass after pass: graph, placement, memory, schedule, program.

The order of a transformer stands in graph.py alone: here the table is walked, and cut into blocks
where attention begins and ends.
"""

from collections.abc import Sequence
from functools import lru_cache

from lpu_engine.compiler import graph
from lpu_engine.compiler.attending import Attending
from lpu_engine.compiler.graph import Kind, Operation, head_tensor, operations
from lpu_engine.compiler.instructions import Block
from lpu_engine.compiler.lowering import Lowering
from lpu_engine.compiler.memory import (
    EAST_0,
    EAST_1,
    EAST_2,
    Buffers,
    Memory,
    allocate,
    chunk_rows,
    permute_maps,
)
from lpu_engine.compiler.placement import DoesNotFit, Placement, place, what_it_would_need
from lpu_engine.compiler.program import Phase, Program
from lpu_engine.compiler.rowwise import Rows
from lpu_engine.compiler.verify import verify
from lpu_engine.hardware.lpu import CHAIN, LANES
from lpu_engine.model.architecture import Architecture, UnsupportedArchitecture
from lpu_engine.model.computed import is_plain

Indexed = tuple[int, Operation]
ATTENTION = {
    "scores": Attending.scores,
    "peak": Attending.peak,
    "weigh": Attending.weigh,
    "total": Attending.total,
    "mix": Attending.mix,
}


def compile_program(architecture: Architecture, prompt_rows: int | None = None) -> Program:
    """The Program of one sequence on one chip, proven legal; a prompt goes in chunks.

    Raises DoesNotFit, UnsupportedArchitecture.
    """
    if not is_plain(architecture):
        raise UnsupportedArchitecture(
            f"{architecture.name} is compiled for groups of chips alone where it has more parts"
            " than a plain Llama: compile it for several chips."
        )
    if architecture.head_dim > LANES:
        raise DoesNotFit(
            f"head_dim {architecture.head_dim} is more than the {LANES} lanes of a vector:"
            " choose a model with smaller heads."
        )
    placement = place(architecture, head_tensor(architecture))
    rows = prompt_rows or chunk_rows(placement)
    if rows % CHAIN or LANES % rows:
        raise ValueError(
            f"A chunk has a multiple of {CHAIN} rows that divides {LANES}, not {rows}."
        )
    try:
        program = _compile(architecture, placement, rows)
    except OverflowError as error:  # of the inner slices
        raise DoesNotFit(what_it_would_need(architecture, placement)) from error
    verify(program)
    return program


def _compile(architecture: Architecture, placement: Placement, rows: int) -> Program:
    memory = Memory()
    buffers = allocate(memory, placement, rows)
    compiler = Compiler(architecture, placement, buffers, memory)
    return Program(
        architecture,
        compiler.table,
        placement,
        decode=Phase(1, compiler.blocks(1)),
        prompt=Phase(rows, compiler.blocks(rows)),
        maps=permute_maps(placement.heads.dim, placement.heads.per_vector),
        buffers=buffers,
    )


@lru_cache(maxsize=8)
def program_of(architecture: Architecture) -> Program:
    """compile_program once for each shape, so that words and clock have one."""
    return compile_program(architecture)


def table_of(architecture: Architecture) -> tuple[Operation, ...]:
    """The operations of a step: those of the chip's Program, or, where there is none, alone."""
    if not is_plain(architecture):
        return operations(architecture)
    try:
        return program_of(architecture).operations
    except DoesNotFit:
        return operations(architecture)


class Compiler:
    """Walks the table of operations once for each kind of step."""

    def __init__(
        self, architecture: Architecture, placement: Placement, buffers: Buffers, memory: Memory
    ) -> None:
        self.architecture, self.placement, self.buffers = architecture, placement, buffers
        self.memory = memory
        self.table = operations(architecture)

    def blocks(self, rows: int) -> dict[str, Block]:
        """All blocks for a decoded token (1 row), or for a chunk of a prompt."""
        indexed = list(enumerate(self.table))[self._first_norm() : self._select()]
        layer = [(index, operation) for index, operation in indexed if operation.layer == 0]
        cut = next(n for n, (_, o) in enumerate(layer) if o.kind == Kind.ATTENTION)
        blocks = {
            "before": self._before(layer[: cut + 1], rows),
            "after": self._after(layer[cut:], rows),
        }
        for name, lower in ATTENTION.items():
            lowering = self._lowering(min(rows, CHAIN))
            lowering.schedule.operation = layer[cut][0]
            lower(Attending(lowering))
            blocks[name] = lowering.block(name)
        if rows == 1:
            blocks["head"] = self._head()
        return blocks

    def _first_norm(self) -> int:
        return next(i for i, o in enumerate(self.table) if o.kind == Kind.NORM)

    def _select(self) -> int:
        return next(i for i, o in enumerate(self.table) if o.kind == Kind.SELECT)

    def _lowering(self, rows: int) -> Lowering:
        return Lowering(self.architecture, self.placement, self.buffers, self.memory.fork(), rows)

    def _before(self, table: Sequence[Indexed], rows: int) -> Block:
        lowering = self._lowering(rows)
        state = {graph.Buffer.RESIDUAL: [Rows(self.buffers.residual)]}
        heads = self.placement.heads
        for index, operation in table[:-1]:
            lowering.schedule.operation = index
            if operation.kind == Kind.ROTARY:
                count = heads.vectors * (heads.group + 1)
                turned = lowering.rotary(state[operation.source][0], count, self.buffers.turned)
            else:
                self._lower(lowering, operation, state, is_last=False)
        index, attention = table[-1]
        lowering.schedule.operation = index
        attending = Attending(lowering)
        attending.begin()
        attending.remember(turned, state[attention.source][0])
        return lowering.block("before")

    def _after(self, table: Sequence[Indexed], rows: int) -> Block:
        lowering = self._lowering(rows)
        index, attention = table[0]
        lowering.schedule.operation = index
        state = {graph.Buffer.RESIDUAL: [Rows(self.buffers.residual)]}
        state[attention.target] = [Attending(lowering).joined()]
        last = max(i for i, o in table if o.kind == Kind.ADD)
        for index, operation in table[1:]:
            lowering.schedule.operation = index
            self._lower(lowering, operation, state, is_last=index == last)
        return lowering.block("after")

    def _head(self) -> Block:
        lowering = self._lowering(1)
        state: dict[graph.Buffer, list[Rows]] = {}
        for index, operation in enumerate(self.table[self._select() :], self._select()):
            lowering.schedule.operation = index
            if operation.kind == Kind.SELECT:
                width = self.buffers.residual.vectors
                last = lowering.memory.buffer(EAST_2, 1, width)
                state[operation.target] = [
                    lowering.copy(self.buffers.residual, last, width, by_rows=width)
                ]
            else:
                self._lower(lowering, operation, state, is_last=False)
        return lowering.block("head")

    def _lower(
        self,
        lowering: Lowering,
        operation: Operation,
        state: dict[graph.Buffer, list[Rows]],
        *,
        is_last: bool,
    ) -> None:
        x = state[operation.source]
        kind, target = operation.kind, operation.target
        if kind == Kind.NORM:
            state[target] = [lowering.norm(x[0], operation.tensor)]
        elif kind == Kind.MATRIX:
            state[target] = self._matrix(lowering, operation, x[0])
        elif kind == Kind.GATE:
            state[target] = [lowering.gate(*x)]
        elif kind == Kind.ADD:
            old = state[target][0]
            room = self.buffers.residual
            if not is_last:
                room = lowering.memory.buffer(EAST_2, lowering.rows, room.vectors)
            state[target] = [lowering.add(old, x[0], room)]
        else:
            raise ValueError(f"No instructions are known for {kind.name} here.")

    def _matrix(self, lowering: Lowering, operation: Operation, x: Rows) -> list[Rows]:
        tensor = operation.tensor.rpartition(".")[2]
        if operation.target == graph.Buffer.GATES:
            return lowering.matrix(tensor, x, (EAST_1, EAST_0))
        if operation.target == graph.Buffer.LOGITS:
            return lowering.matrix(tensor, x, (EAST_1,), self.buffers.logits)
        return lowering.matrix(tensor, x, (EAST_1,), is_fine=operation.is_fine)
