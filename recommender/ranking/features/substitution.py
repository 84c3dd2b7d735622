"""Features of what all shoppers do: what they take next, and what goes together."""

from __future__ import annotations

import numpy as np

from recommender.ranking.features.alignment import align
from recommender.ranking.features.own import own
from recommender.ranking.query import Floats, Query, Snapshot, State, Swaps, Vectors

PRIOR_VISITS = 5.0
"""So many visits that chose by popularity are added to those after the anchor."""


def followed_by(query: Query, swaps: Swaps, state: State) -> Floats:
    """ln of the share of visits after one that bought the anchor which bought the candidate.

    (transitions + 5 x the candidate's half-year popularity) / (transitions from the anchor + 5),
    a transition counting half after 91 days; NaN where the two are of different types.
    """
    kind = state.snapshot.type_id
    share = np.log(next_share(swaps, state.snapshot, state.vectors))
    return np.where(kind[swaps.anchor_row] == kind[swaps.candidate_row], share, np.nan)


def next_share(swaps: Swaps, snapshot: Snapshot, vectors: Vectors) -> Floats:
    """The share of the visits after the anchor that bought the candidate, shrunk to its popularity
    within its own type, shape (swaps,)."""
    followed, total = align(snapshot, vectors).followed(swaps.anchor_row, swaps.candidate_row)
    expected = PRIOR_VISITS * snapshot.popularity_half_year[swaps.candidate_row]
    return np.asarray((followed + expected) / (total + PRIOR_VISITS))


def item_item(query: Query, swaps: Swaps, state: State) -> Floats:
    """Mean cosine over buyers of the candidate and what the shopper bought of its type.

    Each purchase weighs ln(1 + what it still counts). Who bought none of the type is judged by the
    anchor alone. NaN where the two are of different types.
    """
    alignment, kind = align(state.snapshot, state.vectors), state.snapshot.type_id
    known = own(query, state)
    order = np.argsort(known.kind, kind="stable")
    row, weight = known.row[order], np.log1p(known.lately[order])
    types = known.kind[order]
    asked = kind[swaps.candidate_row]
    begin = np.searchsorted(types, asked, side="left")
    number = np.searchsorted(types, asked, side="right") - begin
    swap = np.repeat(np.arange(len(swaps)), number)
    at = np.arange(len(swap)) + np.repeat(begin - (np.cumsum(number) - number), number)
    cosine = weight[at] * alignment.alike(row[at], swaps.candidate_row[swap])
    total = np.bincount(swap, weights=cosine, minlength=len(swaps))
    of_type = np.bincount(swap, weights=weight[at], minlength=len(swaps))
    to_anchor = alignment.alike(swaps.anchor_row, swaps.candidate_row)
    mean = np.divide(total, of_type, out=to_anchor, where=of_type > 0)
    return np.where(kind[swaps.anchor_row] == asked, mean, np.nan)
