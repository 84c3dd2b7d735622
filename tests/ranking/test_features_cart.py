from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking.features import cart
from tests.ranking import shelf

SWAPS = shelf.swaps([0, 0], [0, 1])
PRICED = shelf.snapshot(4, price_percentile=[0.125, 0.375, np.nan, 0.875])
SOLD = shelf.snapshot(4, popularity=[0.4, 0.3, 0.2, 0.1])
LIKED = {"shopper_id": [7], "shopper_factors": [[2, 1]]}
"""2 x factor + bias."""


def _level(*products: int) -> list[float]:
    return cart.cart_price_level(shelf.query(cart=products), SWAPS, shelf.state(PRICED)).tolist()


def _affinity(*products: int, factors, shelf_of=SOLD, **known) -> float:
    given = shelf.vectors(shelf_of, item_factors=factors, **LIKED)
    state = shelf.state(shelf_of, given=given, **known)
    found = cart.cart_affinity(shelf.query(cart=products), SWAPS, state).tolist()
    assert found[0] == found[1] or np.isnan(found).all()
    return float(found[0])


def test_a_dear_line_lifts_the_level_and_a_cheap_one_takes_it_back():
    # 1/2 + (.875 - .5) / (1 + 8), for every swap of the slate.
    assert _level(40) == pytest.approx([0.5 + 0.375 / 9] * 2)
    assert _level(40, 10) == [0.5, 0.5]
    # 1/2 + (.375 - .125) / (2 + 8)
    assert _level(40, 20) == pytest.approx([0.525] * 2)


def test_a_line_whose_unit_price_nobody_knows_says_nothing():
    assert _level(40, 30, 999) == _level(40)


def test_a_cart_of_which_nothing_is_known_lies_in_the_middle():
    assert _level(30) == [0.5, 0.5]
    never = np.full((4, 2), np.nan)
    assert _affinity(10, factors=never, shopper_id=7) == 0.5


def test_an_empty_cart_has_no_level_and_no_affinity():
    assert np.isnan(_level()).all()
    # Nor has one of products that the catalogue no longer holds.
    assert np.isnan(_level(999)).all()
    assert np.isnan(_affinity(factors=np.ones((4, 2)), shopper_id=7))


def test_affinity_is_the_share_of_the_sales_that_went_to_what_is_liked_less():
    # The shopper gives 3, 1, 3 and 0. Below the first lie sales of .3 + .1, beside it .4 + .2.
    factors = [[1, 1], [0, 1], [1.5, 0], [0, 0]]
    assert _affinity(10, factors=factors, shopper_id=7) == pytest.approx(0.5 + (0.7 - 0.5) / 9)
    # Below the second .1, beside it its own .3: .25. The mean deviation is (.2 - .25) / (2 + 8).
    both = _affinity(10, 20, factors=factors, shopper_id=7)
    assert both == pytest.approx(0.5 - 0.05 / 10)


def test_a_stranger_is_known_by_how_popular_the_cart_is():
    factors = [[9, 0], [0, 0], [0, 0], [0, 9]]
    # Less popular than the first are .3 + .2 + .1, half of its own .4 comes on top.
    assert _affinity(10, factors=factors) == pytest.approx(0.5 + (0.8 - 0.5) / 9)
    assert _affinity(40, factors=factors, shopper_id=99) == pytest.approx(0.5 + (0.05 - 0.5) / 9)


def test_a_product_that_nobody_had_bought_is_neither_line_nor_rival():
    factors = [[1, 0], [np.nan, np.nan], [0, 0], [2, 0]]
    # Known sales: .4, .2 and .1. Below the first lie .2, beside it .4: (.2 + .2) / .7.
    expected = 0.5 + (0.4 / 0.7 - 0.5) / 9
    assert _affinity(10, factors=factors, shopper_id=7) == pytest.approx(expected)
    assert _affinity(10, 20, factors=factors, shopper_id=7) == pytest.approx(expected)
    assert _affinity(20, factors=factors, shopper_id=7) == 0.5


def test_a_line_is_compared_with_its_own_type_only():
    two = shelf.snapshot(4, type_id=[1, 1, 2, 2], popularity=[0.6, 0.4, 0.9, 0.1])
    factors = [[1, 0], [0, 0], [5, 0], [9, 0]]
    # First of its type: .4 + .3; the worse of its own: half of .9.
    found = _affinity(10, 30, factors=factors, shelf_of=two, shopper_id=7)
    assert found == pytest.approx(0.5 + (0.2 - 0.05) / 10)
