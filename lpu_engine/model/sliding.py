"""config.json → which layers see only a window of the newest positions, and how many those are.

A window that is not smaller than the context hides nothing: there is none then.
"""

from lpu_engine.model.config import (
    BadConfig,
    Config,
    UnsupportedArchitecture,
    count,
    flag,
    optional_count,
    shown,
)
from lpu_engine.model.families import Family

FULL, SLIDES = "full_attention", "sliding_attention"
FIRST_LATE_LAYER = 28  # the default of max_window_layers


def read_sliding(
    config: Config, family: Family, *, layers: int, context: int
) -> tuple[int | None, tuple[int, ...]]:
    """The window in positions, and the layers that slide, counted from 0; None and () for none."""
    window = _window(config, family)
    sliding = _sliding_layers(config, family, layers, window)
    if window is None or window >= context or not sliding:
        return None, ()
    return window, sliding


def _window(config: Config, family: Family) -> int | None:
    if family.sliding == "none":
        return None
    if family.slides_only_if_told and not flag(config, "use_sliding_window"):
        return None
    return optional_count(config, "sliding_window", family.sliding_window)


def _sliding_layers(
    config: Config, family: Family, layers: int, window: int | None
) -> tuple[int, ...]:
    usual = () if window is None else tuple(range(layers))[_usual(config, family)]
    told = _told_layers(config, layers)
    if told is None or told == usual:
        return usual
    if family.sliding in ("none", "all"):
        raise UnsupportedArchitecture(
            f"layer_types of {family.name} that differ from layer to layer, or from its"
            " sliding_window, are not supported: remove layer_types or choose another model."
        )
    if window is None:
        raise BadConfig(
            f"layer_types in config.json name {SLIDES}, but there is no sliding window:"
            " correct one of them."
        )
    return told


def _usual(config: Config, family: Family) -> slice:
    """The layers of a family that slide where no layer_types are told."""
    if family.sliding == "late":
        return slice(count(config, "max_window_layers", FIRST_LATE_LAYER, least=0), None)
    return slice(None, None, 2 if family.sliding == "alternate" else 1)


def _told_layers(config: Config, layers: int) -> tuple[int, ...] | None:
    told = config.get("layer_types")
    if told is None:
        return None
    if not isinstance(told, list) or len(told) != layers:
        raise BadConfig(
            f"layer_types in config.json should be a list of {layers} types, one a layer."
        )
    for kind in told:
        if kind not in (FULL, SLIDES):
            raise UnsupportedArchitecture(
                f"The layer type {shown(kind)} is not supported:"
                f" choose a model with {FULL} or {SLIDES} alone."
            )
    return tuple(layer for layer, kind in enumerate(told) if kind == SLIDES)
