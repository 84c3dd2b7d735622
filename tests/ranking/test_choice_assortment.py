from __future__ import annotations

from dataclasses import replace

import numpy as np

from recommender.ranking.choices.assortment import CANDIDATES, Assortment
from recommender.ranking.choices.history import History, Shown
from tests.ranking import choice_history, shelf
from tests.ranking.shelf import ints


def _prices(history: History, week: int, household: int) -> list[int]:
    store = Assortment(history)
    store.enter(week, as_of=shelf.MONDAY_EVENING)
    return store.snapshot(1, household, 0).price_cents[:3].tolist()


def test_shelf_prices_are_the_mean_of_earlier_weeks_and_carried_forward():
    history = choice_history.history(
        (1, 1, 0, 1), (2, 2, 0, 1), (1, 3, 1, 1), (1, 4, 0, 4), paid=ints(100, 103, 50, 999)
    )
    # The mean 101.5 is rounded to even.
    assert _prices(history, 2, 1) == [102, 50, 0]
    # What the household itself paid in week 4 is not known to it before week 5.
    assert _prices(history, 4, 1) == [102, 50, 0]
    assert _prices(history, 5, 1) == [999, 50, 0]


def test_the_weeks_price_is_what_others_paid_in_the_store_and_else_in_the_chain():
    history = choice_history.history(
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
    history = choice_history.history(
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
    history = replace(choice_history.history((1, 1, 0, 2), (1, 2, 0, 3)), shown={3: shown})
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
    history = choice_history.history(*rows, products=200, store=ints(*stores))
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
