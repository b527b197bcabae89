"""ORG/NAME of the Hugging Face hub → a checkpoint in models/, checked, for the picker."""

import sys
from argparse import ArgumentParser
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand

from lpu_engine import Pulled
from playground.hub import CannotPull
from playground.pulling import MAIN, Outcome, pull
from playground.texts import bytes_text, parameters_text

SHOWN = 8  # characters of a commit


class Command(BaseCommand):
    help = "Downloads a model from the Hugging Face hub; it then writes its own words on the site."
    requires_system_checks: ClassVar[list[str]] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("model", metavar="ORG/NAME", help="as the hub names it")
        parser.add_argument("--revision", metavar="R", default=MAIN, help="branch, tag or commit")

    def handle(self, *args: Any, **options: Any) -> None:
        model_id: str = options["model"]
        try:
            outcome = pull(model_id, options["revision"], settings.PLAYGROUND_MODELS)
        except CannotPull as error:
            sys.exit(str(error))
        except KeyboardInterrupt:
            sys.exit(f"Stopped: the same command goes on with what is here of {model_id}.")
        self.stdout.write(told(outcome))


def told(outcome: Outcome) -> str:
    """One line: what is here now, and how to try it."""
    found = outcome.checkpoint
    if outcome.is_new:
        return f"Pulled {described(found)}. Try it: make run, then pick it at the prompt box."
    note = f" {outcome.note}" if outcome.note else ""
    return f"Here already: {described(found)}, commit {found.commit[:SHOWN]}.{note}"


def described(found: Pulled) -> str:
    """`ORG/NAME: 134.5M parameters, 272 MB`."""
    parameters = parameters_text(found.architecture.parameters)
    return f"{found.id}: {parameters} parameters, {bytes_text(found.bytes)}"
