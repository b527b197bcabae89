"""The two fitted constants: read from where `fit` has written them."""

import tomllib
from functools import cache
from pathlib import Path

from lpu_engine.compiler.pipeline.program import Fitted

FITTED_FILE = Path(__file__).with_name("hardware") / "fitted.toml"


@cache
def load_fitted(path: Path = FITTED_FILE) -> Fitted:
    """The constants in whole cycles."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Fitted(synchronise=table["synchronise"], expert=table["expert"])
