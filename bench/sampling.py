"""Temperature 0.7 with top-p 0.9 beside the likeliest token: how much of its speed is left."""

from functools import partial

from bench.asking import answered, running_engine
from bench.figures import OURS, Found, Goal, Line, Row
from bench.models import Model
from bench.workloads import take_turns
from lpu_engine import Engine, Message, Params

GOAL = Goal(0.95)
RUNS_LONGER = 4  # than a contest's: a small difference needs more tokens
DRAWN, LIKELIEST = "temperature 0.7, top-p 0.9", "the likeliest token"
QUESTION = (Message("user", "How does a language model write an answer?"),)


def sampling_found(model: Model, rounds: int) -> Found:
    """Both through one engine, in turn."""
    tokens = RUNS_LONGER * model.decoded_tokens
    params = {
        DRAWN: Params(temperature=0.7, top_p=0.9, max_tokens=tokens, seed=1),
        LIKELIEST: Params(temperature=0.0, max_tokens=tokens, seed=1),
    }
    with running_engine(model.folder()) as engine:
        runs = {name: partial(_tokens_per_s, engine, each) for name, each in params.items()}
        spreads, threads = take_turns(runs, rounds), engine.state.threads
    share = spreads[DRAWN].median / spreads[LIKELIEST].median
    lines = (
        Line(DRAWN, spreads[DRAWN], threads),
        Line(LIKELIEST, spreads[LIKELIEST], threads, share, GOAL),
    )
    about = f"{OURS}: drawn tokens beside the likeliest"
    return Found((Row(f"{model.name}-sampling", about, "tokens/s", lines, "share"),))


def _tokens_per_s(engine: Engine, params: Params) -> float:
    rate = answered(engine, QUESTION, params).measured().tokens_per_s
    if rate is None:
        raise RuntimeError("The answer ended before its third token, so nothing was measured.")
    return rate
