"""The executor against the plain reference, to the bit, however the work is cut and shared."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_checkpoint
from executors import assert_same_bits, fed, ids_of, prepared

from lpu_engine.compiler.graph import Kind, Operation, operations
from lpu_engine.model.arithmetic import Float32
from lpu_engine.model.checkpoint import Checkpoint, open_checkpoint
from lpu_engine.model.reference_int8 import logits_int8
from lpu_engine.runtime.executor import Chunk

SHAPES: dict[str, dict[str, object]] = {
    "grouped": {},
    "own head for the logits": {"tied": False, "vocabulary": 333},
    "sizes that fill no vector": {
        "width": 44, "heads": 3, "kv_heads": 1, "head_dim": 10, "feed_forward": 53,
        "vocabulary": 301,
    },
    "one head a key": {"width": 72, "heads": 6, "kv_heads": 6, "feed_forward": 130, "layers": 1},
}  # fmt: skip


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return open_checkpoint(write_checkpoint(tmp_path_factory.mktemp("words")))


@pytest.fixture(scope="module")
def reference(checkpoint: Checkpoint) -> Float32:
    return logits_int8(checkpoint, ids_of(150))


@pytest.mark.parametrize("shape", SHAPES)
def test_every_position_equals_the_reference(shape: str, tmp_path: Path) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path, **SHAPES[shape]))  # type: ignore[arg-type]
    ids = ids_of(70)
    expected = logits_int8(checkpoint, ids)
    assert expected.std() > 1
    for position, logits in fed(*prepared(checkpoint), ids, chunk=1).items():
        assert_same_bits(logits, expected[position])


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("chunk", [1, 7, 64, 150])
def test_chunks_and_threads_change_no_bit(
    chunk: int, threads: int, checkpoint: Checkpoint, reference: Float32
) -> None:
    for position, logits in fed(*prepared(checkpoint), ids_of(150), chunk, threads).items():
        assert_same_bits(logits, reference[position])


@pytest.mark.parametrize("threads", [1, 2])
def test_a_batch_of_16_at_different_places_changes_no_bit(
    threads: int, checkpoint: Checkpoint, reference: Float32
) -> None:
    executor, cache = prepared(checkpoint)
    ids, place = ids_of(150), 7
    prompts = [ids_of(150, seed=n) for n in range(16)]
    prompts[place] = ids
    blocks = [cache.take(150) for _ in prompts]
    starts = [n * 5 for n in range(16)]
    for prompt, held, start in zip(prompts, blocks, starts, strict=True):
        if start:
            executor.forward([Chunk(prompt[:start], 0, held)], threads)
    for step in range(40):
        chunks = [
            Chunk([prompt[start + step]], start + step, held)
            for prompt, held, start in zip(prompts, blocks, starts, strict=True)
        ]
        logits = executor.forward(chunks, threads)
        assert_same_bits(logits[place], reference[starts[place] + step])


def test_long_prompts_beside_a_decode_change_no_bit(
    checkpoint: Checkpoint, reference: Float32
) -> None:
    executor, cache = prepared(checkpoint)
    ids, blocks = ids_of(150), cache.take(150)
    executor.forward([Chunk(ids[:100], 0, blocks)])
    beside = [(ids_of(200, seed=9), cache.take(200)), (ids_of(130, seed=8), cache.take(130))]
    chunks = [
        Chunk(beside[0][0], 0, beside[0][1], wants_logits=False),
        Chunk([ids[100]], 100, blocks),
        Chunk(beside[1][0][:37], 0, beside[1][1], wants_logits=True),
    ]
    logits = executor.forward(chunks)
    assert len(logits) == 2
    assert_same_bits(logits[0], reference[100])


def test_two_chunks_of_one_sequence_may_share_a_step(
    checkpoint: Checkpoint, reference: Float32
) -> None:
    executor, cache = prepared(checkpoint)
    ids, blocks = ids_of(150), cache.take(150)
    logits = executor.forward([Chunk(ids[:66], 0, blocks), Chunk(ids[66:140], 66, blocks)])
    assert_same_bits(logits[0], reference[65])
    assert_same_bits(logits[1], reference[139])


def test_blocks_that_others_used_leave_no_trace(checkpoint: Checkpoint, reference: Float32) -> None:
    executor, cache = prepared(checkpoint, blocks=6)
    cache.keys[:] = cache.values[:] = 0x7FC0  # no number
    fed(executor, cache, ids_of(190, seed=3), chunk=95)
    for position, logits in fed(executor, cache, ids_of(150), chunk=50).items():
        assert_same_bits(logits, reference[position])


def test_a_step_without_wanted_logits_still_fills_the_cache(
    checkpoint: Checkpoint, reference: Float32
) -> None:
    executor, cache = prepared(checkpoint)
    ids, blocks = ids_of(150), cache.take(150)
    nothing = executor.forward([Chunk(ids[:99], 0, blocks, wants_logits=False)])
    assert nothing.shape == (0, checkpoint.architecture.vocabulary)
    assert_same_bits(executor.forward([Chunk(ids[99:100], 99, blocks)])[0], reference[99])


GOOD = Chunk([1, 2], 3, np.array([0], np.int32))


@pytest.mark.parametrize(
    ("chunk", "named"),
    [
        (replace(GOOD, ids=[]), "rows"),
        (replace(GOOD, ids=[1] * 300), "256"),
        (replace(GOOD, ids=[-1]), "Ids"),
        (replace(GOOD, ids=[320]), "Ids"),
        (replace(GOOD, position=-1), "fit"),
        (replace(GOOD, position=31), "fit"),
        (replace(GOOD, position=255, blocks=np.arange(9, dtype=np.int32)), "fit"),
        (replace(GOOD, blocks=np.array([], np.int32)), "fit"),
        (replace(GOOD, blocks=np.array([-1], np.int32)), "blocks"),
        (replace(GOOD, blocks=np.array([128], np.int32)), "blocks"),
    ],
)
def test_what_is_out_of_bounds_is_refused(chunk: Chunk, named: str, checkpoint: Checkpoint) -> None:
    executor, _ = prepared(checkpoint)
    with pytest.raises(ValueError, match=named):
        executor.forward([chunk])
    with pytest.raises(ValueError, match=r"rows|256|Ids|fit|blocks"):
        executor.forward([GOOD, chunk])


def test_no_chunks_at_all_are_refused(checkpoint: Checkpoint) -> None:
    with pytest.raises(ValueError, match="rows"):
        prepared(checkpoint)[0].forward([])


def logits_of_table(checkpoint: Checkpoint, table: Sequence[Operation]) -> Float32:
    executor, cache = prepared(checkpoint, table=table)
    return executor.forward([Chunk(ids_of(40), 0, cache.take(40))])[0].copy()


def place_of(table: Sequence[Operation], kind: Kind, nth: int = 0) -> int:
    return [i for i, operation in enumerate(table) if operation.kind == kind][nth]


@pytest.mark.parametrize(
    ("kind", "nth"),
    [
        (kind, 0)
        for kind in (
            Kind.COLUMNS,
            Kind.NORM,
            Kind.MATRIX,
            Kind.ROTARY,
            Kind.ATTENTION,
            Kind.GATE,
            Kind.ADD,
        )
    ]
    + [(Kind.ROTARY, 1), (Kind.ADD, 3), (Kind.NORM, 4)],
)
def test_dropping_any_operation_of_the_table_changes_the_logits(
    kind: Kind, nth: int, checkpoint: Checkpoint, reference: Float32
) -> None:
    table = list(operations(checkpoint.architecture))
    assert_same_bits(logits_of_table(checkpoint, table), reference[39])
    del table[place_of(table, kind, nth)]
    changed = logits_of_table(checkpoint, table)
    assert not np.abs(changed - reference[39]).max() < 1e-3


def test_swapping_rotary_and_attention_changes_the_logits(
    checkpoint: Checkpoint, reference: Float32
) -> None:
    table = list(operations(checkpoint.architecture))
    at = place_of(table, Kind.ROTARY, 1)
    table[at], table[at + 1] = table[at + 1], table[at]
    assert table[at].kind == Kind.ATTENTION
    changed = logits_of_table(checkpoint, table)
    assert np.abs(changed - reference[39]).max() > 1e-3


def test_swapping_two_layers_changes_the_logits(checkpoint: Checkpoint, reference: Float32) -> None:
    table = operations(checkpoint.architecture)
    first, second = ([o for o in table[2:-3] if o.layer == layer] for layer in (0, 1))
    changed = logits_of_table(checkpoint, [*table[:2], *second, *first, *table[-3:]])
    assert np.abs(changed - reference[39]).max() > 1e-3
