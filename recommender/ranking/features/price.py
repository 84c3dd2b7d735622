"""Features of money and size."""

from __future__ import annotations

import numpy as np

from recommender.ranking.query import Floats, Query, State, Swaps

PREMIUM_PERCENTILE = 0.6


def price_saving(query: Query, swaps: Swaps, state: State) -> Floats:
    """How far the cart's total falls with this swap, in dollars."""
    return swaps.saving_cents / 100.0


def within_budget_flag(query: Query, swaps: Swaps, state: State) -> Floats:
    """1 when the cart is within budget after this swap alone, else 0; NaN without a budget."""
    if query.budget_cents is None:
        return np.full(len(swaps), np.nan)
    return (query.total_cents - swaps.saving_cents <= query.budget_cents).astype(np.float64)


def size_ratio(query: Query, swaps: Swaps, state: State) -> Floats:
    """Candidate pack over anchor pack; NaN when the units differ or an amount is unknown."""
    unit, amount = state.snapshot.base_unit, state.snapshot.amount_milli
    anchor, candidate = swaps.anchor_row, swaps.candidate_row
    comparable = (unit[anchor] == unit[candidate]) & (unit[anchor] != 0)
    comparable &= (amount[anchor] > 0) & (amount[candidate] > 0)
    ratio = amount[candidate] / np.maximum(amount[anchor], 1)
    return np.where(comparable, ratio, np.nan)


def premium_anchor(query: Query, swaps: Swaps, state: State) -> Floats:
    """1 when the anchor's unit price is in the upper two fifths of its type; NaN when unknown."""
    percentile = state.snapshot.price_percentile[swaps.anchor_row]
    return np.where(np.isnan(percentile), np.nan, percentile >= PREMIUM_PERCENTILE)


def promotion_depth(query: Query, swaps: Swaps, state: State) -> Floats:
    """How far the candidate's price lies below its regular price, 0 to 1; NaN when unknown."""
    price = state.snapshot.price_cents[swaps.candidate_row]
    regular = state.snapshot.regular_cents[swaps.candidate_row]
    depth = 1.0 - price / np.maximum(regular, 1)
    return np.where((price > 0) & (regular > 0), np.maximum(depth, 0.0), np.nan)


def budget_pressure(query: Query, swaps: Swaps, state: State) -> Floats:
    """max(0, (total - budget) / budget); NaN without a budget."""
    if query.budget_cents is None:
        return np.full(len(swaps), np.nan)
    over = max(0, query.total_cents - query.budget_cents)
    return np.full(len(swaps), over / query.budget_cents)


def price_against_usual(query: Query, swaps: Swaps, state: State) -> Floats:
    """ln of the candidate's price over its usual price of the last 8 weeks; NaN when unknown."""
    price = state.snapshot.price_cents[swaps.candidate_row]
    usual = state.snapshot.usual_cents[swaps.candidate_row]
    ratio = np.maximum(price, 1) / np.maximum(usual, 1)
    return np.where((price > 0) & (usual > 0), np.log(ratio), np.nan)


def in_leaflet(query: Query, swaps: Swaps, state: State) -> Floats:
    """1 when the candidate is in this week's leaflet, else 0; NaN where the store says nothing."""
    return state.snapshot.in_leaflet[swaps.candidate_row]


def on_display(query: Query, swaps: Swaps, state: State) -> Floats:
    """1 when the candidate stands on a special display this week, else 0; NaN as above."""
    return state.snapshot.on_display[swaps.candidate_row]
