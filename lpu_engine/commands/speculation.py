"""Two Programs → tokens/s where a small model drafts and the large one checks its drafts.

The share of drafts that is accepted is given, not computed: so this is a prediction under it. A
round drafts K tokens one after the other, then checks them, and the one before, as one chunk.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from lpu_engine.compiler.pipeline.program import PipelineProgram
from lpu_engine.compiler.program import Program
from lpu_engine.deployment import AnyProgram
from lpu_engine.hardware.lpu import CLOCK_HZ, DRAIN_CYCLES, LANES

MOST_DRAFTED = 8  # tokens of a round, where their number is to be chosen


@dataclass(frozen=True, slots=True)
class Round:
    """A round of so many drafted tokens; cycles are means over the positions that were asked for.

    `acceptance` is the probability that a drafted token is accepted where those before it are.
    """

    drafted: int
    acceptance: float
    draft_cycles: float
    check_cycles: float

    @property
    def tokens(self) -> float:
        """Expected tokens of a round: the accepted ones, and one that the check gives."""
        a, n = self.acceptance, self.drafted + 1
        return (1 - a**n) / (1 - a)

    @property
    def cycles_per_token(self) -> float:
        """Expected cycles of a token."""
        return (self.draft_cycles + self.check_cycles) / self.tokens

    @property
    def tokens_per_s(self) -> float:
        """Expected rate."""
        return CLOCK_HZ / self.cycles_per_token


def best_round(
    target: AnyProgram,
    draft: AnyProgram,
    acceptance: float,
    starts: Mapping[int, Sequence[int]],
) -> Round:
    """The fastest of some numbers of drafted tokens, each with where its rounds begin."""
    rounds = (round_of(target, draft, acceptance, n, at) for n, at in starts.items())
    return max(rounds, key=lambda found: found.tokens_per_s)


def round_of(
    target: AnyProgram, draft: AnyProgram, acceptance: float, drafted: int, starts: Sequence[int]
) -> Round:
    """The mean of rounds that begin at some positions; both programs have room for their ends."""
    by_position = {
        at: draft.token_cycles(at) for at in {start + i for start in starts for i in range(drafted)}
    }
    drafts = [sum(by_position[start + i] for i in range(drafted)) for start in starts]
    checks = [check_cycles(target, start, drafted + 1) for start in starts]
    return Round(drafted, acceptance, fmean(drafts), fmean(checks))


def check_cycles(program: AnyProgram, first: int, rows: int) -> int:
    """Rows of one sequence from position `first` on, and the logits of each of them."""
    chunks = list(_chunks(first, rows, program.prompt.rows))
    heads = rows * _head_cycles(program)
    if isinstance(program, PipelineProgram):
        tiles = [start // program.shard.span + 1 for start, _ in chunks]
        begun = sum(program.prompt_times.beat(tile) for tile in tiles[:-1])
        return begun + program.prompt_times.total(tiles[-1]) + heads + DRAIN_CYCLES
    return sum(_chunk_cycles(program, *chunk) for chunk in chunks) + heads


def _chunks(first: int, rows: int, most: int) -> Iterator[tuple[int, int]]:
    """(start, rows) of chunks; none of them lies in two tiles of positions."""
    end = first + rows
    while first < end:
        count = min(most, end - first, LANES - first % LANES)
        yield first, count
        first += count


def _chunk_cycles(program: Program, start: int, rows: int) -> int:
    chunk = program.chunk(start, rows, is_last=False)
    return sum(instance.block.cycles for instance in chunk) + DRAIN_CYCLES


def _head_cycles(program: AnyProgram) -> int:
    """Those of one row's logits: what a prompt of one token has besides its chunk."""
    if isinstance(program, PipelineProgram):
        return program.prompt_cycles(1) - program.prompt_times.total(1) - DRAIN_CYCLES
    return program.decode.cycles("head")
