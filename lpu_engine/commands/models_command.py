"""The command `models`: the catalog, in the picker's order, and where each figure is from."""

import json
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from textwrap import fill

from lpu_engine.baseline.gpu import BadSystem
from lpu_engine.catalog import PREVIEW_PROMPT_TOKENS, Model, Prediction, load_catalog
from lpu_engine.clock import Cycles

UNKNOWN = "–"  # not published
WIDTH = 120  # of a terminal
HEAD = ("id", "name", "tokens/s", "mark", "TTFT", "chips", "window", "published")
NUMBERS = (2, 4, 5, 6, 7)  # columns

Listed = list[tuple[Model, Prediction]]


def models_text(chosen: Namespace) -> str:
    """Runs `models`: a table with its sources, or one JSON object."""
    models = load_catalog().models
    clocks = [model.predict(PREVIEW_PROMPT_TOKENS) for model in models]
    listed = list(zip(models, clocks, strict=True))
    if not chosen.json:
        return "\n".join((*_table(listed), "", *_cycle_lines(listed), "", *_sources(listed))) + "\n"
    entries = [_entry(model, clock) for model, clock in listed]
    told = {"prompt_tokens": PREVIEW_PROMPT_TOKENS, "models": entries}
    return json.dumps(told, ensure_ascii=False, allow_nan=False) + "\n"


def cycles_told(cycles: Cycles) -> str:
    """A clock that was counted, in cycles."""
    each = cycles.until(1) - cycles.prompt
    return f"{cycles.prompt:,} cycles to the first token, then {each:,} for the next"


def ttft_told(clock: Prediction) -> str:
    """The time to the first token."""
    if clock.ttft_s is None:
        return UNKNOWN
    return f"{clock.ttft_s:.3f} s" if clock.ttft_s >= 0.1 else f"{clock.ttft_s * 1e3:.3f} ms"


def chips_told(clock: Prediction) -> str:
    """How many chips, where that is known."""
    return UNKNOWN if clock.chips is None else f"{clock.chips:,}"


def _entry(model: Model, clock: Prediction) -> dict[str, object]:
    return {
        "id": model.id,
        "name": model.name,
        "window": model.window,
        "parameters": model.parameters,
        "prediction": asdict(clock),
        "published": None if model.published is None else asdict(model.published),
        "baselines": [*_baselines(model)],
    }


def _baselines(model: Model) -> Iterator[dict[str, object]]:
    """The model on the usual GPUs, where they hold it."""
    try:
        found = model.on_gpus()
    except BadSystem:
        return
    yield {
        "system": asdict(found.system),
        "kind": "simulated",
        "source": found.source,
        "name": found.name,
        "ttft_s": found.ttft_s,
        "tokens_per_s": found.tokens_per_s,
    }


def _table(listed: Listed) -> Iterator[str]:
    rows = [HEAD, *(_row(model, clock) for model, clock in listed)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if column in NUMBERS else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _row(model: Model, clock: Prediction) -> tuple[str, ...]:
    rates = (_rate(clock), _rate(model.published))
    window = f"{model.window:,}"
    first, chips = ttft_told(clock), chips_told(clock)
    return (model.id, model.name, rates[0], clock.kind, first, chips, window, rates[1])


def _rate(clock: Prediction | None) -> str:
    return UNKNOWN if clock is None or clock.tokens_per_s is None else f"{clock.tokens_per_s:,.1f}"


def _cycle_lines(listed: Listed) -> Iterator[str]:
    """Without a request, a prediction is for a prompt of a length that is told."""
    yield f"For a prompt of {PREVIEW_PROMPT_TOKENS} tokens:"
    for model, clock in listed:
        if clock.cycles is not None:
            yield f"  {model.name}: {cycles_told(clock.cycles)}"


def _sources(listed: Listed) -> Iterator[str]:
    """Each source once, with the models that have it; their chips stand in the table."""
    models: dict[str, list[str]] = {}
    for model, clock in listed:
        counted = clock.source.replace(f"for {chips_told(clock)} LPU chips", "for its LPU chips")
        models.setdefault(f"{clock.kind}: {counted}", []).append(model.name)
    for source, names in models.items():
        yield _wrapped(f"{', '.join(names)}: {source}")
    for model, _ in listed:
        if model.published is not None:
            yield _wrapped(f"{model.name}: published: {model.published.source}")


def _wrapped(text: str) -> str:
    return fill(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
