"""The process's ASGI application. Importing it starts the one engine, which warms up in its thread.

So pages are served at once, and the socket takes prompts whose answers begin when it is ready.
"""

import atexit
import os
import sys
from pathlib import Path

from django.conf import settings

from lpu_engine import Engine, folders_of, load_catalog, pulled, with_pulled
from playground.answers import Answers
from playground.application import build_application
from playground.cards import Cards
from playground.clocks import Clocks
from playground.loads import Loads
from playground.site import Site
from playground.version import read_version

# How long a thread may keep Python to itself while others wait. Usually 5 ms: as long as several
# steps of the engine, which needs it for a moment between two.
SWITCH_S = 0.0005


def open_site() -> Site:
    """A site over the configured words; its engine warms up, its clocks are being counted."""
    models: Path = settings.PLAYGROUND_MODELS
    catalog = with_pulled(load_catalog(), models)
    engine = Engine(catalog, settings.PLAYGROUND_WORDS, folders=folders_of(pulled(models)))
    engine.start()
    atexit.register(engine.close)
    clocks = Clocks(catalog)
    clocks.start()
    return Site(engine, catalog, clocks, Cards(), Answers(), read_version(), Loads(catalog))


sys.setswitchinterval(SWITCH_S)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
application = build_application(open_site())
