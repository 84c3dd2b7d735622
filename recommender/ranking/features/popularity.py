"""How much of its type's sales the candidate has."""

from __future__ import annotations

import numpy as np

from recommender.ranking.query import Floats, Query, State, Swaps


def popularity(query: Query, swaps: Swaps, state: State) -> Floats:
    """Smoothed, time-decayed purchase share within the product type (see ``standing``)."""
    return state.snapshot.popularity[swaps.candidate_row]


def popularity_half_year(query: Query, swaps: Swaps, state: State) -> Floats:
    """ln of the smoothed purchase share within the product type over 26 weeks."""
    return np.log(state.snapshot.popularity_half_year[swaps.candidate_row])
