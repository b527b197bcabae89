"""Blocks of keys and values: lent, remembered with the ids before them, forgotten oldest first."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpu_engine.model.architecture import Architecture, architecture_from_config
from lpu_engine.runtime.attend_tiles import BLOCK
from lpu_engine.runtime.cache import (
    Cache,
    Lease,
    block_bytes,
    blocks_for,
    blocks_within,
    reserved,
)


def architecture(window: int = 1000) -> Architecture:
    return architecture_from_config(
        {
            "architectures": ["LlamaForCausalLM"],
            "hidden_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "intermediate_size": 96,
            "vocab_size": 300,
            "max_position_embeddings": window,
        }
    )


def leased(cache: Cache, prompt: Sequence[int], positions: int) -> Lease:
    lease = cache.lease(prompt, positions)
    assert lease is not None
    return lease


@pytest.mark.parametrize(("positions", "blocks"), [(1, 1), (32, 1), (33, 2), (4096, 128)])
def test_blocks_hold_32_positions_each(positions: int, blocks: int) -> None:
    assert blocks_for(positions) == blocks


def resident_bytes() -> int:
    return 4096 * int(Path("/proc/self/statm").read_text().split()[1])


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason=f"no statm on {sys.platform}")
def test_memory_is_taken_where_it_is_written_and_nowhere_near_it() -> None:
    before = resident_bytes()
    room = reserved((64, 2**21))  # 64 layers, 4 MiB apart
    room[:, 0] = 1
    assert resident_bytes() - before < 2**22
    assert np.count_nonzero(room[:, :2]) == 64


def test_a_cache_stays_within_its_bytes_but_holds_one_conversation() -> None:
    shape = architecture()
    assert block_bytes(shape) == 2 * 2 * 2 * 2 * 16 * BLOCK
    assert blocks_within(shape, 40 * block_bytes(shape) + 5) == 40
    assert blocks_within(shape, 0) == blocks_for(1000)
    assert blocks_within(architecture(window=131_072), 0) == blocks_for(4096)


def test_blocks_are_lent_once_and_come_back() -> None:
    cache = Cache(architecture(), 9)
    first, second = cache.take(128), cache.take(100)
    assert not set(first.tolist()) & set(second.tolist())
    assert cache.free_blocks == 1
    assert cache.lease(range(40), 40) is None
    cache.give_back(first)
    assert cache.free_blocks == 5


@pytest.mark.parametrize(
    ("prompt", "known"),
    [(range(100), 96), (range(97), 96), (range(96), 64), (range(31), 0), (range(1, 100), 0)],
    ids=["longer", "one more", "the same: one is left to feed", "too short", "another"],
)
def test_a_prompt_begins_behind_the_full_blocks_that_another_filled(
    prompt: range, known: int
) -> None:
    cache = Cache(architecture(), 20)
    first = leased(cache, range(96), 120)
    cache.release(first, range(110))
    second = leased(cache, prompt, 200)
    assert second.known == known
    assert second.blocks[: known // BLOCK].tolist() == first.blocks[: known // BLOCK].tolist()
    assert len(second.blocks) == blocks_for(200)


def test_only_what_was_fed_is_remembered() -> None:
    cache = Cache(architecture(), 20)
    cache.release(leased(cache, range(96), 120), range(63))
    assert leased(cache, range(200), 200).known == 32


def test_prompts_share_up_to_where_they_part() -> None:
    cache = Cache(architecture(), 20)
    begun = [*range(64)]
    cache.release(leased(cache, [*begun, 1, 2], 100), [*begun, *[1] * 32])
    cache.release(leased(cache, [*begun, 3], 100), [*begun, *[3] * 32])
    assert leased(cache, [*begun, *[1] * 40], 120).known == 96
    assert leased(cache, [*begun, *[3] * 40], 120).known == 96
    assert leased(cache, [*begun, *[5] * 40], 120).known == 64


def test_two_that_fed_the_same_at_once_leave_it_once() -> None:
    cache = Cache(architecture(), 8)
    both = [leased(cache, range(96), 100) for _ in range(2)]
    for lease in both:
        cache.release(lease, range(100))
    assert cache.free_blocks == 8
    third = leased(cache, range(100), 256)
    assert (third.known, len(set(third.blocks.tolist()))) == (96, 8)


def test_what_is_held_stays_and_the_oldest_is_forgotten_from_its_end() -> None:
    cache = Cache(architecture(), 9)
    cache.release(leased(cache, range(96), 96), range(96))
    cache.release(leased(cache, range(1000, 1096), 96), range(1000, 1096))
    held = leased(cache, [*range(64), 7], 96)  # two blocks of the first, and one more
    assert (held.known, cache.free_blocks) == (64, 6)
    large = leased(cache, range(2000, 2100), 128)  # takes what is free and forgets two
    assert not set(large.blocks.tolist()) & set(held.blocks.tolist())
    cache.release(large, [])
    assert leased(cache, range(1000, 1097), 97).known == 64


def test_what_nobody_holds_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    shape = architecture()
    monkeypatch.setattr("lpu_engine.runtime.cache.REMEMBERED_BYTES", 2 * block_bytes(shape))
    cache = Cache(shape, 20)
    cache.release(leased(cache, range(96), 96), range(96))
    assert leased(cache, range(100), 100).known == 64


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(1, 150), st.integers(0, 60), st.booleans()),
        max_size=40,
    )
)
def test_a_shared_block_always_holds_the_ids_of_who_shares_it(
    asked: list[tuple[int, int, int, bool]],
) -> None:
    """`filled` is what each block was last filled with, as kernels would fill it."""
    cache, filled, opened = Cache(architecture(), 12), {}, []
    for kind, prompt_length, answer_length, stays in asked:
        ids = [kind if n >= 40 else 9 for n in range(prompt_length + answer_length)]
        lease = cache.lease(ids[:prompt_length], len(ids))
        if lease is None:
            for other in opened:
                cache.release(*other)
            opened = []
            continue
        for place in range(lease.known // BLOCK):
            assert filled[lease.blocks[place]] == ids[: (place + 1) * BLOCK]
        for place in range(lease.known // BLOCK, len(lease.blocks)):
            filled[lease.blocks[place]] = ids[: (place + 1) * BLOCK]
        opened.append((lease, ids))
        if not stays:
            cache.release(*opened.pop())
    for other in opened:
        cache.release(*other)
    assert cache.free_blocks == 12
