"""A command line → what it prints, within this process; and a tiny shape for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lpu_engine.__main__ import main

FAILS, NUMBA = 2, 3  # exit codes: of the command, of a test's script
TINY = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 40,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 70,
    "vocab_size": 300,
    "max_position_embeddings": 700,
}
WITH_EXPERTS = {
    **TINY,
    "architectures": ["MixtralForCausalLM"],
    "num_local_experts": 4,
    "num_experts_per_tok": 2,
    "sliding_window": None,
}


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What a command prints when all goes well."""
    assert main([*map(str, arguments)]) == 0, capsys.readouterr().err
    done = capsys.readouterr()
    assert done.err == ""
    return done.out


def complained(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line of a command that fails."""
    assert main([*map(str, arguments)]) == FAILS
    done = capsys.readouterr()
    assert done.out == ""
    assert done.err.count("\n") == 1, done.err
    return done.err


def in_a_process(project: Path, *arguments: object) -> tuple[str, bool]:
    """What a command prints in a process of its own, and whether it imports numba."""
    script = (
        "import contextlib, runpy, sys\n"
        f"sys.argv[1:] = {[*map(str, arguments)]}\n"
        "with contextlib.suppress(SystemExit):\n"
        "    runpy.run_module('lpu_engine', run_name='__main__')\n"
        f"sys.exit({NUMBA} if 'numba' in sys.modules else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=project,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode in (0, NUMBA), done.stderr
    assert done.stdout, done.stderr
    return done.stdout, done.returncode == NUMBA
