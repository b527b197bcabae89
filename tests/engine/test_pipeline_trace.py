import json
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import pytest
from commands import WITH_EXPERTS

from lpu_engine.compiler.pipeline.compile import compile_pipeline
from lpu_engine.compiler.pipeline.program import Fitted, PipelineProgram
from lpu_engine.deployment import Deployment, program_for
from lpu_engine.hardware.lpu import DRAIN_CYCLES, Opcode
from lpu_engine.model.architecture import architecture_from_config
from lpu_engine.simulator.pipeline_trace import pipeline_trace

POSITION = 330
FITTED = Fitted(700, 300)
NS = 1000

Event = dict[str, Any]
Threads = dict[tuple[int, str], list[Event]]


@pytest.fixture(scope="module")
def program() -> PipelineProgram:
    return compile_pipeline(architecture_from_config(WITH_EXPERTS), FITTED, chips=24)


@pytest.fixture(scope="module")
def traced(program: PipelineProgram) -> dict[str, Any]:
    """As a viewer reads it."""
    read: dict[str, Any] = json.loads(json.dumps(pipeline_trace(program, POSITION)))
    return read


@pytest.fixture(scope="module")
def threads(traced: dict[str, Any]) -> Threads:
    """The complete events by process and name of their thread, in the order of the file."""
    names = {
        (e["pid"], e["tid"]): e["args"]["name"]
        for e in traced["traceEvents"]
        if e["name"] == "thread_name"
    }
    found: Threads = defaultdict(list)
    for event in traced["traceEvents"]:
        if event["ph"] == "X":
            found[event["pid"], names[event["pid"], event["tid"]]].append(event)
    return found


def stages(threads: Threads) -> dict[str, list[Event]]:
    return {name: events for (process, name), events in threads.items() if process == 1}


def test_events_of_a_thread_are_in_order_and_never_overlap(threads: Threads) -> None:
    for name, events in threads.items():
        for before, after in pairwise(events):
            end = before["args"]["cycle"] + before["args"]["cycles"]
            assert end <= after["args"]["cycle"], name
            assert int(before["ts"] * NS) + int(before["dur"] * NS) <= int(after["ts"] * NS)
        assert all(int(event["dur"] * NS) >= 1 for event in events)


def test_each_stage_is_a_thread_that_names_its_chips(threads: Threads) -> None:
    assert list(stages(threads)) == [
        "stage 0: chips 0 to 7",
        "stage 1: chips 8 to 15",
        "stage 2: chips 16 to 23",
    ]


def test_the_stages_take_turns_to_the_last_cycle(
    program: PipelineProgram, traced: dict[str, Any], threads: Threads
) -> None:
    events = [event for each in stages(threads).values() for event in each]
    events.sort(key=lambda event: event["args"]["cycle"])
    assert events[0]["args"]["cycle"] == 0
    for before, after in pairwise(events):
        assert before["args"]["cycle"] + before["args"]["cycles"] == after["args"]["cycle"]
    last = events[-1]["args"]
    assert last["cycles"] == DRAIN_CYCLES
    assert last["cycle"] + last["cycles"] == program.token_cycles(POSITION)
    assert traced["otherData"]["cycles"] == program.token_cycles(POSITION)
    blocks = [instance.block.name for instance in program.token(POSITION)]
    named = [event["name"].removesuffix(" (fitted)").split(" ", 2)[2] for event in events[:-1]]
    assert named == blocks


def test_what_was_fitted_says_so_and_nothing_else_does(
    program: PipelineProgram, threads: Threads
) -> None:
    marked: Counter[str] = Counter()
    for (process, thread), each in threads.items():
        for event in each:
            is_fitted = event["args"].get("fitted", False)
            waits = event["name"].startswith(("SYNCHRONISE", "CHOOSE_EXPERT"))
            if process == 1 or thread == "blocks":
                waits = "synchronise" in event["name"] or "choose expert" in event["name"]
                assert event["name"].endswith(" (fitted)") == waits
            assert is_fitted == waits
            if is_fitted and process == 1:
                marked[event["name"].split(" ", 2)[2]] += 1
    layers = program.architecture.layers
    assert marked == {"synchronise (fitted)": 3 * layers, "choose expert (fitted)": 2 * layers}


def test_every_instruction_of_the_first_layer_is_one_event_on_its_chip(
    program: PipelineProgram, threads: Threads
) -> None:
    first = [i for i in program.token(POSITION) if i.layer == 0]
    expected = sum(len(instance.block.instructions) for instance in first)
    events = [
        event
        for (process, thread), each in threads.items()
        if process > 1 and thread != "blocks"
        for event in each
    ]
    assert len(events) == expected
    for event in events:
        opcode, _, served = event["name"].partition(" ")
        assert opcode in Opcode.__members__
        assert served in program.operations
        assert event["args"]["layer"] == 0
        assert 1 <= event["args"]["count"] <= event["args"]["cycles"]


def test_the_chips_blocks_are_those_of_their_stage(threads: Threads) -> None:
    by_stage = list(stages(threads).values())
    for (process, thread), events in threads.items():
        if process > 1 and thread == "blocks":
            spans = [(event["ts"], event["dur"], event["name"]) for event in events]
            there = [(e["ts"], e["dur"], e["name"]) for e in by_stage[process - 2]]
            assert set(spans) <= set(there)


@pytest.mark.parametrize("chips", [576, 1600])
def test_the_trace_of_a_large_model_stays_small(chips: int) -> None:
    mixtral = architecture_from_config(
        {
            **WITH_EXPERTS,
            "hidden_size": 4096,
            "num_attention_heads": 32,
            "num_key_value_heads": 8,
            "intermediate_size": 14336,
            "num_hidden_layers": 32,
            "vocab_size": 32000,
            "num_local_experts": 8,
        }
    )
    program = program_for(Deployment(mixtral, chips))
    assert isinstance(program, PipelineProgram)
    assert len(pipeline_trace(program, 0)["traceEvents"]) < 100_000
