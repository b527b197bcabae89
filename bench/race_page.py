"""Four lanes of a race in a real browser → the longest task that kept its page from answering.

A task of over 50 ms is what browsers call long; they report no shorter ones.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

from tests.browser.find_browser import LAUNCH_FLAGS, find_browser

MODELS = ("gemma-7b-it", "llama3-8b-8192", "llama2-7b-2048", "mixtral-8x7b-32768")
PROMPT = "Explain how a language model writes an answer, step by step"
RUNS = 5
PATIENCE_MS = 120_000
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
  const near = window.longTasks.filter(([at]) => at >= flag - 50 && at <= last + 500);
  return {
    tokens: tokens.reduce((sum, [, { count }]) => sum + count, 0),
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
    tokens_per_s: float  # of all lanes together while the fastest was running, by their clocks
    long_tasks: int
    longest_ms: float  # 0: none was over 50


def race_page(url: str) -> RacePage | None:
    """Races four models on a running site; None where there is no browser."""
    path = find_browser()
    if path is None:
        return None
    query = [("prompt", PROMPT), *(("lane", f"lpu:{model}") for model in MODELS)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(LAUNCH_FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(OBSERVE)
        page.goto(f"{url}/compare/?{urlencode(query)}")
        page.wait_for_selector("body[data-connection=open]")
        page.get_by_role("button", name="Race", exact=True).click()
        page.wait_for_selector("body[data-race=ended]")
        raced = [page.evaluate(RACED)]
        rates = page.evaluate(RATES)
        for _ in range(RUNS - 1):
            page.get_by_role("button", name="Race again").click()
            page.wait_for_selector("body:not([data-race=ended])")
            page.wait_for_selector("body[data-race=ended]")
            raced.append(page.evaluate(RACED))
        browser.close()
    long_tasks = [ms for race in raced for ms in race["longTasks"]]
    return RacePage(
        len(MODELS),
        sum(race["tokens"] for race in raced),
        sum(race["frames"] for race in raced),
        sum(rates),
        len(long_tasks),
        max(long_tasks, default=0.0),
    )
