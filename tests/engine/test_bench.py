"""What the bench makes of its figures, without a peer: goals, table, chart, JSON, weights."""

import json
import math
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from bench.cached import made_once
from bench.chart import axis_end, chart
from bench.choosing import NoSuchPart, chosen
from bench.figures import (
    OURS,
    Broken,
    Found,
    Goal,
    Line,
    Row,
    Spread,
    against,
    judged,
    share_of,
    spread_of,
)
from bench.models import ONE_LAYER, RANDOM, Model
from bench.peak import ProcessFailed, told_peak
from bench.random_weights import write_random_checkpoint
from bench.report import Run, as_json, as_text
from bench.sides import Logits, Side
from bench.table import WIDTH, table
from bench.workloads import CONTESTS, faster_threads, take_turns
from lpu_engine.model.architecture import architecture_from_config
from lpu_engine.model.checkpoint import open_checkpoint
from lpu_engine.model.tokenizer import open_tokenizer

SVG = "{http://www.w3.org/2000/svg}"
RUN = Run("Test <Processor>", 2, date(2026, 1, 2).isoformat(), 5, {"torch": "2"})
FAST, SLOW = spread_of([250.0, 260.0, 240.0]), spread_of([200.0, 190.0, 210.0])


def contest(part: str = "6M-decode-1", goal: float = 1.3) -> Row:
    lines = (
        Line(OURS, FAST, 2),
        against("llama.cpp Q8_0", FAST, SLOW, 1, Goal(goal)),
        against("transformers, bfloat16", FAST, SLOW.scaled(0.5), 2, None),
    )
    return Row(part, "decode, 1 stream", "tokens/s", lines, notes=("a note",))


def test_a_spread_is_the_median_and_both_ends() -> None:
    assert spread_of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)


def test_a_ratio_is_that_of_the_medians() -> None:
    assert against("peer", FAST, SLOW, 1, None).ratio == 1.25


def test_a_share_is_of_the_best_run() -> None:
    line = share_of("sum", Spread(20.0, 19.0, 21.0), Spread(24.0, 22.0, 25.0), 2, Goal(0.8))
    assert line.ratio == 0.8
    assert line.reaches is True


@pytest.mark.parametrize(
    ("goal", "ratio", "reached"),
    [
        (Goal(1.3), 1.3, True),
        (Goal(1.3), 1.29, False),
        (Goal(1.4, is_most=True), 1.4, True),
        (Goal(1.4, is_most=True), 1.41, False),
    ],
)
def test_a_goal_is_a_least_or_a_most(goal: Goal, ratio: float, reached: bool) -> None:
    assert Line("peer", SLOW, None, ratio, goal).reaches is reached


def test_what_has_no_goal_neither_reaches_nor_misses() -> None:
    row = Row("a", "b", "c", (Line(OURS, FAST), Line("peer", SLOW, 1, 1.0)))
    assert judged([row]) == ([], [])


def test_the_table_marks_hits_and_misses() -> None:
    text = table([contest("6M-decode-1", 1.2), contest("15M-decode-1", 1.6)])
    hit, miss = (line for line in text.splitlines() if "llama.cpp" in line)
    assert hit.endswith("1.25 x  ✓ 1.2 x")
    assert miss.endswith("1.25 x  ✗ 1.6 x")
    assert text.endswith("Reached 1 of 2.\n✓ 6M-decode-1\n✗ 15M-decode-1: missed")


def test_the_table_tells_a_share_and_a_most() -> None:
    share = Row("a", "b", "GB/s", (Line("sum", FAST, 2, 0.756, Goal(0.8)),), "share")
    most = Row("a", "b", "MB", (Line("needed", FAST, None, 1.5, Goal(1.4, is_most=True)),))
    assert "75.6 %  ✗ 80 %" in table([share])
    assert "1.50 x  ✗ ≤ 1.4 x" in table([most])


def test_the_table_tells_median_ends_threads_and_notes() -> None:
    lines = table([contest()]).splitlines()
    ours = next(line for line in lines if OURS in line)
    assert ours.split() == ["this", "engine", "250", "240", "260", "2"]
    assert "  (a note)" in lines


def test_the_table_keeps_to_its_width() -> None:
    large = spread_of([123_456_789.0])
    name = "int8 weights, keys and values"
    line = Line(name, large, 2, 123.45, Goal(1.4, is_most=True))
    text = table([Row("500M-memory", "x" * 40, "tokens/s", (line,))])
    assert max(map(len, text.splitlines())) <= WIDTH


def test_the_text_tells_what_broke_and_what_tools_said() -> None:
    found = [Found((contest(),)), Found(sentences=("all GPUs: 3 ms",))]
    text = as_text(RUN, found, [Broken("race", "no browser")])
    assert "Test <Processor>, 2 cores, 2026-01-02" in text
    assert text.endswith("all GPUs: 3 ms\n\n✗ race came to no end: no browser")


def test_the_json_has_what_the_table_has() -> None:
    found = [Found((contest(),)), Found(data={"gpus": {"systems": 96}})]
    told = json.loads(json.dumps(as_json(RUN, found, [Broken("race", "no browser")])))
    line = told["rows"][0]["lines"][1]
    assert told["run"]["date"] == "2026-01-02"
    assert line["spread"] == {"median": 200.0, "lowest": 190.0, "highest": 210.0}
    assert (line["threads"], line["ratio"], line["reaches"]) == (1, 1.25, False)
    assert line["goal"] == {"value": 1.3, "is_most": False}
    assert told["gpus"] == {"systems": 96}
    assert told["broken"] == [{"part": "race", "reason": "no browser"}]


def test_the_chart_has_a_bar_a_side_as_long_as_its_figure() -> None:
    root = ElementTree.fromstring(chart(RUN, [contest()]))
    bars = [bar for bar in root.iter(f"{SVG}rect") if bar.find(f"{SVG}title") is not None]
    widths = [float(bar.attrib["width"]) for bar in bars]
    assert [
        math.isclose(w / widths[0], s / 250, rel_tol=0.01)
        for w, s in zip(widths, (250, 200, 100), strict=True)
    ] == [True, True, True]


def test_the_chart_says_unit_machine_date_and_measured() -> None:
    root = ElementTree.fromstring(chart(RUN, [contest(), contest("135M-prefill")]))
    texts = " ".join(text.text or "" for text in root.iter(f"{SVG}text"))
    for told in ("tokens/s", "Test <Processor>", "2026-01-02", "measured", "6M", "135M", OURS):
        assert told in texts


def test_the_chart_knows_light_and_dark() -> None:
    assert "@media (prefers-color-scheme: dark)" in chart(RUN, [contest()])


def test_no_chart_is_drawn_where_no_contest_was_measured() -> None:
    assert chart(RUN, [contest("6M-sampling")]) == ""


def test_every_group_has_an_axis_of_its_own() -> None:
    fast = contest("6M-decode-1")
    slow = Row("500M-decode-1", fast.about, fast.unit, (Line(OURS, FAST.scaled(0.1), 2),))
    root = ElementTree.fromstring(chart(RUN, [fast, slow]))
    ticks = [t.text for t in root.iter(f"{SVG}text") if t.attrib["text-anchor"] == "middle"]
    assert ticks == ["0", "150", "300", "0", "15", "30"]


@pytest.mark.parametrize(
    ("value", "end"), [(1.0, 1.0), (1.1, 2.0), (24.0, 30.0), (6_100.0, 8_000.0), (81.0, 100.0)]
)
def test_an_axis_ends_at_a_round_number(value: float, end: float) -> None:
    assert axis_end(value) == end


PARTS = ["6M-decode-1", "6M-decode-16", "15M-prefill", "first-page"]


@pytest.mark.parametrize(
    ("wanted", "parts"),
    [
        ([], PARTS),
        (["6M"], PARTS[:2]),
        (["decode-1"], PARTS[:1]),
        (["prefill", "decode"], PARTS[:3]),
        (["6m-DECODE-16"], PARTS[1:2]),
    ],
)
def test_a_part_is_chosen_by_words_of_its_name(wanted: list[str], parts: list[str]) -> None:
    assert chosen(wanted, PARTS) == parts


@pytest.mark.parametrize("name", ["7M", "M", "pre", ""])
def test_a_name_that_no_part_has_is_refused(name: str) -> None:
    with pytest.raises(NoSuchPart, match=r"6M-decode-1, .* first-page"):
        chosen([name], PARTS)


def test_sides_take_turns_after_a_run_that_warms_each_up() -> None:
    order: list[str] = []

    def run(name: str) -> float:
        order.append(name)
        return float(len(order))

    spreads = take_turns({"a": lambda: run("a"), "b": lambda: run("b")}, 2)
    assert "".join(order) == "ababab"
    assert spreads == {"a": Spread(4.0, 3.0, 5.0), "b": Spread(5.0, 4.0, 6.0)}


class Timed:
    """A side whose speed on one and on two threads is given."""

    def __init__(self, *rates: float) -> None:
        self.rates, self.threads, self.runs = rates, 1, 0

    def use_threads(self, threads: int) -> None:
        self.threads = threads

    def close(self) -> None: ...

    def clear(self) -> None: ...

    def prefill(self, ids: Sequence[int], sequence: int = 0) -> Logits:
        return np.zeros(1, np.float32)

    def decode(self, ids: Sequence[int], position: int) -> Logits:
        return np.zeros((1, 1), np.float32)


@pytest.mark.parametrize(
    ("alone", "together", "threads", "runs_together"),
    [(100.0, 150.0, 2, 2), (100.0, 60.0, 1, 2), (100.0, 5.0, 1, 1)],
)
def test_a_trial_takes_the_faster_threads_and_gives_up_on_hopeless_ones(
    alone: float,
    together: float,
    threads: int,
    runs_together: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bench.workloads.cores", lambda: 2)
    side = Timed(alone, together)

    def workload(given: Side) -> float:
        side.runs += side.threads == 2
        return side.rates[side.threads - 1]

    assert faster_threads(side, workload) == (threads, max(alone, together))
    assert side.runs == runs_together


def test_every_goal_is_one_of_a_contest() -> None:
    names = {contest.name for contest in CONTESTS}
    assert [goal for model in RANDOM for goal in model.goals if goal not in names] == []


@pytest.mark.parametrize(("model", "size"), [*zip(RANDOM, (6e6, 15e6, 135e6, 500e6), strict=True)])
def test_a_shape_has_the_size_of_its_name(model: Model, size: float) -> None:
    assert model.shape is not None
    architecture = architecture_from_config(model.shape.config())
    assert abs(architecture.parameters / size - 1) < 0.05


def test_random_weights_are_a_checkpoint_that_never_ends_an_answer(tmp_path: Path) -> None:
    folder, again = tmp_path / "a", tmp_path / "b"
    assert ONE_LAYER.shape is not None
    for each in (folder, again):
        write_random_checkpoint(each, ONE_LAYER.shape.config())
    embedding = open_checkpoint(folder).tensor("model.embed_tokens.weight")
    assert np.array_equal(embedding, open_checkpoint(again).tensor("model.embed_tokens.weight"))
    assert 3.9 < float(embedding.std()) * math.sqrt(64) < 4.1
    assert open_tokenizer(folder).end_ids == frozenset()


def test_what_was_made_once_is_not_made_again_and_never_half(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "thing"

    def fails(unfinished: Path) -> None:
        unfinished.write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        made_once(path, fails)
    assert not path.exists()
    assert made_once(path, lambda unfinished: unfinished.write_text("whole")) == path
    made_once(path, fails)
    assert path.read_text() == "whole"


def test_a_process_tells_the_memory_that_it_took() -> None:
    script = "from bench.peak import tell_peak; b = b'x' * {}; tell_peak()"
    small, large = (told_peak([sys.executable, "-c", script.format(n)]) for n in (1, 10**8))
    assert 0.9e8 < large - small < 1.1e8


def test_a_process_that_fails_tells_its_last_word() -> None:
    with pytest.raises(ProcessFailed, match="ended with 1: no room"):
        told_peak([sys.executable, "-c", "raise SystemExit('no room')"])
