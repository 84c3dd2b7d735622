"""The only code that makes features: for serving, for imported history and for simulation."""

from __future__ import annotations

import numpy as np

from recommender.ranking.features.schema import FEATURES, refuse_infinite
from recommender.ranking.query import Floats, Query, State, Swaps


def build(query: Query, swaps: Swaps, state: State) -> Floats:
    """The feature matrix of one query, float64, shape (swaps, features), columns as in ``NAMES``.

    A value depends on its own swap, the query and the state, never on which other swaps are in the
    array: rebuilding any subset gives the same bits. What is not defined is NaN.
    Raises ValueError with the name of a feature that is infinite.
    """
    matrix = np.empty((len(swaps), len(FEATURES)))
    if len(swaps):
        for at, feature in enumerate(FEATURES):
            matrix[:, at] = feature.compute(query, swaps, state)
    refuse_infinite(matrix)
    return matrix
