"""A model, a GPU system and a context → both machines under load, made beside the event loop.

The LPU's program for a context may have to be compiled first, which takes a second or two: visitors
wait in line for it, the socket never does.
"""

import asyncio
from collections.abc import Callable
from functools import lru_cache

from lpu_engine import Catalog, GpuSystem, UnderLoad, under_load

KEPT_COUNT = 64

MakeLoad = Callable[[Catalog, str, GpuSystem, int], UnderLoad]


class Loads:
    """The curves of one process; those asked for last are kept."""

    def __init__(self, catalog: Catalog, make_load: MakeLoad = under_load) -> None:
        def made(model_id: str, system: GpuSystem, context: int) -> UnderLoad:
            return make_load(catalog, model_id, system, context)

        self._made = lru_cache(KEPT_COUNT)(made)
        self._line = asyncio.Lock()

    async def load(self, model_id: str, system: GpuSystem, context: int) -> UnderLoad:
        """Raises UnknownModel, BadDeployment and BadSystem."""
        async with self._line:
            return await asyncio.to_thread(self._made, model_id, system, context)
