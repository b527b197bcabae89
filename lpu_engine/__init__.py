"""The engine's public names, loaded on first use: importing numba costs half a second."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lpu_engine.baseline.gpu import (
        MOST_USERS,
        PRECISIONS,
        BadSystem,
        GpuForecast,
        GpuSystem,
        StepPart,
        Work,
    )
    from lpu_engine.baseline.services import (
        SERVICES,
        Service,
        UnknownService,
    )
    from lpu_engine.card import (
        Card,
        Comparison,
        model_card,
        model_listing,
    )
    from lpu_engine.catalog import (
        PREVIEW_PROMPT_TOKENS,
        USUAL_GPUS,
        Catalog,
        Model,
        NoProgram,
        Prediction,
        Price,
        UnknownModel,
        load_catalog,
    )
    from lpu_engine.checkpoints import (
        Pulled,
        Unusable,
        check_config,
        check_tokenizer,
        check_weights,
        folders_of,
        is_id,
        pulled,
        pulled_as,
        size_of,
        with_pulled,
        write_record,
    )
    from lpu_engine.clock import (
        Cycles,
    )
    from lpu_engine.compiler.pipeline.pieces import (
        BadDeployment,
    )
    from lpu_engine.conversation import (
        PromptTooLong,
    )
    from lpu_engine.costs import (
        Cost,
    )
    from lpu_engine.engine import (
        Busy,
        Engine,
    )
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
    from lpu_engine.hardware.gpu import (
        GPUS,
        MOST_GPUS,
        Gpu,
    )
    from lpu_engine.lanes import (
        Entry,
        GpuEntry,
        HereEntry,
        Lane,
        LpuEntry,
        Ratio,
        ServiceEntry,
        lane_of,
        ratios_of,
        smallest_window,
    )
    from lpu_engine.loads import LOAD_USERS, Curve, Load, UnderLoad, under_load
    from lpu_engine.model.chat_template import (
        Message,
        RefusedChat,
    )
    from lpu_engine.token_parts import (
        Part,
    )
    from lpu_engine.writer import (
        NoWords,
        State,
    )

_HOMES = {
    "lpu_engine.baseline.gpu": (
        "BadSystem",
        "GpuForecast",
        "GpuSystem",
        "MOST_USERS",
        "PRECISIONS",
        "StepPart",
        "Work",
    ),
    "lpu_engine.baseline.services": (
        "SERVICES",
        "Service",
        "UnknownService",
    ),
    "lpu_engine.card": (
        "Card",
        "Comparison",
        "model_card",
        "model_listing",
    ),
    "lpu_engine.catalog": (
        "Catalog",
        "Model",
        "NoProgram",
        "PREVIEW_PROMPT_TOKENS",
        "Prediction",
        "Price",
        "USUAL_GPUS",
        "UnknownModel",
        "load_catalog",
    ),
    "lpu_engine.checkpoints": (
        "Pulled",
        "Unusable",
        "check_config",
        "check_tokenizer",
        "check_weights",
        "folders_of",
        "is_id",
        "pulled",
        "pulled_as",
        "size_of",
        "with_pulled",
        "write_record",
    ),
    "lpu_engine.clock": ("Cycles",),
    "lpu_engine.compiler.pipeline.pieces": ("BadDeployment",),
    "lpu_engine.conversation": ("PromptTooLong",),
    "lpu_engine.costs": ("Cost",),
    "lpu_engine.engine": (
        "Busy",
        "Engine",
    ),
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
    "lpu_engine.hardware.gpu": (
        "GPUS",
        "Gpu",
        "MOST_GPUS",
    ),
    "lpu_engine.lanes": (
        "Entry",
        "GpuEntry",
        "HereEntry",
        "Lane",
        "LpuEntry",
        "Ratio",
        "ServiceEntry",
        "lane_of",
        "ratios_of",
        "smallest_window",
    ),
    "lpu_engine.loads": (
        "LOAD_USERS",
        "Curve",
        "Load",
        "UnderLoad",
        "under_load",
    ),
    "lpu_engine.model.chat_template": (
        "Message",
        "RefusedChat",
    ),
    "lpu_engine.token_parts": ("Part",),
    "lpu_engine.writer": (
        "NoWords",
        "State",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "GPUS",
    "LOAD_USERS",
    "MOST_GPUS",
    "MOST_USERS",
    "PRECISIONS",
    "PREVIEW_PROMPT_TOKENS",
    "SERVICES",
    "USUAL_GPUS",
    "BadDeployment",
    "BadSystem",
    "Busy",
    "Card",
    "Catalog",
    "Comparison",
    "Cost",
    "Curve",
    "Cycles",
    "Ending",
    "Engine",
    "Entry",
    "Generation",
    "Gpu",
    "GpuEntry",
    "GpuForecast",
    "GpuSystem",
    "HereEntry",
    "Lane",
    "Load",
    "LpuEntry",
    "Measured",
    "Message",
    "Model",
    "NoProgram",
    "NoWords",
    "Params",
    "Part",
    "Prediction",
    "Price",
    "PromptTooLong",
    "Pulled",
    "Ratio",
    "RefusedChat",
    "Request",
    "Service",
    "ServiceEntry",
    "State",
    "StepPart",
    "Token",
    "UnderLoad",
    "UnknownModel",
    "UnknownService",
    "Unusable",
    "Usage",
    "UsedCycles",
    "Words",
    "Work",
    "check_config",
    "check_tokenizer",
    "check_weights",
    "folders_of",
    "is_id",
    "lane_of",
    "load_catalog",
    "model_card",
    "model_listing",
    "pulled",
    "pulled_as",
    "ratios_of",
    "size_of",
    "smallest_window",
    "under_load",
    "with_pulled",
    "write_record",
]


def __getattr__(name: str) -> object:
    """Import a public name's module when it is first asked for."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)
