"""The simulated chip against the executor, to the bit, and its cycles against the closed form."""

import re
from collections.abc import Sequence
from dataclasses import fields, replace
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chips import Twin, fill_caches, on_a_chip, opened

from lpu_engine.compiler.compile import compile_program
from lpu_engine.compiler.graph import Kind, Operation, operations
from lpu_engine.hardware.lpu import Opcode
from lpu_engine.model.architecture import Architecture
from lpu_engine.model.arithmetic import Float32
from lpu_engine.model.checkpoint import Checkpoint
from lpu_engine.model.quantize import quantized
from lpu_engine.simulator.host import Session
from lpu_engine.simulator.queues import Instruction, Queue, queues
from lpu_engine.simulator.timed import Chip, Fault

SHAPES: dict[str, dict[str, Any]] = {
    "two layers 320 wide": {
        "width": 320,
        "heads": 5,
        "kv_heads": 5,
        "feed_forward": 640,
        "vocabulary": 512,
        "window": 640,
    },
    "grouped heads that leave lanes and a head's room empty": {
        "width": 20,
        "heads": 6,
        "kv_heads": 3,
        "head_dim": 110,
        "feed_forward": 33,
        "vocabulary": 270,
        "window": 16,
        "layers": 1,
    },
    "wider than a vector, no multiple of 16, own head": {
        "width": 340,
        "heads": 2,
        "kv_heads": 1,
        "head_dim": 6,
        "feed_forward": 325,
        "vocabulary": 333,
        "window": 16,
        "tied": False,
    },
}
TINY: dict[str, Any] = {
    "width": 20,
    "heads": 2,
    "kv_heads": 1,
    "head_dim": 32,
    "feed_forward": 24,
    "vocabulary": 261,
    "window": 640,
    "layers": 1,
}
PADDED_HEADS: dict[str, Any] = {"heads": 6, "kv_heads": 3, "head_dim": 110, "width": 64}
PROMPT, ANSWER = [3, 7, 100, 20, 33, 5], [9, 11, 250]
USED = 1024  # addresses of a slice that the tiny program touches
NAMED = re.compile(r"Cycle [\d,]+, (memory|vector|switch|matrix) [\w ]+: .+\.")


def assert_same_bits(got: Float32, expected: Float32) -> None:
    assert expected.std() > 0.5
    np.testing.assert_array_equal(got.view(np.int32), expected.view(np.int32))


@pytest.mark.parametrize("shape", SHAPES)
def test_prompt_and_decoded_tokens_equal_the_executor_and_the_closed_form(
    shape: str, tmp_path: Path
) -> None:
    checkpoint = opened(tmp_path, **SHAPES[shape])
    session = on_a_chip(checkpoint)
    twin = Twin(checkpoint, session.program)
    prompt = PROMPT[: 6 if checkpoint.architecture.heads == 2 else 3]  # two chunks, or one
    logits, cycles = session.prompt(prompt)
    assert_same_bits(logits, twin.forward(prompt, 0))
    assert cycles == session.program.prompt_cycles(len(prompt))
    for position, token in enumerate(ANSWER, len(prompt)):
        logits, cycles = session.token(token, position)
        assert_same_bits(logits, twin.forward([token], position))
        assert cycles == session.program.token_cycles(position)


@pytest.mark.parametrize("tokens", [1, 4, 5, 8, 11])
def test_prompts_that_fill_their_last_chunk_or_do_not(tokens: int, tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, **TINY | {"layers": 2})  # padding of the first meets the second
    session, ids = on_a_chip(checkpoint, prompt_rows=8), list(range(40, 40 + tokens))
    logits, cycles = session.prompt(ids)
    assert_same_bits(logits, Twin(checkpoint, session.program).forward(ids, 0))
    assert cycles == session.program.prompt_cycles(tokens)


@pytest.mark.parametrize("rows", [16, 20])
def test_long_chunks_whose_first_digits_wait_for_the_second(rows: int, tmp_path: Path) -> None:
    checkpoint, ids = opened(tmp_path, **TINY), list(range(40, 40 + rows))
    session = on_a_chip(checkpoint, prompt_rows=rows)
    logits, cycles = session.prompt(ids)
    assert_same_bits(logits, Twin(checkpoint, session.program).forward(ids, 0))
    assert cycles == session.program.prompt_cycles(rows)


def test_a_prompt_is_worth_as_much_as_its_tokens_one_by_one(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, **TINY)
    session = on_a_chip(checkpoint)
    for position, token in enumerate(PROMPT):
        logits, _ = session.token(token, position)
    assert_same_bits(on_a_chip(checkpoint).prompt(PROMPT)[0], logits)


def test_tokens_on_both_sides_of_a_border_of_320_positions(tmp_path: Path) -> None:
    checkpoint = opened(
        tmp_path, **TINY | {"heads": 6, "kv_heads": 3, "head_dim": 110, "width": 64}
    )
    session = on_a_chip(checkpoint)
    twin = Twin(checkpoint, session.program)
    fill_caches(session, twin, 319)
    cycles = []
    for position in (319, 320, 321):
        logits, taken = session.token(position % 7, position)
        assert_same_bits(logits, twin.forward([position % 7], position))
        assert taken == session.program.token_cycles(position)
        cycles.append(taken)
    assert cycles[0] < cycles[1] == cycles[2]


@pytest.mark.parametrize("start", [316, 320])
def test_a_chunk_of_a_prompt_on_either_side_of_the_border(start: int, tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, **TINY)
    session = on_a_chip(checkpoint)
    twin = Twin(checkpoint, session.program)
    fill_caches(session, twin, start)
    # A session begins at position 0, so its steps are taken one by one here.
    session._inputs(PROMPT[:3], start, session.program.prompt.rows)
    session._run(list(session.program.chunk(start, 3, is_last=True)), start)
    assert_same_bits(session._logits(), twin.forward(PROMPT[:3], start))


def test_the_last_position_of_the_window(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, **TINY | {"layers": 2})
    session = on_a_chip(checkpoint)
    twin = Twin(checkpoint, session.program)
    fill_caches(session, twin, 639)
    logits, cycles = session.token(5, 639)
    assert_same_bits(logits, twin.forward([5], 639))
    assert cycles == session.program.token_cycles(639)


def test_a_layer_whose_cache_stands_in_a_word_further_out(tmp_path: Path) -> None:
    """4 layers of 7 tiles of values need two words, so the instructions of the last are moved."""
    checkpoint = opened(tmp_path, **TINY | {"layers": 4, "window": 2_048})
    session = on_a_chip(checkpoint)
    twin = Twin(checkpoint, session.program)
    assert session.program.placement.cache_words == 2
    fill_caches(session, twin, 2)
    for position, token in enumerate(ANSWER[:2], 2):
        logits, cycles = session.token(token, position)
        assert_same_bits(logits, twin.forward([token], position))
        assert cycles == session.program.token_cycles(position)


# One table for both, and each instruction counts.


@pytest.mark.parametrize("kind", [Kind.ADD, Kind.NORM])
def test_a_change_of_the_table_changes_executor_and_simulator_alike(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = opened(tmp_path, **TINY)
    whole, _ = on_a_chip(checkpoint).token(ANSWER[0], 0)

    def given(architecture: Architecture) -> tuple[Operation, ...]:
        table = list(operations(architecture))
        gone = max(i for i, o in enumerate(table) if o.kind == kind and i < len(table) - 3)
        if kind == Kind.NORM:  # the gates read the row that it should have normed
            table[gone + 1] = replace(table[gone + 1], source=table[gone].source)
        return tuple(table[:gone] + table[gone + 1 :])

    monkeypatch.setattr("lpu_engine.compiler.compile.operations", given)
    session = on_a_chip(checkpoint)
    assert len(session.program.operations) == len(operations(checkpoint.architecture)) - 1
    logits, cycles = session.token(ANSWER[0], 0)
    assert_same_bits(logits, Twin(checkpoint, session.program).forward(ANSWER[:1], 0))
    assert cycles == session.program.token_cycles(0)
    assert np.abs(logits - whole).max() > 1e-3


def test_queues_say_what_and_how_long_to_wait_but_not_when() -> None:
    assert [f.name for f in fields(Queue)] == ["instructions", "addresses", "lanes", "waits"]
    assert not {"cycle", "start", "unit"} & {f.name for f in fields(Instruction)}
    assert list(signature(Chip.run).parameters) == ["self", "queues"]


class Spoiled:
    """A chip that has answered one token, ready to do the next with other queues."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        a = checkpoint.architecture
        self.program, self.tensors = compile_program(a, 4), quantized(checkpoint)
        session = self._session()
        session.token(3, 0)
        self.memory = session.chip.memory[:, :USED].copy()
        assert not session.chip.memory[:, USED:].any()
        self.queues = queues(self.program, list(self.program.token(1)), 1)
        self.logits = self.run(self.queues)

    def run(self, given: Sequence[Queue]) -> Float32:
        """Logits of the second token. Raises Fault."""
        session = self._session()
        session.chip.memory[:, :USED] = self.memory
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("lpu_engine.simulator.host.queues", lambda *_: given)
            return session.token(7, 1)[0].copy()

    def _session(self) -> Session:
        return Session(self.program, self.tensors)


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Spoiled:
    return Spoiled(opened(tmp_path_factory.mktemp("tiny"), **TINY | {"window": 16}))


def used_units(given: Sequence[Queue], part: int) -> list[int]:
    """Every fifth unit that has work: slices, vector unit, switches and planes are among them."""
    return [unit for unit, queue in enumerate(given) if queue.waits][part::5]


def with_queue(given: Sequence[Queue], unit: int, queue: Queue) -> list[Queue]:
    return [*given[:unit], queue, *given[unit + 1 :]]


def with_wait(queue: Queue, at: int, wait: int) -> Queue:
    return replace(queue, waits=[*queue.waits[:at], wait, *queue.waits[at + 1 :]])


@pytest.mark.parametrize("by", [1, -1])
def test_every_unit_that_comes_one_cycle_late_or_early_is_a_fault(
    by: int, spoiled: Spoiled
) -> None:
    """The wait before one instruction of each queue; those after it are late, or early, as well."""
    random = np.random.default_rng(0)
    for unit in used_units(spoiled.queues, part=by % 5):
        queue = spoiled.queues[unit]
        patient = [i for i, wait in enumerate(queue.waits) if wait + by >= 0]
        at = int(random.choice(patient))
        late = with_wait(queue, at, queue.waits[at] + by)
        with pytest.raises(Fault) as fault:
            spoiled.run(with_queue(spoiled.queues, unit, late))
        assert NAMED.fullmatch(str(fault.value))


def test_an_instruction_that_is_left_out_is_a_fault_or_changes_the_logits(spoiled: Spoiled) -> None:
    """Of a slice that is read, a fetch: a lowest byte that is not parked may be rounded away.

    One of three: what only unseen positions need (zeros) may be missing without a trace.
    """
    random = np.random.default_rng(0)
    for unit in used_units(spoiled.queues, part=0):
        queue = spoiled.queues[unit]
        writes = [i for i, x in enumerate(queue.instructions) if x.opcode == Opcode.WRITE]
        others = [i for i, x in enumerate(queue.instructions) if x.opcode != Opcode.WRITE]
        three = random.permutation(others or writes)[:3]
        assert any(is_missed(spoiled, unit, int(gone)) for gone in three), unit


def is_missed(spoiled: Spoiled, unit: int, gone: int) -> bool:
    """Without the instruction the chip finds a fault, or other logits."""
    queue = left_out(spoiled.queues[unit], gone)
    try:
        logits = spoiled.run(with_queue(spoiled.queues, unit, queue))
    except Fault:
        return True
    return not np.array_equal(logits, spoiled.logits)


def left_out(queue: Queue, gone: int) -> Queue:
    """Without one instruction; its time goes to the next one's wait."""
    waits = [*queue.waits, 0]
    waits[gone + 1] += waits[gone] + 1
    cut = {
        name: [*getattr(queue, name)[:gone], *getattr(queue, name)[gone + 1 :]]
        for name in ("instructions", "addresses", "lanes")
    }
    return Queue(**cut, waits=[*waits[:gone], *waits[gone + 1 :]][: len(waits) - 2])
