"""What every test folder shares."""

import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A slow or busy machine is no failure: no test asserts how long something takes. Nor is it one to
# draw much that a test has no use for.
UNCHECKED = (HealthCheck.too_slow, HealthCheck.filter_too_much)
settings.register_profile("project", deadline=None, suppress_health_check=UNCHECKED)
settings.load_profile("project")

# The other core has tests of its own: a second thread of numpy's or torch's would only wait for it.
for library in ("OPENBLAS", "OMP"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# Some hundred commands are started, and each would compile all modules anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What is started in the background ignores Ctrl-C, and so would the commands that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder of the checkout."""
    return Path(__file__).parent.parent
