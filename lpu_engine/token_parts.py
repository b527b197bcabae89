"""A Program's token → what its time goes into, kind by kind of work; what was fitted apart."""

from collections import Counter
from dataclasses import dataclass

from lpu_engine.compiler.pipeline.program import PipelineProgram
from lpu_engine.deployment import AnyProgram
from lpu_engine.hardware.lpu import CLOCK_HZ, DRAIN_CYCLES


@dataclass(frozen=True, slots=True)
class Part:
    """A share of one decoded token's time; the parts add up to the whole token."""

    name: str  # of the kind of work
    about: str  # one sentence: what happens then
    seconds: float
    is_fitted: bool  # to a published speed; else first principles


# Kinds of work, in the order of a layer: name, what happens, and the first word of its blocks.
PIPELINE_KINDS = (
    (
        "queries, keys, values",
        "Norm and matrix of the heads; keys and values go to the cache.",
        ("heads",),
    ),
    (
        "attention",
        "Scores against the cache, softmax, mix of the values, and the output's matrix.",
        ("attention", "output"),
    ),
    ("router", "Norm of an expert layer's rows, and which experts they ask.", ("router", "norm")),
    (
        "feed-forward",
        "The largest matrices: their weights stream out of SRAM, each once a token.",
        ("feed-forward", "expert"),
    ),
    (
        "sums over links",
        "What the chips of a group have each in part is summed up, share by share.",
        ("sum",),
    ),
    ("hops", "From the chips of one stage to those of the next.", ("hop",)),
    ("logits", "The last norm, and the matrix of the vocabulary.", ("head",)),
    (
        "synchronise",
        "Fitted: no public fact explains this time; a group of chips waits for each other.",
        ("synchronise",),
    ),
    (
        "choose expert",
        "Fitted: no public fact explains this time; a chosen expert's weights are found.",
        ("choose",),
    ),
)
CHIP_KINDS = (
    (
        "queries, keys, values",
        "Norm and matrix of the heads; their place in the cache.",
        ("before",),
    ),
    (
        "attention",
        "Scores, softmax and mix of the values, in 32-bit sums on the vector unit.",
        ("scores", "peak", "weigh", "total", "mix"),
    ),
    ("output and feed-forward", "The other matrices of a layer.", ("after",)),
    ("logits", "The last norm, and the matrix of the vocabulary.", ("head",)),
)
FITTED = ("synchronise", "choose expert")


def parts_of(program: AnyProgram, position: int) -> tuple[Part, ...]:
    """What the token at a position spends its time on."""
    spent: Counter[str] = Counter()
    for instance in program.token(position):
        spent[instance.block.name.split()[0].rstrip(",")] += instance.block.cycles
    kinds = PIPELINE_KINDS if isinstance(program, PipelineProgram) else CHIP_KINDS
    cycles = [sum(spent[first] for first in blocks) for _, _, blocks in kinds]
    cycles[[name for name, _, _ in kinds].index("logits")] += DRAIN_CYCLES
    return tuple(
        Part(name, about, each / CLOCK_HZ, name in FITTED)
        for (name, about, _), each in zip(kinds, cycles, strict=True)
        if each
    )
