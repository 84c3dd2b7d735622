from __future__ import annotations

import numpy as np

from recommender.ranking import slate
from tests.ranking.shelf import ints


def _order(scores, products, anchors, **options) -> list[int]:
    return slate.order(np.array(scores, float), ints(*products), ints(*anchors), **options).tolist()


def test_the_best_score_comes_first():
    assert _order([1, 3, 2], [10, 20, 30], [1, 1, 1]) == [1, 2, 0]


def test_six_swaps_are_shown():
    assert _order(range(9), range(9), [1] * 9) == [8, 7, 6, 5, 4, 3]


def test_with_two_anchors_one_may_fill_the_slate():
    assert _order([6, 5, 4, 3, 2], range(5), [1, 1, 1, 1, 2]) == [0, 1, 2, 3, 4]


def test_from_three_anchors_on_none_has_more_than_two_swaps():
    assert _order([6, 5, 4, 3, 2, 1], range(6), [1, 1, 1, 2, 3, 3]) == [0, 1, 3, 4, 5]


def test_a_tie_goes_to_the_lower_product_and_then_to_the_lower_anchor():
    assert _order([1, 1, 1], [30, 10, 20], [1, 1, 1]) == [1, 2, 0]
    assert _order([1, 1], [10, 10], [2, 1]) == [1]


def test_a_product_is_shown_once_for_its_better_anchor():
    assert _order([1, 3, 2], [10, 10, 20], [1, 2, 1]) == [1, 2]


def test_the_row_order_does_not_matter():
    rng = np.random.default_rng(0)
    scores, products = rng.integers(0, 3, size=30).astype(float), rng.integers(0, 12, size=30)
    anchors = rng.integers(0, 5, size=30)
    shown = slate.order(scores, products, anchors)
    turn = rng.permutation(30)
    again = turn[slate.order(scores[turn], products[turn], anchors[turn])]
    assert products[again].tolist() == products[shown].tolist()
    assert anchors[again].tolist() == anchors[shown].tolist()


def test_nothing_to_show_is_an_empty_slate():
    assert _order([], [], []) == []


def test_a_size_can_be_asked_for():
    assert _order([3, 2, 1], [1, 2, 3], [1, 1, 1], size=2) == [0, 1]
