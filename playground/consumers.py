"""A socket: each message is checked and answered at once; whatever takes time is a task.

Channels hands a consumer one message at a time, so a handler that streamed would hear neither
`stop` nor the end of the connection.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from autobahn.exception import Disconnected
from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from playground.asking import earlier, new_answer, new_race
from playground.checks import parse
from playground.languages import language_of_handshake
from playground.log_lines import name_and_place
from playground.messages import (
    Ack,
    BadMessage,
    Code,
    Error,
    Generate,
    Incoming,
    Outgoing,
    Race,
    Render,
    Resume,
    Stop,
    encode,
)
from playground.origins import is_welcome
from playground.pacing import NeverSent
from playground.races import RaceStream
from playground.rendering import Rendering
from playground.renders import Renders
from playground.site import Site
from playground.streams import NoSuchLane, Stream

OPEN_PER_SOCKET = 8
FOREIGN_ORIGIN_CLOSE_CODE = 4403
FAILED = "Something broke on this machine; the terminal where the site runs says where."
OF_PROXIES = {b"forwarded", b"x-forwarded-for", b"x-real-ip"}  # headers

logger = logging.getLogger(__name__)

AnyStream = Stream | RaceStream
Task = Callable[[], Awaitable[None]]


class ChatConsumer(AsyncWebsocketConsumer):
    """One socket and its open ids."""

    def __init__(self) -> None:
        super().__init__()
        self.streams: dict[str, AnyStream] = {}
        self.renders = Renders(self.tell)
        self.is_foreign = False
        self.language = settings.LANGUAGE_CODE

    @property
    def site(self) -> Site:
        site: Site = self.scope["site"]
        return site

    @property
    def address(self) -> str:
        """Of who connects; a proxy on this machine is told apart from who sits at it."""
        address = str((self.scope.get("client") or ("",))[0])
        names = {name.lower() for name, _ in self.scope["headers"]}
        return f"{address} for another" if names & OF_PROXIES else address

    async def dispatch(self, message: dict[str, Any]) -> None:
        """As Channels' own, without a visit to the database's thread for every message."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        """A page of a foreign site is let in to be told why it is shut out."""
        headers, hosts = self.scope["headers"], settings.ALLOWED_HOSTS
        self.is_foreign = not is_welcome(headers, hosts, settings.PLAYGROUND_ORIGIN_HOSTS)
        self.language = language_of_handshake(headers)
        await self.accept()
        if self.is_foreign:
            message = "Only pages of this site may open this socket; see PLAYGROUND_HOSTS."
            await self.tell(Error(None, "foreign_origin", message))
            await self.close(FOREIGN_ORIGIN_CLOSE_CODE)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.is_foreign:
            return
        try:
            if text_data is None:
                raise BadMessage("bad_message", "A message must be text, not binary.")
            self.handle(parse(text_data))
        except BadMessage as bad:
            await self.tell(Error(bad.message_id, bad.code, str(bad)))
        except Exception as error:  # a fault of ours must not take the other answers with it
            await self.tell(internal(None, error))

    async def disconnect(self, code: int) -> None:
        for stream in list(self.streams.values()):
            stream.leave()
        self.renders.leave()

    async def tell(self, message: Outgoing) -> None:
        """A page that has just gone hears nothing: its answers go on, and `disconnect` follows."""
        with suppress(Disconnected):
            await self.send(encode(message, self.language))

    def handle(self, message: Incoming) -> None:
        """Raises BadMessage. An `ack` or `stop` that crosses `finished` on its way is late."""
        match message:
            case Generate():
                rendering = Rendering() if message.is_rendered else None
                stream = Stream(message.id, self.tell, self.site.answers, rendering)
                self.open(stream, lambda: self.generate(stream, message))
            case Race():
                race = RaceStream(message.id, self.tell, self.site.answers)
                self.open(race, lambda: self.race(race, message))
            case Resume():
                again = self.resumed(message)
                self.open(again, lambda: self.resume(again, message))
            case Render():
                self.renders.add(message)
            case Stop() if message.id in self.streams:
                self.streams[message.id].stop()
            case Ack() if message.id in self.streams:
                acknowledge(self.streams[message.id], message)

    def resumed(self, message: Resume) -> AnyStream:
        """A stream for whoever comes back."""
        if message.is_race:
            return RaceStream(message.id, self.tell, self.site.answers)
        rendering = None if message.rendered is None else Rendering(message.rendered)
        return Stream(message.id, self.tell, self.site.answers, rendering)

    def open(self, stream: AnyStream, task: Task) -> None:
        """Starts a stream; raises BadMessage."""
        if stream.id in self.streams:
            message = "This id is still open on this socket: choose another."
            raise BadMessage("duplicate_id", message, stream.id)
        if len(self.streams) >= OPEN_PER_SOCKET:
            message = f"{OPEN_PER_SOCKET} answers are open on this socket: wait for one to end."
            raise BadMessage("busy", message, stream.id)
        self.streams[stream.id] = stream
        stream.task = asyncio.create_task(self.run(stream, task))

    async def run(self, stream: AnyStream, task: Task) -> None:
        """A stream's whole life; its id is free before its last message leaves."""
        try:
            await task()
            last = self.last_messages(stream)
        except BadMessage as bad:
            last = [Error(stream.id, bad.code, str(bad))]
        except Exception as error:  # a fault of ours must reach the page, and the log
            last = [internal(stream.id, error)]
            if stream.answer is not None:
                stream.answer.generation.finish("error")
                last += stream.last(stream.answer)
        finally:
            if self.streams.get(stream.id) is stream:
                del self.streams[stream.id]
        for message in last:
            await self.tell(message)

    async def generate(self, stream: Stream, message: Generate) -> None:
        """Raises BadMessage where the engine or the limits refuse."""
        answer = await new_answer(self.site, self.address, message, lambda: stream.has_left)
        if answer is not None:
            await stream.follow(answer)

    async def race(self, stream: RaceStream, message: Race) -> None:
        """Raises BadMessage, of which one that is about a lane names it."""
        answer = await new_race(self.site, self.address, message, lambda: stream.has_left)
        if answer is not None:
            await stream.follow(answer, [0] * len(answer.lanes))

    async def resume(self, stream: AnyStream, message: Resume) -> None:
        await stream.follow(*earlier(self.site, message))

    def last_messages(self, stream: AnyStream) -> list[Outgoing]:
        """`finished`, and before it the reason of an error."""
        if stream.answer is None:
            return []
        ending, last = stream.answer.generation.ending, stream.last(stream.answer)
        if ending is not None and ending.reason != "error":
            return last
        code: Code = "no_words" if self.site.engine.state.phase == "failed" else "internal"
        return [Error(stream.id, code, (ending and ending.detail) or FAILED), *last]


def internal(message_id: str | None, error: Exception) -> Error:
    """Into the log, where it happened; to the page, only that it did."""
    logger.error("An answer failed: %s", name_and_place(error))
    return Error(message_id, "internal", FAILED)


def acknowledge(stream: AnyStream, message: Ack) -> None:
    try:
        stream.acknowledge(message.seq, message.lane)
    except NoSuchLane as error:
        raise BadMessage("bad_param", str(error), message.id) from None
    except NeverSent as error:
        raise BadMessage("bad_message", str(error), message.id) from None
