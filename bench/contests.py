"""A model and a workload → a row: this engine and its peers in turn, each on its faster threads."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.figures import OURS, Found, Goal, Line, Row, against
from bench.gguf_file import Kind, gguf_of
from bench.llama_cpp_peer import LlamaCpp, extra_buffers_work
from bench.models import M6, M500, Model
from bench.sides import Side, ThisEngine
from bench.transformers_peer import PRECISIONS, Transformers, precision_works
from bench.workloads import WINDOW, Contest, Workload, faster_threads, take_turns

NO_BUFFERS = "the default (AMX) weight buffers of {} end the process on this machine: off"
NO_F32 = "llama.cpp F32 is left out: with 2 GB of weights it would take most of the time"


@dataclass(frozen=True, slots=True)
class Contender:
    """A side by the name of its line, and how to make it in each way that it can run."""

    name: str
    ways: Mapping[str, Callable[[], Side]]


@dataclass(frozen=True, slots=True)
class Ready:
    """A side in its fastest way, on its faster threads."""

    name: str
    side: Side
    threads: int


def contest_found(model: Model, contest: Contest, rounds: int) -> Found:
    """One row; all sides are open at the same time, and take turns."""
    folder = model.folder()
    peers, notes = _peers(model, folder, contest)
    workload = contest.workload(model.decoded_tokens)
    with ExitStack() as stack:
        ready = [_ready(c, workload, stack) for c in (this_engine(folder, contest), *peers)]
        turns = {r.name: partial(workload, r.side) for r in ready}
        spreads = take_turns(turns, rounds)
    ours = spreads[ready[0].name]
    wanted = model.goals.get(contest.name)
    goals = {} if wanted is None else {_llama_name("Q8_0"): Goal(wanted)}
    lines = [
        against(r.name, ours, spreads[r.name], r.threads, goals.get(r.name)) for r in ready[1:]
    ]
    first = Line(OURS, ours, ready[0].threads)
    part = f"{model.name}-{contest.name}"
    return Found((Row(part, contest.about, "tokens/s", (first, *lines), notes=notes),))


def this_engine(folder: Path, contest: Contest) -> Contender:
    """Room for as many sequences as the contest has."""
    sequences = contest.sequences or 1
    return Contender(OURS, {"": lambda: ThisEngine(folder, sequences=sequences, window=WINDOW)})


def _peers(
    model: Model, folder: Path, contest: Contest
) -> tuple[tuple[Contender, ...], tuple[str, ...]]:
    """All that run here, and what the reader must know of them."""
    kinds: tuple[Kind, ...] = ("Q8_0",) if model is M500 else ("Q8_0", "F32")
    notes = [NO_F32] if model is M500 else []
    peers = []
    for kind in kinds:
        path = gguf_of(folder, kind)
        extra_buffers = extra_buffers_work(path, contest.rows)
        notes += [] if extra_buffers else [NO_BUFFERS.format(_llama_name(kind))]
        peers.append(_llama_cpp(kind, path, contest, extra_buffers=extra_buffers))
    return (*peers, _transformers(folder, contest)), tuple(notes)


def _llama_name(kind: Kind) -> str:
    return f"llama.cpp {kind}"


def _llama_cpp(kind: Kind, path: Path, contest: Contest, *, extra_buffers: bool) -> Contender:
    sequences = contest.sequences or 1

    def make() -> Side:
        return LlamaCpp(path, sequences=sequences, window=WINDOW, extra_buffers=extra_buffers)

    return Contender(_llama_name(kind), {"": make})


def _transformers(folder: Path, contest: Contest) -> Contender:
    sequences = contest.sequences or 1
    ways: dict[str, Callable[[], Side]] = {
        precision: partial(Transformers, folder, precision, sequences=sequences)
        for precision in PRECISIONS
        if precision_works(M6.folder(), precision)
    }
    return Contender("transformers", ways)


def _ready(contender: Contender, workload: Workload, stack: ExitStack) -> Ready:
    """The fastest way is made again, so that no other stays in memory."""
    trials = {way: _trial(make, workload) for way, make in contender.ways.items()}
    way = max(trials, key=lambda name: trials[name][1])
    side = stack.enter_context(closing(contender.ways[way]()))
    threads, _ = trials[way]
    side.use_threads(threads)
    name = f"{contender.name}, {way}" if way else contender.name
    return Ready(name, side, threads)


def _trial(make: Callable[[], Side], workload: Workload) -> tuple[int, float]:
    with closing(make()) as side:
        return faster_threads(side, workload)
