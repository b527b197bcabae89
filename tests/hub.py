"""Folders → a Hugging Face hub on loopback, as far as its library asks: details, files, ranges.

It notes every request, and can cut a connection in the middle of a file.
"""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "0" * 39 + "1"
MODEL = "/api/models/"


@dataclass
class Repo:
    """A model: the files of a folder at one commit, under the names of its revisions."""

    folder: Path
    commit: str = COMMIT
    revisions: tuple[str, ...] = ("main",)
    licence: str | None = "apache-2.0"
    token: str | None = None  # gated: only who sends it gets files
    lies: dict[str, dict[str, object]] = field(default_factory=dict)  # a file's false details

    def details(self) -> dict[str, Any]:
        paths = sorted(path for path in self.folder.iterdir() if path.is_file())
        return {
            "id": "of/tests",
            "sha": self.commit,
            "gated": "auto" if self.token else False,
            "cardData": {"license": self.licence} if self.licence else {},
            "siblings": [self.sibling(path) for path in paths],
        }

    def sibling(self, path: Path) -> dict[str, Any]:
        content = path.read_bytes()
        told: dict[str, Any] = {
            "rfilename": path.name,
            "size": len(content),
            "blobId": blob(content),
        }
        if path.suffix == ".safetensors":
            sha256 = hashlib.sha256(content).hexdigest()
            told["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 134}
        return told | self.lies.get(path.name, {})


@dataclass(frozen=True)
class Asked:
    """One request as the hub heard it."""

    method: str
    path: str
    range: str | None
    authorization: str | None


class Hub:
    """Repositories by id; requests in the order they came."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.asked: list[Asked] = []
        self.cuts: dict[str, list[int]] = {}  # a file's name → after how many bytes, each time
        self.hangs_at: dict[str, int] = {}  # the same, but it keeps the connection and says nothing
        self.is_hanging = threading.Event()
        self.may_end = threading.Event()

    def of_file(self, name: str) -> list[Asked]:
        return [each for each in self.asked if each.path.endswith(f"/{name}")]

    def resolve(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """A path of the hub → status, headers, content."""
        if path.startswith(MODEL):
            owner, name, *rest = path.removeprefix(MODEL).split("/")
        else:
            owner, name, *rest = path.lstrip("/").split("/")
        repo = self.repos.get(f"{owner}/{name}")
        if repo is None:
            return 401, {"X-Error-Code": "RepoNotFound"}, b""
        match rest:
            case [] | ["revision", "main"]:
                return 200, {}, json.dumps(repo.details()).encode()
            case ["revision" | "resolve", revision, *_] if unquote(revision) not in (
                *repo.revisions,
                repo.commit,
            ):
                return 404, {"X-Error-Code": "RevisionNotFound"}, b""
            case ["revision", _]:
                return 200, {}, json.dumps(repo.details()).encode()
            case ["resolve", _, file] if (repo.folder / file).is_file():
                content = (repo.folder / file).read_bytes()
                return 200, {"ETag": f'"{blob(content)}"', "X-Repo-Commit": repo.commit}, content
        return 404, {"X-Error-Code": "EntryNotFound"}, b""

    def is_closed(self, path: str, authorization: str | None) -> bool:
        repo = next((r for name, r in self.repos.items() if path.startswith(f"/{name}/")), None)
        return bool(repo and repo.token and authorization != f"Bearer {repo.token}")


def blob(content: bytes) -> str:
    """Git's name of a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


class Answering(BaseHTTPRequestHandler):
    """One connection to the hub."""

    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_HEAD(self) -> None:
        self.answer(has_body=False)

    def do_GET(self) -> None:
        self.answer(has_body=True)

    def answer(self, *, has_body: bool) -> None:
        path, headers = urlsplit(self.path).path, self.headers
        asked = Asked(self.command, path, headers.get("Range"), headers.get("Authorization"))
        self.hub.asked.append(asked)
        if self.hub.is_closed(path, asked.authorization):
            status, more, content = 403, {"X-Error-Code": "GatedRepo"}, b""
        else:
            status, more, content = self.hub.resolve(path)
        start = 0
        if asked.range and status == 200:
            start = int(asked.range.removeprefix("bytes=").split("-")[0])
            status = 206
            more["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if has_body:
            self.send(path.rsplit("/", 1)[-1], content[start:])

    def send(self, name: str, content: bytes) -> None:
        """All of it, or only what this file's connection lives for."""
        cuts = self.hub.cuts.get(name)
        if name in self.hub.hangs_at:
            self.wfile.write(content[: self.hub.hangs_at[name]])
            self.hub.is_hanging.set()
            self.hub.may_end.wait()
            self.close_connection = True
        elif cuts:
            self.wfile.write(content[: cuts.pop(0)])
            self.close_connection = True
        else:
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """The tests read `asked`."""


@contextmanager
def served(hub: Hub) -> Iterator[str]:
    """Its address while it is up."""
    answering = type("AnsweringOne", (Answering,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), answering)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        hub.may_end.set()
        server.shutdown()
        server.server_close()
        thread.join()
