"""One line per problem, without what people wrote."""

import logging
import sys

from playground.log_lines import OneLine, name_and_place


def record(message: str, error: BaseException | None = None) -> logging.LogRecord:
    exc_info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("site", logging.ERROR, __file__, 1, message, None, exc_info)


def raised() -> Exception:
    try:
        raise ValueError("My diary, line one")
    except ValueError as error:
        return error


def test_a_traceback_becomes_a_name_and_a_place_on_the_same_line() -> None:
    line = OneLine("%(levelname)s %(message)s").format(record("The page failed", raised()))
    assert line.startswith("ERROR The page failed (ValueError at test_log_lines.py:")
    assert "\n" not in line
    assert "diary" not in line


def test_line_breaks_cannot_forge_a_second_line() -> None:
    assert OneLine("%(message)s").format(record("/a\n/b")) == "/a /b"


def test_an_error_that_was_never_raised_has_only_a_name() -> None:
    assert name_and_place(KeyError("x")) == "KeyError"
    assert sys.exception() is None
