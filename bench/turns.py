"""A second question after 1,000 tokens of conversation → its first token, kept or not.

The engine that answered the first turn may have kept it; a fresh engine has kept nothing.
"""

from pathlib import Path

from bench.asking import answered, message_of, running_engine, text_of
from bench.figures import OURS, Found, Goal, Line, Row, spread_of
from bench.models import Model
from lpu_engine import Engine, Generation, Message, Params

GOAL = Goal(5.0)
CONVERSATION_TOKENS, ANSWER_TOKENS = 1_000, 32
PARAMS = Params(temperature=0.0, max_tokens=ANSWER_TOKENS)
NOTE = "the engine chooses its threads itself, step by step"
NEXT = Message("user", "And why is that so?")


def turns_found(model: Model, rounds: int) -> Found:
    """Every round is another conversation, as an engine may know those of earlier rounds."""
    folder, kept, fresh = model.folder(), [], []
    with running_engine(folder) as engine:
        for turn in range(rounds):
            conversation = _first_turn(engine, folder, f"Conversation {turn}.")
            kept.append(_ttft_ms(answered(engine, conversation, PARAMS)))
            with running_engine(folder) as other:
                fresh.append(_ttft_ms(answered(other, conversation, PARAMS)))
    ours, theirs = spread_of(kept), spread_of(fresh)
    ratio = theirs.median / ours.median
    lines = (
        Line(f"{OURS}, after the first turn", ours),
        Line("a fresh engine", theirs, None, ratio, GOAL),
    )
    about = f"first token of a second turn after {CONVERSATION_TOKENS:,} tokens"
    return Found((Row(f"{model.name}-turns", about, "ms", lines, notes=(NOTE,)),))


def _first_turn(engine: Engine, folder: Path, beginning: str) -> tuple[Message, ...]:
    """Asks it, and returns the conversation with the next question."""
    question = message_of(folder, CONVERSATION_TOKENS - ANSWER_TOKENS, beginning)
    answer = answered(engine, (question,), PARAMS)
    return (question, Message("assistant", text_of(answer)), NEXT)


def _ttft_ms(generation: Generation) -> float:
    ttft_s = generation.measured().ttft_s
    if ttft_s is None:
        raise RuntimeError("The answer ended before its third token, so nothing was measured.")
    return 1e3 * ttft_s
