"""A race whose server side is written by a test: lanes, flag, frames, accounts."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from browser_harness import CLOCK_HZ, KEY, LLAMA, HandSocket, OpenPage
from playwright.sync_api import Locator, Page, Route

from lpu_engine import LOAD_USERS, ServiceEntry, lane_of, load_catalog

WORDS = {"name": "Pebble", "chars_per_token": 3.9, "dropped_turns": 0}
PROMPT = "Why is the sky blue?"
SET_UP = (
    f"lpu:{LLAMA}",
    f"gpu:{LLAMA}:h100-sxm:8:bf16:1",
    "service:replicate-llama2-70b",
    "here",
)
NO_COST = {"joules_per_token": None, "usd_per_million_tokens": None, "cost_about": ""}


def address(lanes: tuple[str, ...] = SET_UP, prompt: str = PROMPT) -> str:
    asked = [("prompt", prompt), *(("lane", lane) for lane in lanes)]
    return "/compare/?" + urlencode(asked, safe=":")


def lane_for(entry: dict[str, Any]) -> dict[str, Any]:
    """A lane as the server tells it, of an entry as the page asked for it."""
    return {"is_groq": False, **MAKERS[entry["machine"]](entry)}


def lpu_lane(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "machine": "lpu",
        "model_id": entry["model"],
        "model": "Llama 2 70B",
        "name": "576 LPU chips",
        "users": 1,
        "kind": "simulated",
        "source": "a verified program",
        "ttft_s": 0.01,
        "tokens_per_s": 240.0,
        "end_to_end_tokens_per_s": None,
        "cycles": {"clock_hz": CLOCK_HZ, "prompt": 9_000_000, "steps": [[1, 3_750_000]]},
        "parts": [],
        "joules_per_token": 876.5,
        "usd_per_million_tokens": 501.25,
        "cost_about": "576 chips, owned",
    }


def gpu_lane(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "machine": "gpu",
        "model_id": entry["model"],
        "model": "Llama 2 70B",
        "name": "8 × H100" if entry["precision"] == "bf16" else f"8 × H100 · {entry['precision']}",
        "users": entry["users"],
        "kind": "simulated",
        "source": "a data sheet",
        "ttft_s": 0.02,
        "tokens_per_s": 80.0,
        "end_to_end_tokens_per_s": None,
        "cycles": None,
        "parts": [{"name": "weights", "about": "Read once.", "seconds": 0.0125}],
        "joules_per_token": 117.5,
        "usd_per_million_tokens": 89.75,
        "cost_about": "8 H100, rented",
    }


def service_lane(entry: dict[str, Any]) -> dict[str, Any]:
    return asdict(lane_of(ServiceEntry(entry["service"]), load_catalog(), 128))


def here_lane(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "machine": "here",
        "model_id": None,
        "model": "the model that writes the words",
        "name": "this machine",
        "users": None,
        "kind": "measured",
        "source": "the engine's own time stamps",
        "ttft_s": None,
        "tokens_per_s": None,
        "end_to_end_tokens_per_s": None,
        "cycles": None,
        "parts": [],
        **NO_COST,
    }


def endpoint_lane(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        **here_lane(entry),
        "machine": "endpoint",
        "model": entry["model"],
        "name": entry["url"].split("/")[2],
        "source": "this machine’s stamps",
    }


def endpoint_told(deltas: int = 4, tokens: int = 4, **more: Any) -> dict[str, Any]:
    """What the flag tells of an endpoint that wrote so much."""
    told = {
        "deltas": deltas,
        "tokens": tokens,
        "is_reported": True,
        "prompt_tokens": 9,
        "measured": {"ttft_s": 0.25, "tokens_per_s": 12.5},
        "others_at_start": 0,
        "others_at_most": 0,
    }
    return {**told, **more}


MAKERS = {
    "lpu": lpu_lane,
    "gpu": gpu_lane,
    "service": service_lane,
    "here": here_lane,
    "endpoint": endpoint_lane,
}
LOADS: dict[str, Any] = {
    "model_id": LLAMA,
    "model": "Llama 2 70B",
    "context": 512,
    "lpu": {
        "name": "576 LPU chips",
        "source": "a program",
        "loads": [
            {"users": users, "tokens_per_s": 250.0, "total_tokens_per_s": 250.0 * users}
            for users in (1, 2, 4, 5)
        ],
        "limit": "There is room for 5 users.",
    },
    "gpu": {
        "name": "8 × H100",
        "source": "a data sheet",
        "loads": [
            {"users": users, "tokens_per_s": 80.0, "total_tokens_per_s": 80.0 * users}
            for users in LOAD_USERS
        ],
        "limit": "",
    },
}
RATIO = {"of": 0, "to": 1, "rate": "output speed", "value": 3.0, "about": "240.0 ÷ 80.0 tokens/s"}
GROQS = {"of": None, "to": 2, "rate": "end to end", "value": 18.6, "about": "186 ÷ 10 tokens/s"}


class HandRace:
    """One page before a socket that the test writes, and the race that it asked for."""

    def __init__(self, hand: HandSocket) -> None:
        self.hand = hand
        self.page: Page = hand.page
        self.asked: dict[str, Any] = {}
        self.seqs: list[int] = []
        self.counts: list[int] = []

    def go(self, times: int = 1) -> dict[str, Any]:
        """Enter in the prompt's box; the message that comes of it."""
        self.page.press("#prompt", "Enter")
        return self.hear(times)

    def hear(self, times: int = 1) -> dict[str, Any]:
        self.asked = self.hand.heard("race", times)
        return self.asked

    def accept(
        self, ratios: tuple[dict[str, Any], ...] = (RATIO, GROQS), words: str = "Pebble"
    ) -> None:
        """Also of a `resume`, with the lanes of the race before it."""
        lanes = [lane_for(entry) for entry in self.asked["lanes"]]
        self.seqs = [0 for _ in lanes]
        self.counts = self.counts or [0 for _ in lanes]
        known = [ratio for ratio in ratios if ratio["to"] < len(lanes)]
        is_replay = "words" in self.asked
        told = {**WORDS, "name": words}
        self.send("accepted", key=KEY, words=told, is_replay=is_replay, lanes=lanes, ratios=known)

    def drop_flag(
        self, count: int = 4, elapsed_s: float = 0.0, endpoints: dict[int, Any] | None = None
    ) -> None:
        """`endpoints`: by lane, as `endpoint_told` makes them."""
        measured = {"ttft_s": 0.004, "tokens_per_s": 900.0}
        told = [(endpoints or {}).get(lane) for lane in range(len(self.asked["lanes"]))]
        flag = {"count": count, "measured": measured, "elapsed_s": elapsed_s, "endpoints": told}
        self.send("flag", computed_s=0.15, **flag)

    def write(self, lane: int, text: str, count: int, clock_s: float) -> None:
        self.seqs[lane] += 1
        self.counts[lane] += count
        seq = self.seqs[lane]
        self.send("tokens", lane=lane, seq=seq, text=text, count=count, clock_s=clock_s)

    def finish_lane(
        self, lane: int, total_s: float | None, reason: str = "stop", *, has_first: bool = True
    ) -> None:
        """With made-up accounts, each other than its lane's prediction; None: it has none."""
        count = self.counts[lane]
        has_rate = total_s is not None and count > 2
        clock = {
            "ttft_s": 0.01 if has_first and total_s is not None else None,
            "total_s": total_s,
            "tokens_per_s": 100.0 + lane if has_rate else None,
            "end_to_end_tokens_per_s": 90.0 + lane if has_rate and has_first else None,
        }
        self.send("finished", lane=lane, reason=reason, count=count, clock=clock)

    def finish(self, reason: str = "stop") -> None:
        measured = {"ttft_s": 0.004, "tokens_per_s": 900.0}
        self.send(
            "finished", reason=reason, prompt_tokens=7, completion_tokens=4, measured=measured
        )

    def error(self, code: str, message: str) -> None:
        self.send("error", code=code, message=message)

    def send(self, kind: str, **fields: Any) -> None:
        self.hand.send(type=kind, id=self.asked["id"], **fields)

    def run(self, totals_s: tuple[float, ...] = (0.2, 0.6, 3.0, 0.1)) -> None:
        """A whole race of four tokens, each lane in two frames, to its end."""
        self.accept()
        self.finish_race(totals_s)

    def finish_race(self, totals_s: tuple[float, ...] = (0.2, 0.6, 3.0, 0.1)) -> None:
        """From the flag on."""
        self.drop_flag()
        lanes = range(len(self.asked["lanes"]))
        for lane in lanes:
            self.write(lane, "The sky ", 2, totals_s[lane] / 2)
        for lane in lanes:
            self.write(lane, "is blue.", 2, totals_s[lane])
            self.finish_lane(lane, totals_s[lane])
        self.finish()
        self.reach("ended")

    def reach(self, state: str) -> None:
        self.page.wait_for_selector(f"body[data-race={state}]")

    def lane(self, number: int) -> Locator:
        return self.page.locator(".lane").nth(number)

    def part(self, lane: int, name: str) -> Locator:
        return self.lane(lane).locator(f"[data-part={name}]")

    def field(self, lane: int, name: str) -> Locator:
        """A select, or the number of users, of a lane."""
        return self.lane(lane).locator(f"[data-field={name}]")

    def acks(self) -> list[tuple[int, int]]:
        """(lane, seq) of each."""
        acks = [each for each in self.hand.received if each["type"] == "ack"]
        return [(each["lane"], each["seq"]) for each in acks]


def open_race(open_page: OpenPage, url: str | None = None, **options: Any) -> HandRace:
    """The page at an address, by default that of SET_UP, before a socket that the test writes."""
    hand = HandSocket(open_page(None, **options))
    hand.page.goto(url or address())
    hand.page.wait_for_selector("body[data-connection=open]")
    return HandRace(hand)


def load_with(race: HandRace, answer: dict[str, Any], status: int = 200) -> None:
    """Gives the page's next question about load this answer."""

    def fulfil(route: Route) -> None:
        route.fulfill(status=status, json=answer)

    race.page.unroute_all()
    race.page.route("**/compare/load.json*", fulfil)
    race.page.locator("#load-title").scroll_into_view_if_needed()
    race.page.select_option("#load-precision", "int8")
    race.page.wait_for_selector("#load-curves[data-state=there]")
