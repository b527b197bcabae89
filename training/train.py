"""Conversations to Pebble's weights within a budget of minutes, resumable, exported as it goes.

The learning rate follows the elapsed share of the budget, not the count of steps, so any machine
finishes its cosine. A finished run goes on, warm, when it is started with a larger budget.
"""

import argparse
import math
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tqdm import tqdm

from training.batches import Batch, batches_of
from training.corpus import Entry, held_out_conversations, read_corpus
from training.export import PEBBLE_FOLDER, export
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
from training.tokenizer import encode_conversation, load_tokenizer, train_tokenizer

WORK_FOLDER = Path(__file__).resolve().parent.parent / ".train"
POOL_CONVERSATIONS = 1200
BATCH_TOKENS = 4096
WARM_UP_STEPS = 60
FINAL_SHARE = 0.02
HELD_OUT_EVERY_STEPS = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is told: budget and folders, rate and seed."""

    minutes: float
    peak_rate: float
    seed: int
    export_every_s: float
    export_folder: Path
    work_folder: Path

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


def rate_at(state: State, plan: Plan) -> float:
    """Warm-up by steps, then a cosine over the budget."""
    done = min(1.0, state.elapsed_s / plan.budget_s)
    cosine = FINAL_SHARE + (1 - FINAL_SHARE) * 0.5 * (1 + math.cos(math.pi * done))
    return plan.peak_rate * cosine * min(1.0, (state.step + 1) / WARM_UP_STEPS)


def stream(
    mixture: Mixture, tokenizer: Tokenizer, seed: int, first_pool: int
) -> Iterator[tuple[int, Batch]]:
    """Endless batches with the number of their pool."""
    index = first_pool
    while True:
        talks = pool(mixture, seed, index, POOL_CONVERSATIONS)
        encoded = [encode_conversation(tokenizer, talk) for talk in talks]
        for batch in batches_of(encoded, BATCH_TOKENS, random.Random(f"{seed}:batches:{index}")):
            yield index, batch
        index += 1


def held_out_batches(entries: list[Entry], tokenizer: Tokenizer) -> list[Batch]:
    """Held-out phrasings, and about as many conversations by grammar from a seed never used."""
    written = held_out_conversations(entries)
    rng = random.Random("held out")
    talks = [*written, *(generate(rng) for _ in range(len(written) + 50))]
    return list(batches_of([encode_conversation(tokenizer, x) for x in talks], BATCH_TOKENS, rng))


def prepare_tokenizer(mixture: Mixture, plan: Plan) -> Tokenizer:
    """Made once, then frozen: weights are worth nothing with another."""
    if not plan.tokenizer.exists():
        train_tokenizer(tokenizer_texts(mixture, plan.seed)).save(str(plan.tokenizer))
    return load_tokenizer(plan.tokenizer)


def train(plan: Plan) -> None:
    torch.manual_seed(plan.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    plan.work_folder.mkdir(parents=True, exist_ok=True)
    entries = read_corpus()
    mixture = mixture_of(entries)
    tokenizer = prepare_tokenizer(mixture, plan)
    model = Pebble(Shape()).to(device)
    optimisers = optimisers_of(model, plan.peak_rate)
    state = State()
    if plan.checkpoint.exists():
        state = load_checkpoint(plan.checkpoint, model, optimisers)
    held_out = held_out_batches(entries, tokenizer)
    run = Run(plan, state, model, optimisers, loss_function(model, device), held_out, device)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        take_steps(run, stream(mixture, tokenizer, plan.seed, state.pool))
    except KeyboardInterrupt:
        print("interrupted: the next run goes on from here")
    save(run)
    print(f"{state.step} steps, held-out loss {held_out_loss(run.loss, held_out, device):.3f}")


def save(run: Run) -> None:
    save_checkpoint(run.plan.checkpoint, run.model, run.optimisers, run.state)
    export(run.model, run.plan.tokenizer, run.plan.export_folder)


def take_steps(run: Run, batches: Iterator[tuple[int, Batch]]) -> None:
    """Steps until the budget is spent; the bar shows both losses and the share of the budget."""
    plan, state = run.plan, run.state
    progress = tqdm(total=round(plan.budget_s), initial=round(state.elapsed_s), unit="s")
    smooth, held, saved_at_s = float("nan"), float("nan"), state.elapsed_s
    started_s = time.monotonic() - state.elapsed_s
    while state.elapsed_s < plan.budget_s:
        state.pool, batch = next(batches)
        value = take_step(run.loss, run.optimisers, batch, rate_at(state, plan), run.device)
        smooth = value if math.isnan(smooth) else 0.95 * smooth + 0.05 * value
        state.step += 1
        if state.step % HELD_OUT_EVERY_STEPS == 0:
            held = held_out_loss(run.loss, run.held_out, run.device)
            progress.write(f"step {state.step}  loss {smooth:.3f}  held out {held:.3f}")
        state.elapsed_s = time.monotonic() - started_s
        if state.elapsed_s - saved_at_s >= plan.export_every_s:
            save(run)
            saved_at_s = state.elapsed_s
        progress.set_postfix_str(f"step {state.step} loss {smooth:.3f} held out {held:.3f}")
        progress.update(round(state.elapsed_s) - progress.n)
    progress.close()


def parse_plan(arguments: list[str] | None = None) -> Plan:
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("--minutes", type=float, default=240.0, help="budget; the cosine follows")
    parser.add_argument("--peak-rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--export-every", type=float, default=5.0, metavar="MINUTES")
    parser.add_argument("--export-folder", type=Path, default=PEBBLE_FOLDER)
    parser.add_argument("--work-folder", type=Path, default=WORK_FOLDER)
    given = parser.parse_args(arguments)
    return Plan(
        minutes=given.minutes,
        peak_rate=given.peak_rate,
        seed=given.seed,
        export_every_s=60 * given.export_every,
        export_folder=given.export_folder,
        work_folder=given.work_folder,
    )


if __name__ == "__main__":
    train(parse_plan())
