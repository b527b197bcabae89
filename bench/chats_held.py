"""Chats at once over real websockets → how many are kept at the clock of their model.

Daphne, the engine and the clients share this machine. Every chat asks again as soon as it is
answered; an answer is held where its last text came within two frames of what its clock says.
"""

import asyncio
import json
import time
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from bench.cached import PROJECT
from bench.figures import Found
from bench.running_site import running_site

MODEL = "mixtral-8x7b-32768"
PROMPTS = (
    "Tell me a story about a fox called Nora who finds a lamp",
    "Explain how a language model writes an answer, step by step",
    "Tell me a long story about a robot who learns to paint",
    "What is an LPU, and why is it fast?",
    "Tell me a story about a lighthouse and a small boat",
    "Compare an LPU with a GPU",
)
CHATS = (1, 2, 4, 6, 8, 10, 12, 16)
SECONDS = 6.0
POLL_S = 0.2
GOAL = 6
COUNTING = "compiling…"  # in a line of the picker whose clock is not counted yet
LATE_S = 0.050
HELD_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Chats:
    """So many at once: answers, those that were held, tokens of all, and the median lateness."""

    chats: int
    answers: int
    held: int
    tokens_per_s: float
    late_ms: float  # the median answer's last text, against its clock

    @property
    def are_held(self) -> bool:
        return self.held >= HELD_SHARE * self.answers


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: its tokens, and how much later than its clock its last text came."""

    tokens: int
    late_s: float


def chats_found() -> Found:
    """More and more chats on the site as `make run` serves it, until they are no longer held."""
    rows: list[Chats] = []
    with running_site(PROJECT) as site:
        _wait_until_warm(site.url)
        for chats in CHATS:
            rows.append(asyncio.run(_measure(site.url, chats)))
            if not rows[-1].are_held:
                break
    most = max((row.chats for row in rows if row.are_held), default=0)
    verdict = "reached" if most >= GOAL else "MISSED"
    told = [
        f"{row.chats} chats at {MODEL}'s clock: {row.held} of {row.answers} answers held,"
        f" {row.tokens_per_s:,.0f} tokens/s in all, the median {row.late_ms:.0f} ms behind"
        for row in rows
    ]
    told.append(f"chats held at once: {most} (at least {GOAL}: {verdict})")
    return Found(sentences=tuple(told), data={"chats": [asdict(row) for row in rows]})


def _wait_until_warm(url: str) -> None:
    while True:
        with urllib.request.urlopen(f"{url}/healthz") as answer:
            state = json.load(answer)["engine"]["state"]
        with urllib.request.urlopen(url) as page:
            counts_clocks = COUNTING in page.read().decode()
        if state == "ready" and not counts_clocks:
            return
        if state == "failed":
            raise RuntimeError("The site has no words; open its page to see why.")
        time.sleep(POLL_S)


async def _measure(url: str, chats: int) -> Chats:
    began_s = time.perf_counter()
    all_of_them = await asyncio.gather(*(_chat(url, n, began_s) for n in range(chats)))
    took_s = time.perf_counter() - began_s
    answers = [answer for chat in all_of_them for answer in chat]
    late = sorted(answer.late_s for answer in answers)
    return Chats(
        chats,
        len(answers),
        sum(late_s <= LATE_S for late_s in late),
        sum(answer.tokens for answer in answers) / took_s,
        1000 * late[len(late) // 2],
    )


async def _chat(url: str, number: int, began_s: float) -> list[Answered]:
    """One question after the other until the time is over; the last is answered to its end."""
    answers: list[Answered] = []
    address = url.replace("http", "ws", 1) + "/ws/chat/"
    async with connect(address, origin=url) as socket:  # type: ignore[arg-type]
        while time.perf_counter() - began_s < SECONDS or not answers:
            prompt = PROMPTS[(number + len(answers)) % len(PROMPTS)]
            answers.append(await _answer(socket, f"q{len(answers)}", prompt, number))
    return answers


async def _answer(socket: ClientConnection, name: str, prompt: str, seed: int) -> Answered:
    asked = {
        "type": "generate",
        "id": name,
        "model": MODEL,
        "messages": [{"role": "user", "content": prompt}],
        "params": {"temperature": 0.7, "max_tokens": 300, "seed": seed},
    }
    await socket.send(json.dumps(asked))
    accepted_s, tokens, late_s = 0.0, 0, 0.0
    async for message in _messages(socket, name):
        if message["type"] == "accepted":
            accepted_s = time.perf_counter()
        elif message["type"] == "tokens":
            late_s = time.perf_counter() - accepted_s - message["clock_s"]
            tokens += message["count"]
            await socket.send(json.dumps({"type": "ack", "id": name, "seq": message["seq"]}))
    return Answered(tokens, late_s)


async def _messages(socket: ClientConnection, name: str) -> AsyncIterator[dict[str, Any]]:
    """All of one answer, to its end."""
    async for text in socket:
        message = json.loads(text)
        if message["type"] == "error":
            raise RuntimeError(f"The site refused a chat: {message['message']}")
        if message.get("id") == name:
            yield message
            if message["type"] == "finished":
                return
