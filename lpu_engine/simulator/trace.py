"""A Program's token → who is busy when, in Chrome's trace event format.

An instruction is one event, whatever its repetitions.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from lpu_engine.compiler.graph import Kind, Operation
from lpu_engine.compiler.instructions import shifted
from lpu_engine.compiler.program import Instance, Program
from lpu_engine.hardware.lpu import CLOCK_HZ, DRAIN_CYCLES, LANES, UNITS, Opcode
from lpu_engine.simulator.trace_events import BLOCKS, Event, Free, chip_names, event, unit_thread

CHIP = 1  # the process
LAST, BY_TILE = "head", ("scores", "weigh", "mix")  # blocks of no layer, and of 320 positions


def trace(program: Program, position: int) -> dict[str, Any]:
    """One decoded token at a position; `json.dump` it and open it in a trace viewer."""
    events = [*_block_events(program, position), *_instruction_events(program, position)]
    title = f"LPU chip, {program.architecture.name}"
    return {
        "traceEvents": [*chip_names(CHIP, title, events), *events],
        "displayTimeUnit": "ns",
        "otherData": {
            "model": program.architecture.name,
            "position": position,
            "clock_hz": CLOCK_HZ,
            "cycles": program.token_cycles(position),
        },
    }


def _block_events(program: Program, position: int) -> Iterator[Event]:
    start = 0
    for instance in program.token(position):
        block = instance.block
        args = {**_layer(instance), "instructions": len(block.instructions)}
        yield event(CHIP, BLOCKS, _block_name(program, instance), start, block.cycles, args)
        start += block.cycles
    yield event(CHIP, BLOCKS, "to the last superlane", start, DRAIN_CYCLES, {})


def _block_name(program: Program, instance: Instance) -> str:
    """layer 3 mix, positions 0-319; what is not of a layer is named alone."""
    name = instance.block.name
    if name == LAST:
        return name
    first = instance.tile * LANES
    last = min(first + LANES, program.architecture.window) - 1
    where = f", positions {first}-{last}" if name in BY_TILE else ""
    return f"layer {instance.layer} {name}{where}"


def _layer(instance: Instance) -> dict[str, int]:
    return {} if instance.block.name == LAST else {"layer": instance.layer}


def _instruction_events(program: Program, position: int) -> list[Event]:
    """An event for each instruction of each block, whatever its repetitions, in order of time."""
    events: list[Event] = []
    start = 0
    free: Free = [[] for _ in range(UNITS)]
    for instance in program.token(position):
        events += _instance_events(program, instance, start, free)
        start += instance.block.cycles
    return sorted(events, key=lambda event: (event["tid"], event["args"]["cycle"]))


def _instance_events(
    program: Program, instance: Instance, start: int, free: Free
) -> Iterator[Event]:
    word = instance.layer // program.placement.cache_layers
    rows = shifted(instance.block.instructions, word)
    spans = 1 + ((rows["counts"].astype(np.int64) - 1) * rows["intervals"]).sum(axis=1)
    for row in np.argsort(rows["cycle"], kind="stable").tolist():
        instruction = rows[row]
        unit, first = int(instruction["unit"]), start + int(instruction["cycle"])
        thread = unit_thread(unit, first, first + int(spans[row]), free)
        index = operation_index(program, int(instruction["operation"]), instance.layer)
        operation = program.operations[index]
        opcode = Opcode(int(instruction["opcode"]))
        args = {"operation": index, **_layer(instance), "block": instance.block.name}
        args["count"] = int(instruction["counts"].prod())
        yield event(
            CHIP, thread, f"{opcode.name} {_served(operation)}", first, int(spans[row]), args
        )


def operation_index(program: Program, in_layer_0: int, layer: int) -> int:
    """Instructions name operations as in layer 0; this is the one of their layer."""
    layers = program.architecture.layers
    last = [operation.layer for operation in program.operations].count(layers - 1)
    return in_layer_0 + layer * (last if layers > 1 else 0)


def _served(operation: Operation) -> str:
    """The tensor of a matrix, else what is done."""
    if operation.kind == Kind.MATRIX:
        return operation.tensor
    return operation.kind.name.lower()
