"""Collaborative and semantic vectors of one catalogue, brought together under a content tag."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.collaborative import Factors
from recommender.ranking.columns_file import tagged
from recommender.ranking.query import Ints, Vectors
from recommender.ranking.semantic import clusters
from recommender.ranking.statistics import Statistics


def make_vectors(
    product_id: Ints, text: NDArray[np.float32], factors: Factors, statistics: Statistics
) -> Vectors:
    """``product_id`` is sorted and names the rows of ``text``; products never bought get NaN.
    ``statistics`` are of the same products in the same order.

    Raises ValueError when ``text`` is not one row of finite numbers for each product.
    """
    if np.any(np.diff(product_id) <= 0):
        raise ValueError("product_id must be sorted and without repeats")
    if text.ndim != 2 or len(text) != len(product_id) or not np.isfinite(text).all():
        raise ValueError(
            f"text vectors of shape {text.shape} are not one row of finite numbers "
            f"for each of {len(product_id)} products"
        )
    return tagged(
        Vectors(
            tag="",
            product_id=product_id,
            text=text,
            cluster=clusters(text),
            item_factors=_rows(product_id, factors),
            shopper_id=factors.shopper_id,
            shopper_factors=factors.shoppers,
            **vars(statistics),
        )
    )


def refitted(vectors: Vectors, factors: Factors, statistics: Statistics, tag: str) -> Vectors:
    """The same texts with newer factors and statistics, under ``tag``; for replays of history."""
    return replace(
        vectors,
        tag=tag,
        item_factors=_rows(vectors.product_id, factors),
        shopper_id=factors.shopper_id,
        shopper_factors=factors.shoppers,
        **vars(statistics),
    )


def _rows(product_id: Ints, factors: Factors) -> NDArray[np.float32]:
    """Item factors by product; NaN for products never bought."""
    items = np.full((len(product_id), factors.items.shape[1]), np.nan, dtype=np.float32)
    at = np.minimum(np.searchsorted(product_id, factors.product_id), max(len(product_id) - 1, 0))
    known = product_id[at] == factors.product_id if len(product_id) else at < 0
    items[at[known]] = factors.items[known]
    return items
