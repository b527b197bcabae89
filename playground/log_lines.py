"""A log record → one line: where it was raised, never the exception's words.

They may hold what a person wrote, so a traceback shrinks to the exception's name and its place.
"""

import logging
import traceback
from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class OneLine(logging.Formatter):
    """Django and Channels log with tracebacks of many lines; here they take one."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\n", " ")

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 (the library's name)
        return "" if ei[1] is None else f"({name_and_place(ei[1])})"

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return ""


def name_and_place(error: BaseException) -> str:
    """`KeyError at views.py:12`: enough to find it, nothing of what was in it."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    innermost = frames[-1]
    file = innermost.filename.replace("\\", "/").rsplit("/", 1)[-1]
    return f"{type(error).__name__} at {file}:{innermost.lineno}"
