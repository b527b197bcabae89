"""ORG/NAME → its checkpoint is gone from models/, a partial download of it too."""

import sys
from argparse import ArgumentParser
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand

from lpu_engine import pulled
from playground.hub import CannotPull
from playground.pulling import remove
from playground.texts import bytes_text


class Command(BaseCommand):
    help = "Deletes a pulled model from this disk."
    requires_system_checks: ClassVar[list[str]] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("model", metavar="ORG/NAME", help="one of `manage.py models`")

    def handle(self, *args: Any, **options: Any) -> None:
        model_id, models = options["model"], settings.PLAYGROUND_MODELS
        try:
            freed = remove(model_id, models)
        except CannotPull as error:
            sys.exit(str(error))
        if not freed:
            there = ", ".join(each.id for each in pulled(models)) or "none"
            sys.exit(f"{model_id} is not here; pulled models: {there}.")
        self.stdout.write(f"Removed {model_id}: {bytes_text(freed)} are free again.")
