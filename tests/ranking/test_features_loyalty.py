from __future__ import annotations

import numpy as np

from recommender.ranking.features import loyalty
from recommender.ranking.query import State
from tests.ranking import shelf

SHELF = shelf.snapshot(
    5,
    type_id=[1, 1, 1, 1, 2],
    brand_id=[7, 7, 8, 9, 7],
    amount_milli=[500, 1000, 500, 0, 500],
    base_unit=[1, 1, 2, 0, 1],
)
SWAPS = shelf.swaps([0, 0, 0, 0, 0], [0, 1, 2, 3, 4])
HISTORY = (10, 10, 20, 50, 50, 50, 999)
"""Two of the first, one of the second, three of the other type, one that is not on the shelf."""


def _state(*purchases: int) -> State:
    return shelf.state(SHELF, purchases=purchases)


def test_purchases_are_counted_with_their_repeats_on_a_logarithmic_scale():
    found = loyalty.bought_times(shelf.query(), SWAPS, _state(*HISTORY))
    np.testing.assert_array_equal(found, np.log1p([2, 1, 0, 0, 3]))


def test_the_share_is_that_among_the_type_and_one_purchase_more():
    found = loyalty.bought_share(shelf.query(), SWAPS, _state(*HISTORY))
    np.testing.assert_array_equal(found, [2 / 4, 1 / 4, 0, 0, 3 / 4])


def test_a_brand_bought_in_another_type_says_nothing_of_this_one():
    found = loyalty.brand_share(shelf.query(), SWAPS, _state(*HISTORY))
    np.testing.assert_array_equal(found, [3 / 4, 3 / 4, 0, 0, 3 / 4])


def test_a_size_counts_in_its_unit_and_only_where_it_is_known():
    found = loyalty.size_share(shelf.query(), SWAPS, _state(*HISTORY))
    np.testing.assert_array_equal(found, [2 / 4, 1 / 4, 0, np.nan, 3 / 4])


def test_who_bought_nothing_has_no_share_of_anything():
    for feature in (loyalty.bought_times, loyalty.bought_share, loyalty.brand_share):
        assert feature(shelf.query(), SWAPS, _state()).tolist() == [0.0] * 5
