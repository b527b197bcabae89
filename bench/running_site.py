"""The site as `make run` serves it, on a port of its own, for as long as something is measured."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class RunningSite:
    """Where it is, and the seconds from `make run` to its whole first page."""

    url: str
    first_page_s: float


@contextmanager
def running_site(project: Path) -> Iterator[RunningSite]:
    """Starts `make run` and ends it; everything must be installed already."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port)}
    began_s = time.perf_counter()
    with subprocess.Popen(
        ["make", "run"],
        cwd=project,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as server:
        try:
            wait_for_page(f"{url}/", server, "make run served no page")
            yield RunningSite(url, time.perf_counter() - began_s)
        finally:
            os.killpg(server.pid, signal.SIGTERM)


def wait_for_page(url: str, server: subprocess.Popen[bytes], refusal: str) -> None:
    """Until a server that was just started gives a page; else an error with the refusal."""
    began_s = time.perf_counter()
    while time.perf_counter() - began_s < PATIENCE_S and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_S) as page:
                page.read()
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
    raise RuntimeError(f"{refusal}; run it by hand to see why.")


def free_port() -> int:
    """One of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
