"""What `make run` says where the machine refuses: one line with what to do, and no traceback.

Real processes; a machine that lacks something is a PATH on which it is missing or false.
"""

import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SHELL_TOOLS = ("awk", "cat", "cmp", "cp", "df", "dirname", "grep", "mkdir", "sh", "tail", "uname")
NO_VENV = """case $1 in
-c) case $2 in *ensurepip*) exit 4 ;; *) echo 3.12 ;; esac ;;
esac"""
OLD = """case $1 in
-c) case $2 in *ensurepip*) exit 3 ;; *) echo 3.9.2 ;; esac ;;
esac"""
HOLLOW = """case $* in
*ensurepip*) exit 0 ;;
-c*) echo 3.12.0 ;;
"-m venv --clear .venv") rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
"-m pip --version") ;;
"-m pip install"*)
    if [ -e offline ]; then echo "Failed to resolve 'pypi.org'" >&2; exit 1; fi
    echo "$@" >>pip.log ;;
esac"""
REFUSING = """case $1 in
-c) exit 0 ;;
-m) echo "{reason}" >&2; exit 1 ;;
esac"""


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH with a shell and no Python at all."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in SHELL_TOOLS:
        (folder / name).symlink_to(shutil.which(name) or pytest.fail(f"{name} is missing here"))
    return folder


@pytest.fixture
def checkout(tmp_path: Path, project: Path) -> Path:
    """As much of the project as making an environment takes."""
    folder = tmp_path / "checkout"
    shutil.copytree(project / "bin", folder / "bin")
    (folder / "none.txt").write_text("# nothing to install\n")
    return folder


def fake_python(tools: Path, script: str) -> None:
    path = tools / "python3"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def make_venv(checkout: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bin/venv", ".venv", "none.txt"],
        cwd=checkout,
        env=os.environ | {"PYTHON": sys.executable} | environ,
        capture_output=True,
        text=True,
    )


def refusal_of(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a failed command said."""
    assert done.returncode != 0
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_without_python_the_line_says_what_to_install(checkout: Path, tools: Path) -> None:
    said = refusal_of(make_venv(checkout, PATH=str(tools), PYTHON=""))
    assert said.startswith("Python 3.11 or newer is needed.")
    assert "apt install python3" in said
    assert "brew install" in said


def test_an_old_python_is_named_with_its_version(checkout: Path, tools: Path) -> None:
    fake_python(tools, OLD)
    said = refusal_of(make_venv(checkout, PATH=str(tools), PYTHON=""))
    assert said.startswith("Python 3.11 or newer is needed, and this is 3.9.2.")


def test_a_python_without_venv_names_the_package_that_has_it(checkout: Path, tools: Path) -> None:
    fake_python(tools, NO_VENV)
    said = refusal_of(make_venv(checkout, PATH=str(tools), PYTHON=""))
    assert said.endswith("sudo apt install python3.12-venv")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("Error: [Errno 28] No space left on device: '.venv'", "The disk is full: make room"),
        ("Error: [Errno 30] Read-only file system: '.venv'", "Cannot write .venv: make this"),
        ("Error: [Errno 13] Permission denied: '.venv'", "Cannot write .venv: make this"),
        ("NameResolutionError: Failed to resolve 'pypi.org'", "The package index (pypi.org)"),
    ],
)
def test_what_the_disk_or_the_network_refuses_is_told_in_one_line(
    checkout: Path, tools: Path, reason: str, expected: str
) -> None:
    fake_python(tools, REFUSING.format(reason=reason))
    assert refusal_of(make_venv(checkout, PATH=str(tools), PYTHON="")).startswith(expected)


def test_a_file_in_the_place_of_the_environment_is_named(checkout: Path) -> None:
    (checkout / ".venv").write_text("")
    assert refusal_of(make_venv(checkout)).startswith("Cannot make .venv: something else has")


@pytest.fixture
def python(tmp_path: Path) -> str:
    """As quick as a shell: it makes hollow environments, and pip.log tells what pip did."""
    path = tmp_path / "python"
    path.write_text(f"#!/bin/sh\n{HOLLOW}\n")
    path.chmod(0o755)
    return str(path)


def installs(checkout: Path) -> int:
    log = checkout / "pip.log"
    return len(log.read_text().splitlines()) if log.exists() else 0


def make_whole_venv(checkout: Path, python: str) -> None:
    done = make_venv(checkout, PYTHON=python)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_environment_is_made_once(checkout: Path, python: str) -> None:
    make_whole_venv(checkout, python)
    again = make_venv(checkout, PYTHON=python)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert installs(checkout) == 1


def test_changed_requirements_are_installed_again(checkout: Path, python: str) -> None:
    make_whole_venv(checkout, python)
    (checkout / "none.txt").write_text("# still nothing\n")
    make_whole_venv(checkout, python)
    assert installs(checkout) == 2


def test_an_install_that_was_cut_short_is_finished(checkout: Path, python: str) -> None:
    (checkout / "offline").touch()
    assert "cannot be reached" in refusal_of(make_venv(checkout, PYTHON=python))
    (checkout / "offline").unlink()
    make_whole_venv(checkout, python)
    assert installs(checkout) == 1


def test_an_environment_that_moved_is_made_anew(checkout: Path, python: str) -> None:
    make_whole_venv(checkout, python)
    moved = checkout.rename(checkout.with_name("moved"))
    make_whole_venv(moved, python)
    assert installs(moved) == 2


def test_an_environment_without_its_python_is_made_anew(checkout: Path, python: str) -> None:
    make_whole_venv(checkout, python)
    (checkout / ".venv" / "bin" / "python").unlink()
    make_whole_venv(checkout, python)
    assert installs(checkout) == 2


def test_an_environment_hides_itself_from_git(checkout: Path, python: str) -> None:
    make_whole_venv(checkout, python)
    assert (checkout / ".venv" / ".gitignore").read_text() == "*\n"


@pytest.fixture
def taken_port() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


def serve(project: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=project,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_taken_port_is_named_with_another_to_try(project: Path, taken_port: str) -> None:
    said = refusal_of(serve(project, HOST="127.0.0.1", PORT=taken_port))
    assert said.startswith(f"Port {taken_port} is taken")
    assert said.endswith("make run")


def test_files_that_cannot_be_collected_are_told_in_one_line(tmp_path: Path, project: Path) -> None:
    site = copy_of_the_site(tmp_path, project)
    (site / "staticfiles").write_text("a file where the folder belongs")
    assert refusal_of(serve(site, PORT="0")).startswith(f"Cannot write {site / 'staticfiles'}")


def test_a_secret_key_that_cannot_be_kept_is_told_in_one_line(
    tmp_path: Path, project: Path
) -> None:
    site = copy_of_the_site(tmp_path, project)
    (site / ".secret_key").mkdir()
    said = refusal_of(serve(site, PORT="0", SECRET_KEY=""))
    assert said.startswith(f"The secret key cannot be kept in {site / '.secret_key'}")


def copy_of_the_site(tmp_path: Path, project: Path) -> Path:
    """What is read before the engine starts."""
    site = tmp_path / "site"
    for folder in ("playground", "static", "templates"):
        shutil.copytree(project / folder, site / folder)
    shutil.copy(project / "manage.py", site)
    return site
