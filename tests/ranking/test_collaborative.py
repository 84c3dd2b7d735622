from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking.collaborative import fit_bpr
from recommender.ranking.features.build import build
from recommender.ranking.features.schema import column
from recommender.ranking.statistics import Purchases, Statistics, fit_statistics
from recommender.ranking.vectors import make_vectors
from tests.ranking import shelf
from tests.ranking.shelf import ints

CATS, DOGS = (10, 20, 30), (40, 50, 60)


def _two_kinds_of_household() -> tuple[np.ndarray, np.ndarray]:
    """Households 1–20 buy two of three cat foods each, 21–40 two of three dog foods."""
    shoppers, products = [], []
    for household in range(1, 41):
        foods = CATS if household <= 20 else DOGS
        for at in (0, 1):
            shoppers.append(household)
            products.append(foods[(household + at) % 3])
    return ints(*shoppers), ints(*products)


def _uncounted(products: int) -> Statistics:
    nothing = Purchases(ints(), ints(), ints(), np.empty(0))
    return fit_statistics(np.zeros(products, dtype=np.int64), nothing, now=0.0)


SMALL = {"factors": 8, "iterations": 200, "learning_rate": 0.1}


def test_a_household_scores_the_food_it_never_bought_of_its_own_kind_above_the_others():
    found = fit_bpr(*_two_kinds_of_household(), **SMALL)
    scores = found.shoppers @ found.items.T
    assert found.shopper_id.tolist() == list(range(1, 41))
    assert found.product_id.tolist() == [*CATS, *DOGS]
    assert (scores[:20, :3].min(axis=1) > scores[:20, 3:].max(axis=1)).all()
    assert (scores[20:, 3:].min(axis=1) > scores[20:, :3].max(axis=1)).all()


def test_the_last_column_is_the_item_bias_and_a_one_for_every_shopper():
    found = fit_bpr(*_two_kinds_of_household(), **SMALL)
    assert found.items.shape == (6, 9)
    assert (found.shoppers[:, -1] == 1.0).all()


def test_the_same_purchases_give_the_same_bits():
    first, second = (fit_bpr(*_two_kinds_of_household(), **SMALL) for _ in range(2))
    assert first.items.tobytes() == second.items.tobytes()
    assert first.shoppers.tobytes() == second.shoppers.tobytes()


def test_repeated_purchases_count_once():
    shoppers, products = _two_kinds_of_household()
    once = fit_bpr(shoppers, products, **SMALL)
    twice = fit_bpr(np.tile(shoppers, 2), np.tile(products, 2), **SMALL)
    assert once.items.tobytes() == twice.items.tobytes()


def test_no_purchase_gives_no_factors_and_no_affinity():
    nothing = fit_bpr(ints(), ints(), factors=4)
    assert nothing.items.shape == nothing.shoppers.shape == (0, 5)
    products = shelf.snapshot(2)
    given = make_vectors(products.product_id, np.ones((2, 3), np.float32), nothing, _uncounted(2))
    row = build(shelf.query(), shelf.swaps([0], [1]), shelf.state(products, given=given))[0]
    assert np.isnan(row[column("cf_bpr_score")])


def test_vectors_leave_products_without_purchases_undefined_and_drop_strangers():
    factors = fit_bpr(ints(1, 1, 2), ints(10, 99, 30), factors=2, iterations=1)
    given = make_vectors(ints(10, 20, 30), np.ones((3, 2), np.float32), factors, _uncounted(3))
    assert np.isnan(given.item_factors).all(axis=1).tolist() == [False, True, False]
    np.testing.assert_array_equal(given.item_factors[[0, 2]], factors.items[[0, 1]])
    assert len(given.tag) == 64


def test_factors_of_a_catalogue_that_is_empty_by_now_are_dropped():
    factors = fit_bpr(ints(1, 2), ints(10, 20), factors=2, iterations=1)
    given = make_vectors(ints(), np.ones((0, 2), np.float32), factors, _uncounted(0))
    assert given.item_factors.shape == (0, 3)


def test_products_out_of_order_are_refused():
    factors = fit_bpr(ints(), ints())
    with pytest.raises(ValueError, match="sorted and without repeats"):
        make_vectors(ints(20, 10), np.ones((2, 2), np.float32), factors, _uncounted(2))
