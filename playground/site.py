"""What one process serves: its engine, its picker, the answers that can be resumed.

asgi.py builds it once and puts it into each scope, so no module holds state of its own.
"""

from dataclasses import dataclass

from lpu_engine import Catalog, Engine
from playground.answers import Answers


@dataclass(frozen=True, slots=True)
class Site:
    """One engine and its catalog, and the logs that clients hold keys to."""

    engine: Engine
    catalog: Catalog
    answers: Answers
    version: str
