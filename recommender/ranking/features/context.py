"""Features of the visit: the same for every swap of a slate, they act through interactions."""

from __future__ import annotations

import numpy as np

from recommender.ranking.query import Floats, Query, State, Swaps

TOP_UP, REGULAR, STOCK_UP = 0, 1, 2
TOP_UP_LINES, STOCK_UP_LINES = 5, 15
TOP_UP_CENTS, STOCK_UP_CENTS = 2_500, 10_000


def mission(lines: int, total_cents: int) -> int:
    """0 top-up (at most 5 lines and $25), 2 stock-up (15 lines or $100 and more), else 1."""
    if lines >= STOCK_UP_LINES or total_cents >= STOCK_UP_CENTS:
        return STOCK_UP
    if lines <= TOP_UP_LINES and total_cents <= TOP_UP_CENTS:
        return TOP_UP
    return REGULAR


def mission_type_id(query: Query, swaps: Swaps, state: State) -> Floats:
    """The shopping mission: 0 top-up, 1 regular, 2 stock-up."""
    return np.full(len(swaps), float(mission(len(query.cart_products), query.total_cents)))


def cart_value(query: Query, swaps: Swaps, state: State) -> Floats:
    """What the cart costs, in dollars."""
    return np.full(len(swaps), query.total_cents / 100.0)


def cart_size(query: Query, swaps: Swaps, state: State) -> Floats:
    """How many packs lie in the cart."""
    return np.full(len(swaps), float(query.cart_quantities.sum()))


def dow(query: Query, swaps: Swaps, state: State) -> Floats:
    """Day of the week in the store's time zone, Monday 0."""
    return np.full(len(swaps), float(query.served_at.weekday()))


def hour(query: Query, swaps: Swaps, state: State) -> Floats:
    """Hour of the day in the store's time zone, 0 to 23."""
    return np.full(len(swaps), float(query.served_at.hour))
