"""Features of what this shopper keeps buying: the product itself, its brand, its size."""

from __future__ import annotations

import numpy as np

from recommender.ranking.features.own import Groups, Own, own
from recommender.ranking.query import Floats, Ints, Query, Snapshot, State, Swaps

PRIOR = 0.5
"""Purchases added to those of the type, so that a share grows with the evidence."""


TRAITS = 1 << 40
"""More than there are products, brands or sizes."""


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
    return _trait_share(known, brand[known.row], brand[swaps.candidate_row], swaps, state)


def size_share(query: Query, swaps: Swaps, state: State) -> Floats:
    """The share of the candidate's pack size in the same; NaN when the size is unknown."""
    known, snapshot = own(query, state), state.snapshot
    bought, offered = _sizes(snapshot, known.row), _sizes(snapshot, swaps.candidate_row)
    share = _trait_share(known, bought, offered, swaps, state)
    return np.where(snapshot.amount_milli[swaps.candidate_row] > 0, share, np.nan)


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


def type_purchases(query: Query, swaps: Swaps, state: State) -> Floats:
    """ln(1 + the shopper's purchases of the candidate's type)."""
    known = own(query, state)
    return np.log1p(known.by_kind.sums(known.times, _kind(swaps, state)))


def type_variety(query: Query, swaps: Swaps, state: State) -> Floats:
    """Different products per purchase of the candidate's type, shrunk by one; NaN without any."""
    known, kind = own(query, state), _kind(swaps, state)
    bought = known.by_kind.sums(known.times, kind)
    different = known.by_kind.sums(np.ones(len(known.kind)), kind)
    return np.where(bought > 0, different / (bought + 1.0), np.nan)


def _kind(swaps: Swaps, state: State) -> Ints:
    return state.snapshot.type_id[swaps.candidate_row]


def _share(alike: Floats, known: Own, weights: Floats, swaps: Swaps, state: State) -> Floats:
    """Weights that are alike / (those of the candidate's type + a half)."""
    return np.asarray(alike / (known.by_kind.sums(weights, _kind(swaps, state)) + PRIOR))


def _trait_share(known: Own, bought: Ints, offered: Ints, swaps: Swaps, state: State) -> Floats:
    # One number for type and trait: a brand or a size may be of two types.
    traits = Groups(known.kind * TRAITS + bought)
    alike = traits.sums(known.lately, _kind(swaps, state) * TRAITS + offered)
    return _share(alike, known, known.lately, swaps, state)


def _sizes(snapshot: Snapshot, rows: Ints) -> Ints:
    # 16 unit codes at most, as in the price percentile.
    return snapshot.amount_milli[rows] * 16 + snapshot.base_unit[rows]
