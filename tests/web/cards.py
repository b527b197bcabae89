"""Cards written by hand: no figure in them is any model's."""

from dataclasses import replace

from lpu_engine import (
    BadDeployment,
    Card,
    Comparison,
    Cost,
    Load,
    Model,
    Part,
    Prediction,
    Price,
    load_catalog,
)
from playground.deployment import Deployment

STATED = Prediction("published", "a price page <of then>", None, 480.0, 576)
CLOCK = Prediction("simulated", "counted in a test", 0.0217, 478.4, 576)
PARTS = (
    Part("matrices", "Weights meet a vector in the matrix unit.", 410e-6, False),
    Part("attention", "The token looks at the 128 before it.", 96.5e-6, False),
    Part("vector unit", "Norms, turns and gates.", 61.3e-6, False),
    Part("links", "Vectors travel from chip to chip.", 182e-6, False),
    Part("install", "Weights go from SRAM into the planes.", 240e-6, False),
    Part("experts", "The time per active expert.", 133e-6, True),
    Part("synchronise", "The chips of a group wait for each other.", 968e-6, True),
)
LOADS = tuple(
    Load(users, each, users * each)
    for users, each in ((1, 478.4), (2, 478.4), (8, 478.4), (32, 455.0), (72, 430.0), (144, 227.0))
)
COSTS = (
    Cost(1, 403.7, 5812.4, "576 chips at 215 W, $20,000 a chip over 3 years, $0.10 a kWh."),
    Cost(144, 5.91, 0.5921, "576 chips at 215 W, $20,000 a chip over 3 years, $0.10 a kWh."),
)
COMPARISONS = (
    Comparison("576 chips, 32K context, one user", 480.0, "A price page.", 1921.0, 478.4, True),
    Comparison("A leaderboard, 150 tokens out", 431.0, "Raw data & medians.", 1730.0, 449.2, False),
)
SHAPE = (
    ("layers", "32"),
    ("width", "4,096"),
    ("heads", "32, over 8 of keys and values"),
    ("experts", "8, of which 2 at a time"),
    ("vocabulary", "32,000"),
    ("positions", "<rotary>"),
)
FITTED = (
    "2,311 cycles for each synchronisation of a group: fitted to Llama 2 70B at 255 tokens/s.",
    "3,120 cycles for each active expert: fitted to Mixtral at 480 tokens/s.",
)
LISTING = "# a program\n0 MXM install é\n"


def a_model(model_id: str = "mixtral-8x7b-32768", stated: Prediction | None = STATED) -> Model:
    return replace(load_catalog().model(model_id), published=stated)


def a_card(model: Model | None = None) -> Card:
    """576 chips, two constants fitted, one figure that tests them and one that does not."""
    return Card(
        model=model or a_model(),
        prediction=CLOCK,
        shape=SHAPE,
        context=32768,
        users=None,
        chips=576,
        group=8,
        stages=72,
        parts=PARTS,
        loads=LOADS,
        costs=COSTS,
        price=Price(0.27, 0.27, "A price page."),
        comparisons=COMPARISONS,
        fitted=FITTED,
    )


def a_small_card() -> Card:
    """One chip for one user; nothing fitted, nothing published."""
    return replace(
        a_card(a_model("pebble", None)),
        prediction=replace(CLOCK, chips=1),
        context=2048,
        chips=1,
        group=1,
        stages=1,
        parts=PARTS[:3],
        loads=LOADS[:1],
        costs=COSTS[:1],
        price=None,
        comparisons=(),
        fitted=(),
    )


def a_clock(model: Model) -> Prediction:
    """Pebble's own, which is counted at once; a made up one for what takes longer to compile."""
    return model.predict(128) if model.id == "pebble" else CLOCK


def make_card(model: Model, deployment: Deployment) -> Card:
    """As the engine does, without compiling."""
    card = a_small_card() if model.id == "pebble" else a_card(a_model(model.id))
    if deployment.chips is not None and deployment.chips < 8:
        raise BadDeployment(f"<{deployment.chips}> chips are too few: give 8 or more.")
    return replace(
        card,
        chips=deployment.chips or card.chips,
        context=deployment.context or card.context,
        users=deployment.users,
    )


def make_listing(model: Model) -> str:
    return f"{model.id}\n{LISTING}"
