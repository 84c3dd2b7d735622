from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from recommender.ranking.choices import questions as asking
from recommender.ranking.choices.assortment import CANDIDATES, Assortment
from recommender.ranking.choices.history import History
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


def test_shelf_prices_are_the_mean_of_earlier_weeks_and_carried_forward():
    history = _history(
        (1, 1, 0, 1), (2, 2, 0, 1), (1, 3, 1, 1), (1, 4, 0, 4), paid=ints(100, 103, 50, 999)
    )
    store = Assortment(history)
    prices = []
    for week in (2, 4, 5):
        store.enter(week, as_of=shelf.MONDAY_EVENING)
        prices.append(store.snapshot(1).price_cents[:3].tolist())
    # The mean 101.5 is rounded to even; week 4's own price shows from week 5 on.
    assert prices == [[102, 50, 0], [102, 50, 0], [999, 50, 0]]


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


def test_features_know_nothing_from_the_querys_week_on(busy, trained):
    """Point in time: cut the history off at a week, or spoil all of it from there on, and every
    query at the beginning of that week has the same features to the bit."""
    week = 30
    start = busy.before_week(week).stop
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


def test_a_history_that_ends_with_the_query_gives_the_same_features(busy, trained):
    whole = _replay(busy, trained)
    for at in range(0, len(whole.asked), 40):
        purchase = int(whole.asked.purchase[at])
        # The bought product itself stays, as the row that is asked about.
        kept = slice(0, purchase + 1)
        ended = History(
            busy.shelf,
            **{f.name: getattr(busy, f.name)[kept] for f in fields(History) if f.name != "shelf"},
        )
        one = np.array([at])
        other = replay(ended, whole.asked.take(one), lambda week: trained)
        mine = np.repeat(np.arange(len(whole.groups)) == at, whole.groups)
        assert other.features.tobytes() == whole.features[mine].tobytes()
        assert other.units.tobytes() == whole.units[mine].tobytes()


def test_the_same_basket_and_what_others_bought_in_this_week_do_not_reach_a_query(busy, trained):
    whole = _replay(busy, trained)
    rng = np.random.default_rng(3)
    for at in range(0, len(whole.asked), 60):
        purchase = int(whole.asked.purchase[at])
        week = int(busy.week[purchase])
        # From the query's moment on, and before it what others bought in this very week, changes.
        late = (np.arange(len(busy.week)) > purchase) | (
            (busy.week == week) & (busy.household != busy.household[purchase])
        )
        late |= busy.basket == busy.basket[purchase]
        late[purchase] = False
        product = np.where(late, rng.integers(80, size=len(late)), busy.product)
        other = replay(
            replace(busy, product=product), whole.asked.take(np.array([at])), lambda week: trained
        )
        mine = np.repeat(np.arange(len(whole.groups)) == at, whole.groups)
        assert other.features.tobytes() == whole.features[mine].tobytes()


def _same_until(whole: Replayed, other: Replayed, history: History, week: int) -> None:
    early = history.week[whole.asked.purchase] <= week
    assert early.sum() > 50
    again = history.week[other.asked.purchase] <= week
    assert other.asked.purchase[again].tolist() == whole.asked.purchase[early].tolist()
    assert other.take(again).features.tobytes() == whole.take(early).features.tobytes()
