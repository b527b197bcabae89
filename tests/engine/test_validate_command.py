"""Predictions beside what others measured or claimed; which of them are tests."""

import json
import math
import re
from argparse import Namespace
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from commands import in_a_process

from lpu_engine.baseline.gpu_system import system_name
from lpu_engine.baseline.published import BERT_BASE_LATENCY, SPEEDS
from lpu_engine.baseline.published_gpu import GROUPS
from lpu_engine.commands import validate_command
from lpu_engine.commands.validate_command import told
from lpu_engine.commands.validated_gpus import told_gpus, validated_gpus
from lpu_engine.commands.validation_row import Row

NEAR = 0.03


@pytest.fixture(scope="module")
def validated(project: Path) -> tuple[str, bool]:
    """The command itself, as JSON: BERT's proof takes its time, so once."""
    return in_a_process(project, "validate", "--json")


@pytest.fixture(scope="module")
def every(validated: tuple[str, bool]) -> list[Row]:
    found: list[dict[str, Any]] = json.loads(validated[0])["rows"]
    return [Row(**{**row, "fitted": tuple(row["fitted"])}) for row in found]


@pytest.fixture(scope="module")
def rows(every: list[Row]) -> list[Row]:
    """Those of LPUs, which come first."""
    return every[: 1 + len(SPEEDS)]


def test_every_figure_of_gpus_has_a_row_that_names_its_machine(every: list[Row]) -> None:
    of_gpus = every[1 + len(SPEEDS) :]
    figures = [figure for group in GROUPS for figure in group.rows]
    assert {row.machine for row in every[: 1 + len(SPEEDS)]} == {"lpu"}
    assert {row.machine for row in of_gpus} == {"gpu"}
    assert [(row.model, row.published) for row in of_gpus] == [
        (figure.model, figure.tokens_per_s) for figure in figures
    ]
    fitted_to = [row for row in of_gpus if row.is_fitted_to]
    assert [row.model for row in fitted_to] == ["Llama 2 7B"] * 6 + ["Mixtral 8x7B"]
    assert all(abs(row.error) < 0.01 for row in fitted_to)
    for row, figure in zip(of_gpus, figures, strict=True):
        assert row.error == pytest.approx(row.predicted / row.published - 1)
        assert row.system.startswith(system_name(figure.system))
        assert row.source
        assert row.date
        assert row.conditions.startswith(figure.rate)
        assert row.fitted
        assert row.first_principles is None
    assert [row.system for row in every[:5]] == ["576 LPU chips"] * 4 + ["one LPU chip"]


def test_each_group_of_gpus_tells_its_errors_and_their_limits(validated: tuple[str, bool]) -> None:
    groups = {group["name"]: group for group in json.loads(validated[0])["groups"]}
    assert [*groups] == [group.name for group in GROUPS]
    for name, limits in {
        "Llama 2 70B": (0.10, 0.20),
        "Mixtral 8x7B": (0.12, 0.30),
        "Llama 3.3 70B under load": (math.inf, 0.20),
    }.items():
        group = groups[name]
        assert group["largest_limit"] == limits[1]
        assert (group["mean_limit"] or math.inf) == limits[0]
        assert group["mean_error"] < limits[0]
        assert group["mean_error"] <= group["largest_error"] < limits[1]
    assert groups["Llama 2 7B"]["mean_error"] is None
    assert groups["GPT-J 6B, on another engine"]["largest_limit"] is None


def test_each_group_of_gpus_says_whether_all_its_errors_have_one_sign(
    validated: tuple[str, bool],
) -> None:
    groups = validated_gpus()
    for group in groups:
        errors = [row.error for row in group.rows if not row.is_fitted_to]
        signs = {error > 0 for error in errors}
        alike = ("too fast" if True in signs else "too slow") if len(signs) == 1 else None
        assert group.direction == alike
    told = [group["direction"] for group in json.loads(validated[0])["groups"]]
    assert told == [group.direction for group in groups]
    assert {None, "too fast", "too slow"} == set(told)
    (slow,) = (group for group in groups if "under load" in group.name)
    assert "largest 12.9% (to be under 20%), all too slow" in "\n".join(told_gpus((slow,)))


def test_the_table_of_gpus_reads_well_in_a_terminal() -> None:
    groups = validated_gpus()
    lines = list(told_gpus(groups))
    text = "\n".join(lines)
    assert max(map(len, lines)) <= 120
    assert text.count("fitted to this") == 7
    assert text.count("  a test") == sum(map(len, map(attrgetter("rows"), groups))) - 7 - 1
    assert text.count("  an estimate") == 1
    assert "GPUs are not named: 4 × H100 in bf16 is this project's assumption" in " ".join(
        text.split()
    )
    told = re.findall(r"errors of its tests: (.*)", text)
    assert len(told) == 4
    assert re.fullmatch(
        r"mean \d\.\d% \(to be under 10%\), largest [\d.]+% \(to be under 20%\)", told[0]
    )
    for group in groups:
        for row in group.rows:
            assert f"{row.source}, {row.date}" in " ".join(text.split())


def test_the_whole_text_fits_a_terminal_and_tells_every_constant(
    rows: list[Row], every: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate_command, "SPEEDS", ())
    monkeypatch.setattr(validate_command, "bert_base", lambda: rows[-1])
    text = validate_command.validate_text(Namespace(json=False))
    assert max(map(len, text.splitlines())) <= 120
    for line in {line for row in every if row.machine == "gpu" for line in row.fitted}:
        assert line in " ".join(text.split())


def test_every_published_figure_has_a_row(rows: list[Row]) -> None:
    figures = (*SPEEDS, BERT_BASE_LATENCY)
    assert [(row.model, row.published, row.unit) for row in rows] == [
        (figure.model, figure.value, figure.unit) for figure in figures
    ]
    assert all(row.source and row.date and row.conditions for row in rows)


def test_an_error_is_that_of_the_last_figure(rows: list[Row]) -> None:
    for row in rows:
        assert row.error == pytest.approx(row.predicted / row.published - 1)


def test_the_rows_that_were_fitted_to_are_near_and_say_so(rows: list[Row]) -> None:
    fitted_to = [(row.model, row.published) for row in rows if row.is_fitted_to]
    assert fitted_to == [("Llama 2 70B", 255.0), ("Mixtral 8x7B", 480.0)]
    assert all(abs(row.error) < NEAR for row in rows if row.is_fitted_to)


def test_each_constant_only_slows_down(rows: list[Row]) -> None:
    for row in rows[: len(SPEEDS)]:
        assert row.first_principles is not None
        assert row.with_synchronise is not None
        assert row.first_principles > row.with_synchronise >= row.predicted
        has_experts = row.model.startswith("Mixtral")
        assert (row.with_synchronise > row.predicted) == has_experts
        assert len(row.fitted) == 1 + has_experts


def test_an_encoder_on_one_chip_has_nothing_fitted(rows: list[Row]) -> None:
    bert = rows[-1]
    assert (bert.model, bert.published, bert.fitted) == ("BERT-base", 130.0, ())
    assert bert.first_principles == bert.with_synchronise == bert.predicted
    assert abs(bert.error) < 0.25
    assert not bert.is_fitted_to


def test_the_table_reads_well_in_a_terminal(rows: list[Row]) -> None:
    lines = list(told(rows))
    assert max(map(len, lines)) <= 120
    text = "\n".join(lines)
    for row in rows:
        assert f"{row.source}, {row.date}" in text
    assert text.count("fitted to this") == 2
    assert text.count("a test") == len(rows) - 2
    for line in {line for row in rows for line in row.fitted}:
        assert line in text


def test_validate_does_not_load_numba(validated: tuple[str, bool]) -> None:
    assert not validated[1]
