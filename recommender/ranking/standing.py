"""Where a product stands within its type: derived columns of a snapshot, live and offline alike."""

from __future__ import annotations

import numpy as np

from recommender.ranking.query import Floats, Ints

HALF_LIFE_DAYS = 28.0
HALF_YEAR_WEEKS = 26
SMOOTHING = 1.0
"""Decayed units that every product of a type is given in advance, so that none has a share of 0."""


def popularity(type_id: Ints, *, sold_row: Ints, sold_quantity: Floats, days_ago: Floats) -> Floats:
    """Each product's smoothed, time-decayed share of its type's units, shape (products,).

    ``sold_row``, ``sold_quantity`` and ``days_ago`` are parallel, one entry per sale; a sale counts
    2^(-days / 28). share = (own + 1) / (whole type + number of products in the type).
    """
    weight = sold_quantity * np.exp2(-np.maximum(days_ago, 0.0) / HALF_LIFE_DAYS)
    units = np.bincount(sold_row, weights=weight, minlength=len(type_id))
    return share_within_type(type_id, units.astype(np.float64))


def share_within_type(type_id: Ints, units: Floats) -> Floats:
    """(own units + 1) / (the type's units + its number of products), shape (products,)."""
    own = units + SMOOTHING
    return np.asarray(own / np.bincount(type_id, weights=own)[type_id])


def percentile_within_type(type_id: Ints, value: Floats) -> Floats:
    """Mid-rank percentile of ``value`` within its type, 0 to 1; NaN where the value is NaN.

    (values below + half of the equal ones, itself included) / known values of the type.
    """
    result = np.full(len(value), np.nan)
    known = np.flatnonzero(~np.isnan(value))
    order = known[np.lexsort((value[known], type_id[known]))]
    kinds, starts = np.unique(type_id[order], return_index=True)
    for rows in np.split(order, starts[1:]) if len(kinds) else []:
        values = value[rows]
        below = np.searchsorted(values, values, side="left")
        not_above = np.searchsorted(values, values, side="right")
        result[rows] = (below + not_above) / (2.0 * len(values))
    return result


def unit_price(price_cents: Ints, amount_milli: Ints) -> Floats:
    """Cents per base unit; NaN where the amount is unknown (0)."""
    known = amount_milli > 0
    return np.where(known, price_cents * 1000.0 / np.maximum(amount_milli, 1), np.nan)


def middle(prices: Floats) -> Ints:
    """The median of each row's known prices, whole cents; 0 where none is known (NaN)."""
    known = np.count_nonzero(~np.isnan(prices), axis=1)
    ordered, every = np.sort(prices, axis=1), np.arange(len(prices))
    low = ordered[every, np.maximum(known - 1, 0) // 2]
    high = ordered[every, np.minimum(known // 2, prices.shape[1] - 1)]
    return np.asarray(np.nan_to_num(np.rint((low + high) / 2.0)), dtype=np.int64)
