from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_checkpoint
from needs import lacking

from lpu_engine.model.checkpoint import open_checkpoint
from lpu_engine.model.reference import logits, norm, rotate, silu, softmax
from tests.golden.cases import CASES, EVERY, LOGITS, digest, logit_ids, write_logit_case

TOLERANCE = 1e-4


@pytest.mark.parametrize("name", CASES)
def test_logits_equal_the_golden_ones_of_transformers(name: str, tmp_path: Path) -> None:
    folder = write_logit_case(name, tmp_path)
    with np.load(LOGITS) as golden:
        expected, same = golden[name], str(golden[f"{name}.digest"])
    assert digest(*sorted(folder.glob("*.safetensors"))) == same, (
        "numpy draws other weights than when the golden file was written: run `make golden`"
    )
    got = logits(open_checkpoint(folder), logit_ids(name))
    assert got.dtype == np.float32
    assert expected.std() > 1, "logits so flat that the tolerance would hide an error"
    np.testing.assert_allclose(got[::EVERY], expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("name", CASES)
def test_logits_equal_transformers_live(name: str, tmp_path: Path) -> None:
    if find_spec("transformers") is None or find_spec("torch") is None:
        lacking("transformers is not installed: `make live` adds it, to compare with it live")
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    folder = write_logit_case(name, tmp_path)
    ids = np.random.default_rng(7).integers(0, 256, 200).tolist()
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    with torch.no_grad():
        expected = model(torch.tensor([ids])).logits[0].numpy()
    got = logits(open_checkpoint(folder), ids)
    np.testing.assert_allclose(got, expected, rtol=0, atol=TOLERANCE)


def test_a_position_does_not_see_what_follows(tmp_path: Path) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path))
    whole = logits(checkpoint, [5, 6, 7, 8, 9])
    other_end = logits(checkpoint, [5, 6, 7, 200, 201])
    np.testing.assert_allclose(whole[:3], other_end[:3], rtol=0, atol=1e-5)
    assert np.abs(whole[3] - other_end[3]).max() > 0.1


def test_the_order_of_tokens_matters(tmp_path: Path) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path))
    assert np.abs(logits(checkpoint, [5, 6, 7])[-1] - logits(checkpoint, [6, 5, 7])[-1]).max() > 0.1


@pytest.mark.parametrize(
    ("ids", "named"), [([], "at least one"), ([320], "320"), ([-1], "-1"), ([0] * 257, "256")]
)
def test_ids_that_cannot_be_computed_are_refused(
    ids: list[int], named: str, tmp_path: Path
) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path))
    with pytest.raises(ValueError, match=named):
        logits(checkpoint, ids)


def test_extreme_values_give_no_warning_and_no_nan() -> None:
    extreme = np.array([[-1e30, -200, 0, 200, 1e30]], dtype=np.float32)
    np.testing.assert_array_equal(silu(extreme)[0, [0, 2, 4]], np.float32([0, 0, 1e30]))
    np.testing.assert_array_equal(softmax(extreme), np.float32([[0, 0, 0, 0, 1]]))
    zeros = np.zeros((1, 4), np.float32)
    np.testing.assert_array_equal(norm(zeros, np.ones(4, np.float32), 1e-5), zeros)


def test_rotation_turns_pairs_that_are_half_a_head_apart() -> None:
    vector = np.float32([[[1, 0, 0, 0]]])  # [heads, T, head_dim]
    quarter = np.float32([[0, 1]]), np.float32([[1, 0]])  # the first pair by 90 degrees
    np.testing.assert_array_equal(rotate(vector, *quarter), np.float32([[[0, 0, 1, 0]]]))
