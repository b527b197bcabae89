"""Every part of the bench: its name, what it measures, and how. The order is that of the table."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bench.chats_held import chats_found
from bench.contests import contest_found
from bench.endpoint import endpoint_found
from bench.fairness import fairness_found
from bench.figures import Found
from bench.memory import memory_found
from bench.models import M6, M15, M135, M500, PEBBLE, RANDOM
from bench.quality import quality_found
from bench.sampling import sampling_found
from bench.shares import bandwidth_found, matrix_found
from bench.tools import (
    answer_found,
    chip_found,
    first_page_found,
    gpus_found,
    pipelines_found,
    race_found,
)
from bench.turns import turns_found
from bench.workloads import CONTESTS

PEERS = "beside llama.cpp and transformers"


@dataclass(frozen=True, slots=True)
class Part:
    """`measure` takes the number of alternating runs."""

    name: str
    about: str
    measure: Callable[[int], Found]


def parts() -> tuple[Part, ...]:
    """All of them."""
    return (*_contests(), *_alone(), *_together(), *_tools())


def _contests() -> list[Part]:
    return [
        Part(f"{m.name}-{c.name}", f"{c.about}, {PEERS}", partial(contest_found, m, c))
        for m in (*RANDOM, PEBBLE)
        for c in CONTESTS
    ]


def _alone() -> list[Part]:
    kinds = (
        ("bandwidth", "share of what this machine reads at best", bandwidth_found, (M135, M500)),
        ("matrix", "share of what it multiplies at best", matrix_found, (M135, M500)),
        ("memory", "peak of a fresh process, above a small model's", memory_found, (M135, M500)),
        ("turns", "first token of a second turn, kept or not", turns_found, (M6, M135)),
        ("sampling", "drawn tokens beside the likeliest", sampling_found, (M6, M15, M135, M500)),
    )
    return [
        Part(f"{model.name}-{kind}", about, partial(found, model))
        for kind, about, found, models in kinds
        for model in models
    ]


def _together() -> list[Part]:
    held = "how many are kept at Mixtral's clock over websockets"
    return [
        Part("fairness", "how long a token waits because of other chats", fairness_found),
        Part("chats", held, _ignoring_rounds(chats_found)),
        Part("quality", "what int8 costs, beside llama.cpp's", _ignoring_rounds(quality_found)),
    ]


def _tools() -> list[Part]:
    tools = (
        ("chip", "a program compiled, proven, predicted from, simulated", chip_found),
        ("pipelines", "the largest models compiled and proven", pipelines_found),
        ("gpus", "all GPUs for one model", gpus_found),
        ("first-page", "`make run` to its first page", first_page_found),
        ("endpoint", "`manage.py measure` beside llama.cpp's own log", endpoint_found),
        ("race", "four lanes in a browser: does the page keep answering?", race_found),
        ("answer", "a long answer in Markdown in a browser: likewise", answer_found),
    )
    return [Part(name, about, _ignoring_rounds(found)) for name, about, found in tools]


def _ignoring_rounds(found: Callable[[], Found]) -> Callable[[int], Found]:
    """Tools have numbers of runs of their own."""
    return lambda rounds: found()
