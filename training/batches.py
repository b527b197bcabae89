"""Conversations as ids to full rows of fixed length, several conversations a row, and rows to
batches of one size.

Fixed shapes let the compiled step be reused; short conversations share rows of 128, so that
attention stays cheap.
"""

import random
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.tokenizer import PAD_ID, Encoded

ROW_LENGTHS = (128, 256, 512, 1024, 2048)
PADDING_SEGMENT = -1
NOTHING = -100  # what the loss leaves out
LEARNED_STEP = 256


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one length. `targets` are the learned ids, `sources` the flat places just before
    them; both are filled up with NOTHING to a multiple of LEARNED_STEP, so that their length, too,
    is one of a few and kernels are made once."""

    ids: npt.NDArray[np.int64]  # [rows, length]
    segments: npt.NDArray[
        np.int64
    ]  # [rows, length], the number of the conversation, or PADDING_SEGMENT
    sources: npt.NDArray[np.int64]  # [learned, filled up]
    targets: npt.NDArray[np.int64]  # [learned, filled up], ids or NOTHING
    learned: int


def pack(encoded: Sequence[Encoded]) -> dict[int, list[list[Encoded]]]:
    """Rows by length. Longest first, each into the fullest row that has room for it, else into a
    new one of the least length: so short ones fill what long ones leave."""
    rows: dict[int, list[list[Encoded]]] = {length: [] for length in ROW_LENGTHS}
    rooms: list[tuple[int, int]] = []  # of each row that is open: what is free, and its number
    opened: list[list[Encoded]] = []
    for item in sorted(map(_cut, encoded), key=lambda item: -len(item.ids)):
        place = bisect_left(rooms, (len(item.ids), 0))
        if place < len(rooms):
            room, number = rooms.pop(place)
        else:
            room = next(length for length in ROW_LENGTHS if len(item.ids) <= length)
            number = len(opened)
            opened.append([])
            rows[room].append(opened[number])
        opened[number].append(item)
        insort(rooms, (room - len(item.ids), number))
    return rows


def _cut(item: Encoded) -> Encoded:
    longest = ROW_LENGTHS[-1]
    return Encoded(item.ids[:longest], item.is_learned[:longest])


def batch_of(rows: Sequence[Sequence[Encoded]], length: int, height: int) -> Batch:
    """A batch of exactly `height` rows; missing rows are padding."""
    ids = np.full((height, length), PAD_ID, dtype=np.int64)
    segments = np.full((height, length), PADDING_SEGMENT, dtype=np.int64)
    learned = np.zeros((height, length), dtype=np.bool_)
    for i, row in enumerate(rows):
        start = 0
        for number, item in enumerate(row):
            end = start + len(item.ids)
            ids[i, start:end], segments[i, start:end], learned[i, start:end] = (
                item.ids,
                number,
                item.is_learned,
            )
            start = end
    places = np.flatnonzero(learned)
    sources = np.zeros(-(-len(places) // LEARNED_STEP) * LEARNED_STEP, dtype=np.int64)
    targets = np.full(len(sources), NOTHING, dtype=np.int64)
    sources[: len(places)], targets[: len(places)] = places - 1, ids.reshape(-1)[places]
    return Batch(ids, segments, sources, targets, len(places))


def rows_of_batches(
    encoded: Sequence[Encoded], tokens: int, rng: random.Random
) -> Iterator[tuple[int, list[list[Encoded]]]]:
    """The row length and the rows of batches of `tokens` ids each, lengths mixed at random; the
    last of each length may lack rows."""
    batches: list[tuple[int, list[list[Encoded]]]] = []
    for length, rows in pack(encoded).items():
        rng.shuffle(rows)
        height = tokens // length
        batches += [(length, rows[i : i + height]) for i in range(0, len(rows), height)]
    rng.shuffle(batches)
    yield from batches
