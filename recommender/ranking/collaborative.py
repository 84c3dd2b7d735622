"""Bayesian personalised ranking (Rendle et al., UAI 2009) on what shoppers bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.ranking.query import Ints


@dataclass(frozen=True)
class Factors:
    """``items`` has the item bias as last column, ``shoppers`` a 1 there; rows as the ids."""

    product_id: Ints
    items: NDArray[np.float32]
    shopper_id: Ints
    shoppers: NDArray[np.float32]


def fit_bpr(
    shopper_ids: Ints,
    product_ids: Ints,
    *,
    factors: int = 64,
    iterations: int = 100,
    learning_rate: float = 0.05,
    regularization: float = 0.01,
    seed: int = 0,
) -> Factors:
    """Fits BPR on (shopper, product) pairs, one per purchase; repeats count once.

    ``shopper_ids`` and ``product_ids`` are parallel, shape (purchases,). One thread and a fixed
    seed, so that the same purchases give the same factors. No purchase at all gives empty factors
    with a bias column.
    """
    from implicit.bpr import BayesianPersonalizedRanking

    shoppers, shopper_row = np.unique(shopper_ids, return_inverse=True)
    products, product_row = np.unique(product_ids, return_inverse=True)
    if not len(products):
        empty = np.empty((0, factors + 1), dtype=np.float32)
        return Factors(products.astype(np.int64), empty, shoppers.astype(np.int64), empty)
    bought = csr_matrix(
        (np.ones(len(shopper_row), dtype=np.float32), (shopper_row, product_row)),
        shape=(len(shoppers), len(products)),
    )
    bought.data[:] = 1.0
    model = BayesianPersonalizedRanking(
        factors=factors,
        iterations=iterations,
        learning_rate=learning_rate,
        regularization=regularization,
        num_threads=1,
        random_state=seed,
    )
    model.fit(bought, show_progress=False)
    return Factors(
        products.astype(np.int64),
        np.asarray(model.item_factors, dtype=np.float32),
        shoppers.astype(np.int64),
        np.asarray(model.user_factors, dtype=np.float32),
    )
