"""Every message of the socket, with its fields and limits.

`encode` writes ours, checks.py reads a client's. Defaults are the engine's `Params`, not here.
"""

import json
import re
from dataclasses import asdict, dataclass
from typing import ClassVar, Literal

from lpu_engine import Baseline, BaselineQuery, Measured, Model, Prediction, Request, Usage, Words

Code = Literal[
    "bad_json",
    "bad_message",
    "unknown_type",
    "unknown_model",
    "empty_prompt",
    "too_long",
    "bad_param",
    "duplicate_id",
    "busy",
    "gone",
    "taken_over",
    "foreign_origin",
    "no_words",
    "internal",
]

MESSAGE_LIMIT_BYTES = 256 * 1024
MAX_TOKENS_LIMIT = 8192
SEED_LIMIT = 2**63 - 1
STOP_STRINGS_LIMIT = 4
STOP_STRING_LIMIT = 64
BASELINE_COUNT_LIMIT = 8
BASELINE_USERS_LIMIT = 512
GPUS = ("a100-sxm", "h100-sxm", "h200-sxm", "b200-sxm")
PRECISIONS = ("bf16", "fp8", "int8", "int4")
Role = Literal["system", "user", "assistant"]
ROLES: tuple[Role, ...] = ("system", "user", "assistant")
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
LARGEST_INTEGER = 2**53 - 1  # of a client written in JavaScript


class BadMessage(ValueError):
    """A message that is refused: a code, a sentence for people, the id where there is one."""

    def __init__(self, code: Code, message: str, message_id: str | None = None) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message_id = message_id


@dataclass(frozen=True, slots=True)
class Generate:
    """Asks for an answer. `baseline` None: the first that is known."""

    id: str
    request: Request
    baseline: BaselineQuery | None


@dataclass(frozen=True, slots=True)
class Stop:
    """Ends an answer at what was let out."""

    id: str


@dataclass(frozen=True, slots=True)
class Ack:
    """All frames up to `seq` were drawn."""

    id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Resume:
    """Asks for the text after the first `count` tokens of an answer whose key the client holds."""

    id: str
    key: str
    count: int


Incoming = Generate | Stop | Ack | Resume


@dataclass(frozen=True, slots=True)
class ShownBaseline:
    """A GPU's figure as the page prints it."""

    kind: str
    source: str
    name: str
    ttft_s: float | None
    tokens_per_s: float


@dataclass(frozen=True, slots=True)
class ShownPublished:
    """What others say of the picked model on LPUs, beside its simulated clock."""

    tokens_per_s: float
    source: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The first message of an id, before any text."""

    type: ClassVar[str] = "accepted"
    id: str
    key: str
    model: str
    words: Words
    prediction: Prediction
    published: ShownPublished | None
    baseline: ShownBaseline | None


@dataclass(frozen=True, slots=True)
class Tokens:
    """New text, the `count` tokens it came with, and the two stamps of the last of them."""

    type: ClassVar[str] = "tokens"
    id: str
    seq: int
    text: str
    count: int
    clock_s: float
    computed_s: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The last message of an id, after its last text."""

    type: ClassVar[str] = "finished"
    id: str
    reason: str
    usage: Usage
    measured: Measured


@dataclass(frozen=True, slots=True)
class Error:
    """Something was refused or failed. It ends nothing."""

    type: ClassVar[str] = "error"
    id: str | None
    code: Code
    message: str


Outgoing = Accepted | Tokens | Finished | Error


def encode(message: Outgoing) -> str:
    """One message as JSON text."""
    table = {"type": message.type, **asdict(message)}
    if table["id"] is None:
        del table["id"]
    return json.dumps(table, allow_nan=False)


def shown(baseline: Baseline | None) -> ShownBaseline | None:
    """A baseline without the query that it answers."""
    if baseline is None:
        return None
    return ShownBaseline(
        baseline.kind, baseline.source, baseline.name, baseline.ttft_s, baseline.tokens_per_s
    )


def published(model: Model) -> ShownPublished | None:
    """The published speed of a model, where there is one."""
    stated = model.published
    if stated is None or stated.tokens_per_s is None:
        return None
    return ShownPublished(stated.tokens_per_s, stated.source)
