"""START HERE: requests become answers, by one thread that gives every checkpoint its turns.

`submit` returns at once with the prediction. A model whose own weights are here writes its own
words, and is loaded when it is first asked; for all others the usual writer writes.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lpu_engine.catalog import Catalog, UnknownModel
from lpu_engine.generation import Generation, Request
from lpu_engine.runtime.pace import TURN_S
from lpu_engine.writer import State, Writer

KEPT = ".int8"  # in the folder of a model of its own: large ones are quantised once
MOST_WAITING = 256  # generations that wait for a place in a cache

log = logging.getLogger(__name__)


class Busy(RuntimeError):
    """Too many generations are waiting."""


class Engine:
    """`words_folder` has the usual writer's checkpoint, `folders` that of each model, by its id,
    whose own weights are here. `now` is the machine's clock, in s."""

    def __init__(
        self,
        catalog: Catalog,
        words_folder: Path,
        now: Callable[[], float] = time.monotonic,
        folders: Mapping[str, Path] | None = None,
    ) -> None:
        self.catalog = catalog
        self._now = now
        self._wake = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._usual = Writer(words_folder, words_name(catalog, words_folder), now)
        self._usual.warm()
        self._own = {
            model_id: Writer(folder, catalog.model(model_id).name, now, folder / KEPT)
            for model_id, folder in (folders or {}).items()
        }

    @property
    def state(self) -> State:
        """How the usual writer is."""
        return self._usual.state

    def state_of(self, model_id: str) -> State:
        """How the writer is that answers for this model; the usual one's for all others."""
        return self._writer(model_id).state

    def start(self) -> None:
        """Load, compile and serve in a thread of its own; returns at once."""
        if any(writer.state.phase != "failed" for writer in self._writers()):
            self._thread.start()

    def close(self) -> None:
        """End the thread after its current step, and every answer that is still open."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()
        for writer in self._writers():
            writer.fail("The engine was closed.")

    def submit(self, request: Request) -> Generation:
        """An answer that begins; its prediction is known now, its tokens come into its log.

        Raises UnknownModel, Busy, and what Writer.submit raises.
        """
        model = self.catalog.model(request.model)
        if sum(writer.waiting for writer in self._writers()) >= MOST_WAITING:
            raise Busy("This machine is busy with many answers; try again in a moment.")
        writer = self._writer(model.id)
        generation = writer.submit(request, model)
        with self._wake:
            if not self._closing and writer.warm():
                # In a thread of its own, so that no stream stalls meanwhile.
                threading.Thread(target=self._load, args=[writer], daemon=True).start()
            self._wake.notify()
        return generation

    def _writer(self, model_id: str) -> Writer:
        return self._own.get(model_id, self._usual)

    def _writers(self) -> list[Writer]:
        return [self._usual, *self._own.values()]

    def _load(self, writer: Writer) -> None:
        with _failing(writer):
            writer.load()
        with self._wake:
            self._wake.notify()

    def _run(self) -> None:
        if self.state.phase == "warming":
            self._load(self._usual)
        while self._wait_for_work():
            for writer in self._writers():
                if writer.has_work:
                    self._turn(writer)

    def _wait_for_work(self) -> bool:
        with self._wake:
            self._wake.wait_for(lambda: self._closing or any(w.has_work for w in self._writers()))
            return not self._closing

    def _turn(self, writer: Writer) -> None:
        """As many steps as fit into a turn, at least one: checkpoints share time, not steps.

        A step is expected to take as long as the one before it.
        """
        began_s = self._now()
        until_s = began_s + TURN_S
        with _failing(writer):
            while writer.has_work and not self._closing:
                writer.step()
                ended_s = self._now()
                if ended_s + (ended_s - began_s) > until_s:
                    return
                began_s = ended_s


@contextmanager
def _failing(writer: Writer) -> Iterator[None]:
    """Whatever breaks in here ends this writer's answers, and nobody else's."""
    try:
        yield
    except Exception as error:
        log.exception("%s stopped", writer.state.words)
        writer.fail(f"The engine stopped: {error}. Restart the server.")


def words_name(catalog: Catalog, folder: Path) -> str:
    """A checkpoint's name: the catalog's where the folder bears a model's id, else the folder's."""
    try:
        return catalog.model(folder.name).name
    except UnknownModel:
        return folder.name
