"""Whose pages may open the socket."""

import pytest

from playground.origins import is_welcome

ALLOWED = ["localhost", "127.0.0.1", "[::1]", "192.168.1.5", "lpu.example"]


def welcome(origin: str | None, host: str, origin_hosts: tuple[str, ...] = ()) -> bool:
    headers = [(b"host", host.encode())]
    if origin is not None:
        headers.append((b"Origin", origin.encode("latin-1")))
    return is_welcome(headers, ALLOWED, origin_hosts)


def test_a_script_sends_no_origin_and_is_let_in() -> None:
    assert welcome(None, "127.0.0.1:8000")


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://localhost:8000", "LOCALHOST:8000"),
        ("http://192.168.1.5:8000", "192.168.1.5:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("http://localhost", "localhost"),
        ("http://localhost", "localhost:80"),
        ("https://lpu.example", "lpu.example"),
    ],
)
def test_a_page_of_this_site_is_let_in(origin: str, host: str) -> None:
    assert welcome(origin, host)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://evil.example", "127.0.0.1:8000"),
        ("http://127.0.0.1:9000", "127.0.0.1:8000"),
        ("http://localhost:8000", "127.0.0.1:8000"),
        ("http://127.0.0.1:8000.evil.example", "127.0.0.1:8000"),
        ("http://127.0.0.1:8000@evil.example", "127.0.0.1:8000"),
        ("null", "127.0.0.1:8000"),
        ("", "127.0.0.1:8000"),
        ("file://", "127.0.0.1:8000"),
        ("http://[::1", "[::1]:8000"),
        ("http://127.0.0.1:99999", "127.0.0.1:99999"),
        ("http://\xe4.example", "127.0.0.1:8000"),
    ],
)
def test_a_foreign_page_is_not(origin: str, host: str) -> None:
    assert not welcome(origin, host)


def test_a_foreign_name_that_resolves_to_this_machine_is_not_its_own() -> None:
    assert not welcome("http://rebound.example:8000", "rebound.example:8000")


def test_a_configured_host_is_let_in_behind_a_proxy_that_rewrites_the_host_header() -> None:
    assert welcome("https://lpu.example", "127.0.0.1:8000", ("lpu.example",))
    assert not welcome("https://other.example", "127.0.0.1:8000", ("lpu.example",))
