"""The arrows of ARCHITECTURE.md, read from the sources: who may import whom."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import lpu_engine

PROJECT = Path(__file__).parent.parent
# model, hardware → compiler → runtime, simulator → engine → playground: each imports what precedes.
MAY_IMPORT = {
    "model": set(),
    "hardware": set(),
    "compiler": {"model", "hardware"},
    "runtime": {"model", "hardware", "compiler"},
    "simulator": {"model", "hardware", "compiler"},
    "baseline": {"model", "hardware"},
}
SITE_ONLY = {"django", "channels", "daphne", "asgiref", "twisted", "whitenoise", "csp"}
LIGHT_NAMES = [
    name
    for name in lpu_engine.__all__
    if name not in ("Engine", "Busy", "NoWords", "PromptTooLong", "State")
]


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((PROJECT / folder).rglob("*.py"))]
    return [path for path in found if "node_modules" not in path.parts]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Every name that a file imports, written in full: lpu_engine.model.tokenizer.Message."""
    package = path.relative_to(PROJECT).with_suffix("").parts[:-1]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            home = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{home}.{alias.name}" for alias in node.names)


def imported_by(*folders: str) -> Iterator[tuple[str, str]]:
    for path in sources(*folders):
        yield from ((str(path.relative_to(PROJECT)), name) for name in imports(path))


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_of_the_engine_imports_only_what_stands_before_it(package: str) -> None:
    allowed = {package, *MAY_IMPORT[package]}
    against = [
        f"{file} imports {name}"
        for file, name in imported_by(f"lpu_engine/{package}")
        if name.startswith("lpu_engine.") and name.split(".")[1] not in allowed
    ]
    assert against == []


def test_the_engine_knows_no_site() -> None:
    against = [
        f"{file} imports {name}"
        for file, name in imported_by("lpu_engine")
        if name.split(".")[0] in {*SITE_ONLY, "playground", "training", "bench"}
    ]
    assert against == []


def test_the_site_knows_only_the_public_names_of_the_engine() -> None:
    public = {"lpu_engine", *(f"lpu_engine.{name}" for name in lpu_engine.__all__)}
    against = [
        f"{file} imports {name}"
        for file, name in imported_by("playground")
        if name.split(".")[0] == "lpu_engine" and name not in public
    ]
    assert against == []


def test_every_public_name_exists() -> None:
    assert [name for name in lpu_engine.__all__ if not hasattr(lpu_engine, name)] == []


def test_no_import_stands_inside_a_function() -> None:
    against = [
        f"{path.relative_to(PROJECT)}:{inner.lineno}"
        for path in sources("lpu_engine", "playground", "training", "bench", "tests")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert against == []


def test_the_light_names_do_not_load_numba() -> None:
    script = (
        "import sys, lpu_engine\n"
        f"for name in {LIGHT_NAMES}: getattr(lpu_engine, name)\n"
        "lpu_engine.load_catalog()\n"
        "print('numba' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("folders", "files"),
    [
        (("lpu_engine", "playground"), ("requirements.txt",)),
        (("tests",), ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")),
        (("bench",), ("requirements.txt", "requirements-bench.txt")),
        (("training",), ("requirements.txt", "requirements-train.txt")),
    ],
)
def test_what_is_imported_is_pinned(folders: tuple[str, ...], files: tuple[str, ...]) -> None:
    pinned = {name for file in files for name in pins(file)}
    homes = {"llama_cpp": ["llama-cpp-python"]} | packages_distributions()  # seldom installed
    tops = {name.split(".")[0] for _, name in imported_by(*folders)}
    ours = {path.stem for path in (*PROJECT.iterdir(), *sources("tests"))}
    foreign = tops - ours - set(sys.stdlib_module_names)
    unpinned = [top for top in foreign if not pinned & {plain(d) for d in homes.get(top, [top])}]
    assert unpinned == []


def pins(file: str) -> set[str]:
    lines = (PROJECT / file).read_text(encoding="utf-8").splitlines()
    return {plain(line.split("==")[0]) for line in lines if "==" in line and line[0] != "#"}


def plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
