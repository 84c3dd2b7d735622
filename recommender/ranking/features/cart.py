"""Features of what lies in the cart: they say who is shopping.

How dear its products are, and how well they fit what the shopper was known to like, tells whether
a saving, a quality or the taste of shoppers like this one will count today. Either is the same for
every swap of a slate and acts through interactions.
"""

from __future__ import annotations

import numpy as np

from recommender.ranking.features.affinity import affinity, known_rows
from recommender.ranking.query import Floats, Ints, Query, State, Swaps

MIDDLING_LINES = 8.0
"""So many lines in the middle of their types are added, so that a small cart says little."""


def cart_price_level(query: Query, swaps: Swaps, state: State) -> Floats:
    """How dear the cart is: the shrunk mean percentile of its unit prices, each within its type.

    1/2 + sum(percentile - 1/2) / (n + 8) over the n lines whose unit price is known; NaN for an
    empty cart.
    """
    rows = known_rows(state, query.cart_products)
    return np.full(len(swaps), _shrunk(state.snapshot.price_percentile[rows]))


def cart_affinity(query: Query, swaps: Swaps, state: State) -> Floats:
    """How much the cart is to this shopper's known liking: the shrunk mean, as above, of the share
    of its type's sales that went to products which the shopper would like less than the line's.

    Equal ones, the line's own included, count half. Liking is the affinity of ``cf_bpr_score`` for
    a shopper with trained factors, else popularity. NaN for an empty cart.
    """
    rows = known_rows(state, query.cart_products)
    return np.full(len(swaps), _shrunk(_sales_below(rows, query, state)))


def _sales_below(rows: Ints, query: Query, state: State) -> Floats:
    """Shape (rows,): of the sales of each row's type the share of what is liked less."""
    if not len(rows):
        return np.empty(0)
    snapshot, liking = state.snapshot, affinity(query, state)
    kinds = snapshot.type_id[rows].tolist()
    types = [snapshot.rows_by_type[kind] for kind in kinds]
    sizes = np.array([len(products) for products in types])
    begin = np.cumsum(sizes) - sizes
    sold = snapshot.popularity[np.concatenate(types)]
    liked = np.concatenate([liking.of_type(k) for k in kinds]) if liking.trained else sold
    own = liked[begin + snapshot.place_in_type[rows]]
    against = np.repeat(own, sizes)
    below = sold * ((liked < against) + 0.5 * (liked == against))
    known = np.add.reduceat(np.where(np.isnan(liked), 0.0, sold), begin)
    share = np.add.reduceat(below, begin) / np.where(known > 0.0, known, 1.0)
    return np.where(np.isnan(own), np.nan, share)


def _shrunk(percentiles: Floats) -> float:
    if not len(percentiles):
        return np.nan
    known = percentiles[~np.isnan(percentiles)]
    return 0.5 + float((known - 0.5).sum()) / (len(known) + MIDDLING_LINES)
