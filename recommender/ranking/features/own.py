"""The shopper's own purchases, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.ranking.bought import HALF_LIFE_DAYS
from recommender.ranking.query import Floats, Ints, Query, State


@dataclass(frozen=True)
class Own:
    """Parallel arrays by product bought: its row in the snapshot, its type, how often it was
    bought, when last (seconds), and the purchases that still count as of the query."""

    row: Ints
    kind: Ints
    times: Floats
    last: Floats
    lately: Floats


def own(query: Query, state: State) -> Own:
    """In the order of the first purchase: a sum over one type has the same bits whatever was
    bought of others."""
    row, (times, last, lately) = state.bought
    days = np.maximum(query.served_at.timestamp() - last, 0.0) / 86_400
    kind = state.snapshot.type_id[row]
    return Own(row, kind, times, last, lately * np.exp2(-days / HALF_LIFE_DAYS))


def sums(values: Ints, weights: Floats, wanted: Ints) -> Floats:
    """For each of ``wanted`` the sum of the weights of the ``values`` that equal it."""
    if not len(values):
        return np.zeros(len(wanted))
    known, place = np.unique(values, return_inverse=True)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    totals = np.bincount(place, weights=weights)
    return np.where(known[at] == wanted, totals[at], 0.0)
