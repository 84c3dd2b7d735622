from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from recommender.ranking.choices import questions as asking
from recommender.ranking.choices.assortment import CANDIDATES, Assortment
from recommender.ranking.choices.history import History, Shown
from recommender.ranking.choices.replay import Replayed, replay
from recommender.ranking.features.schema import NAMES, column
from recommender.ranking.query import Vectors
from tests.ranking import shelf
from tests.ranking.shelf import ints

WEEK = 7 * shelf.DAY


def _history(*rows: tuple[int, int, int, int], products: int = 12, **columns: Any) -> History:
    """Purchases (household, basket, product row, week), each a second after the one before."""
    household, basket, product, week = (ints(*column) for column in zip(*rows, strict=True))
    given = {
        "store": np.ones(len(rows), dtype=np.int64),
        "quantity": np.ones(len(rows), dtype=np.int64),
        "paid": 100 + 10 * product,
        "regular": 120 + 10 * product,
    }
    return History(
        shelf.snapshot(products, type_id=np.arange(products) // 6),
        household=household,
        basket=basket,
        product=product,
        week=week,
        time=week * WEEK + np.arange(len(rows)),
        **(given | columns),
    )


def _asked(history: History, *households: int) -> list[tuple[int, int, bool]]:
    found = asking.find(history, ints(*households))
    return list(
        zip(found.purchase.tolist(), found.anchor.tolist(), found.novel.tolist(), strict=True)
    )


def test_the_anchor_is_the_product_of_the_type_that_was_bought_last_before():
    history = _history((1, 1, 0, 10), (1, 2, 1, 12), (1, 2, 7, 12), (1, 3, 2, 17), (1, 4, 2, 18))
    assert _asked(history, 1) == [(3, 1, True), (4, 2, False)]


def test_two_products_of_a_type_in_a_basket_choose_neither_and_the_last_becomes_the_anchor():
    history = _history((1, 1, 0, 10), (1, 2, 1, 17), (1, 2, 2, 17), (1, 3, 1, 18))
    # The third basket chooses product 1, which the household knows from the second.
    assert _asked(history, 1) == [(3, 2, False)]


def test_the_same_product_twice_in_a_basket_is_one_choice():
    history = _history((1, 1, 0, 10), (1, 2, 1, 17), (1, 2, 1, 17))
    assert _asked(history, 1) == [(1, 0, True)]


def test_a_first_purchase_of_a_type_and_the_weeks_before_17_are_not_asked():
    history = _history((1, 1, 0, 10), (1, 2, 1, 16), (1, 3, 8, 20))
    assert _asked(history, 1) == []


def test_other_households_purchases_are_no_anchor_and_no_question():
    history = _history((2, 1, 0, 10), (1, 2, 1, 17), (2, 3, 1, 17))
    assert _asked(history, 1) == []
    assert _asked(history, 2) == [(2, 0, True)]


def test_draws_keep_at_most_so_many_per_household_and_split():
    rows = [(who, 100 * who + week, week % 6, week) for week in range(10, 54) for who in (1, 2)]
    history = _history(*rows)
    found = asking.find(history, ints(1, 2))
    most = {"train": 5, "validation": 2, "test": 1}
    drawn = asking.draw(found, history, most=most, rng=np.random.default_rng(0))
    assert (np.diff(drawn.purchase) > 0).all()
    split = asking.split_of(history.week[drawn.purchase])
    for who in (1, 2):
        mine = split[history.household[drawn.purchase] == who].tolist()
        assert {name: mine.count(name) for name in most} == most


def test_weeks_17_to_41_train_42_to_47_tune_and_48_on_test():
    found = asking.split_of(ints(17, 41, 42, 47, 48, 53)).tolist()
    assert found == ["train"] * 2 + ["validation"] * 2 + ["test"] * 2


def test_purchases_out_of_order_are_refused():
    with pytest.raises(ValueError, match="not sorted by time"):
        _history((1, 1, 0, 12), (1, 2, 0, 10))


def _prices(history: History, week: int, household: int) -> list[int]:
    store = Assortment(history)
    store.enter(week, as_of=shelf.MONDAY_EVENING)
    return store.snapshot(1, household, 0).price_cents[:3].tolist()


def test_shelf_prices_are_the_mean_of_earlier_weeks_and_carried_forward():
    history = _history(
        (1, 1, 0, 1), (2, 2, 0, 1), (1, 3, 1, 1), (1, 4, 0, 4), paid=ints(100, 103, 50, 999)
    )
    # The mean 101.5 is rounded to even.
    assert _prices(history, 2, 1) == [102, 50, 0]
    # What the household itself paid in week 4 is not known to it before week 5.
    assert _prices(history, 4, 1) == [102, 50, 0]
    assert _prices(history, 5, 1) == [999, 50, 0]


def test_the_weeks_price_is_what_others_paid_in_the_store_and_else_in_the_chain():
    history = _history(
        (1, 1, 0, 1), (2, 6, 2, 1), (1, 2, 0, 3), (2, 3, 0, 3), (3, 4, 0, 3), (3, 5, 1, 3),
        (1, 7, 5, 9),
        paid=ints(100, 70, 10, 60, 90, 40, 1),
        store=ints(1, 1, 1, 1, 2, 2, 1),
    )  # fmt: skip
    # Product 0: 60 by the other household in store 1. Product 1: only store 2 sold it. 2: carried.
    assert _prices(history, 3, 1) == [60, 40, 70]
    # To the second household the first one's 10 is the price.
    assert _prices(history, 3, 2) == [10, 40, 70]


def test_the_usual_price_is_the_median_of_the_earlier_weeks_with_a_sale():
    history = _history(
        *[(9, week, 0, week) for week in (1, 2, 3, 5)], (9, 99, 5, 9), paid=ints(90, 10, 80, 70, 1)
    )
    store = Assortment(history)
    usual = []
    for week in (1, 2, 3, 4, 5, 6):
        store.enter(week, as_of=shelf.MONDAY_EVENING)
        usual.append(int(store.snapshot(1, 1, 0).usual_cents[0]))
    assert usual == [0, 90, 50, 80, 80, 75]


def test_what_is_shown_is_told_by_store_and_week_and_unknown_where_it_is_not():
    shown = Shown(ints(1, 2), ints(12, 13, 24), np.array([1, 0, 1]) > 0, np.array([0, 1, 1]) > 0)
    history = replace(_history((1, 1, 0, 2), (1, 2, 0, 3)), shown={3: shown})
    store = Assortment(history)
    store.enter(2, as_of=shelf.MONDAY_EVENING)
    assert np.isnan(store.snapshot(1, 1, 0).in_leaflet).all()
    store.enter(3, as_of=shelf.MONDAY_EVENING)
    found = store.snapshot(1, 1, 0)
    assert found.in_leaflet[:6].tolist() == [1, 0, 0, 0, 0, 0]
    assert found.on_display[:6].tolist() == [0, 1, 0, 0, 0, 0]
    # Of another type nothing is asked, and the third store tells nothing.
    assert np.isnan(found.in_leaflet[6:]).all()
    assert np.isnan(store.snapshot(3, 1, 0).on_display).all()


def _seller(*per_store: tuple[int, int]) -> History:
    """``per_store`` (store, products) sells its first products once each in week 3, and the history
    ends in week 13."""
    rows, stores = [], []
    for store, count in per_store:
        for product in range(count):
            rows.append((9, store, product, 3))
            stores.append(store)
    rows.append((9, 99, 199, 13))
    stores.append(99)
    history = _history(*rows, products=200, store=ints(*stores))
    return replace(history, shelf=shelf.snapshot(200))


def test_candidates_are_what_the_store_sold_and_with_too_little_what_the_chain_sold():
    store = Assortment(_seller((1, 8), (2, 7), (3, 12)))
    # What is sold in this very week is not yet known, of the store or of the chain.
    store.enter(3, as_of=shelf.MONDAY_EVENING)
    assert store.candidates(1, 1).tolist() == store.candidates(2, 1).tolist() == []
    store.enter(4, as_of=shelf.MONDAY_EVENING)
    assert store.candidates(1, 1).tolist() == list(range(8))
    assert store.candidates(2, 1).tolist() == list(range(12))
    store.enter(11, as_of=shelf.MONDAY_EVENING)
    assert len(store.candidates(1, 1)) == 8
    # Nine weeks later the sales of week 3 have left the trailing eight.
    store.enter(12, as_of=shelf.MONDAY_EVENING)
    assert store.candidates(1, 1).tolist() == []


def test_no_more_than_sixty_candidates_are_taken():
    store = Assortment(_seller((1, 150)))
    store.enter(4, as_of=shelf.MONDAY_EVENING)
    assert store.candidates(1, 1).tolist() == list(range(CANDIDATES))


@pytest.fixture(scope="module")
def busy() -> History:
    """30 households, 53 weeks, two types of 40 products, baskets of three."""
    rng = np.random.default_rng(5)
    rows = [
        (who, 100 * week + who, int(product), week)
        for week in range(1, 54)
        for who in rng.permutation(30)[:12].tolist()
        for product in rng.choice(80, size=3, replace=False)
    ]
    history = _history(
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
    history = _history(*rows, products=80)
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
    "price_level",
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
