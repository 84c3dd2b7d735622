"""The shopper's own purchases, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recommender.ranking.bought import HALF_LIFE_DAYS
from recommender.ranking.query import Floats, Ints, Query, State


class Groups:
    """Purchases by a number that some of them share: a product, a type, a brand of a type."""

    def __init__(self, values: Ints) -> None:
        self._known, self._place = np.unique(values, return_inverse=True)

    def sums(self, weights: Floats, wanted: Ints) -> Floats:
        """For each of ``wanted`` the sum of the weights of the purchases that share it."""
        known = self._known
        if not len(known):
            return np.zeros(len(wanted))
        at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        totals = np.bincount(self._place, weights=weights)
        return np.where(known[at] == wanted, totals[at], 0.0)


@dataclass(frozen=True)
class Own:
    """Parallel arrays by product bought: its row in the snapshot, its type, how often it was
    bought, when last (seconds), and the purchases that still count as of the query."""

    row: Ints
    kind: Ints
    times: Floats
    last: Floats
    lately: Floats

    @cached_property
    def by_kind(self) -> Groups:
        return Groups(self.kind)

    @cached_property
    def by_row(self) -> Groups:
        return Groups(self.row)


def own(query: Query, state: State) -> Own:
    """In the order of the first purchase: a sum over one type has the same bits whatever was
    bought of others."""
    kept: tuple[Query, Own] | None = state.__dict__.get("own")
    # Eight features ask, one after the other.
    if kept is None or kept[0] is not query:
        row, (times, last, lately) = state.bought
        days = np.maximum(query.served_at.timestamp() - last, 0.0) / 86_400
        now = lately * np.exp2(-days / HALF_LIFE_DAYS)
        kept = state.__dict__["own"] = (
            query,
            Own(row, state.snapshot.type_id[row], times, last, now),
        )
    return kept[1]
