from __future__ import annotations

import numpy as np

from recommender.ranking.features import price
from tests.ranking import shelf

SHELF = shelf.snapshot(3)


def test_a_saving_of_150_cents_is_a_dollar_fifty():
    swaps = shelf.swaps([0, 0], [1, 2], [150, -20])
    found = price.price_saving(shelf.query(), swaps, shelf.state(SHELF))
    assert found.tolist() == [1.5, -0.2]


def test_a_swap_that_just_reaches_the_budget_is_within_it_and_a_cent_less_is_not():
    query = shelf.query(total_cents=5_200, budget_cents=5_000)
    swaps = shelf.swaps([0, 0], [1, 2], [200, 199])
    assert price.within_budget_flag(query, swaps, shelf.state(SHELF)).tolist() == [1.0, 0.0]


def test_without_a_budget_nothing_is_within_it_or_over_it():
    swaps = shelf.swaps([0], [1], 200)
    for feature in (price.within_budget_flag, price.budget_pressure):
        found = feature(shelf.query(total_cents=5_200), swaps, shelf.state(SHELF))
        assert np.isnan(found).tolist() == [True]


def test_sixty_dollars_on_a_budget_of_fifty_is_a_pressure_of_a_fifth():
    query = shelf.query(total_cents=6_000, budget_cents=5_000)
    found = price.budget_pressure(query, shelf.swaps([0, 0], [1, 2]), shelf.state(SHELF))
    assert found.tolist() == [0.2, 0.2]


def test_a_cart_below_its_budget_has_no_pressure():
    query = shelf.query(total_cents=4_000, budget_cents=5_000)
    found = price.budget_pressure(query, shelf.swaps([0], [1]), shelf.state(SHELF))
    assert found.tolist() == [0.0]


def test_size_ratio_compares_only_known_amounts_in_the_same_known_unit():
    products = shelf.snapshot(
        5,
        amount_milli=[500_000, 750_000, 750_000, 0, 250_000],
        base_unit=[1, 1, 2, 1, 1],
    )
    found = price.size_ratio(
        shelf.query(), shelf.swaps([0, 0, 0, 3, 0], [1, 2, 3, 0, 4]), shelf.state(products)
    )
    np.testing.assert_array_equal(found, [1.5, np.nan, np.nan, np.nan, 0.5])


def test_amounts_in_an_unknown_unit_are_not_compared():
    products = shelf.snapshot(2, base_unit=0)
    found = price.size_ratio(shelf.query(), shelf.swaps([0], [1]), shelf.state(products))
    assert np.isnan(found).all()


def test_an_anchor_is_premium_from_the_sixtieth_percentile_of_its_type_on():
    products = shelf.snapshot(4, price_percentile=[0.6, 0.5999, np.nan, 0.0])
    found = price.premium_anchor(
        shelf.query(), shelf.swaps([0, 1, 2], [3, 3, 3]), shelf.state(products)
    )
    np.testing.assert_array_equal(found, [1.0, 0.0, np.nan])


def test_a_promotion_is_as_deep_as_the_price_lies_below_the_regular_one():
    products = shelf.snapshot(4, price_cents=[75, 100, 110, 0], regular_cents=[100, 100, 100, 100])
    found = price.promotion_depth(
        shelf.query(), shelf.swaps([0] * 4, [0, 1, 2, 3]), shelf.state(products)
    )
    np.testing.assert_array_equal(found, [0.25, 0.0, 0.0, np.nan])


def test_a_price_is_held_against_what_it_usually_was_and_unknown_ones_say_nothing():
    products = shelf.snapshot(4, price_cents=[100, 80, 0, 50], usual_cents=[100, 160, 90, 0])
    swaps = shelf.swaps([0, 0, 0, 0], [0, 1, 2, 3])
    found = price.price_against_usual(shelf.query(), swaps, shelf.state(products))
    np.testing.assert_array_equal(found, [0.0, np.log(0.5), np.nan, np.nan])


def test_what_is_shown_is_told_as_it_stands():
    products = shelf.snapshot(3, in_leaflet=[1, 0, np.nan], on_display=[np.nan, 1, 0])
    swaps, state = shelf.swaps([0, 0, 0], [0, 1, 2]), shelf.state(products)
    np.testing.assert_array_equal(price.in_leaflet(shelf.query(), swaps, state), [1, 0, np.nan])
    np.testing.assert_array_equal(price.on_display(shelf.query(), swaps, state), [np.nan, 1, 0])
