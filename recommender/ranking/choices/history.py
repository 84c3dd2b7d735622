"""A purchase history as columns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from recommender.ranking.query import Flags, Floats, Ints, Snapshot


@dataclass(frozen=True)
class Shown:
    """What the stores showed in one week: ``place`` (store x products + shelf row, sorted), and
    whether that product was in the store's leaflet and on a special display there."""

    stores: Ints
    place: Ints
    leaflet: Flags
    display: Flags


@dataclass(frozen=True)
class History:
    """Every purchase of every household, sorted by time; arrays of shape (purchases,).

    ``product`` is a row of ``shelf``, ``time`` seconds since the epoch, ``week`` counts from 1.
    ``shelf`` holds what a product is; its prices and popularity are not used, they come point in
    time. ``paid`` and ``regular`` are what a pack cost in that line, in cents. ``shown`` holds the
    promotions of the weeks that have any, of the stores that tell them.
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
    shown: dict[int, Shown] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if np.any(np.diff(self.time) < 0):
            raise ValueError("the purchases are not sorted by time")

    def before_week(self, week: int) -> slice:
        """The purchases of earlier weeks."""
        return slice(0, int(np.searchsorted(self.week, week)))

    def of_week(self, week: int) -> slice:
        """The purchases of this week."""
        return slice(*np.searchsorted(self.week, [week, week + 1]).tolist())
