"""What follows what, and what the same shoppers buy, within a product type: counted over all.

Each type has a square block with a row and a column for each of its most bought products; the
blocks of all types lie one after the other in one flat array, so that a lookup is an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.ranking.query import Floats, Ints

MOST_IN_BLOCK = 256
"""Products of a type that get a row; the others have no statistics."""

HALF_LIFE_DAYS = 91.0
"""A transition of a quarter ago counts half."""

SHRINKAGE = 10.0
"""Buyers added to each product's own, so that one common buyer of two rare products says little."""


@dataclass(frozen=True)
class Purchases:
    """Purchases of all shoppers in the order of time; parallel arrays of shape (purchases,).

    ``product`` is a row of the products, ``visit`` the order that it belongs to, ``time`` seconds.
    """

    shopper: Ints
    visit: Ints
    product: Ints
    time: Floats


@dataclass(frozen=True)
class Statistics:
    """``place`` (products,) is a product's row in its type's block, -1 for none; ``block`` where
    that block begins in the flat arrays, ``width`` how many products it has.

    ``next_weight`` holds, for each pair of a block, how often visits that bought the second came
    after visits that bought the first last, decayed; ``next_total`` (products,) the sum of the
    first's row. ``alike`` holds their cosine over shoppers, shrunk.
    """

    place: Ints
    block: Ints
    width: Ints
    next_weight: NDArray[np.float32]
    next_total: NDArray[np.float32]
    alike: NDArray[np.float32]


def fit_statistics(type_id: Ints, purchases: Purchases, *, now: float) -> Statistics:
    """Counts over ``purchases`` for products of ``type_id`` (products,), as seen at ``now``."""
    bought = np.bincount(purchases.product, minlength=len(type_id))
    layout = _layout(type_id, bought)
    place, block, width, size = layout
    first, second, weight = _transitions(type_id, purchases, now=now)
    kept = (place[first] >= 0) & (place[second] >= 0)
    first, second, weight = first[kept], second[kept], weight[kept]
    cell = block[first] + place[first] * width[first] + place[second]
    total = np.bincount(first, weights=weight, minlength=len(type_id))
    return Statistics(
        place,
        block,
        width,
        np.bincount(cell, weights=weight, minlength=size).astype(np.float32),
        total.astype(np.float32),
        _alike(purchases, layout),
    )


class _Layout(NamedTuple):
    place: Ints
    block: Ints
    width: Ints
    size: int


def _layout(type_id: Ints, bought: Ints) -> _Layout:
    """Places by purchases, most first; of equals the earlier row."""
    order = np.lexsort((np.arange(len(type_id)), -bought, type_id))
    order = order[bought[order] > 0]
    kinds, starts, sizes = np.unique(type_id[order], return_index=True, return_counts=True)
    rank = np.arange(len(order)) - np.repeat(starts, sizes)
    kept = order[rank < MOST_IN_BLOCK]
    widths = np.minimum(sizes, MOST_IN_BLOCK)
    begins = np.cumsum(widths**2) - widths**2
    place = np.full(len(type_id), -1, dtype=np.int64)
    block, width = np.zeros((2, len(type_id)), dtype=np.int64)
    place[kept] = rank[rank < MOST_IN_BLOCK]
    at = np.searchsorted(kinds, type_id[kept])
    block[kept], width[kept] = begins[at], widths[at]
    return _Layout(place, block, width, int((widths**2).sum()))


def _transitions(type_id: Ints, purchases: Purchases, *, now: float) -> tuple[Ints, Ints, Floats]:
    """(last of the visit before, bought now, decayed weight), a shopper and a type at a time."""
    frame = pd.DataFrame(
        {
            "shopper": purchases.shopper,
            "type": type_id[purchases.product],
            "visit": purchases.visit,
            "product": purchases.product,
            "time": purchases.time,
        }
    ).drop_duplicates(["shopper", "visit", "product"])
    visits = frame.drop_duplicates(["shopper", "visit", "type"], keep="last").copy()
    visits["before"] = visits.groupby(["shopper", "type"])["product"].shift()
    visits = visits[["shopper", "visit", "type", "before"]].dropna()
    frame = frame.merge(visits, on=["shopper", "visit", "type"])
    days = np.maximum(now - frame["time"].to_numpy(np.float64), 0.0) / 86_400
    return (
        frame["before"].to_numpy(np.int64),
        frame["product"].to_numpy(np.int64),
        np.exp2(-days / HALF_LIFE_DAYS),
    )


def _alike(purchases: Purchases, layout: _Layout) -> NDArray[np.float32]:
    """Common buyers / sqrt((buyers + 10) of the one x of the other), in the blocks' layout."""
    place, block = layout.place, layout.block
    alike = np.zeros(layout.size, dtype=np.float32)
    shoppers, shopper_row = np.unique(purchases.shopper, return_inverse=True)
    buyers = csr_matrix(
        (np.ones(len(shopper_row), dtype=np.float32), (purchases.product, shopper_row)),
        shape=(len(place), len(shoppers)),
    )
    buyers.data[:] = 1.0
    scale = 1.0 / np.sqrt(np.diff(buyers.indptr) + SHRINKAGE)
    placed = np.flatnonzero(place >= 0)
    placed = placed[np.lexsort((place[placed], block[placed]))]
    _, starts = np.unique(block[placed], return_index=True)
    for rows in np.split(placed, starts[1:]) if len(placed) else []:
        own = buyers[rows]
        common = np.asarray((own @ own.T).todense(), dtype=np.float64)
        begin = int(block[rows[0]])
        cosine = common * np.outer(scale[rows], scale[rows])
        alike[begin : begin + len(rows) ** 2] = cosine.ravel()
    return alike
