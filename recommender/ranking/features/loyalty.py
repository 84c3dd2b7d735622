"""Features of what this shopper keeps buying: the product itself, its brand, its size."""

from __future__ import annotations

import numpy as np

from recommender.ranking.query import Floats, Ints, Query, Snapshot, State, Swaps


def bought_times(query: Query, swaps: Swaps, state: State) -> Floats:
    """ln(1 + how often the candidate is among the shopper's newest 200 purchases)."""
    bought = _bought_rows(state)
    return np.log1p(_times(bought, swaps.candidate_row))


def bought_share(query: Query, swaps: Swaps, state: State) -> Floats:
    """The candidate's share of the shopper's purchases of its type, shrunk by one purchase."""
    return _share(state, swaps, np.arange(len(state.snapshot.product_id)))


def brand_share(query: Query, swaps: Swaps, state: State) -> Floats:
    """The share of the candidate's brand in the shopper's purchases of its type, shrunk alike."""
    return _share(state, swaps, state.snapshot.brand_id)


def size_share(query: Query, swaps: Swaps, state: State) -> Floats:
    """The share of the candidate's pack size in the same; NaN when the size is unknown."""
    snapshot = state.snapshot
    share = _share(state, swaps, _sizes(snapshot))
    return np.where(snapshot.amount_milli[swaps.candidate_row] > 0, share, np.nan)


def _share(state: State, swaps: Swaps, trait: Ints) -> Floats:
    """Purchases of the candidate's type and ``trait`` / (those of its type + 1)."""
    kind, bought, rows = state.snapshot.type_id, _bought_rows(state), swaps.candidate_row
    alike = _times(_pair(kind[bought], trait[bought]), _pair(kind[rows], trait[rows]))
    return np.asarray(alike / (_times(kind[bought], kind[rows]) + 1.0))


def _sizes(snapshot: Snapshot) -> Ints:
    # 16 unit codes at most, as in the price percentile.
    return snapshot.amount_milli * 16 + snapshot.base_unit


def _pair(first: Ints, second: Ints) -> np.ndarray:
    return np.asarray(first + 1j * second)


def _bought_rows(state: State) -> Ints:
    rows = state.snapshot.rows_of(np.asarray(state.taste.purchases, dtype=np.int64))
    return rows[rows >= 0]


def _times(values: np.ndarray, wanted: np.ndarray) -> Ints:
    """How often each of ``wanted`` is among ``values``."""
    ordered = np.sort(values)
    upto = np.searchsorted(ordered, wanted, side="right")
    return np.asarray(upto - np.searchsorted(ordered, wanted, side="left"), dtype=np.int64)
