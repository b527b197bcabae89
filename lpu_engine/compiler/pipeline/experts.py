"""The router of an expert layer: which experts a row asks, and with which weights.

Every chip has the whole router and finds the same. What the chosen experts' numbers become are
addresses, which the chip fetches by: the time for that is fitted, nothing public says it.
"""

from lpu_engine.compiler.flows import STILL, Chain, Switch, Vector, burst, chains, delayed, grid
from lpu_engine.compiler.memory import BROADCAST_MAP, EAST_0, EAST_1, EAST_2, WEST_0, WEST_1, WEST_2
from lpu_engine.compiler.pipeline.buffers import OUTPUTS
from lpu_engine.compiler.pipeline.layout import router_layout
from lpu_engine.compiler.pipeline.lowering import ShardLowering
from lpu_engine.compiler.rowwise import Rows
from lpu_engine.hardware.lpu import CHAIN, Opcode, Side

FOUND = (Opcode.SUBTRACT, Opcode.MULTIPLY, Opcode.EXP)
FAR = 1e6  # what tells the highest score from all others: exp(-FAR * difference) is 1 or 0


def route(lowering: ShardLowering) -> None:
    """Norm, scores, the highest of them one after the other, their weights; no branch yet."""
    shard, buffers = lowering.shard, lowering.buffers
    normed = lowering.norm(lowering.residual, lowering.parked(buffers.normed))
    tensor = router_layout(shard).of("router")
    counts = {side: tensor.on(side) for side in Side}
    scores = lowering.matrix(tensor, normed, lowering.room(OUTPUTS, counts))[Side.EAST]
    _choose(lowering, scores)
    for side in Side:
        branch = buffers.branch[side]
        if branch.vectors:
            target = Rows(branch, lowering.schedule.parcels(1))
            zero = Rows(buffers.zero).read(0, STILL)
            lowering.store(target, 0, (0, 0, 1), zero, burst(lowering.rows * branch.vectors))


def _choose(lowering: ShardLowering, scores: Rows) -> None:
    rows, active = lowering.rows, lowering.architecture.active_experts
    every, nest = (0, 0, 1), burst(lowering.rows)
    all_scores = x = lowering.park(WEST_2)
    mask = Rows(lowering.buffers.expert_mask).read(0, STILL)
    lowering.store(x, 0, every, Vector(Opcode.ADD, scores.read(0, every), mask), nest)
    first = lowering.park(EAST_0)
    weights = Rows(lowering.memory.buffer(WEST_1, active, rows), lowering.schedule.parcels(1))
    for expert in range(active):
        is_east = expert % 2 == 1
        peak = lowering.reduce(x, rows, Opcode.MAXIMUM, EAST_2 if is_east else WEST_0)
        if expert == 0:
            lowering.store(first, 0, every, peak.read(0, every), nest)
        apart = Vector(Opcode.SUBTRACT, peak.read(0, every), first.read(0, every))
        weight = Vector(Opcode.EXP, apart)
        lowering.store(weights, expert * rows, every, weight, nest)
        if expert + 1 < active:
            behind = lowering.park(WEST_2 if is_east else EAST_1)
            score = x.read(0, every)
            far = Vector(Opcode.SUBTRACT, score, peak.read(0, every))
            is_peak = Vector(Opcode.EXP, Vector(Opcode.MULTIPLY, far, FAR))
            lower = Vector(Opcode.MULTIPLY, is_peak, -FAR)
            late = delayed(score, (*FOUND, Opcode.MULTIPLY))
            lowering.store(behind, 0, every, Vector(Opcode.ADD, lower, late), nest)
            x = behind
    total = _total(lowering, weights, all_scores, first)
    if rows == 1:
        target = Rows(lowering.buffers.expert_weights, lowering.schedule.parcels(1))
        share = Vector(Opcode.DIVIDE, weights.read(0, (rows, 0, 1)), total.read(0, every))
        steps = (target.buffer.vectors, 0, 1)
        lowering.store(target, 0, steps, share, grid(active, rows))
    else:
        _for_each_expert(lowering, all_scores, first, peak, total)


def _total(lowering: ShardLowering, weights: Rows, scores: Rows, first: Rows) -> Rows:
    """What weights are divided by: the sum of the chosen ones, or of all experts'."""
    rows, active = lowering.rows, lowering.architecture.active_experts
    every = (0, 0, 1)
    if lowering.architecture.normalized_experts:
        total = lowering.park(EAST_1)
        for start, nest in chains(rows, active):
            each = weights.read(start, (CHAIN, rows, 1))
            lowering.store(total, start, (CHAIN, 0, 1), Chain(Opcode.ADD, each, active), nest)
    else:
        shares = lowering.park(WEST_2)
        apart = Vector(Opcode.SUBTRACT, scores.read(0, every), first.read(0, every))
        lowering.store(shares, 0, every, Vector(Opcode.EXP, apart), burst(rows))
        total = lowering.reduce(shares, rows, Opcode.ADD, WEST_0)
    return total


def _for_each_expert(
    lowering: ShardLowering, scores: Rows, first: Rows, lowest: Rows, total: Rows
) -> None:
    """[expert, row]: the weight of each expert that any row asks, zero for rows that do not.

    A row asks those whose score is not below the lowest that it has chosen.
    """
    rows, every, nest = lowering.rows, (0, 0, 1), burst(lowering.rows)
    missing = lowering.park(EAST_0)
    below = Vector(Opcode.SUBTRACT, lowest.read(0, every), scores.read(0, every))
    lowering.store(missing, 0, every, Vector(Opcode.MAXIMUM, below, 0.0), nest)
    shares = lowering.park(WEST_1)
    is_asked = Vector(Opcode.EXP, Vector(Opcode.MULTIPLY, missing.read(0, every), -FAR))
    own = lowering.park(WEST_0)
    lowering.store(own, 0, every, is_asked, nest)
    apart = Vector(Opcode.SUBTRACT, scores.read(0, every), first.read(0, every))
    share = Vector(Opcode.MULTIPLY, Vector(Opcode.EXP, apart), own.read(0, every))
    lowering.store(shares, 0, every, share, nest)
    target = Rows(lowering.buffers.expert_weights, lowering.schedule.parcels(1))
    spread = Switch(Opcode.PERMUTE, Side.WEST, shares.read(0, every), BROADCAST_MAP, (1, 0, 0))
    x = Vector(Opcode.DIVIDE, spread, total.read(0, every))
    steps = (target.buffer.vectors, 0, 1)
    lowering.store(target, 0, steps, x, grid(lowering.shard.asked(rows), rows))
