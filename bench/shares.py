"""How much of what this machine does at best the engine uses: weights read, weights multiplied."""

from collections.abc import Mapping
from contextlib import closing
from functools import partial

from bench.contests import this_engine
from bench.figures import OURS, Found, Goal, Line, Row, Spread, share_of
from bench.machine import THREADS, Rate, multiplying, reading
from bench.models import M6, M500, Model
from bench.transformers_peer import PRECISIONS, precision_works
from bench.workloads import DECODE, PREFILL, Contest, faster_threads, take_turns
from lpu_engine.model.architecture import Architecture, read_architecture

BANDWIDTH_GOAL = Goal(0.8)
GIGA = 1e9
SUM = "an int8 sum over 1 GB"


def bandwidth_found(model: Model, rounds: int) -> Found:
    """Decoding reads every int8 weight once a token; keys, values and scales are not counted."""
    about = "int8 weights read in decode, 1 stream, GB/s"
    token_bytes = read_architecture(model.folder()).active_parameters
    goal = BANDWIDTH_GOAL if model is M500 else None
    spreads, threads = _turns(model, DECODE, {SUM: reading()}, rounds)
    row = _row(f"{model.name}-bandwidth", about, token_bytes, spreads, threads, goal)
    return Found((row,))


def matrix_found(model: Model, rounds: int) -> Found:
    """A prompt's products with the layers' matrices; attention and logits are not counted."""
    about = "int8 operations in a prefill of 512, billion/s"
    token_operations = 2 * _layers(read_architecture(model.folder()))
    products = {
        f"a {precision} product (torch)": multiplying(precision)
        for precision in PRECISIONS
        if precision_works(M6.folder(), precision)
    }
    spreads, threads = _turns(model, PREFILL, products, rounds)
    row = _row(f"{model.name}-matrix", about, token_operations, spreads, threads, None)
    return Found((row,))


def _turns(
    model: Model, contest: Contest, best: Mapping[str, Rate], rounds: int
) -> tuple[dict[str, Spread], int]:
    """This engine on its faster threads, in turn with what this machine does at best."""
    workload = contest.workload(model.decoded_tokens)
    make = this_engine(model.folder(), contest).ways[""]
    with closing(make()) as side:
        threads, _ = faster_threads(side, workload)
        side.use_threads(threads)
        return take_turns({OURS: partial(workload, side), **best}, rounds), threads


def _row(
    part: str,
    about: str,
    of_a_token: int,
    spreads: Mapping[str, Spread],
    threads: int,
    goal: Goal | None,
) -> Row:
    what, _, unit = about.rpartition(", ")
    ours = spreads[OURS].scaled(of_a_token / GIGA)
    best = [
        share_of(name, ours, spread.scaled(1 / GIGA), THREADS, goal)
        for name, spread in spreads.items()
        if name != OURS
    ]
    return Row(
        part,
        what,
        unit,
        (Line(OURS, ours, threads), *best),
        "share",
        ("the highest of what the machine does counts",),
    )


def _layers(architecture: Architecture) -> int:
    """Parameters of all layers, without the head."""
    return architecture.active_parameters - architecture.vocabulary * architecture.width
