"""The command `compile`: a shape → its Program, as a summary, a listing, JSON or a trace.

Nothing here runs a model, so nothing here loads numba.
"""

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lpu_engine.catalog import PREVIEW_PROMPT_TOKENS
from lpu_engine.commands.arguments import CommandError
from lpu_engine.commands.chosen_program import chosen_shape, proven_program, with_window
from lpu_engine.commands.compiled_account import account
from lpu_engine.compiler.listing import facts, listing
from lpu_engine.compiler.pipeline.facts import block_tables, stage_table
from lpu_engine.compiler.pipeline.facts import facts as pipeline_facts
from lpu_engine.compiler.pipeline.listing import pipeline_listing
from lpu_engine.compiler.pipeline.program import PipelineProgram
from lpu_engine.compiler.tables import counted
from lpu_engine.deployment import AnyProgram
from lpu_engine.simulator.pipeline_trace import pipeline_trace
from lpu_engine.simulator.trace import trace

MOST_STAGES, SHOWN_STAGES = 16, 6  # of a summary: all of them, or the first and the last


def compile_text(chosen: Namespace) -> str:
    """Runs `compile`: the text that it prints. Raises CommandError."""
    shape = chosen_shape(chosen)
    if chosen.context is not None:
        shape = with_window(shape, "--context", chosen.context)
    program = proven_program(shape)
    position = min(PREVIEW_PROMPT_TOKENS, program.window - 1)
    if chosen.context is not None:
        position = chosen.context - 1
    written = None if chosen.trace is None else _write_trace(program, position, chosen.trace)
    if chosen.listing:
        return _listing(program)
    if chosen.json:
        told = {"model": shape.name, **account(program), "trace": written}
        return json.dumps(told, ensure_ascii=False, allow_nan=False) + "\n"
    return "\n".join(_summary(shape.name, program, written)) + "\n"


def _listing(program: AnyProgram) -> str:
    if isinstance(program, PipelineProgram):
        return pipeline_listing(program)
    return listing(program)


def _trace(program: AnyProgram, position: int) -> dict[str, Any]:
    if isinstance(program, PipelineProgram):
        return pipeline_trace(program, position)
    return trace(program, position)


def _write_trace(program: AnyProgram, position: int, path: Path) -> dict[str, object]:
    """Writes the trace of one token; what was written."""
    events = _trace(program, position)
    try:
        path.write_text(json.dumps(events, separators=(",", ":")), encoding="utf-8")
    except OSError as error:
        raise CommandError(
            f"--trace {path} cannot be written ({error.strerror}): give a file in"
            " a folder that exists."
        ) from None
    return {"file": str(path), "position": position, "events": len(events["traceEvents"])}


def _summary(name: str, program: AnyProgram, written: dict[str, object] | None) -> Iterator[str]:
    yield f"{name}: compiled for {counted(program.chips, 'LPU chip')} and proven legal"
    if isinstance(program, PipelineProgram):
        yield pipeline_facts(program)
        yield ""
        yield from block_tables(program)
        yield from _few(list(stage_table(program)))
    else:
        yield facts(program)
    if written is not None:
        yield ""
        yield (
            f"{written['file']}: {written['events']:,} events of the token at position"
            f" {written['position']:,}; open it at ui.perfetto.dev or chrome://tracing"
        )


def _few(table: list[str]) -> Iterator[str]:
    """A table of stages, cut in its middle where it is long."""
    left_out = len(table) - 1 - 2 * SHOWN_STAGES
    if len(table) <= MOST_STAGES:
        yield from table
        return
    yield from table[: SHOWN_STAGES + 1]
    yield f"…      {left_out:,} more: --listing tells all"
    yield from table[-SHOWN_STAGES:]
