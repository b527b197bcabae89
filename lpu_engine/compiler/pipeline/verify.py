"""Proof that a pipeline's Program is legal: each block once, then that stages hold what they run.

A block is proven like one chip's; here is what is new: pairs, links, weights of pieces, the cache.
"""

from collections.abc import Iterable, Iterator, Set

import numpy as np

from lpu_engine.compiler.instructions import Block, Instructions, expand
from lpu_engine.compiler.legal import Illegal, fail
from lpu_engine.compiler.pipeline.layout import router_layout
from lpu_engine.compiler.pipeline.pieces import Kind, Piece
from lpu_engine.compiler.pipeline.program import Instance, PipelineProgram
from lpu_engine.compiler.pipeline.verify_buffers import (
    addresses_follow,
    buffers_parked,
    words_whole,
)
from lpu_engine.compiler.pipeline.verify_cache import Cache, rows_remembered, tiles_attended
from lpu_engine.compiler.pipeline.verify_pairs import pairs_take_turns
from lpu_engine.compiler.pipeline.verify_stages import stages_are_whole
from lpu_engine.compiler.pipeline.verify_weights import weights_brought_in_once
from lpu_engine.compiler.verify import verify_blocks
from lpu_engine.compiler.verify_memory import parked_before_read
from lpu_engine.hardware.lpu import (
    FIRST_RECEIVE,
    FIRST_SEND,
    HOP_CYCLES,
    INSTALL_CYCLES,
    LINK_CYCLES,
    LINKS,
    Opcode,
)

__all__ = ["links_agree", "pairs_take_turns", "verify_pipeline"]

Run = tuple[int, list[Instance]]  # a position, and the blocks of a token or a chunk there


def verify_pipeline(program: PipelineProgram) -> None:
    """Raises Illegal with the first thing that is wrong."""
    blocks = list(program.blocks())
    verify_blocks(blocks)
    for block in blocks:
        rows = block.instructions
        parked_before_read(rows)
        pairs_take_turns(rows)
        links_agree(rows)
        _waits_are_fitted(program, block)
        words_whole(rows)
        addresses_follow(program, block)
    stages_are_whole(program)
    runs = list(_runs(program))
    _pieces_used(program, runs)
    buffers_parked(program, [instances for _, instances in runs])


def links_agree(rows: Instructions) -> None:
    """What is received was sent as many times, long enough before, and links carry one at a time.

    All chips of a group run the same block, and a stage's last what the next one's first runs.
    """
    mine = np.flatnonzero((rows["opcode"] == Opcode.SEND) | (rows["opcode"] == Opcode.RECEIVE))
    if not len(mine):
        return
    e = expand(rows[mine])
    order = np.lexsort((e.cycle, e.unit))
    row, unit, cycle = mine[e.row[order]], e.unit[order], e.cycle[order]
    is_sent = unit < FIRST_RECEIVE
    near = is_sent[1:] & (np.diff(unit) == 0) & (np.diff(cycle) < LINK_CYCLES)
    if near.any():
        fail(rows, row[1:][near.argmax()], "its link is still busy with the vector before")
    sent, received = np.bincount(unit - FIRST_SEND, minlength=2 * LINKS).reshape(2, LINKS)
    for link in np.flatnonzero(sent != received):
        raise Illegal(f"Link {link}: {sent[link]:,} vectors are sent, {received[link]:,} received.")
    early = cycle[~is_sent] < cycle[is_sent] + LINK_CYCLES + HOP_CYCLES
    if early.any():
        fail(rows, row[~is_sent][early.argmax()], "its vector has not arrived")


def _waits_are_fitted(program: PipelineProgram, block: Block) -> None:
    """Chips wait as long as was fitted, in blocks of their own."""
    rows, fitted = block.instructions, program.fitted
    waits = (rows["opcode"] == Opcode.SYNCHRONISE) | (rows["opcode"] == Opcode.CHOOSE_EXPERT)
    opcode, wanted = {
        "synchronise": (Opcode.SYNCHRONISE, fitted.synchronise),
        "choose expert": (Opcode.CHOOSE_EXPERT, fitted.expert),
    }.get(block.name, (None, 0))
    if opcode is None:
        if waits.any():
            fail(rows, waits.argmax(), "chips wait in blocks of their own")
        return
    cycles = expand(rows[rows["opcode"] == opcode]).cycle
    if not np.array_equal(cycles, np.arange(wanted)) or block.cycles != wanted or not waits.all():
        raise Illegal(
            f"{block.name}: chips wait for {len(cycles):,} of {block.cycles:,} cycles, and"
            f" {wanted:,} were fitted."
        )


def _runs(program: PipelineProgram) -> Iterator[Run]:
    """Tokens and chunks that run every block: over one tile of keys, over two, over the most."""
    last = program.window - 1
    for position in sorted({0, min(program.shard.span, last), last}):
        yield position, list(program.token(position))
        start = position // program.prompt.rows * program.prompt.rows
        yield position, list(program.chunk(start, is_last=True))


KINDS = {
    "heads": Kind.ATTENTION,
    "attention": Kind.ATTENTION,
    "output": Kind.OUTPUT,
    "router": Kind.FEED,
    "feed-forward": Kind.FEED,
    "expert": Kind.FEED,
    "head": Kind.HEAD,
}
TENSORS = {
    "heads": ("heads",),
    "attention": ("output",),
    "output": ("output",),
    "router": ("router",),
    "feed-forward": ("gates", "ups", "down"),
    "expert": ("gates", "ups", "down"),
    "head": ("head",),
}


def _kind(block: Block) -> str:
    """The first word of its name."""
    return block.name.split()[0].rstrip(",")


def _pieces_used(program: PipelineProgram, runs: Iterable[Run]) -> None:
    """Blocks fetch the tensors of their piece, where it stands, and its keys and values."""
    pieces = {(n, p.kind, p.layer): p for n, s in enumerate(program.stages) for p in s.pieces}
    kinds = {id(block): _kind(block) for block in program.blocks()}
    proven: set[tuple[int, int, int]] = set()
    for position, instances in runs:
        for instance in instances:
            kind = kinds[id(instance.block)]
            if kind not in KINDS:
                continue
            piece = pieces[instance.stage, KINDS[kind], instance.layer]
            _stands_there(program, instance, piece, kind)
            key = (id(instance.block), id(piece.layout), piece.cache_rows)
            if key not in proven:
                proven.add(key)
                _piece_brought_in(program, instance.block, piece, position)
    for block in program.blocks():
        _uses_nothing_else(block, {number for number, _, _ in proven})


def _stands_there(program: PipelineProgram, instance: Instance, piece: Piece, kind: str) -> None:
    base, rows = piece.address, piece.layout.rows
    if kind == "router":
        base, rows = base + rows * piece.experts, router_layout(program.shard).rows
    elif kind == "expert":
        rows *= piece.experts
    beyond = base + rows > piece.address + piece.rows
    has_cache = piece.kind == Kind.ATTENTION
    if beyond or instance.weights != base or (has_cache and instance.cache != piece.cache):
        raise Illegal(f"{instance.block.name}: its weights do not stand where its piece does.")


def _piece_brought_in(program: PipelineProgram, block: Block, piece: Piece, position: int) -> None:
    kind, shard = _kind(block), program.shard
    layout = router_layout(shard) if kind == "router" else piece.layout
    by_expert = layout.rows if kind == "expert" else 0
    weights_brought_in_once(block, layout, TENSORS[kind], by_expert)
    if piece.kind != Kind.ATTENTION:
        return
    tiles = piece.cache_rows // (INSTALL_CYCLES * shard.key_vectors) - 1
    each, lanes = INSTALL_CYCLES // shard.copies, program.decode.buffers.one_hot.rows
    cache = Cache(shard.key_vectors, tiles, each, lanes)
    if cache.base(shard.key_vectors) != piece.cache_rows:
        raise Illegal(f"Layer {piece.layer}: its cache does not hold whole tiles.")
    if kind == "heads":
        rows_remembered(block.instructions, cache)
    else:
        tiles_attended(block.instructions, cache, min(position // shard.span + 1, tiles))


def _uses_nothing_else(block: Block, proven: Set[int]) -> None:
    """No weights and no cache but those of a piece."""
    rows = block.instructions
    uses = (rows["opcode"] == Opcode.READ_DOUBLE) | (rows["cache"] != 0)
    if uses.any() and (id(block) not in proven or _kind(block) not in KINDS):
        fail(rows, uses.argmax(), "it fetches what belongs to no piece of its own")
    if KINDS.get(_kind(block)) != Kind.ATTENTION and rows["cache"].any():
        fail(rows, (rows["cache"] != 0).argmax(), "only attention has keys and values")
