"""The recipe: processes agree, a run goes on where it was, what is exported is what was trained."""
# ruff: noqa: E402

from functools import partial
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: `make live` adds it")
pytest.importorskip("tqdm", reason="tqdm is not installed: `make live` adds it")

from training.average import average
from training.batches import Batch
from training.corpus import parse_entries
from training.evaluate import PEBBLE_FOLDER
from training.export import export, load_weights
from training.learning import State, load_checkpoint, matrices_of, save_checkpoint
from training.mixture import Mixture, mixture_of
from training.model import Pebble, Shape
from training.tables import read_tables
from training.together import Team, start_team
from training.tokenizer import load_tokenizer
from training.train import FINAL_SHARE, WARM_UP_STEPS, Plan, parse_plan, rate_at, stream

SMALL = Shape(vocab_size=40, width=16, heads=2, ff_width=24, layers=1)
RANKS = 2


def small_pebble(seed: int) -> Pebble:
    torch.manual_seed(seed)
    return Pebble(SMALL)


def write_what_this_process_sees(folder: Path, team: Team) -> None:
    """Each process has gradients of its own, and works on its own share of the matrices."""
    team.join()
    model = small_pebble(seed=1)
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 1.0 + team.rank)
    team.average_gradients(list(model.parameters()))
    for weight in team.share_of(matrices_of(model)):
        weight.data.fill_(10.0 + team.rank)
    team.exchange(matrices_of(model))
    seen = {
        "gradients": [float(parameter.grad.mean()) for parameter in model.parameters()],
        "weights": [float(weight.detach().mean()) for weight in matrices_of(model)],
        "agreed": team.agreed(100.0 + team.rank),
    }
    torch.save(seen, folder / f"{team.rank}.pt")
    team.average_gradients(list(model.parameters()))  # rank 0 ends the others: wait for all


def test_two_processes_share_gradients_matrices_and_the_clock(tmp_path: Path) -> None:
    start_team(RANKS, SMALL.parameters, partial(write_what_this_process_sees, tmp_path))
    seen = [torch.load(tmp_path / f"{rank}.pt") for rank in range(RANKS)]
    torch.distributed.destroy_process_group()
    assert seen[0] == seen[1]
    assert set(seen[0]["gradients"]) == {1.5}
    assert set(seen[0]["weights"]) == {10.0, 11.0}
    assert seen[0]["agreed"] == 100.0


def test_alone_a_process_keeps_gradients_weights_and_clock() -> None:
    team, model = Team(), small_pebble(seed=1)
    model.model.norm.weight.grad = torch.ones(SMALL.width)
    team.average_gradients([model.model.norm.weight])
    assert model.model.norm.weight.grad.tolist() == [1.0] * SMALL.width
    assert len(team.share_of(matrices_of(model))) == len(matrices_of(model)) == 7
    assert team.agreed(3.5) == 3.5


def test_a_checkpoint_brings_back_weights_and_place(tmp_path: Path) -> None:
    model, other = small_pebble(seed=1), small_pebble(seed=2)
    save_checkpoint(tmp_path / "checkpoint.pt", model, State(step=7, pool=3, elapsed_s=60.5))
    assert load_checkpoint(tmp_path / "checkpoint.pt", other) == State(7, 3, 60.5)
    for mine, theirs in zip(model.parameters(), other.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_what_is_exported_is_loaded_again_in_bfloat16(tmp_path: Path) -> None:
    model, other = small_pebble(seed=1), small_pebble(seed=2)
    export(model, PEBBLE_FOLDER / "tokenizer.json", tmp_path)
    load_weights(tmp_path, other)
    for mine, theirs in zip(model.parameters(), other.parameters(), strict=True):
        assert torch.equal(mine.bfloat16().float(), theirs)


def plan() -> Plan:
    return parse_plan(["--minutes", "100", "--peak-rate", "0.002"])


@pytest.mark.parametrize(
    ("step", "minutes", "share"),
    [
        (0, 0, 1 / WARM_UP_STEPS),
        (WARM_UP_STEPS, 0, 1.0),
        (5000, 20, 1.0),
        (5000, 60, 0.51),
        (9000, 100, FINAL_SHARE),
        (9000, 120, FINAL_SHARE),
    ],
)
def test_the_rate_warms_up_stays_and_falls_at_the_end(
    step: int, minutes: float, share: float
) -> None:
    rate = rate_at(State(step=step, elapsed_s=60.0 * minutes), plan(), first_step=0)
    assert rate == pytest.approx(0.002 * share, rel=1e-6)


def test_a_run_that_goes_on_warms_up_again() -> None:
    state = State(step=500, elapsed_s=60.0)
    assert rate_at(state, plan(), first_step=500) == pytest.approx(0.002 / WARM_UP_STEPS)


SMALL_CORPUS = """
Q: what is a cat
Q: cat?
A: A cat is a small animal that sleeps.

Q: where does the cat sleep
A: It sleeps where the sun shines.

U: hello
P: Hello to you, dear friend.
"""


@pytest.fixture(scope="module")
def mixture() -> Mixture:
    return mixture_of(parse_entries(SMALL_CORPUS, "made.txt"), read_tables())


def first_batch(mixture: Mixture, first_pool: int, team: Team) -> Batch:
    tokenizer = load_tokenizer(PEBBLE_FOLDER / "tokenizer.json")
    _, batch = next(stream(mixture, tokenizer, 1, first_pool, team))
    return batch


def test_a_stream_is_the_same_again_and_another_for_the_next_pool(mixture: Mixture) -> None:
    here = first_batch(mixture, 0, Team())
    assert np.array_equal(here.ids, first_batch(mixture, 0, Team()).ids)
    assert not np.array_equal(here.ids, first_batch(mixture, 1, Team()).ids)


def test_processes_share_the_rows_of_each_batch(mixture: Mixture) -> None:
    whole = first_batch(mixture, 0, Team())
    parts = [first_batch(mixture, 0, Team(rank, RANKS)) for rank in range(RANKS)]
    for rank, part in enumerate(parts):
        assert np.array_equal(part.ids, whole.ids[rank::RANKS])
    assert sum(part.learned for part in parts) == whole.learned


def test_the_mean_of_two_exported_models_is_a_model(tmp_path: Path) -> None:
    models = [small_pebble(seed) for seed in (1, 2)]
    folders = [tmp_path / "first", tmp_path / "second"]
    for model, folder in zip(models, folders, strict=True):
        export(model, PEBBLE_FOLDER / "tokenizer.json", folder)
    average(folders, tmp_path / "mean")
    mean = small_pebble(seed=3)
    load_weights(tmp_path / "mean", mean)
    for got, *both in zip(*(m.state_dict().values() for m in (mean, *models)), strict=True):
        expected = torch.stack([weight.bfloat16().float() for weight in both]).mean(dim=0)
        torch.testing.assert_close(got, expected.bfloat16().float())
    assert (tmp_path / "mean" / "tokenizer.json").exists()


def test_a_shape_knows_how_many_weights_it_has() -> None:
    assert small_pebble(seed=1).shape.parameters == sum(
        parameter.numel() for parameter in small_pebble(seed=1).parameters()
    )
