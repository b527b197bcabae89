"""`python -m tests.golden.listings`: two tiny Programs → the listings that the tests compare with.

It needs no transformers. Read what changed before you commit it: `git diff tests/golden`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lpu_engine.compiler.compile import compile_program
from lpu_engine.compiler.listing import LEGEND, block_listing, head
from lpu_engine.model.architecture import Architecture

FOLDER = Path(__file__).with_name("listings")


@dataclass(frozen=True, slots=True)
class Case:
    """A shape, and the blocks that are shown: all of a Program would be too long to read."""

    architecture: Architecture
    decode: tuple[str, ...] = ()
    prompt: tuple[str, ...] = ()


SMALLEST = Architecture(
    name="LlamaForCausalLM",
    width=32,
    layers=1,
    heads=1,
    kv_heads=1,
    head_dim=32,
    feed_forward=64,
    vocabulary=64,
    window=320,
    norm_epsilon=1e-5,
    rope_theta=10_000.0,
    tied=True,
)
GROUPED = Architecture(  # two vectors wide, three query heads for each of two key heads
    name="LlamaForCausalLM",
    width=330,
    layers=3,
    heads=6,
    kv_heads=2,
    head_dim=50,
    feed_forward=100,
    vocabulary=500,
    window=700,
    norm_epsilon=1e-6,
    rope_theta=500_000.0,
    tied=False,
)
ATTENTION = ("scores", "peak", "weigh", "total", "mix")
CASES: Mapping[str, Case] = {
    "a_decoded_token": Case(SMALLEST, decode=("before", *ATTENTION, "head")),
    "a_prompt_in_groups": Case(GROUPED, decode=("scores",), prompt=ATTENTION),
}


def golden_listing(name: str) -> str:
    """The text as it is today."""
    case = CASES[name]
    program = compile_program(case.architecture)
    parts = [head(program), LEGEND]
    for phase, shown in ((program.decode, case.decode), (program.prompt, case.prompt)):
        parts += [block_listing(program, phase.blocks[block]) for block in shown]
    return "\n".join(parts)


def golden_file(name: str) -> Path:
    return FOLDER / f"{name}.txt"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in CASES:
        golden_file(name).write_text(golden_listing(name), encoding="utf-8")


if __name__ == "__main__":
    main()
