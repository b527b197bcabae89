"""A pipeline's token → which stage is at work when, and every unit of the first layer's chips.

In Chrome's trace event format. A thread a stage shows blocks, hops and what was fitted; the chips
of a group do the same on their own shares, so one of them stands for all.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lpu_engine.compiler.pipeline.pieces import Kind
from lpu_engine.compiler.pipeline.program import Instance, PipelineProgram
from lpu_engine.hardware.lpu import CLOCK_HZ, DRAIN_CYCLES, UNITS, Opcode
from lpu_engine.simulator.trace_events import (
    BLOCKS,
    Event,
    Free,
    chip_names,
    event,
    process_names,
    unit_thread,
)

PIPELINE, FIRST_CHIP = 1, 2  # processes: the stages, then a chip of each stage that is shown whole
FITTED = (Opcode.SYNCHRONISE, Opcode.CHOOSE_EXPERT)

Started = tuple[int, Instance]  # the cycle in which a block starts


def pipeline_trace(program: PipelineProgram, position: int) -> dict[str, Any]:
    """One decoded token at a position; `json.dump` it and open it in a trace viewer."""
    started = list(_started(program, position))
    shown = [at for at in started if at[1].layer == 0 and at[1].stage <= _shown(program)]
    stages = [*_stage_events(program, started)]
    chips = _chip_events(program, shown)
    return {
        "traceEvents": [*_names(program, chips), *stages, *chips],
        "displayTimeUnit": "ns",
        "otherData": {
            "model": program.architecture.name,
            "position": position,
            "clock_hz": CLOCK_HZ,
            "cycles": program.token_cycles(position),
            "fitted_cycles": {
                "synchronise": program.fitted.synchronise,
                "choose expert": program.fitted.expert,
            },
        },
    }


def _started(program: PipelineProgram, position: int) -> Iterator[Started]:
    start = 0
    for instance in program.token(position):
        yield start, instance
        start += instance.block.cycles


def _shown(program: PipelineProgram) -> int:
    """The last stage that has a part of the first layer."""
    return max(
        number
        for number, stage in enumerate(program.stages)
        if any(piece.layer == 0 and piece.kind != Kind.HEAD for piece in stage.pieces)
    )


def _names(program: PipelineProgram, chips: list[Event]) -> Iterator[Event]:
    group, name = program.shard.group, program.architecture.name
    title = f"{name}: {len(program.stages):,} stages, {program.chips:,} LPU chips"
    stages = {
        BLOCKS + number: f"stage {number}: chips {number * group} to {(number + 1) * group - 1}"
        for number in range(len(program.stages))
    }
    yield from process_names(PIPELINE, title, stages)
    for number in range(_shown(program) + 1):
        title = f"layer 0 on a chip of stage {number} (its {group} are alike)"
        yield from chip_names(FIRST_CHIP + number, title, chips)


def _stage_events(program: PipelineProgram, started: list[Started]) -> Iterator[Event]:
    for start, instance in started:
        yield _block_event(PIPELINE, BLOCKS + instance.stage, start, instance)
    end, last = started[-1]
    name, thread = "to the last superlane", BLOCKS + len(program.stages) - 1
    yield event(PIPELINE, thread, name, end + last.block.cycles, DRAIN_CYCLES, {})


def _block_event(process: int, thread: int, start: int, instance: Instance) -> Event:
    """layer 3 heads; a block that waits for what was fitted says so."""
    block = instance.block
    rows = block.instructions
    is_fitted = int(rows["opcode"][0]) in FITTED
    args = {"layer": instance.layer, "instructions": len(rows), "fitted": is_fitted}
    name = f"layer {instance.layer} {block.name}" + " (fitted)" * is_fitted
    return event(process, thread, name, start, block.cycles, args)


def _chip_events(program: PipelineProgram, shown: list[Started]) -> list[Event]:
    """Blocks and instructions of the first layer, by thread and in order of time."""
    free: dict[int, Free] = {}
    events: list[Event] = []
    operations = list(program.operations)
    for start, instance in shown:
        process = FIRST_CHIP + instance.stage
        mine = free.setdefault(process, [[] for _ in range(UNITS)])
        events.append(_block_event(process, BLOCKS, start, instance))
        events += _instruction_events(process, start, instance, operations, mine)
    return sorted(events, key=lambda event: (event["pid"], event["tid"], event["args"]["cycle"]))


def _instruction_events(
    process: int,
    start: int,
    instance: Instance,
    operations: list[str],
    free: Free,
) -> Iterator[Event]:
    rows = instance.block.instructions
    spans = 1 + ((rows["counts"].astype(np.int64) - 1) * rows["intervals"]).sum(axis=1)
    for row in np.argsort(rows["cycle"], kind="stable").tolist():
        instruction = rows[row]
        unit, first = int(instruction["unit"]), start + int(instruction["cycle"])
        thread = unit_thread(unit, first, first + int(spans[row]), free)
        served = operations[int(instruction["operation"])]
        opcode = Opcode(int(instruction["opcode"]))
        args: Mapping[str, object] = {
            "operation": served,
            "layer": instance.layer,
            "block": instance.block.name,
            "count": int(instruction["counts"].prod()),
            "fitted": opcode in FITTED,
        }
        yield event(process, thread, f"{opcode.name} {served}", first, int(spans[row]), args)
