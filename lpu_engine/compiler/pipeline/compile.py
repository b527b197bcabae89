"""An architecture on many chips becomes a Program, proven legal: shard, stages, blocks, proof."""

from lpu_engine.compiler.memory import Memory
from lpu_engine.compiler.pipeline.blocks import Blocks, marks
from lpu_engine.compiler.pipeline.buffers import allocate, chunk_rows
from lpu_engine.compiler.pipeline.operations import named_operations
from lpu_engine.compiler.pipeline.pieces import BadDeployment, Kind, cache_tiles
from lpu_engine.compiler.pipeline.program import Fitted, PipelineProgram
from lpu_engine.compiler.pipeline.shard import shard
from lpu_engine.compiler.pipeline.stages import stages_of
from lpu_engine.compiler.placement import DoesNotFit
from lpu_engine.hardware.lpu import LANES, NODE
from lpu_engine.model.architecture import Architecture


def compile_pipeline(
    architecture: Architecture,
    fitted: Fitted,
    *,
    chips: int | None = None,
    group: int = NODE,
    window: int | None = None,
    users: int = 1,
) -> PipelineProgram:
    """The Program of one sequence on `chips` chips, or on the fewest that hold it.

    Raises DoesNotFit and BadDeployment.
    """
    window = _checked(architecture, chips, group, window, users)
    share = shard(architecture, group)
    count = None if chips is None else chips // group
    stages = stages_of(share, window, users, count)
    tiles = max(cache_tiles(share, layer, window) for layer in range(architecture.layers))
    rows = chunk_rows(share, tiles)
    memory = Memory()
    most = max(sum(p.kind == Kind.ATTENTION for p in stage.pieces) for stage in stages)
    try:
        buffers = allocate(memory, share, rows, tiles, most)
        decode, prompt = (Blocks(share, buffers, memory, n) for n in (1, rows))
        program = PipelineProgram(
            architecture,
            window,
            users,
            share,
            stages,
            named_operations(architecture),
            decode,
            prompt,
            fitted,
        )
        _compile_all(program)
    except OverflowError as error:
        raise DoesNotFit(
            f"The activations for a context of {window:,} tokens do not fit beside the weights of"
            " a chip: give a shorter context, or a larger group."
        ) from error
    return program


def _compile_all(program: PipelineProgram) -> None:
    """Every block that any position of any prompt or answer needs."""
    for phase in (program.decode, program.prompt):
        pieces = (piece for stage in program.stages for piece in stage.pieces)
        for tiles, with_output in {
            (cache_tiles(program.shard, piece.layer, program.window), piece.layout.has("output"))
            for piece in pieces
            if piece.kind == Kind.ATTENTION
        }:
            for seen in marks(tiles):
                phase.attend(tiles, seen, with_output=with_output)
    for instances in (program.token(0), program.chunk(0, is_last=True)):
        for _ in instances:
            pass


def _checked(a: Architecture, chips: int | None, group: int, window: int | None, users: int) -> int:
    """The window in tokens; raises BadDeployment for what cannot be."""
    if not 0 < group <= NODE:
        raise BadDeployment(f"A group has 1 to {NODE} chips, those of one node, not {group:,}.")
    if users < 1:
        raise BadDeployment(f"There must be at least 1 user, not {users:,}.")
    if window is None:
        window = a.window
    if not 0 < window <= a.window:
        raise BadDeployment(
            f"A context of {window:,} tokens is not within the model's window: give 1 to"
            f" {a.window:,}."
        )
    if chips is not None and chips < 1:
        raise BadDeployment(f"There must be at least one group of {group} chips, not {chips:,}.")
    if chips is not None and chips % group:
        raise BadDeployment(
            f"{chips:,} chips are not whole groups of {group}: give a multiple of {group}, or"
            " another group."
        )
    if a.head_dim > LANES:
        raise DoesNotFit(
            f"head_dim {a.head_dim} is more than the {LANES} lanes of a vector:"
            " choose a model with smaller heads."
        )
    if a.experts > LANES:
        raise DoesNotFit(f"{a.experts} experts are more than the {LANES} lanes of a vector.")
    return window
