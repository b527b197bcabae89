"""What one process serves: its engine, its picker, the models' cards, the answers kept.

asgi.py builds it once and puts it into each scope, so no module holds state of its own.
"""

from dataclasses import dataclass

from lpu_engine import Catalog, Engine
from playground.answers import Answers
from playground.cards import Cards
from playground.clocks import Clocks
from playground.loads import Loads


@dataclass(frozen=True, slots=True)
class Site:
    """One engine and its catalog, what is told of it, and the logs that clients hold keys to."""

    engine: Engine
    catalog: Catalog
    clocks: Clocks
    cards: Cards
    answers: Answers
    version: str
    loads: Loads
