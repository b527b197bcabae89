"""The most memory that a process took, told by the process itself to the one that started it."""

import json
import resource
import subprocess
from collections.abc import Sequence
from pathlib import Path


class ProcessFailed(RuntimeError):
    """A started program came to no end; the sentence tells its last word."""


def peak_bytes() -> int:
    """Of this process alone: what getrusage tells may be its parent's, from before it began."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii").splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def tell_peak() -> None:
    """The last line that a started program prints."""
    print(json.dumps({"peak_bytes": peak_bytes()}))


def told_peak(command: Sequence[str]) -> int:
    """Runs a program that ends with `tell_peak`; raises ProcessFailed."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.splitlines() or ["it said nothing"])[-1]
        raise ProcessFailed(f"{' '.join(command[1:])} ended with {done.returncode}: {last}")
    peak: int = json.loads(done.stdout.splitlines()[-1])["peak_bytes"]
    return peak
