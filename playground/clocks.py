"""The catalog → every model's prediction for the preview's prompt, counted in a thread of its own.

Compiling the largest program takes seconds: a page shows what is known and asks for the rest.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread

from lpu_engine import PREVIEW_PROMPT_TOKENS, Catalog, Model, Prediction
from playground.log_lines import name_and_place

logger = logging.getLogger(__name__)


def preview(model: Model) -> Prediction:
    """A model's clock for the prompt of a preview; compiles its program."""
    return model.predict(PREVIEW_PROMPT_TOKENS)


class Clocks:
    """Predictions by model id, as they become known: the picked model's first, then by size."""

    def __init__(self, catalog: Catalog, predict: Callable[[Model], Prediction] = preview) -> None:
        def rank(model: Model) -> tuple[bool, int]:
            return model.id != catalog.picked, model.parameters

        self._predict = predict
        self._models = sorted(catalog.models, key=rank)
        self._predictions: dict[str, Future[Prediction]] = {m.id: Future() for m in self._models}
        for prediction in self._predictions.values():
            prediction.set_running_or_notify_cancel()  # who stops waiting must not cancel it

    def start(self) -> None:
        """Begins to count. A daemon: the process may end before it has counted all."""
        Thread(target=self.count, name="clocks", daemon=True).start()

    def count(self) -> None:
        """Counts all. One that fails is told to whoever asks for it, and the others go on."""
        for model in self._models:
            prediction = self._predictions[model.id]
            try:
                prediction.set_result(self._predict(model))
            except Exception as error:
                logger.error("The clock of %s failed: %s", model.id, name_and_place(error))
                prediction.set_exception(error)

    def known(self, model_id: str) -> Prediction | None:
        """What is known now; None where it is being counted, or failed."""
        prediction = self._predictions[model_id]
        is_there = prediction.done() and prediction.exception() is None
        return prediction.result() if is_there else None

    async def wait(self, model_id: str) -> Prediction:
        """The prediction once it is there; raises what the compiler raised."""
        return await asyncio.wrap_future(self._predictions[model_id])
