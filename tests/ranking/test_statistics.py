from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking import statistics
from recommender.ranking.statistics import Purchases, Statistics, fit_statistics
from tests.ranking.shelf import DAY, ints

TYPES = ints(1, 1, 1, 2, 2)


def _fitted(*rows: tuple[int, int, int, float], now: float = 0.0, types=TYPES) -> Statistics:
    """Purchases (shopper, visit, product, days before now)."""
    shopper, visit, product = (ints(*(row[at] for row in rows)) for at in range(3))
    time = np.array([now - row[3] * DAY for row in rows])
    return fit_statistics(types, Purchases(shopper, visit, product, time), now=now)


def _cell(fitted: Statistics, flat: np.ndarray, first: int, second: int) -> float:
    assert fitted.block[first] == fitted.block[second]
    width = fitted.width[first]
    return float(flat[fitted.block[first] + fitted.place[first] * width + fitted.place[second]])


def test_a_transition_leads_from_the_visit_before_of_the_type_and_counts_half_after_a_quarter():
    fitted = _fitted((1, 1, 0, 99), (1, 2, 3, 98), (1, 3, 1, 91), (1, 4, 0, 0), (2, 5, 1, 0))
    assert _cell(fitted, fitted.next_weight, 0, 1) == 0.5
    assert _cell(fitted, fitted.next_weight, 1, 0) == 1.0
    assert _cell(fitted, fitted.next_weight, 0, 0) == 0.0
    # The other type's visit between them is none of this type, and one visit leads nowhere.
    assert fitted.next_total.tolist() == [0.5, 1.0, 0.0, 0.0, 0.0]


def test_of_two_products_of_a_visit_the_later_leads_on_and_both_are_led_to():
    fitted = _fitted((1, 1, 0, 3), (1, 2, 1, 2), (1, 2, 2, 2), (1, 3, 0, 0))
    half = [_cell(fitted, fitted.next_weight, *pair) for pair in ((0, 1), (0, 2), (2, 0), (1, 0))]
    expected = 0.5 ** (2 / 91)
    assert half == pytest.approx([expected, expected, 1.0, 0.0])


def test_likeness_is_the_cosine_over_buyers_shrunk_by_ten_on_either_side():
    fitted = _fitted((1, 1, 0, 9), (1, 2, 1, 8), (2, 3, 0, 7), (2, 4, 1, 6), (3, 5, 1, 5))
    alike = _cell(fitted, fitted.alike, 0, 1)
    assert alike == pytest.approx(2 / np.sqrt(12 * 13))
    assert _cell(fitted, fitted.alike, 1, 0) == pytest.approx(alike)
    assert _cell(fitted, fitted.alike, 1, 1) == pytest.approx(3 / 13)


def test_products_never_bought_and_those_beyond_the_most_have_no_place(monkeypatch):
    monkeypatch.setattr(statistics, "MOST_IN_BLOCK", 2)
    rows = [(1, at, product, 9 - at) for at, product in enumerate((0, 1, 1, 2, 2, 4))]
    fitted = _fitted(*rows)
    assert fitted.place.tolist() == [-1, 0, 1, -1, 0]
    assert fitted.width.tolist() == [0, 2, 2, 0, 1]
    assert (len(fitted.next_weight), len(fitted.alike)) == (5, 5)
    # The place of the left out product in the order of visits is kept: 0 led to 1, not shown.
    assert _cell(fitted, fitted.next_weight, 1, 2) > 0


def test_no_purchases_give_no_statistics():
    nothing = Purchases(ints(), ints(), ints(), np.empty(0))
    fitted = fit_statistics(TYPES, nothing, now=0.0)
    assert fitted.place.tolist() == [-1] * 5
    assert len(fitted.next_weight) == len(fitted.alike) == 0
