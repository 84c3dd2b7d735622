"""Choices with features that a rule known to the test made, on a history of two purchases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from recommender.ranking.choices.history import History
from recommender.ranking.choices.replay import Replayed
from recommender.ranking.features.schema import NAMES, column
from tests.ranking.choice_history import asked, history

CANDIDATES = 5


def choices(queries: int, *, seed: int = 3) -> tuple[History, Replayed]:
    """``queries`` baskets, a household each, that bought product 0 to 4: the one with the most
    bought_lately_share + price_saving. bought_share is a copy of the first. The anchor is product
    5."""
    rng = np.random.default_rng(seed)
    # A column after the other, so that one more feature leaves the others as they were.
    features = rng.normal(size=(len(NAMES), queries * CANDIDATES)).T.copy()
    features[:, column("recency")] = np.nan
    features[:, column("bought_share")] = features[:, column("bought_lately_share")]
    appeal = features[:, column("bought_lately_share")] + features[:, column("price_saving")]
    best = appeal.reshape(-1, CANDIDATES).argmax(axis=1).tolist()
    past = history(*[(who, who, product, 20) for who, product in enumerate(best, 1)])
    found = asked(past, *[(at, 5, [0, 1, 2, 3, 4]) for at in range(queries)], features=features)
    return past, replace(found, asked=replace(found.asked, novel=np.ones(queries, dtype=bool)))
