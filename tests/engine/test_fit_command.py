"""Two constants from two published speeds, and from nothing else; those of GPUs are told too."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from commands import complained, in_a_process, printed

from lpu_engine import deployment, fitted
from lpu_engine.baseline import published
from lpu_engine.baseline.gpu_step import FITTED_FILE as GPU_FITTED_FILE
from lpu_engine.baseline.gpu_step import load_constants
from lpu_engine.baseline.published import BERT_BASE_LATENCY, LLAMA_2_70B, MIXTRAL_8X7B, Published
from lpu_engine.commands import fit_command
from lpu_engine.commands.arguments import CommandError
from lpu_engine.commands.fit_command import Solved, fit
from lpu_engine.compiler.pipeline.program import Fitted
from lpu_engine.fitted import FITTED_FILE, load_fitted
from lpu_engine.published_runs import program_of_run, run_of, tokens_per_s

Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: printed(capsys, *arguments)


@pytest.fixture(scope="module")
def solved() -> tuple[Solved, ...]:
    return fit()


def test_what_is_stored_is_what_fit_finds(solved: tuple[Solved, ...]) -> None:
    found = {each.constant: each.cycles for each in solved}
    assert found == asdict(load_fitted()), "`python -m lpu_engine fit --write` stores it"


def test_with_both_constants_both_rows_are_as_fast_as_published(
    solved: tuple[Solved, ...],
) -> None:
    constants = Fitted(*(each.cycles for each in solved))
    for figure, each in zip((LLAMA_2_70B, MIXTRAL_8X7B), solved, strict=True):
        rate = tokens_per_s(program_of_run(run_of(figure), constants), run_of(figure))
        assert rate == pytest.approx(each.predicted_tokens_per_s)
        assert each.error == pytest.approx(rate / figure.value - 1)


def test_no_other_number_of_cycles_is_nearer(solved: tuple[Solved, ...]) -> None:
    for figure, each in zip((LLAMA_2_70B, MIXTRAL_8X7B), solved, strict=True):
        one_more = each.count / (900e6 / figure.value)
        assert abs(each.error) <= one_more / 2 * 1.01


def test_the_second_constant_is_fitted_with_the_first_and_never_changes_it(
    solved: tuple[Solved, ...],
) -> None:
    first, second = fit(experts=replace(MIXTRAL_8X7B, value=400.0))
    assert first == solved[0]
    assert second.cycles > solved[1].cycles


def test_nothing_else_that_was_published_is_read(
    solved: tuple[Solved, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [figure for figure in vars(published).values() if isinstance(figure, Published)]
    others = [figure for figure in others if figure not in (LLAMA_2_70B, MIXTRAL_8X7B)]
    assert BERT_BASE_LATENCY in others
    for name, figure in list(vars(published).items()):
        if isinstance(figure, Published) and figure in others:
            monkeypatch.setattr(published, name, replace(figure, value=1.0))
    monkeypatch.setattr(published, "SPEEDS", ())
    assert fit() == solved


def test_the_constants_that_are_stored_are_not_read(
    solved: tuple[Solved, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: Path = FITTED_FILE) -> Fitted:
        raise AssertionError(path)

    for module in (fitted, deployment):
        monkeypatch.setattr(module, "load_fitted", read)
    assert fit() == solved


def test_fit_as_json_has_both_constants_and_their_rows(
    run: Run, solved: tuple[Solved, ...]
) -> None:
    told = json.loads(run("fit", "--json"))
    assert (told["synchronise"], told["expert"]) == tuple(each.cycles for each in solved)
    assert told["rows"] == [asdict(each) for each in solved]
    assert told["written"] is False
    assert told["gpu"]["constants"] == asdict(load_constants())
    rows = told["gpu"]["rows"]
    assert [row["model"] for row in rows] == ["Llama 2 7B"] * 6 + ["Mixtral 8x7B"]
    for row in rows:
        rates = row["predicted_tokens_per_s"], row["published_tokens_per_s"]
        assert row["error"] == pytest.approx(rates[0] / rates[1] - 1)
        assert abs(row["error"]) < 0.01


def test_fit_in_words_tells_cycles_microseconds_and_sources(
    run: Run, solved: tuple[Solved, ...]
) -> None:
    out = run("fit")
    for each in solved:
        assert f"{each.constant} = {each.cycles:,} cycles, {each.microseconds:.3f} µs" in out
        assert each.source in out
    for name, value in asdict(load_constants()).items():
        assert re.search(rf"{name} = {value:g}0*\b", out)
    assert out.count("gpt-fast (PyTorch team), README") == 2
    assert max(map(len, out.splitlines())) <= 120
    assert "Not stored: --write does that." in out


def test_write_stores_all_constants_and_keeps_the_comments(
    run: Run, solved: tuple[Solved, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, stored in (("FITTED_FILE", FITTED_FILE), ("GPU_FITTED_FILE", GPU_FITTED_FILE)):
        text = re.sub(r"(?m)^(\w+) = [\d.]+", r"\1 = 1", stored.read_text(encoding="utf-8"))
        assert " = 1" in text
        copy = tmp_path / stored.name
        copy.write_text(text, encoding="utf-8")
        monkeypatch.setattr(fit_command, name, copy)
    assert "Written to fitted.toml and fitted_gpu.toml." in run("fit", "--write")
    for stored in (FITTED_FILE, GPU_FITTED_FILE):
        written = (tmp_path / stored.name).read_text(encoding="utf-8")
        assert written == stored.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_command, "FITTED_FILE", tmp_path / "no" / "fitted.toml")
    assert "cannot be written (No such file" in complained(capsys, "fit", "--write")


def test_a_speed_above_first_principles_leaves_nothing_to_fit() -> None:
    with pytest.raises(CommandError, match="there is nothing to fit synchronise to"):
        fit(replace(LLAMA_2_70B, value=1e5))


def test_a_dense_model_cannot_tell_the_time_of_an_expert() -> None:
    with pytest.raises(CommandError, match="never waits for expert"):
        fit(experts=LLAMA_2_70B)


def test_fit_does_not_load_numba(project: Path) -> None:
    _, loads_numba = in_a_process(project, "fit")
    assert not loads_numba
