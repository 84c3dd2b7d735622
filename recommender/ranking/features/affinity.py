"""How much this shopper likes the products of a type, by Bayesian personalised ranking."""

from __future__ import annotations

import numpy as np

from recommender.ranking.features.alignment import Alignment, VectorRows, align, dots
from recommender.ranking.query import Floats, Ints, Query, State


class Affinity:
    """The products of the shopper's and the items' factors, worked out once for each type.

    ``trained`` says whether the shopper has factors of their own.
    """

    def __init__(self, query: Query, state: State) -> None:
        self._alignment = align(state.snapshot, state.vectors)
        own = _trained(state)
        self.trained = own is not None
        self._shopper = own if own is not None else _of_items(query, state, self._alignment)
        self._of_type: dict[int, Floats] = {}

    def of_type(self, kind: int) -> Floats:
        """Of the whole type, in the order of ``snapshot.rows_by_type``; NaN for a product that
        nobody had bought."""
        found = self._of_type.get(kind)
        if found is None:
            found = dots(self._alignment.factors_of_type(kind), self._shopper)
            self._of_type[kind] = found
        return found


def affinity(query: Query, state: State) -> Affinity:
    """The shopper's affinities for this query."""
    kept: tuple[Query, Affinity] | None = state.__dict__.get("affinity")
    # Two features ask, one after the other.
    if kept is None or kept[0] is not query:
        kept = state.__dict__["affinity"] = (query, Affinity(query, state))
    return kept[1]


def known_rows(state: State, products: Ints) -> Ints:
    """The snapshot's rows of those of ``products`` that it holds."""
    rows = state.snapshot.rows_of(products)
    return rows[rows >= 0]


def _trained(state: State) -> VectorRows | None:
    vectors, shopper = state.vectors, state.taste.shopper_id
    if shopper is None or not len(vectors.shopper_id):
        return None
    at = int(np.searchsorted(vectors.shopper_id, shopper))
    if at == len(vectors.shopper_id) or vectors.shopper_id[at] != shopper:
        return None
    return np.ascontiguousarray(vectors.shopper_factors[at], dtype=np.float32)


def _of_items(query: Query, state: State, alignment: Alignment) -> VectorRows:
    """The mean of the items in cart and session; with none of these the item bias alone."""
    bias_only = np.zeros(state.vectors.item_factors.shape[1], dtype=np.float32)
    bias_only[-1] = 1.0
    touched = dict.fromkeys([*query.cart_products.tolist(), *state.taste.session_products])
    factors = alignment.factors(known_rows(state, np.asarray(list(touched), dtype=np.int64)))
    factors = factors[~np.isnan(factors[:, 0])]
    if not len(factors):
        return bias_only
    mean = np.asarray(factors.mean(axis=0, dtype=np.float64), dtype=np.float32)
    mean[-1] = 1.0
    return mean
