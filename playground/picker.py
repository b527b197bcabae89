"""Models and what is known of their clocks → the lines of the picker, all of it JSON."""

from dataclasses import asdict
from typing import Any, Literal

from django.urls import reverse
from django.utils.translation import gettext

from lpu_engine import PREVIEW_PROMPT_TOKENS, GpuSystem, Model, Prediction
from playground.gpus import told
from playground.messages import published
from playground.sentences import in_readers_language
from playground.texts import chips_text, parameters_text, rate_text, window_text

NOT_KNOWN = {"kind": None, "source": None, "ttft_s": None, "tokens_per_s": None} | {
    "chips": None,
    "cycles": None,
}


def picker_entry(
    model: Model, prediction: Prediction | None, system: GpuSystem | None = None
) -> dict[str, Any]:
    """One line of the picker: a speed, its mark and source, and what stands beside it.

    There is no request yet: a clock that depends on the prompt is shown for one of 128 tokens.
    `prediction` None: its program is still being compiled. `system` None: the usual GPUs.
    """
    stated = published(model)
    return {
        "id": model.id,
        "name": model.name,
        "label": label(model, prediction),
        "window": model.window,
        "parameters": model.parameters,
        "is_pulled": model.is_pulled,
        "words": own_words(model),
        "paced_by": paced_by(model, prediction),
        "prompt_tokens": PREVIEW_PROMPT_TOKENS,
        "page": reverse("model", args=[model.id]),
        "clock": reverse("clock", args=[model.id]),
        **(NOT_KNOWN if prediction is None else in_readers_language(asdict(prediction))),
        "published": None if stated is None else in_readers_language(asdict(stated)),
        **told(model, system),
    }


def own_words(model: Model) -> dict[str, Any] | None:
    """Who writes where it is not the site's own writer: the model itself, where it was pulled."""
    return {"name": model.name, "parameters": model.parameters} if model.is_pulled else None


def paced_by(model: Model, prediction: Prediction | None) -> Literal["clock", "machine"]:
    """What a reader waits for, and so whose rate is the page's large number.

    A model that is computed here, pulled or small enough for one chip, is far faster on LPUs: its
    clock is always past when this machine has computed the words.
    """
    if model.is_pulled:
        return "machine"
    if prediction is None:
        return "clock"
    is_one_chip = prediction.kind == "simulated" and prediction.chips == 1
    return "machine" if is_one_chip or prediction.kind == "measured" else "clock"


def label(model: Model, prediction: Prediction | None) -> str:
    """`Mixtral 8x7B · 478 tokens/s · 576 chips · 32K`, `Pebble · this machine · 2K`.

    A pulled one says how large it is: `SmolLM2-135M-Instruct · 134.5M · this machine · 8K`.
    """
    name = model.name
    if model.is_pulled:
        name = f"{name} · {parameters_text(model.parameters)}"
    if prediction is None:
        return f"{name} · {gettext('compiling…')} · {window_text(model.window)}"
    if paced_by(model, prediction) == "machine":
        return f"{name} · {gettext('this machine')} · {window_text(model.window)}"
    speed = f"{rate_text(prediction.tokens_per_s)} tokens/s"
    chips = chips_text(prediction.chips or 0)
    return f"{name} · {speed} · {chips} · {window_text(model.window)}"
