"""Several processes that take every step together, each with one thread and batches of its own:
gradients averaged, the matrices shared out to their optimisers, one clock.

Two threads of one process wait for each other at every operation, two processes once a step. On two
shared cores that is worth more than any faster kernel.
"""

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import torch
from torch import Tensor, distributed, multiprocessing

Item = TypeVar("Item")
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Team:
    """This process's `rank` of `size`; rank 0 is the one that tells, saves and keeps the time.

    `board` [size, numbers] is float32 in memory that all see: what a process has to tell stands in
    its row.
    """

    rank: int = 0
    size: int = 1
    port: int = 0
    board: Tensor | None = None

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def join(self) -> None:
        """Meet the others; alone there is nobody to wait for."""
        if self.size > 1:
            torch.set_num_threads(1)
            distributed.init_process_group(
                "gloo",
                init_method=f"tcp://{LOOPBACK}:{self.port}",
                rank=self.rank,
                world_size=self.size,
            )

    def average_gradients(self, parameters: Sequence[Tensor]) -> None:
        """Give every process the mean of all gradients; each adds up a part of the columns."""
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        if self.board is None:
            return
        rows = self._told(self.board, gradients)
        mine = torch.tensor_split(rows, self.size, dim=1)[self.rank]
        mine[0] = mine.mean(dim=0)
        distributed.barrier()
        _fill(gradients, rows[0])

    def share_of(self, items: Sequence[Item]) -> list[Item]:
        """The rows that this process learns from, or the weights that its optimiser works on."""
        return list(items[self.rank :: self.size])

    def share(self, count: int) -> int:
        """The most of `count` items that one process gets."""
        return -(-count // self.size)

    def exchange(self, weights: Sequence[Tensor]) -> None:
        """Give every process the weights that the others have worked on."""
        if self.board is None:
            return
        weights = [weight.detach() for weight in weights]
        rows = self._told(self.board, self.share_of(weights))
        for rank in range(self.size):
            if rank != self.rank:
                _fill(weights[rank :: self.size], rows[rank])

    def _told(self, board: Tensor, tensors: Sequence[Tensor]) -> Tensor:
        """Write this process's row, once nobody reads the last one, and wait for the others'."""
        distributed.barrier()
        count = sum(tensor.numel() for tensor in tensors)
        torch.cat([tensor.flatten() for tensor in tensors], out=board[self.rank, :count])
        distributed.barrier()
        return board

    def agreed(self, seconds: float) -> float:
        """What rank 0 says."""
        if self.size == 1:
            return seconds
        told = torch.tensor([seconds], dtype=torch.float64)
        distributed.broadcast(told, src=0)
        return float(told)


def _fill(tensors: Sequence[Tensor], flat: Tensor) -> None:
    counts = [tensor.numel() for tensor in tensors]
    for tensor, part in zip(tensors, flat[: sum(counts)].split(counts), strict=True):
        tensor.copy_(part.view_as(tensor))


def usual_processes() -> int:
    """One a core, or one alone where a GPU does the work."""
    return 1 if torch.cuda.is_available() else (os.cpu_count() or 1)


def start_team(size: int, numbers: int, work: Callable[[Team], None]) -> None:
    """Run `work` in `size` processes, which tell each other up to `numbers` numbers at once; this
    one is rank 0, and the others end with it."""
    team = Team()
    if size > 1:
        team = Team(0, size, _free_port(), torch.zeros(size, numbers).share_memory_())
    context = multiprocessing.get_context("spawn")
    others: Sequence[multiprocessing.Process] = [
        context.Process(target=_work_beside, args=(work, rank, team), daemon=True)
        for rank in range(1, size)
    ]
    for process in others:
        process.start()
    work(team)


def _work_beside(work: Callable[[Team], None], rank: int, first: Team) -> None:
    work(replace(first, rank=rank))


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as server:
        port: int = server.getsockname()[1]
        return port
