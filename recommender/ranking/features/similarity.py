"""Features of how alike anchor and candidate are."""

from __future__ import annotations

import numpy as np

from recommender.ranking.features.alignment import align, dots
from recommender.ranking.query import Floats, Query, State, Swaps


def semantic_sim(query: Query, swaps: Swaps, state: State) -> Floats:
    """Cosine of the two text vectors, -1 to 1; NaN when one of them is unknown."""
    alignment = align(state.snapshot, state.vectors)
    return dots(alignment.text(swaps.anchor_row), alignment.text(swaps.candidate_row))


def same_semantic_id_flag(query: Query, swaps: Swaps, state: State) -> Floats:
    """1 when both lie in the same semantic cluster; NaN when one is unknown."""
    alignment = align(state.snapshot, state.vectors)
    anchor, candidate = (alignment.clusters(r) for r in (swaps.anchor_row, swaps.candidate_row))
    unknown = (anchor < 0) | (candidate < 0)
    return np.where(unknown, np.nan, anchor == candidate)


def category_match(query: Query, swaps: Swaps, state: State) -> Floats:
    """1 for the same product type, 0.5 for the same aisle, else 0."""
    kind, aisle = state.snapshot.type_id, state.snapshot.aisle_id
    same_type = kind[swaps.anchor_row] == kind[swaps.candidate_row]
    same_aisle = aisle[swaps.anchor_row] == aisle[swaps.candidate_row]
    return np.where(same_type, 1.0, np.where(same_aisle, 0.5, 0.0))


def quality_tags_score(query: Query, swaps: Swaps, state: State) -> Floats:
    """The share of the known quality tags that the candidate carries, 0 to 1."""
    return state.snapshot.quality_share[swaps.candidate_row]


def diet_match_flag(query: Query, swaps: Swaps, state: State) -> Floats:
    """1 when the candidate meets every diet tag of the shopper's profile and of the anchor."""
    bits = state.snapshot.diet_bits
    wanted = bits[swaps.anchor_row] | state.taste.diet_bits
    return np.asarray((bits[swaps.candidate_row] & wanted) == wanted, dtype=np.float64)
