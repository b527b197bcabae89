"""A pasted URL → the endpoint's base URL and checked addresses, or a refusal in one sentence."""

import asyncio
import socket
from typing import Any

import pytest
from endpoint_server import serving, well

from lpu_engine import Message
from playground.endpoints.addresses import (
    ANYWHERE,
    Allowed,
    allowed_endpoints,
    origin_of,
    resolve,
)
from playground.endpoints.client import Ask, Endpoint, Failure, Limits, stream

NOWHERE, LOOPBACK = Allowed(), Allowed(loopback=True)


def names(monkeypatch: pytest.MonkeyPatch, **known: list[str]) -> list[str]:
    """Puts a list of names in place of the system's; returns what is asked of it."""
    asked: list[str] = []

    async def getaddrinfo(self: object, host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        if host.replace(".", "_") not in known:
            raise socket.gaierror(-2, "no such name")
        found = known[host.replace(".", "_")]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return asked


async def refused(url: str, allowed: Allowed) -> Failure:
    with pytest.raises(Failure) as failed:
        await resolve(url, allowed)
    return failed.value


@pytest.mark.parametrize(
    ("pasted", "base_url"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434/", "http://127.0.0.1:11434/v1"),
        (" http://127.0.0.1:11434/v1 ", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1/v1/chat/completions", "http://127.0.0.1/v1"),
        ("http://127.0.0.1/v1/chat/completions/", "http://127.0.0.1/v1"),
        ("http://127.0.0.1:80/openai/v1", "http://127.0.0.1/openai/v1"),
        ("HTTPS://127.0.0.1:443/v1", "https://127.0.0.1/v1"),
        ("http://[::1]:8000/v1/models", "http://[::1]:8000/v1"),
    ],
)
async def test_urls_as_people_paste_them(pasted: str, base_url: str) -> None:
    assert (await resolve(pasted, LOOPBACK)).base_url == base_url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:11434",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://",
        "http:///v1",
        "http://user@127.0.0.1/v1",
        "http://user:secret@127.0.0.1/v1",
        "http://127.0.0.1\\@example.com/",
        "http://127.0.0.1/v1?key=secret",
        "http://127.0.0.1/v1#x",
        "http://[::1%25lo]/v1",
        "http://127.0.0.1:99999/v1",
        "http://127.0.0.1:0/v1",
        "http://\ud83d/",
        "http://127.0.0.1/" + "x" * 3000,
    ],
)
async def test_what_is_no_url_of_an_endpoint_is_refused_without_repeating_it(url: str) -> None:
    failure = await refused(url, ANYWHERE)
    assert failure.code == "bad_url"
    assert "secret" not in failure.sentence


async def test_with_nothing_set_only_this_machine_may_be_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = names(monkeypatch, localhost=["::1", "127.0.0.1"], **{"127_9_9_9": ["127.9.9.9"]})
    assert (await resolve("http://localhost:1234", LOOPBACK)).addresses == ("::1", "127.0.0.1")
    await resolve("http://127.9.9.9", LOOPBACK)
    for url in ("http://example.com", "http://10.0.0.1", "http://127.1", "http://2130706433"):
        failure = await refused(url, LOOPBACK)
        assert (failure.code, "PLAYGROUND_ENDPOINTS" in failure.sentence) == ("not_allowed", True)
    assert asked == ["localhost", "127.9.9.9"], "a foreign name is not even asked for"


async def test_a_localhost_that_leads_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, localhost=["127.0.0.1", "10.0.0.7"])
    assert (await refused("http://localhost", LOOPBACK)).code == "not_allowed"


async def test_nowhere_allows_nothing_and_says_who_can() -> None:
    failure = await refused("http://127.0.0.1:8000/v1", NOWHERE)
    assert failure.code == "not_allowed"
    assert "PLAYGROUND_ENDPOINTS=http://127.0.0.1:8000" in failure.sentence


async def test_configured_origins_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, gpu_lan=["10.0.0.5"], localhost=["127.0.0.1"])
    allowed = allowed_endpoints({"PLAYGROUND_ENDPOINTS": "http://GPU.lan:8000/"})
    assert (await resolve("http://gpu.lan:8000/v1", allowed)).addresses == ("10.0.0.5",)
    for url in (
        "https://gpu.lan:8000/v1",
        "http://gpu.lan/v1",
        "http://gpu.lan:8001/v1",
        "http://x.gpu.lan:8000/v1",
        "http://localhost/v1",
    ):
        assert (await refused(url, allowed)).code == "not_allowed"


@pytest.mark.parametrize(
    "url",
    [
        "http://0177.0.0.1",
        "http://0x7f.0.0.1",
        "http://0x7f000001",
        "http://017700000001",
        "http://2130706433",
        "http://127.1",
        "http://127.0.0.1.",
        "http://[::127.0.0.1]",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
    ],
)
async def test_loopback_in_disguise_is_not_taken_for_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = names(monkeypatch)
    assert (await refused(url, LOOPBACK)).code in ("not_allowed", "bad_url")
    assert asked == []


async def test_loopback_may_be_dressed_as_ipv6() -> None:
    resolved = await resolve("http://[::ffff:127.0.0.1]:8000", LOOPBACK)
    assert (resolved.addresses, resolved.port) == (("127.0.0.1",), 8000)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254",
        "http://2852039166",
        "http://0251.0376.0251.0376",
        "http://0xa9fea9fe",
        "http://169.254.43518",
        "http://[::ffff:169.254.169.254]",
        "http://[::ffff:a9fe:a9fe]",
        "http://[fe80::1]",
        "http://224.0.0.1",
        "http://[::ffff:224.0.0.1]",
        "http://[ff02::1]",
        "http://0",
        "http://0.0.0.0",
        "http://[::]",
        "http://[::ffff:0.0.0.0]",
    ],
)
async def test_an_address_that_is_never_asked_is_known_in_any_spelling(url: str) -> None:
    """By the system's own reading of it."""
    assert (await refused(url, ANYWHERE)).code in ("not_allowed", "unknown_host", "bad_url")


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fe80::1",
        "fe80::1%lo",
        "224.0.0.1",
        "ff02::1",
        "0.0.0.0",
        "::",
        "::ffff:169.254.1.1",
        "::ffff:224.0.0.1",
        "::ffff:0.0.0.0",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
    ],
)
async def test_some_addresses_are_never_asked(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names(monkeypatch, gpu_lan=["10.0.0.5", address])
    assert (await refused("http://gpu.lan", ANYWHERE)).code == "not_allowed"
    allowed = allowed_endpoints({"PLAYGROUND_ENDPOINTS": "http://gpu.lan"})
    assert (await refused("http://gpu.lan", allowed)).code == "not_allowed"


async def test_an_address_that_was_given_as_such_leads_nowhere_else() -> None:
    failure = await refused("http://169.254.169.254/v1", ANYWHERE)
    assert failure.sentence == "169.254.169.254 is no address of an endpoint."


async def test_an_unknown_name_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch)
    assert (await refused("http://gpu.lan", ANYWHERE)).code == "unknown_host"


async def test_a_name_is_resolved_once_and_its_very_address_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that means something else a moment later leads nowhere new; Host keeps the name."""
    async with serving(well()) as served:
        port = served.url.rpartition(":")[2]
        asked = names(monkeypatch, gpu_lan=["127.0.0.1"], **{"127_0_0_1": ["127.0.0.1"]})
        endpoint = Endpoint(await resolve(f"http://gpu.lan:{port}", ANYWHERE), "m", "")
        names(monkeypatch, gpu_lan=["127.0.0.66"], **{"127_0_0_1": ["127.0.0.1"]})
        ask = Ask((Message("user", "Hi"),))
        assert [piece async for piece in stream(endpoint, ask, Limits())]
    assert asked == ["gpu.lan"]
    assert served.asked[0].headers["host"] == f"gpu.lan:{port}"


async def test_of_several_addresses_the_next_is_tried_where_one_is_dead() -> None:
    async with serving(well()) as served:
        resolved = await resolve(served.url.replace("127.0.0.1", "localhost"), LOOPBACK)
        assert "127.0.0.1" in resolved.addresses
        pieces = stream(Endpoint(resolved, "m", ""), Ask((Message("user", "Hi"),)), Limits())
        assert [piece async for piece in pieces]


def test_origins_are_read_strictly() -> None:
    assert origin_of("https://API.example.com:443") == "https://api.example.com"
    for bad in ("gpu.lan", "http://gpu.lan/v1", "*", "http://u:p@gpu.lan"):
        with pytest.raises(Failure):
            allowed_endpoints({"PLAYGROUND_ENDPOINTS": f"http://fine.lan, {bad}"})


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("127.0.0.1", LOOPBACK),
        ("::1", LOOPBACK),
        ("::ffff:127.0.0.1", LOOPBACK),
        ("10.0.0.7", NOWHERE),
        ("", NOWHERE),
    ],
)
def test_a_visitor_from_elsewhere_never_reaches_loopback(address: str, allowed: Allowed) -> None:
    """Whatever the server was told of where it listens."""
    assert LOOPBACK.to_visitor(address) == allowed
    configured = Allowed(frozenset({"http://a.lan"}))
    assert configured.to_visitor(address) == configured


@pytest.mark.parametrize(
    ("environ", "allowed"),
    [
        ({}, LOOPBACK),
        ({"HOST": "localhost", "PLAYGROUND_ENDPOINTS": " , "}, LOOPBACK),
        ({"HOST": "::1"}, LOOPBACK),
        ({"HOST": "0.0.0.0"}, NOWHERE),
        ({"HOST": "::"}, NOWHERE),
        ({"HOST": "10.0.0.3"}, NOWHERE),
        ({"HOST": "127.0.0.1", "PLAYGROUND_HOSTS": "lpu.example.com"}, NOWHERE),
        (
            {"HOST": "0.0.0.0", "PLAYGROUND_ENDPOINTS": "http://a.lan,https://b.lan:8443/"},
            Allowed(frozenset({"http://a.lan", "https://b.lan:8443"})),
        ),
        ({"PLAYGROUND_ENDPOINTS": "http://a.lan"}, Allowed(frozenset({"http://a.lan"}))),
    ],
)
def test_loopback_is_allowed_only_where_the_site_is_for_its_machine_alone(
    environ: dict[str, str], allowed: Allowed
) -> None:
    assert allowed_endpoints(environ) == allowed
