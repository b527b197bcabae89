"""`python -m bench.written_site PORT TOKENS RATE`: the real site over an engine that has its words.

It writes TOKENS of Markdown at RATE tokens/s, so that a page can be measured at a speed that no
engine here computes. DJANGO_SETTINGS_MODULE has to be set: the site's texts are translated.
"""

import sys
import time
from collections.abc import Sequence
from importlib import import_module
from typing import cast

import django
from daphne.server import Server
from django.core.management import call_command

from lpu_engine import Catalog, Engine, Generation, Request, State, Words, load_catalog
from playground.answers import Answers
from playground.cards import Cards
from playground.clocks import Clocks
from playground.loads import Loads
from playground.site import Site

CHARACTERS = 4  # of a token
SECTION = """## Part {number}: what a chip does

An LPU keeps its weights in **SRAM**, so it waits for *no* memory; `step {number}` begins when step
{number} says so, and a [compiler](https://example.org/{number}) has decided all of it before.

1. Weights are placed, tile by tile, and stay where they are.
2. Vectors flow over streams, from unit to unit:
   - the matrix unit multiplies,
   - the vector unit adds and scales.
3. Nothing waits, because **everything** is known.

| unit | cycles | share |
|:--|--:|--:|
| matrix | {number}20 | 61 % |
| vector | {number}7 | 39 % |

```python
def step_{number}(weights, vector):
    \"\"\"One step of many.\"\"\"
    total = 0
    for row in weights:  # in order
        total += sum(a * b for a, b in zip(row, vector))
    return total
```

> What is known before is not waited for.

"""


class WrittenEngine:
    """Answers that are there before they are asked for; only their time is still to come."""

    def __init__(self, catalog: Catalog, tokens: int, rate: float) -> None:
        self.catalog = catalog
        self.state = State("ready", "", "Written", 1)
        self._pieces = pieces(tokens)
        self._rate = rate

    def submit(self, request: Request) -> Generation:
        """One answer, due at the rate."""
        generation = Generation(
            request,
            model=self.catalog.model(request.model),
            words=Words("Written", float(CHARACTERS), 0),
            prompt=[1, 2, 3],
            accepted_at_s=0.0,
        )
        for index, piece in enumerate(self._pieces):
            generation.append(index, piece, computed_s=index / self._rate)
        generation.finish("length")
        generation.accepted_at_s = time.monotonic()  # to write them down took a while
        return generation

    def state_of(self, model_id: str) -> State:
        """It never warms up."""
        return self.state


def pieces(tokens: int) -> list[str]:
    """So many tokens of Markdown as models write it."""
    text, number = "", 0
    while len(text) < CHARACTERS * tokens:
        number += 1
        text += SECTION.format(number=number)
    return [text[CHARACTERS * i : CHARACTERS * (i + 1)] for i in range(tokens)]


def main(arguments: Sequence[str]) -> None:
    """Serves until it is ended."""
    port, tokens, rate = int(arguments[0]), int(arguments[1]), float(arguments[2])
    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)
    application = import_module("playground.application")  # it needs settings
    catalog = load_catalog()
    clocks = Clocks(catalog)
    clocks.start()
    engine = cast(Engine, WrittenEngine(catalog, tokens, rate))
    site = Site(engine, catalog, clocks, Cards(), Answers(), "", Loads(catalog))
    endpoints = [f"tcp:port={port}:interface=127.0.0.1"]
    Server(
        application.build_application(site), endpoints=endpoints, verbosity=0, server_name=""
    ).run()


if __name__ == "__main__":
    main(sys.argv[1:])
