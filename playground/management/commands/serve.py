"""HOST and PORT → a running site: address checked, static files collected, Daphne started here.

Whatever a machine can refuse (port, folder, disk) is told in one line before anything is served.
"""

import errno
import os
import socket
import sys
from dataclasses import dataclass
from typing import Any, ClassVar

from channels.routing import get_default_application
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from playground.hosts import lan_host

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = "8000"
WEBSOCKET_MESSAGE_LIMIT_BYTES = 1024 * 1024


class CannotServe(Exception):
    """The machine refuses something that the site needs; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address of this machine that can be listened on; `host` is numeric."""

    host: str
    port: int

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    @property
    def is_wildcard(self) -> bool:
        return self.host in ("0.0.0.0", "::")


class Command(BaseCommand):
    help = "Serves the site on HOST:PORT (default 127.0.0.1:8000)."
    requires_system_checks: ClassVar[list[str]] = []  # they load every page; the tests do too

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            address = free_address(
                os.environ.get("HOST") or DEFAULT_HOST, os.environ.get("PORT") or DEFAULT_PORT
            )
            collect_static_files()
        except CannotServe as error:
            sys.exit(str(error))

        def announce() -> None:
            self.stdout.write("\n".join(greeting(address, lan_host())))
            self.stdout.flush()

        server = Server(
            get_default_application(),
            endpoints=build_endpoint_description_strings(host=address.host, port=address.port),
            websocket_max_message_size=WEBSOCKET_MESSAGE_LIMIT_BYTES,
            websocket_max_frame_size=WEBSOCKET_MESSAGE_LIMIT_BYTES,
            ready_callable=announce,
            verbosity=0,
            server_name="",
        )
        server.run()
        # Not sys.exit: that waits for the engine's thread, which may be compiling for half a
        # minute, and nothing is left to save. Aborted: the port is gone; Daphne has said so.
        os._exit(1 if server.abort_start else 0)


def free_address(host: str, port: str) -> Address:
    """`host`:`port` as a numeric address that nobody listens on; port 0 takes any free one."""
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise CannotServe(f"PORT={port} is not a port: choose one from 1024 to 65535.")
    try:
        family, kind, _, _, name = socket.getaddrinfo(
            host, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        raise CannotServe(f"HOST={host} is not known here: try HOST=127.0.0.1.") from None
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(name)
            probe.listen()  # some systems refuse a taken port only here
        except OSError as error:
            raise CannotServe(why_not_bound(error, host, port)) from error
        bound_host, bound_port = probe.getsockname()[:2]
    return Address(bound_host, bound_port)


def why_not_bound(error: OSError, host: str, port: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken: stop what runs there, or choose another, "
            f"for example: PORT={next_port(port)} make run"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for root: choose one above 1023, say PORT=8000."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST={host} is no address of this machine: HOST=0.0.0.0 listens on all of them."
    return f"Cannot listen on {host}:{port}: {error.strerror}."


def next_port(port: str) -> int:
    return int(port) + 1 if int(port) < 65535 else int(DEFAULT_PORT)


def collect_static_files() -> None:
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
    except OSError as error:
        raise CannotServe(why_not_written(error, str(settings.STATIC_ROOT))) from error


def why_not_written(error: OSError, folder: str) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: make room for {folder}, then run this again."
    return (
        f"Cannot write {error.filename or folder} ({error.strerror}): "
        "make it yours to write, or copy the project to a folder that is."
    )


def greeting(address: Address, lan: str | None) -> list[str]:
    if not address.is_wildcard:
        return [f"LPU Playground: {address.url}", "Ctrl-C stops it."]
    return [
        f"LPU Playground: {Address(DEFAULT_HOST, address.port).url}",
        f"On your phone:  {Address(lan, address.port).url}"
        if lan
        else "On your phone:  this machine is on no network yet.",
        "Ctrl-C stops it.",
    ]
