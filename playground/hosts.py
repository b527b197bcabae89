"""The environment → names under which this site may be asked for: its own, configured, the LAN's.

No packet is sent to learn an address of the LAN.
"""

import socket
from collections.abc import Mapping

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
ANY_ADDRESS = ("0.0.0.0", "::")
# Addresses of documentation: connecting a datagram socket only picks the way out.
FAR_AWAY = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


def configured_hosts(environ: Mapping[str, str]) -> tuple[str, ...]:
    """PLAYGROUND_HOSTS, separated by commas."""
    given = environ.get("PLAYGROUND_HOSTS", "").split(",")
    return tuple(host.strip() for host in given if host.strip())


def allowed_hosts(environ: Mapping[str, str]) -> list[str]:
    """What may stand in a Host header; addresses of the LAN only where it is listened to."""
    host = environ.get("HOST", "")
    listened_to = lan_hosts() if host in ANY_ADDRESS else (_as_in_a_url(host),)
    named = [*LOCAL_HOSTS, *listened_to, *configured_hosts(environ)]
    return [name for name in named if name]


def lan_hosts() -> tuple[str, ...]:
    """This machine's name and its addresses, as they stand in a URL."""
    name = socket.gethostname().lower()
    addresses = {address for way in FAR_AWAY for address in _way_out(*way)}
    addresses.update(_addresses_of(name))
    return (name, f"{name}.local", *sorted(map(_as_in_a_url, addresses)))


def lan_host() -> str | None:
    """This machine's address on its network: that of the route out."""
    return next(iter(_way_out(*FAR_AWAY[0])), None)


def _way_out(family: socket.AddressFamily, far_away: str) -> list[str]:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far_away, 9))
            return [str(probe.getsockname()[0])]
    except OSError:
        return []


def _addresses_of(name: str) -> list[str]:
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(name, None)]
    except OSError:
        return []


def _as_in_a_url(address: str) -> str:
    plain = address.partition("%")[0]  # without the interface of a link-local address
    return f"[{plain}]" if ":" in plain else plain
