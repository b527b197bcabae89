"""The environment → secret key, hosts, version; and what is said where they cannot be had."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from playground import hosts
from playground.hosts import allowed_hosts
from playground.secret_key import NoSecretKey, secret_key
from playground.version import NoVersion, read_version


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / ".secret_key"
    key = secret_key({}, file)
    assert len(key) >= 50
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret_key({}, file) == key
    assert [path.name for path in tmp_path.iterdir()] == [".secret_key"]


def test_an_empty_file_gets_a_key(tmp_path: Path) -> None:
    file = tmp_path / ".secret_key"
    file.touch()
    assert secret_key({}, file) == file.read_text().strip() != ""


def test_the_environments_key_is_taken_and_not_written(tmp_path: Path) -> None:
    file = tmp_path / ".secret_key"
    assert secret_key({"SECRET_KEY": "given"}, file) == "given"
    assert not file.exists()


def test_a_key_that_cannot_be_kept_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoSecretKey, match=r"(?s)cannot be kept.*put a long random text into SECR"):
        secret_key({}, tmp_path / "no such folder" / ".secret_key")


def test_a_key_that_is_no_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / ".secret_key").mkdir()
    with pytest.raises(NoSecretKey):
        secret_key({}, tmp_path / ".secret_key")


def test_without_any_setting_only_this_machine_is_served() -> None:
    assert allowed_hosts({}) == ["localhost", "127.0.0.1", "[::1]"]


def test_names_come_from_the_environment() -> None:
    given = {"PLAYGROUND_HOSTS": "lpu.example, .inside.example,", "HOST": "10.0.0.7"}
    assert allowed_hosts(given)[3:] == ["10.0.0.7", "lpu.example", ".inside.example"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_on_all_addresses_the_lans_are_served(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "lan_hosts", lambda: ("box", "box.local", "192.168.1.5"))
    assert allowed_hosts({"HOST": host})[3:] == ["box", "box.local", "192.168.1.5"]


def test_addresses_of_the_lan_are_written_as_in_a_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts.socket, "gethostname", lambda: "Box")
    monkeypatch.setattr(hosts, "_way_out", lambda family, far_away: ["192.168.1.5"])
    monkeypatch.setattr(hosts, "_addresses_of", lambda name: ["fe80::1%eth0"])
    assert hosts.lan_hosts() == ("box", "box.local", "192.168.1.5", "[fe80::1]")


def test_the_version_is_the_changelogs_first(tmp_path: Path) -> None:
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("# Changes\n\n## Unreleased\n\n## 0.2.1 (today)\n\n## 0.2.0\n")
    assert read_version(changelog) == "0.2.1"


def test_a_changelog_without_a_version_says_so(tmp_path: Path) -> None:
    changelog = tmp_path / "CHANGELOG.md"
    with pytest.raises(NoVersion, match="cannot be read"):
        read_version(changelog)
    changelog.write_text("# Changes\n")
    with pytest.raises(NoVersion, match="names no version"):
        read_version(changelog)


@pytest.mark.parametrize(("value", "is_on"), [("", "False"), ("1", "True"), ("no", "False")])
def test_debug_is_on_only_where_it_is_asked_for(value: str, is_on: str, project: Path) -> None:
    script = "from playground import settings; print(settings.DEBUG)"
    environment = os.environ | {"DEBUG": value, "SECRET_KEY": "of a test"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == is_on
