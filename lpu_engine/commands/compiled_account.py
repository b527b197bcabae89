"""A proven Program → all that `compile --json` tells of it."""

from collections.abc import Iterable
from dataclasses import asdict

from lpu_engine.catalog import fitted_constants
from lpu_engine.compiler.footprint import footprint
from lpu_engine.compiler.instructions import Block
from lpu_engine.compiler.listing import prompt_marks, token_marks
from lpu_engine.compiler.pipeline import facts
from lpu_engine.compiler.pipeline.footprint import chip_bytes, placed
from lpu_engine.compiler.pipeline.pieces import BANK_BYTES, Stage
from lpu_engine.compiler.pipeline.program import PipelineProgram
from lpu_engine.compiler.program import Program
from lpu_engine.deployment import AnyProgram
from lpu_engine.hardware.lpu import CLOCK_HZ, SRAM_BYTES

Account = dict[str, object]


def account(program: AnyProgram) -> Account:
    """What is known of a Program, but for its instructions."""
    return _of_stages(program) if isinstance(program, PipelineProgram) else _of_chip(program)


def _of_chip(program: Program) -> Account:
    used = footprint(program)
    return {
        **_common(program),
        "operations": len(program.operations),
        "weights": program.placement.weights,
        "padding": program.placement.padding,
        "sram": {**asdict(used), "used_bytes": used.total_bytes, "bytes": SRAM_BYTES},
        "token_cycles": {str(at): program.token_cycles(at) for at in token_marks(program)},
        "prompt_cycles": {str(n): program.prompt_cycles(n) for n in prompt_marks(program)},
        "blocks": {
            "decode": _blocks(program.decode.blocks.values()),
            "prompt": _blocks(program.prompt.blocks.values()),
        },
    }


def _of_stages(program: PipelineProgram) -> Account:
    used = chip_bytes(program)
    total = used.weights_bytes + used.cache_bytes + used.buffers_bytes
    marks = facts.token_marks(program)
    return {
        **_common(program),
        "group": program.shard.group,
        "window": program.window,
        "users": program.users,
        "most_users": program.most_users,
        "operations": len(program.operations),
        **asdict(placed(program)),
        "sram": {**asdict(used), "used_bytes": total, "bytes": SRAM_BYTES},
        "token_cycles": {str(at): program.token_cycles(at) for at in marks},
        "fitted_cycles": {str(at): facts.fitted_cycles(program, at) for at in marks},
        "prompt_cycles": {str(n): program.prompt_cycles(n) for n in facts.prompt_marks(program)},
        "blocks": {
            "decode": _blocks(facts.decode_blocks(program)),
            "prompt": _blocks(facts.prompt_blocks(program)),
        },
        "stages": [_stage(program, number, stage) for number, stage in enumerate(program.stages)],
    }


def _common(program: AnyProgram) -> Account:
    return {
        "verified": True,
        "chips": program.chips,
        "clock_hz": CLOCK_HZ,
        "shape": asdict(program.architecture),
        "prompt_rows": program.prompt.rows,
        "fitted": list(fitted_constants(program)),
    }


def _stage(program: PipelineProgram, number: int, stage: Stage) -> Account:
    """One group of chips; bytes of one of them, the cache of one user."""
    return {
        "holds": facts.pieces(program, stage),
        "cycles": int(program.decode_times.at(1)[number]),
        "weights_bytes": stage.weight_rows * BANK_BYTES,
        "cache_bytes": stage.cache_rows * BANK_BYTES,
        "most_users": stage.users,
    }


def _blocks(blocks: Iterable[Block]) -> Account:
    return {
        block.name: {"cycles": block.cycles, "instructions": len(block.instructions)}
        for block in blocks
    }
