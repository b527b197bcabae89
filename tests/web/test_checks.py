"""What a client may send: every field, its limits, and what a refusal says."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpu_engine import GPUS, PRECISIONS, GpuSystem, Message, Params
from playground.checks import parse
from playground.messages import Ack, BadMessage, Generate, Resume, Stop

USER = {"role": "user", "content": "Why?"}
BASELINE = {"gpu": "h100-sxm", "count": 8, "precision": "fp8", "users": 512}


def generate(**fields: object) -> str:
    return json.dumps({"type": "generate", "id": "a", "model": "m", "messages": [USER]} | fields)


def params(**fields: object) -> Params:
    message = parse(generate(params=fields))
    assert isinstance(message, Generate)
    return message.request.params


def refusal(received: str) -> BadMessage:
    with pytest.raises(BadMessage) as caught:
        parse(received)
    return caught.value


def test_a_whole_generate_is_read() -> None:
    system = {"role": "system", "content": "Be brief."}
    answer = {"role": "assistant", "content": ""}
    options = {"temperature": 0, "top_p": 1, "max_tokens": 8192, "seed": 2**63 - 1, "stop": "."}
    received = generate(messages=[system, USER, answer, USER], params=options, baseline=BASELINE)
    message = parse(received)
    assert isinstance(message, Generate)
    assert message.id == "a"
    assert message.request.model == "m"
    assert message.request.messages[0] == Message("system", "Be brief.")
    assert message.request.params == Params(0.0, 1.0, 8192, 2**63 - 1, (".",))
    assert message.baseline == GpuSystem("h100-sxm", 8, "fp8", 512)


@pytest.mark.parametrize("gpu", [gpu.id for gpu in GPUS])
@pytest.mark.parametrize("precision", PRECISIONS)
def test_each_gpu_and_precision_that_the_engine_knows_may_be_asked_for(
    gpu: str, precision: str
) -> None:
    message = parse(generate(baseline=BASELINE | {"gpu": gpu, "precision": precision}))
    assert isinstance(message, Generate)
    assert message.baseline == GpuSystem(gpu, 8, precision, 512)


def test_what_is_left_out_is_the_engines_default() -> None:
    message = parse(generate())
    assert isinstance(message, Generate)
    assert message.request.params == Params()
    assert message.baseline is None


@pytest.mark.parametrize(
    ("received", "message"),
    [
        ({"type": "stop", "id": "a-Z_9"}, Stop("a-Z_9")),
        ({"type": "ack", "id": "a", "seq": 3}, Ack("a", 3)),
        ({"type": "ack", "id": "a", "lane": 3, "seq": 3}, Ack("a", 3, lane=3)),
        (
            {"type": "resume", "id": "a", "key": "k", "count": 0},
            Resume("a", "k", (0,), is_race=False),
        ),
        (
            {"type": "resume", "id": "a", "key": "k", "counts": [0, 7]},
            Resume("a", "k", (0, 7), is_race=True),
        ),
    ],
)
def test_the_short_messages_are_read(received: Any, message: object) -> None:
    assert parse(json.dumps(received)) == message


@pytest.mark.parametrize(
    "received",
    ["", "{", "{'type': 'stop'}", '{"seq": NaN}', '{"seq": -Infinity}', "[" * 100_000, "1" * 5000],
)
def test_what_is_no_json_is_bad_json(received: str) -> None:
    assert refusal(received).code == "bad_json"


@pytest.mark.parametrize(
    ("received", "says"),
    [
        ("[]", "A message must be an object."),
        ('"generate"', "A message must be an object."),
        ("{}", "type must be a string."),
        ('{"type": 1}', "type must be a string."),
        ('{"type": "stop"}', "id must be"),
        ('{"type": "stop", "id": ""}', "id must be"),
        ('{"type": "stop", "id": "a b"}', "id must be"),
        ('{"type": "stop", "id": "ä"}', "id must be"),
        ('{"type": "stop", "id": "a\\n"}', "id must be"),
        (json.dumps({"type": "stop", "id": "a" * 65}), "id must be"),
        ('{"type": "ack", "id": "a"}', "seq must be"),
        ('{"type": "ack", "id": "a", "seq": true}', "seq must be"),
        ('{"type": "ack", "id": "a", "seq": 1.0}', "seq must be"),
        ('{"type": "ack", "id": "a", "seq": -1}', "seq must be"),
        ('{"type": "resume", "id": "a", "count": 0}', "key must be"),
        ('{"type": "resume", "id": "a", "key": "k", "count": "0"}', "count must be"),
        (generate(model=None), "model must be a string."),
        (generate(messages="Why?"), "messages must be a list."),
        (generate(messages=["Why?"]), "messages[0] must be an object."),
        (generate(messages=[{"role": "tool", "content": "x"}]), "messages[0].role must be one of"),
        (generate(messages=[{"role": "user"}]), "messages[0].content must be a string."),
        (generate(messages=[{"role": "user", "content": "\ud800"}]), "messages[0].content holds"),
        (generate(messages=[USER, {"role": "system", "content": "x"}, USER]), "only at first"),
        (generate(messages=[USER, {"role": "assistant", "content": "x"}]), "must end with"),
    ],
)
def test_what_has_the_wrong_form_is_a_bad_message(received: str, says: str) -> None:
    refused = refusal(received)
    assert refused.code == "bad_message"
    assert says in str(refused)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("temperature", -0.1),
        ("temperature", 2.1),
        ("temperature", "1"),
        ("temperature", True),
        ("temperature", None),
        ("top_p", 0),
        ("top_p", 1.01),
        ("max_tokens", 0),
        ("max_tokens", 8193),
        ("max_tokens", 10.0),
        ("max_tokens", False),
        ("seed", -1),
        ("seed", 2**63),
        ("seed", 0.5),
        ("stop", ""),
        ("stop", 1),
        ("stop", ["a", ""]),
        ("stop", ["a", None]),
        ("stop", ["a", "b", "c", "d", "e"]),
        ("stop", "x" * 65),
        ("stop", "\udc00"),
        ("top_k", 40),
    ],
)
def test_a_parameter_out_of_bounds_is_named(field: str, value: object) -> None:
    refused = refusal(generate(params={field: value}))
    assert refused.code == "bad_param"
    assert str(refused).startswith(f"params.{field} ")
    assert refused.message_id == "a"


def test_a_number_beyond_all_bounds_is_refused() -> None:
    refused = refusal(generate(params={"temperature": 7}).replace("7", "1e999"))
    assert refused.code == "bad_param"


@pytest.mark.parametrize("value", [None, [], "\n", ["a", "b", "c", "d"], "x" * 64])
def test_stop_strings_come_alone_or_in_a_list(value: Any) -> None:
    expected = () if value is None else (value,) if isinstance(value, str) else tuple(value)
    assert params(stop=value).stop == expected


def test_a_seed_may_be_null() -> None:
    assert params(seed=None).seed is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gpu", "h100"),
        ("gpu", ["h100-sxm"]),
        ("count", 0),
        ("count", 9),
        ("precision", "fp32"),
        ("users", 513),
        ("users", None),
        ("nodes", 1),
    ],
)
def test_a_field_of_the_baseline_out_of_bounds_is_named(field: str, value: object) -> None:
    refused = refusal(generate(baseline=BASELINE | {field: value}))
    assert refused.code == "bad_param"
    assert str(refused).startswith(f"baseline.{field} ")


@pytest.mark.parametrize("received", [generate(params=[]), generate(baseline="h100-sxm")])
def test_options_must_be_objects(received: str) -> None:
    assert refusal(received).code == "bad_param"


@pytest.mark.parametrize(
    ("received", "field"),
    [
        (generate(temperature=1), "temperature"),
        (generate(messages=[USER | {"name": "Ann"}]), "messages[0].name"),
        ('{"type": "stop", "id": "a", "why": ""}', "why"),
    ],
)
def test_an_unknown_field_is_named_not_dropped(received: str, field: str) -> None:
    refused = refusal(received)
    assert refused.code == "bad_param"
    assert str(refused).startswith(f"{field} is not known here")


@pytest.mark.parametrize(
    "messages",
    [[], [{"role": "user", "content": ""}], [{"role": "user", "content": " \n\t\u3000"}]],
)
def test_a_question_of_blanks_is_an_empty_prompt(messages: object) -> None:
    assert refusal(generate(messages=messages)).code == "empty_prompt"


def test_an_unknown_type_names_the_known_ones() -> None:
    refused = refusal('{"type": "begin", "id": "a"}')
    assert refused.code == "unknown_type"
    assert str(refused) == "type must be one of generate, race, stop, ack, resume, render."
    assert refused.message_id == "a"


def test_256_kib_are_read_and_a_byte_more_is_too_long() -> None:
    frame = len(generate(messages=[USER | {"content": ""}]).encode())
    fits = generate(messages=[USER | {"content": "x" * (256 * 1024 - frame)}])
    assert isinstance(parse(fits), Generate)
    refused = refusal(fits.replace("xx", "xxx", 1))
    assert (refused.code, refused.message_id) == ("too_long", "a")
    assert refusal("x" * (256 * 1024 + 1)).code == "too_long"


def test_the_limit_counts_bytes_not_characters() -> None:
    assert refusal('"' + "ü" * (128 * 1024) + '"').code == "too_long"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
known_fields = st.sampled_from(
    [
        *(
            "id",
            "model",
            "messages",
            "params",
            "baseline",
            "seq",
            "key",
            "count",
            "role",
            "content",
        ),
        *("lane", "lanes", "counts", "words"),
    ]
)


@given(
    kind=st.sampled_from(["generate", "race", "stop", "ack", "resume"]),
    fields=st.dictionaries(known_fields, json_values),
)
def test_whatever_comes_is_read_or_refused(kind: str, fields: dict[str, object]) -> None:
    with contextlib.suppress(BadMessage):  # and nothing else
        parse(json.dumps(fields | {"type": kind}))
