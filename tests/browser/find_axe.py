"""npm's axe-core → the path of axe.min.js, or None; `npm ci` installs what is pinned."""

import functools
import json
import shutil
import subprocess
from pathlib import Path

from find_browser import one_at_a_time

HERE = Path(__file__).parent
PACKAGE = HERE / "node_modules" / "axe-core"
NO_AXE = "No axe-core for the accessibility tests: install npm (Debian: sudo apt install npm)."


@functools.cache
def find_axe() -> Path | None:
    with one_at_a_time():
        if installed_version() != pinned_version():
            _npm_ci()
    return PACKAGE / "axe.min.js" if installed_version() == pinned_version() else None


def pinned_version() -> str:
    manifest = json.loads((HERE / "package.json").read_text())
    return str(manifest["devDependencies"]["axe-core"])


def installed_version() -> str | None:
    try:
        return str(json.loads((PACKAGE / "package.json").read_text())["version"])
    except FileNotFoundError:
        return None


def _npm_ci() -> None:
    npm = shutil.which("npm")
    if npm:
        subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=HERE, capture_output=True)
