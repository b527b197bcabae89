"""This machine → the path of a Chromium that starts, or None.

Looked for in this order: $BROWSER_PATH; chromium or google-chrome on PATH; Playwright's own,
downloaded if need be; as root on Debian, apt's. The downloads are tried once per process.
"""

import fcntl
import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NO_BROWSER = (
    "No browser for the browser tests: install one (Debian and Ubuntu: sudo apt install chromium) "
    "or set BROWSER_PATH to the one you have."
)
# As root there is no sandbox; the last draws its menus without pages of its own, two to each of
# ours; the rest keeps Chromium from talking to anybody but the test server.
LAUNCH_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
)
NAMES_ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOWNLOAD_LIMIT_S = 600
WHERE_PLAYWRIGHT_KEEPS_ITS_OWN = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """For what two workers of the tests would download at once: one does, the other finds it."""
    with Path(__file__).open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@functools.cache
def find_browser() -> str | None:
    chosen = os.environ.get("BROWSER_PATH")
    if chosen:  # a wrong path is an answer too: another browser would not be the one asked for
        return chosen if starts(chosen) else None
    with one_at_a_time():
        return on_path() or playwrights_own() or playwrights_download() or debians()


def on_path() -> str | None:
    found = (shutil.which(name) for name in NAMES_ON_PATH)
    return next((path for path in found if path and starts(path)), None)


def playwrights_own() -> str | None:
    asked = _run([sys.executable, "-c", WHERE_PLAYWRIGHT_KEEPS_ITS_OWN], limit_s=60)
    path = asked.stdout.strip() if asked else ""
    return path if path and Path(path).exists() and starts(path) else None


def playwrights_download() -> str | None:
    """Playwright's own after a download of some 150 MB; None where its server cannot be reached."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    command += ["--with-deps"] if os.geteuid() == 0 else []
    return playwrights_own() if _run(command, limit_s=DOWNLOAD_LIMIT_S) else None


def debians() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    _run(["apt-get", "update", "-qq"], limit_s=DOWNLOAD_LIMIT_S)
    _run(["apt-get", "install", "-qq", "-y", "chromium"], limit_s=DOWNLOAD_LIMIT_S)
    return on_path()


def starts(path: str) -> bool:
    """Whether the program runs at all: a download may lack the system's libraries."""
    return _run([path, "--version"], limit_s=60) is not None


def _run(command: list[str], limit_s: float) -> subprocess.CompletedProcess[str] | None:
    """The finished process, or None where it is missing, fails or takes longer than the limit."""
    quiet = os.environ | {
        "DEBIAN_FRONTEND": "noninteractive",
        "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000",
    }
    try:
        return subprocess.run(
            command, env=quiet, check=True, capture_output=True, text=True, timeout=limit_s
        )
    except (OSError, subprocess.SubprocessError):
        return None
