"""The command line: arguments → a table, a stream of text, or with --json one JSON object.

An error is one line on stderr and exit code 2. Only `generate` loads numba.
"""

import argparse
import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import NoReturn

import lpu_engine
from lpu_engine import Generation, Params
from lpu_engine.commands.arguments import CommandError, parser
from lpu_engine.commands.baseline_command import baseline_text
from lpu_engine.commands.compile_command import compile_text
from lpu_engine.commands.fit_command import fit_text
from lpu_engine.commands.models_command import chips_told, cycles_told, models_text, ttft_told
from lpu_engine.commands.predict_command import predict_text
from lpu_engine.commands.validate_command import validate_text

POLL_S = 0.005
INTERRUPTED, BROKEN_PIPE = 130, 141  # what a shell reports for SIGINT and SIGPIPE


def main(arguments: Sequence[str]) -> int:
    """Runs one command; the exit code."""
    try:
        chosen = parser().parse_args(arguments)
        if chosen.command is None:
            parser().print_help()
        elif chosen.command == "models":
            print(models_text(chosen), end="")
        elif chosen.command == "compile":
            print(compile_text(chosen), end="")
        elif chosen.command == "predict":
            print(predict_text(chosen), end="")
        elif chosen.command == "baseline":
            print(baseline_text(chosen), end="")
        elif chosen.command == "fit":
            print(fit_text(chosen), end="")
        elif chosen.command == "validate":
            print(validate_text(chosen), end="")
        else:
            generate(chosen)
        sys.stdout.flush()
    except CommandError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    return 0


def generate(chosen: argparse.Namespace) -> None:
    """Streams an answer as it is computed, then says how fast that was."""
    engine, generation = _submitted(chosen)
    engine.start()
    if sys.stderr.isatty():
        print("Warming up this machine; only the first time takes long.", file=sys.stderr)
    pieces = []
    for text in _pieces(generation):
        pieces.append(text)
        if text and not chosen.json:
            print(text, end="", flush=True)
    engine.close()
    ending = generation.ending
    if ending is None or ending.reason == "error":
        raise CommandError(ending.detail if ending else "The answer has no end.")
    if chosen.json:
        _print_json(_account(generation, "".join(pieces)))
        return
    print(flush=True)
    for line in _summary(generation):
        print(line, file=sys.stderr)


def _submitted(chosen: argparse.Namespace) -> "tuple[lpu_engine.Engine, Generation]":
    """An engine that has not started, and the answer that it will give."""
    if not chosen.prompt.strip():
        raise CommandError("The prompt is empty: write what to answer.")
    params = Params(temperature=chosen.temperature, max_tokens=chosen.max_tokens, seed=chosen.seed)
    messages = (lpu_engine.Message("user", chosen.prompt),)
    request = lpu_engine.Request(chosen.model, messages, params)
    catalog = lpu_engine.load_catalog()
    try:
        catalog.model(request.model)
        engine = lpu_engine.Engine(catalog, chosen.words.resolve())
        generation = engine.submit(request)
    except (
        lpu_engine.UnknownModel,
        lpu_engine.NoWords,
        lpu_engine.PromptTooLong,
        lpu_engine.RefusedChat,
    ) as refused:
        raise CommandError(str(refused)) from None
    threading.excepthook = lambda _: None  # the answer's ending tells why the engine stopped
    return engine, generation


def _pieces(generation: Generation) -> Iterator[str]:
    """The text of the log as it grows, and at last what was held back."""
    read = 0
    while True:
        ending = generation.ending  # looked at first: what it ends is then all there
        for token in generation.tokens[read:]:
            read += 1
            yield token.text
        if ending is not None:
            yield ending.tail
            return
        time.sleep(POLL_S)


def _account(generation: Generation, text: str) -> dict[str, object]:
    return {
        "text": text,
        "model": generation.model.id,
        "words": asdict(generation.words),
        "prediction": asdict(generation.prediction),
        "usage": asdict(generation.usage()),
        "measured": asdict(generation.measured()),
        "reason": generation.ending.reason if generation.ending else None,
    }


def _summary(generation: Generation) -> Iterator[str]:
    """What this machine did, and beside it the clock of another where one was picked."""
    measured, count = generation.measured(), len(generation.tokens)
    wrote = f"{generation.words.name} wrote {count:,} tokens"
    if measured.tokens_per_s is None or measured.ttft_s is None:
        yield f"{wrote}: too few for a rate"
    else:
        rate = f"{measured.tokens_per_s:,.0f} tokens/s"
        yield f"{wrote} at {rate} (measured here), the first after {measured.ttft_s:.3f} s"
    clock = generation.prediction
    if clock.tokens_per_s is not None:
        rate = f"{clock.tokens_per_s:,.1f} tokens/s, TTFT {ttft_told(clock)}"
        clock_text = f"{rate}, chips {chips_told(clock)} ({clock.kind}: {clock.source})"
        yield f"{generation.model.name}'s clock: {clock_text}"
    used = generation.usage().cycles
    if clock.cycles is not None and used is not None and count:
        total = used.prompt + used.completion
        ahead = clock.cycles.until(count - 1)
        yield f"Predicted: {cycles_told(clock.cycles)}; {ahead:,} for {count:,}"
        yield f"Clock: {total:,} cycles, {total / clock.cycles.clock_hz * 1e3:,.3f} ms"


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, allow_nan=False))


def _leave(code: int) -> NoReturn:
    """Ends the process at once: a thread that compiles cannot be interrupted."""
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # a terminal that is not UTF-8 gets "?"
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        _leave(INTERRUPTED)
    except BrokenPipeError:
        _leave(BROKEN_PIPE)
