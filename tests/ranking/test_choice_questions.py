from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking.choices import questions as asking
from recommender.ranking.choices.history import History
from tests.ranking import choice_history
from tests.ranking.shelf import ints


def _asked(history: History, *households: int) -> list[tuple[int, int, bool]]:
    found = asking.find(history, ints(*households))
    return list(
        zip(found.purchase.tolist(), found.anchor.tolist(), found.novel.tolist(), strict=True)
    )


def test_the_anchor_is_the_product_of_the_type_that_was_bought_last_before():
    history = choice_history.history(
        (1, 1, 0, 10), (1, 2, 1, 12), (1, 2, 7, 12), (1, 3, 2, 17), (1, 4, 2, 18)
    )
    assert _asked(history, 1) == [(3, 1, True), (4, 2, False)]


def test_two_products_of_a_type_in_a_basket_choose_neither_and_the_last_becomes_the_anchor():
    history = choice_history.history((1, 1, 0, 10), (1, 2, 1, 17), (1, 2, 2, 17), (1, 3, 1, 18))
    # The third basket chooses product 1, which the household knows from the second.
    assert _asked(history, 1) == [(3, 2, False)]


def test_the_same_product_twice_in_a_basket_is_one_choice():
    history = choice_history.history((1, 1, 0, 10), (1, 2, 1, 17), (1, 2, 1, 17))
    assert _asked(history, 1) == [(1, 0, True)]


def test_a_first_purchase_of_a_type_and_the_weeks_before_17_are_not_asked():
    history = choice_history.history((1, 1, 0, 10), (1, 2, 1, 16), (1, 3, 8, 20))
    assert _asked(history, 1) == []


def test_other_households_purchases_are_no_anchor_and_no_question():
    history = choice_history.history((2, 1, 0, 10), (1, 2, 1, 17), (2, 3, 1, 17))
    assert _asked(history, 1) == []
    assert _asked(history, 2) == [(2, 0, True)]


def test_draws_keep_at_most_so_many_per_household_and_split():
    rows = [(who, 100 * who + week, week % 6, week) for week in range(10, 54) for who in (1, 2)]
    history = choice_history.history(*rows)
    found = asking.find(history, ints(1, 2))
    most = {"train": 5, "validation": 2, "test": 1}
    drawn = asking.draw(found, history, most=most, rng=np.random.default_rng(0))
    assert (np.diff(drawn.purchase) > 0).all()
    split = asking.split_of(history.week[drawn.purchase])
    for who in (1, 2):
        mine = split[history.household[drawn.purchase] == who].tolist()
        assert {name: mine.count(name) for name in most} == most


def test_weeks_17_to_41_train_42_to_47_tune_and_48_on_test():
    found = asking.split_of(ints(17, 41, 42, 47, 48, 53)).tolist()
    assert found == ["train"] * 2 + ["validation"] * 2 + ["test"] * 2


def test_purchases_out_of_order_are_refused():
    with pytest.raises(ValueError, match="not sorted by time"):
        choice_history.history((1, 1, 0, 12), (1, 2, 0, 10))
