from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking.bought import Bought
from recommender.ranking.features import substitution
from tests.ranking import shelf

SHELF = shelf.snapshot(4, type_id=[1, 1, 1, 2], popularity_half_year=[0.5, 0.3, 0.2, 1.0])
KNOWN = shelf.vectors(
    SHELF,
    place=[0, 1, -1, 0],
    block=[0, 0, 0, 4],
    width=[2, 2, 0, 1],
    next_weight=[1.0, 4.0, 0.0, 0.0, 9.0],
    next_total=[5.0, 0.0, 0.0, 9.0],
    alike=[0.5, 0.25, 0.25, 0.75, 1.0],
)
SWAPS = shelf.swaps([0, 0, 0, 0], [0, 1, 2, 3])
NOW = shelf.MONDAY_EVENING.timestamp()


def test_what_follows_the_anchor_is_shrunk_to_popularity_by_five_visits():
    state = shelf.state(SHELF, given=KNOWN)
    found = substitution.followed_by(shelf.query(), SWAPS, state)
    shares = [(1 + 5 * 0.5) / 10, (4 + 5 * 0.3) / 10, (0 + 5 * 0.2) / 10]
    assert np.exp(found[:3]) == pytest.approx(shares)
    assert np.isnan(found[3])


def test_without_statistics_popularity_alone_is_left():
    state = shelf.state(SHELF, given=shelf.vectors(shelf.snapshot(0)))
    found = substitution.followed_by(shelf.query(), SWAPS, state)
    assert np.exp(found[:3]) == pytest.approx([0.5, 0.3, 0.2])
    assert substitution.item_item(shelf.query(), SWAPS, state)[:3].tolist() == [0, 0, 0]


def test_likeness_to_own_purchases_is_weighed_by_how_lately_they_were():
    bought = {20: Bought(1, NOW, 1.0), 10: Bought(3, NOW - 91 * shelf.DAY, 6.0)}
    state = shelf.state(SHELF, given=KNOWN, bought=bought)
    one, three = np.log(2), np.log(4)
    found = substitution.item_item(shelf.query(), SWAPS, state)
    expected = [one * 0.25 + three * 0.5, one * 0.75 + three * 0.25, 0.0]
    assert found[:3] == pytest.approx(np.array(expected) / (one + three))
    assert np.isnan(found[3])


def test_who_bought_none_of_the_type_is_judged_by_the_anchor():
    state = shelf.state(SHELF, given=KNOWN, bought={40: Bought(1, NOW, 1.0)})
    found = substitution.item_item(shelf.query(), SWAPS, state)
    assert found[:3].tolist() == [0.5, 0.25, 0.0]
