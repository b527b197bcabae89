"""`manage.py measure` on llama.cpp's own server: do its counts and times agree with the server's?

Pebble answers, one request at a time. Before a first token the server's log has the prompt alone;
network, tokenizer and sampling come on top of that, and are part of what is measured. A stream of
that server tells no usage, so some prompts are asked again in one piece, whose usage it tells.
"""

import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.agreement import agreement
from bench.cached import PROJECT
from bench.figures import Found
from bench.gguf_file import speaking_gguf_of
from bench.llama_cpp_log import timings
from bench.models import PEBBLE
from bench.running_site import free_port, wait_for_page
from playground.endpoints.load import Length, Load, Planned, planned
from playground.endpoints.prompts import Prompts

REQUESTS, AGAIN, WARM_UP = 10, 3, 1
LOAD = Load(REQUESTS, WARM_UP, 1, None, Length(800, 100), Length(600))
MODEL = "pebble"


def endpoint_found() -> Found:
    """Measure, then hold against usage and log."""
    with tempfile.TemporaryDirectory() as folder:
        log, result = Path(folder, "log"), Path(folder, "result.json")
        with _server(log) as url:
            _measure(url, result)
            usage = [_usage(url, planned) for planned in _plans()[:AGAIN]]
        told = json.loads(result.read_text(encoding="utf-8"))
        theirs = timings(log.read_text(encoding="utf-8", errors="replace"))
    rows = agreement(told["requests"], theirs[WARM_UP : WARM_UP + REQUESTS], usage)
    return Found(rows, data={"endpoint": told})


def _plans() -> list[Planned]:
    """What the command asks: its seed is the usual one."""
    return planned(LOAD, Prompts(PEBBLE.folder() / "tokenizer.json", LOAD.seed).of)


def _usage(url: str, asked: Planned) -> int:
    """How many tokens the server says that an answer has."""
    message = {"role": "user", "content": asked.prompt}
    limits = {"max_tokens": asked.most_tokens, "temperature": 0}
    body = json.dumps({"model": MODEL, "messages": [message], **limits}).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{url}/v1/chat/completions", body, headers)
    with urllib.request.urlopen(request) as answer:
        counted: int = json.load(answer)["usage"]["completion_tokens"]
        return counted


def _measure(url: str, result: Path) -> None:
    options = {
        "model": MODEL,
        "requests": str(REQUESTS),
        "warm-up": str(WARM_UP),
        "concurrency": str(LOAD.concurrency),
        "prompt-tokens": f"{LOAD.prompt.mean},{LOAD.prompt.deviation}",
        "output-tokens": str(LOAD.output.mean),
        "json": str(result),
    }
    command = (sys.executable, "manage.py", "measure", url, *_named(options))
    subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)


def _named(options: Mapping[str, str]) -> list[str]:
    return [part for name, value in options.items() for part in (f"--{name}", value)]


@contextmanager
def _server(log: Path) -> Iterator[str]:
    """Pebble behind llama.cpp's server on loopback, one thread; its log goes to a file."""
    gguf, port = speaking_gguf_of(PEBBLE.folder()), free_port()
    options = {
        "model": str(gguf),
        "model_alias": MODEL,
        "port": str(port),
        "n_ctx": "2048",
        "n_threads": "1",
        "n_threads_batch": "1",
    }
    command = (sys.executable, "-m", "bench.llama_cpp_server", *_named(options))
    with (
        log.open("wb") as file,
        subprocess.Popen(command, cwd=PROJECT, stdout=file, stderr=file) as server,
    ):
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for_page(f"{url}/v1/models", server, "llama.cpp's server does not answer")
            yield url
        finally:
            server.terminate()
