"""Which systems of GPUs there are, what they hold, and the sentence that refuses the rest."""

import cProfile
import re
from dataclasses import replace
from itertools import product

import pytest
from gpus import LLAMA_7B, LLAMA_70B, MIXTRAL, ODD, SHAPES, SYSTEMS

from lpu_engine.baseline.gpu import (
    PRECISIONS,
    BadSystem,
    GpuForecast,
    GpuSystem,
    Work,
    forecast,
    system_name,
)
from lpu_engine.baseline.gpu_share import Share
from lpu_engine.hardware.gpu import GPUS, LARGE_SUM_BYTES, MOST_GPUS, SMALL_SUM_BYTES, sum_s
from lpu_engine.published_runs import architecture_of

ID_OF = {gpu.name: gpu.id for gpu in GPUS}


def refusal(system: GpuSystem, work: Work | None = None) -> str:
    with pytest.raises(BadSystem) as refused:
        forecast(LLAMA_70B, system, work)
    said = str(refused.value)
    assert said[0].isupper()
    assert said.endswith(".")
    return said


@pytest.mark.parametrize(
    ("system", "said"),
    [
        (GpuSystem("rtx-4090", 1), "no GPU 'rtx-4090' here; there are a100-sxm, h100-sxm"),
        (GpuSystem("h100-sxm", 0), "cannot be shared by 0 GPUs here: give 1 to 8"),
        (GpuSystem("h100-sxm", 9), "cannot be shared by 9 GPUs here: give 1 to 8"),
        (GpuSystem("h100-sxm", -1), "cannot be shared by -1 GPUs"),
        (GpuSystem("a100-sxm", 8, "fp8"), "The A100 has no fp8: choose bf16, int8 or int4"),
        (GpuSystem("h100-sxm", 8, "fp4"), "no precision 'fp4' here; there are bf16, fp8"),
        (GpuSystem("h100-sxm", 8, "bf16", 0), "no forecast for 0 users: give 1 to 512"),
        (GpuSystem("h100-sxm", 8, "bf16", 513), "no forecast for 513 users: give 1 to 512"),
    ],
)
def test_a_system_that_there_is_not_is_refused(system: GpuSystem, said: str) -> None:
    assert said in refusal(system)


@pytest.mark.parametrize("work", [Work(0, 1), Work(1, 0), Work(-1, 128)])
def test_work_without_tokens_is_refused(work: Work) -> None:
    assert "give each at least 1" in refusal(GpuSystem("h100-sxm", 8), work)


def systems_named(said: str, system: GpuSystem) -> list[GpuSystem]:
    found = re.findall(r"(one|\d) ?×? ([ABH]\d00)\b(?= or| would)", said)
    return [
        replace(system, gpu=ID_OF[name], count=1 if count == "one" else int(count))
        for count, name in found
    ]


@pytest.mark.parametrize(
    ("model", "system", "work"),
    [
        ("llama2-70b-4096", GpuSystem("h100-sxm", 1), Work()),
        ("llama2-70b-4096", GpuSystem("b200-sxm", 1, "bf16", 300), Work(100, 3900)),
        ("mixtral-8x7b-32768", GpuSystem("a100-sxm", 2, "int8", 40), Work(30_000, 2000)),
        ("llama-3.1-405b", GpuSystem("h100-sxm", 8), Work()),
        ("llama2-7b-2048", GpuSystem("h100-sxm", 3, "fp8", 512), Work(1000, 1000)),
    ],
)
def test_a_refusal_for_memory_names_systems_that_do_and_are_the_fewest(
    model: str, system: GpuSystem, work: Work
) -> None:
    architecture = architecture_of(model)
    with pytest.raises(BadSystem) as refused:
        forecast(architecture, system, work)
    named = systems_named(str(refused.value), system)
    assert named
    for other in named:
        assert forecast(architecture, other, work).system == other
        if other.count > 1:
            with pytest.raises(BadSystem):
                forecast(architecture, replace(other, count=other.count - 1), work)


def test_a_refusal_tells_how_many_users_would_fit_here() -> None:
    system, work = GpuSystem("h100-sxm", 4, "bf16", 512), Work(2000, 2000)
    most = re.search(r"or here (\d+) users\.", refusal(system, work))
    assert most is not None
    users = int(most[1])
    assert forecast(LLAMA_70B, replace(system, users=users), work)
    refusal(replace(system, users=users + 1), work)


def test_where_no_server_would_do_the_sentence_says_what_to_change() -> None:
    said = refusal(GpuSystem("h100-sxm", 1, "bf16", 512), Work(3000, 10**6))
    assert said.endswith("try fewer users, a shorter context or fewer bits a weight.")
    said = refusal(GpuSystem("h100-sxm", 1, "int4", 1), Work(1, 10**9))
    assert said.endswith("no server here would do; try a shorter context.")


def test_a_refusal_never_says_that_as_much_is_needed_as_there_is() -> None:
    for system in SYSTEMS:
        for users in (64, 256, 512):
            try:
                forecast(LLAMA_70B, replace(system, users=users), Work(2000, 2000))
            except BadSystem as error:
                figures = re.search(r"hold ([\d.,]+) GB, and an? \w+ has ([\d.]+) for", str(error))
                assert figures is not None
                assert float(figures[1].replace(",", "")) > float(figures[2])


@pytest.mark.parametrize(
    ("count", "heads", "kv_heads"),
    [(1, 64, 8), (2, 32, 4), (3, 24, 3), (4, 16, 2), (5, 16, 2), (6, 16, 2), (7, 16, 2), (8, 8, 1)],
)
def test_heads_are_dealt_whole_each_key_head_with_those_that_ask_it(
    count: int, heads: int, kv_heads: int
) -> None:
    share = Share(LLAMA_70B, count)
    assert (share.heads, share.kv_heads) == (heads, kv_heads)


@pytest.mark.parametrize(
    ("count", "heads"), [(1, 12), (2, 6), (3, 6), (4, 3), (5, 3), (7, 3), (8, 2)]
)
def test_more_gpus_than_key_heads_have_copies_of_them(count: int, heads: int) -> None:
    share = Share(ODD, count)
    assert share.heads == heads
    one = Share(ODD, 1).cache_bytes(100)
    assert share.cache_bytes(100) == one * max(-(-4 // count), 1) / 4


@pytest.mark.parametrize("name", SHAPES)
def test_one_gpu_holds_the_whole_model(name: str) -> None:
    a = SHAPES[name]
    share = Share(a, 1)
    assert share.weight_bytes("bf16") == 2 * a.parameters
    active = share.layer_weights + share.head_weights + share.asked_weights
    assert active == a.active_parameters
    assert share.found_weights(1) == pytest.approx(share.asked_weights)


def test_shares_add_up_to_the_whole_model_where_heads_can_be_dealt_evenly() -> None:
    for name in ("7B", "70B", "experts"):
        for count in (2, 4, 8):
            whole = Share(SHAPES[name], 1).weight_bytes("bf16")
            assert count * Share(SHAPES[name], count).weight_bytes("bf16") == pytest.approx(whole)


def test_uneven_numbers_of_gpus_hold_a_little_more_than_their_share() -> None:
    whole = Share(LLAMA_70B, 1).weight_bytes("bf16")
    for count in (3, 5, 6, 7):
        each = Share(LLAMA_70B, count).weight_bytes("bf16") * count / whole
        assert 1 < each < 1.15


def test_a_tied_embedding_is_held_once_and_an_untied_one_keeps_sixteen_bits() -> None:
    tied = replace(LLAMA_7B, tied=True)
    rows = LLAMA_7B.vocabulary * LLAMA_7B.width
    for precision, size in (("bf16", 2), ("int8", 1)):
        assert Share(tied, 1).weight_bytes(precision) == size * tied.parameters
        more = Share(LLAMA_7B, 1).weight_bytes(precision) - Share(tied, 1).weight_bytes(precision)
        assert more == 2 * rows


def test_more_tokens_than_experts_ask_no_more_than_all() -> None:
    share = Share(MIXTRAL, 1)
    everything = 8 * share.asked_weights / 2
    assert share.found_weights(10_000) == pytest.approx(everything)
    assert Share(LLAMA_70B, 1).found_weights(512) == 0


def test_a_sum_takes_longer_the_larger_it_is_and_nothing_for_one_gpu() -> None:
    for gpu in GPUS:
        assert sum_s(gpu, 1, 1e9) == 0
        for count in range(2, 9):
            sizes = (1, SMALL_SUM_BYTES, 10**5, LARGE_SUM_BYTES, LARGE_SUM_BYTES + 1, 10**8)
            times = [sum_s(gpu, count, size) for size in sizes]
            assert times == sorted(times)
            assert times[4] == pytest.approx(times[3])


def test_systems_are_named_as_a_reader_would_say_them() -> None:
    assert system_name(GpuSystem("h100-sxm", 8)) == "8 × H100"
    assert system_name(GpuSystem("a100-sxm", 1, "int4")) == "one A100 · int4"


@pytest.mark.parametrize("model", ["llama2-70b-4096", "llama-3.1-405b"])
def test_all_systems_of_one_model_take_few_calls_refusals_included(model: str) -> None:
    architecture = architecture_of(model)
    systems = [*product(GPUS, range(1, MOST_GPUS + 1), PRECISIONS)]
    answers: list[GpuForecast | BadSystem] = []
    with cProfile.Profile(builtins=False) as profile:
        for gpu, count, precision in systems:
            try:
                answers.append(forecast(architecture, GpuSystem(gpu.id, count, precision)))
            except BadSystem as error:
                answers.append(error)
    assert len(answers) == len(systems) == 4 * 8 * 4
    assert {type(answer) for answer in answers} == {GpuForecast, BadSystem}
    assert sum(entry.callcount for entry in profile.getstats()) < 100_000, "0.1 s at 1 µs a call"
