"""One generation as the engine's thread sees it: what to feed next, what a chosen id means.

Text that may be the beginning of a stop string is held back until it is decided.
"""

import secrets
from collections.abc import Sequence

import numpy as np

from lpu_engine.generation import Generation
from lpu_engine.model.arithmetic import Float32
from lpu_engine.model.tokenizer import TextStream
from lpu_engine.runtime.cache import Lease
from lpu_engine.runtime.executor import Chunk
from lpu_engine.runtime.sampler import Int32, sample_rows, uniform

Draw = tuple[float, float, float]  # temperature, top-p, a number in [0, 1)


class Decoding:
    """Feeds a prompt in chunks, then its own tokens, until an end."""

    def __init__(
        self, generation: Generation, stream: TextStream, end_ids: frozenset[int], window: int
    ) -> None:
        params = generation.request.params
        self.generation = generation
        self.lease = Lease(np.empty(0, np.int32))
        self.most_tokens = max(1, min(params.max_tokens, window - len(generation.prompt)))
        self._stream = stream
        self._end_ids = end_ids
        self._temperature, self._top_p = params.temperature, params.top_p
        self._seed = secrets.randbits(63) if params.seed is None else params.seed
        self._stop = tuple(stop for stop in params.stop if stop)
        self._held = ""
        self._ids = list(generation.prompt)
        self._position = 0
        self._chosen = 0

    @property
    def positions(self) -> int:
        """How many positions of the cache this may fill: the last token is never fed."""
        return len(self.generation.prompt) + self.most_tokens - 1

    @property
    def pending(self) -> int:
        """How many ids wait to be fed: 1 when decoding."""
        return len(self._ids) - self._position

    @property
    def is_done(self) -> bool:
        """Ended by itself, or stopped by a reader."""
        return self.generation.ending is not None

    @property
    def all_fed(self) -> Sequence[int]:
        """The ids in the cache, from the first position on."""
        return self._ids[: self._position]

    def admit(self, lease: Lease) -> None:
        """Its place in the cache is there: what the lease knows need not be fed."""
        self.lease = lease
        self._position = lease.known

    def chunk(self, most: int) -> Chunk:
        """The next ids to feed, once admitted; logits are wanted with the last of them."""
        ids = self._ids[self._position : self._position + most]
        return Chunk(ids, self._position, self.lease.blocks, len(ids) == self.pending)

    def fed(self, chunk: Chunk) -> None:
        """These ids are in the cache now."""
        self._position += len(chunk.ids)

    def draw(self) -> Draw:
        """What the next id is drawn with: of the seed and the index alone."""
        number = uniform(self._seed, self._chosen)
        self._chosen += 1
        return self._temperature, self._top_p, number

    def take(self, token_id: int, computed_s: float) -> None:
        """A chosen id goes into the log, or ends the answer."""
        if token_id in self._end_ids:
            self.generation.finish("stop", self._held + self._stream.flush())
            return
        self._held += self._stream.push(token_id)
        end = first_stop(self._held, self._stop)
        keep = 0 if end is not None else begun_stop(self._held, self._stop)
        text = self._held[: len(self._held) - keep if end is None else end]
        self._held = self._held[len(text) :]
        self.generation.append(token_id, text, computed_s)
        if end is not None:
            self.generation.finish("stop")
        elif self._chosen == self.most_tokens:
            self.generation.finish("length", self._held + self._stream.flush())
        self._ids.append(token_id)


def choose(decodings: Sequence[Decoding], logits: Float32, room: Int32) -> list[int]:
    """The next id of each from its row of logits [decodings, vocabulary], drawn in `room_for` it.

    In one call, since after every call other threads may keep this one from going on.
    """
    draws = np.array([decoding.draw() for decoding in decodings], np.float64)
    chosen: list[int] = sample_rows(logits, draws.reshape(-1, 3), room).tolist()
    return chosen


def first_stop(text: str, stop: tuple[str, ...]) -> int | None:
    """Where the first stop string begins, if there is one."""
    return min((at for s in stop if (at := text.find(s)) >= 0), default=None)


def begun_stop(text: str, stop: tuple[str, ...]) -> int:
    """How many characters at the end may be the beginning of a stop string."""
    lengths = (n for s in stop for n in range(1, len(s)) if text.endswith(s[:n]))
    return max(lengths, default=0)
