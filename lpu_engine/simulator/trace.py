"""A Program's token → who is busy when, in Chrome's trace event format.

A unit may start two instructions in turns, cycle by cycle. Viewers drop or misplace events that
overlap on one thread, so a row that would overlap another goes to a further thread of its unit.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lpu_engine.compiler.graph import Kind, Operation
from lpu_engine.compiler.instructions import shifted
from lpu_engine.compiler.program import Instance, Program
from lpu_engine.hardware.lpu import (
    CLOCK_HZ,
    DRAIN_CYCLES,
    LANES,
    PLACES,
    UNIT_NAMES,
    UNITS,
    Opcode,
)

Event = dict[str, Any]

CHIP, BLOCKS = 1, 1  # the process, and its first thread
APART = 1_000  # numbers from a unit's first thread to the next unit's
NS = 10**9
LAST, BY_TILE = "head", ("scores", "weigh", "mix")  # blocks of no layer, and of 320 positions
BY_PLACE = sorted(range(UNITS), key=lambda unit: (PLACES[unit], unit))  # west to east
ORDER = {unit: order for order, unit in enumerate(BY_PLACE)}

Free = list[list[int]]  # for each unit and thread of it, the cycle from which it is free


def trace(program: Program, position: int) -> dict[str, Any]:
    """One decoded token at a position; `json.dump` it and open it in a trace viewer."""
    events = [*_block_events(program, position), *_instruction_events(program, position)]
    threads = {event["tid"] for event in events}
    return {
        "traceEvents": [*_names(program, threads), *events],
        "displayTimeUnit": "ns",
        "otherData": {
            "model": program.architecture.name,
            "position": position,
            "clock_hz": CLOCK_HZ,
            "cycles": program.token_cycles(position),
        },
    }


def _names(program: Program, threads: set[int]) -> Iterator[Event]:
    """The process and its threads by name, from the chip's west to its east."""
    title = f"LPU chip, {program.architecture.name}"
    yield {"ph": "M", "pid": CHIP, "name": "process_name", "args": {"name": title}}
    for thread in sorted(threads):
        about = {"ph": "M", "pid": CHIP, "tid": thread}
        yield about | {"name": "thread_name", "args": {"name": _thread_name(thread)}}
        yield about | {"name": "thread_sort_index", "args": {"sort_index": thread}}


def _thread_name(thread: int) -> str:
    if thread == BLOCKS:
        return "blocks"
    order, further = divmod(thread - BLOCKS - 1, APART)
    return UNIT_NAMES[BY_PLACE[order]] + (f" · {further + 1}" if further else "")


def _block_events(program: Program, position: int) -> Iterator[Event]:
    start = 0
    for instance in program.token(position):
        block = instance.block
        args = {**_layer(instance), "instructions": len(block.instructions)}
        yield _event(BLOCKS, _block_name(program, instance), start, block.cycles, args)
        start += block.cycles
    yield _event(BLOCKS, "to the last superlane", start, DRAIN_CYCLES, {})


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
        thread = _thread(unit, first, first + int(spans[row]), free)
        index = operation_index(program, int(instruction["operation"]), instance.layer)
        operation = program.operations[index]
        opcode = Opcode(int(instruction["opcode"]))
        args = {"operation": index, **_layer(instance), "block": instance.block.name}
        args["count"] = int(instruction["counts"].prod())
        yield _event(thread, f"{opcode.name} {_served(operation)}", first, int(spans[row]), args)


def _thread(unit: int, start: int, end: int, free: Free) -> int:
    """The first thread of a unit that is free at a cycle; it is taken until `end`."""
    threads = free[unit]
    further = next((i for i, cycle in enumerate(threads) if cycle <= start), len(threads))
    threads[further : further + 1] = [end]
    return BLOCKS + 1 + ORDER[unit] * APART + further


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


def _event(thread: int, name: str, start: int, cycles: int, args: Mapping[str, object]) -> Event:
    first, last = _ns(start), _ns(start + cycles)
    return {
        "ph": "X",
        "pid": CHIP,
        "tid": thread,
        "name": name,
        "ts": _microseconds(first),
        "dur": _microseconds(last - first),
        "args": {"cycle": start, "cycles": cycles, **args},
    }


def _ns(cycle: int) -> int:
    """Whole nanoseconds, as viewers keep time: neighbours then still meet without overlapping."""
    return cycle * NS // CLOCK_HZ


def _microseconds(ns: int) -> float:
    """As a viewer that multiplies by 1,000 and cuts gets the same nanoseconds back."""
    microseconds = ns / 1000
    return microseconds if int(microseconds * 1000) == ns else (ns + 0.1) / 1000
