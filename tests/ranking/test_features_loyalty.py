from __future__ import annotations

import numpy as np

from recommender.ranking.bought import Bought
from recommender.ranking.features import loyalty
from recommender.ranking.query import State
from tests.ranking import shelf

SHELF = shelf.snapshot(5, type_id=[1, 1, 1, 1, 2], brand_id=[7, 7, 8, 9, 7])
SWAPS = shelf.swaps([0, 0, 0, 0, 0], [0, 1, 2, 3, 4])
NOW = shelf.MONDAY_EVENING.timestamp()
QUARTER = 91 * shelf.DAY
HISTORY = {
    10: Bought(2, NOW - QUARTER, 2.0),
    20: Bought(1, NOW, 0.5),
    50: Bought(3, NOW - 2 * QUARTER, 4.0),
    999: Bought(9, NOW, 9.0),
}
"""Two of the first, one of the second, three of the other type, nine that the shelf lacks; as of
now these count 1, ½, 1 and 9."""


def _state(bought: dict[int, Bought] | None = None) -> State:
    return shelf.state(SHELF, bought=HISTORY if bought is None else bought)


def _found(feature, **fields) -> list[float]:
    return feature(shelf.query(), SWAPS, _state(**fields)).tolist()


def test_the_share_is_that_among_the_type_and_half_a_purchase_more():
    assert _found(loyalty.bought_share) == [2 / 3.5, 1 / 3.5, 0, 0, 3 / 3.5]


def test_late_purchases_count_half_after_a_quarter():
    assert _found(loyalty.bought_lately_share) == [1 / 2, 0.5 / 2, 0, 0, 1 / 1.5]


def test_a_brand_bought_in_another_type_says_nothing_of_this_one():
    assert _found(loyalty.brand_share) == [1.5 / 2, 1.5 / 2, 0, 0, 1 / 1.5]


def test_the_rank_counts_the_products_of_the_type_bought_since():
    bought = {
        10: Bought(1, NOW - 9, 1.0),
        20: Bought(1, NOW - 1, 1.0),
        # Of one basket with the first: both have one product after them.
        40: Bought(1, NOW - 9, 1.0),
        30: Bought(1, NOW - 99, 1.0),
        50: Bought(1, NOW - 999, 1.0),
    }
    assert _found(loyalty.bought_rank, bought=bought) == [1, 0, 3, 1, 0]
    del bought[30]
    found = loyalty.bought_rank(shelf.query(), SWAPS, _state(bought))
    np.testing.assert_array_equal(found, [1, 0, np.nan, 1, 0])


def test_who_bought_nothing_has_no_share_of_anything_and_no_order():
    for feature in (loyalty.bought_share, loyalty.bought_lately_share, loyalty.brand_share):
        assert _found(feature, bought={}) == [0.0] * 5
    assert np.isnan(_found(loyalty.bought_rank, bought={})).all()
