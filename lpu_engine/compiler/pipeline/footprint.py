"""A pipeline's Program → what it takes of a chip's SRAM, and which buffer an address is in."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from lpu_engine.compiler.footprint import Region, is_inner
from lpu_engine.compiler.legal import MEMORY, reach
from lpu_engine.compiler.memory import Buffer
from lpu_engine.compiler.pipeline.buffers import Buffers
from lpu_engine.compiler.pipeline.layout import router_layout
from lpu_engine.compiler.pipeline.pieces import BANK_BYTES, Kind, Piece
from lpu_engine.compiler.pipeline.program import PipelineProgram
from lpu_engine.hardware.lpu import LANES


@dataclass(frozen=True, slots=True)
class Placed:
    """Weights on all chips, a byte each; `padding` are places of tiles that only fill them.

    So are further copies: of keys where a group has more chips than heads of keys, of routers.
    """

    weights: int
    padding: int


@dataclass(frozen=True, slots=True)
class ChipBytes:
    """SRAM of one chip: of the fullest stage, and of what all chips have alike."""

    weights_bytes: int
    cache_bytes: int  # of all users that were asked for
    buffers_bytes: int  # activations and constants


def placed(program: PipelineProgram) -> Placed:
    """The weights of all matrices, and the places that their tiles have besides."""
    a, group = program.architecture, program.shard.group
    head = a.vocabulary * a.width
    matrices = a.width * a.head_dim * 2 * (a.heads + a.kv_heads) + a.experts * a.width
    matrices += program.shard.experts * 3 * a.width * a.feed_forward
    weights = head + a.layers * matrices
    tiles = sum(_tiles(program, piece) for stage in program.stages for piece in stage.pieces)
    return Placed(weights, tiles * LANES * LANES * group - weights)


def _tiles(program: PipelineProgram, piece: Piece) -> int:
    """Tiles of one chip."""
    own = sum(tensor.tiles for tensor in piece.layout.tensors)
    if piece.kind != Kind.FEED:
        return own
    has_router = program.architecture.experts > 0 and piece.is_first
    router = sum(tensor.tiles for tensor in router_layout(program.shard).tensors)
    return own * piece.experts + router * has_router


def chip_bytes(program: PipelineProgram) -> ChipBytes:
    """What the chips of the fullest stage hold."""
    fullest = max(program.stages, key=lambda s: s.weight_rows + program.users * s.cache_rows)
    return ChipBytes(
        fullest.weight_rows * BANK_BYTES,
        program.users * fullest.cache_rows * BANK_BYTES,
        sum(_ends(program).values()) * LANES,
    )


def regions(program: PipelineProgram) -> tuple[Region, ...]:
    """The buffers that blocks and host share; a block's own stand above them."""
    return tuple(
        Region(name, buffer.word.units(), buffer.base, buffer.end)
        for name, buffer in _buffers(program.decode.buffers)
        if buffer.end > buffer.base
    )


def _buffers(buffers: Buffers) -> Iterator[tuple[str, Buffer]]:
    for field in fields(Buffers):
        found = getattr(buffers, field.name)
        several = (found,) if isinstance(found, Buffer) else found.values()
        yield from ((field.name, buffer) for buffer in several)


def _ends(program: PipelineProgram) -> dict[int, int]:
    """Addresses that each inner slice uses, from 0 on."""
    ends: dict[int, int] = {}
    for region in regions(program):
        ends |= {unit: max(ends.get(unit, 0), region.end) for unit in region.units}
    for block in program.blocks():
        rows = block.instructions
        mine = MEMORY[rows["opcode"]]
        _, last = reach(rows)
        for unit, end in zip(rows["unit"][mine].tolist(), last[mine].tolist(), strict=True):
            if is_inner(unit):
                ends[unit] = max(ends.get(unit, 0), end + 1)
    return ends
