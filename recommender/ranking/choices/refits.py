"""When what is learned from all households' purchases is learned anew."""

from __future__ import annotations

import numpy as np

from recommender.ranking.query import Ints

REFIT_WEEKS = (17, 29, 42, 48)
"""At the beginning of these weeks, on all purchases before them."""

STATISTICS_WEEKS = (17, 21, 25, 29, 33, 37, 42, 45, 48, 51)
"""The same for what follows what and what goes together, which takes a few seconds."""


def refit_before(week: Ints) -> Ints:
    """The newest refit at or before each week; raises ValueError for weeks before the first."""
    at = np.searchsorted(REFIT_WEEKS, week, side="right") - 1
    if np.any(at < 0):
        raise ValueError(f"nothing is learned before week {REFIT_WEEKS[0]}")
    return np.asarray(np.asarray(REFIT_WEEKS)[at], dtype=np.int64)
