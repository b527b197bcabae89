"""Predictions beside what others measured or claimed; which of them are tests."""

import json
from pathlib import Path
from typing import Any

import pytest
from commands import in_a_process

from lpu_engine.baseline.published import BERT_BASE_LATENCY, SPEEDS
from lpu_engine.commands.validate_command import Row, told

NEAR = 0.03


@pytest.fixture(scope="module")
def validated(project: Path) -> tuple[str, bool]:
    """The command itself, as JSON: BERT's proof takes its time, so once."""
    return in_a_process(project, "validate", "--json")


@pytest.fixture(scope="module")
def rows(validated: tuple[str, bool]) -> list[Row]:
    found: list[dict[str, Any]] = json.loads(validated[0])["rows"]
    return [Row(**{**row, "fitted": tuple(row["fitted"])}) for row in found]


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
