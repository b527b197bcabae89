"""A folder to figures: the held-out prompts, asked as the page asks them, and the shares that are
right; own endings, repetition, perplexity.

It runs the folder that is shipped through the engine that ships, in int8, so what it reports is
what a user gets. It needs no torch.
"""

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from lpu_engine import Params
from lpu_engine.model.checkpoint import open_checkpoint
from lpu_engine.model.reference import logits
from training.answering import Answer, answer_all, answering
from training.corpus import Conversation, held_out_conversations, read_corpus
from training.tables import held_out_facts, read_tables
from training.tokenizer import encode_conversation, load_tokenizer
from training.trials import Trial, has_repeated_sentence, is_right, read_trials

PEBBLE_FOLDER = Path(__file__).resolve().parent.parent / "lpu_engine" / "models" / "pebble"
AS_THE_PAGE = Params(max_tokens=300)
WARM = Params(temperature=0.7, top_p=1.0, max_tokens=300)
PERPLEXITY_TALKS = 200


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `asked`."""

    right: int
    asked: int

    def __str__(self) -> str:
        return f"{self.right / self.asked:6.1%}  {self.right} of {self.asked}"


@dataclass(frozen=True, slots=True)
class Judged:
    """A trial with its answer."""

    trial: Trial
    answer: Answer

    @property
    def is_right(self) -> bool:
        return is_right(self.trial, self.answer.text)


def judge(folder: Path, trials: Sequence[Trial], params: Params) -> list[Judged]:
    """Every trial asked of the checkpoint in `folder`."""
    with answering(folder) as engine:
        answers = answer_all(engine, [trial.asked for trial in trials], params)
    return [Judged(trial, answer) for trial, answer in zip(trials, answers, strict=True)]


def shares_of(judged: Sequence[Judged]) -> dict[str, Share]:
    asked = Counter(one.trial.kind for one in judged)
    right = Counter(one.trial.kind for one in judged if one.is_right)
    return {kind: Share(right[kind], count) for kind, count in sorted(asked.items())}


def perplexity(folder: Path, conversations: Sequence[Conversation]) -> float:
    """exp of the mean cross entropy of the assistant's ids, in float32."""
    checkpoint, tokenizer = open_checkpoint(folder), load_tokenizer(folder / "tokenizer.json")
    total, count = 0.0, 0
    for conversation in conversations:
        encoded = encode_conversation(tokenizer, conversation)
        learned = np.flatnonzero(encoded.is_learned)
        scores = logits(checkpoint, encoded.ids)[learned - 1].astype(np.float64)
        scores -= scores.max(axis=1, keepdims=True)
        chosen = scores[np.arange(len(learned)), np.array(encoded.ids)[learned]]
        total += float((np.log(np.exp(scores).sum(axis=1)) - chosen).sum())
        count += len(learned)
    return math.exp(total / count)


def held_out_talks(count: int) -> list[Conversation]:
    """About `count` held-out wordings with their answers, evenly from corpus and tables."""
    talks = [*held_out_conversations(read_corpus()), *held_out_facts(read_tables())]
    return talks[:: max(1, len(talks) // count)]


def all_shares(judged: Sequence[Judged], warm: Sequence[Judged]) -> dict[str, Share]:
    """The shares by kind, and of the `warm` answers those that ended and those that repeat."""
    ended = sum(one.answer.is_ended for one in warm)
    repeated = sum(has_repeated_sentence(one.answer.text) for one in warm)
    return {
        **shares_of(judged),
        "ended by themselves, at 0.7": Share(ended, len(warm)),
        "with a repeated sentence, at 0.7": Share(repeated, len(warm)),
    }


def told(shares: Mapping[str, Share], perplexity_found: float) -> str:
    """The figures as a table for a terminal."""
    rows = [(name, str(share)) for name, share in shares.items()]
    rows.append(("perplexity of held-out answers", f"{perplexity_found:6.2f}"))
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{width}}  {value}" for name, value in rows)


def card_rows(shares: Mapping[str, Share]) -> list[str]:
    """The lines of the model card's table."""
    return [
        f"| {name} | {share.right} of {share.asked} | {share.right / share.asked:.1%} |"
        for name, share in shares.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("--folder", type=Path, default=PEBBLE_FOLDER)
    parser.add_argument("--kind", help="only the trials of this kind")
    parser.add_argument("--wrong", action="store_true", help="show the answers that were wrong")
    parser.add_argument("--ask", nargs="+", metavar="TURN", help="show the answers to one talk")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--card", action="store_true", help="print the model card's table")
    given = parser.parse_args()
    trials = [trial for trial in read_trials() if given.kind in (None, trial.kind)]
    if given.ask:
        trials = [Trial("asked", tuple(given.ask[: i + 1])) for i in range(len(given.ask))]
    if not trials:
        sys.exit(f"There are no trials of kind {given.kind!r}; --help lists what can be asked.")
    judged = judge(given.folder, trials, AS_THE_PAGE)
    if given.wrong or given.ask:
        for one in judged:
            if given.ask or not one.is_right:
                print(f"[{one.trial.kind}] {' / '.join(one.trial.asked)}\n    {one.answer.text}")
    if given.ask:
        return
    shares = all_shares(judged, judge(given.folder, trials, WARM))
    found = perplexity(given.folder, held_out_talks(PERPLEXITY_TALKS))
    if given.json:
        figures = {name: asdict(share) for name, share in shares.items()}
        print(json.dumps({"shares": figures, "perplexity": found}))
    else:
        print("\n".join(card_rows(shares)) if given.card else told(shares, found))


if __name__ == "__main__":
    main()
