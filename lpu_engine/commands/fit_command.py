"""The command `fit`: published speeds → the constants that no public fact explains.

Programs' cycles are linear in both of an LPU's, so each is solved for exactly, then rounded to
whole cycles: first `synchronise`, from a dense model; then `expert`, from a model with experts.
Those of GPUs are solved for in `baseline/gpu_fit.py`, from rows of their own.
"""

import json
import re
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from lpu_engine.baseline.gpu_step import FITTED_FILE as GPU_FITTED_FILE
from lpu_engine.baseline.published import LLAMA_2_70B, MIXTRAL_8X7B, Published
from lpu_engine.commands.arguments import CommandError
from lpu_engine.commands.chosen_program import refused_in_one_line
from lpu_engine.commands.fitted_gpus import FittedGpus, fitted_gpus, told_gpus
from lpu_engine.compiler.pipeline.program import NOTHING_FITTED, Fitted
from lpu_engine.first_principles import first_principles, with_synchronise_alone
from lpu_engine.fitted import FITTED_FILE
from lpu_engine.hardware.lpu import CLOCK_HZ
from lpu_engine.published_runs import decoded_cycles, program_of_run, run_of


@dataclass(frozen=True, slots=True)
class Solved:
    """A constant, what it was fitted to, and what then is left of the difference."""

    constant: str
    cycles: int
    microseconds: float
    count: int  # how often a token's time has it
    model: str
    conditions: str
    source: str
    published_tokens_per_s: float
    first_principles_tokens_per_s: float
    predicted_tokens_per_s: float
    error: float  # predicted / published - 1


def fit_text(chosen: Namespace) -> str:
    """Runs `fit`: the text that it prints. Raises CommandError."""
    with refused_in_one_line():
        solved = fit()
    constants, gpus = Fitted(*(each.cycles for each in solved)), fitted_gpus()
    if chosen.write:
        _write(asdict(constants), FITTED_FILE)
        _write(asdict(gpus.constants), GPU_FITTED_FILE)
    if chosen.json:
        rows = [asdict(each) for each in solved]
        account = {**asdict(constants), "rows": rows, "gpu": asdict(gpus)}
        return json.dumps({**account, "written": chosen.write}, ensure_ascii=False) + "\n"
    return "\n".join(_told(solved, gpus, is_written=chosen.write)) + "\n"


def fit(dense: Published = LLAMA_2_70B, experts: Published = MIXTRAL_8X7B) -> tuple[Solved, ...]:
    """Both constants, from two published figures and first principles alone."""
    synchronise = _solved(dense, "synchronise", NOTHING_FITTED)
    expert = _solved(experts, "expert", Fitted(synchronise.cycles, 0))
    return synchronise, expert


def _solved(figure: Published, constant: str, known: Fitted) -> Solved:
    """The constant with which a program takes as long as was published."""
    run = run_of(figure)
    tokens, wanted = run.decoded_tokens, run.decoded_tokens * CLOCK_HZ / figure.value
    program = program_of_run(run, replace(known, **{constant: 1}))
    bare = decoded_cycles(first_principles(program), run)
    without = decoded_cycles(with_synchronise_alone(program), run) if known.synchronise else bare
    each = decoded_cycles(program, run) - without  # of one cycle, over all tokens
    if not each:
        raise CommandError(f"{figure.model} never waits for {constant}: fit it to another model.")
    cycles = round((wanted - without) / each)
    if cycles < 0:
        raise CommandError(
            f"{figure.model} is slower from first principles than {figure.value:g} {figure.unit}:"
            f" there is nothing to fit {constant} to."
        )
    rate = tokens * CLOCK_HZ / (without + cycles * each)
    return Solved(
        constant,
        cycles,
        cycles / CLOCK_HZ * 1e6,
        each // tokens,
        figure.model,
        figure.conditions,
        f"{figure.source}, {figure.date}",
        figure.value,
        tokens * CLOCK_HZ / bare,
        rate,
        rate / figure.value - 1,
    )


def _write(constants: Mapping[str, float], path: Path) -> None:
    """The file with other numbers; its comments stay."""
    try:
        text = path.read_text(encoding="utf-8")
        for name, value in constants.items():
            text = re.sub(rf"(?m)^{name} = [\d.]+", f"{name} = {value}", text)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written ({error.strerror}): fit where it can be."
        ) from None


def _told(solved: tuple[Solved, ...], gpus: FittedGpus, *, is_written: bool) -> Iterator[str]:
    for each in solved:
        yield f"{each.constant} = {each.cycles:,} cycles, {each.microseconds:.3f} µs"
        yield f"  {each.count} times a token of {each.model}; {each.conditions}"
        yield f"  {each.source}"
        rates = (
            ("published", each.published_tokens_per_s, ""),
            ("first principles", each.first_principles_tokens_per_s, ""),
            ("fitted", each.predicted_tokens_per_s, f"  {each.error:+z.3%}, of rounding"),
        )
        yield from (f"  {name:<16} {rate:>8,.1f} tokens/s{rest}" for name, rate, rest in rates)
    yield from told_gpus(gpus)
    files = f"{FITTED_FILE.name} and {GPU_FITTED_FILE.name}"
    kept = f"Written to {files}." if is_written else "Not stored: --write does that."
    yield f"{kept} Nothing else is fitted, to nothing else."
