"""A client's text → one checked message, or BadMessage.

It is checked whole before anything happens, and an unknown field is refused, never dropped in
silence.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from lpu_engine import BaselineQuery, Message, Params, Request
from playground import messages as limits
from playground.fields import items, listed, mapping, number, only, stop_strings, text, whole
from playground.messages import Ack, BadMessage, Generate, Incoming, Resume, Stop

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
    only(given, ("type", "id", "model", "messages", "params", "baseline"))
    message_id = _id(given)
    request = Request(
        model=text(given.get("model"), "model"),
        messages=_messages(items(given.get("messages"), "messages", "bad_message")),
        params=_params(given.get("params", {})),
    )
    query = given.get("baseline")
    return Generate(message_id, request, None if query is None else _baseline(query))


def _stop(given: Json) -> Stop:
    only(given, ("type", "id"))
    return Stop(_id(given))


def _ack(given: Json) -> Ack:
    only(given, ("type", "id", "seq"))
    return Ack(_id(given), whole(given.get("seq"), "seq", 0, LARGEST_INTEGER, "bad_message"))


def _resume(given: Json) -> Resume:
    only(given, ("type", "id", "key", "count"))
    count = whole(given.get("count"), "count", 0, LARGEST_INTEGER, "bad_message")
    return Resume(_id(given), text(given.get("key"), "key"), count)


_READERS: dict[str, Callable[[Json], Incoming]] = {
    "generate": _generate,
    "stop": _stop,
    "ack": _ack,
    "resume": _resume,
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


def _baseline(given: object) -> BaselineQuery:
    table = mapping(given, "baseline", "bad_param")
    only(table, ("gpu", "count", "precision", "users"), "baseline.")
    return BaselineQuery(
        gpu=listed(table.get("gpu"), "baseline.gpu", limits.GPUS, "bad_param"),
        count=whole(table.get("count"), "baseline.count", 1, limits.BASELINE_COUNT_LIMIT),
        precision=listed(
            table.get("precision"), "baseline.precision", limits.PRECISIONS, "bad_param"
        ),
        users=whole(table.get("users"), "baseline.users", 1, limits.BASELINE_USERS_LIMIT),
    )
