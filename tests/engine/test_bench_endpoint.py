"""What llama.cpp's server writes, beside what was measured of it: exact numbers."""

import pytest

from bench.agreement import agreement
from bench.llama_cpp_log import Timing, timings

LOG = """
llama_perf_context_print:        load time =       2.10 ms
llama_perf_context_print: prompt eval time =    1800.00 ms /   645 tokens (    2.79 ms per token)
llama_perf_context_print:        eval time =     250.02 ms /    21 runs   (   11.91 ms per token)
llama_perf_context_print:       total time =    2220.00 ms /   666 tokens
llama_perf_context_print:    graphs reused =         20
INFO:     127.0.0.1:42332 - "POST /v1/chat/completions HTTP/1.1" 200 OK
llama_perf_context_print: prompt eval time =     200.00 ms /    40 tokens (    5.00 ms per token)
llama_perf_context_print:        eval time =      50.00 ms /     9 runs   (    5.56 ms per token)
llama_perf_context_print:       total time =     300.00 ms /    49 tokens
"""


def asked(tokens: int, first_s: float, last_s: float) -> dict[str, float]:
    return {"output_tokens": tokens, "first_s": first_s, "last_s": last_s}


def test_the_log_is_read_answer_by_answer() -> None:
    assert timings(LOG) == [Timing(645, 21, 1.8, 2.22), Timing(40, 9, 0.2, 0.3)]
    assert [timing.tokens_per_s for timing in timings(LOG)] == pytest.approx([50.0, 90.0])


def test_equal_figures_are_not_apart_and_reach_the_goal() -> None:
    rows = agreement([asked(21, 1.8, 2.2), asked(9, 0.2, 0.3)], timings(LOG), [21])
    ratios = {row.part: row.lines[1].ratio for row in rows}
    assert ratios["endpoint-tokens"] == ratios["endpoint-usage"] == ratios["endpoint-ttft"] == 0.0
    assert ratios["endpoint-whole"] == pytest.approx(1 - (2.2 / 2.22 + 1) / 2)
    assert all(row.lines[1].reaches for row in rows if row.part != "endpoint-speed")


@pytest.mark.parametrize("factor", [0.94, 1.06])
def test_what_is_more_than_five_percent_apart_either_way_misses_it(factor: float) -> None:
    ours = [asked(21, factor * 1.8, 2.2), asked(9, factor * 0.2, 0.3)]
    (ttft,) = (row for row in agreement(ours, timings(LOG), [21]) if row.part == "endpoint-ttft")
    assert ttft.lines[1].ratio == pytest.approx(0.06)
    assert ttft.lines[1].reaches is False


def test_one_request_that_was_held_up_does_not_decide() -> None:
    theirs = timings(LOG)[:1] * 5
    ours = [asked(21, 1.8, 2.2)] * 4 + [asked(21, 18.0, 22.0)]
    assert agreement(ours, theirs, [21])[2].lines[1].ratio == 0.0
