"""How much of what this machine does at best the engine uses: weights read, weights multiplied."""

from contextlib import closing
from functools import partial

from bench.contests import this_engine
from bench.figures import OURS, Found, Goal, Line, Row, Spread, share_of
from bench.machine import RUNS, THREADS, bytes_read_per_s, operations_per_s
from bench.models import M6, M500, Model
from bench.transformers_peer import PRECISIONS, precision_works
from bench.workloads import DECODE, PREFILL, Contest, faster_threads, take_turns
from lpu_engine.model.architecture import Architecture, read_architecture

BANDWIDTH_GOAL = Goal(0.8)
GIGA = 1e9
BEST = f"the best of {RUNS} runs counts"


def bandwidth_found(model: Model, rounds: int) -> Found:
    """Decoding reads every int8 weight once a token; keys, values and scales are not counted."""
    rate, threads = _rate(model, DECODE, rounds)
    read = rate.scaled(read_architecture(model.folder()).active_parameters / GIGA)
    whole = bytes_read_per_s().scaled(1 / GIGA)
    goal = BANDWIDTH_GOAL if model is M500 else None
    lines = (
        Line(OURS, read, threads),
        share_of("an int8 sum over 1 GB", read, whole, THREADS, goal),
    )
    about = "int8 weights read in decode, 1 stream"
    return Found((Row(f"{model.name}-bandwidth", about, "GB/s", lines, "share", (BEST,)),))


def matrix_found(model: Model, rounds: int) -> Found:
    """A prompt's products with the layers' matrices; attention and logits are not counted."""
    rate, threads = _rate(model, PREFILL, rounds)
    done = rate.scaled(2 * _layers(read_architecture(model.folder())) / GIGA)
    peaks = {p: operations_per_s(p) for p in PRECISIONS if precision_works(M6.folder(), p)}
    lines = [
        share_of(f"a {p} product (torch)", done, peak.scaled(1 / GIGA), THREADS, None)
        for p, peak in peaks.items()
    ]
    about = "int8 operations in a prefill of 512"
    row = Row(
        f"{model.name}-matrix",
        about,
        "billion/s",
        (Line(OURS, done, threads), *lines),
        "share",
        (BEST,),
    )
    return Found((row,))


def _rate(model: Model, contest: Contest, rounds: int) -> tuple[Spread, int]:
    """Tokens per second on its faster threads, and how many those are."""
    workload = contest.workload(model.decoded_tokens)
    make = this_engine(model.folder(), contest).ways[""]
    with closing(make()) as side:
        threads, _ = faster_threads(side, workload)
        side.use_threads(threads)
        return take_turns({OURS: partial(workload, side)}, rounds)[OURS], threads


def _layers(architecture: Architecture) -> int:
    """Parameters of all layers, without the head."""
    return architecture.active_parameters - architecture.vocabulary * architecture.width
