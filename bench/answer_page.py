"""A long answer in Markdown in a real browser → the longest task that kept its page from answering.

Twice: a reader who stays at its beginning, and one who follows its end.
"""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.race_page import OBSERVE, ticks
from bench.running_site import PATIENCE_S, free_port
from tests.browser.find_browser import LAUNCH_FLAGS, find_browser

TOKENS = 20_000
TOKENS_PER_S = 1_000
MODEL = "pebble"  # whose own clock is faster than that
CALM_MS = 600  # after which a browser has told its long tasks
FOLLOW = "setInterval(() => scrollTo(0, document.documentElement.scrollHeight), 100)"
READ = """() => {
  const accepted = window.heard.find(([, { type }]) => type === "accepted")[0];
  const tokens = window.heard.filter(([, { type }]) => type === "tokens");
  const last = window.heard.at(-1)[0];
  const count = tokens.reduce((sum, [, { count }]) => sum + count, 0);
  return {
    tokens: count,
    tokensPerS: (1000 * count) / (last - accepted),
    frames: tokens.length,
    blocks: document.querySelector("[data-part=text]").children.length,
    longTasks: window.longTasks.filter(([at]) => at >= accepted - 50).map(([, ms]) => ms),
  };
}"""


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """One answer: what came, and the page's long tasks meanwhile."""

    reader: str
    tokens: int
    shown_tokens_per_s: float
    frames: int
    blocks: int  # of Markdown, drawn
    long_tasks: int
    longest_ms: float  # 0: none was over 50
    stolen_share: float  # of the processor, by other machines on the same host; 0 where not known


def answer_page(project: Path) -> tuple[AnswerPage, ...] | None:
    """None where there is no browser."""
    path = find_browser()
    if path is None:
        return None
    with written_site(project) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(LAUNCH_FLAGS))
        read = [
            _read(browser.new_page(viewport={"width": 1280, "height": 800}), url, reader, script)
            for reader, script in (("stays at its beginning", ""), ("follows its end", FOLLOW))
        ]
        browser.close()
    return tuple(read)


def _read(page: Page, url: str, reader: str, script: str) -> AnswerPage:
    before = ticks()
    page.set_default_timeout(1000 * (PATIENCE_S + TOKENS / TOKENS_PER_S))
    page.add_init_script(OBSERVE)
    page.goto(url)
    page.wait_for_selector("body[data-connection=open]")
    page.select_option("#model", MODEL)
    page.fill("#prompt", "Tell me everything")
    page.press("#prompt", "Enter")
    page.wait_for_selector("[data-state=streaming]")
    page.evaluate(script or "0")
    page.wait_for_selector("[data-state=finished]")
    page.wait_for_timeout(CALM_MS)
    found: dict[str, Any] = page.evaluate(READ)
    page.close()
    stolen, all_of_it = (now - then for now, then in zip(ticks(), before, strict=True))
    return AnswerPage(
        reader,
        found["tokens"],
        found["tokensPerS"],
        found["frames"],
        found["blocks"],
        len(found["longTasks"]),
        max(found["longTasks"], default=0.0),
        stolen / all_of_it if all_of_it else 0.0,
    )


@contextmanager
def written_site(project: Path) -> Iterator[str]:
    """The URL of a site whose engine has its words, until the end of the block."""
    port = free_port()
    command = [sys.executable, "-m", "bench.written_site", str(port), str(TOKENS)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "playground.settings"}
    with subprocess.Popen([*command, str(TOKENS_PER_S)], cwd=project, env=environment) as server:
        try:
            url = f"http://127.0.0.1:{port}/"
            _wait_for_clock(f"{url}models/{MODEL}/clock.json", server)
            yield url
        finally:
            server.terminate()


def _wait_for_clock(url: str, server: subprocess.Popen[bytes]) -> None:
    """Until the model can be picked."""
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_S) as page:
                page.read()
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError("the site of the bench did not start; what it printed says why")
