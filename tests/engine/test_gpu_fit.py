"""Five constants from seven published rows, and from nothing else."""

import re
from dataclasses import asdict, replace

import pytest
from gpus import LLAMA_7B, MIXTRAL

from lpu_engine.baseline import gpu, gpu_step, published_gpu
from lpu_engine.baseline.gpu_fit import fit_gpu, rate_of
from lpu_engine.baseline.gpu_step import FITTED_FILE, Constants, load_constants
from lpu_engine.baseline.published_gpu import GPU_EXPERTS_FITTED_TO, GPU_FITTED_TO, GROUPS, GpuRow


@pytest.fixture(scope="module")
def found() -> Constants:
    return fit_gpu(LLAMA_7B, MIXTRAL)


def squares(constants: Constants) -> float:
    """Of the relative errors in time, over the rows in bf16."""
    rows = [row for row in GPU_FITTED_TO if row.system.precision == "bf16"]
    return sum((row.tokens_per_s / rate_of(LLAMA_7B, row, constants) - 1) ** 2 for row in rows)


def test_what_is_stored_is_what_fit_finds(found: Constants) -> None:
    assert found == load_constants(), "`python -m lpu_engine fit --write` stores it"


def test_the_file_says_what_each_constant_is() -> None:
    lines = FITTED_FILE.read_text(encoding="utf-8").splitlines()
    told = [line for line in lines if not line.startswith("#")]
    assert [line.split(" = ")[0] for line in told] == list(asdict(load_constants()))
    assert all(re.search(r"# \w+", line) for line in told)


def test_it_is_fitted_to_six_dense_rows_and_one_with_experts() -> None:
    assert {row.model for row in GPU_FITTED_TO} == {"Llama 2 7B"}
    assert len(GPU_FITTED_TO) == 6
    (expert,) = GPU_EXPERTS_FITTED_TO
    assert (expert.model, expert.system.count, expert.system.precision) == (
        "Mixtral 8x7B", 2, "bf16"
    )  # fmt: skip


@pytest.mark.parametrize("name", ["bf16_share", "layer_us"])
def test_no_neighbour_is_nearer_to_the_rows_in_bf16(found: Constants, name: str) -> None:
    for factor in (0.995, 1.005):
        other = replace(found, **{name: getattr(found, name) * factor})
        assert squares(other) > squares(found)


def test_one_row_each_is_met_exactly(found: Constants) -> None:
    exact = [row for row in GPU_FITTED_TO if row.system.precision != "bf16"]
    for row in exact:
        assert rate_of(LLAMA_7B, row, found) == pytest.approx(row.tokens_per_s, rel=2e-4)
    (expert,) = GPU_EXPERTS_FITTED_TO
    assert rate_of(MIXTRAL, expert, found) == pytest.approx(expert.tokens_per_s, rel=2e-4)


def test_rows_made_from_known_constants_give_these_back() -> None:
    known = Constants(0.7, 0.6, 0.5, 30.0, 0.9)

    def told(row: GpuRow) -> GpuRow:
        architecture = LLAMA_7B if row in GPU_FITTED_TO else MIXTRAL
        return replace(row, tokens_per_s=rate_of(architecture, row, known))

    rows = [told(row) for row in GPU_FITTED_TO]
    assert fit_gpu(LLAMA_7B, MIXTRAL, rows, [told(GPU_EXPERTS_FITTED_TO[0])]) == known


def test_nothing_else_that_was_published_is_read(
    found: Constants, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published_gpu, "GROUPS", ())
    for name in ("LLAMA_2_70B", "MIXTRAL_8X7B", "UNDER_LOAD", "GPT_J", "ESTIMATE"):
        monkeypatch.setattr(published_gpu, name, ())
    assert fit_gpu(LLAMA_7B, MIXTRAL) == found
    assert len(GROUPS) == 6


def test_the_row_with_experts_changes_no_other_constant(found: Constants) -> None:
    slower = [replace(GPU_EXPERTS_FITTED_TO[0], tokens_per_s=60.0)]
    other = fit_gpu(LLAMA_7B, MIXTRAL, expert_rows=slower)
    assert replace(other, expert_bytes=found.expert_bytes) == found
    assert other.expert_bytes > found.expert_bytes


def test_the_constants_that_are_stored_are_not_read(
    found: Constants, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read() -> Constants:
        raise AssertionError

    for module in (gpu, gpu_step):
        monkeypatch.setattr(module, "load_constants", read)
    assert fit_gpu(LLAMA_7B, MIXTRAL) == found
