"""A model and a deployment → its card, made beside the event loop, one at a time.

A card may need a compiled program, which takes seconds: visitors wait in line for it, the socket
never does.
"""

import asyncio
from collections.abc import Callable
from functools import lru_cache

from lpu_engine import Card, Model, model_card, model_listing
from playground.deployment import Deployment

KEPT_COUNT = 64

MakeCard = Callable[[Model, Deployment], Card]
MakeListing = Callable[[Model], str]


def card_of(model: Model, deployment: Deployment) -> Card:
    """The engine's card; raises BadDeployment."""
    return model_card(
        model,
        chips=deployment.chips,
        context=deployment.context,
        users=deployment.users,
    )


class Cards:
    """The cards of one process; those asked for last are kept."""

    def __init__(
        self, make_card: MakeCard = card_of, make_listing: MakeListing = model_listing
    ) -> None:
        self._make_card = lru_cache(KEPT_COUNT)(make_card)
        self._make_listing = make_listing
        self._line = asyncio.Lock()

    async def card(self, model: Model, deployment: Deployment) -> Card:
        """Raises BadDeployment, NoProgram among them."""
        async with self._line:
            return await asyncio.to_thread(self._make_card, model, deployment)

    async def listing(self, model: Model) -> str:
        """The text of the model's program; raises NoProgram."""
        async with self._line:
            return await asyncio.to_thread(self._make_listing, model)
