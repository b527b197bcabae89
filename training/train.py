"""Conversations to Pebble's weights within a budget of minutes, resumable, exported as it goes.

The learning rate follows the elapsed share of the budget, not the count of steps, so any machine
finishes its decay. A finished run goes on, warm, when it is started with a larger budget; a new
run may begin with the weights of an exported folder, so that a grown corpus is learned on top.
"""

import argparse
import math
import random
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tqdm import tqdm

from training.batches import ROW_LENGTHS, Batch, batch_of, rows_of_batches
from training.corpus import Entry, held_out_conversations, read_corpus
from training.export import PEBBLE_FOLDER, export, load_weights
from training.generators import generate
from training.learning import (
    LossFunction,
    Optimisers,
    State,
    held_out_loss,
    load_checkpoint,
    loss_function,
    optimisers_of,
    save_checkpoint,
    take_step,
)
from training.mixture import Mixture, mixture_of, pool, tokenizer_texts
from training.model import Pebble, Shape
from training.tables import Table, held_out_facts, read_tables
from training.together import Team, start_team, usual_processes
from training.tokenizer import encode_conversation, load_tokenizer, train_tokenizer

WORK_FOLDER = Path(__file__).resolve().parent.parent / ".train"
POOL_CONVERSATIONS = 12_000  # so many that few rows of a length stay empty
BATCH_TOKENS = 4096  # of all processes together
WARM_UP_STEPS = 40
DECAY_SHARE = 0.8  # of the budget
FINAL_SHARE = 0.02  # of the peak rate
HELD_OUT_EVERY_STEPS = 250
HELD_OUT_TALKS = 240


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is told: budget and folders, rate and seed."""

    minutes: float
    peak_rate: float
    seed: int
    export_every_s: float
    export_folder: Path
    work_folder: Path
    start_from: Path | None
    processes: int

    @property
    def budget_s(self) -> float:
        return 60 * self.minutes

    @property
    def checkpoint(self) -> Path:
        return self.work_folder / "checkpoint.pt"

    @property
    def tokenizer(self) -> Path:
        return self.work_folder / "tokenizer.json"


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that a step touches."""

    plan: Plan
    state: State
    model: Pebble
    optimisers: Optimisers
    loss: LossFunction
    held_out: list[Batch]
    device: torch.device
    team: Team
    first_step: int


def rate_at(state: State, plan: Plan, first_step: int) -> float:
    """Warm-up by steps, a while at the peak, then a cosine over the rest of the budget.

    A run that goes on warms up again; with a larger budget it has lost nothing to an early cosine.
    """
    left = max(0.0, 1 - state.elapsed_s / plan.budget_s) / DECAY_SHARE
    falling = 0.5 * (1 - math.cos(math.pi * min(1.0, left)))
    rising = min(1.0, (state.step - first_step + 1) / WARM_UP_STEPS)
    return plan.peak_rate * rising * (FINAL_SHARE + (1 - FINAL_SHARE) * falling)


def stream(
    mixture: Mixture, tokenizer: Tokenizer, seed: int, first_pool: int, team: Team
) -> Iterator[tuple[int, Batch]]:
    """Endless batches with the number of their pool. All processes draw the same ones, and each
    takes its share of their rows: of equal length, so that none waits for another."""
    index, tokens = first_pool, max(BATCH_TOKENS, ROW_LENGTHS[-1] * team.size)
    while True:
        talks = pool(mixture, seed, index, POOL_CONVERSATIONS)
        encoded = [encode_conversation(tokenizer, talk) for talk in talks]
        order = random.Random(f"{seed}:batches:{index}")
        for length, rows in rows_of_batches(encoded, tokens, order):
            if len(rows) >= team.size:
                yield index, batch_of(team.share_of(rows), length, team.share(tokens // length))
        index += 1


def held_out_batches(
    entries: list[Entry], tables: list[Table], tokenizer: Tokenizer
) -> list[Batch]:
    """Some held-out phrasings of corpus and tables, and half as many conversations by grammar from
    a seed never used."""
    rng = random.Random("held out")
    written = [*held_out_conversations(entries), *held_out_facts(tables)]
    chosen = rng.sample(written, min(HELD_OUT_TALKS, len(written)))
    talks = [*chosen, *(generate(rng) for _ in range(HELD_OUT_TALKS // 2))]
    encoded = [encode_conversation(tokenizer, talk) for talk in talks]
    tokens = BATCH_TOKENS // 2
    return [
        batch_of(rows, length, tokens // length)
        for length, rows in rows_of_batches(encoded, tokens, rng)
    ]


def prepare_tokenizer(mixture: Mixture, plan: Plan) -> Tokenizer:
    """Made once, then frozen: weights are worth nothing with another."""
    if plan.start_from and not plan.tokenizer.exists():
        shutil.copyfile(plan.start_from / "tokenizer.json", plan.tokenizer)
    if not plan.tokenizer.exists():
        train_tokenizer(tokenizer_texts(mixture, plan.seed)).save(str(plan.tokenizer))
    return load_tokenizer(plan.tokenizer)


def train(plan: Plan, team: Team) -> None:
    team.join()
    torch.manual_seed(plan.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    plan.work_folder.mkdir(parents=True, exist_ok=True)
    entries = read_corpus()
    tables = read_tables()
    mixture = mixture_of(entries, tables)
    tokenizer = prepare_tokenizer(mixture, plan)
    model = Pebble(Shape()).to(device)
    optimisers = optimisers_of(model, plan.peak_rate, team)
    state = State()
    if plan.checkpoint.exists():
        state = load_checkpoint(plan.checkpoint, model)
    elif plan.start_from:
        load_weights(plan.start_from, model)
    held_out = held_out_batches(entries, tables, tokenizer)
    loss = loss_function(model, device)
    run = Run(plan, state, model, optimisers, loss, held_out, device, team, state.step)
    if team.is_first:  # the others end with it, also in the middle of an exchange
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        take_steps(run, stream(mixture, tokenizer, plan.seed, state.pool, team))
    except KeyboardInterrupt:
        if team.is_first:
            print("interrupted: the next run goes on from here")
    if not team.is_first:
        return
    save(run)
    print(f"{state.step} steps, held-out loss {held_out_loss(run.loss, held_out, device):.3f}")


def save(run: Run) -> None:
    save_checkpoint(run.plan.checkpoint, run.model, run.state)
    export(run.model, run.plan.tokenizer, run.plan.export_folder)


def take_steps(run: Run, batches: Iterator[tuple[int, Batch]]) -> None:
    """Steps until the budget is spent; the bar shows both losses and the share of the budget."""
    plan, state = run.plan, run.state
    progress = tqdm(
        total=round(plan.budget_s),
        initial=round(state.elapsed_s),
        unit="s",
        disable=not run.team.is_first,
    )
    smooth, held, saved_at_s = float("nan"), float("nan"), state.elapsed_s
    started_s = time.monotonic() - state.elapsed_s
    while state.elapsed_s < plan.budget_s:
        state.pool, batch = next(batches)
        rate = rate_at(state, plan, run.first_step)
        value = take_step(run.model, run.loss, run.optimisers, batch, rate, run.team)
        smooth = value if math.isnan(smooth) else 0.95 * smooth + 0.05 * value
        state.step += 1
        if state.step % HELD_OUT_EVERY_STEPS == 0 and run.team.is_first:
            held = held_out_loss(run.loss, run.held_out, run.device)
            progress.write(f"step {state.step}  loss {smooth:.3f}  held out {held:.3f}")
        state.elapsed_s = run.team.agreed(time.monotonic() - started_s)
        if state.elapsed_s - saved_at_s >= plan.export_every_s and run.team.is_first:
            save(run)
            saved_at_s = state.elapsed_s
        progress.set_postfix_str(f"step {state.step} loss {smooth:.3f} held out {held:.3f}")
        progress.update(round(state.elapsed_s) - progress.n)
    progress.close()


def parse_plan(arguments: list[str] | None = None) -> Plan:
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument(
        "--minutes", type=float, default=240.0, help="budget; the rate falls in most of it"
    )
    parser.add_argument("--peak-rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--export-every", type=float, default=5.0, metavar="MINUTES")
    parser.add_argument("--export-folder", type=Path, default=PEBBLE_FOLDER)
    parser.add_argument("--work-folder", type=Path, default=WORK_FOLDER)
    parser.add_argument(
        "--start-from",
        type=Path,
        metavar="FOLDER",
        help="begin with the weights and tokenizer of this exported folder",
    )
    parser.add_argument(
        "--processes", type=int, default=usual_processes(), help="how many share each step"
    )
    given = parser.parse_args(arguments)
    return Plan(
        minutes=given.minutes,
        peak_rate=given.peak_rate,
        seed=given.seed,
        export_every_s=60 * given.export_every,
        export_folder=given.export_folder,
        work_folder=given.work_folder,
        start_from=given.start_from,
        processes=given.processes,
    )


if __name__ == "__main__":
    chosen = parse_plan()
    start_team(chosen.processes, Shape().parameters, partial(train, chosen))
