"""The arguments of the command line: what may be asked, and the one line that refuses the rest."""

import argparse
from pathlib import Path
from typing import NoReturn

from lpu_engine.baseline.gpu import MOST_USERS, PRECISIONS
from lpu_engine.catalog import load_catalog
from lpu_engine.generation import Params
from lpu_engine.hardware.gpu import GPUS, MOST_GPUS

SHIPPED_WORDS = Path(__file__).parents[1] / "models" / "pebble"
HOTTEST = 2.0  # temperature
LONGEST_COUNT = 20  # digits


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
    _add_compile(commands.add_parser("compile", help="a model's program for LPU chips, proven"))
    _add_predict(commands.add_parser("predict", help="a model's speed, before anything runs"))
    _add_baseline(commands.add_parser("baseline", help="a model's speed on a server of GPUs"))
    fit = commands.add_parser("fit", help="the constants that published speeds are fitted by")
    fit.add_argument("--write", action="store_true", help="store them, for all other commands")
    fit.add_argument("--json", action="store_true", help="one JSON object instead of a text")
    validate = commands.add_parser("validate", help="predictions beside what others measured")
    validate.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    return top


def _add_compile(command: argparse.ArgumentParser) -> None:
    _add_shape(command)
    command.add_argument(
        "--context", metavar="N", type=_count, help="for a window of N tokens (the model's own)"
    )
    command.add_argument(
        "--trace", metavar="FILE", type=Path, help="write who is busy when, for a trace viewer"
    )
    shown = command.add_mutually_exclusive_group()
    shown.add_argument("--listing", action="store_true", help="print every instruction")
    shown.add_argument("--json", action="store_true", help="one JSON object instead of a summary")


def _add_predict(command: argparse.ArgumentParser) -> None:
    _add_shape(command)
    command.add_argument(
        "--context", metavar="N", type=_count, help="the rate of the token that fills N"
    )
    command.add_argument("--prompt", metavar="N", type=_count, help="tokens of the prompt (128)")
    command.add_argument("--draft", metavar="ID", help="a small model that drafts, one of `models`")
    command.add_argument(
        "--acceptance", metavar="A", type=_share, help="share of drafts accepted, 0 to below 1"
    )
    command.add_argument(
        "--draft-tokens", metavar="K", type=_count, help="drafted in a round (the best of 1 to 8)"
    )
    command.add_argument("--json", action="store_true", help="one JSON object")


def _add_baseline(command: argparse.ArgumentParser) -> None:
    _add_name(command)
    gpus = ", ".join(gpu.id for gpu in GPUS)
    command.add_argument("--gpu", metavar="ID", required=True, help=gpus)
    command.add_argument(
        "--count", metavar="N", type=_count, required=True, help=f"GPUs, 1 to {MOST_GPUS}"
    )
    command.add_argument(
        "--precision", metavar="P", default="bf16", help=f"{', '.join(PRECISIONS)} (%(default)s)"
    )
    command.add_argument(
        "--users", metavar="N", type=_count, default=1, help=f"at once, 1 to {MOST_USERS} (1)"
    )
    command.add_argument("--prompt", metavar="N", type=_count, help="tokens of each prompt (128)")
    command.add_argument(
        "--context", metavar="N", type=_count, help="prompt and answer together (128 more)"
    )
    command.add_argument("--json", action="store_true", help="one JSON object")


def _add_shape(command: argparse.ArgumentParser) -> None:
    _add_name(command)
    command.add_argument(
        "--chips", metavar="N", type=_count, help="LPU chips (the model's, else the fewest)"
    )
    command.add_argument(
        "--group", metavar="N", type=_count, help="chips that share every layer (8)"
    )
    command.add_argument(
        "--users", metavar="N", type=_count, help="keys and values of N users at once (1)"
    )


def _add_name(command: argparse.ArgumentParser) -> None:
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("--model", metavar="ID", help="one of `models`")
    which.add_argument("--config", metavar="FILE", type=Path, help="a config.json, or its folder")


def _temperature(text: str) -> float:
    value = float(text)
    if not 0 <= value <= HOTTEST:
        raise argparse.ArgumentTypeError(f"{text} should be a number from 0 to {HOTTEST:g}")
    return value


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text} should be a number from 0 to below 1")
    return value


def _count(text: str) -> int:
    is_count = text.isascii() and text.isdigit() and len(text) < LONGEST_COUNT and int(text) > 0
    if not is_count:
        raise argparse.ArgumentTypeError(f"{text} should be a whole number from 1 on")
    return int(text)
