"""Which checkpoints of a folder are whole, and what they are in the picker."""

from pathlib import Path

import numpy as np
import pytest
from checkpoints import edit_json, random_tensors, write_checkpoint, write_json, write_tensors

from lpu_engine import (
    BadDeployment,
    GpuSystem,
    NoProgram,
    Unusable,
    catalog,
    check_config,
    check_tokenizer,
    check_weights,
    folders_of,
    load_catalog,
    model_card,
    pulled,
    under_load,
    with_pulled,
    write_record,
)
from lpu_engine.catalog import MACHINE_CLOCK, ProgramClock
from lpu_engine.lanes import LpuEntry, lane_of

CATALOG = load_catalog()
QUERY = "model.layers.0.self_attn.q_proj.weight"


def install(models: Path, model_id: str = "tiny/Talker", **shape: object) -> Path:
    """A whole checkpoint in its place."""
    folder = write_checkpoint(models / model_id, **shape)  # type: ignore[arg-type]
    write_record(folder, model_id, revision="main", commit="c" * 40, licence="mit")
    return folder


def ids(models: Path) -> list[str]:
    return [each.id for each in pulled(models)]


def test_what_is_whole_is_found_in_order_with_what_its_record_says(tmp_path: Path) -> None:
    for model_id in ("b/Two", "a/Three", "a/One"):
        install(tmp_path, model_id)
    found = pulled(tmp_path)
    assert [each.id for each in found] == ["a/One", "a/Three", "b/Two"]
    one = found[0]
    assert (one.revision, one.commit, one.licence) == ("main", "c" * 40, "mit")
    assert one.bytes == sum(path.stat().st_size for path in one.folder.iterdir())
    assert folders_of(found) == {each.id: tmp_path / each.id for each in found}


def test_a_folder_that_is_not_there_has_no_checkpoints(tmp_path: Path) -> None:
    assert pulled(tmp_path / "none") == ()
    assert with_pulled(CATALOG, tmp_path / "none") == CATALOG


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "tiny/Other"}, {"id": None}, {"commit": None}, {"revision": 7},
        {"weights": None}, {"weights": {}}, {"weights": {"model.safetensors": 1}},
    ],
)  # fmt: skip
def test_a_record_that_does_not_fit_its_folder_is_ignored(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    edit_json(install(tmp_path) / "pulled.json", **changes)
    assert ids(tmp_path) == []


def test_what_is_half_installed_is_ignored(tmp_path: Path) -> None:
    cut = install(tmp_path, "tiny/Cut") / "model.safetensors"
    cut.write_bytes(cut.read_bytes()[:-1])
    (install(tmp_path, "tiny/Bare") / "model.safetensors").unlink()
    (install(tmp_path, "tiny/NoConfig") / "config.json").unlink()
    (install(tmp_path, "tiny/Unmarked") / "pulled.json").unlink()
    (install(tmp_path, "tiny/Broken") / "pulled.json").write_bytes(b"{")
    write_json(install(tmp_path, "tiny/List") / "pulled.json", [])
    install(tmp_path, ".partial/tiny")
    (tmp_path / "a file").write_bytes(b"")
    install(tmp_path, "tiny/Whole")
    assert ids(tmp_path) == ["tiny/Whole"]


def test_a_pulled_model_stands_after_the_shipped_ones(tmp_path: Path) -> None:
    folder = install(tmp_path, window=512)
    both = with_pulled(CATALOG, tmp_path)
    assert both.models[:-1] == CATALOG.models
    assert both.picked == CATALOG.picked
    model = both.model("tiny/Talker")
    assert (model.name, model.window, model.is_pulled) == ("Talker", 512, True)
    assert (model.published, model.price) == (None, None)
    assert model.parameters == pulled(tmp_path)[0].architecture.parameters
    assert model.clock == ProgramClock(folder / "config.json", None, 512, is_pulled=True)


def test_its_clock_is_counted_from_its_own_shape_and_it_runs_on_gpus(tmp_path: Path) -> None:
    install(tmp_path)
    model = with_pulled(CATALOG, tmp_path).model("tiny/Talker")
    clock = model.predict(100)
    assert (clock.kind, clock.chips) == ("simulated", 1)
    assert clock.cycles is not None
    assert model.on_gpus().tokens_per_s > 0
    assert model_card(model).model == model


@pytest.fixture
def without_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> catalog.Model:
    """A pulled model whose shape breaks the compiler; how often that was tried is in `name`."""
    tries: list[object] = []

    def breaks(deployment: object) -> None:
        tries.append(deployment)
        if len(tries) > 1:
            raise AssertionError("it was tried again")
        raise IndexError("head 7 has no lane")

    monkeypatch.setattr(catalog, "program_for", breaks)
    install(tmp_path)
    return with_pulled(CATALOG, tmp_path).model("tiny/Talker")


def test_a_shape_that_cannot_be_compiled_runs_as_fast_as_this_machine(
    without_program: catalog.Model,
) -> None:
    for prompt_tokens in (1, 100):  # the second does not compile again
        clock = without_program.predict(prompt_tokens)
        assert (clock.kind, clock.tokens_per_s, clock.chips) == ("measured", None, None)
        assert clock.source.startswith(MACHINE_CLOCK.source)
        assert clock.source.endswith("it has no program for LPU chips: head 7 has no lane")


def test_where_there_is_no_program_card_and_load_say_so_and_a_lane_is_this_machines(
    without_program: catalog.Model, tmp_path: Path
) -> None:
    both = with_pulled(CATALOG, tmp_path)
    with pytest.raises(NoProgram, match="head 7 has no lane"):
        model_card(without_program)
    with pytest.raises(BadDeployment, match="head 7 has no lane"):
        under_load(both, without_program.id, GpuSystem("h100-sxm", 8, "bf16", 1), 128)
    lane = lane_of(LpuEntry(without_program.id), both, 100)
    assert (lane.kind, lane.name) == ("measured", "this machine")


def test_a_checkpoint_that_can_be_used_passes(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path, shards=2, dtype="bfloat16")
    assert check_config(folder).width == 64
    check_tokenizer(folder)
    check_weights(folder)


def test_what_cannot_be_used_is_told_without_the_way_to_its_folder(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "Talker", config={"architectures": ["Mamba"]})
    with pytest.raises(Unusable, match="Mamba"):
        check_config(folder)
    edit_json(folder / "tokenizer_config.json", chat_template=None)
    with pytest.raises(Unusable, match=r"^Talker has no chat template"):
        check_tokenizer(folder)
    (folder / "tokenizer_config.json").write_bytes(b"{")
    with pytest.raises(Unusable, match=r"^tokenizer_config\.json is not JSON"):
        check_tokenizer(folder)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_one_number_that_is_not_finite_is_found(tmp_path: Path, value: float, dtype: str) -> None:
    folder = write_checkpoint(tmp_path, dtype=dtype)
    tensors = random_tensors(
        width=64, layers=2, query_rows=64, key_rows=32, feed_forward=96, vocabulary=320,
        tied=True, seed=0,
    )  # fmt: skip
    tensors[QUERY][-1, -1] = value
    write_tensors(folder / "model.safetensors", tensors, dtype)
    with pytest.raises(Unusable, match=f"^{QUERY} holds numbers that are not finite"):
        check_weights(folder)
