"""Proof that stages hold the whole model once, in order, and each piece where no other stands."""

from collections.abc import Iterator

from lpu_engine.compiler.legal import Illegal
from lpu_engine.compiler.pipeline.pieces import ADDRESSES, Kind, Piece, Stage, feed_units
from lpu_engine.compiler.pipeline.program import PipelineProgram


def stages_are_whole(program: PipelineProgram) -> None:
    """Raises Illegal."""
    for stage in program.stages:
        _pieces_apart(program, stage)
    pieces = (piece for stage in program.stages for piece in stage.pieces)
    layers = program.architecture.layers
    for layer in range(layers):
        attention = _next(pieces, Kind.ATTENTION, layer)
        if not attention.layout.has("output"):
            _next(pieces, Kind.OUTPUT, layer)
        _parts(pieces, Kind.FEED, layer, feed_units(program.shard))
    _parts(pieces, Kind.HEAD, layers - 1, program.shard.vocabulary)
    if next(pieces, None) is not None:
        raise Illegal("A piece stands behind the last of the logits.")


def _next(pieces: Iterator[Piece], kind: Kind, layer: int) -> Piece:
    piece = next(pieces, None)
    if piece is None or (piece.kind, piece.layer) != (kind, layer):
        raise Illegal(f"Layer {layer}: its {kind} is not where the model has it.")
    return piece


def _parts(pieces: Iterator[Piece], kind: Kind, layer: int, whole: int) -> None:
    """Parts of a feed-forward, or of the logits, that add up to all vectors, or all experts."""
    done = 0
    while done < whole:
        piece = _next(pieces, kind, layer)
        before, done = done, done + piece.units
        if kind == Kind.FEED and (piece.is_first, piece.is_last) != (before == 0, done == whole):
            raise Illegal(f"Layer {layer}: a part of its feed-forward is out of place.")
        if piece.is_dealt and piece.first_expert != before:
            raise Illegal(f"Layer {layer}: its experts from {before} on are out of place.")
    if done > whole:
        raise Illegal(f"Layer {layer}: its {kind} has {done:,} parts, not {whole:,}.")


def _pieces_apart(program: PipelineProgram, stage: Stage) -> None:
    """Weights, then the caches of all users, one after the other, within the slices."""
    address, cache = 0, stage.weight_rows
    for piece in stage.pieces:
        if piece.layout.rows > piece.rows:
            raise Illegal(f"Layer {piece.layer}, {piece.kind}: its tensors reach beyond its rows.")
        if piece.address != address or (piece.cache_rows and piece.cache != cache):
            raise Illegal(
                f"Layer {piece.layer}, {piece.kind}: its weights or its cache do not follow"
                " those before."
            )
        address, cache = address + piece.rows, cache + piece.cache_rows
    if address != stage.weight_rows or cache != stage.weight_rows + stage.cache_rows:
        raise Illegal(f"A stage's pieces end at addresses {address:,} and {cache:,}, not its own.")
    end = stage.weight_rows + program.users * stage.cache_rows
    if end > ADDRESSES:
        raise Illegal(f"A stage's weights and caches reach address {end:,} of {ADDRESSES:,}.")
