"""A model's card: parts add up, costs follow rates, deployments that cannot be are refused."""

import pytest

from lpu_engine import BadDeployment, load_catalog, model_card, model_listing
from lpu_engine.catalog import PREVIEW_PROMPT_TOKENS, ProgramClock
from lpu_engine.hardware.lpu import CLOCK_HZ

CATALOG = load_catalog()
MODELS = ["mixtral-8x7b-32768", "gemma-7b-it", "pebble"]


@pytest.mark.parametrize("model_id", MODELS)
def test_the_parts_of_a_token_add_up_to_the_whole_token(model_id: str) -> None:
    clock = CATALOG.model(model_id).clock
    assert isinstance(clock, ProgramClock)
    cycles = clock.program().token_cycles(PREVIEW_PROMPT_TOKENS)
    card = model_card(CATALOG.model(model_id))
    assert sum(part.seconds for part in card.parts) == pytest.approx(cycles / CLOCK_HZ)
    assert all(part.seconds > 0 for part in card.parts)


def test_only_what_was_fitted_is_called_so() -> None:
    names = {m: [p.name for p in model_card(CATALOG.model(m)).parts if p.is_fitted] for m in MODELS}
    assert names == {
        "mixtral-8x7b-32768": ["synchronise", "choose expert"],
        "gemma-7b-it": ["synchronise"],
        "pebble": [],
    }
    assert [len(model_card(CATALOG.model(m)).fitted) for m in MODELS] == [2, 1, 0]


def test_users_who_share_a_pipeline_have_the_speed_of_one_until_a_stage_is_never_idle() -> None:
    card = model_card(CATALOG.model("gemma-7b-it"), users=40, context=512)
    loads = card.loads
    assert card.users == 40
    assert loads[0].users == 1
    assert loads[-1].users >= 40
    assert [load.users for load in loads] == sorted({load.users for load in loads})
    assert loads[1].tokens_per_s == loads[0].tokens_per_s
    assert loads[-1].tokens_per_s < loads[0].tokens_per_s
    totals = [load.total_tokens_per_s for load in loads]
    assert totals == sorted(totals)
    assert all(load.total_tokens_per_s == load.users * load.tokens_per_s for load in loads)


def test_a_full_pipeline_costs_each_token_less_than_one_user_does() -> None:
    one, full = model_card(CATALOG.model("mixtral-8x7b-32768")).costs
    assert (one.users, full.users > 1) == (1, True)
    assert full.joules_per_token < one.joules_per_token
    assert full.usd_per_million_tokens < one.usd_per_million_tokens
    assert "assumptions" in one.about


def test_published_speeds_stand_beside_first_principles_and_say_what_was_fitted_to_them() -> None:
    rows = model_card(CATALOG.model("llama2-70b-4096")).comparisons
    assert [row.published_tokens_per_s for row in rows] == [255.0, 300.0, 241.0]
    assert [row.is_fitted_to for row in rows] == [True, False, False]
    assert all(row.first_principles_tokens_per_s > row.predicted_tokens_per_s for row in rows)


def test_a_deployment_may_be_asked_for() -> None:
    card = model_card(CATALOG.model("gemma-7b-it"), chips=160, context=1024)
    assert (card.chips, card.stages, card.group, card.context) == (160, 20, 8, 1024)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"chips": 8}, "8 chips are too few"),
        ({"chips": 577}, "not whole groups of 8"),
        ({"chips": 0}, "at least one group of 8"),
        ({"chips": -8}, "at least one group of 8"),
        ({"chips": 80_000}, "stages at most"),
        ({"context": 9000}, "not within the model's window"),
        ({"context": 0}, "no room for a prompt"),
        ({"context": 1}, "no room for a prompt"),
        ({"users": 0}, "at least 1 user"),
        ({"users": -1}, "at least 1 user"),
        ({"users": 10**6}, "a chip has"),
    ],
)
def test_a_deployment_that_cannot_be_is_refused_in_one_sentence(
    asked: dict[str, int], sentence: str
) -> None:
    with pytest.raises(BadDeployment, match=sentence) as refused:
        model_card(CATALOG.model("gemma-7b-it"), **asked)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("model_id", ["gemma-7b-it", "pebble"])
def test_a_listing_tells_its_blocks(model_id: str) -> None:
    text = model_listing(CATALOG.model(model_id))
    assert "head" in text
    assert len(text.splitlines()) > 500
