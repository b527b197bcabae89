"""One checkpoint that writes: its answers wait for a place in its cache, then advance together.

A step feeds prompts in chunks, decodes together what can be decoded, and puts every chosen id into
its generation's log. `submit` may be called by any thread; all else belongs to the engine's.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from lpu_engine.catalog import Model
from lpu_engine.compiler.compile import table_of
from lpu_engine.conversation import fit
from lpu_engine.decoding import Decoding, choose
from lpu_engine.generation import Generation, Request, Words
from lpu_engine.model.architecture import BadConfig, UnsupportedArchitecture
from lpu_engine.model.checkpoint import BadCheckpoint, open_checkpoint
from lpu_engine.model.tokenizer import TextStream, open_tokenizer
from lpu_engine.runtime.attend_tiles import BLOCK
from lpu_engine.runtime.cache import Cache, blocks_within
from lpu_engine.runtime.executor import Chunk, Executor
from lpu_engine.runtime.kept_weights import kept_weights
from lpu_engine.runtime.pace import measure_pace
from lpu_engine.runtime.sampler import room_for
from lpu_engine.runtime.weights import Weights, load_weights

CACHE_BYTES = 2**30  # keys and values of all open generations; touched only as they grow


class NoWords(RuntimeError):
    """No checkpoint could be loaded; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class State:
    """How a writer is: its name, and on how many threads it decodes. `phase` "waiting": it is
    loaded when it is first asked."""

    phase: Literal["waiting", "warming", "ready", "failed"]
    detail: str
    words: str
    parameters: int
    threads: int = 1


class Writer:
    """`now` is the machine's clock, in s; `kept` the folder of its quantised weights, or None."""

    def __init__(
        self, folder: Path, name: str, now: Callable[[], float], kept: Path | None = None
    ) -> None:
        self._now = now
        self._kept = kept
        self._waiting: deque[Decoding] = deque()
        self._open: list[Decoding] = []
        self._lock = threading.Lock()  # of state and of what waits
        self.state = State("waiting", "", "", 0)
        try:
            self._checkpoint = open_checkpoint(folder)
            self._tokenizer = open_tokenizer(folder)
        except (BadCheckpoint, BadConfig, UnsupportedArchitecture) as error:
            self.state = State("failed", str(error), "", 0)
        else:
            architecture = self._checkpoint.architecture
            self._blocks = blocks_within(architecture, CACHE_BYTES)
            self._window = min(architecture.window, self._blocks * BLOCK)
            parameters = architecture.parameters
            self.state = State("waiting", "", name, parameters)

    @property
    def waiting(self) -> int:
        """How many answers have not begun."""
        return len(self._waiting)

    @property
    def has_work(self) -> bool:
        """Whether a step would do something."""
        return self.state.phase == "ready" and bool(self._open or self._waiting)

    def submit(self, request: Request, model: Model) -> Generation:
        """An answer that begins, at the clock of the model.

        Raises PromptTooLong, RefusedChat, NoWords.
        """
        accepted_at_s = self._now()
        self._refuse_if_failed()
        window = min(self._window, model.window)
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
        decoding = Decoding(generation, stream, self._tokenizer.end_ids, window)
        with self._lock:
            self._refuse_if_failed()  # since we looked: nobody would ever end it
            self._waiting.append(decoding)
        return generation

    def warm(self) -> bool:
        """Say that loading begins; False: it has begun before."""
        with self._lock:
            if self.state.phase != "waiting":
                return False
            detail = "compiling kernels for this machine"
            self.state = replace(self.state, phase="warming", detail=detail)
            return True

    def load(self) -> None:
        """Quantise the weights, compile and time the kernels; afterwards it can step."""
        architecture = self._checkpoint.architecture
        self._cache = Cache(architecture, self._blocks)
        weights = self._weights()
        self._executor = Executor(weights, self._cache, table_of(architecture))
        self._room = room_for(architecture.vocabulary)
        self._pace = measure_pace(self._executor, self._cache, self._now)
        threads = self._pace.decode_threads
        with self._lock:
            if self.state.phase == "warming":
                self.state = replace(self.state, phase="ready", detail="", threads=threads)

    def _weights(self) -> Weights:
        if self._kept is None:
            return load_weights(self._checkpoint)
        return kept_weights(self._checkpoint, self._kept)

    def step(self) -> None:
        """One turn of the executor for all that are open."""
        self._admit()
        work = self._plan()
        if work:
            self._advance(work)
        self._retire()

    def fail(self, reason: str) -> None:
        """End every answer, and refuse the next ones; the first reason stands."""
        with self._lock:
            if self.state.phase != "failed":
                self.state = replace(self.state, phase="failed", detail=reason)
            for decoding in [*self._open, *self._waiting]:
                decoding.generation.finish("error", detail=reason)
            self._open.clear()
            self._waiting.clear()

    def _refuse_if_failed(self) -> None:
        if self.state.phase == "failed":
            raise NoWords(self.state.detail)

    def _admit(self) -> None:
        """Give waiting generations their blocks of the cache, in order of arrival."""
        with self._lock:
            while self._waiting:
                decoding = self._waiting[0]
                if not decoding.is_done:
                    lease = self._cache.lease(decoding.generation.prompt, decoding.positions)
                    if lease is None:
                        return
                    decoding.admit(lease)
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
        for decoding, chunk in work:
            decoding.fed(chunk)
        choosing = [decoding for decoding, chunk in work if chunk.wants_logits]
        for decoding, token_id in zip(choosing, choose(choosing, logits, self._room), strict=True):
            decoding.take(token_id, self._now() - decoding.generation.accepted_at_s)

    def _retire(self) -> None:
        for decoding in [d for d in self._open if d.is_done]:
            self._cache.release(decoding.lease, decoding.all_fed)
            self._open.remove(decoding)
