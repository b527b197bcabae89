"""Batches to better weights: the compiled loss, Muon beside AdamW, one step, the loss on held-out
batches, and the checkpoint from which a run goes on.
"""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from training.batches import NOTHING, Batch
from training.model import Pebble
from training.together import Team

LossFunction = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
Optimisers = Sequence[torch.optim.Optimizer]
GRADIENT_LIMIT = 1.0


@dataclass(slots=True)
class State:
    """Where in stream and budget a run is."""

    step: int = 0
    pool: int = 0
    elapsed_s: float = 0.0


def loss_function(model: Pebble, device: torch.device) -> LossFunction:
    """Mean cross entropy of the learned ids; compiled where a compiler is there (three times as
    fast on a CPU).

    Layer by layer: the six share one compiled piece for each row length, which takes seconds where
    the whole takes minutes.
    """

    def head(hidden: Tensor, sources: Tensor, targets: Tensor) -> Tensor:
        scores = model.logits(hidden[sources])
        return functional.cross_entropy(scores, targets, ignore_index=NOTHING)

    if device.type == "cuda" or shutil.which("g++") or shutil.which("clang++"):
        head = torch.compile(head)
        for layer in model.model.layers:
            layer.compile(dynamic=False)

    def loss(ids: Tensor, segments: Tensor, sources: Tensor, targets: Tensor) -> Tensor:
        return head(model(ids, segments).flatten(0, 1), sources, targets)

    return loss


def tensors_of(batch: Batch, device: torch.device) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """ids, segments, sources and targets on the device; the last two have one of a few lengths."""
    arrays = (batch.ids, batch.segments, batch.sources, batch.targets)
    ids, segments, sources, targets = (torch.from_numpy(array).to(device) for array in arrays)
    for flat in (sources, targets):
        torch._dynamo.maybe_mark_dynamic(flat, 0)
    return ids, segments, sources, targets


def matrices_of(model: Pebble) -> list[Tensor]:
    """The weights that Muon turns: all matrices but the embedding."""
    named = model.named_parameters()
    return [weight for name, weight in named if weight.dim() == 2 and "embed" not in name]


def optimisers_of(model: Pebble, peak_rate: float, team: Team) -> Optimisers:
    """Muon for this process's share of the matrices, AdamW for embedding and norms."""
    matrices = matrices_of(model)
    others = [weight for weight in model.parameters() if all(weight is not m for m in matrices)]
    mine = team.share_of(matrices)
    return (
        torch.optim.Muon(mine, lr=peak_rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=peak_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
    )


def take_step(
    model: Pebble,
    loss: LossFunction,
    optimisers: Optimisers,
    batch: Batch,
    rate: float,
    team: Team,
) -> float:
    """One batch, forward and back, and one step of each optimiser; returns the batch's loss."""
    device = model.model.embed_tokens.weight.device
    with torch.autocast(device.type, torch.bfloat16):
        value = loss(*tensors_of(batch, device))
    value.backward()
    team.average_gradients(list(model.parameters()))
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = rate
            torch.nn.utils.clip_grad_norm_(group["params"], GRADIENT_LIMIT)
        optimiser.step()
    model.zero_grad()
    team.exchange(matrices_of(model))
    return float(value.detach())


def held_out_loss(loss: LossFunction, batches: Sequence[Batch], device: torch.device) -> float:
    """Mean over the learned ids of all batches."""
    total, count = 0.0, 0
    # Gradients stay on, unused: without them every compiled piece would be compiled a second time.
    with torch.autocast(device.type, torch.bfloat16):
        for batch in batches:
            total += float(loss(*tensors_of(batch, device)).detach()) * batch.learned
            count += batch.learned
    return total / count


def save_checkpoint(path: Path, model: Pebble, state: State) -> None:
    """Written beside its place and renamed, so that an interrupted save leaves the one before.

    Without the optimisers' memory, which a warm-up of some steps makes anew: so a run may go on
    with another number of processes.
    """
    beside = path.with_suffix(".new")
    saved = {"model": model.state_dict(), "state": (state.step, state.pool, state.elapsed_s)}
    torch.save(saved, beside)
    os.replace(beside, path)


def load_checkpoint(path: Path, model: Pebble) -> State:
    """Fill the model; returns where the run was."""
    saved = torch.load(path, weights_only=True)
    model.load_state_dict(saved["model"])
    return State(*saved["state"])
