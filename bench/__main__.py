"""`python -m bench`: this engine beside its peers on this machine → a table, JSON, a chart.

All sides may use one thread or two: each gets what was faster for it in a trial. They take turns.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from bench.chart import chart
from bench.choosing import NoSuchPart, chosen
from bench.figures import Broken, Found
from bench.machine import processor
from bench.parts import Part, parts
from bench.report import Run, as_json, as_text
from bench.workloads import cores

ROUNDS = 5
PEERS = ("llama-cpp-python", "transformers", "torch")


def main(arguments: Sequence[str]) -> int:
    """Measure, then print; 1 where a part came to no end."""
    options = _options(arguments)
    found, broken = _measured(options.only, options.rounds)
    run = Run(
        processor(),
        cores(),
        date.today().isoformat(),
        options.rounds,
        {name: version(name) for name in PEERS},
    )
    if options.json:
        print(json.dumps(as_json(run, found, broken), indent=2))
    else:
        print(as_text(run, found, broken))
    if options.svg:
        _draw(options.svg, run, found)
    return 1 if broken else 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    every = parts()
    parser = _parser(every)
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds must be 1 or more.")
    if options.svg and not options.svg.parent.is_dir():
        parser.error(f"--svg: there is no folder {options.svg.parent}; make it first.")
    try:
        names = chosen(options.only, [part.name for part in every])
    except NoSuchPart as error:
        parser.error(str(error))
    options.only = [part for part in every if part.name in names]
    return options


def _parser(every: Sequence[Part]) -> argparse.ArgumentParser:
    listed = "\n".join(f"  {part.name:17} {part.about}" for part in every)
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        epilog=f"parts; a word of a name means all that have it (--only 6M prefill):\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these parts alone")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, metavar="N", help=f"alternating runs a row ({ROUNDS})"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--svg", type=Path, metavar="PATH", help="draw the chart there")
    return parser


def _measured(wanted: Sequence[Part], rounds: int) -> tuple[list[Found], list[Broken]]:
    """One part after the other; one that breaks does not take the others' figures with it."""
    found, broken = [], []
    for place, part in enumerate(wanted, 1):
        print(f"[{place}/{len(wanted)}] {part.name} …", end="", file=sys.stderr, flush=True)
        began_s = time.perf_counter()
        try:
            found.append(part.measure(rounds))
        except KeyboardInterrupt:
            broken.append(Broken(part.name, "it was stopped, and what follows it was left out"))
            break
        except Exception as error:
            broken.append(Broken(part.name, f"{type(error).__name__}: {error}"))
        print(f" {time.perf_counter() - began_s:.0f} s", file=sys.stderr)
    return found, broken


def _draw(path: Path, run: Run, found: Sequence[Found]) -> None:
    drawn = chart(run, [row for each in found for row in each.rows])
    if drawn:
        path.write_text(drawn, encoding="utf-8")
    told = f"drawn: {path}" if drawn else f"not drawn, as no contest was measured: {path}"
    print(told, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
