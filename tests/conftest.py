"""What every test folder shares."""

from pathlib import Path

import pytest
from hypothesis import settings

# A slow or busy machine is no failure: no test asserts how long something takes.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder of the checkout."""
    return Path(__file__).parent.parent
