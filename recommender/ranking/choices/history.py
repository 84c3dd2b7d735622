"""A purchase history as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.ranking.query import Floats, Ints, Snapshot


@dataclass(frozen=True)
class History:
    """Every purchase of every household, sorted by time; arrays of shape (purchases,).

    ``product`` is a row of ``shelf``, ``time`` seconds since the epoch, ``week`` counts from 1.
    ``shelf`` holds what a product is; its prices and popularity are not used, they come point in
    time. ``paid`` and ``regular`` are what a pack cost in that line, in cents.
    """

    shelf: Snapshot
    household: Ints
    store: Ints
    basket: Ints
    product: Ints
    quantity: Ints
    paid: Ints
    regular: Ints
    week: Ints
    time: Floats

    def __post_init__(self) -> None:
        if np.any(np.diff(self.time) < 0):
            raise ValueError("the purchases are not sorted by time")

    def before_week(self, week: int) -> slice:
        """The purchases of earlier weeks."""
        return slice(0, int(np.searchsorted(self.week, week)))
