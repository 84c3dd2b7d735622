from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking.features.schema import NAMES, column
from recommender.serving import reasons


class Given:
    """Adds to a score what the test says."""

    def __init__(self, **parts: float) -> None:
        self._parts = np.zeros((1, len(NAMES)))
        for name, part in parts.items():
            self._parts[0, column(name)] = part

    def contributions(self, features):
        return self._parts


def _row(**values: float) -> np.ndarray:
    row = np.full((1, len(NAMES)), np.nan)
    row[0, column("category_match")] = 1.0
    for name, value in values.items():
        row[0, column(name)] = value
    return row


def test_what_added_most_is_said_first_and_nothing_untrue():
    row = _row(item_item=0.2, in_leaflet=1.0, brand_share=0.1)
    adds = Given(in_leaflet=0.1, item_item=0.3, brand_share=0.9)
    assert reasons.of(row, adds) == [
        ("Bought by those who buy what you buy", "In this week's leaflet")
    ]


def test_what_two_features_bear_out_is_said_once():
    row = _row(bought_share=0.5, bought_lately_share=0.5, recency=0.9, brand_share=0.5)
    adds = Given(bought_share=0.4, bought_lately_share=0.3, recency=0.2, brand_share=0.1)
    assert reasons.of(row, adds) == [("You chose it before", "A brand you often buy")]


@pytest.mark.parametrize("name", sorted(reasons.WORDS))
def test_an_unknown_value_is_no_reason(name):
    if name != "category_match":
        assert reasons.of(_row(), Given(**{name: 1.0})) == [()]


def test_one_visit_in_ten_is_often():
    for share, words in ((0.11, ("Often chosen of its kind",)), (0.09, ())):
        assert reasons.of(_row(followed_by=np.log(share)), Given(followed_by=1.0)) == [words]


def test_what_every_offered_swap_keeps_is_a_reason_for_none():
    row = _row(diet_match_flag=1.0, price_saving=2.0)
    adds = Given(diet_match_flag=0.9, price_saving=0.1)
    assert reasons.of(row, adds) == [("Saves money on this line",)]
