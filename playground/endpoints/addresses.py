"""A URL as people paste it → where its endpoint is: one origin, checked, with its addresses.

The name is resolved once, here; who connects takes these very addresses, so that a name cannot
mean something else a moment later.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace

from httpx2 import URL, InvalidURL

from playground.endpoints.failures import Failure
from playground.hosts import configured_hosts

URL_LIMIT = 2048
RESOLVE_S = 10.0
HERE = "127.0.0.1"  # where a site without HOST listens
PORTS = {"http": 80, "https": 443}
API_PATH = "/v1"
PASTED_ENDS = ("/chat/completions", "/completions", "/models")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
HOW = "whoever runs this site allows it with PLAYGROUND_ENDPOINTS"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be asked: these origins; loopback where `loopback`; all where `anywhere`."""

    origins: frozenset[str] = frozenset()
    loopback: bool = False
    anywhere: bool = False

    def to_visitor(self, address: str) -> "Allowed":
        """Loopback only to who sits at this machine, wherever the site listens in truth."""
        return self if is_loopback(address) else replace(self, loopback=False)


ANYWHERE = Allowed(anywhere=True)  # for a command that the machine's owner types


@dataclass(frozen=True, slots=True)
class Resolved:
    """An endpoint that may be asked. All `addresses` are its host's; they are tried in order."""

    base_url: str  # up to and with /v1, without a slash at the end
    origin: str
    host: str  # as it stands in the Host header, without a port
    port: int
    addresses: tuple[str, ...]


async def resolve(url: str, allowed: Allowed) -> Resolved:
    """Raises Failure: bad_url, not_allowed, unknown_host."""
    parsed = _parsed(url)
    host, port = parsed.raw_host.decode("ascii"), _port(parsed)
    origin = _origin(parsed)
    _check_allowed(origin, host, allowed)
    found = await _addresses(host, port)
    for address in found:
        _check_address(address, host, allowed)
    return Resolved(_base_url(parsed), origin, host, port, tuple(map(str, found)))


def origin_in(url: str) -> str:
    """The origin of a URL as people paste it; raises Failure: bad_url."""
    return _origin(_parsed(url))


def origin_of(text: str) -> str:
    """`HTTPS://Example.com:443` → `https://example.com`; raises Failure where it holds more."""
    parsed = _parsed(text)
    if parsed.path not in ("", "/"):
        raise Failure("bad_url", "An origin ends after its host and port: leave the path out.")
    return _origin(parsed)


def allowed_endpoints(environ: Mapping[str, str]) -> Allowed:
    """PLAYGROUND_ENDPOINTS; with nothing set loopback, where the site is for its machine alone.

    A site with names of its own (PLAYGROUND_HOSTS) has visitors, though a proxy may bring them.
    """
    given = [text.strip() for text in environ.get("PLAYGROUND_ENDPOINTS", "").split(",")]
    origins = frozenset(origin_of(text) for text in given if text)
    has_visitors = bool(configured_hosts(environ)) or not is_loopback(environ.get("HOST") or HERE)
    return Allowed(origins, loopback=not origins and not has_visitors)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very spelling; no name is asked for."""
    if host.lower() == "localhost":
        return True
    try:
        return _plain(host).is_loopback
    except ValueError:
        return False


def is_private(url: str) -> bool:
    """Whether nobody on the way can read what is sent: https, or this machine."""
    try:
        parsed = _parsed(url)
    except Failure:
        return False
    return parsed.scheme == "https" or is_loopback(parsed.raw_host.decode("ascii"))


def _parsed(text: str) -> URL:
    """The one reading of a URL: what is checked is what is asked."""
    if len(text) > URL_LIMIT:
        raise Failure("bad_url", f"The URL is longer than {URL_LIMIT:,} characters.")
    try:
        parsed = URL(text.strip())
        parsed.raw_host.decode("ascii")
    except (InvalidURL, ValueError):
        raise Failure("bad_url", "This is no URL: try http://localhost:11434/v1.") from None
    if parsed.scheme not in PORTS:
        raise Failure("bad_url", "The URL must begin with http:// or https://.")
    if parsed.userinfo:
        raise Failure("bad_url", "A URL with a name or password in it is not asked.")
    if not parsed.host or "%" in parsed.host or not 0 < _port(parsed) < 65536:
        raise Failure("bad_url", "The URL must name a host: try http://localhost:11434/v1.")
    if parsed.query or parsed.fragment:
        raise Failure("bad_url", "The URL must end before the ? or #: a key has its own field.")
    return parsed


def _port(parsed: URL) -> int:
    return PORTS[parsed.scheme] if parsed.port is None else parsed.port


def _origin(parsed: URL) -> str:
    host = parsed.raw_host.decode("ascii")
    shown = f"[{host}]" if ":" in host else host
    port = _port(parsed)
    return f"{parsed.scheme}://{shown}" + ("" if port == PORTS[parsed.scheme] else f":{port}")


def _base_url(parsed: URL) -> str:
    path = parsed.raw_path.decode("ascii").rstrip("/")
    for end in PASTED_ENDS:
        path = path.removesuffix(end).rstrip("/")
    return _origin(parsed) + (path or API_PATH)


def _check_allowed(origin: str, host: str, allowed: Allowed) -> None:
    if allowed.anywhere or origin in allowed.origins:
        return
    if allowed.loopback and is_loopback(host):
        return
    if allowed.loopback:
        told = f"Only endpoints on this machine may be asked here; {HOW}={origin}."
    elif allowed.origins:
        told = f"{origin} is not among the endpoints that may be asked here; {HOW}."
    else:
        told = f"No endpoints may be asked from this site; {HOW}={origin}."
    raise Failure("not_allowed", told)


async def _addresses(host: str, port: int) -> list[Address]:
    """In the order in which the system would try them."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Failure("unknown_host", f"There is no address for {host}: is it right?") from None
    addresses = list(dict.fromkeys(_plain(str(each[4][0])) for each in found))
    if not addresses:
        raise Failure("unknown_host", f"There is no address for {host}: is it right?")
    return addresses


def _plain(text: str) -> Address:
    """An IPv4 address that is dressed as IPv6 counts as what it is."""
    address = ipaddress.ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _check_address(address: Address, host: str, allowed: Allowed) -> None:
    if any(map(_is_never_asked, (address, _carried(address)))):
        told = f"{host} leads to {address}, which is no address of an endpoint."
        if host == str(address):
            told = f"{address} is no address of an endpoint."
        raise Failure("not_allowed", told)
    if allowed.loopback and not address.is_loopback:
        raise Failure("not_allowed", f"{host} leads away from this machine here; {HOW}.")


def _is_never_asked(address: Address) -> bool:
    return address.is_link_local or address.is_multicast or address.is_unspecified


def _carried(address: Address) -> Address:
    """Where a gateway would lead on to: the IPv4 address in one of 6to4 or NAT64; else itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    return address.sixtofour or address
