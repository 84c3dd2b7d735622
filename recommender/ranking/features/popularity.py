"""How much of its type's sales the candidate has."""

from __future__ import annotations

from recommender.ranking.query import Floats, Query, State, Swaps


def popularity(query: Query, swaps: Swaps, state: State) -> Floats:
    """Smoothed, time-decayed purchase share within the product type (see ``standing``)."""
    return state.snapshot.popularity[swaps.candidate_row]
