"""`python -m bench`: the shipped model here and in llama.cpp, alternating, and times of the tools.

Both sides may use one thread or two: each gets what was faster for it in a trial.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from bench.chip import Chip, chip
from bench.gguf_file import write_gguf
from bench.gpus import Systems, gpu_systems
from bench.llama_cpp_peer import LlamaCpp, extra_buffers_work
from bench.pipelines import Compiled, pipelines
from bench.race_page import RacePage, race_page
from bench.running_site import running_site
from bench.sides import Side, ThisEngine
from bench.workloads import PREFILL_TOKENS, Rate, Workload, alternate, decode, prefill
from lpu_engine.model.checkpoint import open_checkpoint

PROJECT = Path(__file__).resolve().parents[1]
PEBBLE = PROJECT / "lpu_engine" / "models" / "pebble"
WINDOW = 576  # the longest workload: a prefill of 512

OURS, THEIRS = "this engine", "llama.cpp Q8_0"
Maker = Callable[[int], Side]


@dataclass(frozen=True, slots=True)
class Contest:
    """A workload, with the sequences it needs and the most rows of one of its steps."""

    name: str
    workload: Workload
    sequences: int
    rows: int


CONTESTS = (
    Contest("decode, 1 stream", decode(1), 1, 1),
    Contest("decode, 16 streams", decode(16), 16, 16),
    Contest(f"prefill of {PREFILL_TOKENS}", prefill, 1, PREFILL_TOKENS),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One contest: tokens/s of both sides, the ratio of medians, and each side's threads.

    `extra_buffers`: llama.cpp ran with its default weight buffers, which crash on some machines.
    """

    name: str
    ours: Rate
    theirs: Rate
    ratio: float
    our_threads: int
    their_threads: int
    extra_buffers: bool


@dataclass(frozen=True, slots=True)
class Tools:
    """Times of everything but the engine; `race` None: no browser was found."""

    chip: Chip
    pipelines: tuple[Compiled, ...]
    gpus: Systems
    first_page_s: float
    race: RacePage | None


def main(arguments: Sequence[str]) -> None:
    """Measure, then print a table or JSON."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as folder:
        gguf = write_gguf(open_checkpoint(PEBBLE), Path(folder) / "pebble.gguf")
        rows = [_row(contest, gguf, options.rounds) for contest in CONTESTS]
    tools = _tools()
    if options.json:
        print(json.dumps(_report(rows, tools), indent=2))
    else:
        _print_rows(rows)
        _print_tools(tools)


def _tools() -> Tools:
    compiled = chip(), pipelines(), gpu_systems()
    with running_site(PROJECT) as site:
        return Tools(*compiled, site.first_page_s, race_page(site.url))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=7, help="alternating runs a row (7)")
    return parser.parse_args(arguments)


def _row(contest: Contest, gguf: Path, rounds: int) -> Row:
    workload, sequences = contest.workload, contest.sequences
    extra_buffers = extra_buffers_work(gguf, contest.rows)

    def ours(threads: int) -> Side:
        return ThisEngine(PEBBLE, threads=threads, sequences=sequences, window=WINDOW)

    def theirs(threads: int) -> Side:
        return LlamaCpp(
            gguf, threads=threads, sequences=sequences, window=WINDOW, extra_buffers=extra_buffers
        )

    our_threads, their_threads = _faster(ours, workload), _faster(theirs, workload)
    sides = {OURS: ours(our_threads), THEIRS: theirs(their_threads)}
    rates = alternate(sides, workload, rounds)
    ratio = rates[OURS].median / rates[THEIRS].median
    return Row(
        contest.name, rates[OURS], rates[THEIRS], ratio, our_threads, their_threads, extra_buffers
    )


def _faster(maker: Maker, workload: Workload) -> int:
    """1 or 2 threads, by a trial of three runs each."""
    if (os.cpu_count() or 1) < 2:
        return 1
    rates = {t: alternate({"": maker(t)}, workload, 3)[""].median for t in (1, 2)}
    return max(rates, key=lambda threads: rates[threads])


def _report(rows: Sequence[Row], tools: Tools) -> dict[str, object]:
    return {
        "machine": {"processor": _processor(), "cores": os.cpu_count()},
        "llama_cpp_python": version("llama-cpp-python"),
        "unit": "tokens/s",
        "rows": [asdict(row) for row in rows],
        **asdict(tools),
    }


def _print_rows(rows: Sequence[Row]) -> None:
    print(f"Pebble on {_processor()}, {os.cpu_count()} cores; tokens/s, median (lowest to highest)")
    print(f"llama.cpp of llama-cpp-python {version('llama-cpp-python')}\n")
    print(f"{'':20}{OURS:>32}{THEIRS:>32}{'ratio':>8}")
    for row in rows:
        ours, theirs = _cell(row.ours, row.our_threads), _cell(row.theirs, row.their_threads)
        print(f"{row.name:20}{ours:>32}{theirs:>32}{row.ratio:>7.2f}x")
    crashed = ", ".join(row.name for row in rows if not row.extra_buffers)
    if crashed:
        print(f"\nllama.cpp's default (AMX) buffers crash on this machine in: {crashed}; off there")


def _print_tools(tools: Tools) -> None:
    numba = "with" if tools.chip.imports_numba else "without"
    print(f"\nPebble compiled and proven: {1e3 * tools.chip.compile_s:.0f} ms", end="")
    print(f" ({1e3 * tools.chip.first_compile_s:.0f} ms at first, {numba} numba)")
    for each in tools.pipelines:
        print(f"{each.model} on {each.chips:,} chips: {each.seconds:.2f} s", end="")
        print(f" ({each.compile_s:.2f} compiled, {each.verify_s:.2f} proven)", end="")
        print(f", {each.peak_bytes / 2**20:.0f} MiB at most")
    print(f"a prediction at another context: {1e6 * tools.chip.predict_s:.1f} µs")
    simulated_s, cycles = tools.chip.simulated_token_s, tools.chip.simulated_cycles
    print(f"a token of two layers, 320 wide, simulated: {simulated_s:.2f} s for {cycles:,} cycles")
    gpus = tools.gpus
    print(f"{gpus.model} on all {gpus.systems} systems of GPUs: {1e3 * gpus.seconds:.1f} ms")
    print(f"warm `make run` to the first page: {tools.first_page_s:.1f} s")
    if tools.race is None:
        print("a race in a browser: skipped, no Chromium was found; set BROWSER_PATH")
    else:
        _print_race(tools.race)


def _print_race(race: RacePage) -> None:
    print(f"{race.lanes} lanes at {race.tokens_per_s:,.0f} tokens/s together", end="")
    print(f" ({race.shown_tokens_per_s:,.0f} shown in a browser)", end="")
    print(f", {race.tokens:,} tokens in {race.frames:,} frames: ", end="")
    print(f"{race.long_tasks} tasks over 50 ms", end="")
    if race.long_tasks:
        print(f", the longest {race.longest_ms:.0f} ms", end="")
    print(f"; {race.clean_races} of {race.races} races without any", end="")
    print(f", while others took {race.stolen_share:.0%} of the processor")


def _cell(rate: Rate, threads: int) -> str:
    spread = f"({rate.lowest:,.0f} to {rate.highest:,.0f})"
    return f"{rate.median:,.0f} {spread} {threads} thr"


def _processor() -> str:
    names = Path("/proc/cpuinfo")
    lines = names.read_text().splitlines() if names.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


if __name__ == "__main__":
    main(sys.argv[1:])
