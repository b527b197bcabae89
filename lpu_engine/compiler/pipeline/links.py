"""Sums over the chips of a group, and the way from one stage to the next, as vectors on links.

A sum goes in two rounds: each chip gets the others' parts of its own share, adds them up, and
sends the sum to all. All chips run the same block; where an address follows the chip, it says so.
"""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from lpu_engine.compiler.flows import (
    STILL,
    At,
    Chain,
    Flow,
    Nest,
    Read,
    Receive,
    Send,
    Steps,
    Store,
    Vector,
    burst,
    chains,
    grid,
)
from lpu_engine.compiler.memory import EAST_2, WEST_2, Buffer
from lpu_engine.compiler.pipeline.buffers import ARRIVED, MORE_16, SUMMED
from lpu_engine.compiler.pipeline.lowering import TURNAROUND, ShardLowering
from lpu_engine.compiler.rowwise import Rows
from lpu_engine.compiler.schedule import parked
from lpu_engine.compiler.walk import Walk
from lpu_engine.hardware.lpu import (
    CHAIN,
    FIRST_SEND,
    HOP_CYCLES,
    LINK_CYCLES,
    LINKS,
    OUTWARD_LINKS,
    WORD,
    Opcode,
    Side,
)

OWN_WORD = {Side.EAST: WEST_2, Side.WEST: EAST_2}  # not the word that the branch is in
OUTWARD = range(LINKS - OUTWARD_LINKS, LINKS)


class Carried(Enum):
    """What goes to the next stage beside the residual; the value is part of the block's name."""

    NOTHING = ""
    MIXED = " with heads"
    BRANCH = " with branch"
    EXPERTS = " with branch and experts"


class Place(NamedTuple):
    """Where a link's vectors stand in a buffer."""

    link: int
    first: int
    steps: Steps
    by_chip: int = 0


class ShardLinks:
    """What goes over links in one block."""

    def __init__(self, lowering: ShardLowering) -> None:
        self.lowering, self.schedule = lowering, lowering.schedule
        self.shard, self.buffers = lowering.shard, lowering.buffers
        self.rows = lowering.rows
        (self._parcel,) = self.schedule.parcels(1)  # of the sums

    def add_up(self, norm: int) -> None:
        """Residual + the branches of all chips; `norm` is which norm of a layer the branch has."""
        sides = [side for side in Side if self.shard.share(side)]
        has_norm = self.lowering.architecture.branch_norms
        target = self.buffers.residual
        if has_norm:
            target = self.lowering.memory.buffer(EAST_2, self.rows, self.shard.residual)
        if self.shard.group == 1:
            for side in sides:
                stride = self.buffers.branch[side].vectors
                x = Rows(self.buffers.branch[side]).read(0, (0, stride, 1))
                self._add(target, x, At(self._column(side)), (1, self.rows, stride))
        else:
            sums = {side: self._own_share(side) for side in sides}
            for side in sides:
                self._spread(side, sums[side], target)
        if has_norm:
            self._add_normed(target, norm)

    def hop(self, carried: Carried) -> None:
        """The residual, and what a cut layer has so far, to the next stage's chips."""
        parts = [(self.buffers.residual, 1, self.rows * self.shard.residual)]
        if carried in (Carried.BRANCH, Carried.EXPERTS):
            sides = self.buffers.branch.values()
            parts += [(part, 1, self.rows * part.vectors) for part in sides if part.vectors]
        if carried == Carried.MIXED:
            parts.append((self.buffers.mixed[Side.EAST], 1, self.rows * self.shard.query_vectors))
        if carried == Carried.EXPERTS:
            weights = self.buffers.expert_weights
            parts.append((weights, self.shard.asked(self.rows), self.rows))
        total = sum(outer * inner for _, outer, inner in parts)
        each = -(-total // OUTWARD_LINKS)
        sent = self.lowering.park_vectors(MORE_16[Side.WEST], each * OUTWARD_LINKS)
        first = 0
        for part, outer, inner in parts:
            x: Flow = Rows(part).read(0, (part.vectors, 0, 1))
            if part.word.width != WORD:
                x = Vector(Opcode.WIDEN, x)
            x = Vector(Opcode.NARROW, x)
            self.lowering.store(sent, first, (inner, 0, 1), x, grid(outer, inner))
            first += outer * inner
        rest = each * OUTWARD_LINKS - total  # so that all links have the same to do
        if rest:
            x = Vector(Opcode.NARROW, Rows(self.buffers.zero).read(0, STILL))
            self.lowering.store(sent, first, (0, 0, 1), x, burst(rest))
        places = [Place(link, n * each, (0, 0, 1)) for n, link in enumerate(OUTWARD)]
        nest = burst(each, LINK_CYCLES)
        arrived = self.lowering.park_vectors(ARRIVED, each * OUTWARD_LINKS)
        self._receive(places, arrived, nest, self._send(places, sent, nest))
        first = 0
        for part, outer, inner in parts:
            for target in self.buffers.mixed.values() if part.word.width != WORD else (part,):
                x = Vector(Opcode.WIDEN, arrived.read(first, (inner, 0, 1)))
                if part.word.width != WORD:
                    x = Vector(Opcode.NARROW, x)
                out = Rows(target, self.schedule.parcels(1))
                self.lowering.store(out, 0, (part.vectors, 0, 1), x, grid(outer, inner))
            first += outer * inner

    def _column(self, side: Side) -> int:
        return self.shard.padded(Side.EAST) if side == Side.WEST else 0

    def _own_share(self, side: Side) -> Rows:
        """The sum of all chips' parts of this chip's share, in 16 bits: [row, vector]."""
        share, padded, rows = self.shard.share(side), self.shard.padded(side), self.rows
        branch = self.buffers.branch[side]
        sent = self.lowering.park(MORE_16[side], padded)
        x = Vector(Opcode.NARROW, Rows(branch).read(0, (padded, 0, 1)))
        self.lowering.store(sent, 0, (padded, 0, 1), x, grid(rows, padded))
        own = self.lowering.park_vectors(OWN_WORD[side], rows * share)
        mine = Read(branch.word.units(), At(branch.base, (padded, 0, 1), by_chip=share))
        self.lowering.store(own, 0, (share, 0, 1), mine, grid(rows, share))
        nest = Nest((rows, 1, share), (share * LINK_CYCLES, 0, LINK_CYCLES))
        peers, steps = range(self.shard.group - 1), (padded, 0, 1)
        bound = self._send([Place(n, (n + 1) * share, steps, share) for n in peers], sent, nest)
        each = rows * share
        arrived = self.lowering.park_vectors(ARRIVED, each * len(peers))
        self._receive([Place(n, n * each, (share, 0, 1)) for n in peers], arrived, nest, bound)
        out = self.lowering.park_vectors(SUMMED, each)
        for first, turns in chains(each, len(peers)):
            part = Vector(Opcode.WIDEN, arrived.read(first, (CHAIN, each, 1)))
            start = own.read(first, (CHAIN, 0, 1))
            total = Chain(Opcode.ADD, part, len(peers), start)
            narrow = Vector(Opcode.NARROW, total)
            self.lowering.store(out, first, (CHAIN, 0, 1), narrow, turns)
        return out

    def _spread(self, side: Side, own: Rows, target: Buffer) -> None:
        """A chip's share of the sums to all, and everybody's into the target."""
        share, rows = self.shard.share(side), self.rows
        each, peers = rows * share, range(self.shard.group - 1)
        nest = burst(each, LINK_CYCLES)
        bound = self._send([Place(n, 0, (0, 0, 1)) for n in peers], own, nest)
        arrived = self.lowering.park_vectors(ARRIVED, each * len(peers))
        self._receive([Place(n, n * each, (0, 0, 1)) for n in peers], arrived, nest, bound)
        first = self._column(side)
        mine = Vector(Opcode.WIDEN, own.read(0, (0, share, 1)))
        self._add(target, mine, At(first, by_chip=share), (1, rows, share))
        others = Vector(Opcode.WIDEN, arrived.read(0, (each, share, 1)))
        counts = (len(peers), rows, share)
        self._add(target, others, At(first + share, by_chip=share), counts)

    def _add(self, target: Buffer, x: Flow, place: At, counts: Steps) -> None:
        """The target + x, or x alone where the target is not yet the residual; shares, rows."""
        shares, rows, share = counts
        at = At(target.base + place.base, (share, target.vectors, 1), by_chip=place.by_chip)
        units = target.word.units()
        if target is self.buffers.residual:
            x = Vector(Opcode.ADD, Read(units, at), x)
        nest = Nest(
            (shares, rows, share), (TURNAROUND * rows * share, TURNAROUND * share, TURNAROUND)
        )
        self.schedule.store(Store(units, at, x, self._parcel), nest)

    def _add_normed(self, branch: Buffer, norm: int) -> None:
        """Residual + the norm of the branch, with its gain."""
        rows, vectors, residual = self.rows, self.shard.residual, self.buffers.residual
        whole = Rows(branch, (self._parcel,))
        factor = self.lowering.factor(whole)
        gains = self.buffers.gains
        at = At(gains.base + norm * vectors, (0, 0, 1), by_layer=gains.vectors)
        gain = Read(gains.word.units(), at)
        scaled = Vector(Opcode.MULTIPLY, whole.read(0, (vectors, 0, 1)), factor())
        normed = Vector(Opcode.MULTIPLY, scaled, gain)
        old = Rows(residual).read(0, (vectors, 0, 1))
        target = Rows(residual, self.schedule.parcels(1))
        total = Vector(Opcode.ADD, old, normed)
        self.lowering.store(target, 0, (vectors, 0, 1), total, grid(rows, vectors, TURNAROUND))

    def _send(self, places: Sequence[Place], x: Rows, nest: Nest) -> int:
        """Vectors leave on several links, a cycle apart; when the first are on the other side."""
        walk, units = Walk(), x.buffer.word.units()
        for number, place in enumerate(places):
            part = Walk()
            at = At(x.buffer.base + place.first, place.steps, by_chip=place.by_chip)
            part.send(Send((place.link,), Read(units, at, x.parcels[0], is_whole=True)), nest)
            walk.join(part, number)
        begun = self.schedule.place(walk)
        for place in places:
            self.schedule.hold(FIRST_SEND + place.link, LINK_CYCLES - 1)
        return begun + LINK_CYCLES + HOP_CYCLES

    def _receive(self, places: Sequence[Place], target: Rows, nest: Nest, bound: int) -> None:
        """What came in on several links is parked, a cycle apart."""
        walk, units, ends = Walk(), target.buffer.word.units(), []
        for number, place in enumerate(places):
            part = Walk()
            at = At(target.buffer.base + place.first, place.steps, by_chip=place.by_chip)
            came = Receive(place.link, bound + number)
            part.store(Store(units, at, came, target.parcels[0]), nest)
            ends.append(number - part.first(Opcode.RECEIVE))
            walk.join(part, ends[-1])
        begun = self.schedule.place(walk)
        for end in ends:
            parked(target.parcels[0], begun + end, nest)
