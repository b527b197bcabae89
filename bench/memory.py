"""The most memory that a model takes, above that of the same process with one layer of width 64.

Each figure is a fresh process, loading included, that takes a prompt and decodes a few tokens.
"""

from collections.abc import Callable
from pathlib import Path

from bench.asking import engine_peak_bytes
from bench.figures import OURS, Found, Goal, Line, Row, Spread, spread_of
from bench.gguf_file import gguf_of
from bench.llama_cpp_peer import llama_cpp_peak_bytes
from bench.models import M6, ONE_LAYER, Model
from bench.transformers_peer import precision_works, transformers_peak_bytes
from lpu_engine.model.architecture import Architecture, read_architecture
from lpu_engine.runtime.cache import KEPT_BYTES

GOAL = Goal(1.4, is_most=True)
MOST_PROCESSES = 3  # of a kind: memory varies little
PROMPT, DECODED = 512, 32
NEEDED = "int8 weights, keys and values"
MEGA = 1e6

Peak = Callable[[Path], int]


def memory_found(model: Model, rounds: int) -> Found:
    """This engine against what it must hold at least, and peers in the same way."""
    above = {name: _above(peak, model, min(rounds, MOST_PROCESSES)) for name, peak in _peaks()}
    ours = above.pop(OURS)
    needed = needed_bytes(read_architecture(model.folder()), PROMPT + DECODED) / MEGA
    lines = (
        Line(OURS, ours),
        Line(NEEDED, spread_of([needed]), None, ours.median / needed, GOAL),
        *(Line(name, theirs, None, ours.median / theirs.median) for name, theirs in above.items()),
    )
    about = "memory above that of a process with one small layer"
    notes = ("the ratio: this engine takes so many times as much",)
    return Found((Row(f"{model.name}-memory", about, "MB", lines, notes=notes),))


def needed_bytes(a: Architecture, positions: int) -> int:
    """A byte a weight; keys and values as this engine keeps them, in bfloat16."""
    return a.parameters + 2 * KEPT_BYTES * a.layers * a.kv_heads * a.head_dim * positions


def _peaks() -> list[tuple[str, Peak]]:
    peaks: list[tuple[str, Peak]] = [(OURS, _engine), ("llama.cpp Q8_0", _llama_cpp)]
    if precision_works(M6.folder(), "bfloat16"):
        peaks.append(("transformers, bfloat16", _transformers))
    return peaks


def _above(peak: Peak, model: Model, processes: int) -> Spread:
    """In MB. The first process is left out: it may compile what later ones load."""
    small = ONE_LAYER.folder()
    peak(small)
    taken = [peak(model.folder()) - peak(small) for _ in range(processes)]
    return spread_of(taken).scaled(1 / MEGA)


def _engine(folder: Path) -> int:
    return engine_peak_bytes(folder, prompt=PROMPT, decoded=DECODED)


def _llama_cpp(folder: Path) -> int:
    return llama_cpp_peak_bytes(gguf_of(folder, "Q8_0"), prompt=PROMPT, decoded=DECODED)


def _transformers(folder: Path) -> int:
    return transformers_peak_bytes(folder, "bfloat16", prompt=PROMPT, decoded=DECODED)
