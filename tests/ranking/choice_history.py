"""Small purchase histories, and queries on them without replaying anything."""

from __future__ import annotations

from typing import Any

import numpy as np

from recommender.ranking.choices.history import History
from recommender.ranking.choices.questions import Questions
from recommender.ranking.choices.replay import Replayed
from recommender.ranking.features.schema import NAMES
from tests.ranking import shelf
from tests.ranking.shelf import ints

WEEK = 7 * shelf.DAY


def history(*rows: tuple[int, int, int, int], products: int = 12, **columns: Any) -> History:
    """Purchases (household, basket, product row, week); a basket's lines have one moment, and
    baskets follow each other by a second."""
    household, basket, product, week = (ints(*column) for column in zip(*rows, strict=True))
    given = {
        "store": np.ones(len(rows), dtype=np.int64),
        "quantity": np.ones(len(rows), dtype=np.int64),
        "paid": 100 + 10 * product,
        "regular": 120 + 10 * product,
    }
    return History(
        shelf=shelf.snapshot(products, type_id=np.arange(products) // 6),
        household=household,
        basket=basket,
        product=product,
        week=week,
        time=week * WEEK + np.unique(basket, return_inverse=True)[1],
        **(given | columns),
    )


def asked(
    history: History, *queries: tuple[int, int, list[int]], features: np.ndarray | None = None
) -> Replayed:
    """Queries (row of the purchase, anchor, candidates); the features are NaN unless given."""
    purchase = ints(*(purchase for purchase, _, _ in queries))
    groups = ints(*(len(candidates) for _, _, candidates in queries))
    candidate = ints(*(at for _, _, candidates in queries for at in candidates))
    bought = np.repeat(history.product[purchase], groups)
    return Replayed(
        features=np.full((len(candidate), len(NAMES)), np.nan) if features is None else features,
        labels=(candidate == bought).astype(np.int64),
        groups=groups,
        candidate=candidate,
        unit_price=100.0 + candidate,
        units=np.ones(len(candidate)),
        asked=Questions(
            purchase,
            ints(*(anchor for _, anchor, _ in queries)),
            np.zeros(len(queries), dtype=bool),
        ),
        coverage=1.0,
    )
