"""Features of what this shopper likes and does."""

from __future__ import annotations

from math import exp

import numpy as np

from recommender.ranking.features.affinity import affinity, known_rows
from recommender.ranking.features.alignment import align, dots
from recommender.ranking.query import Floats, Ints, Query, State, Swaps

RECENCY_DAYS = 30.0
"""After this many days a purchase counts 1/e."""

CENTRE_PRODUCTS = 50


def cf_bpr_score(query: Query, swaps: Swaps, state: State) -> Floats:
    """The candidate's percentile, 0 to 1, among its whole type by shopper-item affinity.

    Affinity is the product of the shopper's and the item's BPR factors, item bias included. A
    shopper without trained factors is the mean of the items in cart and session; with none of
    these the item bias decides alone. NaN for a product that nobody had bought.
    """
    snapshot, liking = state.snapshot, affinity(query, state)
    kinds, place = np.unique(snapshot.type_id[swaps.candidate_row], return_inverse=True)
    scores = [liking.of_type(kind) for kind in kinds.tolist()]
    sizes = np.array([len(of_type) for of_type in scores])
    percentiles = _percentiles(np.concatenate(scores), sizes)
    begin = np.cumsum(sizes) - sizes
    return np.asarray(percentiles[begin[place] + snapshot.place_in_type[swaps.candidate_row]])


def recency(query: Query, swaps: Swaps, state: State) -> Floats:
    """exp(-days / 30) since this shopper last bought or carted the candidate; NaN for never."""
    last = state.taste.last_touched
    if not last:
        return np.full(len(swaps), np.nan)
    now = query.served_at.timestamp()
    scale = RECENCY_DAYS * 86_400
    products = state.snapshot.product_id[swaps.candidate_row].tolist()
    return np.array(
        [exp(-max(0.0, now - last[p]) / scale) if p in last else np.nan for p in products]
    )


def distance_to_semantic_center(query: Query, swaps: Swaps, state: State) -> Floats:
    """Cosine distance, 0 to 2, from the centre of the shopper's purchases and cart; NaN if none."""
    alignment = align(state.snapshot, state.vectors)
    products = [*state.taste.centre_products[:CENTRE_PRODUCTS], *query.cart_products.tolist()]
    rows = known_rows(state, np.asarray(products, dtype=np.int64))
    vectors = alignment.text(rows)
    vectors = vectors[~np.isnan(vectors[:, 0])]
    length = 0.0
    if len(vectors):
        centre = vectors.mean(axis=0, dtype=np.float64)
        length = float(np.sqrt((centre * centre).sum()))
    if length == 0.0:
        return np.full(len(swaps), np.nan)
    unit = (centre / length).astype(np.float32)
    return 1.0 - dots(alignment.text(swaps.candidate_row), unit)


def beta_u(query: Query, swaps: Swaps, state: State) -> Floats:
    """The shopper's price sensitivity, 0 to 1, shrunk to the store's mean."""
    return np.full(len(swaps), state.taste.beta_u)


def intent_keep_quality_ema(query: Query, swaps: Swaps, state: State) -> Floats:
    """EMA (0.3) of keep-quality (1) against save-money (0) actions."""
    return np.full(len(swaps), state.taste.intent)


def _percentiles(scores: Floats, sizes: Ints) -> Floats:
    """Mid-rank percentiles within adjacent groups of these sizes; NaN where the score is.

    (scores below + scores not above) / (2 x known scores of the group).
    """
    group = np.repeat(np.arange(len(sizes)), sizes)
    order = np.lexsort((scores, group))
    ordered, of = scores[order], group[order]
    new = np.r_[True, (ordered[1:] != ordered[:-1]) | (of[1:] != of[:-1])]
    first = np.flatnonzero(new)
    block = np.cumsum(new) - 1
    end = np.append(first[1:], len(scores))
    begin = (np.cumsum(sizes) - sizes)[of]
    known = np.bincount(group[~np.isnan(scores)], minlength=len(sizes))[of]
    rank = (first[block] - begin) + (end[block] - begin)
    result = np.empty(len(scores))
    # Unknown scores come last in their group, and each is a block of its own.
    result[order] = np.where(np.isnan(ordered), np.nan, rank / (2.0 * np.maximum(known, 1)))
    return result
