"""A model is cut into stages that hold all of it once, in order, and as many users as they say."""

import re
from dataclasses import replace

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pipelines import FITTED, Deployment, deployments, small

from lpu_engine.compiler.pipeline.compile import compile_pipeline
from lpu_engine.compiler.pipeline.pieces import ADDRESSES, BadDeployment, Kind, Piece, Stage
from lpu_engine.compiler.pipeline.program import Fitted
from lpu_engine.compiler.pipeline.shard import shard
from lpu_engine.compiler.pipeline.stages import stages_of
from lpu_engine.compiler.pipeline.verify import verify_pipeline
from lpu_engine.compiler.placement import DoesNotFit

CHIPS = re.compile(r"[Gg]ive at least ([\d,]+) chips")
RANGE = re.compile(r"into ([\d,]+) stages at most.* give from ([\d,]+) chips to as many\.")
CONTEXT = re.compile(r"a context of at most ([\d,]+) tokens")
SENTENCE = re.compile(r"[A-Z0-9][^\n]+[.]")
# Finer than parts of a chip, so that a group holds layers whole, in parts, or not at all.
LARGE = Deployment(
    small(
        width=5_120,
        layers=3,
        heads=40,
        kv_heads=8,
        head_dim=128,
        feed_forward=14_336,
        vocabulary=32_000,
        window=4_096,
        experts=8,
        active_experts=2,
    ),
    group=8,
    users=2,
)


def cut(d: Deployment, count: int | None = None) -> tuple[Stage, ...]:
    return stages_of(shard(d.architecture, d.group), d.architecture.window, d.users, count)


def fewest(d: Deployment) -> int:
    """How many stages are needed; shapes that no number of chips holds are left aside."""
    try:
        return len(cut(d))
    except DoesNotFit:
        assume(False)
        raise


def most(d: Deployment) -> int:
    """How many stages there can be, as the refusal of too many says."""
    with pytest.raises(BadDeployment) as refused:
        cut(d, 10**6)
    found = RANGE.search(str(refused.value))
    assert found, refused.value
    return number(found[1])


def number(digits: str) -> int:
    return int(digits.replace(",", ""))


def pieces_of(stages: tuple[Stage, ...]) -> list[Piece]:
    return [piece for stage in stages for piece in stage.pieces]


def users_of(stages: tuple[Stage, ...]) -> int:
    return min(stage.users for stage in stages if stage.users is not None)


def order(piece: Piece) -> tuple[bool, int, int]:
    kinds = (Kind.ATTENTION, Kind.OUTPUT, Kind.FEED)
    is_head = piece.kind == Kind.HEAD
    return is_head, piece.layer, 0 if is_head else kinds.index(piece.kind)


def check_whole(d: Deployment, stages: tuple[Stage, ...]) -> None:
    """All of the model is there once, in order."""
    share, pieces = shard(d.architecture, d.group), pieces_of(stages)
    assert all(stage.pieces for stage in stages)
    assert [order(piece) for piece in pieces] == sorted(order(piece) for piece in pieces)
    assert sum(p.vectors for p in pieces if p.kind == Kind.HEAD) == share.vocabulary
    for layer in range(d.architecture.layers):
        mine = [p for p in pieces if p.layer == layer and p.kind != Kind.HEAD]
        assert sum(p.kind == Kind.ATTENTION for p in mine) == 1
        assert sum(p.layout.has("heads") for p in mine) == 1
        assert sum(p.layout.has("output") for p in mine) == 1
        parts = [p for p in mine if p.kind == Kind.FEED]
        assert sum(p.vectors for p in parts) == share.feed_forward
        assert all(p.vectors > 0 for p in parts)
        assert [p.is_first for p in parts] == [True] + [False] * (len(parts) - 1)
        assert [p.is_last for p in parts] == [False] * (len(parts) - 1) + [True]


def check_addresses(d: Deployment, stages: tuple[Stage, ...]) -> None:
    """Weights of pieces, then the caches of each user, beside each other and within a slice."""
    experts = max(d.architecture.experts, 1)
    for stage in stages:
        taken: list[tuple[int, int]] = []
        for piece in stage.pieces:
            copies = experts if piece.kind == Kind.FEED else 1
            assert piece.layout.rows * copies <= piece.rows
            taken.append((piece.address, piece.address + piece.rows))
            for user in range(d.users):
                start = piece.cache + user * stage.cache_rows
                taken.append((start, start + piece.cache_rows))
        spans = sorted(span for span in taken if span[0] < span[1])
        ends = [0, *(end for _, end in spans)]
        assert all(start >= end for (start, _), end in zip(spans, ends, strict=False))
        assert ends[-1] <= ADDRESSES


def check_users(d: Deployment, stages: tuple[Stage, ...]) -> None:
    """There is room for those who asked; one more than the most does not fit."""
    users = users_of(stages)
    assert users >= d.users
    full = [s for s in stages if s.weight_rows + (users + 1) * s.cache_rows > ADDRESSES]
    assert full
    assert all(s.weight_rows + users * s.cache_rows <= ADDRESSES for s in stages)


@given(deployments())
@example(LARGE)
def test_the_fewest_stages_hold_all_of_the_model_once_and_in_order(d: Deployment) -> None:
    fewest(d)
    stages = cut(d)
    check_whole(d, stages)
    check_addresses(d, stages)
    check_users(d, stages)


@settings(max_examples=15)
@given(deployments(), st.data())
@example(LARGE, None)
def test_every_number_of_stages_from_the_fewest_to_the_most_is_cut_exactly(
    d: Deployment, data: st.DataObject | None
) -> None:
    low = fewest(d)
    high = most(d)
    count = (low + high) // 2 if data is None else data.draw(st.integers(low, high))
    for wanted in {low, count, high}:
        stages = cut(d, wanted)
        assert len(stages) == wanted
        check_whole(d, stages)
        check_addresses(d, stages)
        check_users(d, stages)


@settings(max_examples=60)
@given(deployments())
@example(LARGE)
def test_one_stage_less_than_the_fewest_is_refused_and_the_refusal_names_them(
    d: Deployment,
) -> None:
    least = fewest(d)
    assume(least > 1)
    with pytest.raises(DoesNotFit) as refused:
        cut(d, least - 1)
    named = CHIPS.search(str(refused.value))
    assert SENTENCE.fullmatch(str(refused.value))
    assert named
    assert number(named[1]) == least * d.group
    assert len(cut(d, least)) == least


@settings(max_examples=15)
@given(deployments())
@example(LARGE)
def test_more_stages_never_have_room_for_fewer_users(d: Deployment) -> None:
    low = fewest(d)
    counts = range(low, min(most(d), low + 6) + 1)
    users = [users_of(cut(d, count)) for count in counts]
    assert users == sorted(users)


def refusal(d: Deployment) -> str:
    """Why it does not fit; empty where it does."""
    try:
        cut(d)
    except DoesNotFit as refused:
        return str(refused)
    return ""


@settings(max_examples=60)
@given(deployments(), st.integers(1, 40))
def test_a_context_that_a_refusal_names_is_the_longest_that_fits(d: Deployment, times: int) -> None:
    """Where one layer's keys and values are too much for a chip, however many chips there are."""
    large = replace(d, users=d.users * times)
    said = refusal(large)
    named = CONTEXT.search(said)
    assume(named)
    assert named
    assert SENTENCE.fullmatch(said)
    longest, share = number(named[1]), shard(large.architecture, large.group)
    assert 0 < longest < large.architecture.window
    assert stages_of(share, longest, large.users, None)
    with pytest.raises(DoesNotFit):
        stages_of(share, longest + 1, large.users, None)


@pytest.mark.parametrize(
    ("given_chips", "group", "window", "users", "says"),
    [
        (0, 8, None, 1, "at least one group of 8"),
        (-8, 8, None, 1, "at least one group of 8"),
        (12, 8, None, 1, "multiple of 8"),
        (None, 0, None, 1, "1 to 8 chips"),
        (None, -1, None, 1, "1 to 8 chips"),
        (None, 9, None, 1, "1 to 8 chips"),
        (None, 8, None, 0, "at least 1 user"),
        (None, 8, None, -3, "at least 1 user"),
        (None, 8, 0, 1, "give 1 to 960"),
        (None, 8, -1, 1, "give 1 to 960"),
        (None, 8, 961, 1, "give 1 to 960"),
        (8 * 10**9, 8, None, 1, "at most"),
    ],
)
def test_numbers_that_cannot_be_are_refused_in_one_sentence_that_says_what_to_give(
    given_chips: int | None, group: int, window: int | None, users: int, says: str
) -> None:
    with pytest.raises(BadDeployment, match=says) as refused:
        compile_pipeline(
            small(), FITTED, chips=given_chips, group=group, window=window, users=users
        )
    assert SENTENCE.fullmatch(str(refused.value))


def test_a_head_or_experts_beyond_the_lanes_of_a_vector_are_refused() -> None:
    for architecture in (small(head_dim=322), small(experts=321, active_experts=2)):
        with pytest.raises(DoesNotFit, match="320 lanes"):
            compile_pipeline(architecture, FITTED)


def test_a_feed_forward_of_which_only_the_finest_part_fits_a_chip_is_cut_to_it() -> None:
    """A quarter of 8 experts of 14,336 is too much for one chip, a vector of each is not."""
    architecture = small(width=2_048, feed_forward=14_336, experts=8, active_experts=4)
    check_whole(d := Deployment(architecture, group=1, users=1), cut(d))
    with pytest.raises(DoesNotFit, match="at least"):
        cut(d, 1)


def test_a_model_no_part_of_which_fits_a_chip_is_refused_whatever_the_chips() -> None:
    architecture = small(width=8_192, feed_forward=200_000, experts=320, active_experts=2)
    for chips in (None, 8, 8_000):
        with pytest.raises(DoesNotFit, match="smallest part"):
            compile_pipeline(architecture, FITTED, chips=chips, group=8)


def test_experts_are_dealt_to_stages_where_a_part_of_all_is_too_much_for_a_chip() -> None:
    architecture = small(width=640, experts=200, active_experts=4)
    program = compile_pipeline(architecture, Fitted(1_000, 100), group=2)
    verify_pipeline(program)
    pieces = [piece for stage in program.stages for piece in stage.pieces]
    for layer in range(architecture.layers):
        dealt = [p for p in pieces if p.kind == Kind.FEED and p.layer == layer]
        assert len(dealt) > 1
        held = [e for p in dealt for e in range(p.first_expert, p.first_expert + p.experts)]
        assert held == list(range(200))
        assert all(piece.vectors == program.shard.feed_forward for piece in dealt)
    blocks = [instance.block.name for instance in program.token(0)]
    parts = sum(piece.kind == Kind.FEED for piece in pieces)
    assert blocks.count("choose expert") == architecture.layers * 4
    assert sum(name.startswith("expert ") for name in blocks) == parts * 4
