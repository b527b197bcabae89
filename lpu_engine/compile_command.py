"""The command `compile`: a shape → its Program, as a summary, a listing, JSON or a trace.

Nothing here runs a model, so nothing here loads numba.
"""

import json
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from lpu_engine.catalog import PREVIEW_PROMPT_TOKENS
from lpu_engine.chosen_program import chosen_shape, proven_program, with_window
from lpu_engine.command_line import CommandError
from lpu_engine.compiler.footprint import footprint
from lpu_engine.compiler.listing import facts, listing, prompt_marks, token_marks
from lpu_engine.compiler.program import Phase, Program
from lpu_engine.hardware.lpu import CLOCK_HZ, SRAM_BYTES
from lpu_engine.simulator.trace import trace


def compile_text(chosen: Namespace) -> str:
    """Runs `compile`: the text that it prints. Raises CommandError."""
    shape = chosen_shape(chosen)
    position = min(PREVIEW_PROMPT_TOKENS, shape.architecture.window - 1)
    if chosen.context is not None:
        shape, position = with_window(shape, "--context", chosen.context), chosen.context - 1
    program = proven_program(shape)
    written = None if chosen.trace is None else _write_trace(program, position, chosen.trace)
    if chosen.listing:
        return listing(program)
    if chosen.json:
        account = _account(shape.name, program, written)
        return json.dumps(account, ensure_ascii=False, allow_nan=False) + "\n"
    return "\n".join(_summary(shape.name, program, written)) + "\n"


def _write_trace(program: Program, position: int, path: Path) -> dict[str, object]:
    """Writes the trace of one token; what was written."""
    events = trace(program, position)
    try:
        path.write_text(json.dumps(events, separators=(",", ":")), encoding="utf-8")
    except OSError as error:
        raise CommandError(
            f"--trace {path} cannot be written ({error.strerror}): give a file in"
            " a folder that exists."
        ) from None
    return {"file": str(path), "position": position, "events": len(events["traceEvents"])}


def _account(name: str, program: Program, written: dict[str, object] | None) -> dict[str, object]:
    """What --json prints."""
    used = footprint(program)
    return {
        "model": name,
        "verified": True,
        "chips": program.chips,
        "clock_hz": CLOCK_HZ,
        "shape": asdict(program.architecture),
        "operations": len(program.operations),
        "weights": program.placement.weights,
        "padding": program.placement.padding,
        "sram": {**asdict(used), "used_bytes": used.total_bytes, "bytes": SRAM_BYTES},
        "prompt_rows": program.prompt.rows,
        "token_cycles": {str(at): program.token_cycles(at) for at in token_marks(program)},
        "prompt_cycles": {str(n): program.prompt_cycles(n) for n in prompt_marks(program)},
        "blocks": {"decode": _blocks(program.decode), "prompt": _blocks(program.prompt)},
        "fitted": [],
        "trace": written,
    }


def _blocks(phase: Phase) -> dict[str, object]:
    return {
        name: {"cycles": block.cycles, "instructions": len(block.instructions)}
        for name, block in phase.blocks.items()
    }


def _summary(name: str, program: Program, written: dict[str, object] | None) -> Iterator[str]:
    chips = f"{program.chips:,} LPU chip{'s' * (program.chips != 1)}"
    yield f"{name}: compiled for {chips} and proven legal"
    yield facts(program)
    if written is not None:
        yield ""
        yield (
            f"{written['file']}: {written['events']:,} events of the token at position"
            f" {written['position']:,}; open it at ui.perfetto.dev or chrome://tracing"
        )
