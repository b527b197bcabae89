"""Sites to ask, each with an engine of its own on a port of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cards import a_clock, make_card, make_listing
from checkpoints import write_checkpoint
from django.conf import settings
from django.core.management import call_command
from web_harness import PATIENCE_S, Client, Daphne, HandEngine, Served

from lpu_engine import Engine, Generation, load_catalog
from playground.answers import Answers
from playground.application import build_application
from playground.cards import Cards
from playground.clocks import Clocks
from playground.loads import Loads
from playground.site import Site


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Static files under their hashed names, in a folder of the tests."""
    was, settings.STATIC_ROOT = settings.STATIC_ROOT, tmp_path_factory.mktemp("collected")
    call_command("collectstatic", interactive=False, verbosity=0)
    yield settings.STATIC_ROOT
    settings.STATIC_ROOT = was


@pytest.fixture(scope="session")
def daphne(collected: Path) -> Iterator[Daphne]:
    server = Daphne()
    yield server
    server.stop()


@pytest.fixture
def serve(daphne: Daphne) -> Callable[..., Served]:
    """Puts an engine on a port of its own, with clocks and cards that a test wrote."""

    def put(
        engine: Any,
        now: Callable[[], float] = time.monotonic,
        clocks: Clocks | None = None,
        cards: Cards | None = None,
        loads: Loads | None = None,
    ) -> Served:
        if clocks is None:
            clocks = Clocks(engine.catalog, a_clock)
            clocks.count()
        cards = cards or Cards(make_card, make_listing)
        loads = loads or Loads(engine.catalog)
        site = Site(engine, engine.catalog, clocks, cards, Answers(now), "1.2.3", loads)
        return Served(site, daphne.listen(build_application(site)))

    return put


@pytest.fixture
def engine() -> HandEngine:
    return HandEngine()


@pytest.fixture
def served(serve: Callable[..., Served], engine: HandEngine) -> Served:
    return serve(engine)


@pytest.fixture
async def client(served: Served) -> AsyncIterator[Client]:
    async with served.connect() as connected:
        yield connected


@pytest.fixture
def generation(engine: HandEngine) -> Callable[[], Awaitable[Generation]]:
    """The generation that the engine was asked for last; waits for it."""

    async def given() -> Generation:
        return await asyncio.to_thread(engine.given.get, timeout=PATIENCE_S)

    return given


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("words") / "tiny")


@pytest.fixture(scope="session")
def tiny_engine(tiny_checkpoint: Path) -> Iterator[Engine]:
    """A real engine over a small seeded checkpoint: its words mean nothing, but are computed."""
    engine = Engine(load_catalog(), tiny_checkpoint)
    engine.start()
    yield engine
    engine.close()
