"""`manage.py serve`: which address it takes, what it says, and that Ctrl-C ends it quietly."""

import errno
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.core.management import call_command

from playground.management.commands.serve import (
    Address,
    CannotServe,
    free_address,
    greeting,
    why_not_bound,
    why_not_written,
)


@pytest.mark.parametrize("port", ["http", "70000", "-1", "8000 ", "٣"])
def test_a_port_that_is_none_is_named(port: str) -> None:
    with pytest.raises(CannotServe, match="is not a port"):
        free_address("127.0.0.1", port)


def test_port_0_takes_a_free_one() -> None:
    address = free_address("localhost", "0")
    assert address.host in ("127.0.0.1", "::1")
    assert address.port > 0


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(CannotServe, match=r"HOST=no such host is not known here"):
        free_address("no such host", "0")


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(CannotServe, match="no address of this machine"):
        free_address("192.0.2.1", "0")


def test_a_taken_port_names_the_next_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotServe, match=f"Port {port} is taken"):
            free_address("127.0.0.1", str(port))


def test_a_reserved_port_says_which_are_not() -> None:
    said = why_not_bound(OSError(errno.EACCES, "Permission denied"), "127.0.0.1", "80")
    assert said == "Port 80 is reserved for root: choose one above 1023, say PORT=8000."


def test_a_full_disk_is_not_called_a_forbidden_one() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "staticfiles/app.css")
    forbidden = OSError(errno.EROFS, "Read-only file system", "staticfiles/app.css")
    assert why_not_written(full, "staticfiles").startswith("The disk is full")
    assert why_not_written(forbidden, "staticfiles").startswith("Cannot write staticfiles/app.css")


def test_a_site_for_this_machine_alone_names_no_other_address() -> None:
    lines = greeting(Address("127.0.0.1", 8000), lan="192.168.1.5")
    assert lines == ["LPU Playground: http://127.0.0.1:8000/", "Ctrl-C stops it."]


def test_a_site_for_the_network_names_the_address_for_a_phone() -> None:
    lines = greeting(Address("0.0.0.0", 8000), lan="192.168.1.5")
    assert lines[:2] == [
        "LPU Playground: http://127.0.0.1:8000/",
        "On your phone:  http://192.168.1.5:8000/",
    ]


def test_a_machine_on_no_network_is_told_so() -> None:
    assert "no network" in greeting(Address("::", 8000), lan=None)[1]


def test_an_address_of_version_6_stands_in_brackets() -> None:
    assert Address("::1", 8000).url == "http://[::1]:8000/"


def test_djangos_own_checks_find_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check", fail_level="WARNING")
    assert "no issues" in capsys.readouterr().out


def test_a_page_is_served_and_ctrl_c_ends_it_without_a_traceback(
    project: Path, tmp_path: Path
) -> None:
    own = {"DJANGO_SETTINGS_MODULE": "tests.served_settings", "COLLECTED": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=project,
        env=os.environ | own | {"HOST": "127.0.0.1", "PORT": "0", "SECRET_KEY": "of a test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("LPU Playground: ").strip()
        with urllib.request.urlopen(url) as page:
            assert page.status == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, errors) == (0, "")
