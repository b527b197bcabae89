"""The engine's public names, loaded on first use: importing numba costs half a second."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lpu_engine.card import (
        Card,
        Comparison,
        Cost,
        Load,
        model_card,
        model_listing,
    )
    from lpu_engine.catalog import (
        PREVIEW_PROMPT_TOKENS,
        Baseline,
        BaselineQuery,
        Catalog,
        Model,
        Prediction,
        Price,
        UnknownModel,
        load_catalog,
    )
    from lpu_engine.clock import Cycles
    from lpu_engine.compiler.pipeline.pieces import BadDeployment
    from lpu_engine.conversation import PromptTooLong
    from lpu_engine.engine import Busy, Engine, NoWords, State
    from lpu_engine.generation import (
        Ending,
        Generation,
        Measured,
        Params,
        Request,
        Token,
        Usage,
        UsedCycles,
        Words,
    )
    from lpu_engine.model.chat_template import Message, RefusedChat
    from lpu_engine.token_parts import Part

_HOMES = {
    "lpu_engine.card": (
        "Card",
        "Comparison",
        "Cost",
        "Load",
        "model_card",
        "model_listing",
    ),
    "lpu_engine.catalog": (
        "PREVIEW_PROMPT_TOKENS",
        "Baseline",
        "BaselineQuery",
        "Catalog",
        "Model",
        "Prediction",
        "Price",
        "UnknownModel",
        "load_catalog",
    ),
    "lpu_engine.clock": ("Cycles",),
    "lpu_engine.compiler.pipeline.pieces": ("BadDeployment",),
    "lpu_engine.conversation": ("PromptTooLong",),
    "lpu_engine.engine": ("Busy", "Engine", "NoWords", "State"),
    "lpu_engine.generation": (
        "Ending",
        "Generation",
        "Measured",
        "Params",
        "Request",
        "Token",
        "Usage",
        "UsedCycles",
        "Words",
    ),
    "lpu_engine.model.chat_template": ("Message", "RefusedChat"),
    "lpu_engine.token_parts": ("Part",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "PREVIEW_PROMPT_TOKENS",
    "BadDeployment",
    "Baseline",
    "BaselineQuery",
    "Busy",
    "Card",
    "Catalog",
    "Comparison",
    "Cost",
    "Cycles",
    "Ending",
    "Engine",
    "Generation",
    "Load",
    "Measured",
    "Message",
    "Model",
    "NoWords",
    "Params",
    "Part",
    "Prediction",
    "Price",
    "PromptTooLong",
    "RefusedChat",
    "Request",
    "State",
    "Token",
    "UnknownModel",
    "Usage",
    "UsedCycles",
    "Words",
    "load_catalog",
    "model_card",
    "model_listing",
]


def __getattr__(name: str) -> object:
    """Import a public name's module when it is first asked for."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)
