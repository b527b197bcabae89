"""The executor against the plain int8 reference, to the bit, for every family of models."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from executors import assert_same_bits, fed, ids_of, prepared

from lpu_engine.compiler.graph import Kind, operations
from lpu_engine.model.arithmetic import Float32
from lpu_engine.model.checkpoint import Checkpoint, open_checkpoint
from lpu_engine.model.reference import logits
from lpu_engine.model.reference_int8 import logits_int8
from lpu_engine.runtime.executor import Chunk
from tests.golden.cases import FAMILY_CASES, write_logit_case

LENGTH = 75
IDS = [i % 256 for i in ids_of(LENGTH)]
# The kinds of operations that a family has and a plain Llama has not.
ADDED: Mapping[str, tuple[Kind, ...]] = {
    "biases": (Kind.BIAS,),
    "head_norms": (Kind.HEAD_NORM,),
    "gemma2": (Kind.CAP,),
    "mixtral": (Kind.CHOOSE, Kind.SHARE, Kind.CLEAR, Kind.GIVE),
}
Case = tuple[Checkpoint, Float32]


@pytest.fixture(scope="module", params=FAMILY_CASES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A checkpoint, and the logits [LENGTH, vocabulary] that the reference gives for IDS."""
    checkpoint = open_checkpoint(write_logit_case(request.param, tmp_path_factory.mktemp("words")))
    return checkpoint, logits_int8(checkpoint, IDS)


def test_int8_is_near_to_the_float_reference(case: Case) -> None:
    checkpoint, expected = case
    exact = logits(checkpoint, IDS)
    assert exact.std() > 1
    assert np.corrcoef(exact.reshape(-1), expected.reshape(-1))[0, 1] > 0.98


@pytest.mark.parametrize(("chunk", "threads"), [(1, 1), (7, 2), (LENGTH, 1), (LENGTH, 2)])
def test_chunks_and_threads_give_the_bits_of_the_reference(
    chunk: int, threads: int, case: Case
) -> None:
    checkpoint, expected = case
    got = fed(*prepared(checkpoint), IDS, chunk, threads)
    assert LENGTH - 1 in got
    for position, row in got.items():
        assert_same_bits(row, expected[position])


@pytest.mark.parametrize("threads", [1, 2])
def test_a_batch_gives_the_bits_of_the_reference(threads: int, case: Case) -> None:
    checkpoint, expected = case
    executor, cache = prepared(checkpoint)
    blocks = [cache.take(LENGTH) for _ in range(3)]
    prompts = [[i % 256 for i in ids_of(LENGTH, seed=5)], IDS, IDS[::-1]]
    executor.forward([Chunk(prompts[1][:40], 0, blocks[1], wants_logits=False)], threads)
    first = [
        Chunk(prompts[0][:50], 0, blocks[0]),
        Chunk(IDS[40:41], 40, blocks[1]),
        Chunk(prompts[2][:33], 0, blocks[2]),
    ]
    assert_same_bits(executor.forward(first, threads)[1], expected[40])
    for step in range(41, 60):
        chunks = [
            Chunk([prompt[step - back]], step - back, held)
            for prompt, held, back in zip(prompts, blocks, (-9, 0, 8), strict=True)
        ]
        assert_same_bits(executor.forward(chunks, threads)[1], expected[step])


def test_what_a_family_adds_changes_the_logits(tmp_path: Path) -> None:
    """Every operation that a plain Llama lacks is needed: without it other words would come."""
    for name in ADDED:
        checkpoint = open_checkpoint(write_logit_case(name, tmp_path / name))
        table = operations(checkpoint.architecture)
        expected = logits_int8(checkpoint, IDS)[-1]
        for kind in ADDED[name]:
            shorter = [operation for operation in table if operation.kind != kind]
            assert len(shorter) < len(table)
            changed = fed(*prepared(checkpoint, table=shorter), IDS, LENGTH)[LENGTH - 1]
            assert not np.abs(changed - expected).max() < 1e-3
