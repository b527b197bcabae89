"""A client's text → one checked message, or BadMessage.

It is checked whole before anything happens, and an unknown field is refused, never dropped in
silence.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from lpu_engine import (
    GPUS,
    MOST_GPUS,
    MOST_USERS,
    PRECISIONS,
    Entry,
    GpuEntry,
    GpuSystem,
    HereEntry,
    LpuEntry,
    Message,
    Params,
    Request,
    ServiceEntry,
)
from playground import messages as limits
from playground.endpoints.addresses import URL_LIMIT, origin_in
from playground.endpoints.client import MODEL_LIMIT, check_key
from playground.endpoints.failures import Failure
from playground.fields import (
    is_true,
    items,
    listed,
    mapping,
    number,
    only,
    stop_strings,
    text,
    whole,
)
from playground.messages import (
    Ack,
    BadMessage,
    EndpointEntry,
    Generate,
    Incoming,
    Race,
    RaceEntry,
    Render,
    Resume,
    Stop,
)

Json = Mapping[str, Any]

LARGEST_INTEGER = 2**53 - 1  # of a client written in JavaScript


def parse(received: str) -> Incoming:
    """One message of a client; raises BadMessage, with the message's id where it has a good one."""
    if len(received.encode("utf-8", "surrogatepass")) > limits.MESSAGE_LIMIT_BYTES:
        limit = f"{limits.MESSAGE_LIMIT_BYTES // 1024} KiB"
        message = f"A message may have up to {limit}: shorten the conversation."
        raise BadMessage("too_long", message, _id_if_readable(received))
    given = _loaded(received)
    try:
        return _reader(given.get("type"))(given)
    except BadMessage as bad:
        raise BadMessage(bad.code, str(bad), _id_or_none(given)) from None


def _loaded(received: str) -> Json:
    try:
        given = json.loads(received, parse_constant=_refused_constant)
    except (ValueError, RecursionError):
        raise BadMessage("bad_json", "A message must be JSON, and this is not.") from None
    return mapping(given, "A message", "bad_message")


def _refused_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _id_if_readable(received: str) -> str | None:
    """Which message was refused helps its sender, even where it is too long."""
    try:
        return _id_or_none(_loaded(received))
    except BadMessage:
        return None


def _id_or_none(given: Json) -> str | None:
    value = given.get("id")
    return value if isinstance(value, str) and limits.ID.fullmatch(value) else None


def _reader(kind: object) -> Callable[[Json], Incoming]:
    name = text(kind, "type")
    if name not in _READERS:
        raise BadMessage("unknown_type", f"type must be one of {', '.join(_READERS)}.")
    return _READERS[name]


def _generate(given: Json) -> Generate:
    only(given, ("type", "id", "model", "messages", "params", "baseline", "render"))
    message_id = _id(given)
    request = Request(
        model=text(given.get("model"), "model"),
        messages=_messages(items(given.get("messages"), "messages", "bad_message")),
        params=_params(given.get("params", {})),
    )
    query = given.get("baseline")
    return Generate(
        message_id,
        request,
        None if query is None else _baseline(query),
        is_true(given.get("render", False), "render"),
    )


def _race(given: Json) -> Race:
    """New words for its messages, or with a key the words of an earlier race."""
    is_replay = given.get("words") is not None
    asked = ("words",) if is_replay else ("messages", "params")
    only(given, ("type", "id", "lanes", *asked))
    return Race(
        _id(given),
        entries=_entries(items(given.get("lanes"), "lanes", "bad_param")),
        messages=()
        if is_replay
        else _messages(items(given.get("messages"), "messages", "bad_message")),
        params=Params() if is_replay else _params(given.get("params", {})),
        words=text(given["words"], "words", "bad_param") if is_replay else None,
    )


def _entries(given: list[Any]) -> tuple[RaceEntry, ...]:
    if not 1 <= len(given) <= limits.LANES_LIMIT:
        message = f"lanes must be a list of 1 to {limits.LANES_LIMIT}."
        raise BadMessage("bad_param", message)
    return tuple(_entry(each, f"lanes[{i}]") for i, each in enumerate(given))


def _entry(given: object, path: str) -> RaceEntry:
    table = mapping(given, path, "bad_param")
    machine = listed(table.get("machine"), f"{path}.machine", tuple(_ENTRIES), "bad_param")
    fields, read = _ENTRIES[machine]
    only(table, ("machine", *fields), f"{path}.")
    return read(table, path)


def _lpu_entry(given: Json, path: str) -> Entry:
    return LpuEntry(text(given.get("model"), f"{path}.model", "bad_param"))


def _gpu_entry(given: Json, path: str) -> Entry:
    model = text(given.get("model"), f"{path}.model", "bad_param")
    return GpuEntry(model, _system(given, path))


def _service_entry(given: Json, path: str) -> Entry:
    return ServiceEntry(text(given.get("service"), f"{path}.service", "bad_param"))


def _endpoint_entry(given: Json, path: str) -> EndpointEntry:
    """What is wrong with a field is said without its value: it may be a key in the wrong place."""
    url = _short(given.get("url"), f"{path}.url", URL_LIMIT)
    model = _short(given.get("model"), f"{path}.model", MODEL_LIMIT)
    key = text(given.get("key", ""), f"{path}.key", "bad_param")
    try:
        origin_in(url)
        check_key(key)
    except Failure as failure:
        raise BadMessage("bad_param", f"{path}: {failure.sentence}") from None
    return EndpointEntry(url, model, key)


def _short(value: object, path: str, limit: int) -> str:
    given = text(value, path, "bad_param").strip()
    if not 1 <= len(given) <= limit:
        raise BadMessage("bad_param", f"{path} must be 1 to {limit:,} characters.")
    return given


_SYSTEM = ("gpu", "count", "precision", "users")
_ENTRIES: dict[str, tuple[tuple[str, ...], Callable[[Json, str], RaceEntry]]] = {
    "lpu": (("model",), _lpu_entry),
    "gpu": (("model", *_SYSTEM), _gpu_entry),
    "service": (("service",), _service_entry),
    "here": ((), lambda given, path: HereEntry()),
    "endpoint": (("url", "model", "key"), _endpoint_entry),
}


def _stop(given: Json) -> Stop:
    only(given, ("type", "id"))
    return Stop(_id(given))


def _ack(given: Json) -> Ack:
    only(given, ("type", "id", "lane", "seq"))
    seq = whole(given.get("seq"), "seq", 0, LARGEST_INTEGER, "bad_message")
    if given.get("lane") is None:
        return Ack(_id(given), seq)
    return Ack(_id(given), seq, whole(given["lane"], "lane", 0, limits.LANES_LIMIT - 1))


def _resume(given: Json) -> Resume:
    """Of an answer from its `count` on; of a race, from the `counts` of its lanes on."""
    is_race = "counts" in given
    of_one = ("counts",) if is_race else ("count", "rendered")
    only(given, ("type", "id", "key", *of_one))
    key = text(given.get("key"), "key")
    if not is_race:
        count = _count(given.get("count"), "count")
        drawn = given.get("rendered")
        rendered = None if drawn is None else _count(drawn, "rendered")
        return Resume(_id(given), key, (count,), is_race=False, rendered=rendered)
    counts = items(given["counts"], "counts", "bad_message")
    read = tuple(_count(count, f"counts[{i}]") for i, count in enumerate(counts))
    return Resume(_id(given), key, read, is_race=True)


def _render(given: Json) -> Render:
    only(given, ("type", "id", "text"))
    return Render(_id(given), text(given.get("text"), "text"))


def _count(value: object, path: str) -> int:
    return whole(value, path, 0, LARGEST_INTEGER, "bad_message")


_READERS: dict[str, Callable[[Json], Incoming]] = {
    "generate": _generate,
    "race": _race,
    "stop": _stop,
    "ack": _ack,
    "resume": _resume,
    "render": _render,
}


def _id(given: Json) -> str:
    found = _id_or_none(given)
    if found is None:
        raise BadMessage("bad_message", "id must be 1 to 64 of A-Z, a-z, 0-9, _ and -.")
    return found


def _messages(given: list[Any]) -> tuple[Message, ...]:
    """The conversation: the system's word first if at all, the user's last."""
    conversation = tuple(_message(each, f"messages[{i}]") for i, each in enumerate(given))
    if any(message.role == "system" for message in conversation[1:]):
        raise BadMessage("bad_message", "messages may have the role system only at first.")
    if not conversation:
        raise BadMessage("empty_prompt", "messages must hold a question.")
    if conversation[-1].role != "user":
        raise BadMessage("bad_message", "messages must end with one of the role user.")
    if not conversation[-1].content.strip():
        raise BadMessage("empty_prompt", "The last of messages must hold more than blanks.")
    return conversation


def _message(given: object, path: str) -> Message:
    entry = mapping(given, path, "bad_message")
    only(entry, ("role", "content"), f"{path}.")
    role = listed(entry.get("role"), f"{path}.role", limits.ROLES, "bad_message")
    return Message(role, text(entry.get("content"), f"{path}.content"))


def _params(given: object) -> Params:
    table = mapping(given, "params", "bad_param")
    only(table, tuple(_PARAMS), "params.")
    return Params(**{name: _PARAMS[name](table[name], f"params.{name}") for name in table})


def _seed(value: object, path: str) -> int | None:
    return None if value is None else whole(value, path, 0, limits.SEED_LIMIT)


_PARAMS: dict[str, Callable[[object, str], Any]] = {
    "temperature": lambda value, path: number(value, path, 0, 2),
    "top_p": lambda value, path: number(value, path, 0, 1, above=True),
    "max_tokens": lambda value, path: whole(value, path, 1, limits.MAX_TOKENS_LIMIT),
    "seed": _seed,
    "stop": lambda value, path: stop_strings(
        value, path, limits.STOP_STRINGS_LIMIT, limits.STOP_STRING_LIMIT
    ),
}


def _baseline(given: object) -> GpuSystem:
    table = mapping(given, "baseline", "bad_param")
    only(table, _SYSTEM, "baseline.")
    return _system(table, "baseline")


def _system(given: Json, path: str) -> GpuSystem:
    """GPUs that there are; whether a model fits them is the engine's to say."""
    return GpuSystem(
        gpu=listed(given.get("gpu"), f"{path}.gpu", _GPU_IDS, "bad_param"),
        count=whole(given.get("count"), f"{path}.count", 1, MOST_GPUS),
        precision=listed(given.get("precision"), f"{path}.precision", PRECISIONS, "bad_param"),
        users=whole(given.get("users"), f"{path}.users", 1, MOST_USERS),
    )


_GPU_IDS = tuple(gpu.id for gpu in GPUS)
