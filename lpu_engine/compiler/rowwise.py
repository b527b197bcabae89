"""What the lowering of any decoder does with parked rows: park them, sum or compare their lanes."""

from dataclasses import dataclass

from lpu_engine.compiler.flows import (
    At,
    Chain,
    Flow,
    Nest,
    Parcel,
    Read,
    Steps,
    Store,
    Switch,
    burst,
    chains,
    grid,
)
from lpu_engine.compiler.instructions import Block
from lpu_engine.compiler.memory import (
    EAST_0,
    EAST_2,
    LANE_MAP,
    SUPERLANE_MAP,
    WEST_1,
    Buffer,
    Memory,
)
from lpu_engine.compiler.placement import Word
from lpu_engine.compiler.schedule import Schedule
from lpu_engine.hardware.lpu import CHAIN, SUPERLANE, SUPERLANES, Opcode, Side


@dataclass(frozen=True, slots=True)
class Rows:
    """Parked rows of a buffer, with a parcel for each vector, or one for all; none: from before.

    `largest` holds the largest magnitude of each row, where it is known already.
    """

    buffer: Buffer
    parcels: tuple[Parcel, ...] = ()
    largest: "Rows | None" = None

    def read(self, base: int, steps: Steps, vector: int | None = None, *, by_rows: int = 0) -> Read:
        """A fetch from `base` on: of one vector of each row, or of all of them."""
        at = At(self.buffer.base + base, steps, by_rows=by_rows)
        return Read(self.buffer.word.units(), at, self._parcel(vector))

    def _parcel(self, vector: int | None) -> Parcel | None:
        if len(self.parcels) < 2:
            return self.parcels[0] if self.parcels else None
        if vector is not None:
            return self.parcels[vector]
        first, last = max(p.first for p in self.parcels), max(p.last for p in self.parcels)
        return Parcel(self.parcels[0].number, first, last, stores=len(self.parcels))


def _beside(word: Word) -> Word:
    """A word of the same hemisphere for what lies between two stages."""
    if word.side == Side.WEST:
        return WEST_1
    return EAST_2 if word == EAST_0 else EAST_0


class Rowwise:
    """Flows of one block for `rows` rows, scheduled as they are written."""

    def __init__(self, memory: Memory, rows: int, cache_words: int = 1) -> None:
        self.memory, self.rows = memory, rows
        self.schedule = Schedule(cache_words)

    def block(self, name: str) -> Block:
        """The finished block."""
        return self.schedule.block(name)

    def park(self, word: Word, vectors: int = 1, *, each: bool = False) -> Rows:
        """New rows in a word, parked all at once or each vector by a flow of its own."""
        buffer = self.memory.buffer(word, self.rows, vectors)
        return Rows(buffer, self.schedule.parcels(vectors if each else 1))

    def park_vectors(self, word: Word, count: int) -> Rows:
        """New vectors in a word, parked all at once, however many rows there are."""
        return Rows(self.memory.buffer(word, count), self.schedule.parcels(1))

    def copy(self, source: Buffer, target: Buffer, vectors: int, *, by_rows: int = 0) -> Rows:
        """A row's vectors to another place."""
        out = Rows(target, self.schedule.parcels(1))
        x = Rows(source).read(0, (0, 0, 1), by_rows=by_rows)
        self.store(out, 0, (0, 0, 1), x, burst(vectors))
        return out

    def fill(self, rows: Rows, x: Flow, *, vectors: int = 1) -> None:
        """Park a flow that gives every vector of every row, in order."""
        steps = (vectors, 0, 1)
        self.schedule.store(
            Store(rows.buffer.word.units(), At(rows.buffer.base, steps), x, rows.parcels[0]),
            grid(self.rows, vectors),
        )

    def reduce(
        self, x: Rows, count: int, opcode: Opcode, word: Word, middle: Word | None = None
    ) -> Rows:
        """One value of each vector, on all its lanes: over superlanes in order, then over lanes."""
        rows = self.park_vectors(word, count)
        self.reduce_into(rows, x, count, opcode, middle)
        return rows

    def reduce_into(
        self,
        out: Rows,
        x: Rows,
        count: int,
        opcode: Opcode,
        middle_word: Word | None = None,
        *,
        by_rows: int = 0,
    ) -> None:
        """The same into a buffer of its own; `by_rows` moves both ends."""
        middle = self.park_vectors(middle_word or _beside(x.buffer.word), count)
        stages = (
            (x, middle, SUPERLANES, SUPERLANE_MAP, by_rows, 0),
            (middle, out, SUPERLANE, LANE_MAP, 0, by_rows),
        )
        for source, target, length, first_map, read_by, store_by in stages:
            for first, nest in chains(count, length):
                vector = source.read(first, (CHAIN, 0, 1), by_rows=read_by)
                side = source.buffer.word.side
                spread = Switch(Opcode.PERMUTE, side, vector, first_map, (0, 1, 0))
                total = Chain(opcode, spread, length)
                self.store(target, first, (CHAIN, 0, 1), total, nest, by_rows=store_by)

    def store(
        self,
        target: Rows,
        base: int,
        steps: Steps,
        x: Flow,
        nest: Nest,
        vector: int = 0,
        *,
        by_rows: int = 0,
    ) -> None:
        """Park a flow in rows from `base` on; in the parcel of a vector, where each has one."""
        parcel = target.parcels[vector if len(target.parcels) > 1 else 0]
        at = At(target.buffer.base + base, steps, by_rows=by_rows)
        self.schedule.store(Store(target.buffer.word.units(), at, x, parcel), nest)
