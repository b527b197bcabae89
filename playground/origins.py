"""A handshake's headers → whether its page is one of ours. Scripts send no Origin and are let in.

There are no cookies to abuse; what is kept out is a foreign page that uses its visitor's machine.
"""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from django.http.request import validate_host

DEFAULT_PORTS = {"http": 80, "https": 443}

HostPort = tuple[str, int | None]


def is_welcome(
    headers: Iterable[tuple[bytes, bytes]],
    allowed_hosts: Sequence[str],
    origin_hosts: Sequence[str],
) -> bool:
    """No Origin, or the Host header's own host and port, or a configured host.

    The Host header must be an allowed one: else any name that resolves to this machine would do.
    """
    named = {name.lower(): value.decode("latin-1") for name, value in headers}
    if b"origin" not in named:
        return True
    origin = _host_and_port(named[b"origin"])
    if origin is None:
        return False
    if validate_host(origin[0], origin_hosts):
        return True
    scheme = named[b"origin"].partition("://")[0]
    host = _host_and_port(f"{scheme}://{named.get(b'host', '')}")
    return origin == host and validate_host(origin[0], allowed_hosts)


def _host_and_port(url: str) -> HostPort | None:
    """The host as Django writes it ([::1] with brackets) and the port, the scheme's if none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.scheme not in DEFAULT_PORTS:
        return None
    return (f"[{host}]" if ":" in host else host, port or DEFAULT_PORTS[parts.scheme])
