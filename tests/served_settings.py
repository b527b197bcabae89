"""The site's settings, for a server that a test starts: it collects static files for itself alone.

Every start writes them anew; in one folder a server would take them from under another's pages.
"""

import os
from pathlib import Path

from playground.settings import *  # noqa: F403

STATIC_ROOT = Path(os.environ["COLLECTED"])
