"""Pieces → blocks of instructions for one chip of a group; each distinct one is compiled once."""

from dataclasses import dataclass, field, replace

from lpu_engine.compiler.instructions import Block
from lpu_engine.compiler.memory import EAST_1, Memory
from lpu_engine.compiler.pipeline.attention import ShardAttention
from lpu_engine.compiler.pipeline.buffers import OTHERS, OUTPUTS, Buffers
from lpu_engine.compiler.pipeline.experts import route
from lpu_engine.compiler.pipeline.layout import (
    Layout,
    attention_layout,
    feed_layout,
    head_layout,
    output_layout,
)
from lpu_engine.compiler.pipeline.links import Carried, ShardLinks
from lpu_engine.compiler.pipeline.lowering import ShardLowering, Split, capped
from lpu_engine.compiler.pipeline.operations import named_operations
from lpu_engine.compiler.pipeline.remembering import Remembering
from lpu_engine.compiler.pipeline.shard import Shard
from lpu_engine.compiler.rowwise import Rows
from lpu_engine.compiler.schedule import Schedule
from lpu_engine.hardware.lpu import Opcode, Side


@dataclass(frozen=True, slots=True)
class Growth:
    """The length of attention over tiles: the first, the second, as much for each further one."""

    first: int
    second: int
    further: int

    def cycles(self, seen: int) -> int:
        """Over so many tiles."""
        return self.first + self.second * (seen > 1) + self.further * max(seen - 2, 0)


@dataclass(slots=True)
class Blocks:
    """The blocks for `rows` rows at a time, compiled when they are first asked for."""

    shard: Shard
    buffers: Buffers
    memory: Memory
    rows: int
    compiled: dict[str, Block] = field(default_factory=dict)
    numbers: dict[str, int] = field(init=False)
    _attentions: dict[tuple[int, int, bool], Block] = field(default_factory=dict)
    _growths: dict[tuple[int, bool], Growth] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = named_operations(self.shard.architecture)
        self.numbers = {name: number for number, name in enumerate(names)}

    def heads(self, tiles: int) -> Block:
        """From the residual to queries, and to keys and values in a cache of `tiles` tiles."""
        name = f"heads, cache of {tiles}"
        if name not in self.compiled:
            lowering = self._lowering("heads")
            Remembering(lowering, tiles).remember(attention_layout(self.shard))
            self._keep(name, lowering)
        return self.compiled[name]

    def attend(self, tiles: int, seen: int, *, with_output: bool) -> Block:
        """Attention over `seen` of the cache's tiles, and the output's matrix where it is there.

        A block ends where the line that its length follows says, which may be a little later.
        """
        block = self._attended(tiles, seen, with_output)
        cycles = self.growth(tiles, with_output=with_output).cycles(seen)
        if block.cycles > cycles:
            raise ValueError(f"Attention over {seen} tiles takes {block.cycles} > {cycles} cycles.")
        cut = "" if with_output else " without output"
        name = f"attention{cut}, cache of {tiles}, over {seen}"
        if name not in self.compiled:
            self.compiled[name] = replace(block, name=name, cycles=cycles)
        return self.compiled[name]

    def output(self) -> Block:
        """The output's matrix on a stage behind its attention's."""
        if "output" not in self.compiled:
            lowering = self._lowering("output")
            x = {side: Rows(buffer) for side, buffer in self.buffers.mixed.items()}
            lowering.matrix(output_layout(self.shard).of("output"), x, self.buffers.branch)
            self._keep("output", lowering)
        return self.compiled["output"]

    def growth(self, tiles: int, *, with_output: bool) -> Growth:
        """How the length of attention follows the tiles: a line through two and the most."""
        key = (tiles, with_output)
        if key not in self._growths:
            blocks = (self._attended(tiles, seen, with_output) for seen in marks(tiles))
            one, *more = (block.cycles for block in blocks)
            growth = Growth(one, 0, 0)
            if more:
                further = -(-(more[-1] - more[0]) // max(tiles - 2, 1))
                growth = Growth(one, more[0] - one, further)
            self._growths[key] = growth
        return self._growths[key]

    def _attended(self, tiles: int, seen: int, with_output: bool) -> Block:
        key = (tiles, seen, with_output)
        if key not in self._attentions:
            lowering = self._lowering("attention")
            attention = ShardAttention(lowering, tiles)
            if with_output:
                mixed = attention.mix(seen)
                lowering.schedule.operation = self.numbers["output"]
                output = attention_layout(self.shard).of("output")
                lowering.matrix(output, mixed, self.buffers.branch)
            else:
                attention.mix(seen, lowering.parked(self.buffers.mixed))
            self._attentions[key] = lowering.block("attention")
        return self._attentions[key]

    def sum(self, norm: int) -> Block:
        """The branch of all chips, added to the residual; `norm`: behind which part of a layer."""
        name = f"sum {norm}" if self.shard.architecture.branch_norms else "sum"
        if name not in self.compiled:
            lowering = self._lowering("sum")
            ShardLinks(lowering).add_up(norm)
            self._keep(name, lowering)
        return self.compiled[name]

    def hop(self, carried: Carried) -> Block:
        """From a stage to the next."""
        name = f"hop{carried.value}"
        if name not in self.compiled:
            lowering = self._lowering("hop")
            ShardLinks(lowering).hop(carried)
            self._keep(name, lowering)
        return self.compiled[name]

    def feed(self, vectors: int, *, is_first: bool) -> Block:
        """A part of a dense feed-forward; what is not the first adds to the branch."""
        name = f"feed-forward {vectors}" + " more" * (not is_first)
        if name not in self.compiled:
            lowering = self._lowering("feed norm")
            x = lowering.norm(lowering.residual)
            self._feed(lowering, x, feed_layout(self.shard, vectors), is_first=is_first)
            self._keep(name, lowering)
        return self.compiled[name]

    def route(self, *, is_first: bool) -> Block:
        """The norm of an expert layer's rows and, at first, which experts they ask."""
        name = "router" if is_first else "norm"
        if name not in self.compiled:
            lowering = self._lowering("router" if is_first else "feed norm")
            if is_first:
                route(lowering)
            else:
                lowering.norm(lowering.residual, lowering.parked(self.buffers.normed))
            self._keep(name, lowering)
        return self.compiled[name]

    def expert(self, vectors: int) -> Block:
        """A part of one chosen expert, weighed and added to the branch."""
        name = f"expert {vectors}"
        if name not in self.compiled:
            lowering = self._lowering("gates")
            x = {side: Rows(buffer) for side, buffer in self.buffers.normed.items()}
            layout = feed_layout(self.shard, vectors)
            self._feed(lowering, x, layout, is_first=False, is_expert=True)
            self._keep(name, lowering)
        return self.compiled[name]

    def head(self, vectors: int) -> Block:
        """A part of the logits of one row."""
        name = f"head {vectors}"
        if name not in self.compiled:
            lowering = self._lowering("last norm", rows=1)
            width = self.shard.residual
            last = lowering.memory.buffer(EAST_1, 1, width)
            x = lowering.norm(lowering.copy(self.buffers.residual, last, width, by_rows=width))
            lowering.schedule.operation = self.numbers["head"]
            tensor = head_layout(self.shard, vectors).of("head")
            counts = {side: tensor.on(side) for side in Side}
            logits = lowering.matrix(tensor, x, lowering.room(OUTPUTS, counts))
            self._cap(lowering, logits)
            self._keep(name, lowering)
        return self.compiled[name]

    def wait(self, opcode: Opcode, cycles: int) -> Block:
        """All chips of a group wait: what was fitted, an instruction of its own."""
        name = {Opcode.SYNCHRONISE: "synchronise", Opcode.CHOOSE_EXPERT: "choose expert"}[opcode]
        key = f"{name} {cycles}"
        if key not in self.compiled:
            schedule = Schedule(1)
            kind = "synchronise" if opcode == Opcode.SYNCHRONISE else "choose"
            schedule.operation = self.numbers[kind]
            schedule.wait(opcode, cycles)
            self.compiled[key] = schedule.block(name)
        return self.compiled[key]

    def _lowering(self, operation: str, rows: int | None = None) -> ShardLowering:
        memory = self.memory.fork()
        lowering = ShardLowering(self.shard, self.buffers, memory, rows or self.rows)
        lowering.schedule.operation = self.numbers[operation]
        return lowering

    def _keep(self, name: str, lowering: ShardLowering) -> None:
        self.compiled[name] = lowering.block(name)

    def _feed(
        self,
        lowering: ShardLowering,
        x: Split,
        layout: Layout,
        *,
        is_first: bool,
        is_expert: bool = False,
    ) -> None:
        """Gates and ups, their product, and its matrix into the branch."""
        stride = layout.rows if is_expert else 0
        gates, ups, down = (layout.of(name) for name in ("gates", "ups", "down"))
        counts = {side: gates.on(side) for side in Side}
        lowering.schedule.operation = self.numbers["gates"]
        low = lowering.matrix(gates, x, lowering.room(OUTPUTS, counts), by_expert=stride)
        high = lowering.matrix(ups, x, lowering.room(OTHERS, counts), by_expert=stride)
        lowering.schedule.operation = self.numbers["gate"]
        gated = lowering.gate(low, high, gates.outputs)
        lowering.schedule.operation = self.numbers["down"]
        if is_first:
            lowering.matrix(down, gated, self.buffers.branch)
            return
        wide = {side: down.on(side) for side in Side}
        part = lowering.matrix(down, gated, lowering.room(OTHERS, wide), by_expert=stride)
        lowering.add_branch(part, self.buffers.expert_weights if is_expert else None)

    def _cap(self, lowering: ShardLowering, logits: Split) -> None:
        cap = self.shard.architecture.logit_cap
        if cap is None:
            return
        for side in Side:
            count = logits[side].buffer.vectors
            if count:
                out = lowering.park(OTHERS[side], count)
                lowering.fill(out, capped(logits[side].read(0, (count, 0, 1)), cap), vectors=count)


def marks(tiles: int) -> list[int]:
    """Numbers of tiles whose attention is compiled and proven: one, two, and the most."""
    return sorted({1, min(2, tiles), tiles})
