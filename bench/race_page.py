"""Four lanes of a race in a real browser → the longest task that kept its page from answering.

A task of over 50 ms is what browsers call long; they report no shorter ones. On a machine whose
processor others take, a short task may last long: so the share that was taken is told with them.
"""

from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from tests.browser.find_browser import LAUNCH_FLAGS, find_browser

MODELS = ("gemma-7b-it", "gemma-7b-it", "llama3-8b-8192", "llama2-7b-2048")
PROMPT = "Explain how a language model writes an answer, step by step"
RUNS = 5
PATIENCE_MS = 120_000
CALM_MS = 600  # after which a browser has told its long tasks
OBSERVE = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) window.longTasks.push([task.startTime, task.duration]);
}).observe({ type: "longtask" });
window.heard = [];
const hear = ({ data }) => window.heard.push([performance.now(), JSON.parse(data)]);
const Real = window.WebSocket;
window.WebSocket = class extends Real {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", hear);
  }
};
"""
# From the flag to a moment after the last message: what came, and what held the page up.
RACED = """() => {
  const last = window.heard.at(-1)[0];
  const flag = window.heard.findLast(([, { type }]) => type === "flag")[0];
  const tokens = window.heard.filter(([at, { type }]) => at >= flag && type === "tokens");
  const end = window.heard.find(([at, m]) => at >= flag && m.type === "finished" && "lane" in m)[0];
  const count = (frames) => frames.reduce((sum, [, { count }]) => sum + count, 0);
  const near = window.longTasks.filter(([at]) => at >= flag - 50 && at <= last + 500);
  return {
    tokens: count(tokens),
    tokensPerS: (1000 * count(tokens.filter(([at]) => at <= end))) / (end - flag),
    frames: tokens.length,
    longTasks: near.map(([, duration]) => duration),
  };
}"""
RATES = "() => heard.find(([, { lanes }]) => lanes)[1].lanes.map((lane) => lane.tokens_per_s)"


@dataclass(frozen=True, slots=True)
class RacePage:
    """Of several races: tokens that all lanes let out, and the page's long tasks meanwhile."""

    lanes: int
    tokens: int
    frames: int
    tokens_per_s: float  # of all lanes together, by their clocks
    shown_tokens_per_s: float  # what came from the flag until the first lane ended; the median
    long_tasks: int
    longest_ms: float  # 0: none was over 50
    clean_races: int  # without any
    races: int
    stolen_share: float  # of the processor, by other machines on the same host; 0 where not known


def race_page(url: str) -> RacePage | None:
    """Races four models on a running site; None where there is no browser."""
    path = find_browser()
    if path is None:
        return None
    before = ticks()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(LAUNCH_FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        raced = _raced(page, url)
        rates = page.evaluate(RATES)
        browser.close()
    stolen, all_of_it = (now - then for now, then in zip(ticks(), before, strict=True))
    long_tasks = [ms for race in raced for ms in race["longTasks"]]
    return RacePage(
        len(MODELS),
        sum(race["tokens"] for race in raced),
        sum(race["frames"] for race in raced),
        sum(rates),
        median(race["tokensPerS"] for race in raced),
        len(long_tasks),
        max(long_tasks, default=0.0),
        sum(not race["longTasks"] for race in raced),
        len(raced),
        stolen / all_of_it if all_of_it else 0.0,
    )


def _raced(page: Page, url: str) -> list[dict[str, Any]]:
    """Several races, one after the other, each with what is known of it when its page is calm."""
    query = [("prompt", PROMPT), *(("lane", f"lpu:{model}") for model in MODELS)]
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(OBSERVE)
    page.goto(f"{url}/compare/?{urlencode(query)}")
    page.wait_for_selector("body[data-connection=open]")
    raced = []
    for name in ("Race", *["Race again"] * (RUNS - 1)):
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_selector("body:not([data-race=ended])")
        page.wait_for_selector("body[data-race=ended]")
        page.wait_for_timeout(CALM_MS)
        raced.append(page.evaluate(RACED))
    return raced


def ticks() -> tuple[int, int]:
    """Of the processor since it started: those that others took, and all; zeros but on Linux."""
    file = Path("/proc/stat")
    if not file.exists():
        return 0, 0
    ticks = [int(each) for each in file.read_text(encoding="ascii").splitlines()[0].split()[1:9]]
    return ticks[7], sum(ticks)
