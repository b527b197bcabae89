"""An engine as the site has it, asked from a script; as a program: the memory of one answer."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from bench.peak import tell_peak, told_peak
from lpu_engine import Engine, Generation, Message, Params, Request, load_catalog
from lpu_engine.model.tokenizer import open_tokenizer

CLOCK = "pebble"  # whose window ends an answer: the engine wants to know whose speed is shown
POLL_S = 0.005
SENTENCE = "A chip that keeps its weights close to the arithmetic does not wait for memory. "


@contextmanager
def running_engine(folder: Path) -> Iterator[Engine]:
    """Ready, and warmed by a short answer that nothing else begins like."""
    engine = Engine(load_catalog(), folder)
    engine.start()
    try:
        while engine.state.phase == "warming":
            time.sleep(POLL_S)
        answered(engine, (Message("user", "Hello"),), Params(max_tokens=4, seed=0))
        yield engine
    finally:
        engine.close()


def answered(engine: Engine, messages: tuple[Message, ...], params: Params) -> Generation:
    """The whole answer."""
    generation = engine.submit(Request(CLOCK, messages, params))
    while generation.ending is None:
        time.sleep(POLL_S)
    if generation.ending.reason == "error":
        raise RuntimeError(generation.ending.detail)
    return generation


def text_of(generation: Generation) -> str:
    """All words of an answer."""
    return "".join(token.text for token in generation.tokens)


def message_of(folder: Path, tokens: int, beginning: str) -> Message:
    """About so many tokens from a person, which begin in a way of their own."""
    return Message("user", f"{beginning} {SENTENCE * (tokens // _tokens_of_sentence(folder))}")


@cache
def _tokens_of_sentence(folder: Path) -> int:
    """Once for a folder: opening its tokenizer holds up every thread of this process."""
    return len(open_tokenizer(folder).encode(SENTENCE))


def engine_peak_bytes(folder: Path, *, prompt: int, decoded: int) -> int:
    """The most memory that a fresh process took, loading included."""
    return told_peak([sys.executable, "-m", "bench.asking", str(folder), str(prompt), str(decoded)])


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("prompt", type=int)
    parser.add_argument("decoded", type=int)
    given = parser.parse_args()
    message = message_of(given.folder, given.prompt, "Once.")
    with running_engine(given.folder) as engine:
        answered(engine, (message,), Params(temperature=0.0, max_tokens=given.decoded))
    tell_peak()


if __name__ == "__main__":
    _main()
