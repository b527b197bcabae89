import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from checkpoints import edit_json, random_tensors, write_checkpoint, write_json, write_tensors

from lpu_engine.model.checkpoint import BadCheckpoint, expected_tensors, open_checkpoint

QUERY = "model.layers.1.self_attn.q_proj.weight"
HEAD = "lm_head.weight"


def tensors_of(seed: int = 0, *, tied: bool = True) -> dict[str, np.ndarray]:
    return random_tensors(
        width=64,
        layers=2,
        query_rows=64,
        key_rows=32,
        feed_forward=96,
        vocabulary=320,
        tied=tied,
        seed=seed,
    )


@pytest.mark.parametrize("shards", [1, 3])
def test_every_tensor_is_read_as_it_was_written(tmp_path: Path, shards: int) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path, shards=shards, tied=False))
    written = tensors_of(tied=False)
    assert written.keys() == expected_tensors(checkpoint.architecture).keys()
    for name, tensor in written.items():
        np.testing.assert_array_equal(checkpoint.tensor(name), tensor)


@pytest.mark.parametrize(("dtype", "bits"), [("float16", 11), ("bfloat16", 8)])
def test_half_precision_widens_to_float32(tmp_path: Path, dtype: str, bits: int) -> None:
    read = open_checkpoint(write_checkpoint(tmp_path, dtype=dtype)).tensor(QUERY)
    written = tensors_of()[QUERY]
    assert read.dtype == np.float32
    np.testing.assert_allclose(read, written, rtol=2.0**-bits, atol=1e-7)
    assert not np.array_equal(read, written)


def test_float16_and_bfloat16_are_exact_where_the_value_is(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    exact = np.array([0, -0.0, 1, -1.5, 2.0**-14, 255], dtype=np.float32)
    for dtype in ("float16", "bfloat16"):
        tensors = tensors_of()
        tensors["model.norm.weight"][:6] = exact
        write_tensors(tmp_path / "model.safetensors", tensors, dtype)
        read = open_checkpoint(tmp_path).tensor("model.norm.weight")[:6]
        np.testing.assert_array_equal(read.view(np.uint32), exact.view(np.uint32))


def test_a_tensor_is_the_callers_own(tmp_path: Path) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path))
    checkpoint.tensor(QUERY)[:] = 0
    assert np.array_equal(checkpoint.tensor(QUERY), tensors_of()[QUERY])


def test_opening_reads_no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_checkpoint(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a weight was read")

    monkeypatch.setattr(np, "fromfile", refuse)
    open_checkpoint(tmp_path)


def rewrite(folder: Path, change: Callable[[dict[str, np.ndarray]], object]) -> None:
    tensors = tensors_of()
    change(tensors)
    write_tensors(folder / "model.safetensors", tensors)


def test_one_error_names_all_that_does_not_fit(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)

    def spoil(tensors: dict[str, np.ndarray]) -> None:
        del tensors[QUERY]
        tensors["model.layers.0.self_attn.q_proj.bias"] = np.zeros(64, np.float32)
        tensors["model.norm.weight"] = np.ones(65, np.float32)

    rewrite(tmp_path, spoil)
    with pytest.raises(BadCheckpoint) as refused:
        open_checkpoint(tmp_path)
    assert str(refused.value).endswith(
        f"do not fit: {QUERY} (missing);"
        " model.layers.0.self_attn.q_proj.bias (not of this architecture);"
        " model.norm.weight [65] instead of [64] (of another shape than config.json says)."
    )


def test_a_transposed_matrix_is_refused(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    name = "model.layers.0.mlp.up_proj.weight"
    rewrite(tmp_path, lambda tensors: tensors.update({name: tensors[name].T.copy()}))
    with pytest.raises(BadCheckpoint, match=r"up_proj\.weight \[64, 96\] instead of \[96, 64\]"):
        open_checkpoint(tmp_path)


@pytest.mark.parametrize(("dtype", "named"), [("float64", "F64"), ("int8", "I8")])
def test_another_dtype_is_refused_by_name(tmp_path: Path, dtype: str, named: str) -> None:
    write_checkpoint(tmp_path)
    write_tensors(tmp_path / "model.safetensors", tensors_of(), dtype)
    with pytest.raises(BadCheckpoint, match=rf"{named} and 15 more \(not float32, float16"):
        open_checkpoint(tmp_path)


def test_a_layer_too_many_in_the_config_is_missing_in_the_weights(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, layers=2, config={"num_hidden_layers": 3})
    with pytest.raises(BadCheckpoint, match=r"model\.layers\.2\..* and 4 more \(missing\)"):
        open_checkpoint(tmp_path)


def test_an_untied_model_needs_its_head(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, tied=True, config={"tie_word_embeddings": False})
    with pytest.raises(BadCheckpoint, match=r"lm_head\.weight \(missing\)"):
        open_checkpoint(tmp_path)


def test_a_stored_head_that_equals_the_tied_embedding_is_harmless(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    rewrite(tmp_path, lambda t: t.update({HEAD: t["model.embed_tokens.weight"]}))
    open_checkpoint(tmp_path)


def test_a_stored_head_that_differs_from_the_tied_embedding_is_refused(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    rewrite(tmp_path, lambda t: t.update({HEAD: t["model.embed_tokens.weight"] + 1}))
    with pytest.raises(BadCheckpoint, match="tie_word_embeddings"):
        open_checkpoint(tmp_path)


def test_the_rotary_frequencies_of_old_files_are_ignored(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    name = "model.layers.0.self_attn.rotary_emb.inv_freq"
    rewrite(tmp_path, lambda tensors: tensors.update({name: np.ones(8, np.float32)}))
    open_checkpoint(tmp_path)


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    (write_checkpoint(tmp_path) / "model.safetensors").unlink()
    with pytest.raises(BadCheckpoint, match=r"neither model\.safetensors nor model\.safetensors\."):
        open_checkpoint(tmp_path)


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    (write_checkpoint(tmp_path, shards=3) / "model-00002-of-00003.safetensors").unlink()
    with pytest.raises(BadCheckpoint, match=r"lacks model-00002-of-00003\.safetensors"):
        open_checkpoint(tmp_path)


def test_a_tensor_in_two_shards_is_refused(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, shards=2)
    write_tensors(tmp_path / "model-00002-of-00002.safetensors", tensors_of())
    with pytest.raises(BadCheckpoint, match="in two files"):
        open_checkpoint(tmp_path)


@pytest.mark.parametrize(
    "index",
    [
        {},
        [],
        {"weight_map": {}},
        {"weight_map": ["a"]},
        {"weight_map": {"a": 1}},
        {"weight_map": {"a": "../../secret.safetensors"}},
        {"weight_map": {"a": "/etc/hostname"}},
        {"weight_map": {"a": ".."}},
    ],
)
def test_a_broken_index_is_refused(tmp_path: Path, index: object) -> None:
    write_checkpoint(tmp_path, shards=2)
    write_json(tmp_path / "model.safetensors.index.json", index)
    with pytest.raises(BadCheckpoint, match=r"index\.json|lacks"):
        open_checkpoint(tmp_path)


def test_an_index_that_is_not_json_is_refused(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, shards=2)
    (tmp_path / "model.safetensors.index.json").write_bytes(b"{")
    with pytest.raises(BadCheckpoint, match="not JSON"):
        open_checkpoint(tmp_path)


@pytest.mark.parametrize("kept_bytes", [0, 4, 100, 5_000, -1])
def test_a_truncated_file_is_refused(tmp_path: Path, kept_bytes: int) -> None:
    path = write_checkpoint(tmp_path) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:kept_bytes])
    with pytest.raises(BadCheckpoint, match=r"model\.safetensors is broken or incomplete"):
        open_checkpoint(tmp_path)


def test_a_file_that_is_something_else_is_refused(tmp_path: Path) -> None:
    path = write_checkpoint(tmp_path) / "model.safetensors"
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(BadCheckpoint, match="broken or incomplete"):
        open_checkpoint(tmp_path)


def test_a_header_with_a_lying_offset_is_refused(tmp_path: Path) -> None:
    path = write_checkpoint(tmp_path) / "model.safetensors"
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    header[QUERY]["data_offsets"][0] -= 4
    lying = json.dumps(header).encode()
    path.write_bytes(len(lying).to_bytes(8, "little") + lying + raw[8 + size :])
    with pytest.raises(BadCheckpoint, match="broken or incomplete"):
        open_checkpoint(tmp_path)


def test_a_file_that_vanishes_while_in_use_is_told(tmp_path: Path) -> None:
    checkpoint = open_checkpoint(write_checkpoint(tmp_path))
    path = tmp_path / "model.safetensors"
    path.write_bytes(path.read_bytes()[:5_000])
    with pytest.raises(BadCheckpoint, match="cut short"):
        checkpoint.tensor("model.norm.weight")
    path.unlink()
    with pytest.raises(BadCheckpoint, match="cannot be read"):
        checkpoint.tensor("model.norm.weight")


def test_a_config_of_another_model_is_refused(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    edit_json(tmp_path / "config.json", vocab_size=321)
    with pytest.raises(BadCheckpoint, match=r"\[320, 64\] instead of \[321, 64\]"):
        open_checkpoint(tmp_path)
