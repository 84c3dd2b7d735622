from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from recommender.ranking import personas
from recommender.ranking.personas import Persona, known_utility
from tests.ranking.shelf import ints


def _columns(**given: list[float]) -> dict[str, np.ndarray]:
    neutral = {
        "cf_bpr_score": [0.0],
        "semantic_sim": [0.0],
        "price_saving": [0.0],
        "quality_tags_score": [0.0],
        "budget_pressure": [0.0],
    }
    return {name: np.array(values, float) for name, values in (neutral | given).items()}


def _utility(persona: Persona, **given: float) -> float:
    return float(known_utility(persona, _columns(**{n: [v] for n, v in given.items()}))[0])


def test_the_shares_are_those_of_the_brief():
    assert list(personas.SHARES.values()) == [0.30, 0.30, 0.20, 0.20]
    drawn = personas.cast(200, np.random.default_rng(0))
    assert [Counter(drawn)[persona] for persona in Persona] == [60, 60, 40, 40]
    assert drawn != sorted(drawn)
    assert len(personas.cast(7, np.random.default_rng(0))) == 7


def test_two_dollars_saved_are_63_percent_of_the_joy():
    found = _utility(Persona.BUDGET_HUNTER, price_saving=2.0)
    assert found == pytest.approx(2.4 * (1 - np.exp(-1)))
    assert _utility(Persona.BUDGET_HUNTER, price_saving=200.0) == pytest.approx(2.4)
    assert _utility(Persona.BUDGET_HUNTER, price_saving=-3.0) == 0.0


@pytest.mark.parametrize(
    ("persona", "favourite"),
    [
        (Persona.BUDGET_HUNTER, "price_saving"),
        (Persona.QUALITY_SEEKER, "quality_tags_score"),
        (Persona.CF_FOLLOWER, "cf_bpr_score"),
    ],
)
def test_each_persona_likes_its_own_feature_best(persona, favourite):
    given = {"price_saving": 9.0, "quality_tags_score": 1.0, "cf_bpr_score": 1.0}
    joys = {name: _utility(persona, **{name: value}) for name, value in given.items()}
    assert max(joys, key=joys.__getitem__) == favourite


def test_only_the_budget_pressured_saves_more_under_pressure():
    for persona in Persona:
        calm = _utility(persona, price_saving=2.0)
        pressed = _utility(persona, price_saving=2.0, budget_pressure=0.5)
        gained = pressed - calm
        if persona is Persona.BUDGET_PRESSURED:
            assert gained == pytest.approx(0.5 * 2.4 * (1 - np.exp(-1)))
        else:
            assert gained == 0.0


def test_pressure_turns_the_order_of_the_pressured():
    two = _columns(
        price_saving=[3.0, 0.1], cf_bpr_score=[0.0, 1.0], semantic_sim=[0.0, 1.0],
        quality_tags_score=[0.0, 0.0], budget_pressure=[0.0, 0.0],
    )  # fmt: skip
    calm = known_utility(Persona.BUDGET_PRESSURED, two)
    two["budget_pressure"] = np.array([1.0, 1.0])
    pressed = known_utility(Persona.BUDGET_PRESSURED, two)
    assert calm[0] < calm[1]
    assert pressed[0] > pressed[1]


def test_what_is_not_defined_counts_as_the_middle_or_as_nothing():
    nothing = np.nan
    found = _utility(
        Persona.QUALITY_SEEKER, cf_bpr_score=nothing, semantic_sim=nothing,
        price_saving=nothing, quality_tags_score=nothing, budget_pressure=nothing,
    )  # fmt: skip
    assert found == pytest.approx(0.5 * 0.2 + 0.5 * 1.4)


def test_hidden_taste_is_the_shoppers_own_and_the_same_at_every_visit():
    brands, types = ints(1, 2, 1), ints(5, 5, 6)
    first = personas.hidden_taste(7, brands, types)
    assert first.tolist() == personas.hidden_taste(7, brands, types).tolist()
    assert len(set(first.tolist())) == 3
    assert personas.hidden_taste(8, brands, types).tolist() != first.tolist()
    again = personas.hidden_taste(7, ints(2), ints(5))
    assert again[0] == first[1]


def test_hidden_taste_is_as_wide_as_it_says():
    many = personas.hidden_taste(3, np.arange(3_000), np.zeros(3_000, dtype=np.int64))
    assert many.std() == pytest.approx(personas.HIDDEN_TASTE, rel=0.05)
    assert many.mean() == pytest.approx(0.0, abs=0.03)


def test_a_swap_at_the_bar_is_looked_at_half_of_the_time():
    rng = np.random.default_rng(1)
    bar = personas.UTILITIES[Persona.CF_FOLLOWER].look_bar
    found = personas.looks(rng, Persona.CF_FOLLOWER, np.full(4_000, bar))
    assert (found > 0).mean() == pytest.approx(0.5, abs=0.03)
    # A logistic with scale .3: one scale above the bar is looked at with e / (1 + e) = .731.
    found = personas.looks(rng, Persona.CF_FOLLOWER, np.full(4_000, bar + personas.LOOK_NOISE))
    assert (found > 0).mean() == pytest.approx(0.731, abs=0.03)
