"""A real Daphne in a thread of the tests, real clients, and answers that a test writes by hand."""

import asyncio
import json
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from email.message import Message
from typing import Any

import websockets
from daphne.server import Server
from twisted.internet import reactor
from twisted.internet.threads import blockingCallFromThread

from lpu_engine import Generation, Request, State, Words, load_catalog
from playground.site import Site

PATIENCE_S = 180.0  # only so that a broken server fails a test rather than hangs it
LOCAL = "127.0.0.1"


class Daphne:
    """One reactor (there is only one in a process), and an application for each port."""

    def __init__(self) -> None:
        self.applications: dict[int, Any] = {}
        ready = threading.Event()
        self.server = Server(
            self.serve,
            endpoints=[f"tcp:port=0:interface={LOCAL}"],
            signal_handlers=False,
            ready_callable=lambda: reactor.callWhenRunning(ready.set),
            verbosity=0,
            server_name="",
        )
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        assert ready.wait(PATIENCE_S)

    async def serve(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await self.applications[scope["server"][1]](scope, receive, send)

    def listen(self, application: Any) -> int:
        listening = blockingCallFromThread(
            reactor, reactor.listenTCP, 0, self.server.http_factory, interface=LOCAL
        )
        port: int = listening.getHost().port
        self.applications[port] = application
        return port

    def stop(self) -> None:
        reactor.callFromThread(reactor.stop)
        self.thread.join(PATIENCE_S)


class HandEngine:
    """An engine whose answers a test writes itself: real Generations, filled by hand."""

    def __init__(self) -> None:
        self.catalog = load_catalog()
        self.state = State("ready", "", "Hand", 1)
        self.given: queue.Queue[Generation] = queue.Queue()
        self.is_taking = threading.Event()
        self.is_taking.set()
        self.failure: Exception | None = None

    def submit(self, request: Request) -> Generation:
        assert self.is_taking.wait(PATIENCE_S)
        if self.failure is not None:
            raise self.failure
        generation = Generation(
            request,
            model=self.catalog.model(request.model),
            words=Words("Hand", 4.0, 0),
            prompt=[1, 2, 3],
            accepted_at_s=time.monotonic(),
        )
        self.given.put(generation)
        return generation

    def state_of(self, model_id: str) -> State:
        return self.state

    def fail(self, detail: str) -> None:
        self.state = replace(self.state, phase="failed", detail=detail)


class Client:
    """A script on the other side of a socket."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket

    async def send(self, **message: object) -> None:
        await self.socket.send(json.dumps(message))

    async def ask(self, message_id: str, **more: object) -> None:
        question = {"model": "pebble", "messages": [{"role": "user", "content": "Why?"}]}
        await self.send(**({"type": "generate", "id": message_id} | question | more))

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            message: dict[str, Any] = json.loads(await self.socket.recv())
        return message

    async def receive_all(self, message_id: str, acknowledges: bool = True) -> list[dict[str, Any]]:
        """An id's messages up to `finished`; each frame acknowledged when it comes."""
        messages = [await self.receive()]
        while messages[-1]["type"] != "finished":
            if messages[-1]["type"] == "tokens" and acknowledges:
                await self.send(type="ack", id=message_id, seq=messages[-1]["seq"])
            messages.append(await self.receive())
        return messages

    async def accepted(self, message_id: str, **more: object) -> dict[str, Any]:
        await self.ask(message_id, **more)
        message = await self.receive()
        assert message["type"] == "accepted", message
        return message

    async def refused(self, **message: object) -> dict[str, Any]:
        await self.send(**message)
        answer = await self.receive()
        assert answer["type"] == "error", answer
        return answer


class Served:
    """A site on a port."""

    def __init__(self, site: Site, port: int) -> None:
        self.site = site
        self.port = port
        self.url = f"http://{LOCAL}:{port}"

    @asynccontextmanager
    async def connect(self, **options: Any) -> AsyncIterator[Client]:
        uri = f"ws://{LOCAL}:{self.port}/ws/chat/"
        async with websockets.connect(uri, compression=None, **options) as socket:
            yield Client(socket)


def get(url: str, method: str = "GET", **headers: str) -> tuple[int, Message, str]:
    """Status, headers and body, whatever the status."""
    request = urllib.request.Request(url, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
            return response.status, response.headers, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def write(generation: Generation, *texts: str) -> None:
    """Tokens that this machine had at once; the model pebble's clock lets them out in no time."""
    for text in texts:
        generation.append(len(generation.tokens), text, computed_s=0.0)


async def eventually(is_true: Callable[[], bool]) -> None:
    """Waits for a state of the server, however long that takes."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_true():
            await asyncio.sleep(0.005)
