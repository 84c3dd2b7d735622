from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking import standing
from tests.ranking import shelf
from tests.ranking.shelf import ints


def test_a_sale_four_weeks_ago_counts_half_and_every_product_starts_with_one():
    found = standing.popularity(
        ints(1, 1, 2),
        sold_row=ints(0, 0, 1),
        sold_quantity=np.array([2.0, 4.0, 1.0]),
        days_ago=np.array([0.0, 28.0, 0.0]),
    )
    # Product 0 has 2 + 4/2 = 4 units, product 1 one: (4 + 1) / (5 + 2) and (1 + 1) / (5 + 2).
    assert found.tolist() == [5 / 7, 2 / 7, 1.0]


def test_without_any_sale_the_products_of_a_type_share_equally():
    found = standing.popularity(
        ints(5, 5, 5, 6), sold_row=ints(), sold_quantity=np.empty(0), days_ago=np.empty(0)
    )
    assert found.tolist() == [1 / 3, 1 / 3, 1 / 3, 1.0]


def test_a_sale_from_the_future_counts_as_one_of_today():
    found = standing.popularity(
        ints(1, 1), sold_row=ints(0), sold_quantity=np.array([1.0]), days_ago=np.array([-28.0])
    )
    assert found.tolist() == [2 / 3, 1 / 3]


def test_the_percentile_is_the_middle_rank_within_the_type_and_nan_takes_no_part():
    found = standing.percentile_within_type(
        ints(1, 1, 2, 1, 1, 2), np.array([3.0, 1.0, 9.0, 3.0, np.nan, np.nan])
    )
    # Type 1 knows 1, 3, 3: (0 + 1) / 6 and twice (1 + 3) / 6. Type 2 knows one value: the middle.
    np.testing.assert_array_equal(found, [4 / 6, 1 / 6, 0.5, 4 / 6, np.nan, np.nan])


def test_no_known_value_gives_no_percentile():
    assert np.isnan(standing.percentile_within_type(ints(1, 1), np.full(2, np.nan))).all()


def test_unit_price_is_cents_per_base_unit_and_unknown_without_an_amount():
    found = standing.unit_price(ints(250, 250), ints(500_000, 0))
    np.testing.assert_array_equal(found, [0.5, np.nan])


def test_a_catalogue_without_products_has_no_types():
    assert shelf.snapshot(0).rows_by_type == {}


@pytest.mark.parametrize(("wanted", "rows"), [((10, 30), [0, 2]), ((5, 99, 20), [-1, -1, 1])])
def test_a_product_that_the_snapshot_does_not_hold_has_the_row_minus_one(wanted, rows):
    assert shelf.snapshot(3).rows_of(ints(*wanted)).tolist() == rows
