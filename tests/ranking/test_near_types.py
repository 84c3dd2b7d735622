from __future__ import annotations

import numpy as np

from recommender.ranking.near_types import near_types
from tests.ranking.shelf import ints

ROWS = {1: ints(0, 1), 2: ints(2), 3: ints(3), 4: ints(4)}


def _text(*rows: tuple[float, float]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_the_nearest_types_come_first_and_none_that_is_hardly_alike():
    # The mean of type 1 points along the first axis; type 4 to its opposite.
    text = _text((0.6, 0.8), (0.6, -0.8), (0.8, 0.6), (1.0, 0.0), (-1.0, 0.0))
    found = near_types(ROWS, text, most=3)
    assert found == {1: (3, 2), 2: (1, 3), 3: (1, 2), 4: ()}


def test_no_more_than_so_many_are_named():
    text = _text((1.0, 0.0), (1.0, 0.0), (0.8, 0.6), (1.0, 0.0), (0.6, 0.8))
    assert near_types(ROWS, text, most=1)[1] == (3,)


def test_products_without_a_vector_do_not_count_and_a_type_without_any_is_near_to_none():
    unknown = (np.nan, np.nan)
    text = _text((1.0, 0.0), unknown, (1.0, 0.0), unknown, (0.0, 1.0))
    found = near_types(ROWS, text, most=3)
    assert found == {1: (2,), 2: (1,), 3: (), 4: ()}
