"""The endpoints of a race → their logs, one after another, once the words of the race are there.

So nothing of the race is computed while an endpoint is measured. What goes wrong with one is the
end of its log, and of nothing else.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, aclosing
from dataclasses import dataclass, field

from lpu_engine import Generation
from playground.endpoints.addresses import Allowed, resolve
from playground.endpoints.client import Ask, Endpoint, Failure, Limits, stream
from playground.endpoints.log import EndpointLog
from playground.log_lines import name_and_place
from playground.pacing import FRAME_S

WROTE_NOTHING = "The endpoint wrote nothing."
BROKE = "Something broke on this machine while the endpoint was asked."
WITHOUT_WORDS = ("error", "stopped")

Watching = Callable[[EndpointLog], AbstractContextManager[None]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """A log to fill, and the key to ask with, which goes when this does."""

    log: EndpointLog
    key: str = field(repr=False)


def begin_asking(
    words: Generation, questions: Sequence[Question], allowed: Allowed, watching: Watching
) -> asyncio.Task[None]:
    """A task that ends every log, also where it is cancelled before it could begin."""
    logs = [question.log for question in questions]
    task = asyncio.create_task(_in_turn(words, questions, allowed, watching))
    task.add_done_callback(lambda _: _end(logs))
    return task


async def fill(
    question: Question, allowed: Allowed, watching: Watching, limits: Limits | None = None
) -> None:
    """Asks one endpoint; its log has ended when this returns, whatever happened."""
    log, request = question.log, question.log.request
    ask = Ask(request.messages, request.params.max_tokens, request.params.temperature)
    try:
        endpoint = Endpoint(await resolve(log.url, allowed), request.model, question.key)
        with watching(log):
            async with aclosing(stream(endpoint, ask, limits or Limits())) as pieces:
                async for piece in pieces:
                    log.append(piece)
        if log.tokens:
            log.finish(piece.ending or "stop")
        else:
            log.finish("error", WROTE_NOTHING)
    except Failure as failure:
        log.finish("error", failure.sentence)
    except Exception as error:  # a fault of ours must not take the race with it
        logger.error("An endpoint could not be asked: %s", name_and_place(error))
        log.finish("error", BROKE)


async def _in_turn(
    words: Generation, questions: Sequence[Question], allowed: Allowed, watching: Watching
) -> None:
    while words.ending is None:
        await asyncio.sleep(FRAME_S)
    if words.ending.reason in WITHOUT_WORDS:
        return
    for question in questions:
        await fill(question, allowed, watching)


def _end(logs: Sequence[EndpointLog]) -> None:
    for log in logs:
        log.finish("stopped")
