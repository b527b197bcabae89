"""The arguments of the command line: what may be asked, and the one line that refuses the rest."""

import argparse
from pathlib import Path
from typing import NoReturn

from lpu_engine.catalog import load_catalog
from lpu_engine.generation import Params

SHIPPED_WORDS = Path(__file__).with_name("models") / "pebble"
HOTTEST = 2.0  # temperature


class CommandError(Exception):
    """What the command cannot do, in one sentence."""


class Parser(argparse.ArgumentParser):
    """argparse, with errors of one line."""

    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message}. `{self.prog} --help` tells more.")


def parser() -> Parser:
    """Every command with its options."""
    top = Parser(prog="python -m lpu_engine", description="Tokens computed here, clocks of LPUs.")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    models = commands.add_parser("models", help="the models there are, with the clock of each")
    models.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    answer = commands.add_parser("generate", help="answer a prompt; the text streams to stdout")
    answer.add_argument("prompt", help="what to answer")
    default = load_catalog().picked
    answer.add_argument("--model", metavar="ID", default=default, help=f"whose clock ({default})")
    answer.add_argument(
        "--words", metavar="DIR", type=Path, default=SHIPPED_WORDS, help="whose words (Pebble's)"
    )
    params = Params()
    answer.add_argument(
        "--temperature",
        metavar="T",
        type=_temperature,
        default=params.temperature,
        help="%(default)s",
    )
    answer.add_argument("--seed", metavar="N", type=int, help="the same text each time")
    answer.add_argument(
        "--max-tokens", metavar="N", type=_count, default=params.max_tokens, help="%(default)s"
    )
    answer.add_argument("--json", action="store_true", help="one JSON object at the end")
    return top


def _temperature(text: str) -> float:
    value = float(text)
    if not 0 <= value <= HOTTEST:
        raise argparse.ArgumentTypeError(f"{text} should be a number from 0 to {HOTTEST:g}")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} should be a whole number from 1 on")
    return value
