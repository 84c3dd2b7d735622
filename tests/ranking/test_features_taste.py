from __future__ import annotations

from math import exp, sqrt

import numpy as np
import pytest

from recommender.ranking.features import taste
from tests.ranking import shelf

FOUR = shelf.snapshot(4)
SWAPS = shelf.swaps([0, 0, 0, 0], [0, 1, 2, 3])


def _cf(given, *, asked=SWAPS, query=None, products=FOUR, **known) -> list[float]:
    state = shelf.state(products, given=given, **known)
    return taste.cf_bpr_score(query or shelf.query(), asked, state).tolist()


def test_affinity_is_the_middle_rank_among_the_whole_type():
    # The shopper's (2, 1) gives 2 x factor + bias: 3, 1, 3 and 0.
    given = shelf.vectors(
        FOUR,
        item_factors=[[1, 1], [0, 1], [1.5, 0], [0, 0]],
        shopper_id=[7],
        shopper_factors=[[2, 1]],
    )
    # 0 is below none and equal to one: 0.5 / 4; the two 3s share (2 + 4) / 2 / 4.
    assert _cf(given, shopper_id=7) == [0.75, 0.375, 0.75, 0.125]


def test_a_candidate_is_compared_with_its_own_type_only():
    products = shelf.snapshot(4, type_id=[1, 1, 2, 2])
    given = shelf.vectors(products, item_factors=[[0, 9], [0, 8], [0, 1], [0, 0]])
    assert _cf(given, products=products) == [0.75, 0.25, 0.75, 0.25]


def test_an_anonymous_shopper_is_the_mean_of_cart_and_session_items():
    # Cart item 10 and session item 20 have the factors 3 and -1: mean 1, so affinity is the factor.
    given = shelf.vectors(FOUR, item_factors=[[3, 0], [-1, 0], [2, 0], [0, 0]])
    found = _cf(given, query=shelf.query(cart=(10,)), session_products=(20, 10))
    assert found == [0.875, 0.125, 0.625, 0.375]
    # With the cart item taken away the mean is -1 and the order turns round.
    assert _cf(given, session_products=(20,)) == [0.125, 0.875, 0.375, 0.625]


def test_the_bias_of_the_mean_counts_once_and_is_not_averaged():
    # Mean factor 1; were the bias averaged to 10, it would decide: 1 + 10 x 10 against 3 + 0.
    given = shelf.vectors(FOUR, item_factors=[[1, 10], [3, 0], [0, 1], [0, 0]])
    found = _cf(given, session_products=(10,))
    assert found == [0.875, 0.625, 0.375, 0.125]


def test_with_nothing_known_the_item_bias_decides_alone():
    given = shelf.vectors(FOUR, item_factors=[[9, 0.1], [0, 0.4], [-9, 0.3], [0, 0.2]])
    assert _cf(given) == [0.125, 0.875, 0.625, 0.375]
    # A member without trained factors and a cart of products that nobody had bought know as much.
    assert _cf(given, shopper_id=99, session_products=(77,)) == [0.125, 0.875, 0.625, 0.375]


def test_a_product_that_nobody_had_bought_has_no_affinity_and_is_no_rival():
    given = shelf.vectors(FOUR, item_factors=[[0, 2], [np.nan, np.nan], [0, 1], [0, 0]])
    np.testing.assert_allclose(_cf(given), [5 / 6, np.nan, 3 / 6, 1 / 6])


def test_a_type_that_nobody_had_bought_from_has_no_affinity():
    assert np.isnan(_cf(shelf.vectors(FOUR))).all()


def _recency(last: dict[int, float]) -> list[float]:
    state = shelf.state(FOUR, last_touched=last)
    return taste.recency(shelf.query(), SWAPS, state).tolist()


def test_thirty_days_ago_counts_one_over_e():
    now = shelf.MONDAY_EVENING.timestamp()
    found = _recency({10: now - 30 * shelf.DAY, 20: now, 30: now - 60 * shelf.DAY})
    assert found[:3] == [exp(-1), 1.0, exp(-2)]
    assert np.isnan(found[3])


def test_who_never_bought_anything_has_no_recency():
    assert np.isnan(_recency({})).all()


def test_a_clock_that_ran_ahead_counts_as_now():
    assert _recency({10: shelf.MONDAY_EVENING.timestamp() + 60.0})[0] == 1.0


def test_distance_is_one_minus_the_cosine_to_the_mean_of_purchases_and_cart():
    given = shelf.vectors(FOUR, text=[[1, 0], [0, 1], [0.6, 0.8], [-1, 0]])
    # Purchase (1, 0) and cart (0, 1): the centre points to (1, 1) / sqrt 2.
    state = shelf.state(FOUR, given=given, centre_products=(10,))
    found = taste.distance_to_semantic_center(shelf.query(cart=(20,)), SWAPS, state)
    half = 1 / sqrt(2)
    np.testing.assert_allclose(found, [1 - half, 1 - half, 1 - 1.4 * half, 1 + half], atol=1e-7)


def test_only_the_fifty_newest_purchases_make_the_centre():
    products = shelf.snapshot(2)
    given = shelf.vectors(products, text=[[1, 0], [0, 1]])
    state = shelf.state(products, given=given, centre_products=(10,) * 50 + (20,) * 50)
    found = taste.distance_to_semantic_center(shelf.query(), shelf.swaps([0], [0]), state)
    assert found.tolist() == [0.0]


@pytest.mark.parametrize("centre", [(), (99,), (10, 40)])
def test_without_a_centre_there_is_no_distance(centre):
    # Nothing bought; a product that left the catalogue; two purchases that cancel each other out.
    given = shelf.vectors(FOUR, text=[[1, 0], [0, 1], [0.6, 0.8], [-1, 0]])
    state = shelf.state(FOUR, given=given, centre_products=centre)
    assert np.isnan(taste.distance_to_semantic_center(shelf.query(), SWAPS, state)).all()


def test_price_sensitivity_and_intent_are_the_shoppers():
    state = shelf.state(FOUR, beta_u=0.8, intent=0.3)
    assert taste.beta_u(shelf.query(), SWAPS, state).tolist() == [0.8] * 4
    assert taste.intent_keep_quality_ema(shelf.query(), SWAPS, state).tolist() == [0.3] * 4
