"""Features of what this shopper keeps buying: the product itself, and its brand."""

from __future__ import annotations

import numpy as np

from recommender.ranking.features.own import Groups, Own, own
from recommender.ranking.query import Floats, Ints, Query, State, Swaps

PRIOR = 0.5
"""Purchases added to those of the type, so that a share grows with the evidence."""

BRANDS = 1 << 40
"""More than there are brands."""


def bought_share(query: Query, swaps: Swaps, state: State) -> Floats:
    """The candidate's share of all of the shopper's purchases of its type, shrunk by half a one."""
    known = own(query, state)
    alike = known.by_row.sums(known.times, swaps.candidate_row)
    return _share(alike, known, known.times, swaps, state)


def bought_lately_share(query: Query, swaps: Swaps, state: State) -> Floats:
    """The same with purchases that count half after 91 days."""
    known = own(query, state)
    alike = known.by_row.sums(known.lately, swaps.candidate_row)
    return _share(alike, known, known.lately, swaps, state)


def brand_share(query: Query, swaps: Swaps, state: State) -> Floats:
    """The share of the candidate's brand in the shopper's late purchases of its type."""
    known, brand = own(query, state), state.snapshot.brand_id
    # One number for type and brand: a brand may be of two types.
    brands = Groups(known.kind * BRANDS + brand[known.row])
    wanted = _kind(swaps, state) * BRANDS + brand[swaps.candidate_row]
    return _share(brands.sums(known.lately, wanted), known, known.lately, swaps, state)


def bought_rank(query: Query, swaps: Swaps, state: State) -> Floats:
    """How many products of the type were bought after the candidate was last; NaN for never."""
    known = own(query, state)
    if not len(known.row):
        return np.full(len(swaps), np.nan)
    order = np.lexsort((-known.last, known.kind))
    kind, last = known.kind[order], known.last[order]
    new_kind = np.r_[True, kind[1:] != kind[:-1]]
    # Products of one basket share the rank of the first of them.
    new_moment = new_kind | np.r_[True, last[1:] != last[:-1]]
    place = np.arange(len(order))
    begin = np.maximum.accumulate(np.where(new_kind, place, 0))
    rank = np.empty(len(order))
    rank[order] = np.maximum.accumulate(np.where(new_moment, place, 0)) - begin
    found = known.by_row.sums(rank + 1.0, swaps.candidate_row)
    return np.where(found > 0, found - 1.0, np.nan)


def _kind(swaps: Swaps, state: State) -> Ints:
    return state.snapshot.type_id[swaps.candidate_row]


def _share(alike: Floats, known: Own, weights: Floats, swaps: Swaps, state: State) -> Floats:
    """Weights that are alike / (those of the candidate's type + a half)."""
    return np.asarray(alike / (known.by_kind.sums(weights, _kind(swaps, state)) + PRIOR))
