import json
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from lpu_engine.compiler.compile import compile_program
from lpu_engine.compiler.graph import Kind
from lpu_engine.compiler.program import Program
from lpu_engine.hardware.lpu import CLOCK_HZ, DRAIN_CYCLES, PLACES, UNIT_NAMES, Opcode
from lpu_engine.model.architecture import read_architecture
from lpu_engine.simulator.trace import trace
from tests.golden.listings import GROUPED

PEBBLE = Path(__file__).parents[2] / "lpu_engine" / "models" / "pebble"
POSITION = 330  # in the second tile of positions
NS = 1000

Event = dict[str, Any]


@pytest.fixture(scope="module")
def program() -> Program:
    return compile_program(GROUPED)


@pytest.fixture(scope="module")
def traced(program: Program) -> dict[str, Any]:
    """As a viewer reads it."""
    read: dict[str, Any] = json.loads(json.dumps(trace(program, POSITION)))
    return read


@pytest.fixture(scope="module")
def threads(traced: dict[str, Any]) -> dict[str, list[Event]]:
    """The complete events by the name of their thread, in the order of the file."""
    names = {
        e["tid"]: e["args"]["name"] for e in traced["traceEvents"] if e["name"] == "thread_name"
    }
    found: dict[str, list[Event]] = defaultdict(list)
    for event in traced["traceEvents"]:
        if event["ph"] == "X":
            found[names[event["tid"]]].append(event)
    return found


def test_every_event_has_the_fields_of_the_format(traced: dict[str, Any]) -> None:
    assert traced["displayTimeUnit"] == "ns"
    for event in traced["traceEvents"]:
        assert event["ph"] in ("X", "M")
        assert isinstance(event["pid"], int)
        assert event["name"]
        assert isinstance(event["args"], dict)
        if event["ph"] == "X":
            assert isinstance(event["tid"], int)
            assert event["ts"] >= 0
            assert event["dur"] > 0


def test_events_of_a_thread_are_in_order_and_never_overlap(
    threads: dict[str, list[Event]],
) -> None:
    for name, events in threads.items():
        for before, after in pairwise(events):
            end = before["args"]["cycle"] + before["args"]["cycles"]
            assert end <= after["args"]["cycle"], name


def test_nor_do_they_overlap_for_a_viewer_that_cuts_to_nanoseconds(
    threads: dict[str, list[Event]],
) -> None:
    for name, events in threads.items():
        for before, after in pairwise(events):
            end = int(before["ts"] * NS) + int(before["dur"] * NS)
            assert end <= int(after["ts"] * NS), name
        assert all(int(event["dur"] * NS) >= 1 for event in events)


def test_microseconds_are_those_of_900_mhz(threads: dict[str, list[Event]]) -> None:
    for events in threads.values():
        for event in events:
            exact = event["args"]["cycle"] / CLOCK_HZ * 1e6
            assert exact - 0.001 <= event["ts"] <= exact + 0.0002


def test_every_instruction_of_every_block_is_one_event(
    program: Program, threads: dict[str, list[Event]]
) -> None:
    expected = sum(len(i.block.instructions) for i in program.token(POSITION))
    assert sum(map(len, threads.values())) - len(threads["blocks"]) == expected


def test_the_blocks_fill_the_token_to_its_last_cycle(
    program: Program, threads: dict[str, list[Event]]
) -> None:
    events = threads["blocks"]
    names = [event["name"] for event in events]
    assert names[:3] == [
        "layer 0 before",
        "layer 0 scores, positions 0-319",
        "layer 0 scores, positions 320-639",
    ]
    assert names[-2:] == ["head", "to the last superlane"]
    assert events[0]["args"]["cycle"] == 0
    for before, after in pairwise(events):
        assert before["args"]["cycle"] + before["args"]["cycles"] == after["args"]["cycle"]
    last = events[-1]["args"]
    assert last["cycles"] == DRAIN_CYCLES
    assert last["cycle"] + last["cycles"] == program.token_cycles(POSITION)


def test_threads_bear_the_units_names_from_west_to_east(traced: dict[str, Any]) -> None:
    about = [event for event in traced["traceEvents"] if event["ph"] == "M"]
    names = {e["tid"]: e["args"]["name"] for e in about if e["name"] == "thread_name"}
    order = {e["tid"]: e["args"]["sort_index"] for e in about if e["name"] == "thread_sort_index"}
    assert set(names) == set(order)
    listed = [names[thread] for thread in sorted(names, key=order.__getitem__)]
    assert listed[0] == "blocks"
    units = [name.partition(" · ")[0] for name in listed[1:]]
    places = [PLACES[UNIT_NAMES.index(unit)] for unit in units]
    assert places == sorted(places)
    assert units[0].startswith("matrix 0")
    assert units[-1].startswith("matrix 3")


def test_an_event_tells_what_it_serves(program: Program, threads: dict[str, list[Event]]) -> None:
    layers = set()
    for name, events in threads.items():
        for event in events if name != "blocks" else ():
            opcode, _, served = event["name"].partition(" ")
            args = event["args"]
            operation = program.operations[args["operation"]]
            assert opcode in Opcode.__members__
            is_matrix = operation.kind == Kind.MATRIX
            assert served == (operation.tensor if is_matrix else operation.kind.name.lower())
            assert args["block"] in program.decode.blocks
            assert 1 <= args["count"] <= args["cycles"]
            if "layer" in args:
                assert operation.layer == args["layer"]
                layers.add(args["layer"])
    assert layers == {0, 1, 2}


def test_a_token_of_pebble_is_a_few_megabytes() -> None:
    program = compile_program(read_architecture(PEBBLE))
    text = json.dumps(trace(program, program.architecture.window - 1))
    assert len(text) < 5_000_000
