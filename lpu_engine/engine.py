"""START HERE: requests become answers, one thread, all open generations, one step at a time.

`submit` returns at once with the prediction; the thread then feeds prompts in chunks, decodes
together what can be decoded, and writes every chosen id into its generation's log.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from lpu_engine.catalog import Catalog, UnknownModel
from lpu_engine.compiler.compile import table_of
from lpu_engine.conversation import fit
from lpu_engine.decoding import Decoding
from lpu_engine.generation import Generation, Request, Words
from lpu_engine.model.architecture import BadConfig, UnsupportedArchitecture
from lpu_engine.model.checkpoint import BadCheckpoint, Checkpoint, open_checkpoint
from lpu_engine.model.tokenizer import TextStream, open_tokenizer
from lpu_engine.runtime.cache import Cache, blocks_for, blocks_within
from lpu_engine.runtime.executor import Chunk, Executor
from lpu_engine.runtime.pace import measure_pace
from lpu_engine.runtime.weights import load_weights

CACHE_BYTES = 2**30  # keys and values of all open generations; touched only as they grow
MOST_WAITING = 256  # generations that wait for a place in the cache


class NoWords(RuntimeError):
    """No checkpoint could be loaded; the sentence says why and what to do."""


class Busy(RuntimeError):
    """Too many generations are waiting."""


@dataclass(frozen=True, slots=True)
class State:
    """How the engine is: who writes the words, and on how many threads."""

    phase: Literal["warming", "ready", "failed"]
    detail: str
    words: str
    parameters: int
    threads: int = 1


class Engine:
    """One checkpoint's words for all models of a catalog. `now` is the machine's clock, in s."""

    def __init__(
        self, catalog: Catalog, words_folder: Path, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.catalog = catalog
        self._now = now
        self._waiting: deque[Decoding] = deque()
        self._open: list[Decoding] = []
        self._wake = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self.state = State("warming", "compiling kernels for this machine", "", 0)
        try:
            self._checkpoint = open_checkpoint(words_folder)
            self._tokenizer = open_tokenizer(words_folder)
        except (BadCheckpoint, BadConfig, UnsupportedArchitecture) as error:
            self.state = State("failed", str(error), "", 0)
        else:
            name = words_name(catalog, words_folder)
            parameters = self._checkpoint.architecture.parameters
            self.state = replace(self.state, words=name, parameters=parameters)

    def start(self) -> None:
        """Load, compile and serve in a thread of its own; returns at once."""
        if self.state.phase == "warming":
            self._thread.start()

    def close(self) -> None:
        """End the thread after its current step, and every answer that is still open."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()
        if self.state.phase != "failed":
            self._fail("The engine was closed.")

    def submit(self, request: Request) -> Generation:
        """An answer that begins; its prediction is known now, its tokens come into its log.

        Raises UnknownModel, PromptTooLong, RefusedChat, NoWords, Busy.
        """
        accepted_at_s = self._now()
        model = self.catalog.model(request.model)
        if self.state.phase == "failed":
            raise NoWords(self.state.detail)
        window = min(self._checkpoint.architecture.window, model.window)
        prompt = fit(
            request.messages,
            self._tokenizer,
            window=window,
            answer_tokens=request.params.max_tokens,
        )
        words = Words(self.state.words, self._tokenizer.chars_per_token, prompt.dropped_turns)
        generation = Generation(
            request, model=model, words=words, prompt=prompt.ids, accepted_at_s=accepted_at_s
        )
        stream = TextStream(self._tokenizer)
        self._enqueue(Decoding(generation, stream, self._tokenizer.end_ids, window))
        return generation

    def _enqueue(self, decoding: Decoding) -> None:
        with self._wake:
            if self.state.phase == "failed":  # since submit looked: nobody would ever end it
                raise NoWords(self.state.detail)
            if len(self._waiting) >= MOST_WAITING:
                raise Busy("This machine is busy with many answers; try again in a moment.")
            self._waiting.append(decoding)
            self._wake.notify()

    def _run(self) -> None:
        try:
            self._load(self._checkpoint)
            while self._wait_for_work():
                self._step()
        except Exception as error:
            self._fail(f"The engine stopped: {error}. Restart the server.")
            raise

    def _load(self, checkpoint: Checkpoint) -> None:
        architecture = checkpoint.architecture
        self._cache = Cache(architecture, blocks_within(architecture, CACHE_BYTES))
        self._executor = Executor(load_weights(checkpoint), self._cache, table_of(architecture))
        self._pace = measure_pace(self._executor, self._cache, self._now)
        threads = self._pace.decode_threads
        self.state = replace(self.state, phase="ready", detail="", threads=threads)

    def _wait_for_work(self) -> bool:
        with self._wake:
            self._wake.wait_for(lambda: self._closing or self._waiting or self._open)
            return not self._closing

    def _step(self) -> None:
        self._admit()
        work = self._plan()
        if work:
            self._advance(work)
        self._retire()

    def _admit(self) -> None:
        """Give waiting generations their blocks of the cache, in order of arrival."""
        with self._wake:
            while self._waiting:
                decoding = self._waiting[0]
                if not decoding.is_done:
                    if blocks_for(decoding.positions) > self._cache.free_blocks:
                        return
                    decoding.blocks = self._cache.take(decoding.positions)
                    self._open.append(decoding)
                self._waiting.popleft()

    def _plan(self) -> list[tuple[Decoding, Chunk]]:
        """One row for each that decodes; the prompts share the other rows of a turn."""
        live = [decoding for decoding in self._open if not decoding.is_done]
        prompts = sum(decoding.pending > 1 for decoding in live)
        share = max(1, self._pace.prompt_rows() // max(1, prompts))
        work, left = [], self._executor.max_rows
        for decoding in sorted(live, key=lambda d: d.pending > 1):
            chunk = decoding.chunk(min(share, left)) if left else None
            if chunk:
                work.append((decoding, chunk))
                left -= len(chunk.ids)
        return work

    def _advance(self, work: Sequence[tuple[Decoding, Chunk]]) -> None:
        """Run one step, and log what it chose with the machine's stamp."""
        rows = sum(len(chunk.ids) for _, chunk in work)
        began_s = self._now()
        threads = self._pace.threads(rows, began_s)
        logits = self._executor.forward([chunk for _, chunk in work], threads)
        self._pace.record(rows, threads, began_s, self._now())
        row = 0
        for decoding, chunk in work:
            decoding.fed(chunk)
            if chunk.wants_logits:
                token_id = decoding.choose(logits[row])
                decoding.take(token_id, self._now() - decoding.generation.accepted_at_s)
                row += 1

    def _retire(self) -> None:
        for decoding in [d for d in self._open if d.is_done]:
            self._cache.give_back(decoding.blocks)
            self._open.remove(decoding)

    def _fail(self, reason: str) -> None:
        """End every answer, and refuse the next ones."""
        with self._wake:
            self.state = replace(self.state, phase="failed", detail=reason)
            for decoding in [*self._open, *self._waiting]:
                decoding.generation.finish("error", detail=reason)
            self._waiting.clear()


def words_name(catalog: Catalog, folder: Path) -> str:
    """A checkpoint's name: the catalog's where the folder bears a model's id, else the folder's."""
    try:
        return catalog.model(folder.name).name
    except UnknownModel:
        return folder.name
