"""How everything here is compiled: numba without the GIL, cached in a folder of its own.

numba's cache does not notice an edited callee or constant of another file, so the folder is
named by a hash of every file that compiled code comes from.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from filelock import FileLock

try:
    from numba.np.ufunc import omppool  # type: ignore[attr-defined]

    HAS_OPENMP = bool(omppool)
    numba.config.THREADING_LAYER = "omp"
except ImportError:  # this machine has no libgomp; numba's own layer is slower than one thread
    HAS_OPENMP = False

# Parallel kernels that come from the cache jump to null where no thread layer was started.
numba.get_num_threads()

_HERE = Path(__file__).resolve().parent
_SOURCES = (
    *sorted(_HERE.glob("*.py")),
    _HERE.parent / "model" / "arithmetic.py",
    _HERE.parent / "compiler" / "graph.py",
)


def _cache_folder() -> Path:
    """Beside the project where that can be written, else a folder of this process alone.

    Never a known name in a shared folder: what is loaded from a cache is run.
    """
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in _SOURCES)).hexdigest()[:12]
    root = _HERE.parents[1] / ".numba_cache"
    try:
        root.mkdir(exist_ok=True)
        writable = os.access(root, os.W_OK)
    except OSError:
        writable = False
    return (root if writable else Path(tempfile.mkdtemp(prefix="lpu_playground_"))) / digest


if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(_cache_folder())


def compiling() -> FileLock:
    """Held while kernels may be compiled: two processes would mix up the cache they write."""
    folder = Path(numba.config.CACHE_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return FileLock(folder / "lock")


Kernel = Callable[..., Any]


def jit(kernel: Kernel) -> Kernel:
    """Compile on first use; later processes load it from the cache.

    Division follows numpy: Python's test for zero would keep loops from being vectorised.
    """
    compiled: Kernel = numba.njit(nogil=True, cache=True, error_model="numpy")(kernel)
    return compiled


def jit_parallel(kernel: Kernel) -> Kernel:
    """The same, with `prange` over threads."""
    compiled: Kernel = numba.njit(nogil=True, cache=True, error_model="numpy", parallel=True)(
        kernel
    )
    return compiled
