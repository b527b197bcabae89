"""What a pipeline's Program says of its time equals its blocks, laid one after the other."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

import pytest
from pipelines import FITTED, compiled, small

from lpu_engine.compiler.pipeline.pieces import Kind
from lpu_engine.compiler.pipeline.program import NOTHING_FITTED, Fitted, Instance, PipelineProgram
from lpu_engine.hardware.lpu import DRAIN_CYCLES, NODE, Opcode

WINDOW = 2_900
DENSE = small(layers=3, feed_forward=1_280, window=WINDOW)
EXPERTS = small(
    layers=2,
    feed_forward=1_280,
    window=WINDOW,
    experts=4,
    active_experts=2,
    normalized_experts=True,
)
SLIDING = small(layers=3, window=WINDOW, sliding_window=500, sliding_layers=(0, 2))
FEW_HEADS = small(layers=1, heads=4, kv_heads=1, window=WINDOW)
ARCHITECTURES = {
    "dense": DENSE,
    "experts": EXPERTS,
    "sliding": SLIDING,
    "few heads": FEW_HEADS,
}
DEPLOYMENTS = [
    (name, group, stages)
    for name in ARCHITECTURES
    for group, stages in ((1, 1), (1, 4), (2, 3), (NODE, 2))
]
EVERY_DEPLOYMENT = pytest.mark.parametrize(("name", "group", "stages"), DEPLOYMENTS)
POSITIONS = (0, 1, 318, 319, 320, 639, 640, 1_279, 1_280, 1_599, 1_600, 2_240, WINDOW - 1)
TOKENS = (1, 2, 15, 16, 17, 319, 320, 321, 337, 1_000, WINDOW)


@cache
def program_of(name: str, group: int, stages: int, fitted: Fitted = FITTED) -> PipelineProgram:
    return compiled(ARCHITECTURES[name], group=group, chips=group * stages, fitted=fitted)


def cycles(instances: Iterator[Instance]) -> int:
    return sum(instance.block.cycles for instance in instances)


def is_hop(instance: Instance) -> bool:
    opcodes = instance.block.instructions["opcode"]
    in_hop = (opcodes == Opcode.SEND).any() and instance.block.name.startswith("hop")
    return bool(in_hop)


def stages_of_chunk(program: PipelineProgram, start: int) -> list[tuple[int, int]]:
    """Of each stage that a chunk goes through: cycles of the hop to it, and of its own blocks."""
    out = [[0, 0] for _ in program.stages]
    for instance in program.chunk(start, is_last=False):
        out[instance.stage][not is_hop(instance)] += instance.block.cycles
    return [(hop, own) for hop, own in out]


def busy(program: PipelineProgram, begun: int, start: int) -> list[tuple[int, int]]:
    """From when to when each stage works for a chunk: from the hop to it to the end of its next."""
    parts, now, out = stages_of_chunk(program, start), begun, []
    for number, (hop, own) in enumerate(parts):
        onward = parts[number + 1][0] if number + 1 < len(parts) else 0
        out.append((now, now + hop + own + onward))
        now += hop + own
    return out


def starts_of(program: PipelineProgram, tokens: int) -> list[int]:
    return list(range(0, tokens, program.prompt.rows))


def begins(program: PipelineProgram, starts: Sequence[int]) -> list[int]:
    """When each chunk may begin: a stage's hops and blocks, of the chunk before, are its beat."""
    now, out = 0, []
    for start in starts:
        out.append(now)
        now += max(end - begun for begun, end in busy(program, now, start))
    return out


@EVERY_DEPLOYMENT
def test_a_token_takes_as_long_as_its_blocks(name: str, group: int, stages: int) -> None:
    program = program_of(name, group, stages)
    for position in POSITIONS:
        total = cycles(program.token(position)) + DRAIN_CYCLES
        assert program.token_cycles(position) == total, position


@EVERY_DEPLOYMENT
def test_a_later_token_never_takes_less(name: str, group: int, stages: int) -> None:
    program = program_of(name, group, stages)
    times = [program.token_cycles(position) for position in range(0, WINDOW, 40)]
    assert times == sorted(times)
    assert times[0] < times[-1]


@EVERY_DEPLOYMENT
def test_a_prompt_takes_as_long_as_its_chunks_through_the_stages(
    name: str, group: int, stages: int
) -> None:
    program = program_of(name, group, stages)
    for tokens in TOKENS:
        starts = starts_of(program, tokens)
        begun = begins(program, starts)[-1]
        last = cycles(program.chunk(starts[-1], is_last=True))
        assert program.prompt_cycles(tokens) == begun + last + DRAIN_CYCLES, tokens


@EVERY_DEPLOYMENT
def test_no_stage_works_for_two_chunks_at_once(name: str, group: int, stages: int) -> None:
    program = program_of(name, group, stages)
    starts = starts_of(program, 1_000)
    chunks = [
        busy(program, begun, start)
        for begun, start in zip(begins(program, starts), starts, strict=True)
    ]
    for before, after in pairwise(chunks):
        for (_, end), (begun, _) in zip(before, after, strict=True):
            assert begun >= end


@EVERY_DEPLOYMENT
def test_a_longer_prompt_never_takes_less(name: str, group: int, stages: int) -> None:
    program = program_of(name, group, stages)
    times = [program.prompt_cycles(tokens) for tokens in range(1, WINDOW, 37)]
    assert times == sorted(times)


@pytest.mark.parametrize("fitted", [Fitted(1, 0), Fitted(0, 1), Fitted(700, 30)])
@pytest.mark.parametrize("name", ["dense", "experts"])
@pytest.mark.parametrize(("group", "stages"), [(1, 1), (2, 1), (2, 3), (8, 5)])
def test_a_token_has_the_fitted_cycles_of_its_layers_and_no_others(
    name: str, group: int, stages: int, fitted: Fitted
) -> None:
    """Two synchronisations a dense layer, three with experts; none in a group of one.

    A choice for each active expert of a layer; one chip alone has nothing fitted.
    """
    a = ARCHITECTURES[name]
    syncs = (3 if a.experts else 2) * a.layers * (group > 1)
    choices = a.layers * a.active_experts * (group * stages > 1)
    more = syncs * fitted.synchronise + choices * fitted.expert
    with_fitted = program_of(name, group, stages, fitted)
    without = program_of(name, group, stages, NOTHING_FITTED)
    for position in (0, 320, WINDOW - 1):
        apart = with_fitted.token_cycles(position) - without.token_cycles(position)
        assert apart == more, position


@pytest.mark.parametrize("name", ["dense", "experts"])
def test_nothing_fitted_stands_in_a_program_without_it(name: str) -> None:
    program = program_of(name, 2, 1, NOTHING_FITTED)
    fitted = (Opcode.SYNCHRONISE, Opcode.CHOOSE_EXPERT)
    for block in program.blocks():
        assert not set(block.instructions["opcode"].tolist()) & set(fitted)


@pytest.mark.parametrize("group", [1, 2, NODE])
def test_attention_over_any_number_of_tiles_is_as_long_as_its_line_says(group: int) -> None:
    """The blocks in between are compiled when they are asked for, and must not be longer."""
    for name in ARCHITECTURES:
        program = program_of(name, group, 1)
        for position in range(0, WINDOW, 320):
            assert cycles(program.token(position)) + DRAIN_CYCLES == program.token_cycles(position)
            start = position // program.prompt.rows * program.prompt.rows
            assert cycles(program.chunk(start, is_last=False)) > 0


def test_each_chip_of_a_longer_pipeline_has_less_to_do() -> None:
    """A token takes longer by the hops, but the slowest stage is faster."""
    one, four = program_of("dense", 1, 1), program_of("dense", 1, 4)
    assert four.token_cycles(0) > one.token_cycles(0)
    slowest = [max(p.decode_times.at(1)) for p in (one, four)]
    assert slowest[1] < slowest[0]


def test_experts_of_a_prompt_are_all_that_its_rows_may_ask() -> None:
    """16 rows that each ask 2 of 4 experts ask all 4."""
    program = program_of("experts", 1, 1)
    pieces = sum(p.kind == Kind.FEED for stage in program.stages for p in stage.pieces)
    asked = [i for i in program.chunk(0, is_last=False) if i.block.name.startswith("expert")]
    assert program.prompt.rows > 1
    assert len(asked) == 4 * pieces
    assert {instance.tile for instance in asked} == {0, 1, 2, 3}


@pytest.mark.parametrize("position", [-1, WINDOW])
def test_a_position_outside_the_window_has_no_time(position: int) -> None:
    with pytest.raises(ValueError, match="2,900 tokens"):
        program_of("dense", 1, 1).token_cycles(position)


@pytest.mark.parametrize("tokens", [0, -1, WINDOW + 1])
def test_a_prompt_outside_the_window_has_no_time(tokens: int) -> None:
    with pytest.raises(ValueError, match="2,900 tokens"):
        program_of("dense", 1, 1).prompt_cycles(tokens)


@EVERY_DEPLOYMENT
def test_a_program_has_the_chips_and_the_room_that_it_says(
    name: str, group: int, stages: int
) -> None:
    program = program_of(name, group, stages)
    assert program.chips == group * stages
    assert program.most_users >= 1
    assert sum(p.kind == Kind.ATTENTION for s in program.stages for p in s.pieces) == (
        program.architecture.layers
    )
