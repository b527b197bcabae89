"""`baseline` as the command line runs it: the contract's fields, a text, one line for the rest."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_json
from commands import TINY, WITH_EXPERTS, complained, in_a_process, printed
from gpus import LLAMA_70B

from lpu_engine.baseline.gpu import GpuSystem, Work, forecast
from lpu_engine.model.architecture import read_architecture

Run = Callable[..., str]
LLAMA = ("--model", "llama2-70b-4096")
EIGHT = ("--gpu", "h100-sxm", "--count", 8)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: printed(capsys, "baseline", *arguments)


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: complained(capsys, "baseline", *arguments)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tiny" / "config.json"
    path.parent.mkdir()
    write_json(path, TINY)
    return path


def told(run: Run, *arguments: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json"))
    return found


def test_baseline_gives_the_fields_of_the_contract(run: Run) -> None:
    found = told(run, *LLAMA, *EIGHT)
    same = forecast(LLAMA_70B, GpuSystem("h100-sxm", 8))
    assert found["tokens_per_s"] == same.tokens_per_s
    assert found["ttft_s"] == same.ttft_s
    assert found["joules_per_token"] == same.joules_per_token
    assert found["usd_per_million_tokens"] == same.usd_per_million_tokens


def test_baseline_as_json_tells_what_was_asked_and_how_it_was_found(run: Run) -> None:
    found = told(run, *LLAMA, *EIGHT, "--precision", "int4", "--users", 32, "--prompt", 500)
    assert (found["model"], found["kind"]) == ("llama2-70b-4096", "simulated")
    assert (found["gpu"], found["count"], found["precision"]) == ("h100-sxm", 8, "int4")
    assert (found["users"], found["prompt_tokens"], found["context"]) == (32, 500, 628)
    assert found["total_tokens_per_s"] == 32 * found["tokens_per_s"]
    seconds = sum(part["seconds"] for part in found["parts"])
    assert found["step_s"] == pytest.approx(seconds)
    assert found["gpu_bytes"] < found["room_bytes"]
    assert len(found["fitted"]) == 3
    assert all("gpt-fast" in line for line in found["fitted"])


@pytest.mark.parametrize(
    ("asked", "prompt", "answer"),
    [
        ((), 128, 128),
        (("--prompt", 1000), 1000, 128),
        (("--context", 1000), 128, 872),
        (("--context", 4096, "--prompt", 4000), 4000, 96),
        (("--prompt", 4000), 4000, 96),
        (("--context", 100), 99, 1),
        (("--context", 2), 1, 1),
    ],
)
def test_a_context_is_that_of_prompt_and_answer_together(
    run: Run, asked: tuple[object, ...], prompt: int, answer: int
) -> None:
    found = told(run, *LLAMA, *EIGHT, *asked)
    assert (found["prompt_tokens"], found["answer_tokens"]) == (prompt, answer)
    same = forecast(LLAMA_70B, GpuSystem("h100-sxm", 8), Work(prompt, answer))
    assert found["tokens_per_s"] == same.tokens_per_s
    assert found["context"] == prompt + answer


def test_a_shape_of_ones_own_is_taken_from_its_config(run: Run, config: Path) -> None:
    found = told(run, "--config", config.parent, "--gpu", "b200-sxm", "--count", 2)
    same = forecast(read_architecture(config), GpuSystem("b200-sxm", 2))
    assert (found["model"], found["tokens_per_s"]) == ("tiny", same.tokens_per_s)
    write_json(config, {**WITH_EXPERTS, "max_position_embeddings": 100})
    found = told(run, "--config", config, *EIGHT)
    assert (found["prompt_tokens"], found["context"]) == (99, 100)
    assert "experts found" in [part["name"] for part in found["parts"]]


def test_baseline_in_words_tells_rates_parts_memory_energy_and_dollars(run: Run) -> None:
    out = run("--model", "mixtral-8x7b-32768", *EIGHT, "--users", 64)
    head, each, total, first, step, *rest = out.splitlines()
    assert head == "mixtral-8x7b-32768 in bf16 on 8 × H100, 64 users at once: simulated"
    assert re.search(r"[\d.]+ tokens/s +for each user, in the middle of an answer of 128", each)
    assert re.search(r"[\d,.]+ tokens/s +for all of them together", total)
    assert "ms            to the first token of a prompt of 128 alone: no queue" in first
    assert "a step, one token of every user:" in step
    shares = [float(share) for line in rest for share in re.findall(r"ms +([\d.]+)%", line)]
    assert len(shares) == 6
    assert sum(shares) == pytest.approx(100, abs=0.3)
    text = " ".join(out.split())
    assert "experts found. Fitted: weights that are picked by an index" in text
    assert "GB on the fullest GPU, of 72.0 that weights, keys and values may take" in text
    assert "J a token at 10,200 W in all; 8 H100 rented at 3.50, between 1.99 and 5.00" in text
    assert "$ dollars a million tokens, at 27.96 dollars an hour in all" in text
    assert text.count("fitted: ") == 3
    assert "Mixtral row in bf16 on 2 × A100" in text
    assert max(map(len, out.splitlines())) <= 120


def test_one_user_has_no_share_of_others(run: Run) -> None:
    out = run(*LLAMA, "--gpu", "h200-sxm", "--count", 2)
    assert "llama2-70b-4096 in bf16 on 2 × H200, one user: simulated" in out
    assert "together" not in out
    assert "prompts of the others" not in out


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((*EIGHT,), "--model --config is required"),
        ((*LLAMA,), "are required: --gpu, --count"),
        ((*LLAMA, "--gpu", "h100-sxm"), "are required: --count"),
        ((*LLAMA, "--count", 8), "are required: --gpu"),
        (("--model", "gpt-4", *EIGHT), "there are llama2-70b-4096"),
        ((*LLAMA, "--config", "x", *EIGHT), "not allowed with"),
        ((*LLAMA, "--gpu", "h100", "--count", 8), "no GPU 'h100' here; there are a100-sxm"),
        ((*LLAMA, "--gpu", "h100-sxm", "--count", 0), "--count: 0 should be a whole number"),
        ((*LLAMA, "--gpu", "h100-sxm", "--count", 9), "9 GPUs here: give 1 to 8"),
        ((*LLAMA, "--gpu", "h100-sxm", "--count", -8), "--count: -8 should be a whole"),
        ((*LLAMA, *EIGHT, "--precision", "fp16"), "no precision 'fp16' here; there are bf16"),
        (
            (*LLAMA, "--gpu", "a100-sxm", "--count", 8, "--precision", "fp8"),
            "The A100 has no fp8",
        ),
        ((*LLAMA, *EIGHT, "--users", 0), "--users: 0 should be a whole number from 1"),
        ((*LLAMA, *EIGHT, "--users", 513), "513 users: give 1 to 512"),
        ((*LLAMA, *EIGHT, "--users", "1e3"), "1e3 should be a whole number"),
        ((*LLAMA, *EIGHT, "--users", 9**99), "should be a whole number"),
        ((*LLAMA, *EIGHT, "--context", 0), "--context: 0 should be a whole number from 1"),
        ((*LLAMA, *EIGHT, "--context", 4097), "more than the model's window of 4,096 tokens"),
        ((*LLAMA, *EIGHT, "--context", 1), "no room for a prompt and an answer"),
        ((*LLAMA, *EIGHT, "--context", 500, "--prompt", 500), "give at most 499"),
        ((*LLAMA, *EIGHT, "--prompt", 4096), "no room for an answer in a context of 4,096"),
        ((*LLAMA, *EIGHT, "--prompt", -1), "--prompt: -1 should be a whole number"),
        (
            (*LLAMA, "--gpu", "h100-sxm", "--count", 1),
            "2 × A100 or 2 × H100 or 2 × H200 or one B200",
        ),
        (
            (*LLAMA, *EIGHT, "--users", 512, "--context", 4096),
            "8 × B200 would do, or here 326 users.",
        ),
    ],
)
def test_what_cannot_be_is_one_line(refused: Run, asked: tuple[object, ...], said: str) -> None:
    assert said in refused(*asked)


def test_a_config_that_cannot_be_is_one_line(refused: Run, config: Path) -> None:
    write_json(config, {**TINY, "architectures": ["GPT2LMHeadModel"]})
    assert "GPT2LMHeadModel is not supported" in refused("--config", config, *EIGHT)
    huge = {"hidden_size": 2**20, "intermediate_size": 2**22, "num_hidden_layers": 10_000}
    write_json(config, {**TINY, **huge})
    assert "parameters cannot be true" in refused("--config", config, *EIGHT)
    write_json(config, {**TINY, "max_position_embeddings": 1})
    assert "no room for a prompt and an answer" in refused("--config", config, *EIGHT)
    assert "cannot be read" in refused("--config", config.parent / "no.json", *EIGHT)


def test_baseline_does_not_load_numba(project: Path) -> None:
    _, loads_numba = in_a_process(project, "baseline", *LLAMA, *EIGHT)
    assert not loads_numba
