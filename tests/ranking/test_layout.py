from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking.layout import Layout, check_groups
from tests.ranking.shelf import ints


def test_each_slate_is_sorted_by_itself_whatever_the_lengths():
    layout = Layout.of(ints(3, 1, 2, 3))
    order = layout.sorted_by(np.array([3.0, 1.0, 2.0, 9.0, 5.0, 4.0, 0.0, 8.0, 7.0]))
    assert order.tolist() == [1, 2, 0, 3, 5, 4, 6, 8, 7]


def test_of_equals_the_earlier_row_comes_first_and_what_is_undefined_last():
    layout = Layout.of(ints(4))
    assert layout.sorted_by(np.array([1.0, np.nan, 0.0, 1.0])).tolist() == [2, 0, 3, 1]


def test_no_slates_have_no_order():
    assert Layout.of(ints()).sorted_by(np.empty(0)).tolist() == []


def test_lengths_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="add up to 4 rows"):
        check_groups(4, ints(2, 3))
