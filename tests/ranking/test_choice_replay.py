from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from recommender.ranking.choices import questions as asking
from recommender.ranking.choices.history import History
from recommender.ranking.choices.replay import Replayed, replay
from recommender.ranking.features.schema import NAMES, column
from recommender.ranking.query import Vectors
from tests.ranking import choice_history, shelf
from tests.ranking.shelf import ints


@pytest.fixture(scope="module")
def busy() -> History:
    """30 households, 53 weeks, two types of 40 products, baskets of three."""
    rng = np.random.default_rng(5)
    rows = [
        (who, 100 * week + who, int(product), week)
        for week in range(1, 54)
        for who in sorted(rng.permutation(30)[:12].tolist())
        for product in rng.choice(80, size=3, replace=False)
    ]
    history = choice_history.history(
        *rows,
        products=80,
        paid=rng.integers(50, 400, size=len(rows)),
        store=rng.integers(1, 3, size=len(rows)),
    )
    return replace(history, shelf=shelf.snapshot(80, type_id=np.arange(80) // 40))


@pytest.fixture(scope="module")
def trained(busy: History) -> Vectors:
    rng = np.random.default_rng(6)
    return shelf.vectors(
        busy.shelf,
        text=rng.normal(size=(80, 4)),
        item_factors=rng.normal(size=(80, 3)),
        shopper_id=np.arange(30),
        shopper_factors=rng.normal(size=(30, 3)),
    )


def _replay(history: History, given: Vectors) -> Replayed:
    return replay(history, asking.find(history, np.arange(30)), lambda week: given)


def test_one_pack_is_swapped_for_one_pack_and_the_bought_one_is_the_only_positive(busy, trained):
    found = _replay(busy, trained)
    starts = np.cumsum(found.groups) - found.groups
    assert found.features.shape == (found.groups.sum(), len(NAMES))
    assert np.add.reduceat(found.labels, starts).tolist() == [1] * len(found.groups)
    assert 0 < found.coverage <= 1
    assert np.isnan(found.features[:, column("budget_pressure")]).all()


def test_a_bought_product_outside_the_assortment_is_left_out_and_never_inserted(trained):
    # Week 17 offers what weeks 9 to 16 sold; product 39 was sold in week 2 only.
    rows = [(1, 1, 0, 1), (2, 2, 39, 2)]
    rows += [
        (2, 10 + week, (week - 9) + 8 * half, week) for week in range(9, 17) for half in (0, 1)
    ]
    rows += [(1, 50, 39, 17), (1, 51, 3, 18)]
    history = choice_history.history(*rows, products=80)
    history = replace(history, shelf=shelf.snapshot(80, type_id=np.arange(80) // 40))
    found = replay(history, asking.find(history, ints(1)), lambda week: trained)
    assert found.coverage == 0.5
    assert found.asked.purchase.tolist() == [len(rows) - 1]
    # Weeks 10 to 17 sold seven of each half, and by then product 39.
    assert found.groups.tolist() == [15]


PRICED = {
    "price_saving",
    "promotion_depth",
    "price_against_usual",
    "premium_anchor",
    "beta_u",
}
"""What this week's prices reach."""


def test_features_know_nothing_from_the_next_week_on(busy, trained):
    """Point in time: spoil the history from a week on, and every query before it has the same
    features to the bit."""
    week = 30
    start = busy.before_week(week + 1).stop
    whole = _replay(busy, trained)
    rng = np.random.default_rng(9)
    rest = len(busy.week) - start
    for spoiled in (
        {"paid": rng.integers(1, 9_999, size=rest)},
        {"store": busy.store[start:], "quantity": rng.integers(2, 99, size=rest)},
        {"regular": rng.integers(1, 9_999, size=rest)},
    ):
        changed = {
            name: np.concatenate([getattr(busy, name)[:start], values])
            for name, values in spoiled.items()
        }
        other = _replay(replace(busy, **changed), trained)
        _same_until(whole, other, busy, week)


def test_what_the_household_itself_pays_this_week_does_not_reach_its_query(busy, trained):
    whole = _replay(busy, trained)
    for at in range(0, len(whole.asked), 40):
        purchase = int(whole.asked.purchase[at])
        own = (busy.household == busy.household[purchase]) & (busy.week == busy.week[purchase])
        spoiled = replace(
            busy, paid=np.where(own, 1, busy.paid), regular=np.where(own, 9_999, busy.regular)
        )
        assert _one(spoiled, whole, at, trained).tobytes() == _part(whole, at).tobytes()


def test_a_history_that_ends_with_the_querys_week_gives_the_same_features(busy, trained):
    whole = _replay(busy, trained)
    for at in range(0, len(whole.asked), 40):
        kept = slice(0, busy.of_week(int(busy.week[whole.asked.purchase[at]])).stop)
        columns = [f.name for f in fields(History) if f.name not in ("shelf", "shown")]
        ended = History(busy.shelf, **{name: getattr(busy, name)[kept] for name in columns})
        assert _one(ended, whole, at, trained).tobytes() == _part(whole, at).tobytes()


def test_the_same_basket_does_not_reach_a_query_and_others_of_this_week_tell_prices_only(
    busy, trained
):
    whole = _replay(busy, trained)
    rng = np.random.default_rng(3)
    for at in range(0, len(whole.asked), 60):
        purchase = int(whole.asked.purchase[at])
        mine = busy.basket == busy.basket[purchase]
        mine[purchase] = False
        others = (busy.week == busy.week[purchase]) & (busy.household != busy.household[purchase])
        other_product = rng.integers(80, size=len(mine))
        in_basket = replace(busy, product=np.where(mine, other_product, busy.product))
        assert _one(in_basket, whole, at, trained).tobytes() == _part(whole, at).tobytes()
        elsewhere = replace(busy, product=np.where(others, other_product, busy.product))
        found, before = _one(elsewhere, whole, at, trained), _part(whole, at)
        differs = ~((found == before) | (np.isnan(found) & np.isnan(before))).all(axis=0)
        assert {NAMES[column] for column in np.flatnonzero(differs)} <= PRICED


def _part(whole: Replayed, at: int) -> np.ndarray:
    return whole.features[np.repeat(np.arange(len(whole.groups)) == at, whole.groups)]


def _one(history: History, whole: Replayed, at: int, given: Vectors) -> np.ndarray:
    return replay(history, whole.asked.take(np.array([at])), lambda week: given).features


def _same_until(whole: Replayed, other: Replayed, history: History, week: int) -> None:
    early = history.week[whole.asked.purchase] <= week
    assert early.sum() > 50
    again = history.week[other.asked.purchase] <= week
    assert other.asked.purchase[again].tolist() == whole.asked.purchase[early].tolist()
    assert other.take(again).features.tobytes() == whole.take(early).features.tobytes()
