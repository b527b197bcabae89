"""Small shapes on groups of chips, and their Programs with one block changed, for tests."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from lpu_engine.compiler.instructions import Block
from lpu_engine.compiler.legal import Illegal
from lpu_engine.compiler.pipeline.blocks import Blocks
from lpu_engine.compiler.pipeline.compile import compile_pipeline
from lpu_engine.compiler.pipeline.program import Fitted, PipelineProgram
from lpu_engine.compiler.pipeline.verify import links_agree, pairs_take_turns, verify_pipeline
from lpu_engine.compiler.verify import verify_blocks
from lpu_engine.compiler.verify_memory import parked_before_read
from lpu_engine.model.architecture import LLAMA, Architecture
from lpu_engine.model.families import SILU

FITTED = Fitted(synchronise=100, expert=40)
ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is asked for, but for the number of chips."""

    architecture: Architecture
    group: int
    users: int


def small(
    *,
    width: int = 640,
    layers: int = 2,
    heads: int = 4,
    kv_heads: int = 2,
    head_dim: int = 64,
    feed_forward: int = 640,
    vocabulary: int = 640,
    window: int = 960,
    biases: bool = False,
    head_norms: bool = False,
    branch_norms: bool = False,
    activation: str = SILU,
    experts: int = 0,
    active_experts: int = 0,
    normalized_experts: bool = False,
    sliding_window: int | None = None,
    sliding_layers: tuple[int, ...] = (),
    score_cap: float | None = None,
    logit_cap: float | None = None,
) -> Architecture:
    """An architecture whose Program compiles in a tenth of a second."""
    return Architecture(
        LLAMA,
        width,
        layers,
        heads,
        kv_heads,
        head_dim,
        feed_forward,
        vocabulary,
        window,
        norm_epsilon=1e-5,
        rope_theta=10_000.0,
        tied=False,
        biases=biases,
        head_norms=head_norms,
        branch_norms=branch_norms,
        activation=activation,
        experts=experts,
        active_experts=active_experts,
        normalized_experts=normalized_experts,
        sliding_window=sliding_window,
        sliding_layers=sliding_layers,
        score_cap=score_cap,
        logit_cap=logit_cap,
    )


@st.composite
def deployments(draw: st.DrawFn) -> Deployment:
    """Shapes from a part of a chip to some hundred chips; only their stages are cheap to find."""
    kv_heads, experts = draw(st.sampled_from([1, 2, 3, 8])), draw(st.sampled_from([0, 0, 4, 8]))
    layers = draw(st.integers(1, 12))
    slides = draw(st.booleans())
    architecture = small(
        width=draw(st.sampled_from([64, 640, 1_000, 4_096, 5_120])),
        layers=layers,
        heads=kv_heads * draw(st.integers(1, 8)),
        kv_heads=kv_heads,
        head_dim=draw(st.sampled_from([64, 80, 96, 128, 256])),
        feed_forward=draw(st.sampled_from([100, 640, 3_000, 11_008, 14_336])),
        vocabulary=draw(st.sampled_from([5, 640, 32_000, 128_256])),
        window=draw(st.sampled_from([1, 320, 960, 4_096, 8_192])),
        experts=experts,
        active_experts=min(experts, 2),
        sliding_window=320 if slides else None,
        sliding_layers=tuple(range(0, layers, 2)) if slides else (),
    )
    return Deployment(architecture, draw(st.integers(1, 8)), draw(st.integers(1, 5)))


def compiled(
    architecture: Architecture,
    *,
    chips: int | None = None,
    group: int = 1,
    users: int = 1,
    fitted: Fitted = FITTED,
) -> PipelineProgram:
    return compile_pipeline(architecture, fitted, chips=chips, group=group, users=users)


def phases(program: PipelineProgram) -> dict[str, Blocks]:
    return {"decode": program.decode, "prompt": program.prompt}


def all_blocks(program: PipelineProgram) -> Iterator[tuple[str, str]]:
    """Phase and name of each compiled block."""
    for phase, blocks in phases(program).items():
        for name in blocks.compiled:
            yield phase, name


def block_of(program: PipelineProgram, phase: str, name: str) -> Block:
    return phases(program)[phase].compiled[name]


def with_block(program: PipelineProgram, phase: str, name: str, block: Block) -> PipelineProgram:
    """The same Program, one of its blocks another."""
    old = phases(program)[phase]
    new = replace(old, compiled={**old.compiled, name: block})
    return replace(program, decode=new) if phase == "decode" else replace(program, prompt=new)


def reason_against_block(program: PipelineProgram, phase: str, name: str, block: Block) -> str:
    """Why the Program with this block is refused; first by the proofs of a block alone, quicker."""
    try:
        verify_blocks([block])
        parked_before_read(block.instructions)
        pairs_take_turns(block.instructions)
        links_agree(block.instructions)
    except Illegal as refused:
        return str(refused)
    return reason_against(with_block(program, phase, name, block))


def reason_against(program: PipelineProgram) -> str:
    try:
        verify_pipeline(program)
    except Illegal as refused:
        return str(refused)
    return ACCEPTED
