"""Every message of the socket, with its fields and limits.

`encode` writes ours, checks.py reads a client's. Defaults are the engine's `Params`, not here.
"""

import json
import re
from dataclasses import asdict, dataclass, field
from typing import ClassVar, Literal

from django.utils.translation import override

from lpu_engine import (
    Entry,
    GpuForecast,
    GpuSystem,
    Lane,
    Measured,
    Message,
    Model,
    Params,
    Prediction,
    Ratio,
    Request,
    StepPart,
    Usage,
    Words,
)
from playground.sentences import in_readers_language

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
    "endpoint",
    "internal",
]

MESSAGE_LIMIT_BYTES = 256 * 1024
MAX_TOKENS_LIMIT = 8192
SEED_LIMIT = 2**63 - 1
STOP_STRINGS_LIMIT = 4
STOP_STRING_LIMIT = 64
LANES_LIMIT = 4
Role = Literal["system", "user", "assistant"]
ROLES: tuple[Role, ...] = ("system", "user", "assistant")
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class BadMessage(ValueError):
    """A message that is refused: a code, a sentence for people, the id where there is one."""

    def __init__(self, code: Code, message: str, message_id: str | None = None) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message_id = message_id


@dataclass(frozen=True, slots=True)
class Generate:
    """Asks for an answer. `baseline` None: the usual GPUs; `is_rendered`: as HTML too."""

    id: str
    request: Request
    baseline: GpuSystem | None
    is_rendered: bool = False


@dataclass(frozen=True, slots=True)
class EndpointEntry:
    """An endpoint of somebody else, which writes its own words. No message of ours has its key."""

    url: str
    model: str
    key: str = field(default="", repr=False)


RaceEntry = Entry | EndpointEntry


@dataclass(frozen=True, slots=True)
class Race:
    """Asks for a race of lanes over one answer, which is computed before the flag.

    `words`: the key of an earlier race whose words are run again; then there are no messages.
    """

    id: str
    entries: tuple[RaceEntry, ...]
    messages: tuple[Message, ...]
    params: Params
    words: str | None


@dataclass(frozen=True, slots=True)
class Stop:
    """Ends an answer at what was let out."""

    id: str


@dataclass(frozen=True, slots=True)
class Ack:
    """All frames up to `seq` were drawn; of a race, those of a lane."""

    id: str
    seq: int
    lane: int | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Asks for the text after the first `counts` tokens of an answer whose key the client holds.

    One count; of a race, one for each lane. `rendered`: HTML too, of what follows so many units of
    the whole text (UTF-16, as browsers count); a number that a frame has told, or 0.
    """

    id: str
    key: str
    counts: tuple[int, ...]
    is_race: bool
    rendered: int | None = None


@dataclass(frozen=True, slots=True)
class Render:
    """Asks for the HTML of a text that the client has."""

    id: str
    text: str


Incoming = Generate | Race | Stop | Ack | Resume | Render


@dataclass(frozen=True, slots=True)
class ShownBaseline:
    """A GPU system's figures as the page prints them; `parts` are of a step, in seconds."""

    kind: str
    source: str
    name: str
    ttft_s: float
    tokens_per_s: float
    system: GpuSystem
    parts: tuple[StepPart, ...]


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
class RenderedTokens(Tokens):
    """The same for who asked for HTML: of the blocks that were finished since the last frame.

    `rendered` units of the whole text are HTML now; the rest is not finished yet.
    """

    html: str
    rendered: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The last message of an id, after its last text."""

    type: ClassVar[str] = "finished"
    id: str
    reason: str
    usage: Usage
    measured: Measured


@dataclass(frozen=True, slots=True)
class RenderedFinished(Finished):
    """The same for who asked for HTML: of the last blocks."""

    html: str
    rendered: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """The HTML of a text that the client had."""

    type: ClassVar[str] = "rendered"
    id: str
    html: str
    rendered: int


@dataclass(frozen=True, slots=True)
class Error:
    """Something was refused or failed. It ends nothing."""

    type: ClassVar[str] = "error"
    id: str | None
    code: Code
    message: str


@dataclass(frozen=True, slots=True)
class RaceAccepted:
    """The first message of a race: every lane with its clock, before anything ran."""

    type: ClassVar[str] = "accepted"
    id: str
    key: str
    words: Words
    is_replay: bool
    lanes: tuple[Lane, ...]
    ratios: tuple[Ratio, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """The words are there, and now the endpoint of a lane is asked; nothing else of it runs."""

    type: ClassVar[str] = "asking"
    id: str
    lane: int


@dataclass(frozen=True, slots=True)
class ShownEndpoint:
    """What an endpoint wrote in how many deltas, and what else was computed here meanwhile."""

    deltas: int
    tokens: int
    is_reported: bool  # by its usage; else a delta is taken for a token
    prompt_tokens: int | None
    measured: Measured
    others_at_start: int | None  # None: it was not asked
    others_at_most: int | None


@dataclass(frozen=True, slots=True)
class Flag:
    """The words of a race are there, all of them, and its lanes run since `elapsed_s`."""

    type: ClassVar[str] = "flag"
    id: str
    count: int  # tokens of the answer
    computed_s: float  # that this machine took for them
    measured: Measured
    elapsed_s: float  # 0 but for who resumes
    endpoints: tuple[ShownEndpoint | None, ...]  # for each lane; None: it shows the race's words


@dataclass(frozen=True, slots=True)
class LaneTokens:
    """New text of a lane; `clock_s` is its clock's time for the last token, since the flag.

    Of an endpoint `count` is in deltas; `Flag.endpoints` says how many tokens they all are.
    """

    type: ClassVar[str] = "tokens"
    id: str
    lane: int
    seq: int
    text: str
    count: int
    clock_s: float


@dataclass(frozen=True, slots=True)
class LaneClock:
    """A lane's account by its own clock. None: no token, or fewer than the three of a rate."""

    ttft_s: float | None
    total_s: float | None
    tokens_per_s: float | None  # output speed
    end_to_end_tokens_per_s: float | None


@dataclass(frozen=True, slots=True)
class LaneFinished:
    """The last message of a lane."""

    type: ClassVar[str] = "finished"
    id: str
    lane: int
    reason: str
    count: int
    clock: LaneClock


@dataclass(frozen=True, slots=True)
class RaceFinished:
    """The last message of a race, after that of every lane."""

    type: ClassVar[str] = "finished"
    id: str
    reason: str
    prompt_tokens: int
    completion_tokens: int
    measured: Measured


Outgoing = (
    Accepted
    | Tokens
    | Finished
    | Rendered
    | Error
    | RaceAccepted
    | Asking
    | Flag
    | LaneTokens
    | LaneFinished
    | RaceFinished
)


def encode(message: Outgoing, language: str = "en") -> str:
    """One message as JSON text, its sentences in a language."""
    table = {"type": message.type, **asdict(message)}
    if isinstance(message, Accepted | RaceAccepted | Error):
        with override(language):
            table = in_readers_language(table)
    if table["id"] is None:
        del table["id"]
    return json.dumps(table, allow_nan=False)


def shown(found: GpuForecast | None) -> ShownBaseline | None:
    """What a page prints of GPUs beside an answer."""
    if found is None:
        return None
    return ShownBaseline(
        "simulated",
        found.source,
        found.name,
        found.ttft_s,
        found.tokens_per_s,
        found.system,
        found.parts,
    )


def published(model: Model) -> ShownPublished | None:
    """The published speed of a model, where there is one."""
    stated = model.published
    if stated is None or stated.tokens_per_s is None:
        return None
    return ShownPublished(stated.tokens_per_s, stated.source)
