"""What a test needs and this machine lacks: skipped with a line that says what to install.

Where CI is set nothing may be missing unnoticed, so there the same line fails the test.
"""

import os
from typing import NoReturn

import pytest


def lacking(what_to_do: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(what_to_do, pytrace=False)
    pytest.skip(what_to_do)
