"""A kind of question that Pebble cannot or must not answer to a drawn question and an honest no: what is live, private,
yet to come, invented, too rare, too hard, too long, dangerous, or not its to judge.

Frames hold slots, and a slot's texts may hold slots: so it is the kind that is learned, not a list.
"""

import random
from string import Formatter

from training.corpus import Conversation, exchange, vary
from training.generators.limit_kinds import KINDS
from training.generators.limit_slots import SLOTS

ENDS = {"sorry", "larger", "search", "offer"}  # how answers begin and end


class Drawn(dict[str, str]):
    """A text for each slot, drawn when it is first asked for."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self.rng = rng

    def __missing__(self, slot: str) -> str:
        self[slot] = text = self.filled(str(self.rng.choice(SLOTS[slot])))
        return text

    def filled(self, frame: str) -> str:
        return frame.format_map(self)


def slots_of(frame: str) -> set[str]:
    return {slot for _, slot, _, _ in Formatter().parse(frame) if slot}


def limit(rng: random.Random) -> Conversation:
    """A question of some kind and its refusal."""
    drawn, chosen = Drawn(rng), rng.choice(tuple(KINDS.values()))
    question = drawn.filled(rng.choice(chosen.questions))
    known = drawn.keys() | ENDS  # an answer names nothing that was not asked about
    fitting = [answer for answer in chosen.answers if slots_of(answer) <= known]
    answer = drawn.filled(rng.choice(fitting))
    return exchange(vary(question, rng), answer[0].upper() + answer[1:])
