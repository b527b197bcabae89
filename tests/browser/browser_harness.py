"""A real server in a process of its own, a cable to it, and a socket that a test writes by hand."""

import json
import os
import re
import select
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, WebSocketRoute

from playground.markdown import Document, Html

PATIENCE_S = 90.0  # only so that a broken page fails a test rather than hangs it
LOCAL = "127.0.0.1"
KEY = "0123456789abcdef" * 2
SOCKET = "**/ws/chat/"
ADDRESS = re.compile(r"http://\S+")

MIXTRAL, LLAMA, PEBBLE = "mixtral-8x7b-32768", "llama2-70b-4096", "pebble"
CLOCK_HZ = 900_000_000
PEBBLE_CYCLES: dict[str, Any] = {  # 1 ms to the first token, then 25 µs for each, later 50 µs
    "clock_hz": CLOCK_HZ,
    "prompt": 900_000,
    "steps": [[1, 22_500], [60, 45_090]],
}
CLOCKS: dict[str, dict[str, Any]] = {
    MIXTRAL: {
        "kind": "simulated",
        "ttft_s": 0.01,
        "tokens_per_s": 480.0,
        "chips": 576,
        "cycles": {"clock_hz": CLOCK_HZ, "prompt": 9_000_000, "steps": [[1, 1_875_000]]},
    },
    LLAMA: {
        "kind": "published",
        "ttft_s": 0.222,
        "tokens_per_s": 255.0,
        "chips": 576,
        "cycles": None,
    },
    PEBBLE: {
        "kind": "simulated",
        "ttft_s": 0.001,
        "tokens_per_s": 25_953.4,
        "chips": 1,
        "cycles": PEBBLE_CYCLES,
    },
}
STATED = {MIXTRAL: {"tokens_per_s": 500.0, "source": "a price page"}}
GPU_RATES = {MIXTRAL: 200.0, LLAMA: 80.0, PEBBLE: 2500.0}
TALK = (
    "# The title\n\nSome *emphasis* and a [link](https://example.org/).\n\n",
    "1. one\n2. two\n   - deep\n\n",
    "| name | size |\n|:--|--:|\n| a | 1 |\n\n",
    "> quoted\n\nCode:\n\n```python\ndef add(a, b):\n",
    '    return a + b  # "sum"\n```\n\n',
    "The ~~end~~ **end**.",
)
USUAL = {"gpu": "h100-sxm", "count": 8, "precision": "bf16", "users": 1}


def counted(url: str, model: str) -> dict[str, Any]:
    """A model's line of the picker, once the server has compiled its program."""
    with urllib.request.urlopen(f"{url}/models/{model}/clock.json", timeout=PATIENCE_S) as got:
        line: dict[str, Any] = json.load(got)
    return line


@contextmanager
def serving(project: Path, words: Path, collected: Path) -> Iterator[str]:
    """`manage.py serve` on a free port, until the end of the block; its URL.

    `collected`: a folder for its static files.
    """
    environment = os.environ | {
        "PORT": "0",
        "HOST": LOCAL,
        "SECRET_KEY": "of a test",
        "PLAYGROUND_WORDS": str(words),
        "PLAYGROUND_MODELS": str(words.with_name("no models")),
        "DJANGO_SETTINGS_MODULE": "tests.served_settings",
        "COLLECTED": str(collected),
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "manage.py", "serve"]
    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = ADDRESS.search(process.stdout.readline())
            assert found is not None, "the server did not start"
            yield found[0].rstrip("/")
        finally:
            process.terminate()


class Cable:
    """A way to a server that a test can cut: what was open breaks, what is new is refused."""

    def __init__(self, port: int) -> None:
        self._target = (LOCAL, port)
        self._listener = socket.create_server((LOCAL, 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._is_cut = False
        self.url = f"http://{LOCAL}:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._is_cut = True
        for pair in self._pairs:
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self._is_cut:
                    near.close()
                    continue
                pair = (near, socket.create_connection(self._target))
                self._pairs.append(pair)
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        with suppress(OSError), near, far:
            while True:
                for end in select.select([near, far], [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    other[end].sendall(data)


def baseline(model: str, system: dict[str, Any]) -> dict[str, Any]:
    """GPUs that take 25 ms to the first token, and half of each further one for their weights."""
    step_s = 1 / GPU_RATES[model]
    return {
        "kind": "simulated",
        "source": "data sheets",
        "name": f"{system['count']} × H100",
        "ttft_s": 0.025,
        "tokens_per_s": GPU_RATES[model],
        "system": system,
        "parts": [
            {"name": "weights", "about": "Read once.", "seconds": step_s / 2},
            {"name": "kernels", "about": "Fitted: what a layer takes.", "seconds": step_s / 2},
        ],
    }


class HandSocket:
    """The server's side of the page's socket, written by a test."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.routes: list[WebSocketRoute] = []
        self.received: list[dict[str, Any]] = []
        page.route_web_socket(SOCKET, self.opened)

    def opened(self, route: WebSocketRoute) -> None:
        self.routes.append(route)
        route.on_message(lambda text: self.received.append(json.loads(text)))

    def send(self, **message: Any) -> None:
        self.routes[-1].send(json.dumps(message))

    def hang_up(self, code: int = 1011) -> None:
        self.routes[-1].close(code=code)

    def heard(self, kind: str, count: int = 1) -> dict[str, Any]:
        """The count-th message of that kind; waits for it."""
        give_up_at_s = time.monotonic() + PATIENCE_S
        while True:
            of_kind = [message for message in self.received if message["type"] == kind]
            if len(of_kind) >= count:
                return of_kind[count - 1]
            assert time.monotonic() < give_up_at_s, f"no {kind} came: {self.received}"
            self.page.evaluate("0")  # lets messages in

    def accept(self, asked: dict[str, Any], dropped_turns: int = 0) -> "HandAnswer":
        """Accepts what was asked with `generate` or `resume`."""
        model = asked.get("model", MIXTRAL)
        self.send(
            type="accepted",
            id=asked["id"],
            key=KEY,
            model=model,
            words={"name": "Pebble", "chars_per_token": 3.9, "dropped_turns": dropped_turns},
            prediction={"source": "a verified program", **CLOCKS[model]},
            published=STATED.get(model),
            baseline=baseline(model, asked.get("baseline", USUAL)),
        )
        return HandAnswer(self, asked["id"])


class HandAnswer:
    """One id's frames, written by a test."""

    def __init__(self, hand: HandSocket, message_id: str) -> None:
        self._hand = hand
        self.id = message_id
        self.seq = 0
        self.count = 0

    def write(
        self,
        text: str,
        count: int = 1,
        clock_s: float = 0.0,
        computed_s: float = 0.0,
        **rendered: Any,
    ) -> None:
        """A frame; `rendered` is what a page gets that asked for HTML."""
        self.seq += 1
        self.count += count
        self._hand.send(
            type="tokens",
            id=self.id,
            seq=self.seq,
            text=text,
            count=count,
            clock_s=clock_s,
            computed_s=computed_s,
            **rendered,
        )

    def finish(
        self,
        reason: str = "stop",
        total_s: float = 0.2,
        measured: float | None = 2430.4,
        cycles: dict[str, int] | None = None,
        prompt_s: float | None = None,
        **rendered: Any,
    ) -> None:
        usage = {
            "prompt_tokens": 7,
            "completion_tokens": self.count,
            "queue_time": 0.0,
            "prompt_time": prompt_s,
            "completion_time": total_s,
            "total_time": total_s,
            "cycles": cycles,
        }
        rates = {"ttft_s": None if measured is None else 0.004, "tokens_per_s": measured}
        self._hand.send(
            type="finished",
            id=self.id,
            reason=reason,
            usage=usage,
            measured=rates,
            **rendered,
        )


class Writing:
    """An answer whose HTML is this project's own, as the server would send it."""

    def __init__(self, answer: HandAnswer) -> None:
        self._answer = answer
        self._document = Document()
        self._rendered = 0

    def write(self, text: str, **more: Any) -> None:
        self._answer.write(text, **self._told(self._document.feed(text)), **more)

    def finish(self, **more: Any) -> None:
        self._answer.finish(**self._told(self._document.finish()), **more)

    def _told(self, blocks: list[Html]) -> dict[str, Any]:
        self._rendered += sum(block.units for block in blocks)
        return {"html": "".join(block.html for block in blocks), "rendered": self._rendered}


OpenPage = Callable[..., Page]
OpenHand = Callable[..., HandSocket]


def ask(page: Page, prompt: str) -> Locator:
    """Types a prompt, presses Enter, and gives the answer's place."""
    page.fill("#prompt", prompt)
    page.press("#prompt", "Enter")
    return last_answer(page)


def last_answer(page: Page) -> Locator:
    return page.locator(".turn:last-child .answer")


def reach(page: Page, state: str) -> None:
    """Waits until the last answer is in a state."""
    page.wait_for_selector(f'.turn:last-child .answer[data-state="{state}"]')


def part(page: Page, name: str) -> Locator:
    return last_answer(page).locator(f"[data-part={name}]")
