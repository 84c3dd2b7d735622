"""What a baseline must know of each candidate row: who asked, where, and from which row on."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from recommender.ranking.choices.history import History
from recommender.ranking.choices.replay import Replayed
from recommender.ranking.query import Ints


@dataclass(frozen=True)
class AskedRows:
    """Arrays of shape (rows,), one entry per candidate row of a ``Replayed``.

    ``group`` is the query's number. ``known`` is the first row of the history that the query may
    not see: the beginning of its own basket. ``week`` is the query's.
    """

    group: Ints
    household: Ints
    store: Ints
    week: Ints
    known: Ints
    candidate: Ints

    @classmethod
    def of(cls, history: History, replayed: Replayed) -> AskedRows:
        group = np.repeat(np.arange(len(replayed.groups)), replayed.groups)
        purchase = replayed.asked.purchase[group]
        return cls(
            group=group,
            household=history.household[purchase],
            store=history.store[purchase],
            week=history.week[purchase],
            known=_first_of_basket(history)[purchase],
            candidate=replayed.candidate,
        )

    def take(self, rows: Ints) -> AskedRows:
        return AskedRows(*(getattr(self, field.name)[rows] for field in fields(self)))


def _first_of_basket(history: History) -> Ints:
    _, first, basket = np.unique(history.basket, return_index=True, return_inverse=True)
    return np.asarray(np.searchsorted(history.time, history.time[first[basket]]), dtype=np.int64)
